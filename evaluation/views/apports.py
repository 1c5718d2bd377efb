"""What is added beside the domaines: a strength, a proposition."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from evaluation.forms.apports import AppuiForm, PropositionForm
from evaluation.models import Evaluation
from evaluation.views.evaluation import show, with_names
from evaluation.views.lignes import fragilites_of, lignes_of
from pole_social.access import signed_in
from pole_social.models import MoveRefused
from pole_social.once import once


def _written_in(request: HttpRequest, pk: UUID) -> Evaluation:
    """The evaluation, kept from moving until this is written. Raises MoveRefused once it is submitted."""
    found = get_object_or_404(with_names(Evaluation.objects.worked_on_by(signed_in(request))).locked(), pk=pk)
    if not found.is_editable:
        raise MoveRefused
    return found


def _back(found: Evaluation, anchor: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("evaluation:evaluation", args=[found.pk]) + anchor)


def appui(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a strength."""
    found = _written_in(request, pk)
    form = AppuiForm(request.POST)
    if not form.is_valid():
        return show(request, found, appui_form=form)

    def act() -> HttpResponseRedirect:
        form.save(found, by=signed_in(request))
        return _back(found, "#appuis")

    return once(request, form, act)


def proposition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose something, because of a fragilité if one is named."""
    found = _written_in(request, pk)
    lignes = lignes_of(found, signed_in(request))
    form = PropositionForm(request.POST, fragilites=fragilites_of(lignes))
    if not form.is_valid():
        return show(request, found, lignes=lignes, proposition_form=form)

    def act() -> HttpResponseRedirect:
        form.save(found, by=signed_in(request))
        return _back(found, "#propositions")

    return once(request, form, act)
