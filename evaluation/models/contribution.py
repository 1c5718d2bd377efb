"""What another métier brings to an evaluation: asked of one agent, signed by them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from accueil.models import ProtectedQuerySet, Rattachement, Relais
from accueil.models.rattachement import RattachementQuerySet
from evaluation.models.evaluation import Evaluation, content_relationships
from pole_social.access import CARE, EVALUATORS
from pole_social.models import Agent, Etape, MoveRefused, PersonRow, Versioned, WithMoves

Nature = Rattachement.Nature
# How long what one has signed stays in one's list.
SHOWN_AFTER = timedelta(days=30)


class ContributionQuerySet(ProtectedQuerySet["Contribution"]):
    """Read by whoever reads the evaluation, and by the contributor, who of the evaluation may read only this."""

    usager_path = "evaluation__usager_id"
    readers = EVALUATORS | CARE

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        """Of a profession that reads no social content: what they were asked themselves, nobody else's."""
        asked = self.relationships(agent, Nature.CONTRIBUTION).filter(
            agent=OuterRef("agent_id"), source_id=OuterRef("evaluation_id")
        )
        return content_relationships(self, agent, "evaluation_id") | asked

    def waiting(self) -> Self:
        return self.filter(statut=Contribution.Statut.DEMANDEE)

    def with_outcome(self) -> Self:
        """Annotate `moved_at` and `motif`: when the state was reached, and the reason if one was given."""
        last = EtapeContribution.objects.filter(objet=OuterRef("pk"), vers=OuterRef("statut")).order_by("-at")
        return self.annotate(moved_at=Subquery(last.values("at")[:1]), motif=Subquery(last.values("motif")[:1]))

    def to_write_or_just_signed(self) -> Self:
        """What a contributor's list holds. After `with_outcome`."""
        recent = Q(statut=Contribution.Statut.SIGNEE, moved_at__gt=timezone.now() - SHOWN_AFTER)
        return self.filter(Q(statut=Contribution.Statut.DEMANDEE) | recent)


class Contribution(PersonRow, Versioned, WithMoves):
    """One métier's part of one evaluation: asked, then signed (and never changed again), or not.

    Signed, it is read with the evaluation. What a health professional may not tell stays in their own écrits.
    """

    class Statut(models.TextChoices):
        DEMANDEE = "demandee", "demandée"
        SIGNEE = "signee", "signée"
        DECLINEE = "declinee", "déclinée"
        RETIREE = "retiree", "retirée"

    MOVES = {Statut.DEMANDEE: (Statut.SIGNEE, Statut.DECLINEE, Statut.RETIREE)}

    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.PROTECT, related_name="contributions"
    )
    agent = models.ForeignKey(Agent, verbose_name="contributeur", on_delete=models.PROTECT, related_name="+")
    objet = models.CharField(
        "ce qui est demandé",
        max_length=300,
        help_text="Lu par la personne sollicitée et par ceux qui lisent l’évaluation.",
    )
    echeance = models.DateField("attendue le")
    texte = models.TextField(
        "contribution",
        max_length=4000,
        blank=True,
        help_text=(
            "Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours. Signée, "
            "elle ne change plus. Ni dossier médical ni notes personnelles ici."
        ),
    )
    statut = models.CharField("état", max_length=12, choices=Statut, default=Statut.DEMANDEE)
    asked_at = models.DateTimeField("demandée le", default=timezone.now, editable=False)
    asked_by = models.ForeignKey(
        Agent, verbose_name="demandée par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = "contribution"
        verbose_name_plural = "contributions"
        ordering: ClassVar = ["echeance", "asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "agent"],
                condition=Q(statut="demandee"),
                name="contribution_asked_once",
                violation_error_message="Une contribution est déjà demandée à cet agent.",
            ),
            models.CheckConstraint(
                name="contribution_signed_with_words",
                condition=~Q(statut="signee") | ~Q(texte=""),
                violation_error_message="Écrivez votre contribution avant de la signer.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agent", "echeance"], name="contribution_waiting", condition=Q(statut="demandee"))
        ]

    def __str__(self) -> str:
        return f"contribution · {self.get_statut_display()}"

    def is_late(self, on: date | None = None) -> bool:
        return self.statut == self.Statut.DEMANDEE and self.echeance < (on or timezone.localdate())

    @property
    def is_awaited(self) -> bool:
        return self.statut == self.Statut.DEMANDEE

    @property
    def is_writable(self) -> bool:
        """Awaited still, in an evaluation that is still being made."""
        return self.is_awaited and self.evaluation.is_editable

    @property
    def texte_signe(self) -> str:
        """What readers get: before the signature, the text is its author's own."""
        return self.texte if self.statut == self.Statut.SIGNEE else ""

    @classmethod
    def state_for(cls, agent: Agent, pk: UUID) -> str | None:
        """The state, and nothing else, of what this agent was asked, though they may read it no more.

        It answers the act that comes too late: whoever was writing is told, and gets their text back.
        """
        asked = cls.objects.filter(pk=pk, agent=agent).without_deport(agent)
        return asked.values_list("statut", flat=True).first()

    def hold(self) -> None:
        """Keep the evaluation from moving until the commit, and know its state: taken before any row below it."""
        held = Evaluation._base_manager.select_for_update(of=("self",), no_key=True).get(pk=self.evaluation_id)
        self.evaluation.statut = held.statut

    @transaction.atomic
    def ask(self, *, by: Agent) -> None:
        """Save as asked by `by`; the contributor is related to the person until the evaluation ends.

        Raises MoveRefused once the evaluation is submitted, and while this agent is awaited already.
        """
        self.hold()
        waiting = type(self)._base_manager.filter(statut=self.Statut.DEMANDEE)
        if not self.evaluation.is_editable or waiting.filter(evaluation=self.evaluation, agent=self.agent).exists():
            raise MoveRefused
        self.asked_by = by
        self.save()
        self.begin(by=by, at=self.asked_at)
        Rattachement.objects.grant(Nature.CONTRIBUTION, self.evaluation.usager_id, self.evaluation, agent=self.agent)

    @transaction.atomic
    def sign(self, *, by: Agent, texte: str) -> None:
        """The contributor's own words, for good. Raises MoveRefused for anybody else, and once it is submitted."""
        self.hold()
        if by.pk != self.agent_id or not self.evaluation.is_editable:
            raise MoveRefused
        self.move(self.Statut.SIGNEE, by=by, texte=texte)

    def decline(self, *, by: Agent, motif: str) -> None:
        """The contributor will not contribute, and reads nothing any more. Raises MoveRefused for anybody else."""
        if by.pk != self.agent_id:
            raise MoveRefused
        self._give_up(self.Statut.DECLINEE, by=by, motif=motif)

    def withdraw(self, *, by: Agent, motif: str) -> None:
        """The evaluator waits no longer for it."""
        self._give_up(self.Statut.RETIREE, by=by, motif=motif)

    @transaction.atomic
    def _give_up(self, to: str, *, by: Agent, motif: str) -> None:
        self.hold()
        self.move(to, by=by, motif=motif)
        if not self._works_on_it_otherwise():
            live = Rattachement.objects.from_source(self.evaluation).live()
            live.filter(agent=self.agent_id, nature=Nature.CONTRIBUTION).update(ends_at=timezone.now())

    def _works_on_it_otherwise(self) -> bool:
        """They have signed another part, or accepted a relais that this evaluation answers (`open_from`)."""
        signed = type(self)._base_manager.filter(
            evaluation=self.evaluation_id, agent=self.agent_id, statut=self.Statut.SIGNEE
        )
        accepted = self.evaluation.relais_recus.filter(etapes__vers=Relais.Statut.ACCEPTE, etapes__by=self.agent_id)
        return signed.exists() or accepted.exists()


class EtapeContribution(Etape):
    """One move of a contribution."""

    objet = models.ForeignKey(
        Contribution, verbose_name="contribution", on_delete=models.PROTECT, related_name="etapes"
    )

    class Meta(Etape.Meta):
        verbose_name = "étape de contribution"
        verbose_name_plural = "étapes de contribution"

    def __str__(self) -> str:
        return self.vers
