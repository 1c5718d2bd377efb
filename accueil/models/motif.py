"""Why somebody comes, in words that may be said aloud at the desk."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pole_social.models import Domaine, Referentiel


class Motif(Referentiel):
    """A neutral motive of a passage."""

    libelle = models.CharField("libellé au guichet", max_length=120)
    domaine = models.ForeignKey(Domaine, verbose_name="domaine", on_delete=models.PROTECT, null=True, blank=True)
    is_confidentiel = models.BooleanField(
        "confidentiel", default=False, help_text="Ouvre l’espace confidentiel dès l’enregistrement."
    )
    ordre = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "motif"
        verbose_name_plural = "motifs"
        ordering: ClassVar = ["ordre", "pk"]

    def __str__(self) -> str:
        return self.libelle
