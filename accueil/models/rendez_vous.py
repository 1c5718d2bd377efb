"""Appointments: one agent, one person, one hour, and never two at once."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models, transaction
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils import timezone

from accueil.models.passage import Passage
from accueil.models.rattachement import Rattachement, RattachementQuerySet, midnight
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS, Role
from pole_social.models import Agent, Bureau, Etape, MoveRefused, PersonRow, Unite, Versioned, WithMoves

# An appointment there, or with them, tells by itself that they follow somebody.
HIDDEN_UNITES = (Unite.Nature.SANTE, Unite.Nature.SANTE_SEXUELLE)
HIDDEN_METIERS = (Role.SANTE, Role.SANTE_SEXUELLE, Role.PSYCHOLOGIE)


class Creneau(Func):
    """The time taken: its start is in it, its end is not."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def never_twice(name: str, holder: str, condition: Q, message: str) -> ExclusionConstraint:
    """No two live appointments of one holder share a moment; the database itself refuses the second."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (Creneau(F("starts_at"), F("ends_at"), RangeBoundary()), RangeOperators.OVERLAPS),
            (holder, RangeOperators.EQUAL),
        ],
        condition=condition,
        violation_error_message=message,
    )


class RendezVousQuerySet(ProtectedQuerySet["RendezVous"]):
    readers = SEARCHERS

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        """Any live relationship with the person opens an ordinary appointment.

        One that would tell of health or of a psychologist is opened by the relationship it made itself (its
        agent's, the desk's that day), or to those of whom it tells nothing new.
        """
        told = RendezVous.objects.filter(_tells_nothing_new(agent), pk=OuterRef(OuterRef("pk")))
        return self.relationships(agent).filter(Q(source_id=OuterRef("pk")) | Exists(told))

    def supervised(self, agent: Agent) -> Q:
        """Those of the unités that a responsable answers for."""
        return Q(unite__in=agent.supervised_unite_ids) & _tells_nothing_new(agent)

    def taken(self, starts_at: datetime, ends_at: datetime) -> RendezVousQuerySet:
        """Those that hold their agent's and their office's time at some moment in between."""
        return self.filter(statut__in=RendezVous.TAKEN, starts_at__lt=ends_at, ends_at__gt=starts_at)

    def shown(self) -> RendezVousQuerySet:
        """What an agenda shows: all but the cancelled ones."""
        return self.filter(statut__in=[*RendezVous.TAKEN, RendezVous.Statut.NON_HONORE])


def _tells_nothing_new(agent: Agent) -> Q:
    """The appointments whose existence reveals nothing to this agent: their own, their team's, an ordinary one,
    or one that they have just given."""
    ordinary = ~Q(unite__nature__in=HIDDEN_UNITES) & ~Q(agent__metier__famille__in=HIDDEN_METIERS)
    team = Q(unite__in=agent.unite_ids, unite__nature__in=HIDDEN_UNITES)
    team &= ~Q(agent__metier__famille=Role.PSYCHOLOGIE)
    given = Q(created_by=agent, statut=RendezVous.Statut.A_VENIR)
    return ordinary | team | given | Q(agent=agent)


class RendezVous(PersonRow, Versioned, WithMoves):
    """An appointment of one agent with one person."""

    class Statut(models.TextChoices):
        A_VENIR = "a_venir", "à venir"
        HONORE = "honore", "honoré"
        NON_HONORE = "non_honore", "non honoré"
        ANNULE_USAGER = "annule_usager", "annulé par la personne"
        ANNULE_SERVICE = "annule_service", "annulé par le service"

    class Modalite(models.TextChoices):
        SUR_PLACE = "sur_place", "sur place"
        TELEPHONE = "telephone", "par téléphone"
        DOMICILE = "domicile", "à domicile"
        VISIO = "visio", "en visio"

    class Absence(models.TextChoices):
        EXCUSE = "excuse", "excusée"
        SANS_NOUVELLES = "sans_nouvelles", "sans nouvelles"

    MOVES = {
        Statut.A_VENIR: (Statut.HONORE, Statut.NON_HONORE, Statut.ANNULE_USAGER, Statut.ANNULE_SERVICE),
    }
    # Those that hold their agent's and their office's time.
    TAKEN = (Statut.A_VENIR, Statut.HONORE)

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="rendez_vous")
    agent = models.ForeignKey(Agent, verbose_name="avec", on_delete=models.PROTECT, related_name="rendez_vous")
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    bureau = models.ForeignKey(
        Bureau, verbose_name="bureau", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    modalite = models.CharField("modalité", max_length=12, choices=Modalite, default=Modalite.SUR_PLACE)
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    statut = models.CharField("état", max_length=20, choices=Statut, default=Statut.A_VENIR)
    absence = models.CharField("absence", max_length=20, choices=Absence, blank=True)
    passage = models.OneToOneField(
        "accueil.Passage",
        verbose_name="passage",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rendez_vous",
    )
    created_at = models.DateTimeField("pris le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="pris par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = RendezVousQuerySet.as_manager()

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        ordering: ClassVar = ["starts_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rendez_vous_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="La fin du rendez-vous précède son début.",
            ),
            models.CheckConstraint(
                name="rendez_vous_absence_said",
                condition=~Q(statut="non_honore") | ~Q(absence=""),
                violation_error_message="Dites si la personne s’est excusée.",
            ),
            never_twice(
                "rendez_vous_agent_once",
                "agent",
                Q(statut__in=["a_venir", "honore"]),
                "Cet agent a déjà un rendez-vous à cette heure.",
            ),
            never_twice(
                "rendez_vous_bureau_once",
                "bureau",
                Q(statut__in=["a_venir", "honore"], bureau__isnull=False),
                "Ce bureau est déjà pris à cette heure.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unite", "starts_at"], name="rendez_vous_unite"),
            models.Index(fields=["agent", "starts_at"], name="rendez_vous_agent"),
            models.Index(fields=["usager", "starts_at"], name="rendez_vous_usager"),
        ]

    def __str__(self) -> str:
        return self.get_statut_display()

    @property
    def jour(self) -> date:
        """Its day in Paris."""
        return timezone.localdate(self.starts_at)

    @property
    def tells_why(self) -> bool:
        """Whether with whom it is says by itself what it is about: paper that somebody else may read leaves it out."""
        return self.unite.nature in HIDDEN_UNITES or self.agent.metier.famille in HIDDEN_METIERS

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @transaction.atomic
    def book(self, *, by: Agent) -> None:
        """Save, and relate its agent from now and the lieu's desk that day.

        Raises IntegrityError when the agent or the office is taken.
        """
        self._hold()
        self.created_by = by
        self.save(force_insert=True)
        self.begin(by=by)
        self.attach()

    def _hold(self) -> None:
        """Two bookings at once wait for one another here instead of deadlocking inside the constraint."""
        Agent.objects.select_for_update(of=("self",), no_key=True).get(pk=self.agent_id)
        if self.bureau_id:
            Bureau.objects.select_for_update(no_key=True).get(pk=self.bureau_id)

    def attach(self) -> None:
        """Its agent is related from booking, until the end of that day; the lieu's desk, that day."""
        nature, tonight = Rattachement.Nature.RENDEZ_VOUS, midnight(self.starts_at)
        Rattachement.objects.grant(nature, self.usager_id, self, agent=self.agent, until=tonight)
        if self.modalite != self.Modalite.SUR_PLACE:
            return
        morning = timezone.make_aware(datetime.combine(self.jour, time.min))
        made = Rattachement.objects.from_source(self).filter(ends_at__gt=F("starts_at"), unite=OuterRef("pk"))
        desks = Unite.objects.filter(lieu=self.unite.lieu_id, nature=Unite.Nature.ACCUEIL)
        for desk in desks.exclude(Exists(made)):
            Rattachement.objects.create(
                nature=nature,
                usager_id=self.usager_id,
                unite=desk,
                starts_at=max(morning, timezone.now()),
                ends_at=tonight,
                source_type=self._meta.label_lower,
                source_id=self.pk,
            )

    def detach(self) -> None:
        """What is over tonight ends tonight, so that a mis-click can still be undone; what has not begun never does."""
        made = Rattachement.objects.from_source(self)
        made.filter(starts_at__gt=timezone.now()).update(ends_at=F("starts_at"))
        made.live().filter(ends_at__gt=midnight()).update(ends_at=midnight())

    @transaction.atomic
    def cancel(self, statut: str, *, by: Agent, motif: str) -> None:
        """By the person or by the service. Raises MoveRefused when it is no longer to come."""
        self.move(statut, by=by, motif=motif)
        self.detach()

    @transaction.atomic
    def replace(self, by_another: RendezVous, statut: str, *, by: Agent, motif: str) -> None:
        """Move it: cancel and book in one act, so that nobody is left without an appointment."""
        self.cancel(statut, by=by, motif=motif)
        by_another.book(by=by)

    def restored(self, last: Etape) -> dict[str, Any]:
        """Whether the person excused herself belongs to the absence that is taken back."""
        return {"absence": ""}

    @transaction.atomic
    def undo(self, *, by: Agent) -> None:
        """As every undo; its hour may have been given to somebody else meanwhile (IntegrityError)."""
        self._hold()
        super().undo(by=by)
        self.attach()

    def keep(self, *, by: Agent, passage: Passage | None = None) -> None:
        """The person came, or answered. Raises MoveRefused before that day."""
        if self.jour > timezone.localdate():
            raise MoveRefused
        self.move(self.Statut.HONORE, by=by, passage=passage)

    def miss(self, absence: str, *, by: Agent) -> None:
        """The person did not come: said, and nothing else follows. Raises MoveRefused before its hour."""
        if not self.has_begun:
            raise MoveRefused
        self.move(self.Statut.NON_HONORE, by=by, absence=absence)


class EtapeRendezVous(Etape):
    """One move of an appointment."""

    objet = models.ForeignKey(RendezVous, verbose_name="rendez-vous", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape de rendez-vous"
        verbose_name_plural = "étapes de rendez-vous"

    def __str__(self) -> str:
        return self.vers

    @property
    def libelle(self) -> str:
        """« À venir » says where it stands, not that somebody gave it."""
        return super().libelle if self.de else "rendez-vous donné"
