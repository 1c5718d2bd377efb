"""The unité's page: the relais that wait, my evaluations, those that a responsable decides."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accueil.models import Relais
from accueil.models.relais import RelaisQuerySet
from evaluation.models import Evaluation, Exploration
from evaluation.models.evaluation import EvaluationQuerySet
from evaluation.views.contributions import contributions_asked_of
from pole_social.access import CARE, Role, signed_in
from pole_social.models import Agent, Unite

Statut = Evaluation.Statut
WITH_NAMES = ("usager", "unite__lieu", "evaluateur")


def liste(request: HttpRequest) -> HttpResponse:
    """What waits for me here today, the oldest promise first."""
    agent = signed_in(request)
    leads = Role.ENCADREMENT in agent.roles
    supervised = list(_supervised(agent)) if leads else []
    context = {
        "relais": _waiting(agent),
        "miennes": _mine(agent),
        "contributions_demandees": contributions_asked_of(agent) if CARE & agent.roles else [],
        "is_evaluateur": Role.SOCIAL in agent.roles,
        "leads": leads,
        "a_valider": [found for found in supervised if found.statut == Statut.A_VALIDER],
        "en_cours": [found for found in supervised if found.statut != Statut.A_VALIDER],
        "aujourdhui": timezone.localdate(),
    }
    return render(request, "evaluation/liste.html", context)


def _waiting(agent: Agent) -> RelaisQuerySet:
    """The relais addressed to my unités évaluation, or to those I answer for."""
    mine = Q(vers_unite__in=agent.unite_ids) | Q(vers_unite__in=agent.supervised_unite_ids)
    found = Relais.objects.visible_to(agent).waiting().filter(mine, vers_unite__nature=Unite.Nature.EVALUATION)
    return found.select_related("usager", "de_unite__lieu", "vers_unite__lieu", "sent_by")


def _mine(agent: Agent) -> EvaluationQuerySet:
    """Those I work on: open, or validated until I have let go."""
    explored = Exploration.objects.filter(evaluation=OuterRef("pk")).exclude(etat=Exploration.Etat.PAS_ENCORE_ABORDE)
    count = explored.order_by().values("evaluation").annotate(total=Count("pk")).values("total")
    found = Evaluation.objects.worked_on_by(agent).to_follow()
    found = _with_relais(found).annotate(abordes=Coalesce(Subquery(count), 0))
    return found.select_related(*WITH_NAMES)


def _supervised(agent: Agent) -> EvaluationQuerySet:
    """Every evaluation going on in the unités I answer for: state, dates, owner, never the content."""
    found = Evaluation.objects.visible_to(agent).to_follow().filter(unite__in=agent.supervised_unite_ids)
    return _with_relais(found).select_related(*WITH_NAMES)


def _with_relais(found: EvaluationQuerySet) -> EvaluationQuerySet:
    """Each with what was sent from it: waiting, and waiting longer than was promised."""
    sent = Relais.objects.filter(evaluations_envoyees=OuterRef("pk"))
    overdue = sent.overdue(timezone.localdate())
    return found.annotate(is_envoyee=Exists(sent.waiting()), is_relais_late=Exists(overdue))
