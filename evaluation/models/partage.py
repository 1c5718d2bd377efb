"""The synthesis of an evaluation, shared with one colleague of another profession."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accueil.models import Partage, PartageQuerySet
from accueil.models.partage import partage_constraints
from accueil.models.rattachement import RattachementQuerySet
from evaluation.models.connus import may_know_of
from evaluation.models.evaluation import CONTENT_NATURES, Evaluation, content_relationships
from pole_social.access import CARE
from pole_social.models import Agent, Metier

Famille = Metier.Famille
# Those who work with the person and read no social content; the social professions read it by their work.
MAY_BE_TOLD = frozenset({Famille.SANTE, Famille.SANTE_SEXUELLE, Famille.PSYCHOLOGIE})


class PartageNommeQuerySet(PartageQuerySet):
    """A row names who was told: of those who may read it, seen by those to whom that name tells nothing new."""

    def readable_by(self, agent: Agent) -> Self:
        return super().readable_by(agent).filter(self.concerning(agent) | self.known_to(agent))

    def concerning(self, agent: Agent) -> Q:
        """Whoever shared, and whoever was told, whatever the others may know."""
        return Q(auteur=agent) | Q(destinataire=agent)

    def known_to(self, agent: Agent) -> Q:
        """Those whose receiver `agent` may know to work with the person."""
        return may_know_of(agent, OuterRef(self.usager_path), "destinataire")


class PartageEvaluationQuerySet(PartageNommeQuerySet):
    """Listed for those who read the content; while it lasts, for the one it is shared with."""

    usager_path = "evaluation__usager_id"
    readers = CARE

    def with_agent(self, agent: Agent) -> Self:
        """Nothing while the evaluation is being made again: what was shared is what had been settled."""
        return super().with_agent(agent).filter(evaluation__statut__in=Evaluation.SETTLED)

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        mine = PartageEvaluation.objects.with_agent(agent).filter(pk=OuterRef(OuterRef("pk")))
        told = self.relationships(agent, *CONTENT_NATURES).filter(Exists(mine))
        return content_relationships(self, agent, "evaluation_id") | told

    def known_to(self, agent: Agent) -> Q:
        """Whoever reads the content reads who contributes to it."""
        return may_know_of(agent, OuterRef(self.usager_path), "destinataire", also=[OuterRef("evaluation_id")])


class PartageEvaluation(Partage):
    """One settled evaluation, whose synthesis one more professional reads until a day, or until it is revoked."""

    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.PROTECT, related_name="partages"
    )

    objects = PartageEvaluationQuerySet.as_manager()

    class Meta(Partage.Meta):
        verbose_name = "partage d’une évaluation"
        verbose_name_plural = "partages d’évaluations"
        constraints: ClassVar = partage_constraints("partage_evaluation", "evaluation")


def shared_with(agent: Agent, evaluation: OuterRef) -> PartageEvaluationQuerySet:
    """The live partages of this evaluation with this agent."""
    return PartageEvaluation.objects.with_agent(agent).filter(evaluation=evaluation)
