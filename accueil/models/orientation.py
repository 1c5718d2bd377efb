"""Sending somebody to a partner, and what the partner answered."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accueil.models.demande import Demande
from accueil.models.rattachement import AFTER_DEMANDE, Rattachement
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS
from pole_social.models import Agent, Etape, Partenaire, PersonRow, Unite, Versioned, WithMoves
from pole_social.moments import CurrentDay

# The name of such a partner tells by itself why somebody goes there.
TELLING = (Partenaire.Type.SANTE, Partenaire.Type.VIOLENCES)


class OrientationQuerySet(ProtectedQuerySet["Orientation"]):
    readers = SEARCHERS

    def supervised(self, agent: Agent) -> Q:
        """That of an anonymous passage belongs to its unité, that day and while it is open."""
        live = Q(statut=Orientation.Statut.OUVERTE) | Q(created_on=CurrentDay())
        return Q(usager=None, unite__in=agent.unite_ids) & live

    def open(self) -> OrientationQuerySet:
        return self.filter(statut=Orientation.Statut.OUVERTE)

    def unanswered(self, on: date) -> OrientationQuerySet:
        """Open after the day the answer was expected: *sans réponse*."""
        return self.open().filter(expected_on__lt=on)


class Orientation(PersonRow, Versioned, WithMoves):
    """One person sent to one partner, with a printable slip. Without answer after its date: sans réponse."""

    class Statut(models.TextChoices):
        OUVERTE = "ouverte", "en attente de réponse"
        VALIDEE = "validee", "prise en charge par le partenaire"
        REFUSEE = "refusee", "refusée par le partenaire"

    MOVES = {Statut.OUVERTE: (Statut.VALIDEE, Statut.REFUSEE)}

    usager = models.ForeignKey(
        Usager, verbose_name="usager", on_delete=models.PROTECT, null=True, blank=True, related_name="orientations"
    )
    demande = models.ForeignKey(
        Demande, verbose_name="demande", on_delete=models.PROTECT, null=True, blank=True, related_name="orientations"
    )
    passage = models.ForeignKey(
        "accueil.Passage", verbose_name="passage", on_delete=models.PROTECT, related_name="orientations"
    )
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    partenaire = models.ForeignKey(Partenaire, verbose_name="partenaire", on_delete=models.PROTECT, related_name="+")
    objet = models.CharField(
        "ce que la personne va y demander",
        max_length=300,
        help_text="Imprimé sur le bon remis à la personne, et lu par les agents rattachés à elle.",
    )
    expected_on = models.DateField("réponse attendue le")
    statut = models.CharField("état", max_length=12, choices=Statut, default=Statut.OUVERTE)
    reponse = models.CharField("réponse reçue", max_length=500, blank=True)
    created_on = models.DateField("orientée le", default=timezone.localdate, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="orientée par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = OrientationQuerySet.as_manager()

    class Meta:
        verbose_name = "orientation"
        verbose_name_plural = "orientations"
        ordering: ClassVar = ["-created_on", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["unite", "expected_on"], name="orientation_attendue", condition=Q(statut="ouverte"))
        ]

    def __str__(self) -> str:
        return self.get_statut_display()

    def is_unanswered(self, on: date | None = None) -> bool:
        return self.is_open and self.expected_on < (on or timezone.localdate())

    @property
    def is_discreet(self) -> bool:
        """Whether paper says only a number and a place: somebody else may read it at home."""
        violent = self.partenaire.type == Partenaire.Type.VIOLENCES
        about = self.demande is not None and self.demande.domaine.code == "violences"
        return self.passage.is_confidentiel or violent or about

    @property
    def hides_partner(self) -> bool:
        """Whether lists say only that there is one: whoever needs the name opens the slip, and the journal says so."""
        return self.is_discreet or self.partenaire.type in TELLING

    @property
    def can_take_up(self) -> bool:
        """A refusal leaves the demande without an answer: it can come back to the desk."""
        refused = self.statut == self.Statut.REFUSEE and self.demande is not None
        return refused and self.demande.statut == Demande.Statut.ORIENTEE  # type: ignore[union-attr]

    def attach(self) -> None:
        """The unité keeps reading while the answer is awaited."""
        if self.usager_id:
            Rattachement.objects.grant(Rattachement.Nature.DEMANDE, self.usager_id, self, unite=self.unite)

    @transaction.atomic
    def send(self, *, by: Agent) -> None:
        """Save it, settle its demande, keep the unité's read while the answer is awaited. Raises MoveRefused."""
        self.created_by = by
        self.save(force_insert=True)
        self.begin(by=by)
        self.attach()
        if self.demande:
            self.demande.finish(Demande.Statut.ORIENTEE, by=by)

    @transaction.atomic
    def answer(self, to: str, *, by: Agent, reponse: str = "") -> None:
        """What the partner said; the unité reads 7 days more. Raises MoveRefused."""
        self.move(to, by=by, reponse=reponse)
        Rattachement.objects.end(self, at=timezone.now() + AFTER_DEMANDE)


class EtapeOrientation(Etape):
    """One move of an orientation."""

    objet = models.ForeignKey(Orientation, verbose_name="orientation", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape d’orientation"
        verbose_name_plural = "étapes d’orientation"

    def __str__(self) -> str:
        return self.vers
