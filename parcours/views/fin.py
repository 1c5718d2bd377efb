"""Suspending, taking up again, closing and reopening: by whoever leads the parcours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accueil.models import Rattachement
from parcours.fin import last_referent, reopen, resume, suspend
from parcours.forms.fin import ClotureForm, ReouvertureForm, SuspensionForm
from parcours.models import Action, Bilan, Intervenant, Parcours
from parcours.models.parcours import ParcoursQuerySet
from parcours.views.bilan import equipe_of, questions_for
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.models import Agent
from pole_social.once import once, sent_already

Nature = Rattachement.Nature
Statut = Parcours.Statut


def led_by(agent: Agent) -> ParcoursQuerySet:
    """The open parcours of which they are the référent, or cover them: an intervenant does not end it."""
    cover = Rattachement.objects.live().filter(source_id=OuterRef("pk"), agent=agent, nature=Nature.DELEGATION)
    return worked_on(agent).filter(Q(referent=agent) | Exists(cover))


def suspension(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set it aside until a day. Suspended already, there is nothing to ask; another day is refused (409)."""
    agent = signed_in(request)
    found = get_object_or_404(led_by(agent), pk=pk)
    form = SuspensionForm(request.POST or None, brouillon=resumed(request))
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["wakes_on"]
        if (found.statut, found.wakes_on) != (Statut.SUSPENDU, until):
            suspend(found, until=until, by=agent, motif=form.cleaned_data["motif"])
        return redirect("parcours:parcours", pk)
    if request.method != "POST" and found.statut == Statut.SUSPENDU:
        return redirect("parcours:parcours", pk)
    return render(request, "parcours/suspension.html", {"form": form, "parcours": found}, status=form.status)


def reprise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take it up again before its day or after; a second click finds it taken up."""
    agent = signed_in(request)
    found = get_object_or_404(led_by(agent), pk=pk)
    if found.statut != Statut.ACTIF:
        resume(found, by=agent)
    return redirect("parcours:parcours", pk)


def cloture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why it ends, its last bilan, and what is given up with it."""
    agent = signed_in(request)
    # Whoever covers reads it no more once they have closed it: their second click is answered as the first.
    if request.method == "POST" and (answer := sent_already(request)):
        return answer
    # Who comes after a colleague: it is closed.
    if Parcours.objects.visible_to(agent).filter(pk=pk, statut=Statut.CLOS).first():
        return redirect("parcours:parcours", pk)
    found = get_object_or_404(led_by(agent), pk=pk)
    today = Bilan.objects.visible_to(agent).filter(parcours=found, held_on=timezone.localdate()).first()
    form = ClotureForm(
        request.POST or None, has_bilan_today=bool(today), brouillon=resumed(request), **questions_for(found, agent)
    )
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _closed(request, form))
    steps = Action.objects.visible_to(agent).open().filter(parcours=found).select_related("agent", "partenaire")
    context = {"form": form, "parcours": found, "actions": list(steps), "lecteurs": equipe_of(found, agent)}
    return render(request, "parcours/cloture.html", context, status=form.status)


def _closed(request: HttpRequest, form: ClotureForm) -> HttpResponseRedirect:
    form.save(by=signed_in(request))
    messages.success(request, "Le parcours est clos. Son référent le lit encore 30 jours et peut le rouvrir.")
    # Who covered the référent reads it no more.
    return redirect("parcours:liste")


def reouverture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By its last référent, while they still read it; they are its référent again."""
    agent = signed_in(request)
    if led_by(agent).filter(pk=pk).first():
        return redirect("parcours:parcours", pk)
    found = get_object_or_404(reopenable_by(agent), pk=pk)
    form = ReouvertureForm(request.POST or None, brouillon=resumed(request))
    if request.method == "POST" and form.is_valid():
        reopen(found, by=agent, motif=form.cleaned_data["motif"])
        return redirect("parcours:parcours", pk)
    return render(request, "parcours/reouverture.html", {"form": form, "parcours": found}, status=form.status)


def reopenable_by(agent: Agent) -> ParcoursQuerySet:
    """The closed parcours whose last référent they were, for the 30 days that they read them."""
    closed = Parcours.objects.visible_to(agent).filter(statut=Statut.CLOS)
    held = Rattachement.objects.live().filter(source_id=OuterRef("pk"), agent=agent, nature=Nature.FIN_DE_RELAIS)
    mine = closed.annotate(last_referent=last_referent(OuterRef("pk"))).filter(last_referent=agent.pk)
    return mine.filter(Exists(held)).select_related("usager", "unite__lieu")


def acts_of(found: Parcours, agent: Agent, equipe: list[Intervenant], acces: Any) -> dict[str, Any]:
    """For the page of the parcours: what this reader may do with its whole, asking the base only once it is closed."""
    leads = any(one.agent_id == agent.pk and one.is_referent for one in equipe)
    covers = acces is not None and acces.nature == Nature.DELEGATION
    may_reopen = not found.is_open_file and bool(reopenable_by(agent).filter(pk=found.pk).first())
    return {"can_lead": found.is_open_file and (leads or covers), "can_reopen": may_reopen}
