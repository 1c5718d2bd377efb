"""The synthesis was read again with the person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from evaluation.models.evaluation import Evaluation
from evaluation.models.exploration import ContentQuerySet
from pole_social.models import Agent, PersonRow


class Relecture(PersonRow):
    """« Relu avec la personne le… »: one dated row per reading."""

    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.PROTECT, related_name="relectures"
    )
    relue_on = models.DateField("relu avec la personne le")
    recorded_at = models.DateTimeField("noté le", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        Agent, verbose_name="noté par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = "relecture"
        verbose_name_plural = "relectures"
        ordering: ClassVar = ["relue_on", "recorded_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "relue_on"],
                name="relecture_once_a_day",
                violation_error_message="Cette relecture est déjà notée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.relue_on:%d/%m/%Y}"
