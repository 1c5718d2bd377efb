"""Hors-les-murs: the dated sessions of a tour or a permanence, and the partners on board."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone

from pole_social.models import Agent, Partenaire, PersonRow, Unite


class SeanceQuerySet(models.QuerySet["Seance"]):
    def of(self, agent: Agent) -> SeanceQuerySet:
        """Those of the unités where the agent works."""
        return self.filter(unite__in=agent.unite_ids)

    def with_counts(self) -> SeanceQuerySet:
        """Annotate `contacts` and `rattaches`: how many, and to how many of them a name was given later."""
        linked = Q(passages__concernes__linked_at__isnull=False)
        return self.annotate(
            contacts=Count("passages", distinct=True), rattaches=Count("passages", filter=linked, distinct=True)
        )


class Seance(PersonRow):
    """One outing: a day, a place, from an hour to an hour."""

    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    jour = models.DateField("jour")
    starts_at = models.TimeField("de")
    ends_at = models.TimeField("à")
    endroit = models.CharField("où", max_length=160, help_text="Par exemple « marché Sainte-Lucie, côté mairie ».")
    partenaires = models.ManyToManyField(Partenaire, verbose_name="partenaires à bord", blank=True)
    is_cancelled = models.BooleanField("annulée", default=False)
    created_at = models.DateTimeField("prévue le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="prévue par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = SeanceQuerySet.as_manager()

    class Meta:
        verbose_name = "séance hors les murs"
        verbose_name_plural = "séances hors les murs"
        ordering: ClassVar = ["jour", "starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="seance_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="La fin de la séance précède son début.",
            ),
            models.UniqueConstraint(
                fields=["unite", "jour", "starts_at"],
                condition=Q(is_cancelled=False),
                name="seance_once",
                violation_error_message="Une séance commence déjà à cette heure-là.",
            ),
        ]

    def __str__(self) -> str:
        return self.endroit

    @property
    def is_today(self) -> bool:
        return self.jour == timezone.localdate() and not self.is_cancelled
