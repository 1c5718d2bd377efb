"""The hand-over from a unité to another: the seam where people used to be lost."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models, transaction
from django.db.models import Exists, Q
from django.utils import timezone

from accueil.models.rattachement import Rattachement
from accueil.models.usager import Usager
from accueil.models.visibility import ProtectedQuerySet
from pole_social.access import SEARCHERS, Role
from pole_social.models import Agent, Etape, Metier, PersonRow, Unite, Versioned, WithMoves

Nature = Rattachement.Nature
# Who works with the person, and the unités on the way from the desk to them.
FOLLOWING = (Nature.EVALUATION, Nature.CONTRIBUTION, Nature.REFERENT, Nature.INTERVENANT)
ON_THE_WAY = (Unite.Nature.EVALUATION, Unite.Nature.ACCOMPAGNEMENT)


class RelaisQuerySet(ProtectedQuerySet["Relais"]):
    readers = SEARCHERS

    def readable_by(self, agent: Agent) -> Self:
        """Those of one's unités, for as long as one is related to the person (or answers for the unité).

        Who evaluates or accompanies the person reads also what was said on the way to them. A relais to
        another unité (PMI, santé sexuelle) stays between its two unités: it would reveal that follow-up.
        """
        mine = Q(de_unite__in=agent.unite_ids) | Q(vers_unite__in=agent.unite_ids) | self.supervised(agent)
        if Role.SOCIAL in agent.roles:
            mine |= Exists(self.relationships(agent, *FOLLOWING)) & Q(vers_unite__nature__in=ON_THE_WAY)
        return super().readable_by(agent).filter(mine)

    def supervised(self, agent: Agent) -> Q:
        unites = agent.supervised_unite_ids
        return Q(de_unite__in=unites) | Q(vers_unite__in=unites)

    def waiting(self) -> Self:
        return self.filter(statut=Relais.Statut.ENVOYE)

    def overdue(self, on: date) -> Self:
        """Sent, not accepted, and promised for an earlier day."""
        return self.waiting().filter(promised_on__lt=on)


class Relais(PersonRow, Versioned, WithMoves):
    """What was said, passed on to the unité that takes over. Late, it stays open and can be accepted."""

    class Statut(models.TextChoices):
        ENVOYE = "envoye", "envoyé"
        ACCEPTE = "accepte", "accepté"
        RETOURNE = "retourne", "retourné"
        ANNULE = "annule", "annulé"

    class Urgence(models.TextChoices):
        NORMALE = "normale", "normale"
        RAPIDE = "rapide", "sous quelques jours"
        IMMEDIATE = "immediate", "aujourd’hui"

    MOVES = {Statut.ENVOYE: (Statut.ACCEPTE, Statut.RETOURNE, Statut.ANNULE)}

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="relais")
    de_unite = models.ForeignKey(Unite, verbose_name="de", on_delete=models.PROTECT, related_name="+")
    vers_unite = models.ForeignKey(Unite, verbose_name="vers", on_delete=models.PROTECT, related_name="+")
    dit = models.TextField(
        "ce qui a été dit",
        max_length=4000,
        help_text="Pour que la personne n’ait pas à tout redire. Ni dossier médical ni notes personnelles ici.",
    )
    urgence = models.CharField("urgence", max_length=12, choices=Urgence, default=Urgence.NORMALE)
    promised_on = models.DateField("réponse promise le")
    # After an evaluation: who should take part, and who could be référent. The receiver decides.
    metiers = models.ManyToManyField(Metier, verbose_name="métiers à solliciter", related_name="+", blank=True)
    referent_propose = models.ForeignKey(
        Agent, verbose_name="référent proposé", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    statut = models.CharField("état", max_length=12, choices=Statut, default=Statut.ENVOYE)
    sent_at = models.DateTimeField("envoyé le", default=timezone.now, editable=False)
    sent_by = models.ForeignKey(
        Agent, verbose_name="envoyé par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = RelaisQuerySet.as_manager()

    class Meta:
        verbose_name = "relais"
        verbose_name_plural = "relais"
        ordering: ClassVar = ["promised_on", "sent_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="relais_to_another_unite",
                condition=~Q(de_unite=models.F("vers_unite")),
                violation_error_message="Choisissez une autre unité que la vôtre.",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["vers_unite", "promised_on"],
                name="relais_waiting",
                condition=Q(statut="envoye"),
            ),
            models.Index(fields=["de_unite", "sent_at"], name="relais_sent"),
            models.Index(fields=["usager"], name="relais_usager"),
        ]

    def __str__(self) -> str:
        return f"relais · {self.get_statut_display()}"

    @property
    def is_readable(self) -> bool:
        """Whether what was said may be shown: fetched through a relationship, not by supervision alone."""
        return getattr(self, "journal_rattachement", None) is not None

    def is_late(self, on: date | None = None) -> bool:
        """Still waiting after the day that was promised."""
        return self.statut == self.Statut.ENVOYE and self.promised_on < (on or timezone.localdate())

    @transaction.atomic
    def send(self, *, by: Agent) -> None:
        """Save as sent by `by`; both unités read it while it is open."""
        self.sent_by = by
        self.save()
        self.begin(by=by, at=self.sent_at)
        for unite in (self.de_unite, self.vers_unite):
            Rattachement.objects.grant(Rattachement.Nature.RELAIS, self.usager_id, self, unite=unite)

    @transaction.atomic
    def accept(self, *, by: Agent) -> None:
        """The receiving unité takes over. Raises MoveRefused if somebody did first."""
        self.move(self.Statut.ACCEPTE, by=by)
        Rattachement.objects.end(self)

    def send_back(self, *, by: Agent, motif: str) -> None:
        """Return to the sender, with a reason; its demandes are to be pre-instructed again, today."""
        self._give_up(self.Statut.RETOURNE, by=by, motif=motif)

    def cancel(self, *, by: Agent, motif: str) -> None:
        """The sender takes it back."""
        self._give_up(self.Statut.ANNULE, by=by, motif=motif)

    @transaction.atomic
    def _give_up(self, to: str, *, by: Agent, motif: str) -> None:
        self.move(to, by=by, motif=motif)
        for demande in self.demandes.select_related("unite"):
            demande.reopen(by=by, motif=motif, due_on=timezone.localdate())
        Rattachement.objects.end(self)


class EtapeRelais(Etape):
    """One move of a relais."""

    objet = models.ForeignKey(Relais, verbose_name="relais", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape de relais"
        verbose_name_plural = "étapes de relais"

    def __str__(self) -> str:
        return self.vers
