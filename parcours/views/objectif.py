"""The goals of a parcours."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from parcours.constats import constats
from parcours.forms.objectif import ObjectifForm, ObjectifNouveauForm
from parcours.models import Objectif, Parcours
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.models import Agent
from pole_social.once import once


def objectif_nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    form = ObjectifNouveauForm(
        request.POST or None, instance=Objectif(parcours=found), fragilites=_readable(found, agent)
    )
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: redirect("parcours:parcours", form.save(by=agent).parcours_id))
    return render(request, "parcours/objectif.html", {"form": form, "parcours": found}, status=form.status)


def objectif(request: HttpRequest, pk: UUID, objectif: UUID) -> HttpResponse:
    """Edit one; a stale save shows both texts."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    goal = get_object_or_404(Objectif.objects.visible_to(agent).filter(parcours=found), pk=objectif)
    form = ObjectifForm(request.POST or None, instance=goal, fragilites=_readable(found, agent))
    if request.method == "POST" and form.is_valid() and form.save(by=agent):
        return redirect("parcours:parcours", found.pk)
    context = {"form": form, "parcours": found, "is_edit": True}
    return render(request, "parcours/objectif.html", context, status=form.status)


def _readable(parcours: Parcours, agent: Agent) -> set[int]:
    return constats(agent, relais_envoyes__parcours=parcours).fragilite_ids
