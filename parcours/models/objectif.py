"""Goals agreed with the person, and the steps towards them, each with its owner and its date."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaluation.models import Fragilite, Proposition
from parcours.models.scope import TeamQuerySet
from pole_social.models import Agent, Etape, Partenaire, PersonRow, Versioned, WithMoves


class Objectif(PersonRow, Versioned):
    """A goal, agreed with the person."""

    parcours = models.ForeignKey(
        "parcours.Parcours", verbose_name="parcours", on_delete=models.PROTECT, related_name="objectifs"
    )
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

    parcours = models.ForeignKey(
        "parcours.Parcours", verbose_name="parcours", on_delete=models.PROTECT, related_name="actions"
    )
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
    # Decided at this point of a concertation.
    point = models.ForeignKey(
        "parcours.Point",
        verbose_name="point",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        editable=False,
    )
    # What the evaluation kept and this step took up, in whatever words.
    proposition = models.ForeignKey(
        Proposition,
        verbose_name="proposition",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
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
            ),
            models.UniqueConstraint(
                fields=["parcours", "proposition"],
                condition=Q(proposition__isnull=False),
                name="action_takes_up_once",
                violation_error_message="Cette proposition est déjà reprise dans ce parcours.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["parcours", "echeance"],
                name="action_open",
                condition=Q(statut__in=["prevue", "en_cours", "en_attente"]),
            )
        ]

    @property
    def qui(self) -> str:
        """Who does it, by name."""
        if self.agent:
            return self.agent.nom_complet
        return self.partenaire.nom if self.partenaire else self.get_porteur_display()

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
