"""A visit, call, letter or outreach contact: the light object that the desk makes in seconds."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
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
from pole_social.moments import CurrentDay
from pole_social.settled import SettledSubquery

# The motive that says it by itself.
MINEUR_SEUL = "mineur_seul"


@dataclass(frozen=True)
class Call:
    """What a public screen may say of a passage."""

    numero: int
    bureau: str
    is_called: bool


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

    def allowing(self, agent: Agent) -> models.QuerySet[Any]:
        """A passage may concern several people: related to one of them is related to it.

        From the passage's few people to their relationships: the other way round reads a whole unité's. A scalar
        subquery, not EXISTS, so that the planner cannot turn it round.
        """
        live = Rattachement.objects.live().held_by(agent).filter(usager=OuterRef("usager"))
        concerned = PassageUsager.objects.filter(passage=OuterRef("pk"))
        return concerned.annotate(why=Subquery(live.values("pk")[:1])).filter(why__isnull=False)

    def why(self, allowing: models.QuerySet[Any]) -> Subquery:
        return SettledSubquery(allowing.values("why")[:1])

    def supervised(self, agent: Agent) -> Q:
        """What the unité reads without being related to anybody.

        An open passage, so that one forgotten at midnight stays in a list (its people do not: who they are
        is another question); an anonymous one, that day and while a demande is open.
        """
        nobody = ~Exists(PassageUsager.objects.filter(passage=OuterRef("pk")))
        waiting = Exists(Demande.objects.open().filter(passage=OuterRef("pk")))
        # A contact of an outing too: its name may come later, with the person's agreement.
        anonymous = Q(nobody, Q(jour=CurrentDay()) | Q(waiting) | Q(seance__isnull=False))
        return Q(unite__in=agent.unite_ids) & (anonymous | Q(statut__in=Passage.open_states()))

    def without_deport(self, agent: Agent) -> Self:
        mine = PassageUsager.objects.filter(passage=OuterRef("pk"), usager__deports__agent=agent)
        return self.exclude(Exists(mine))

    def watched(self, why: Subquery | None = None) -> Self:
        concerned = PassageUsager.objects.filter(passage=OuterRef("pk"), fusion=None).values("usager")
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
        """Annotate `state_since`: when each reached the state it is in now; not moved yet, when it arrived."""
        moves = EtapePassage.objects.filter(objet=OuterRef("pk")).exclude(de="").order_by("-at", "-pk")
        return self.annotate(state_since=Coalesce(Subquery(moves.values("at")[:1]), F("arrived_at")))


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
    def register(self, usagers: Iterable[Usager], *, by: Agent, absents: Container[Any] = ()) -> None:
        """Save with the next number of the lieu; the unité is related to each person until midnight.

        `absents` are the keys of those whom the passage concerns without their being here.
        """
        self.created_by = by
        self.numero = CompteurPassage.next(self.unite.lieu, self.jour)
        self.is_confidentiel = self.is_confidentiel or self.motif.is_confidentiel
        self.is_mineur_seul = self.is_mineur_seul or self.motif.code == MINEUR_SEUL
        if self.canal in self.AT_A_DISTANCE:
            self.statut, self.agent = self.Statut.EN_ENTRETIEN, by
        self.save(force_insert=True)
        self.begin(by=by, at=self.arrived_at)
        for usager in usagers:
            self.add_usager(usager, is_present=usager.pk not in absents)

    def note_arrival(self, said: str, *, by: Agent) -> None:
        """A corrected arrival stands in the history with the one it replaces; it is no move, so never undone."""
        at_once = self.canal in self.AT_A_DISTANCE
        first = self.Statut.EN_ENTRETIEN if at_once else self.Statut.EN_ATTENTE
        self.etapes.create(de="", vers=first, by=by, motif=said)

    def arrivals_noted(self) -> models.QuerySet[EtapePassage]:
        """The corrections of the arrival, the oldest first."""
        return EtapePassage.objects.filter(objet=self, de="").exclude(motif="")

    def first_move_at(self) -> datetime | None:
        """When something was first done after the arrival."""
        moved = self.etapes.exclude(de="").order_by("at").first()
        return moved.at if moved else None

    def add_usager(self, usager: Usager, *, is_present: bool = True) -> None:
        """This passage concerns that person too."""
        here = {"is_present": is_present}
        PassageUsager.objects.get_or_create(passage=self, usager=usager, fusion=None, defaults=here)
        nature = Rattachement.Nature.PASSAGE
        Rattachement.objects.grant(nature, usager.pk, self, unite=self.unite, until=midnight())
        # Entered after an outage, it may be older than what is known already.
        latest = Greatest(F("last_contact_at"), Value(self.arrived_at))
        Usager.objects.filter(pk=usager.pk).update(last_contact_at=latest)

    def remove_usager(self, usager: Usager) -> None:
        """This person was put on the passage by mistake: the relationship that it made ends now.

        Raises MoveRefused once something was noted for them here: it would lose its person.
        """
        if self.demandes.filter(usager=usager).exists() or usager.faits.filter(passage=self).exists():
            raise MoveRefused
        self.concernes.filter(usager=usager, fusion=None).delete()
        Rattachement.objects.from_source(self).filter(usager=usager).live().update(ends_at=timezone.now())

    @classmethod
    def on_screen(cls, lieu: Lieu) -> list[Call]:
        """The latest calls of today at this lieu: numbers and offices, nothing that names anybody."""
        calls = EtapePassage.objects.filter(objet=OuterRef("pk"), vers=cls.Statut.APPELE).order_by("-at", "-pk")
        shown = cls.objects.filter(
            unite__lieu=lieu, jour=timezone.localdate(), statut__in=[cls.Statut.APPELE, cls.Statut.EN_ENTRETIEN]
        )
        latest = shown.annotate(called_at=Subquery(calls.values("at")[:1])).filter(called_at__isnull=False)
        rows = latest.order_by("-called_at").values_list("numero", "bureau__nom", "statut")
        return [Call(numero, bureau or "accueil", statut == cls.Statut.APPELE) for numero, bureau, statut in rows[:8]]

    @transaction.atomic
    def link(self, usager: Usager, *, by: Agent) -> None:
        """An anonymous contact gets its name later, with her agreement, dated and signed; its demandes follow."""
        self.add_usager(usager)
        now = timezone.now()
        self.concernes.filter(usager=usager, fusion=None).update(linked_at=now, linked_by=by)
        Usager.objects.filter(pk=usager.pk).update(last_contact_at=now)
        self.give_name_to_what_was_noted(usager)

    def give_name_to_what_was_noted(self, usager: Usager) -> None:
        """Demandes and orientations without a name are this person's: left without, they would escape her déports."""
        for noted in (*self.demandes.filter(usager=None), *self.orientations.filter(usager=None)):
            noted.usager = usager
            noted.save(update_fields=["usager"])
            if noted.is_open:
                noted.attach()

    def standing(self) -> dict[str, Any]:
        return {"agent_avant_id": self.agent_id, "bureau_avant_id": self.bureau_id}

    def restored(self, last: Etape) -> dict[str, Any]:
        assert isinstance(last, EtapePassage)
        return {"agent_id": last.agent_avant_id, "bureau_id": last.bureau_avant_id}

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
    # Set by a merge: both records were on this passage (accueil/fusion.py).
    fusion = models.UUIDField("fusion", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "personne concernée"
        verbose_name_plural = "personnes concernées"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["passage", "usager"], condition=Q(fusion=None), name="passage_usager_once")
        ]
        indexes: ClassVar = [models.Index(fields=["usager"], name="passage_usager")]

    def __str__(self) -> str:
        return "présent" if self.is_present else "absent"


class EtapePassage(Etape):
    """One move of a passage."""

    objet = models.ForeignKey(Passage, verbose_name="passage", on_delete=models.PROTECT, related_name="etapes")
    # What the move replaced: given back when it is undone.
    agent_avant = models.ForeignKey(
        Agent, verbose_name="reçu jusque-là par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    bureau_avant = models.ForeignKey(
        Bureau, verbose_name="bureau jusque-là", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(Etape.Meta):
        verbose_name = "étape de passage"
        verbose_name_plural = "étapes de passage"

    def __str__(self) -> str:
        return self.vers
