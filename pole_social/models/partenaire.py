"""The directory of partners; they have no account."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pole_social.models.base import Referentiel
from pole_social.models.lieu import Commune, Joignable


class Partenaire(Joignable, Referentiel):
    """A body people are sent to; without communes it serves the whole Département."""

    class Type(models.TextChoices):
        CCAS = "ccas", "CCAS"
        ACTEUR_LOCAL = "acteur_local", "acteur local"
        SANTE = "sante", "santé"
        CAF = "caf", "CAF"
        RETRAITE = "retraite", "retraite"
        HANDICAP = "handicap", "handicap"
        ASSOCIATION = "association", "association"
        PETITE_ENFANCE = "petite_enfance", "petite enfance"
        ASSURANCE_MALADIE = "assurance_maladie", "assurance maladie"
        EMPLOI = "emploi", "emploi"
        JEUNESSE = "jeunesse", "jeunesse"
        HEBERGEMENT = "hebergement", "hébergement"
        PROTECTION_ENFANCE = "protection_enfance", "protection de l’enfance"
        VIOLENCES = "violences", "violences"

    nom = models.CharField("nom", max_length=120)
    type = models.CharField("type", max_length=30, choices=Type)
    communes = models.ManyToManyField(Commune, verbose_name="communes", blank=True)

    class Meta:
        verbose_name = "partenaire"
        verbose_name_plural = "partenaires"
        ordering: ClassVar = ["nom"]

    def __str__(self) -> str:
        return self.nom
