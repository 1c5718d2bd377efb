"""The moves of an evaluation: sent for validation, decided, or ended without accompagnement."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from evaluation.forms.decision import DecisionForm, SansAccompagnementForm
from evaluation.models import Evaluation
from evaluation.views.contributions import awaited
from evaluation.views.evaluation import my_evaluation, show, with_names
from evaluation.views.lignes import lignes_of, not_explored
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.models import MoveRefused
from pole_social.once import once, sent_already

Statut = Evaluation.Statut


def validation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send to the responsable, once every domaine has been explored and no contribution is awaited.

    The evaluation is locked first, as it is by every save of a domaine and every signature: what is counted
    here still holds when the move is written.
    """
    agent = signed_in(request)
    found = my_evaluation(request, pk)
    if found.statut == Statut.A_VALIDER:
        return redirect("evaluation:evaluation", found.pk)
    lignes = lignes_of(found, agent)
    missing = [*not_explored(lignes), *awaited(agent, found)]
    if found.is_editable and (missing or not lignes):
        return show(request, found, lignes=lignes, refused=missing, status=409)
    found.submit(by=agent)
    messages.success(request, "L’évaluation est envoyée à la validation.")
    return redirect("evaluation:evaluation", found.pk)


def decision(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The responsable of the unité validates, or sends back and says what is missing."""
    agent = signed_in(request)
    supervised = Evaluation.objects.visible_to(agent).filter(unite__in=agent.supervised_unite_ids)
    found = get_object_or_404(with_names(supervised).locked(), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return show(request, found, decision_form=form)
    if found.statut == form.target:
        return redirect("evaluation:evaluation", found.pk)
    if form.target == Statut.VALIDEE:
        found.validate(by=agent)
        messages.success(request, "L’évaluation est validée. Vous n’en lisez plus le contenu.")
    else:
        found.send_back(by=agent, motif=form.cleaned_data["motif"])
        messages.success(request, "L’évaluation est renvoyée à son évaluateur. Vous n’en lisez plus le contenu.")
    return redirect("evaluation:evaluation", found.pk)


def sans_accompagnement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End here, with the reason; those who worked on it stop reading it."""
    is_sent = request.method == "POST"
    # The second click of a double click: they read it no more.
    if is_sent and (answer := sent_already(request)):
        return answer
    found = my_evaluation(request, pk)
    if not found.is_editable:
        if is_sent and found.statut != Statut.SANS_ACCOMPAGNEMENT:
            raise MoveRefused
        return redirect("evaluation:evaluation", found.pk)
    form = SansAccompagnementForm(request.POST if is_sent else None, brouillon=resumed(request))
    if is_sent and form.is_valid():
        return once(request, form, lambda: _closed(request, found, form))
    context = {"form": form, "evaluation": found}
    return render(request, "evaluation/sans_accompagnement.html", context, status=form.status)


def _closed(request: HttpRequest, found: Evaluation, form: SansAccompagnementForm) -> HttpResponseRedirect:
    found.close_without_accompagnement(by=signed_in(request), motif=form.cleaned_data["motif"])
    messages.success(request, "L’évaluation est close, sans accompagnement.")
    return redirect("evaluation:liste")


def fin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let go of an evaluation that other unités have taken up: nobody here reads it any more."""
    agent = signed_in(request)
    found = my_evaluation(request, pk)
    found.release(by=agent)
    messages.success(request, "Votre travail sur cette évaluation est terminé : vous ne la lisez plus.")
    return redirect("evaluation:liste")
