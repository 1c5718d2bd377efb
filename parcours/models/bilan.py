"""The bilan: at its period, each fragilité's level again, each objectif's progress, the person's words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from parcours.models.objectif import Objectif
from parcours.models.parcours import Parcours
from parcours.models.scope import TeamQuerySet
from pole_social.models import Agent, PersonRow


class Bilan(PersonRow):
    """One dated bilan, written once: what changes next is said in the next one.

    The levels are `NiveauReleve` rows that this one made (evaluation reads them too).
    """

    class Nature(models.TextChoices):
        PERIODIQUE = "periodique", "bilan"
        FINAL = "final", "bilan de fin"

    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="bilans")
    auteur = models.ForeignKey(Agent, verbose_name="auteur", on_delete=models.PROTECT, related_name="+")
    nature = models.CharField("nature", max_length=12, choices=Nature, default=Nature.PERIODIQUE)
    held_on = models.DateField("fait le")
    with_person = models.BooleanField("fait avec la personne", default=True)
    paroles = models.TextField(
        "ce qu’en dit la personne",
        max_length=5000,
        blank=True,
        help_text="Avec ses mots. Lu par l’équipe du parcours et par la personne.",
    )
    synthese = models.TextField(
        "où en est-on",
        max_length=10_000,
        help_text="Lu par l’équipe du parcours. La personne peut demander à le lire.",
    )
    # What this bilan decided; both empty on a last one.
    periode = models.PositiveSmallIntegerField("prochain bilan dans", choices=Parcours.Periode, null=True, blank=True)
    next_on = models.DateField("prochain bilan le", null=True, blank=True)
    recorded_at = models.DateTimeField("enregistré le", default=timezone.now, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = "bilan"
        verbose_name_plural = "bilans"
        ordering: ClassVar = ["-held_on", "-recorded_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parcours", "held_on"],
                name="bilan_once_a_day",
                violation_error_message="Un bilan est déjà enregistré à cette date.",
            ),
            models.CheckConstraint(
                name="bilan_says_the_next",
                condition=Q(nature="final", periode=None, next_on=None)
                | Q(nature="periodique", periode__isnull=False, next_on__gt=F("held_on")),
                violation_error_message="Dites quand aura lieu le prochain bilan.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} du {self.held_on:%d/%m/%Y}"


class AvancementQuerySet(TeamQuerySet):
    usager_path = "bilan__parcours__usager_id"
    parcours_path = "bilan__parcours_id"


class Avancement(PersonRow):
    """How far one objectif has come, as a bilan says it."""

    class Etat(models.TextChoices):
        ATTEINT = "atteint", "atteint"
        AVANCE = "avance", "ça avance"
        BLOQUE = "bloque", "bloqué"
        ABANDONNE = "abandonne", "abandonné"

    bilan = models.ForeignKey(Bilan, verbose_name="bilan", on_delete=models.PROTECT, related_name="avancements")
    objectif = models.ForeignKey(
        Objectif, verbose_name="objectif", on_delete=models.PROTECT, related_name="avancements"
    )
    etat = models.CharField("où en est-on", max_length=10, choices=Etat)
    commentaire = models.CharField("précision", max_length=500, blank=True, help_text="Lu par l’équipe du parcours.")

    objects = AvancementQuerySet.as_manager()

    class Meta:
        verbose_name = "avancement"
        verbose_name_plural = "avancements"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bilan", "objectif"],
                name="avancement_once",
                violation_error_message="L’avancement de cet objectif est déjà dit dans ce bilan.",
            )
        ]

    def __str__(self) -> str:
        return self.get_etat_display()
