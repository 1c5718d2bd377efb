"""Between colleagues on site: the call for help, and the sheet about an act. Neither names a person received."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from pole_social.models import Agent, Bureau, Lieu, PersonRow

# A call that nobody closed is old news after that; it stays in the table.
CALL_LASTS = timedelta(hours=1)


class AppelAideQuerySet(models.QuerySet["AppelAide"]):
    def live(self, lieu: Lieu) -> AppelAideQuerySet:
        """The calls of this lieu that nobody has closed yet, the oldest first."""
        return self.filter(lieu=lieu, ended_at=None, at__gt=timezone.now() - CALL_LASTS).order_by("at", "pk")


class AppelAide(PersonRow):
    """« Besoin d’aide » : an agent asks those on site to come, to an office."""

    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.PROTECT, related_name="+")
    bureau = models.ForeignKey(
        Bureau, verbose_name="bureau", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("à", default=timezone.now, editable=False)
    by = models.ForeignKey(Agent, verbose_name="par", on_delete=models.PROTECT, related_name="+", editable=False)
    answered_by = models.ForeignKey(
        Agent, verbose_name="collègue en route", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField("terminé à", null=True, blank=True, editable=False)

    objects = AppelAideQuerySet.as_manager()

    class Meta:
        verbose_name = "appel à l’aide"
        verbose_name_plural = "appels à l’aide"
        ordering: ClassVar = ["-at"]
        indexes: ClassVar = [models.Index(fields=["lieu", "at"], name="appel_en_cours", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.at:%H:%M}"


class Incident(PersonRow):
    """What happened, when and where: about the act, never a flag on somebody. It has no link to a person."""

    class Nature(models.TextChoices):
        VERBALE = "verbale", "paroles agressives ou menaces"
        PHYSIQUE = "physique", "geste violent"
        DEGRADATION = "degradation", "dégradation ou vol"
        MALAISE = "malaise", "malaise ou accident"
        AUTRE = "autre", "autre"

    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField("survenu le")
    nature = models.CharField("nature de l’acte", max_length=20, choices=Nature)
    recit = models.TextField(
        "ce qui s’est passé",
        max_length=2000,
        help_text="L’acte, sans nom : ni usager, ni jugement. Lu par vous et par l’encadrement du lieu.",
    )
    suites = models.TextField("ce qui a été fait", max_length=1000, blank=True)
    created_at = models.DateTimeField("noté le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="noté par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name = "fiche d’incident"
        verbose_name_plural = "fiches d’incident"
        ordering: ClassVar = ["-happened_at"]

    def __str__(self) -> str:
        return self.get_nature_display()
