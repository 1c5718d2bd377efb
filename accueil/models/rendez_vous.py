"""Appointments: one agent, one person, one hour, and never two at once."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, Bureau, Etape, PersonRow, Unite, Versioned, WithMoves


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


class EtapeRendezVous(Etape):
    """One move of an appointment."""

    objet = models.ForeignKey(RendezVous, verbose_name="rendez-vous", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape de rendez-vous"
        verbose_name_plural = "étapes de rendez-vous"

    def __str__(self) -> str:
        return self.vers
