"""The documents that a demande needs: a checklist, never a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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

    def ask_for(self, demande: Demande, libelles: Iterable[str], *, by: Agent) -> None:
        """Put these documents on the demande's list; one that stands there already keeps its state."""
        length = PieceDemandee._meta.get_field("libelle").max_length
        asked = [PieceDemandee(demande=demande, libelle=libelle[:length], changed_by=by) for libelle in libelles]
        self.bulk_create(asked, ignore_conflicts=True)


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

    @property
    def is_missing(self) -> bool:
        return self.etat == self.Etat.MANQUANTE

    def mark(self, etat: str, *, by: Agent) -> None:
        """Say where the document is now. Raises StaleVersion if somebody said otherwise meanwhile."""
        self.etat, self.changed_at, self.changed_by = etat, timezone.now(), by
        self.save_over(self.version, ["etat", "changed_at", "changed_by"])


@dataclass
class Checklist:
    """The documents of one demande, and what is missing."""

    pieces: list[PieceDemandee] = field(default_factory=list)

    @property
    def missing(self) -> list[PieceDemandee]:
        return [piece for piece in self.pieces if piece.is_missing]

    @property
    def here(self) -> int:
        return len(self.pieces) - len(self.missing)

    @property
    def is_whole(self) -> bool:
        """All are there; a demande without a list has nothing to wait for, and says nothing."""
        return bool(self.pieces) and not self.missing
