"""Online procedures: the written power to act for somebody, and each session at the keyboard."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accueil.models.droit import Droit
from accueil.models.passage import Passage
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, PersonRow, Unite


class MandatQuerySet(ProtectedQuerySet["Mandat"]):
    readers = SEARCHERS

    def live(self) -> MandatQuerySet:
        """Those that hold today."""
        today = timezone.localdate()
        return self.filter(revoked_at=None, starts_on__lte=today, ends_on__gte=today)


class Mandat(PersonRow):
    """The person's written power to act online for them: it binds the structure, not the agent.

    Scope and duration are said; it can be revoked at once. Printed and signed by hand: nothing is uploaded.
    """

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="mandats")
    unite = models.ForeignKey(Unite, verbose_name="structure mandatée", on_delete=models.PROTECT, related_name="+")
    portee = models.CharField("démarches autorisées", max_length=400, help_text="Lesquelles, et sur quels sites.")
    starts_on = models.DateField("à partir du", default=timezone.localdate)
    ends_on = models.DateField("jusqu’au")
    signed_on = models.DateField("signé sur papier le", null=True, blank=True)
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        Agent, verbose_name="révocation notée par", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("établi le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="établi par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = MandatQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        verbose_name_plural = "mandats"
        ordering: ClassVar = ["-created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="mandat_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="La fin du mandat précède son début.",
            )
        ]

    def __str__(self) -> str:
        return "mandat"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.starts_on <= timezone.localdate() <= self.ends_on


class DemarcheQuerySet(ProtectedQuerySet["Demarche"]):
    readers = SEARCHERS


class Demarche(PersonRow):
    """One session of an online procedure, made for, with or by the person. It may need a mandat."""

    class Mode(models.TextChoices):
        POUR = "pour", "pour la personne"
        AVEC = "avec", "avec la personne"
        PAR = "par", "par la personne, à côté d’elle"

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="demarches")
    passage = models.ForeignKey(
        Passage, verbose_name="passage", on_delete=models.PROTECT, null=True, blank=True, related_name="demarches"
    )
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    droit = models.ForeignKey(
        Droit, verbose_name="droit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site = models.CharField("site ou téléservice", max_length=120, blank=True)
    mandat = models.ForeignKey(
        Mandat, verbose_name="mandat", on_delete=models.PROTECT, null=True, blank=True, related_name="demarches"
    )
    mode = models.CharField("faite", max_length=8, choices=Mode)
    preuve = models.CharField("numéro de dépôt ou de preuve", max_length=80, blank=True)
    echeance = models.DateField("prochaine échéance le", null=True, blank=True)
    done_at = models.DateTimeField("faite le", default=timezone.now, editable=False)
    done_by = models.ForeignKey(Agent, verbose_name="avec", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = DemarcheQuerySet.as_manager()

    class Meta:
        verbose_name = "démarche en ligne"
        verbose_name_plural = "démarches en ligne"
        ordering: ClassVar = ["-done_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="demarche_names_its_subject",
                condition=Q(droit__isnull=False) | ~Q(site=""),
                violation_error_message="Choisissez un droit, ou écrivez le site.",
            ),
            models.CheckConstraint(
                name="demarche_for_somebody_needs_mandat",
                condition=~Q(mode="pour") | Q(mandat__isnull=False),
                violation_error_message="Agir pour la personne demande un mandat en cours.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_mode_display()
