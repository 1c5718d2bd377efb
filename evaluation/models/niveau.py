"""The levels of a person's fragilities, dated: what a later evaluation starts from, what the curves draw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Subquery
from django.utils import timezone

from accueil.models import ProtectedQuerySet, Usager
from accueil.models.rattachement import RattachementQuerySet
from evaluation.evolution import LEVEE
from evaluation.models.evaluation import CONTENT_NATURES, EtapeEvaluation, Evaluation
from evaluation.models.exploration import Exploration, FragiliteReperee
from evaluation.models.referentiel import Fragilite
from pole_social.access import Role
from pole_social.models import Agent, PersonRow

# What has been spoken of: there, a fragilité that is not said any more is over.
CONCLUSIVE = (Exploration.Etat.SANS_DIFFICULTE, Exploration.Etat.FRAGILITES)


class NiveauReleveQuerySet(ProtectedQuerySet["NiveauReleve"]):
    """Social content of the person: read by those who work on an evaluation or a parcours of theirs."""

    readers = frozenset({Role.SOCIAL})

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        return self.relationships(agent, *CONTENT_NATURES)

    def of(self, usager_id: UUID) -> Self:
        """This person's, the oldest first."""
        return self.filter(usager=usager_id).order_by("releve_on", "recorded_at", "pk")

    def known_before(self, evaluation: Evaluation) -> Self:
        """What this person's other evaluations and bilans said until this one ended, the oldest first."""
        found = self.of(evaluation.usager_id).exclude(source_id=evaluation.pk)
        if evaluation.statut in Evaluation.OPEN:
            return found
        ended = EtapeEvaluation.objects.filter(objet=evaluation.pk).order_by("-at").values("at")[:1]
        return found.filter(recorded_at__lt=Subquery(ended))

    def last_known(self) -> Self:
        """The last word on each fragilité, of one person's rows."""
        return self.order_by("fragilite_id", "-releve_on", "-recorded_at", "-pk").distinct("fragilite_id")

    def note(
        self,
        usager_id: UUID,
        fragilite: Fragilite,
        niveau: str,
        *,
        by: Agent,
        source: models.Model,
        on: date | None = None,
    ) -> None:
        """What `source` says of one fragilité, today unless said: said again the same day, its last word stays.

        Raises ValueError on an unknown word.
        """
        self._write(usager_id, {fragilite.pk: niveau}, by=by, source=source, on=on)

    def record(self, evaluation: Evaluation, *, by: Agent) -> None:
        """What an evaluation that ends leaves behind: the level of each fragilité, and those that are over.

        Over is what was known, in a domaine spoken of this time, and is not said any more. Of a domaine that
        was not explored, not wished or left to deepen, nothing is concluded.
        """
        live = FragiliteReperee.objects.filter(exploration__evaluation=evaluation, removed_at=None)
        said = {found.fragilite_id: found.niveau for found in live}
        explored = Exploration.objects.filter(evaluation=evaluation, etat__in=CONCLUSIVE).values("domaine")
        known = self.of(evaluation.usager_id).last_known().filter(fragilite__domaine__in=explored)
        over = {row.fragilite_id: LEVEE for row in known if row.niveau != LEVEE}
        self._write(evaluation.usager_id, over | said, by=by, source=evaluation)

    def _write(
        self,
        usager_id: UUID,
        niveaux: dict[int, str],
        *,
        by: Agent,
        source: models.Model,
        on: date | None = None,
    ) -> None:
        said = {
            "usager_id": usager_id,
            "releve_on": on or timezone.localdate(),
            "recorded_at": timezone.now(),
            "recorded_by": by,
            "source_type": source._meta.label_lower,
            "source_id": source.pk,
        }
        rows: Iterable[NiveauReleve] = (
            NiveauReleve(fragilite_id=fragilite, niveau=NiveauReleve.Niveau(niveau), **said)
            for fragilite, niveau in niveaux.items()
        )
        NiveauReleve._base_manager.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["source_id", "fragilite", "releve_on"],
            update_fields=["niveau", "recorded_at", "recorded_by"],
        )


class NiveauReleve(PersonRow):
    """What was said of one fragilité on one day, by an evaluation or (from the floor above) by a bilan.

    A row a day: another day's word is another row, and the same source that thinks better of it the same day
    replaces its own word. No score: the word that a professional said, « levée » when it is over.
    """

    class Niveau(models.TextChoices):
        LEVEE = LEVEE, "levée"
        VIGILANCE = "vigilance", "vigilance"
        FRAGILITE = "fragilite", "fragilité"
        MAJEURE = "majeure", "fragilité majeure"
        DANGER = "danger", "danger"

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="niveaux_releves")
    fragilite = models.ForeignKey(Fragilite, verbose_name="fragilité", on_delete=models.PROTECT, related_name="+")
    niveau = models.CharField("niveau", max_length=12, choices=Niveau)
    releve_on = models.DateField("relevé le", default=timezone.localdate)
    recorded_at = models.DateTimeField("noté le", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        Agent, verbose_name="noté par", on_delete=models.PROTECT, related_name="+", editable=False
    )
    # The evaluation or the bilan that said it: the upper floor writes here and is not imported.
    source_type = models.CharField("type de la source", max_length=60)
    source_id = models.UUIDField("source")

    objects = NiveauReleveQuerySet.as_manager()

    class Meta:
        verbose_name = "niveau relevé"
        verbose_name_plural = "niveaux relevés"
        ordering: ClassVar = ["releve_on", "recorded_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_id", "fragilite", "releve_on"],
                name="niveau_releve_once",
                violation_error_message="Ce niveau est déjà relevé ce jour-là.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["usager", "releve_on"], name="niveau_releve_usager")]

    def __str__(self) -> str:
        return f"{self.fragilite} · {self.get_niveau_display()}"


assert {niveau.value for niveau in NiveauReleve.Niveau} == {LEVEE, *FragiliteReperee.Niveau.values}
