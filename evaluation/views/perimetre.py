"""Who works on an evaluation, as opposed to who reads it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accueil.models import Rattachement
from evaluation.models import Evaluation
from evaluation.models.evaluation import EvaluationQuerySet
from pole_social.models import Agent

WORK_NATURES = (Rattachement.Nature.EVALUATION, Rattachement.Nature.CONTRIBUTION)


def worked_on(agent: Agent) -> EvaluationQuerySet:
    """The evaluations whose evaluator or contributor this agent is: they alone write in them.

    Read through `allowing`, so that a former evaluator who has changed métier writes no more.
    """
    visible = Evaluation.objects.visible_to(agent)
    mine = visible.allowing(agent).filter(agent=agent, nature__in=WORK_NATURES, source_id=OuterRef("pk"))
    return visible.filter(Exists(mine))


def locked(found: EvaluationQuerySet) -> EvaluationQuerySet:
    """The same, each waiting for whoever is writing in it: what is checked next stays true until the commit."""
    return found.select_for_update(of=("self",), no_key=True)
