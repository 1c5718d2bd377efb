"""What may follow a signed écrit: sharing it, taking a partage back, correcting it, reading it with the person."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from parcours.forms.partage import AddendumForm, PartageEcritForm, RelectureForm
from parcours.models import Ecrit, PartageEcrit
from parcours.models.ecrit import circles_of, may_share
from parcours.views.ecrit import readable, text
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.models import Agent
from pole_social.once import once, once_unless_taken


def nouveau(request: HttpRequest, pk: UUID, ecrit: UUID) -> HttpResponse:
    """With whom, why, on which basis, what the person knows, until when."""
    agent = signed_in(request)
    found = get_object_or_404(_shareable(agent, pk), pk=ecrit)
    form = PartageEcritForm(request.POST or None, ecrit=found, by=agent)
    if answer := once_unless_taken(request, form, lambda: _shared(request, form)):
        return answer
    context = {"form": form, "ecrit": found, "parcours": found.parcours}
    return render(request, "parcours/partage_nouveau.html", context, status=form.status)


def _shared(request: HttpRequest, form: PartageEcritForm) -> HttpResponseRedirect:
    made = form.save()
    messages.success(request, f"Partagé avec {made.destinataire.nom_complet}.")
    return redirect("parcours:ecrit", made.ecrit.parcours_id, made.ecrit_id)


def retrait(request: HttpRequest, pk: UUID, ecrit: UUID, partage: UUID) -> HttpResponse:
    """At once: whoever was told reads it no more. By who shared it, or by its author."""
    agent = signed_in(request)
    mine = PartageEcrit.objects.visible_to(agent).filter(ecrit=ecrit, ecrit__parcours=pk)
    found = get_object_or_404(mine.of(agent), pk=partage)
    if found.revoked_at is None:
        found.revoke(by=agent)
    messages.success(request, "Le partage est retiré.")
    return redirect("parcours:ecrit", pk, ecrit)


def addendum(request: HttpRequest, pk: UUID, ecrit: UUID) -> HttpResponse:
    """The author corrects what they signed, beside it, while they work in the parcours: who has left only reads."""
    agent = signed_in(request)
    found = get_object_or_404(_in_team(agent, pk).filter(auteur=agent), pk=ecrit)
    form = AddendumForm(request.POST)
    if form.is_valid():
        return once(request, form, lambda: _corrected(found, form, agent))
    return text(request, found, agent, addendum_form=form)


def _corrected(found: Ecrit, form: AddendumForm, agent: Agent) -> HttpResponseRedirect:
    form.save(found, by=agent)
    return redirect("parcours:ecrit", found.parcours_id, found.pk)


def relecture(request: HttpRequest, pk: UUID, ecrit: UUID) -> HttpResponse:
    """Noted by whoever reads it in the team and read it with the person."""
    agent = signed_in(request)
    found = get_object_or_404(_in_team(agent, pk), pk=ecrit)
    form = RelectureForm(request.POST, ecrit=found)
    if not form.is_valid():
        return text(request, found, agent, relecture_form=form)
    form.save(by=agent)
    return redirect("parcours:ecrit", pk, ecrit)


def _signed(agent: Agent, pk: UUID) -> QuerySet[Ecrit]:
    return readable(agent, pk).filter(signed_at__isnull=False)


def _in_team(agent: Agent, pk: UUID) -> QuerySet[Ecrit]:
    """Whoever reads by a partage alone adds nothing."""
    reads = circles_of(agent) | Q(auteur=agent)
    return _signed(agent, pk).filter(reads, parcours__in=worked_on(agent).order_by().values("pk"))


def _shareable(agent: Agent, pk: UUID) -> QuerySet[Ecrit]:
    return _in_team(agent, pk).filter(may_share(agent))
