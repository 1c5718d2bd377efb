"""The referential of fragilities."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pole_social.models import Domaine, Referentiel


class Fragilite(Referentiel):
    """One fragility that an evaluation may find, in one domaine."""

    domaine = models.ForeignKey(Domaine, verbose_name="domaine", on_delete=models.PROTECT, related_name="fragilites")
    libelle = models.CharField("libellé", max_length=150)
    libelle_usager = models.CharField(
        "dit à la personne",
        max_length=200,
        blank=True,
        help_text="La phrase de la synthèse remise : « Vous avez un loyer en retard. » Vide : le libellé.",
    )

    class Meta:
        verbose_name = "fragilité"
        verbose_name_plural = "fragilités"
        ordering: ClassVar = ["domaine__ordre", "pk"]

    def __str__(self) -> str:
        return self.libelle
