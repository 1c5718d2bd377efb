"""Online procedures: noted from a passage or from the person's page, and what the person does by herself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil import autonomie
from accueil.forms.demarche import DemarcheForm
from accueil.models import Demarche, Mandat, Passage, Usager
from accueil.views.guichet import desk_unite, everybody_of, my_passage, no_desk
from pole_social.access import DESK, signed_in
from pole_social.models import Agent, Unite
from pole_social.once import once

LAST_SHOWN = 3
WITH = ("droit", "usager", "done_by")


def demarches_of(agent: Agent, passage: Passage, people: list[Usager]) -> dict[str, Any]:
    """What was done in this passage, what stays to be done, and the mandats that hold: two queries."""
    theirs = Demarche.objects.visible_to(agent).filter(usager__in=people).select_related(*WITH)
    shown = theirs.filter(Q(passage=passage) | Q(echeance__isnull=False, echeance_done_at=None))
    mandats = Mandat.objects.visible_to(agent).filter(usager__in=people, revoked_at=None)
    current = mandats.filter(ends_on__gte=timezone.localdate())
    return {"demarches": list(shown), "mandats": list(current.select_related("usager", "unite__lieu"))}


def demarches_of_usager(agent: Agent, usager: Usager) -> dict[str, Any]:
    """Two years of démarches, counted by quarter; the last three, what is due, the mandats: two queries."""
    today = timezone.localdate()
    theirs = Demarche.objects.visible_to(agent).filter(usager=usager).select_related(*WITH)
    since = Q(done_at__date__gte=autonomie.first_day(today))
    demarches = list(theirs.filter(since | Q(echeance__isnull=False, echeance_done_at=None)))
    mandats = Mandat.objects.visible_to(agent).filter(usager=usager).select_related("unite__lieu")
    return {
        "demarches": demarches,
        "dernieres": demarches[:LAST_SHOWN],
        "a_faire": sorted((d for d in demarches if d.has_deadline), key=lambda d: d.echeance),
        "trimestres": autonomie.trimestres(demarches, today),
        "rangees": autonomie.rangees(),
        "mandats": list(mandats),
        "demarches_acts": bool(DESK & agent.roles),
    }


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a démarche of somebody who is here."""
    passage = my_passage(request, pk)
    people = everybody_of(request, passage)
    return _note(request, people, passage.unite, passage=passage)


def nouvelle_de(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a démarche from the person's page, outside of a passage."""
    unite = desk_unite(request)
    usager = get_object_or_404(Usager.objects.visible_to(signed_in(request)), pk=pk)
    if unite is None:
        return no_desk(request)
    return _note(request, [usager], unite, usager=usager)


def _note(request: HttpRequest, people: list[Usager], unite: Unite, **origin: Any) -> HttpResponse:
    agent = signed_in(request)
    live = Mandat.objects.visible_to(agent).filter(usager__in=people).live().given_to(unite.lieu)
    form = DemarcheForm(
        request.POST if request.method == "POST" else None,
        people=people,
        mandats=list(live.select_related("usager")),
    )
    passage = origin.get("passage")
    if form.is_bound and people and form.is_valid():
        return once(request, form, lambda: _noted(request, form.save(by=agent, unite=unite, passage=passage)))
    context = {"form": form, "personnes": people, "passage": passage, "usager": origin.get("usager")}
    return render(request, "accueil/demarche_nouvelle.html", context, status=form.status)


def _noted(request: HttpRequest, demarche: Demarche) -> HttpResponseRedirect:
    messages.success(request, "La démarche est notée.")
    return HttpResponseRedirect(_origin(demarche))


def _origin(demarche: Demarche) -> str:
    """Where one came from: the passage, else the person."""
    if demarche.passage_id:
        return reverse("accueil:passage", args=[demarche.passage_id])
    return reverse("accueil:usager", args=[demarche.usager_id])


def echeance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was to be done is done."""
    agent = signed_in(request)
    mine = Demarche.objects.visible_to(agent).filter(unite__in=agent.unite_ids, echeance__isnull=False)
    found = get_object_or_404(mine, pk=pk)
    if found.has_deadline:
        found.keep_deadline(by=agent)
        messages.success(request, "L’échéance est notée comme faite.")
    return redirect("accueil:usager", found.usager_id)
