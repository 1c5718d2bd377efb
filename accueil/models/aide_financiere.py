"""The money side of a demande that asks for some."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from accueil.models.demande import Demande
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, PersonRow, Versioned

POSITIVE = [MinValueValidator(Decimal("0.01"), "Écrivez un montant supérieur à zéro.")]


def amount(label: str) -> models.DecimalField:
    """Euros and cents; None while nobody knows."""
    return models.DecimalField(label, max_digits=9, decimal_places=2, null=True, blank=True, validators=POSITIVE)


class AideFinanciereQuerySet(ProtectedQuerySet["AideFinanciere"]):
    usager_path = "demande__usager_id"
    readers = SEARCHERS

    def supervised(self, agent: Agent) -> Q:
        """That of an anonymous demande belongs to its unité."""
        return Q(demande__usager=None, demande__unite__in=agent.unite_ids)


class AideFinanciere(PersonRow, Versioned):
    """Amounts (in euros), fund, commission, payment, notification and appeal of one demande."""

    class Fonds(models.TextChoices):
        FSL = "fsl", "FSL (logement)"
        FAJ = "faj", "FAJ (jeunes)"
        ASE = "secours_ase", "secours de l’aide sociale à l’enfance"
        DEPARTEMENT = "departement", "autre aide du Département"
        CCAS = "ccas", "CCAS"
        ASSOCIATION = "association", "association"
        AUTRE = "autre", "autre fonds"

    demande = models.OneToOneField(
        Demande, verbose_name="demande", on_delete=models.PROTECT, related_name="aide_financiere"
    )
    fonds = models.CharField("fonds sollicité", max_length=20, choices=Fonds)
    montant_demande = amount("montant demandé, en euros")
    montant_accorde = amount("montant accordé, en euros")
    is_urgente = models.BooleanField("urgente", default=False)
    commission_on = models.DateField("commission le", null=True, blank=True)
    paid_on = models.DateField("versée le", null=True, blank=True)
    notified_on = models.DateField("notifiée à la personne le", null=True, blank=True)
    recours_until = models.DateField("recours possible jusqu’au", null=True, blank=True)
    recours_on = models.DateField("recours déposé le", null=True, blank=True)

    objects = AideFinanciereQuerySet.as_manager()

    class Meta:
        verbose_name = "aide financière"
        verbose_name_plural = "aides financières"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="aide_paid_is_granted",
                condition=Q(paid_on=None) | Q(montant_accorde__isnull=False),
                violation_error_message="Une aide versée a un montant accordé.",
            ),
            models.CheckConstraint(
                name="aide_recours_in_order",
                condition=Q(recours_on=None) | Q(notified_on=None) | Q(recours_on__gte=F("notified_on")),
                violation_error_message="Le recours précède la notification.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_fonds_display()
