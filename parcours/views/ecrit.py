"""Writing, reading and signing a professional record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from parcours.forms.ecrit import BrouillonForm, EcritNouveauForm
from parcours.forms.partage import AddendumForm, RelectureForm
from parcours.lecteurs import readers, sentence
from parcours.models import Addendum, Ecrit, Parcours, PartageEcrit, RelectureEcrit
from parcours.models.ecrit import circles_read
from parcours.papier import texts_on_screen_only
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.forms import HubForm
from pole_social.models import Agent, MoveRefused
from pole_social.once import once


def ecrit_nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The circle first; then a draft, or signed at once."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    blank = Ecrit(parcours=found, auteur=agent, done_on=timezone.localdate())
    form = EcritNouveauForm(request.POST or None, instance=blank, brouillon=resumed(request))
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: redirect("parcours:ecrit", found.pk, form.save().pk))
    return render(request, "parcours/ecrit_nouveau.html", {"form": form, "parcours": found}, status=form.status)


def ecrit(request: HttpRequest, pk: UUID, ecrit: UUID) -> HttpResponse:
    """A signed text, read by its circle; a draft, edited by its author."""
    agent = signed_in(request)
    found = get_object_or_404(readable(agent, pk), pk=ecrit)
    if not _is_mine_to_edit(found, agent):
        if request.method == "POST":
            raise MoveRefused
        return text(request, found, agent)
    form = BrouillonForm(request.POST or None, instance=found, brouillon=resumed(request))
    if request.method == "POST" and form.is_valid() and form.save(by=agent):
        return redirect("parcours:ecrit", pk, ecrit)
    return _draft(request, found, form)


def signature(request: HttpRequest, pk: UUID, ecrit: UUID) -> HttpResponse:
    """Sign the text as it stands in the form: nothing is signed that was not under one's eyes."""
    agent = signed_in(request)
    found = get_object_or_404(readable(agent, pk), pk=ecrit)
    if found.is_signed and found.auteur_id == agent.pk:
        return redirect("parcours:ecrit", pk, ecrit)
    if not _is_mine_to_edit(found, agent):
        raise MoveRefused
    form = BrouillonForm(request.POST, instance=found)
    if form.is_valid() and form.save(by=agent, sign=True):
        return redirect("parcours:ecrit", pk, ecrit)
    return _draft(request, found, form)


def readable(agent: Agent, pk: UUID) -> QuerySet[Ecrit]:
    found = Ecrit.objects.visible_to(agent).filter(parcours=pk)
    return found.select_related("parcours__usager", "parcours__unite__lieu", "auteur__metier")


def _is_mine_to_edit(found: Ecrit, agent: Agent) -> bool:
    is_mine = not found.is_signed and found.auteur_id == agent.pk
    return is_mine and worked_on(agent).filter(pk=found.parcours_id).exists()


def _draft(request: HttpRequest, found: Ecrit, form: BrouillonForm) -> HttpResponse:
    context = {"form": form, "ecrit": found, "parcours": found.parcours}
    return render(request, "parcours/ecrit_brouillon.html", context, status=form.status)


def text(request: HttpRequest, found: Ecrit, agent: Agent, **forms: HubForm) -> HttpResponse:
    """A signed text with what followed it; `forms` are those that were refused."""
    by_circle = readers(found.parcours, found.auteur, found.nommes.all())
    is_inside = worked_on(agent).filter(pk=found.parcours_id).exists()
    reads_team = Parcours.objects.visible_to(agent).read_in_team().filter(pk=found.parcours_id).exists()
    corrects = found.is_signed and is_inside and found.auteur_id == agent.pk
    # By the circle: whoever reads by a partage alone adds nothing, and does not pass it on.
    rereads = found.is_signed and is_inside and agent in by_circle[found.cercle]
    addenda = list(Addendum.objects.visible_to(agent).filter(ecrit=found).select_related("auteur"))
    hidden = texts_on_screen_only([found], addenda)
    context = {
        "ecrit": found,
        "parcours": found.parcours,
        # The team is what does not exist for whoever reads by a partage alone.
        "lecteurs": sentence(by_circle[found.cercle], agent) if reads_team else found.auteur.nom_complet,
        "addenda": addenda,
        "hors_papier": hidden,
        "is_printed": found.pk not in hidden,
        "relectures": list(RelectureEcrit.objects.visible_to(agent).filter(ecrit=found)),
        "partages": _partages(found, agent),
        "is_inside": reads_team,
        "can_share": rereads and (corrects or found.cercle in circles_read(agent)),
        "addendum_form": forms.get("addendum_form") or (AddendumForm(auto_id="addendum_%s") if corrects else None),
        "relecture_form": forms.get("relecture_form")
        or (RelectureForm(auto_id="relecture_%s", ecrit=found) if rereads else None),
    }
    return render(request, "parcours/ecrit.html", context)


def _partages(found: Ecrit, agent: Agent) -> list[PartageEcrit]:
    """With whom it is shared now, as far as this agent may know, each with whether they may take it back."""
    live = PartageEcrit.objects.visible_to(agent).filter(ecrit=found).live()
    shown: list[Any] = list(live.select_related("auteur", "destinataire__metier"))
    for one in shown:
        one.is_mine = agent.pk in (one.auteur_id, found.auteur_id)
    return shown
