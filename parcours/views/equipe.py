"""The team of a parcours."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from parcours.forms.equipe import FinForm, IntervenantForm
from parcours.models import Intervenant, Parcours
from parcours.transmission import leave
from parcours.views.fin import led_by
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.once import once, repeated


def equipe(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is in it, and whom to call in."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    form = IntervenantForm(request.POST or None, parcours=found, by=agent)
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _call_in(request, found, form))
    team = Intervenant.objects.visible_to(agent).live().filter(parcours=found).select_related("agent__metier")
    context = {"form": form, "parcours": found, "equipe": list(team)}
    return render(request, "parcours/equipe.html", context, status=form.status)


def fin(request: HttpRequest, pk: UUID, intervenant: UUID) -> HttpResponse:
    """Leave the team, or thank somebody: one's own place, or any as référent. The référent hands over instead."""
    agent = signed_in(request)
    form = FinForm(request.POST if request.method == "POST" else None)
    is_sent = request.method == "POST" and form.is_valid()
    # Leaving ends one's own access: the second click would find nothing.
    if is_sent and (answer := repeated(request, form)):
        return answer
    found = get_object_or_404(worked_on(agent), pk=pk)
    places = Intervenant.objects.visible_to(agent).live().filter(parcours=found, is_referent=False)
    place = get_object_or_404(places.select_related("agent__metier"), pk=intervenant)
    if place.agent_id != agent.pk and led_by(agent).filter(pk=pk).first() is None:
        raise Http404
    if is_sent:
        return once(request, form, lambda: _part(request, found, place))
    is_mine = place.agent_id == agent.pk
    context = {"form": form, "parcours": found, "place": place, "is_mine": is_mine}
    return render(request, "parcours/equipe_fin.html", context, status=form.status)


def _part(request: HttpRequest, parcours: Parcours, place: Intervenant) -> HttpResponseRedirect:
    agent = signed_in(request)
    leave(place, by=agent)
    messages.success(request, f"{place.agent.nom_complet} n’est plus dans l’équipe.")
    return redirect("parcours:liste") if place.agent_id == agent.pk else redirect("parcours:parcours", parcours.pk)


def _call_in(request: HttpRequest, parcours: Parcours, form: IntervenantForm) -> HttpResponseRedirect:
    agent = form.save()
    messages.success(request, f"{agent.nom_complet} est dans l’équipe.")
    return redirect("parcours:parcours", parcours.pk)
