"""The team of a parcours."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from parcours.forms.equipe import IntervenantForm
from parcours.models import Intervenant, Parcours
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.once import once


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


def _call_in(request: HttpRequest, parcours: Parcours, form: IntervenantForm) -> HttpResponseRedirect:
    agent = form.save()
    messages.success(request, f"{agent.nom_complet} est dans l’équipe.")
    return redirect("parcours:parcours", parcours.pk)
