"""Handing over: another référent, or a colleague's cover during an absence, agreed by whoever receives."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from parcours.models.parcours import Parcours
from parcours.models.scope import TeamQuerySet
from pole_social.models import Agent, Etape, PersonRow, WithMoves


class TransmissionQuerySet(TeamQuerySet):
    """Read by the team, by the responsable, and by whoever is asked: they see whose parcours it is, not its content."""

    def supervised(self, agent: Agent) -> Q:
        """Those of one's unités; and what waits for one's own answer, which makes no relationship with the person."""
        asked = Q(vers=agent, statut=Transmission.Statut.PROPOSEE)
        return Q(parcours__unite__in=agent.supervised_unite_ids) | asked

    def waiting(self) -> Self:
        return self.filter(statut=Transmission.Statut.PROPOSEE)

    def covering(self) -> Self:
        """The covers agreed, of today."""
        today = timezone.localdate()
        return self.filter(
            nature=Transmission.Nature.ABSENCE, statut=Transmission.Statut.ACCEPTEE, du__lte=today, au__gte=today
        )


class Transmission(PersonRow, WithMoves):
    """One parcours proposed to one colleague. Until they accept, whoever had it keeps it.

    `lot` groups those that were proposed in one act. An absence has its dates and ends by itself; a change of
    référent has none.
    """

    class Nature(models.TextChoices):
        REFERENT = "referent", "changement de référent"
        ABSENCE = "absence", "remplacement pendant une absence"

    class Statut(models.TextChoices):
        PROPOSEE = "proposee", "proposée"
        ACCEPTEE = "acceptee", "acceptée"
        REFUSEE = "refusee", "refusée"
        ANNULEE = "annulee", "annulée"

    MOVES = {
        Statut.PROPOSEE: (Statut.ACCEPTEE, Statut.REFUSEE, Statut.ANNULEE),
        # A cover ended before its last day.
        Statut.ACCEPTEE: (Statut.ANNULEE,),
    }

    parcours = models.ForeignKey(
        Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="transmissions"
    )
    nature = models.CharField("nature", max_length=10, choices=Nature)
    lot = models.UUIDField("lot", db_index=True)
    # Nobody when the parcours had lost its référent.
    de = models.ForeignKey(Agent, verbose_name="de", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    vers = models.ForeignKey(Agent, verbose_name="à", on_delete=models.PROTECT, related_name="+")
    statut = models.CharField("état", max_length=10, choices=Statut, default=Statut.PROPOSEE)
    du = models.DateField("du", null=True, blank=True)
    au = models.DateField("au", null=True, blank=True)
    message = models.TextField(
        "message",
        max_length=2000,
        blank=True,
        help_text="Lu par qui reçoit et par l’équipe. Rien de ce qui est confié ici.",
    )
    proposed_at = models.DateTimeField("proposée le", default=timezone.now, editable=False)
    proposed_by = models.ForeignKey(
        Agent, verbose_name="proposée par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = TransmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "transmission"
        verbose_name_plural = "transmissions"
        ordering: ClassVar = ["proposed_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parcours", "nature"],
                condition=Q(statut="proposee"),
                name="transmission_proposed_once",
                violation_error_message="Ce parcours est déjà proposé à quelqu’un.",
            ),
            models.CheckConstraint(
                name="transmission_to_another",
                condition=Q(de=None) | ~Q(de=F("vers")),
                violation_error_message="Une transmission va à quelqu’un d’autre.",
            ),
            models.CheckConstraint(
                name="transmission_dates_of_absence",
                condition=Q(nature="absence", du__isnull=False, au__gte=F("du"))
                | Q(nature="referent", du=None, au=None),
                violation_error_message="Une absence a une première et une dernière date, dans l’ordre.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["vers"], name="transmission_waiting", condition=Q(statut="proposee")),
            models.Index(fields=["parcours", "au"], name="transmission_absence", condition=Q(statut="acceptee")),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} · {self.get_statut_display()}"


class EtapeTransmission(Etape):
    """One move of a transmission."""

    objet = models.ForeignKey(
        Transmission, verbose_name="transmission", on_delete=models.PROTECT, related_name="etapes"
    )

    class Meta(Etape.Meta):
        verbose_name = "étape de transmission"
        verbose_name_plural = "étapes de transmission"

    def __str__(self) -> str:
        return self.vers
