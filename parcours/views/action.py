"""The steps of a parcours, and their moves."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from parcours.forms.action import ActionForm, ActionModifieeForm
from parcours.models import Action, Objectif
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.models import MoveRefused
from pole_social.once import once


def action_nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    objectifs = list(Objectif.objects.visible_to(agent).filter(parcours=found))
    wanted = {str(objectif.pk): objectif for objectif in objectifs}.get(request.GET.get("objectif", ""))
    action = Action(parcours=found, objectif=wanted)
    form = ActionForm(request.POST or None, instance=action, objectifs=objectifs)
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: redirect("parcours:parcours", form.save(by=agent).parcours_id))
    return render(request, "parcours/action.html", {"form": form, "parcours": found}, status=form.status)


def action(request: HttpRequest, pk: UUID, action: UUID) -> HttpResponse:
    """Edit an open one; a stale save shows both texts. What is done or given up stays as it was."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    steps = Action.objects.visible_to(agent).filter(parcours=found).select_related("objectif__fragilite__domaine")
    step = get_object_or_404(steps, pk=action)
    if not step.is_open:
        if request.method == "POST":
            raise MoveRefused
        return redirect("parcours:parcours", found.pk)
    objectifs = Objectif.objects.visible_to(agent).filter(parcours=found)
    form = ActionModifieeForm(request.POST or None, instance=step, objectifs=objectifs)
    if request.method == "POST" and form.is_valid() and form.save(by=agent):
        return redirect("parcours:parcours", found.pk)
    context = {"form": form, "parcours": found, "is_edit": True}
    return render(request, "parcours/action.html", context, status=form.status)


def etape(request: HttpRequest, pk: UUID, action: UUID) -> HttpResponse:
    """Move a step. A second click finds it moved already, and changes nothing; an unknown state is refused."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    step = get_object_or_404(Action.objects.visible_to(agent).filter(parcours=found), pk=action)
    wanted = request.POST.get("vers", "")
    if step.statut != wanted:
        step.move(wanted, by=agent)
    return redirect("parcours:parcours", found.pk)
