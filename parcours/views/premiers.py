"""After a relais is accepted: what the evaluation kept, as first goals and steps."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from parcours.forms.premiers import PremiersForm
from parcours.models import Parcours
from parcours.premiers import kept, offered
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.once import once


def premiers_objectifs(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Offered until they are taken up; a second click finds what was offered to the first."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    if request.method == "POST":
        rows = [one for one in kept(agent, found) if f"action_{one.pk}" in request.POST]
    else:
        rows = list(offered(agent, found))
    form = PremiersForm(request.POST or None, propositions=rows, parcours=found, by=agent, brouillon=resumed(request))
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _written(request, found, form))
    return render(request, "parcours/premiers.html", {"form": form, "parcours": found}, status=form.status)


def _written(request: HttpRequest, parcours: Parcours, form: PremiersForm) -> HttpResponseRedirect:
    form.save()
    messages.success(request, "Les objectifs et les actions cochés sont dans le parcours.")
    return redirect("parcours:parcours", parcours.pk)
