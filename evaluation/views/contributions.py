"""What the pages show of the contributions asked of other métiers."""

from __future__ import annotations

from typing import Any

from evaluation.models import Contribution, Evaluation
from evaluation.models.contribution import ContributionQuerySet
from pole_social.models import Agent


def contributions_of(agent: Agent, evaluation: Evaluation) -> dict[str, Any]:
    """For the evaluation's page: all of them, and those that keep it from being submitted."""
    found = Contribution.objects.visible_to(agent).filter(evaluation=evaluation).with_outcome()
    listed = list(found.select_related("agent__metier", "asked_by"))
    return {"contributions": listed, "attendues": [one for one in listed if one.is_awaited]}


def awaited(agent: Agent, evaluation: Evaluation) -> list[str]:
    """Those that keep it from being submitted, in words."""
    return [
        f"Contribution de {one.agent.nom_complet} ({one.agent.metier.libelle})"
        for one in contributions_of(agent, evaluation)["attendues"]
    ]


def contributions_asked_of(agent: Agent) -> ContributionQuerySet:
    """What this agent is asked, for the pages where their day begins: the first date first."""
    found = Contribution.objects.visible_to(agent).filter(agent=agent).waiting()
    return found.select_related("evaluation__usager", "asked_by").order_by("echeance", "asked_at", "pk")
