"""The 14 domains of life that motifs, rights and fragilities share."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pole_social.models.base import Referentiel


class Domaine(Referentiel):
    """One domain of life; the evaluation explores each of them."""

    ordre = models.PositiveSmallIntegerField("ordre", unique=True)
    libelle = models.CharField("libellé", max_length=120)
    public_prioritaire = models.CharField("public prioritaire", max_length=200, blank=True)
    thematiques = models.TextField(
        "thématiques data·inclusion",
        blank=True,
        help_text="Codes du schéma public data·inclusion v1, séparés par des espaces.",
    )

    question_ouverte = models.CharField(
        "question ouverte",
        max_length=200,
        blank=True,
        help_text="Lue en tête du domaine et sur la trame imprimée : elle ouvre le sujet sans supposer la réponse.",
    )

    class Meta:
        verbose_name = "domaine"
        verbose_name_plural = "domaines"
        ordering: ClassVar = ["ordre"]

    def __str__(self) -> str:
        return self.libelle
