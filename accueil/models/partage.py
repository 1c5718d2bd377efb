"""Sharing as an act: what, with whom, why, on which basis, until when; revoked at once.

Each stage has its own table of what it shares; the words and the rules are here, once.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accueil.models.visibility import ProtectedQuerySet
from pole_social.models import Agent, MoveRefused, PersonRow
from pole_social.moments import CurrentDay


class PartageQuerySet(ProtectedQuerySet[Any]):
    """It opens nothing by itself: its reader needs a live relationship with the person."""

    def live(self) -> Self:
        """Those that hold today: not revoked, not past their last day."""
        return self.filter(revoked_at=None, jusqu_au__gte=CurrentDay())

    def with_agent(self, agent: Agent) -> Self:
        return self.live().filter(destinataire=agent)


class ActePartage(PersonRow):
    """One professional tells one other, until a day. Written once, then only revoked."""

    class Information(models.TextChoices):
        """What the person knows: recorded beside the basis, never instead of it."""

        ACCORD = "accord", "la personne est d’accord"
        INFORMEE = "informee", "la personne est informée"
        NON_INFORMEE = "non_informee", "la personne n’est pas informée"

    auteur = models.ForeignKey(Agent, verbose_name="partagé par", on_delete=models.PROTECT, related_name="+")
    destinataire = models.ForeignKey(Agent, verbose_name="partagé avec", on_delete=models.PROTECT, related_name="+")
    information = models.CharField("la personne", max_length=15, choices=Information)
    jusqu_au = models.DateField("jusqu’au")
    created_at = models.DateTimeField("partagé le", default=timezone.now, editable=False)
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        Agent, verbose_name="retiré par", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"partage avec {self.destinataire}"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.jusqu_au >= timezone.localdate()

    def revoke(self, *, by: Agent) -> None:
        """End it now. Raises MoveRefused when it has been revoked already."""
        now = timezone.now()
        if not type(self)._base_manager.filter(pk=self.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
            raise MoveRefused
        self.revoked_at, self.revoked_by = now, by


class Partage(ActePartage):
    """One thing that one more professional reads: why, and on which basis."""

    class Base(models.TextChoices):
        """The law that allows it: code de l’action sociale et des familles, de la santé publique, pénal."""

        PROTECTION = "casf_l226_2_2", "partage en protection de l’enfance (CASF, L226-2-2)"
        TRANSMISSION = "casf_l226_2_1", "information préoccupante (CASF, L226-2-1)"
        SOCIAL = "casf_l121_6_2", "coordination entre travailleurs sociaux (CASF, L121-6-2)"
        SOIN = "csp_l1110_4", "équipe de soins (CSP, L1110-4)"
        SIGNALEMENT = "cp_226_14", "signalement de sévices ou de privations (code pénal, 226-14)"

    motif = models.CharField(
        "pourquoi",
        max_length=500,
        help_text="Ce que ce collègue fera de ce qu’il lit. Lu par lui et par qui lit déjà.",
    )
    base = models.CharField("sur quelle base", max_length=20, choices=Base)

    class Meta(ActePartage.Meta):
        abstract = True


def partage_constraints(name: str, *shared: str) -> list[models.BaseConstraint]:
    """The rules of a table of partages: with somebody else, revoked by somebody, once at a time."""
    return [
        models.CheckConstraint(
            name=f"{name}_with_another",
            condition=~Q(auteur=F("destinataire")),
            violation_error_message="On ne partage pas avec soi-même.",
        ),
        models.CheckConstraint(
            name=f"{name}_revoked_by",
            condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            violation_error_message="Dites qui retire ce partage.",
        ),
        models.UniqueConstraint(
            fields=[*shared, "destinataire"],
            condition=Q(revoked_at=None),
            name=f"{name}_once",
            violation_error_message="C’est déjà partagé avec cette personne.",
        ),
    ]
