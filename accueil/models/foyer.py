"""Households: dated links, a child may be in two."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import PersonRow, Versioned


class Foyer(PersonRow, Versioned):
    """People who live together, or share a child."""

    created_at = models.DateTimeField("enregistré le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "foyer"
        verbose_name_plural = "foyers"

    def __str__(self) -> str:
        return "foyer"


class MembreFoyerQuerySet(ProtectedQuerySet["MembreFoyer"]):
    readers = SEARCHERS

    def current(self) -> MembreFoyerQuerySet:
        """Those of today; a person whose two records were both there is there once."""
        today = timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, fusion=None)


class MembreFoyer(PersonRow):
    """One person in one household, from a day to a day."""

    class Lien(models.TextChoices):
        PERSONNE = "personne", "personne de référence"
        CONJOINT = "conjoint", "conjoint"
        ENFANT = "enfant", "enfant"
        ASCENDANT = "ascendant", "ascendant"
        AUTRE = "autre", "autre"

    foyer = models.ForeignKey(Foyer, verbose_name="foyer", on_delete=models.PROTECT, related_name="membres")
    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="appartenances")
    lien = models.CharField("place dans le foyer", max_length=20, choices=Lien)
    has_autorite_parentale = models.BooleanField("a l’autorité parentale", default=False)
    starts_on = models.DateField("depuis le", default=timezone.localdate)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    # Set by a merge: both records were in this household (accueil/fusion.py).
    fusion = models.UUIDField("fusion", null=True, blank=True, editable=False)

    objects = MembreFoyerQuerySet.as_manager()

    class Meta:
        verbose_name = "membre du foyer"
        verbose_name_plural = "membres du foyer"
        ordering: ClassVar = ["starts_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="membre_in_order",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="La fin précède le début.",
            ),
            models.UniqueConstraint(
                fields=["foyer", "usager"],
                condition=Q(ends_on=None, fusion=None),
                name="membre_open_once",
                violation_error_message="Cette personne est déjà dans ce foyer.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_lien_display()
