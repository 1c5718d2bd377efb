"""Where the hub stands: territoires, communes, lieux, their bureaux and unités."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.utils import timezone

from pole_social.models.base import Referentiel


class Territoire(Referentiel):
    """A *service des solidarités territoriales* (SST): nothing about a person crosses its border."""

    nom = models.CharField("nom", max_length=120)

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"
        ordering: ClassVar = ["nom"]

    def __str__(self) -> str:
        return self.nom


class Commune(Referentiel):
    """A commune, by its INSEE code (`code`)."""

    nom = models.CharField("nom", max_length=120)
    code_postal = models.CharField("code postal", max_length=5)
    territoire = models.ForeignKey(
        Territoire, verbose_name="territoire", on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta:
        verbose_name = "commune"
        verbose_name_plural = "communes"
        ordering: ClassVar = ["nom"]

    def __str__(self) -> str:
        return self.nom


class Joignable(models.Model):
    """Where to go, when, which number to dial: what a paper handed over must say. Each may be unknown."""

    adresse = models.CharField(
        "adresse", max_length=200, blank=True, help_text="Telle qu’elle s’imprime, commune comprise."
    )
    telephone = models.CharField("téléphone", max_length=30, blank=True)
    horaires = models.CharField(
        "horaires", max_length=120, blank=True, help_text="Par exemple : du lundi au vendredi, 8 h 30 – 17 h 30."
    )

    class Meta:
        abstract = True

    @property
    def coordonnees(self) -> list[str]:
        """What is known of the three, a line each."""
        return [line for line in (self.adresse, self.telephone, self.horaires) if line]


class Lieu(Joignable, Referentiel):
    """A place where people are received; it can close for a time."""

    class Type(models.TextChoices):
        POLE_SOCIAL = "pole_social", "pôle social"
        ANTENNE = "antenne", "antenne"
        PMI = "pmi", "PMI"
        PERMANENCE = "permanence", "permanence"
        TOURNEE = "tournee", "tournée"

    nom = models.CharField("nom", max_length=120)
    type = models.CharField("type", max_length=20, choices=Type)
    territoire = models.ForeignKey(
        Territoire, verbose_name="territoire", on_delete=models.PROTECT, null=True, blank=True
    )
    commune = models.ForeignKey(Commune, verbose_name="commune", on_delete=models.PROTECT, null=True, blank=True)
    closed_from = models.DateField("fermé du", null=True, blank=True)
    closed_until = models.DateField("fermé jusqu’au", null=True, blank=True)
    fermeture = models.CharField("motif de fermeture", max_length=200, blank=True)
    jeton_affichage = models.CharField(
        "clé de l’écran d’appel",
        max_length=43,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="Sans clé, le lieu n’a pas d’écran public.",
    )

    class Meta:
        verbose_name = "lieu"
        verbose_name_plural = "lieux"
        ordering: ClassVar = ["nom"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="lieu_closure_in_order",
                condition=models.Q(closed_until__gte=models.F("closed_from"))
                | models.Q(closed_from=None)
                | models.Q(closed_until=None),
                violation_error_message="La fin de la fermeture précède son début.",
            )
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def ou_aller(self) -> str:
        """Its name, then its address, or its commune where the name does not hold it."""
        if self.adresse:
            return f"{self.nom}, {self.adresse}"
        if self.commune and self.commune.nom not in self.nom:
            return f"{self.nom}, {self.commune.nom}"
        return self.nom

    def open_screen(self) -> None:
        """Give the public screen a new address, which cannot be guessed; the former one ends."""
        self.jeton_affichage = secrets.token_urlsafe(32)
        self.save(update_fields=["jeton_affichage"])

    def close_screen(self) -> None:
        self.jeton_affichage = None
        self.save(update_fields=["jeton_affichage"])

    def is_closed(self, on: date) -> bool:
        """Whether the lieu is closed on that day (both ends included)."""
        if self.closed_from is None or on < self.closed_from:
            return False
        return self.closed_until is None or on <= self.closed_until


class Bureau(models.Model):
    """An office where somebody is received."""

    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.PROTECT, related_name="bureaux")
    nom = models.CharField("nom", max_length=60)

    class Meta:
        verbose_name = "bureau"
        verbose_name_plural = "bureaux"
        # « bureau 2 » before « bureau 10 ».
        ordering: ClassVar = [Length("nom"), "nom"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lieu", "nom"],
                name="bureau_once_per_lieu",
                violation_error_message="Ce lieu a déjà un bureau de ce nom.",
            )
        ]

    def __str__(self) -> str:
        return self.nom


class UniteQuerySet(models.QuerySet["Unite"]):
    def receiving_from(self, sender: Unite, natures: Sequence[str]) -> UniteQuerySet:
        """The other unités of the territoire that a relais may go to, in this order, where the lieu is open today."""
        today = timezone.localdate()
        closed = Q(lieu__closed_from__lte=today) & (Q(lieu__closed_until=None) | Q(lieu__closed_until__gte=today))
        near = self.filter(nature__in=natures, lieu__territoire=sender.lieu.territoire_id).exclude(pk=sender.pk)
        rank = Case(*(When(nature=nature, then=Value(i)) for i, nature in enumerate(natures)))
        return near.exclude(closed).select_related("lieu").order_by("lieu__nom", rank)


class Unite(Referentiel):
    """A team at a lieu: relais are addressed to it, agents are affected to it."""

    class Nature(models.TextChoices):
        ACCUEIL = "accueil", "accueil"
        EVALUATION = "evaluation", "évaluation"
        ACCOMPAGNEMENT = "accompagnement", "accompagnement"
        SANTE = "sante", "santé (PMI)"
        SANTE_SEXUELLE = "sante_sexuelle", "santé sexuelle"
        DIRECTION = "direction", "direction"

    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.PROTECT, related_name="unites")
    nature = models.CharField("nature", max_length=20, choices=Nature)

    objects = UniteQuerySet.as_manager()

    class Meta:
        verbose_name = "unité"
        verbose_name_plural = "unités"
        ordering: ClassVar = ["lieu__nom", "nature"]

    def __str__(self) -> str:
        return self.nom

    @property
    def nom(self) -> str:
        """As it is said on the screens: « évaluation · Pôle social d’Issy »."""
        return f"{self.get_nature_display()} · {self.lieu.nom}"
