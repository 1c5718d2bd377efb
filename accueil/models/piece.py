"""The documents that a demande needs: a checklist, never a file."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accueil.models.demande import Demande
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, PersonRow, Versioned


class PieceDemandeeQuerySet(ProtectedQuerySet["PieceDemandee"]):
    usager_path = "demande__usager_id"
    readers = SEARCHERS

    def supervised(self, agent: Agent) -> Q:
        """Those of an anonymous demande belong to its unité."""
        return Q(demande__usager=None, demande__unite__in=agent.unite_ids)


class PieceDemandee(PersonRow, Versioned):
    """One supporting document asked for. Nothing is uploaded: it is seen, or handed over, or missing."""

    class Etat(models.TextChoices):
        MANQUANTE = "manquante", "manquante"
        RECUE = "recue", "reçue"
        VUE = "vue_non_conservee", "vue, non conservée"

    demande = models.ForeignKey(Demande, verbose_name="demande", on_delete=models.PROTECT, related_name="pieces")
    libelle = models.CharField("document", max_length=200)
    etat = models.CharField("état", max_length=20, choices=Etat, default=Etat.MANQUANTE)
    changed_at = models.DateTimeField("depuis le", default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        Agent, verbose_name="noté par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = PieceDemandeeQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce demandée"
        verbose_name_plural = "pièces demandées"
        ordering: ClassVar = ["libelle", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["demande", "libelle"],
                name="piece_once_per_demande",
                violation_error_message="Ce document est déjà dans la liste.",
            )
        ]

    def __str__(self) -> str:
        return self.libelle
