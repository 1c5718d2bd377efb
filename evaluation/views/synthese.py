"""The synthesis that the person takes home: what they said, what we propose, what comes next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accueil.models import Usager
from accueil.views.feuille_de_route import printed_appointments
from evaluation.forms.synthese import CompletForm, RelectureForm
from evaluation.models import Evaluation, PointAppui, Proposition, Relecture
from evaluation.models.evaluation import EvaluationQuerySet
from evaluation.views.lignes import Ligne, lignes_of
from evaluation.views.papier import Papier, papier_of
from pole_social.access import Role, signed_in
from pole_social.journal import because
from pole_social.models import Agent
from pole_social.once import once

# What the journal says of the complete version.
A_SA_DEMANDE = "a_sa_demande"
# A person has a few.
APPOINTMENTS_SHOWN = 3


def synthese(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page to print; sent with its box ticked, the complete version, once.

    It is the answer to that sending and has no address: nobody finds it again in a history.
    """
    agent = signed_in(request)
    if request.method == "POST" and Role.SOCIAL not in agent.roles:
        raise PermissionDenied
    found, lignes = _read(Evaluation.objects.visible_to(agent), agent, pk)
    form = CompletForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _complete(request, found, lignes, form)
    return _page(request, found, lignes, complet_form=form)


def _read(evaluations: EvaluationQuerySet, agent: Agent, pk: UUID) -> tuple[Evaluation, list[Ligne]]:
    """Without its content there is no synthesis: whoever reads dates and names only finds nothing here."""
    named = evaluations.select_related("usager", "unite__lieu__commune", "evaluateur__metier")
    found = get_object_or_404(named, pk=pk)
    lignes = lignes_of(found, agent)
    if not lignes:
        raise Http404
    return found, lignes


def _complete(request: HttpRequest, found: Evaluation, lignes: list[Ligne], form: CompletForm) -> HttpResponse:
    """Sent again (a refresh, a step back), the discreet page: the next at this workstation sees no more."""
    fresh: list[HttpResponse] = []

    def act() -> HttpResponseRedirect:
        fresh.append(because(_page(request, found, lignes, is_complete=True), A_SA_DEMANDE))
        return redirect("evaluation:synthese", found.pk)

    answer = once(request, form, act)
    return fresh[0] if fresh else answer


def relecture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that it was read again with the person."""
    agent = signed_in(request)
    found, lignes = _read(Evaluation.objects.worked_on_by(agent), agent, pk)
    form = RelectureForm(request.POST, evaluation=found)
    if form.is_valid():
        return once(request, form, lambda: _noted(request, found, form))
    return _page(request, found, lignes, relecture_form=form)


def _noted(request: HttpRequest, found: Evaluation, form: RelectureForm) -> HttpResponseRedirect:
    form.save(by=signed_in(request))
    messages.success(request, "La relecture est notée : sa date s’imprime sur la synthèse.")
    return redirect("evaluation:synthese", found.pk)


def _page(
    request: HttpRequest,
    found: Evaluation,
    lignes: list[Ligne],
    *,
    is_complete: bool = False,
    complet_form: CompletForm | None = None,
    relecture_form: RelectureForm | None = None,
) -> HttpResponse:
    agent = signed_in(request)
    shown = [ligne for ligne in lignes if is_complete or not ligne.is_kept_off_paper]
    context: dict[str, Any] = {
        "evaluation": found,
        "papier": _papier(found, agent, lignes, is_complete),
        "rencontres": _met(found, shown),
        "aujourdhui": timezone.localdate(),
        "relectures": list(Relecture.objects.visible_to(agent).filter(evaluation=found)),
        "rendez_vous": printed_appointments(agent, found.usager_id)[:APPOINTMENTS_SHOWN],
        "is_complete": is_complete,
        "contact": Usager.objects.visible_to(agent).filter(pk=found.usager_id).first() if is_complete else None,
        "can_complete": Role.SOCIAL in agent.roles,
        "can_note": Evaluation.objects.worked_on_by(agent).filter(pk=found.pk).exists(),
        "complet_form": complet_form or CompletForm(),
        "relecture_form": relecture_form or RelectureForm(evaluation=found),
    }
    return render(request, "evaluation/synthese.html", context)


def _papier(found: Evaluation, agent: Agent, lignes: list[Ligne], is_complete: bool) -> Papier:
    appuis = PointAppui.objects.visible_to(agent).filter(evaluation=found)
    kept = Proposition.objects.visible_to(agent).filter(evaluation=found).kept()
    kept = kept.select_related("fragilite__fragilite", "regle__fragilite", "metier", "droit__domaine")
    return papier_of(lignes, appuis, kept, is_complete=is_complete)


def _met(found: Evaluation, lignes: list[Ligne]) -> dict[str, Any]:
    """The others who explored a domaine, and the days of the first and the last one."""
    explored = [ligne.exploration for ligne in lignes if ligne.exploration.explored_at]
    others = {one.explored_by.nom_complet for one in explored if one.explored_by_id != found.evaluateur_id}  # type: ignore[union-attr]
    days = sorted(timezone.localdate(one.explored_at) for one in explored)
    return {"autres": sorted(others), "du": days[0] if days else None, "au": days[-1] if days else None}
