"""Sharing the synthesis of an evaluation with one colleague of another profession."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accueil.forms.partage import PARTAGE_FIELDS, PartageForm
from evaluation.collegues import colleagues
from evaluation.models import Evaluation, PartageEvaluation
from evaluation.models.partage import MAY_BE_TOLD
from pole_social.models import Agent


def who_may_be_told(evaluation: Evaluation, by: Agent) -> QuerySet[Agent]:
    """Of the professions that read no evaluation: those of the teams that `by` is in, or asked to contribute to it."""
    known = colleagues(evaluation.usager_id, by, also=[evaluation.pk])
    return known.filter(metier__famille__in=MAY_BE_TOLD)


class PartageEvaluationForm(PartageForm):
    """`evaluation` is settled, and `by` may share it."""

    class Meta:
        model = PartageEvaluation
        fields = PARTAGE_FIELDS

    def __init__(self, *args: Any, evaluation: Evaluation, by: Agent, **kwargs: Any) -> None:
        self.evaluation = evaluation
        offered = who_may_be_told(evaluation, by)
        super().__init__(*args, by=by, offered=offered, standing=evaluation.partages.all(), **kwargs)
        self.fields[
            "destinataire"
        ].help_text = "Les collègues de vos équipes qui travaillent avec elle, d’un métier qui ne lit pas l’évaluation."

    @transaction.atomic
    def save(self) -> PartageEvaluation:  # type: ignore[override]
        """One live partage per reader."""
        evaluations = Evaluation._base_manager.select_for_update(of=("self",), no_key=True)
        made: PartageEvaluation = self.record(
            lambda: evaluations.get(pk=self.evaluation.pk), evaluation=self.evaluation
        )
        return made
