"""The 360° evaluation: one per person at a time, explored domaine by domaine, validated, then handed over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accueil.models import ProtectedQuerySet, Rattachement, Relais, Usager
from accueil.models.rattachement import RattachementQuerySet
from pole_social.access import CARE, EVALUATORS, Role
from pole_social.models import Affectation, Agent, Etape, MoveRefused, PersonRow, Unite, Versioned, WithMoves

Nature = Rattachement.Nature
# Whoever works on the evaluation, or on what came out of it. Not a relais that only waits: what it carries is
# what its sender wrote in it, for a whole unité.
CONTENT_NATURES = (
    Nature.EVALUATION,
    Nature.CONTRIBUTION,
    Nature.REFERENT,
    Nature.INTERVENANT,
    Nature.FIN_DE_RELAIS,
    Nature.DELEGATION,
)
WORK_NATURES = (Nature.EVALUATION, Nature.CONTRIBUTION)
# Who may share the synthesis: whoever makes the evaluation, or works in a parcours of the person now.
SHARING_NATURES = (Nature.EVALUATION, Nature.REFERENT, Nature.INTERVENANT, Nature.DELEGATION)
# What the responsable reads the content by, until they decide.
DECISION_NATURE = Nature.VALIDATION
DAYS_TO_EVALUATE = 30
DAYS_TO_VALIDATE = 7


class EvaluationQuerySet(ProtectedQuerySet["Evaluation"]):
    """Rows as metadata: state, dates, owner. The content is in Exploration and below, with its own scope."""

    readers = EVALUATORS | CARE

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        return content_relationships(self, agent, "pk")

    def supervised(self, agent: Agent) -> Q:
        return Q(unite__in=agent.supervised_unite_ids)

    def worked_on_by(self, agent: Agent) -> Self:
        """Those whose evaluator or contributor this agent is: they alone write in them.

        Asked of the relationships that `visible_to` accepts, so that a former evaluator who has changed
        métier writes no more.
        """
        mine = self.allowing(agent).filter(agent=agent, nature__in=WORK_NATURES, source_id=OuterRef("pk"))
        return self.visible_to(agent).filter(Exists(mine))

    def shareable_by(self, agent: Agent) -> Self:
        """Settled ones whose content this agent reads, and may share. Whoever was told does not pass it on."""
        mine = self.allowing(agent).filter(agent=agent, nature__in=SHARING_NATURES)
        return self.visible_to(agent).filter(Exists(mine), statut__in=Evaluation.SETTLED)

    def locked(self) -> Self:
        """Each waits for whoever is writing in it: what is checked next stays true until the commit."""
        return self.select_for_update(of=("self",), no_key=True)

    def open(self) -> Self:
        return self.filter(statut__in=Evaluation.OPEN)

    def to_follow(self) -> Self:
        """Open, or validated while somebody still works on it: what has to be in a list."""
        live = Rattachement.objects.live().filter(source_id=OuterRef("pk"), nature__in=WORK_NATURES)
        return self.filter(Q(statut__in=Evaluation.OPEN) | Q(Exists(live), statut=Evaluation.Statut.VALIDEE))


def content_relationships(queryset: ProtectedQuerySet, agent: Agent, evaluation_path: str) -> RattachementQuerySet:
    """The relationships that open an evaluation's content, by role.

    Social: any work on the person's evaluation or parcours. Encadrement: until the decision only. Other
    professions: their own contribution, and nothing of what they were not asked (`Contribution`).
    """
    opening = Q(pk__in=[])
    if Role.SOCIAL in agent.roles:
        opening |= Q(nature__in=CONTENT_NATURES)
    if Role.ENCADREMENT in agent.roles:
        opening |= Q(nature=DECISION_NATURE, source_id=OuterRef(evaluation_path))
    return queryset.relationships(agent).filter(opening)


class Evaluation(PersonRow, Versioned, WithMoves):
    """One evaluation. `echeance` is its next date; it belongs to its evaluator, in its unité."""

    class Statut(models.TextChoices):
        EN_COURS = "en_cours", "en cours"
        A_VALIDER = "a_valider", "à valider"
        A_REPRENDRE = "a_reprendre", "à reprendre"
        VALIDEE = "validee", "validée"
        SANS_ACCOMPAGNEMENT = "sans_accompagnement", "sans accompagnement"

    OPEN = (Statut.EN_COURS, Statut.A_VALIDER, Statut.A_REPRENDRE)
    # What it says is decided: it may be shared.
    SETTLED = (Statut.VALIDEE, Statut.SANS_ACCOMPAGNEMENT)
    MOVES = {
        Statut.EN_COURS: (Statut.A_VALIDER, Statut.SANS_ACCOMPAGNEMENT),
        Statut.A_VALIDER: (Statut.VALIDEE, Statut.A_REPRENDRE),
        Statut.A_REPRENDRE: (Statut.A_VALIDER, Statut.SANS_ACCOMPAGNEMENT),
        # Only when its relais comes back.
        Statut.VALIDEE: (Statut.A_REPRENDRE,),
    }

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="evaluations")
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    evaluateur = models.ForeignKey(Agent, verbose_name="évaluateur", on_delete=models.PROTECT, related_name="+")
    statut = models.CharField("état", max_length=20, choices=Statut, default=Statut.EN_COURS)
    opened_on = models.DateField("ouverte le", default=timezone.localdate, editable=False)
    echeance = models.DateField("prochaine date")
    relais_recus = models.ManyToManyField(Relais, verbose_name="relais reçus", related_name="evaluations_recues")
    relais_envoyes = models.ManyToManyField(
        Relais, verbose_name="relais envoyés", related_name="evaluations_envoyees", blank=True
    )
    # Set by a merge: both records had an open one, and both go on (accueil/fusion.py).
    fusion = models.UUIDField("fusion", null=True, blank=True, editable=False)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation"
        verbose_name_plural = "évaluations"
        ordering: ClassVar = ["echeance", "opened_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["usager"],
                condition=Q(statut__in=["en_cours", "a_valider", "a_reprendre"], fusion=None),
                name="evaluation_open_once",
                violation_error_message="Une évaluation est déjà en cours pour cette personne.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["unite", "statut", "echeance"], name="evaluation_unite")]

    def __str__(self) -> str:
        return f"évaluation · {self.get_statut_display()}"

    @property
    def is_editable(self) -> bool:
        return self.statut in (self.Statut.EN_COURS, self.Statut.A_REPRENDRE)

    def is_late(self, on: date | None = None) -> bool:
        return self.statut in self.OPEN and self.echeance < (on or timezone.localdate())

    @transaction.atomic
    def submit(self, *, by: Agent) -> None:
        """Send to the unité's responsables, who read the content until they decide. Raises MoveRefused.

        The caller has checked that every domaine is explored (`Exploration.objects.missing`).
        """
        due = timezone.localdate() + timedelta(days=DAYS_TO_VALIDATE)
        self.move(self.Statut.A_VALIDER, by=by, echeance=due)
        for affectation in self._deciding():
            Rattachement.objects.grant(DECISION_NATURE, self.usager_id, self, agent=affectation.agent)

    def _deciding(self) -> list[Affectation]:
        """The unité's responsables of today; the territoire's direction where there is none."""
        leading = Affectation.objects.current().filter(responsable=True).select_related("agent")
        direction = Q(unite__nature=Unite.Nature.DIRECTION, unite__lieu__territoire=self.unite.lieu.territoire_id)
        return list(leading.filter(unite=self.unite) or leading.filter(direction))

    @transaction.atomic
    def validate(self, *, by: Agent) -> None:
        """The responsable agrees; their read of the content ends here. Next: the relais."""
        self._decide(self.Statut.VALIDEE, by=by)
        self._leave_levels(by=by)

    def _leave_levels(self, *, by: Agent) -> None:
        """What it found is where the person's next evaluation starts from."""
        self.usager.niveaux_releves.record(self, by=by)

    def send_back(self, *, by: Agent, motif: str) -> None:
        """The responsable asks for more, and says what."""
        self._decide(self.Statut.A_REPRENDRE, by=by, motif=motif)

    @transaction.atomic
    def _decide(self, to: str, *, by: Agent, motif: str = "") -> None:
        # A validated one is taken up again only when its relais comes back.
        if self.statut != self.Statut.A_VALIDER:
            raise MoveRefused
        self.move(to, by=by, motif=motif, echeance=timezone.localdate() + timedelta(days=DAYS_TO_VALIDATE))
        Rattachement.objects.end(self, DECISION_NATURE)

    @transaction.atomic
    def hand_over(self, relais: Relais) -> None:
        """A relais has been sent from here: the next date is the day that it promises. Raises StaleVersion."""
        self.relais_envoyes.add(relais)
        self.echeance = relais.promised_on
        self.save_over(self.version, ["echeance"])

    @property
    def is_handed_over(self) -> bool:
        """Validated, taken up by at least one unité, and awaited by none: the evaluator may let go."""
        if self.statut != self.Statut.VALIDEE or self.relais_envoyes.waiting().exists():
            return False
        return self.relais_envoyes.filter(statut=Relais.Statut.ACCEPTE).exists()

    @transaction.atomic
    def release(self, *, by: Agent) -> None:
        """Its work is done: those who worked on it stop reading it. Raises MoveRefused before it is handed over."""
        if not self.is_handed_over:
            raise MoveRefused
        self._let_go(by=by, motif="évaluation terminée")

    @transaction.atomic
    def close_without_accompagnement(self, *, by: Agent, motif: str) -> None:
        """End here; those who worked on it stop reading it. Raises MoveRefused."""
        self.move(self.Statut.SANS_ACCOMPAGNEMENT, by=by, motif=motif)
        self._leave_levels(by=by)
        # Its reason is not for those of another profession.
        self._let_go(by=by, motif="évaluation close sans accompagnement")

    def _let_go(self, *, by: Agent, motif: str) -> None:
        """End everybody's reading; what was still asked of somebody is withdrawn: it would be in nobody's list."""
        for awaited in self.contributions.waiting():
            awaited.withdraw(by=by, motif=motif)
        Rattachement.objects.end(self)

    @transaction.atomic
    def reopen(self, *, by: Agent, motif: str) -> None:
        """Its relais came back: the evaluator takes it up again."""
        self.move(self.Statut.A_REPRENDRE, by=by, motif=motif, echeance=timezone.localdate())
        Rattachement.objects.grant(Nature.EVALUATION, self.usager_id, self, agent=self.evaluateur)


class EtapeEvaluation(Etape):
    """One move of an evaluation."""

    objet = models.ForeignKey(Evaluation, verbose_name="évaluation", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape d’évaluation"
        verbose_name_plural = "étapes d’évaluation"

    def __str__(self) -> str:
        return self.vers
