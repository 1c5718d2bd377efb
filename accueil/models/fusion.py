"""Two records of one person become one, with a ledger, for thirty days reversible."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accueil.models.rattachement import Deport, Rattachement
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social import journal
from pole_social.access import MANAGERS
from pole_social.models import Agent, PersonRow

REVERSIBLE_FOR = timedelta(days=30)


class FusionQuerySet(ProtectedQuerySet["Fusion"]):
    """The merges of the territoire: who was taken for whom. Never one of a sealed person."""

    usager_path = "garde_id"
    readers = MANAGERS

    def readable_by(self, agent: Agent) -> Self:
        return super().readable_by(agent).filter(garde__is_sealed=False, absorbe__is_sealed=False)

    def supervised(self, agent: Agent) -> Q:
        return Q(garde__territoire__in=agent.territoire_ids)

    def without_deport(self, agent: Agent) -> Self:
        either = Q(usager=OuterRef("garde")) | Q(usager=OuterRef("absorbe"))
        return self.exclude(Exists(Deport.objects.filter(either, agent=agent)))

    def openable(self, agent: Agent) -> Self:
        """Annotate whether this agent may open each of the two records."""
        held = Rattachement.objects.live().held_by(agent)
        return self.annotate(
            garde_is_openable=Exists(held.filter(usager=OuterRef("garde"))),
            absorbe_is_openable=Exists(held.filter(usager=OuterRef("absorbe"))),
        )

    def tell(self, row: Any) -> None:
        """Both records are shown."""
        for usager_id in (row.garde_id, row.absorbe_id):
            journal.saw(usager_id, row.journal_rattachement)


class Fusion(PersonRow):
    """One merge: the record kept, the record absorbed, by whom, and whether it was undone."""

    garde = models.ForeignKey(Usager, verbose_name="dossier gardé", on_delete=models.PROTECT, related_name="+")
    absorbe = models.ForeignKey(Usager, verbose_name="dossier absorbé", on_delete=models.PROTECT, related_name="+")
    # What the kept record's identity was and became, by column: undone if nobody changed it since.
    identite = models.JSONField("identité d’avant et d’après", default=dict, editable=False)
    at = models.DateTimeField("fusionnés le", default=timezone.now, editable=False)
    by = models.ForeignKey(Agent, verbose_name="par", on_delete=models.PROTECT, related_name="+", editable=False)
    undone_at = models.DateTimeField("séparés le", null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        Agent, verbose_name="séparés par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = FusionQuerySet.as_manager()

    class Meta:
        verbose_name = "fusion"
        verbose_name_plural = "fusions"
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="fusion_of_two",
                condition=~Q(garde=F("absorbe")),
                violation_error_message="Un dossier ne se fusionne pas avec lui-même.",
            ),
            models.UniqueConstraint(
                fields=["absorbe"],
                condition=Q(undone_at=None),
                name="fusion_absorbed_once",
                violation_error_message="Ce dossier est déjà fusionné.",
            ),
        ]

    def __str__(self) -> str:
        return "fusion"

    @property
    def is_reversible(self) -> bool:
        return self.undone_at is None and timezone.now() < self.reversible_until

    @property
    def reversible_until(self) -> datetime:
        return self.at + REVERSIBLE_FOR


class LigneFusion(PersonRow):
    """One row that the merge moved: undoing moves exactly these back."""

    fusion = models.ForeignKey(Fusion, verbose_name="fusion", on_delete=models.PROTECT, related_name="lignes")
    modele = models.CharField("table", max_length=60)
    ligne = models.CharField("clé de la ligne", max_length=40)
    champ = models.CharField("colonne", max_length=40)
    # The row broke an at-most-one rule once moved; it is set apart from it (its own `fusion` column).
    is_exempted = models.BooleanField("mise hors de la règle", default=False)

    class Meta:
        verbose_name = "ligne de fusion"
        verbose_name_plural = "lignes de fusion"
        indexes: ClassVar = [models.Index(fields=["fusion"], name="ligne_fusion")]

    def __str__(self) -> str:
        return self.modele


class Distincts(PersonRow):
    """Two records that somebody looked at and found to be two people: no longer proposed as duplicates."""

    un = models.ForeignKey(Usager, verbose_name="l’un", on_delete=models.PROTECT, related_name="+")
    autre = models.ForeignKey(Usager, verbose_name="l’autre", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("dit le", default=timezone.now, editable=False)
    by = models.ForeignKey(Agent, verbose_name="par", on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        verbose_name = "personnes distinctes"
        verbose_name_plural = "personnes distinctes"
        constraints: ClassVar = [
            # The smaller key first: a pair has one row whichever was looked at first.
            models.CheckConstraint(name="distincts_in_order", condition=Q(un__lt=F("autre"))),
            models.UniqueConstraint(fields=["un", "autre"], name="distincts_once"),
        ]

    def __str__(self) -> str:
        return "deux personnes"
