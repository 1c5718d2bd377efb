"""A visit, call, letter or outreach contact: the light object that the desk makes in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accueil.models.demande import Demande
from accueil.models.motif import Motif
from accueil.models.rattachement import Rattachement, midnight
from accueil.models.seance import Seance
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social import journal
from pole_social.access import SEARCHERS
from pole_social.models import Agent, Bureau, Etape, Lieu, MoveRefused, PersonRow, Unite, Versioned, WithMoves


class CompteurPassage(models.Model):
    """The last number given at a lieu on a day.

    One row, incremented in the passage's own transaction: its lock makes desks wait for one another, and
    a rollback gives the number back. So 1, 2, 3… without gap or duplicate.
    """

    lieu = models.ForeignKey(Lieu, verbose_name="lieu", on_delete=models.PROTECT, related_name="+")
    jour = models.DateField("jour")
    dernier = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "compteur de passages"
        verbose_name_plural = "compteurs de passages"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lieu", "jour"], name="compteur_once_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.jour:%Y-%m-%d}"

    @classmethod
    def next(cls, lieu: Lieu, jour: date) -> int:
        """The next number; other desks of the lieu wait until this transaction ends."""
        CompteurPassage.objects.bulk_create([CompteurPassage(lieu=lieu, jour=jour)], ignore_conflicts=True)
        row = cls.objects.select_for_update().get(lieu=lieu, jour=jour)
        row.dernier += 1
        row.save(update_fields=["dernier"])
        return row.dernier


class PassageQuerySet(ProtectedQuerySet["Passage"]):
    readers = SEARCHERS

    def is_allowed(self, agent: Agent) -> Exists:
        """A passage may concern several people: related to one of them is related to it."""
        return Exists(self._related(agent))

    def why(self, agent: Agent) -> Subquery:
        return Subquery(self._related(agent).values("why")[:1])

    def _related(self, agent: Agent) -> models.QuerySet[Any]:
        """From the passage's few people to their relationships: the other way round reads a whole unité's.

        A scalar subquery, not EXISTS, so that the planner cannot turn it round.
        """
        live = Rattachement.objects.live().held_by(agent).filter(usager=OuterRef("usager"))
        concerned = PassageUsager.objects.filter(passage=OuterRef("pk"))
        return concerned.annotate(why=Subquery(live.values("pk")[:1])).filter(why__isnull=False)

    def supervised(self, agent: Agent) -> Q:
        """What the unité reads without being related to anybody.

        An open passage, so that one forgotten at midnight stays in a list (its people do not: who they are
        is another question); an anonymous one, that day and while a demande is open.
        """
        nobody = ~Exists(PassageUsager.objects.filter(passage=OuterRef("pk")))
        waiting = Exists(Demande.objects.open().filter(passage=OuterRef("pk")))
        anonymous = Q(nobody, Q(jour=timezone.localdate()) | Q(waiting))
        return Q(unite__in=agent.unite_ids) & (anonymous | Q(statut__in=Passage.open_states()))

    def without_deport(self, agent: Agent) -> Self:
        mine = PassageUsager.objects.filter(passage=OuterRef("pk"), usager__deports__agent=agent)
        return self.exclude(Exists(mine))

    def watched(self, why: Subquery | None = None) -> Self:
        concerned = PassageUsager.objects.filter(passage=OuterRef("pk")).values("usager")
        return super().watched(why).annotate(journal_usagers=ArraySubquery(concerned))

    def tell(self, row: Any) -> None:
        for usager_id in row.journal_usagers:
            journal.saw(usager_id, row.journal_rattachement)

    def at_desk(self, unite: Unite, jour: date) -> Self:
        """The passages of one desk on one day, by number."""
        return self.filter(unite=unite, jour=jour).order_by("numero")

    def waiting(self) -> Self:
        """Waiting or called, the priority ones first, then the oldest."""
        states = [Passage.Statut.EN_ATTENTE, Passage.Statut.APPELE]
        return self.filter(statut__in=states).order_by("-is_prioritaire", "arrived_at", "numero")

    def in_interview(self) -> Self:
        return self.filter(statut__in=[Passage.Statut.EN_ENTRETIEN, Passage.Statut.EN_PAUSE])

    def with_state_since(self) -> Self:
        """Annotate `state_since`: when each reached the state it is in now."""
        moves = EtapePassage.objects.filter(objet=OuterRef("pk")).order_by("-at", "-pk")
        return self.annotate(state_since=Subquery(moves.values("at")[:1]))


class Passage(PersonRow, Versioned, WithMoves):
    """One passage: who (one, several or nobody), where, by which channel, for which neutral motive."""

    class Canal(models.TextChoices):
        GUICHET = "guichet", "au guichet, sans rendez-vous"
        RENDEZ_VOUS = "rendez_vous", "sur rendez-vous"
        TELEPHONE = "telephone", "par téléphone"
        COURRIER = "courrier", "par courrier"
        COURRIEL = "courriel", "par courriel"
        HORS_LES_MURS = "hors_les_murs", "hors les murs"

    class Statut(models.TextChoices):
        EN_ATTENTE = "en_attente", "en attente"
        APPELE = "appele", "appelé"
        EN_ENTRETIEN = "en_entretien", "en entretien"
        EN_PAUSE = "en_pause", "en pause"
        TERMINE = "termine", "terminé"
        ORIENTE = "oriente", "orienté"
        PARTI = "parti", "parti"

    # Nobody waits on a chair for these: they start in the interview.
    AT_A_DISTANCE = (Canal.TELEPHONE, Canal.COURRIER, Canal.COURRIEL, Canal.HORS_LES_MURS)
    MOVES = {
        Statut.EN_ATTENTE: (Statut.APPELE, Statut.PARTI, Statut.ORIENTE),
        Statut.APPELE: (Statut.EN_ENTRETIEN, Statut.EN_ATTENTE, Statut.PARTI),
        Statut.EN_ENTRETIEN: (Statut.EN_PAUSE, Statut.TERMINE, Statut.ORIENTE),
        Statut.EN_PAUSE: (Statut.EN_ENTRETIEN, Statut.PARTI),
    }

    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    jour = models.DateField("jour", default=timezone.localdate, editable=False)
    numero = models.PositiveIntegerField("numéro", editable=False)
    arrived_at = models.DateTimeField("arrivée", default=timezone.now)
    canal = models.CharField("canal", max_length=20, choices=Canal, default=Canal.GUICHET)
    motif = models.ForeignKey(Motif, verbose_name="motif", on_delete=models.PROTECT)
    is_prioritaire = models.BooleanField("prioritaire", default=False)
    is_confidentiel = models.BooleanField(
        "espace confidentiel",
        default=False,
        help_text="Les écrans ne montrent que le numéro et le bureau.",
    )
    is_mineur_seul = models.BooleanField("mineur venu seul", default=False)
    seance = models.ForeignKey(
        Seance,
        verbose_name="séance hors les murs",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="passages",
    )
    statut = models.CharField("état", max_length=20, choices=Statut, default=Statut.EN_ATTENTE)
    agent = models.ForeignKey(
        Agent, verbose_name="reçu par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    bureau = models.ForeignKey(
        Bureau, verbose_name="bureau", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    usagers: models.ManyToManyField[Usager, PassageUsager] = models.ManyToManyField(
        Usager, verbose_name="usagers", through="PassageUsager", related_name="passages"
    )
    created_by = models.ForeignKey(
        Agent, verbose_name="enregistré par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = "passage"
        verbose_name_plural = "passages"
        ordering: ClassVar = ["-jour", "numero"]
        constraints: ClassVar = [
            # The lieu of the unité cannot be reached by a constraint: the counter is per lieu, the check per unité.
            models.UniqueConstraint(fields=["unite", "jour", "numero"], name="passage_numero_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["unite", "jour", "statut"], name="passage_desk")]

    def __str__(self) -> str:
        return f"n° {self.numero}"

    @transaction.atomic
    def register(self, usagers: Iterable[Usager], *, by: Agent) -> None:
        """Save with the next number of the lieu; the unité is related to each person until midnight."""
        self.created_by = by
        self.numero = CompteurPassage.next(self.unite.lieu, self.jour)
        self.is_confidentiel = self.is_confidentiel or self.motif.is_confidentiel
        if self.canal in self.AT_A_DISTANCE:
            self.statut, self.agent = self.Statut.EN_ENTRETIEN, by
        self.save(force_insert=True)
        self.begin(by=by, at=self.arrived_at)
        for usager in usagers:
            self.add_usager(usager)

    def add_usager(self, usager: Usager) -> None:
        """This passage concerns that person too."""
        PassageUsager.objects.get_or_create(passage=self, usager=usager)
        nature = Rattachement.Nature.PASSAGE
        Rattachement.objects.grant(nature, usager.pk, self, unite=self.unite, until=midnight())
        Usager.objects.filter(pk=usager.pk).update(last_contact_at=self.arrived_at)

    def close(self, *, by: Agent) -> None:
        """End the interview. Raises MoveRefused if it has ended, or if a demande has no outcome nor next step."""
        if self.demandes.without_next_step().exists():
            raise MoveRefused
        self.move(self.Statut.TERMINE, by=by)


class PassageUsager(PersonRow):
    """One of the people whom a passage concerns."""

    passage = models.ForeignKey(Passage, verbose_name="passage", on_delete=models.PROTECT, related_name="concernes")
    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="+")
    is_present = models.BooleanField("présent", default=True)
    # An anonymous contact given a name later, with the person's agreement: when, and by whom it was recorded.
    linked_at = models.DateTimeField("rattaché le", null=True, blank=True, editable=False)
    linked_by = models.ForeignKey(
        Agent, verbose_name="accord noté par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "personne concernée"
        verbose_name_plural = "personnes concernées"
        constraints: ClassVar = [models.UniqueConstraint(fields=["passage", "usager"], name="passage_usager_once")]
        indexes: ClassVar = [models.Index(fields=["usager"], name="passage_usager")]

    def __str__(self) -> str:
        return "présent" if self.is_present else "absent"


class EtapePassage(Etape):
    """One move of a passage."""

    objet = models.ForeignKey(Passage, verbose_name="passage", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape de passage"
        verbose_name_plural = "étapes de passage"

    def __str__(self) -> str:
        return self.vers
