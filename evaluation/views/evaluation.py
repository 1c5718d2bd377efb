"""The evaluation's one page: 14 domaines, what was said, what is proposed, and the next act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accueil.models import Demande, Relais, Usager
from evaluation.forms.apports import AppuiForm, GardeForm, PropositionForm
from evaluation.forms.contribution import RetraitForm
from evaluation.forms.decision import AnnulationForm, DecisionForm
from evaluation.models import Evaluation, PointAppui
from evaluation.models.evaluation import EvaluationQuerySet
from evaluation.views.contributions import contributions_of
from evaluation.views.dit import latest_faits
from evaluation.views.evolution import evolution_of
from evaluation.views.lignes import Ligne, fragilites_of, legende_of, lignes_of, not_explored
from evaluation.views.propositions import propositions_of
from pole_social.access import signed_in
from pole_social.forms import HubForm
from pole_social.models import Agent

Statut = Evaluation.Statut
FORMS = {
    "annulation_form": AnnulationForm,
    "appui_form": AppuiForm,
    "decision_form": DecisionForm,
    "garde_form": GardeForm,
    "retrait_form": RetraitForm,
}
TONS = {
    Statut.EN_COURS: "actif",
    Statut.A_VALIDER: "attention",
    Statut.A_REPRENDRE: "attention",
    Statut.VALIDEE: "fait",
    Statut.SANS_ACCOMPAGNEMENT: "retire",
}


def with_names(found: EvaluationQuerySet) -> EvaluationQuerySet:
    return found.select_related("usager", "unite__lieu", "evaluateur")


def my_evaluation(request: HttpRequest, pk: UUID) -> Evaluation:
    """One that this agent writes in; on a POST, kept from moving until what is written next is committed."""
    mine = with_names(Evaluation.objects.worked_on_by(signed_in(request)))
    return get_object_or_404(mine.locked() if request.method == "POST" else mine, pk=pk)


def evaluation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page, as far as this reader may see."""
    visible = with_names(Evaluation.objects.visible_to(signed_in(request)))
    return show(request, get_object_or_404(visible, pk=pk))


def show(
    request: HttpRequest,
    found: Evaluation,
    *,
    lignes: list[Ligne] | None = None,
    refused: Iterable[str] = (),
    status: int = 200,
    **forms: HubForm,
) -> HttpResponse:
    """Render the page; `forms` are those that were refused, `refused` what was missing."""
    agent = signed_in(request)
    if lignes is None:
        lignes = lignes_of(found, agent)
    is_auteur = Evaluation.objects.worked_on_by(agent).filter(pk=found.pk).exists()
    context: dict[str, Any] = {
        "evaluation": found,
        "aujourdhui": timezone.localdate(),
        "has_content": bool(lignes),
        "ton": TONS[Statut(found.statut)],
        "lignes": lignes,
        "manquants": not_explored(lignes),
        "refuses": refused,
        "is_auteur": is_auteur,
        "can_edit": is_auteur and found.is_editable,
        "can_decide": found.unite_id in agent.supervised_unite_ids and found.statut == Statut.A_VALIDER,
        "can_release": is_auteur and found.is_handed_over,
        "can_send": is_auteur and found.statut == Statut.VALIDEE,
        **_derived(lignes),
        **_said(found, agent),
        **_found(found, agent),
        **contributions_of(agent, found),
        **evolution_of(found, agent, lignes),
        **{name: forms.get(name) or form() for name, form in FORMS.items()},
    }
    can_edit = context["can_edit"]
    context |= propositions_of(found, agent, lignes, context["faits"], can_edit=can_edit)
    unsent = PropositionForm(fragilites=fragilites_of(lignes))
    context["proposition_form"] = forms.get("proposition_form") or unsent
    return render(request, "evaluation/evaluation.html", context, status=status)


def _derived(lignes: list[Ligne]) -> dict[str, Any]:
    """What the rows say together."""
    angles = [ligne for ligne in lignes if ligne.is_blind_spot]
    return {
        "n_abordes": sum(ligne.exploration.is_explored for ligne in lignes),
        "legende": legende_of(lignes),
        "angles": angles,
        "has_printed_angles": any(not ligne.is_kept_off_paper for ligne in angles),
        "has_protocole": any(ligne.opens_protocol for ligne in lignes),
    }


def _said(found: Evaluation, agent: Agent) -> dict[str, Any]:
    """What was said before, and to whom the evaluation was handed over."""
    relais = Relais.objects.visible_to(agent).select_related("de_unite__lieu", "vers_unite__lieu", "sent_by")
    received = [one for one in relais.filter(evaluations_recues=found) if one.journal_rattachement]  # type: ignore[attr-defined]
    demandes = Demande.objects.visible_to(agent).filter(relais__evaluations_recues=found)
    return {
        "relais_recus": received,
        "relais_envoyes": list(relais.filter(evaluations_envoyees=found)),
        "demandes": list(demandes.select_related("domaine")),
        "faits": latest_faits(agent, found.usager_id),
        "contact": Usager.objects.visible_to(agent).filter(pk=found.usager_id).first(),
    }


def _found(found: Evaluation, agent: Agent) -> dict[str, Any]:
    """Strengths, and the history of states."""
    appuis = PointAppui.objects.visible_to(agent).filter(evaluation=found)
    etapes = list(found.etapes.select_related("by"))
    return {
        "appuis": list(appuis),
        "etapes": etapes,
        "derniere_etape": etapes[-1] if etapes else None,
    }
