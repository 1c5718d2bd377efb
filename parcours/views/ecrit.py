"""Writing, reading and signing a professional record."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from parcours.forms.ecrit import BrouillonForm, EcritNouveauForm
from parcours.lecteurs import readers, sentence
from parcours.models import Ecrit
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused
from pole_social.once import once


def ecrit_nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The circle first; then a draft, or signed at once."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    blank = Ecrit(parcours=found, auteur=agent, done_on=timezone.localdate())
    form = EcritNouveauForm(request.POST or None, instance=blank)
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: redirect("parcours:ecrit", found.pk, form.save().pk))
    return render(request, "parcours/ecrit_nouveau.html", {"form": form, "parcours": found}, status=form.status)


def ecrit(request: HttpRequest, pk: UUID, ecrit: UUID) -> HttpResponse:
    """A signed text, read by its circle; a draft, edited by its author."""
    agent = signed_in(request)
    found = get_object_or_404(_in(agent, pk), pk=ecrit)
    if not _is_mine_to_edit(found, agent):
        if request.method == "POST":
            raise MoveRefused
        return _text(request, found, agent)
    form = BrouillonForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and form.save(by=agent):
        return redirect("parcours:ecrit", pk, ecrit)
    return _draft(request, found, form)


def signature(request: HttpRequest, pk: UUID, ecrit: UUID) -> HttpResponse:
    """Sign the text as it stands in the form: nothing is signed that was not under one's eyes."""
    agent = signed_in(request)
    found = get_object_or_404(_in(agent, pk), pk=ecrit)
    if found.is_signed and found.auteur_id == agent.pk:
        return redirect("parcours:ecrit", pk, ecrit)
    if not _is_mine_to_edit(found, agent):
        raise MoveRefused
    form = BrouillonForm(request.POST, instance=found)
    if form.is_valid() and form.save(by=agent, sign=True):
        return redirect("parcours:ecrit", pk, ecrit)
    return _draft(request, found, form)


def _in(agent: Agent, pk: UUID) -> QuerySet[Ecrit]:
    found = Ecrit.objects.visible_to(agent).filter(parcours=pk)
    return found.select_related("parcours__usager", "parcours__unite__lieu", "auteur__metier")


def _is_mine_to_edit(found: Ecrit, agent: Agent) -> bool:
    is_mine = not found.is_signed and found.auteur_id == agent.pk
    return is_mine and worked_on(agent).filter(pk=found.parcours_id).exists()


def _draft(request: HttpRequest, found: Ecrit, form: BrouillonForm) -> HttpResponse:
    context = {"form": form, "ecrit": found, "parcours": found.parcours}
    return render(request, "parcours/ecrit_brouillon.html", context, status=form.status)


def _text(request: HttpRequest, found: Ecrit, agent: Agent) -> HttpResponse:
    by_circle = readers(found.parcours, found.auteur, found.nommes.all())
    lecteurs = sentence(by_circle[found.cercle], agent)
    context = {"ecrit": found, "parcours": found.parcours, "lecteurs": lecteurs}
    return render(request, "parcours/ecrit.html", context)
