"""The long-term support: one référent at a time, intervenants of any métier, goals and steps."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models, transaction
from django.db.models import F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Least
from django.utils import timezone

from accueil.models import ProtectedQuerySet, Rattachement, Relais, Usager
from accueil.models.rattachement import RattachementQuerySet
from evaluation.models import Fragilite
from pole_social.access import TEAM
from pole_social.models import (
    Agent,
    Etape,
    Partenaire,
    PersonRow,
    Unite,
    Versioned,
    WithMoves,
)

Nature = Rattachement.Nature
TEAM_NATURES = (Nature.REFERENT, Nature.INTERVENANT, Nature.FIN_DE_RELAIS, Nature.DELEGATION)
FIRST_BILAN = timedelta(days=91)


def team_relationships(queryset: ProtectedQuerySet, agent: Agent, parcours_path: str) -> RattachementQuerySet:
    """The agent's live place in the team of this very parcours: another one of the person opens nothing."""
    return queryset.relationships(agent, *TEAM_NATURES).filter(source_id=OuterRef(parcours_path))


class ParcoursQuerySet(ProtectedQuerySet["Parcours"]):
    """Rows as metadata. Goals, steps and écrits have their own, narrower scope."""

    readers = TEAM

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        return team_relationships(self, agent, "pk")

    def supervised(self, agent: Agent) -> Q:
        return Q(unite__in=agent.supervised_unite_ids)

    def open(self) -> Self:
        """The file active: the parcours that are not closed."""
        return self.filter(statut__in=Parcours.OPEN)

    def with_next_on(self) -> Self:
        """Annotate `next_on`: the first of the bilan, the wake-up and the open actions' dates."""
        steps = Action.objects.open().filter(parcours=OuterRef("pk")).order_by()
        first = steps.values("parcours").annotate(first=Min("echeance")).values("first")
        return self.annotate(next_on=Least("echeance", "wakes_on", Subquery(first)))

    def with_referent(self) -> Self:
        """Annotate `referent_nom` and `referent_prenom`, in the same query."""
        live = Intervenant.objects.live().filter(parcours=OuterRef("pk"), is_referent=True)
        return self.annotate(
            referent_nom=Subquery(live.values("agent__nom")[:1]),
            referent_prenom=Subquery(live.values("agent__prenom")[:1]),
        )


class Parcours(PersonRow, Versioned, WithMoves):
    """One long-term support, in one unité. `echeance` is the date of its next bilan."""

    class Statut(models.TextChoices):
        ACTIF = "actif", "actif"
        SUSPENDU = "suspendu", "suspendu"
        CLOS = "clos", "clos"

    class Entree(models.TextChoices):
        RELAIS = "relais", "relais d’une évaluation"
        NAISSANCE = "naissance", "avis de naissance ou de grossesse (PMI)"
        RSA = "rsa", "orientation RSA"
        CRIP = "crip", "CRIP"
        ASE = "ase", "mesure ASE"
        TRANSFERT = "transfert", "transfert d’un autre SST ou département"

    OPEN = (Statut.ACTIF, Statut.SUSPENDU)
    MOVES = {
        Statut.ACTIF: (Statut.SUSPENDU, Statut.CLOS),
        Statut.SUSPENDU: (Statut.ACTIF, Statut.CLOS),
        Statut.CLOS: (Statut.ACTIF,),
    }

    usager = models.ForeignKey(Usager, verbose_name="usager", on_delete=models.PROTECT, related_name="parcours")
    unite = models.ForeignKey(Unite, verbose_name="unité", on_delete=models.PROTECT, related_name="+")
    # Of the unité, copied for the constraint: one open parcours per person and nature.
    nature = models.CharField("nature", max_length=20, choices=Unite.Nature, editable=False)
    entree = models.CharField("entrée", max_length=20, choices=Entree)
    statut = models.CharField("état", max_length=12, choices=Statut, default=Statut.ACTIF)
    opened_on = models.DateField("ouvert le", default=timezone.localdate)
    echeance = models.DateField("prochain bilan le")
    wakes_on = models.DateField("reprise le", null=True, blank=True)
    relais_recus = models.ManyToManyField(Relais, verbose_name="relais reçus", related_name="parcours", blank=True)
    # Set by a merge: both records had an open one of this nature, and both go on (accueil/fusion.py).
    fusion = models.UUIDField("fusion", null=True, blank=True, editable=False)

    objects = ParcoursQuerySet.as_manager()

    class Meta:
        verbose_name = "parcours"
        verbose_name_plural = "parcours"
        ordering: ClassVar = ["echeance", "opened_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["usager", "nature"],
                condition=Q(statut__in=["actif", "suspendu"], fusion=None),
                name="parcours_open_once",
                violation_error_message="Un parcours de cette nature est déjà ouvert pour cette personne.",
            ),
            models.CheckConstraint(
                name="parcours_suspended_wakes",
                condition=~Q(statut="suspendu") | Q(wakes_on__isnull=False),
                violation_error_message="Dites quand le parcours reprend.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["unite", "echeance"],
                name="parcours_file_active",
                condition=Q(statut__in=["actif", "suspendu"]),
            ),
            models.Index(fields=["usager"], name="parcours_usager"),
        ]

    def __str__(self) -> str:
        return f"parcours · {self.get_statut_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.nature = self.unite.nature
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @transaction.atomic
    def add_intervenant(self, agent: Agent, *, is_referent: bool = False) -> Intervenant:
        """Bring somebody into the team: they are related to the person for as long as they are in it."""
        intervenant = Intervenant.objects.create(parcours=self, agent=agent, is_referent=is_referent)
        nature = Nature.REFERENT if is_referent else Nature.INTERVENANT
        Rattachement.objects.grant(nature, self.usager_id, self, agent=agent)
        return intervenant


class EtapeParcours(Etape):
    """One move of a parcours."""

    objet = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape de parcours"
        verbose_name_plural = "étapes de parcours"

    def __str__(self) -> str:
        return self.vers


class TeamQuerySet(ProtectedQuerySet):
    """What belongs to a parcours and is read by its team only."""

    usager_path = "parcours__usager_id"
    readers = TEAM

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        return team_relationships(self, agent, "parcours_id")


class IntervenantQuerySet(TeamQuerySet):
    def supervised(self, agent: Agent) -> Q:
        """Who works with whom is metadata: the unité's responsable sees it."""
        return Q(parcours__unite__in=agent.supervised_unite_ids)

    def live(self) -> Self:
        return self.filter(ends_at=None)


class Intervenant(PersonRow):
    """One professional in a parcours, dated; one of them is the référent."""

    parcours = models.ForeignKey(
        Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="intervenants"
    )
    agent = models.ForeignKey(Agent, verbose_name="professionnel", on_delete=models.PROTECT, related_name="+")
    is_referent = models.BooleanField("référent", default=False)
    starts_at = models.DateTimeField("depuis", default=timezone.now)
    ends_at = models.DateTimeField("jusqu’à", null=True, blank=True)

    objects = IntervenantQuerySet.as_manager()

    class Meta:
        verbose_name = "intervenant"
        verbose_name_plural = "intervenants"
        ordering: ClassVar = ["-is_referent", "starts_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parcours"],
                condition=Q(is_referent=True, ends_at=None),
                name="parcours_one_referent",
                violation_error_message="Ce parcours a déjà un référent.",
            ),
            models.UniqueConstraint(
                fields=["parcours", "agent"],
                condition=Q(ends_at=None),
                name="intervenant_open_once",
                violation_error_message="Cette personne est déjà dans l’équipe.",
            ),
            models.CheckConstraint(
                name="intervenant_in_order",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                violation_error_message="La fin précède le début.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["agent"], name="intervenant_live", condition=Q(ends_at=None))]

    def __str__(self) -> str:
        return str(self.agent)


class Objectif(PersonRow, Versioned):
    """A goal, agreed with the person."""

    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="objectifs")
    fragilite = models.ForeignKey(
        Fragilite,
        verbose_name="fragilité",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    libelle = models.CharField(
        "objectif", max_length=300, help_text="Convenu avec la personne. Lu par l’équipe du parcours."
    )
    echeance = models.DateField("à atteindre pour le", null=True, blank=True)
    created_at = models.DateTimeField("fixé le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="fixé par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = "objectif"
        verbose_name_plural = "objectifs"
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.libelle


class ActionQuerySet(TeamQuerySet):
    def open(self) -> Self:
        return self.filter(statut__in=Action.open_states())


class Action(PersonRow, Versioned, WithMoves):
    """A step, with who does it (a professional, the person, a partner) and its date."""

    class Porteur(models.TextChoices):
        PROFESSIONNEL = "professionnel", "un professionnel"
        PERSONNE = "personne", "la personne"
        PARTENAIRE = "partenaire", "un partenaire"

    class Statut(models.TextChoices):
        PREVUE = "prevue", "prévue"
        EN_COURS = "en_cours", "en cours"
        EN_ATTENTE = "en_attente", "en attente"
        FAITE = "faite", "faite"
        ABANDONNEE = "abandonnee", "abandonnée"

    MOVES = {
        Statut.PREVUE: (Statut.EN_COURS, Statut.EN_ATTENTE, Statut.FAITE, Statut.ABANDONNEE),
        Statut.EN_COURS: (Statut.PREVUE, Statut.EN_ATTENTE, Statut.FAITE, Statut.ABANDONNEE),
        Statut.EN_ATTENTE: (Statut.PREVUE, Statut.EN_COURS, Statut.FAITE, Statut.ABANDONNEE),
    }

    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="actions")
    objectif = models.ForeignKey(
        Objectif,
        verbose_name="objectif",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
    )
    libelle = models.CharField("action", max_length=300, help_text="Lu par l’équipe du parcours.")
    porteur = models.CharField("qui la fait", max_length=15, choices=Porteur)
    agent = models.ForeignKey(
        Agent, verbose_name="professionnel", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    partenaire = models.ForeignKey(
        Partenaire,
        verbose_name="partenaire",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    statut = models.CharField("état", max_length=12, choices=Statut, default=Statut.PREVUE)
    echeance = models.DateField("pour le")
    created_at = models.DateTimeField("prévue le", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Agent, verbose_name="prévue par", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        verbose_name_plural = "actions"
        ordering: ClassVar = ["echeance", "created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="action_one_owner",
                condition=Q(porteur="professionnel", agent__isnull=False, partenaire=None)
                | Q(porteur="personne", agent=None, partenaire=None)
                | Q(porteur="partenaire", agent=None, partenaire__isnull=False),
                violation_error_message="Dites qui fait l’action.",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["parcours", "echeance"],
                name="action_open",
                condition=Q(statut__in=["prevue", "en_cours", "en_attente"]),
            )
        ]

    def __str__(self) -> str:
        return self.libelle


class EtapeAction(Etape):
    """One move of an action."""

    objet = models.ForeignKey(Action, verbose_name="action", on_delete=models.PROTECT, related_name="etapes")

    class Meta(Etape.Meta):
        verbose_name = "étape d’action"
        verbose_name_plural = "étapes d’action"

    def __str__(self) -> str:
        return self.vers
