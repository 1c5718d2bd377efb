"""What opened a parcours that no evaluation sent: a notice, an orientation, a measure, with its date and source."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from parcours.models.ecrit import may_be_named
from parcours.models.parcours import Parcours
from parcours.models.scope import TeamQuerySet
from pole_social.models import Agent, PersonRow, Versioned

Source = Parcours.Entree


class EntreeDirecteQuerySet(TeamQuerySet):
    """Child protection is never for santé sexuelle (domain, "Who may see what")."""

    def readable_by(self, agent: Agent) -> Self:
        found = super().readable_by(agent)
        return found if may_be_named(agent) else found.exclude(source__in=[Source.CRIP, Source.ASE])


class EntreeDirecte(PersonRow, Versioned):
    """The dated source of a parcours. The 14 domaines are not required after it (domain, "The thread").

    Another one may come while the parcours is open (a second birth): it is attached to it.

    A visit that is proposed after a birth notice is an offer (code de la santé publique, L2112-2): refusing it has
    no consequence, and no date falls due.
    """

    class Visite(models.TextChoices):
        PROPOSEE = "proposee", "proposée"
        ACCEPTEE = "acceptee", "acceptée"
        REFUSEE = "refusee", "refusée"

    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="entrees")
    # Each source has its own dates.
    source = models.CharField("source", max_length=20, choices=Source)
    recue_on = models.DateField("reçue le")
    expediteur = models.CharField(
        "envoyée par",
        max_length=200,
        blank=True,
        help_text="Par exemple la maternité. Lu par l’équipe du parcours.",
    )
    visite = models.CharField("visite", max_length=12, choices=Visite, blank=True)
    # RSA: the contrat d’engagement (code de l’action sociale et des familles, L262-35).
    contrat_signe_on = models.DateField("contrat d’engagement signé le", null=True, blank=True)
    contrat_jusqu_au = models.DateField("jusqu’au", null=True, blank=True)
    recorded_at = models.DateTimeField("notée le", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        Agent, verbose_name="notée par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = EntreeDirecteQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée directe"
        verbose_name_plural = "entrées directes"
        ordering: ClassVar = ["-recue_on", "-recorded_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="entree_not_a_relais",
                condition=~Q(source="relais"),
                violation_error_message="Un relais n’est pas une entrée directe.",
            ),
            models.CheckConstraint(
                name="entree_visite_of_naissance",
                condition=Q(source="naissance") | Q(visite=""),
                violation_error_message="La visite suit un avis de naissance ou de grossesse.",
            ),
            models.CheckConstraint(
                name="entree_contrat_of_rsa",
                condition=Q(source="rsa") | Q(contrat_signe_on=None, contrat_jusqu_au=None),
                violation_error_message="Le contrat d’engagement suit une orientation RSA.",
            ),
            models.CheckConstraint(
                name="entree_contrat_in_order",
                condition=Q(contrat_jusqu_au=None)
                | Q(contrat_signe_on__isnull=False, contrat_jusqu_au__gte=F("contrat_signe_on")),
                violation_error_message="La fin du contrat précède sa signature.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_source_display()
