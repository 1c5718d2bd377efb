"""Sharing the synthesis of an evaluation; reading one that was shared; taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from evaluation.forms.partage import PartageEvaluationForm
from evaluation.models import Evaluation, PartageEvaluation, PointAppui, Proposition
from evaluation.views.lignes import Ligne, lignes_shared_with
from evaluation.views.papier import Papier, papier_of
from pole_social.access import signed_in
from pole_social.models import Agent
from pole_social.once import once_unless_taken

# A measure of child protection: told by those named on it, never by what a person takes home.
NEVER_SHARED = {"sortie_ase"}


def partages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """With whom it is shared now; with whom else, why, on which basis, what the person knows, until when."""
    agent = signed_in(request)
    mine = Evaluation.objects.visible_to(agent).shareable_by(agent).select_related("usager")
    found = get_object_or_404(mine, pk=pk)
    form = PartageEvaluationForm(request.POST or None, evaluation=found, by=agent)
    if answer := once_unless_taken(request, form, lambda: _shared(request, form)):
        return answer
    shared = PartageEvaluation.objects.visible_to(agent).filter(evaluation=found).live()
    context = {
        "evaluation": found,
        "partages": list(shared.select_related("auteur", "destinataire__metier")),
        "form": form,
    }
    return render(request, "evaluation/partages.html", context, status=form.status)


def _shared(request: HttpRequest, form: PartageEvaluationForm) -> HttpResponseRedirect:
    made = form.save()
    messages.success(request, f"Synthèse partagée avec {made.destinataire.nom_complet}.")
    return redirect("evaluation:partages", made.evaluation_id)


def retrait(request: HttpRequest, pk: UUID, partage: UUID) -> HttpResponse:
    """At once: whoever was told reads it no more. By any social worker it is listed for: who shared may be gone."""
    agent = signed_in(request)
    found = get_object_or_404(PartageEvaluation.objects.visible_to(agent).filter(evaluation=pk), pk=partage)
    if found.revoked_at is None:
        found.revoke(by=agent)
    messages.success(request, "Le partage est retiré.")
    if Evaluation.objects.visible_to(agent).shareable_by(agent).filter(pk=pk).exists():
        return redirect("evaluation:partages", pk)
    return redirect("evaluation:evaluation", pk)


def partage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the person took home, read by the one colleague it is shared with."""
    agent = signed_in(request)
    told = PartageEvaluation.objects.visible_to(agent).with_agent(agent)
    names = ("auteur", "evaluation__usager", "evaluation__evaluateur__metier")
    found = get_object_or_404(told.select_related(*names), pk=pk)
    lignes = lignes_shared_with(agent, found.evaluation)
    if not lignes:
        raise Http404
    context = {"partage": found, "evaluation": found.evaluation, "papier": _papier(found.evaluation, agent, lignes)}
    return render(request, "evaluation/partage.html", context)


def _papier(evaluation: Evaluation, agent: Agent, lignes: list[Ligne]) -> Papier:
    """The discreet paper: nothing of violence, of a child in danger, nor the safe contact."""
    for ligne in lignes:
        ligne.fragilites = [one for one in ligne.fragilites if one.fragilite.code not in NEVER_SHARED]
    appuis = PointAppui.objects.for_synthese().visible_to(agent).filter(evaluation=evaluation)
    kept = Proposition.objects.for_synthese().visible_to(agent).filter(evaluation=evaluation).kept()
    kept = kept.exclude(fragilite__fragilite__code__in=NEVER_SHARED).exclude(regle__fragilite__code__in=NEVER_SHARED)
    kept = kept.select_related("fragilite__fragilite", "regle__fragilite", "metier", "droit__domaine")
    return papier_of(lignes, appuis, kept)
