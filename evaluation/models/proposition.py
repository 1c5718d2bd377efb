"""What is proposed because of a fragilité: the rules that propose it, and what a professional kept or set aside."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accueil.models import Droit
from accueil.regles import ConditionInvalide
from evaluation.models.evaluation import Evaluation
from evaluation.models.exploration import READ_BY, ContentQuerySet, FragiliteReperee
from evaluation.models.referentiel import Fragilite
from evaluation.regles import RegleLue, lire
from pole_social.models import Agent, Metier, MoveRefused, Partenaire, PersonRow, Referentiel

# What a decision takes over from the row that it replaces.
CARRIED = ("evaluation", "fragilite", "regle", "libelle", "parce_que", "metier", "droit", "partenaire_type")


class ReglePropositionQuerySet(models.QuerySet["RegleProposition"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class RegleProposition(Referentiel):
    """What a colleague would propose to somebody with this fragilité, in this household, at this age.

    Facts edited by people: an action, and the métier, the right or the kind of partner that it calls for. No
    code in the data; `conditions` are those of the rights (`accueil/regles`), and none means « always ».
    """

    fragilite = models.ForeignKey(Fragilite, verbose_name="fragilité", on_delete=models.PROTECT, related_name="regles")
    # Said from this level on; empty: whatever the level.
    niveau_minimum = models.CharField("à partir du niveau", max_length=12, choices=FragiliteReperee.Niveau, blank=True)
    conditions = models.JSONField(
        "conditions",
        default=list,
        blank=True,
        help_text="Une liste de possibilités sur l’âge et le foyer ; vide : toujours.",
    )
    action = models.CharField("action proposée", max_length=300)
    action_usager = models.CharField(
        "dit à la personne",
        max_length=300,
        blank=True,
        help_text="Imprimé sur la synthèse remise. Vide : cette proposition reste entre professionnels.",
    )
    metier = models.ForeignKey(
        Metier, verbose_name="métier à solliciter", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    droit = models.ForeignKey(
        Droit, verbose_name="droit à vérifier", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    partenaire_type = models.CharField("type de partenaire", max_length=30, choices=Partenaire.Type, blank=True)
    ordre = models.PositiveSmallIntegerField("ordre", default=0)
    is_active = models.BooleanField("proposée", default=True)

    objects = ReglePropositionQuerySet.as_manager()

    class Meta:
        verbose_name = "règle de proposition"
        verbose_name_plural = "règles de proposition"
        ordering: ClassVar = ["fragilite__domaine__ordre", "fragilite__pk", "ordre", "code"]

    def __str__(self) -> str:
        return self.action

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Refuse what the rules could not read, beside the field."""
        super().clean_fields(exclude)
        if "conditions" in (exclude or ()):
            return
        try:
            lire(self.conditions)
        except ConditionInvalide as error:
            raise ValidationError({"conditions": str(error)}) from error

    def read(self) -> RegleLue | None:
        """As the rules read it; None when its conditions cannot be read: it then proposes nothing."""
        try:
            possibilites = lire(self.conditions)
        except ConditionInvalide:
            return None
        return RegleLue(self.code, self.fragilite.code, self.niveau_minimum, possibilites)

    def propose(self, evaluation: Evaluation, reperee: FragiliteReperee, parce_que: str) -> Proposition:
        """The row that a decision would write (`Proposition.decide`): what it proposes today, in today's words."""
        return Proposition(
            evaluation=evaluation,
            fragilite=reperee,
            regle=self,
            libelle=self.action,
            parce_que=parce_que[: Proposition.MAX_PARCE_QUE],
            metier=self.metier,
            droit=self.droit,
            partenaire_type=self.partenaire_type,
        )


class PropositionQuerySet(ContentQuerySet):
    def standing(self) -> Self:
        """Those that hold now: kept or set aside, not replaced since."""
        return self.filter(removed_at=None)

    def shown_to(self, agent: Agent) -> Self:
        """Those that stand, and the lines of their own that they took back."""
        return self.filter(Q(removed_at=None) | Q(regle=None, recorded_by=agent))

    def kept(self) -> Self:
        return self.standing().filter(statut=Proposition.Statut.GARDEE)


class Proposition(PersonRow):
    """What a professional keeps or sets aside, with a reason; nothing is decided automatically.

    `regle` is empty for a line of their own. Whoever changes their mind adds a row, and dates the former one; a
    line of their own is dated too when its author takes it back, and nothing replaces it.
    """

    MAX_PARCE_QUE = 500

    class Statut(models.TextChoices):
        GARDEE = "gardee", "gardée"
        ECARTEE = "ecartee", "écartée"

    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.PROTECT, related_name="propositions"
    )
    fragilite = models.ForeignKey(
        FragiliteReperee,
        verbose_name="proposé parce que",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="propositions",
    )
    regle = models.ForeignKey(
        RegleProposition, verbose_name="règle", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    libelle = models.CharField("proposition", max_length=300, help_text=READ_BY)
    # « Proposé parce que… », as it was said that day: the rules and the facts change.
    parce_que = models.CharField("parce que", max_length=MAX_PARCE_QUE, blank=True)
    metier = models.ForeignKey(
        Metier,
        verbose_name="métier à solliciter",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    droit = models.ForeignKey(
        Droit, verbose_name="droit à vérifier", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    partenaire_type = models.CharField("type de partenaire", max_length=30, choices=Partenaire.Type, blank=True)
    statut = models.CharField("décision", max_length=10, choices=Statut, default=Statut.GARDEE)
    motif = models.CharField("pourquoi l’écarter", max_length=300, blank=True, help_text=READ_BY)
    recorded_at = models.DateTimeField("proposé le", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        Agent, verbose_name="proposé par", on_delete=models.PROTECT, related_name="+", editable=False
    )
    removed_at = models.DateTimeField("remplacée le", null=True, blank=True, editable=False)

    objects = PropositionQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        verbose_name_plural = "propositions"
        ordering: ClassVar = ["recorded_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "regle"],
                condition=Q(removed_at=None),
                name="proposition_decided_once",
                violation_error_message="Cette proposition est déjà gardée ou écartée.",
            ),
            models.CheckConstraint(
                name="proposition_set_aside_for_a_reason",
                condition=~Q(statut="ecartee") | ~Q(motif=""),
                violation_error_message="Dites pourquoi l’écarter.",
            ),
        ]

    def __str__(self) -> str:
        return self.libelle

    @property
    def is_withdrawn(self) -> bool:
        """Taken back by its author: nobody decides about a line of one's own otherwise."""
        return self.regle_id is None and self.removed_at is not None

    def withdraw(self) -> None:
        """Its author takes it back; it stays in the history. Twice is once."""
        Proposition._base_manager.filter(pk=self.pk, regle=None, removed_at=None).update(removed_at=timezone.now())

    def restore(self) -> None:
        """Its author takes it up again. Twice is once."""
        Proposition._base_manager.filter(pk=self.pk, regle=None).update(removed_at=None)

    @transaction.atomic
    def decide(self, statut: str, *, by: Agent, motif: str = "") -> Proposition:
        """Keep or set aside: the first row, or one that replaces this one and dates it. Twice the same is once.

        Raises MoveRefused when somebody replaced this row first.
        """
        decided = {"statut": statut, "motif": motif, "recorded_by": by}
        carried = {name: getattr(self, name) for name in CARRIED}
        if not self._state.adding:
            if (self.statut, self.motif) == (statut, motif):
                return self
            standing = Proposition._base_manager.filter(pk=self.pk, removed_at=None)
            if not standing.update(removed_at=timezone.now()):
                raise MoveRefused
        return Proposition.objects.create(**carried, **decided)
