"""What an evaluation found: one exploration per domaine, its fragilities, the strengths."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accueil.models import ProtectedQuerySet
from accueil.models.rattachement import RattachementQuerySet
from evaluation.models.evaluation import CONTENT_NATURES, Evaluation, content_relationships
from evaluation.models.partage import shared_with
from evaluation.models.referentiel import Fragilite
from pole_social.access import CARE, EVALUATORS
from pole_social.models import Agent, Domaine, PersonRow, Versioned

READ_BY = "Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours."


# Read by those with whom it was shared too.
SYNTHESE = "synthese"


class ContentQuerySet(ProtectedQuerySet):
    """The content of an evaluation: read by those who work on it, by the responsable until the decision."""

    usager_path = "evaluation__usager_id"
    evaluation_path = "evaluation_id"
    readers = EVALUATORS | CARE

    def for_synthese(self) -> Self:
        """Asked by the page of a shared synthesis alone: `visible_to` then knows of the partages too.

        Everywhere else a partage opens nothing: neither the evaluation's page nor what a parcours shows of it.
        """
        found = self.all()
        found.variant = SYNTHESE
        return found

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        """By work on the person's evaluation or parcours; or, of the synthesis, by a partage and any such work."""
        working = content_relationships(self, agent, self.evaluation_path)
        if self.variant != SYNTHESE:
            return working
        told = shared_with(agent, OuterRef(OuterRef(self.evaluation_path)))
        return working | self.relationships(agent, *CONTENT_NATURES).filter(Exists(told))


class ExplorationQuerySet(ContentQuerySet):
    def missing(self) -> Self:
        """The domaines nobody has spoken of yet: an evaluation cannot be submitted while there is one."""
        return self.filter(etat=Exploration.Etat.PAS_ENCORE_ABORDE)


class Exploration(PersonRow, Versioned):
    """One domaine of one evaluation: always in exactly one state. Fourteen rows prove that all was looked for."""

    class Etat(models.TextChoices):
        PAS_ENCORE_ABORDE = "pas_encore_aborde", "pas encore abordé"
        SANS_DIFFICULTE = "sans_difficulte", "abordé, aucune difficulté exprimée"
        FRAGILITES = "fragilites", "fragilité(s)"
        A_APPROFONDIR = "a_approfondir", "à approfondir"
        NON_SOUHAITE = "non_souhaite", "non souhaité par la personne"
        NON_ABORDE = "non_aborde", "non abordé cette fois"

    class Empechement(models.TextChoices):
        URGENCE = "urgence", "urgence"
        INTERPRETE = "interprete_absent", "interprète absent"
        TIERS = "tiers_present", "tiers présent"
        FATIGUE = "fatigue", "fatigue"

    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.PROTECT, related_name="explorations"
    )
    domaine = models.ForeignKey(Domaine, verbose_name="domaine", on_delete=models.PROTECT, related_name="+")
    etat = models.CharField("état", max_length=20, choices=Etat, default=Etat.PAS_ENCORE_ABORDE)
    dit = models.TextField("ce qui est dit", max_length=4000, blank=True, help_text=READ_BY)
    empechement = models.CharField("pourquoi", max_length=20, choices=Empechement, blank=True)
    resume_on = models.DateField("à reprendre le", null=True, blank=True)
    is_seul_a_seul = models.BooleanField(
        "question posée seul à seul avec la personne",
        default=False,
        help_text="La question sur les violences se pose toujours, sans témoin.",
    )
    explored_at = models.DateTimeField("abordé le", null=True, blank=True, editable=False)
    explored_by = models.ForeignKey(
        Agent,
        verbose_name="abordé par",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    objects = ExplorationQuerySet.as_manager()

    class Meta:
        verbose_name = "exploration"
        verbose_name_plural = "explorations"
        ordering: ClassVar = ["domaine__ordre"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "domaine"], name="exploration_once_per_domaine"),
            models.CheckConstraint(
                name="exploration_reason_and_date",
                condition=~Q(etat="non_aborde") | (~Q(empechement="") & Q(resume_on__isnull=False)),
                violation_error_message="Dites pourquoi, et quand reprendre.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_etat_display()

    @property
    def is_explored(self) -> bool:
        return self.etat != self.Etat.PAS_ENCORE_ABORDE


class FragiliteRepereeQuerySet(ContentQuerySet):
    usager_path = "exploration__evaluation__usager_id"
    evaluation_path = "exploration__evaluation_id"


class FragiliteReperee(PersonRow):
    """A fragility found. No score, no ranking, no prediction: a level that a professional says, in words."""

    class Niveau(models.TextChoices):
        VIGILANCE = "vigilance", "vigilance"
        FRAGILITE = "fragilite", "fragilité"
        MAJEURE = "majeure", "fragilité majeure"
        DANGER = "danger", "danger"

    exploration = models.ForeignKey(
        Exploration, verbose_name="exploration", on_delete=models.PROTECT, related_name="fragilites"
    )
    fragilite = models.ForeignKey(Fragilite, verbose_name="fragilité", on_delete=models.PROTECT, related_name="+")
    niveau = models.CharField("niveau", max_length=12, choices=Niveau)
    depuis = models.CharField("depuis quand", max_length=60, blank=True)
    paroles = models.CharField("ses mots", max_length=500, blank=True, help_text=READ_BY)
    is_priorite = models.BooleanField("sa priorité", default=False)
    # A level that was corrected stays in the history: nothing is deleted.
    removed_at = models.DateTimeField("retirée le", null=True, blank=True, editable=False)
    recorded_at = models.DateTimeField("notée le", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        Agent, verbose_name="notée par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = FragiliteRepereeQuerySet.as_manager()

    class Meta:
        verbose_name = "fragilité repérée"
        verbose_name_plural = "fragilités repérées"
        ordering: ClassVar = ["fragilite__domaine__ordre", "fragilite__pk", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exploration", "fragilite"],
                condition=Q(removed_at=None),
                name="fragilite_reperee_once",
                violation_error_message="Cette fragilité est déjà notée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.fragilite} · {self.get_niveau_display()}"


class PointAppui(PersonRow):
    """A strength to build on."""

    evaluation = models.ForeignKey(
        Evaluation, verbose_name="évaluation", on_delete=models.PROTECT, related_name="points_appui"
    )
    libelle = models.CharField("point d’appui", max_length=200, help_text=READ_BY)
    recorded_at = models.DateTimeField("noté le", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        Agent, verbose_name="noté par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = "point d’appui"
        verbose_name_plural = "points d’appui"
        ordering: ClassVar = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return self.libelle
