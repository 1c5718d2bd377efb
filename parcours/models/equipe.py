"""The professionals of a parcours: one référent at a time, and dated intervenants of any métier."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from parcours.models.scope import TeamQuerySet
from pole_social.models import Agent, PersonRow


class IntervenantQuerySet(TeamQuerySet):
    def supervised(self, agent: Agent) -> Q:
        """Who works with whom is metadata: the unité's responsable sees it."""
        return Q(parcours__unite__in=agent.supervised_unite_ids)

    def live(self) -> Self:
        return self.filter(ends_at=None)


class Intervenant(PersonRow):
    """One professional in a parcours, dated; one of them is the référent."""

    parcours = models.ForeignKey(
        "parcours.Parcours", verbose_name="parcours", on_delete=models.PROTECT, related_name="intervenants"
    )
    agent = models.ForeignKey(Agent, verbose_name="professionnel", on_delete=models.PROTECT, related_name="+")
    is_referent = models.BooleanField("référent", default=False)
    starts_at = models.DateTimeField("depuis", default=timezone.now)
    ends_at = models.DateTimeField("jusqu’à", null=True, blank=True)

    objects = IntervenantQuerySet.as_manager()

    class Meta:
        verbose_name = "intervenant"
        verbose_name_plural = "intervenants"
        ordering: ClassVar = ["-is_referent", "starts_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parcours"],
                condition=Q(is_referent=True, ends_at=None),
                name="parcours_one_referent",
                violation_error_message="Ce parcours a déjà un référent.",
            ),
            models.UniqueConstraint(
                fields=["parcours", "agent"],
                condition=Q(ends_at=None),
                name="intervenant_open_once",
                violation_error_message="Cette personne est déjà dans l’équipe.",
            ),
            models.CheckConstraint(
                name="intervenant_in_order",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                violation_error_message="La fin précède le début.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["agent"], name="intervenant_live", condition=Q(ends_at=None))]

    def __str__(self) -> str:
        return str(self.agent)
