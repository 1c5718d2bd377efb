"""The round table: professionals of several métiers look at a few parcours together."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from parcours.models.parcours import Parcours
from parcours.models.scope import TeamQuerySet
from pole_social.models import Agent, Etape, MoveRefused, PersonRow, Unite, Versioned, WithMoves


class ConcertationQuerySet(models.QuerySet["Concertation"]):
    """A meeting by itself names nobody: what is said of people are its points, which have their own scope."""

    def run_by(self, agent: Agent) -> ConcertationQuerySet:
        """Those that this agent holds: invited to it, having called it, or the unité's responsable."""
        return self.filter(_holds(agent))

    def open_to(self, agent: Agent) -> ConcertationQuerySet:
        """Those, and the meetings that speak of a parcours which this agent reads."""
        read = Point.objects.visible_to(agent).live().filter(concertation=OuterRef("pk"))
        return self.filter(_holds(agent) | Q(Exists(read)))


def _holds(agent: Agent) -> Q:
    invited = Concertation.participants.through.objects.filter(concertation=OuterRef("pk"), agent=agent)
    return Q(Exists(invited)) | Q(created_by=agent) | Q(unite__in=agent.supervised_unite_ids)


class Concertation(PersonRow, Versioned, WithMoves):
    """One meeting, with its day, its participants, and the parcours on its agenda."""

    class Statut(models.TextChoices):
        PREVUE = "prevue", "prévue"
        TENUE = "tenue", "tenue"
        ANNULEE = "annulee", "annulée"

    MOVES = {Statut.PREVUE: (Statut.TENUE, Statut.ANNULEE)}

    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField("date")
    begins_at = models.TimeField("heure")
    salle = models.CharField("salle", max_length=100, blank=True)
    participants = models.ManyToManyField(Agent, verbose_name="participants", related_name="+")
    statut = models.CharField("état", max_length=10, choices=Statut, default=Statut.PREVUE)
    created_at = models.DateTimeField("prévue le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="prévue par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ConcertationQuerySet.as_manager()

    class Meta:
        verbose_name = "concertation"
        verbose_name_plural = "concertations"
        ordering: ClassVar = ["held_on", "begins_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["unite", "held_on"], name="concertation_jour")]

    def __str__(self) -> str:
        return f"concertation du {self.held_on:%d/%m/%Y}"

    @property
    def takes_words(self) -> bool:
        """Prepared before, completed after; never once it is cancelled."""
        return self.statut != self.Statut.ANNULEE

    def hold(self, *, by: Agent) -> None:
        """Say that it took place. Raises MoveRefused before its day, or once it is cancelled."""
        if self.held_on > timezone.localdate():
            raise MoveRefused
        self.move(self.Statut.TENUE, by=by)


class EtapeConcertation(Etape):
    """One move of a concertation."""

    objet = models.ForeignKey(
        Concertation, verbose_name="concertation", on_delete=models.PROTECT, related_name="etapes"
    )

    class Meta(Etape.Meta):
        verbose_name = "étape de concertation"
        verbose_name_plural = "étapes de concertation"

    def __str__(self) -> str:
        return self.vers


class PointQuerySet(TeamQuerySet):
    """Read by the parcours' team: being invited opens nothing, one is called into the team for that.

    The unité's responsable sees that a parcours is on the agenda: metadata.
    """

    def supervised(self, agent: Agent) -> Q:
        return Q(parcours__unite__in=agent.supervised_unite_ids)

    def live(self) -> Self:
        """Those still on their agenda."""
        return self.filter(removed_at=None)

    def read_in_team(self) -> Self:
        """Of the visible ones, those whose content is read: a responsable outside the team reads metadata."""
        return self.filter(journal_rattachement__isnull=False)


class Point(PersonRow):
    """One parcours on the agenda. What is said of it are écrits, each in its circle; what is decided, actions."""

    concertation = models.ForeignKey(
        Concertation, verbose_name="concertation", on_delete=models.PROTECT, related_name="points"
    )
    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="points")
    question = models.CharField(
        "question posée",
        max_length=500,
        blank=True,
        help_text="L’avis attendu des autres métiers. Lu par l’équipe du parcours.",
    )
    person_informed_on = models.DateField("personne informée le", null=True, blank=True)
    created_at = models.DateTimeField("inscrit le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="inscrit par", on_delete=models.PROTECT, related_name="+", editable=False
    )
    # Taken off the agenda: kept, as everything.
    removed_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)

    objects = PointQuerySet.as_manager()

    class Meta:
        verbose_name = "point"
        verbose_name_plural = "points"
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["concertation", "parcours"],
                condition=Q(removed_at=None),
                name="point_once",
                violation_error_message="Ce parcours est déjà à l’ordre du jour.",
            )
        ]

    def __str__(self) -> str:
        return "point"

    @transaction.atomic
    def put_on(self, *, by: Agent) -> Point:
        """Put it on the agenda. Raises MoveRefused once the meeting is held or cancelled."""
        meeting = Concertation.objects.select_for_update().get(pk=self.concertation_id)
        if not meeting.is_open:
            raise MoveRefused
        self.created_by = by
        self.save(force_insert=True)
        return self

    @transaction.atomic
    def take_off(self) -> None:
        """Take it off the agenda, as long as the meeting is to come. Raises MoveRefused after."""
        meeting = Concertation.objects.select_for_update().get(pk=self.concertation_id)
        if not meeting.is_open:
            raise MoveRefused
        self.removed_at = timezone.now()
        self.save(update_fields=["removed_at"])

    def inform(self, on: date) -> None:
        """Note the day when the person was told; the first date that was noted stays."""
        Point.objects.filter(pk=self.pk, person_informed_on=None).update(person_informed_on=on)
