"""The first goals and steps of a parcours, from what the evaluation kept: ticked beforehand, in editable words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.forms import BoundField
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from evaluation.models import Fragilite, Proposition
from parcours.lecteurs import team
from parcours.models import Action, Objectif, Parcours
from parcours.niveaux import is_kept_off_paper
from parcours.premiers import Groupe, grouped, taken_up
from parcours.transmission import locked_open
from pole_social.forms import CreateForm
from pole_social.models import Agent, Partenaire

Porteur = Action.Porteur
# Beforehand: a month to begin.
DELAY = timedelta(days=30)
MAX_LENGTH = 300
TEAM_READS = "Lu par l’équipe du parcours."
TEAM_LABEL = "L’équipe"


@dataclass(frozen=True)
class Ligne:
    """The fields of one step, as the page shows them together."""

    proposition: Proposition
    garder: BoundField
    libelle: BoundField
    porteur: BoundField
    echeance: BoundField


@dataclass(frozen=True)
class But:
    """The fields of one goal and of its steps."""

    fragilite: Fragilite | None
    garder: BoundField | None
    libelle: BoundField | None
    lignes: list[Ligne]


class PremiersForm(CreateForm):
    """What is ticked is written. A step whose goal is not ticked stands without goal."""

    def __init__(
        self, *args: Any, propositions: Iterable[Proposition], parcours: Parcours, by: Agent, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parcours, self.by = parcours, by
        self.groups = grouped(list(propositions))
        owners = _owners(parcours, by)
        for group in self.groups:
            self._ask_goal(group)
            for proposition in group.propositions:
                self._ask_step(proposition, owners)

    def _ask(self, name: str, asked: forms.Field) -> None:
        asked.required = False
        label = asked.label
        self.fields[name] = asked
        self._prepare(name, asked)
        # Asked of what is ticked: not « facultatif ».
        asked.label = label

    def _ask_goal(self, group: Groupe) -> None:
        if not (fragilite := group.fragilite):
            return
        self._ask(f"but_{fragilite.pk}", forms.BooleanField(label="Fixer cet objectif", initial=True))
        self._ask(
            f"objectif_{fragilite.pk}",
            forms.CharField(
                label="Objectif",
                max_length=MAX_LENGTH,
                initial=f"Avancer sur : {fragilite.libelle[:1].lower()}{fragilite.libelle[1:]}",
                help_text=f"À dire avec les mots de la personne. {TEAM_READS}",
            ),
        )

    def _ask_step(self, proposition: Proposition, owners: list[Any]) -> None:
        key = proposition.pk
        self._ask(f"garder_{key}", forms.BooleanField(label="Prévoir cette action", initial=True))
        words = forms.CharField(
            label="Action",
            max_length=MAX_LENGTH,
            initial=proposition.libelle,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=TEAM_READS,
        )
        self._ask(f"action_{key}", words)
        owner = forms.ChoiceField(
            label="Qui la fait",
            choices=owners,
            initial=self._usual(owners),
            error_messages={"invalid_choice": "Choisissez quelqu’un de l’équipe, la personne ou un partenaire."},
        )
        self._ask(f"porteur_{key}", owner)
        due = ComingDateField(label="Pour le", initial=timezone.localdate() + DELAY)
        self._ask(f"echeance_{key}", due)

    def _usual(self, owners: list[Any]) -> str:
        """Whoever answers; somebody of the team, for whoever covers an absence."""
        members = [value for value, _ in dict(owners)[TEAM_LABEL]]
        mine = _professional(self.by)
        return mine if mine in members or not members else members[0]

    @property
    def buts(self) -> list[But]:
        """The fields as the page groups them."""
        return [
            But(
                group.fragilite,
                self[f"but_{group.fragilite.pk}"] if group.fragilite else None,
                self[f"objectif_{group.fragilite.pk}"] if group.fragilite else None,
                [self._ligne(proposition) for proposition in group.propositions],
            )
            for group in self.groups
        ]

    def _ligne(self, proposition: Proposition) -> Ligne:
        parts = (self[f"{part}_{proposition.pk}"] for part in ("garder", "action", "porteur", "echeance"))
        return Ligne(proposition, *parts)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for group in self.groups:
            if group.fragilite and cleaned.get(f"but_{group.fragilite.pk}"):
                self._require(f"objectif_{group.fragilite.pk}", "Écrivez l’objectif, ou décochez-le.")
            for one in group.propositions:
                # A label stands on one line, wherever its author pressed Enter.
                if (words := f"action_{one.pk}") in cleaned:
                    cleaned[words] = " ".join(cleaned[words].split())
                if cleaned.get(f"garder_{one.pk}"):
                    self._require(f"action_{one.pk}", "Écrivez l’action, ou décochez-la.")
                    self._require(f"porteur_{one.pk}", "Dites qui fait l’action.")
                    self._require(f"echeance_{one.pk}", "Dites pour quand cette action est prévue.")
        return cleaned

    def _require(self, name: str, message: str) -> None:
        if name in self.cleaned_data and not self.cleaned_data[name]:
            self.add_error(name, message)

    @transaction.atomic
    def save(self) -> None:
        """Write what is ticked; what a colleague took up meanwhile is not written twice.

        Raises MoveRefused if the parcours was closed meanwhile.
        """
        locked_open(self.parcours)
        goals, steps = taken_up(self.parcours)
        for group in self.groups:
            goal = self._goal(group, goals)
            for one in group.propositions:
                if self.cleaned_data.get(f"garder_{one.pk}") and one.pk not in steps:
                    self._step(one, goal)

    def _goal(self, group: Groupe, goals: dict[int, Any]) -> Any:
        """The key of the goal: one that stands, or the one ticked here.

        A step that no paper may hold is known by its goal: it never stands without one.
        """
        fragilite = group.fragilite
        keeps = any(self.cleaned_data.get(f"garder_{one.pk}") for one in group.propositions)
        if fragilite is None:
            return None
        if not self.cleaned_data.get(f"but_{fragilite.pk}") and not (keeps and is_kept_off_paper(fragilite)):
            return None
        if fragilite.pk in goals:
            return goals[fragilite.pk]
        name = f"objectif_{fragilite.pk}"
        libelle = self.cleaned_data[name] or self.fields[name].initial
        made = Objectif.objects.create(parcours=self.parcours, fragilite=fragilite, libelle=libelle, created_by=self.by)
        return made.pk

    def _step(self, one: Proposition, goal: Any) -> None:
        kind, _, key = self.cleaned_data[f"porteur_{one.pk}"].partition("~")
        Action.objects.create(
            parcours=self.parcours,
            objectif_id=goal,
            proposition=one,
            libelle=self.cleaned_data[f"action_{one.pk}"],
            porteur=kind,
            agent_id=key if kind == Porteur.PROFESSIONNEL else None,
            partenaire_id=key if kind == Porteur.PARTENAIRE else None,
            echeance=self.cleaned_data[f"echeance_{one.pk}"],
            created_by=self.by,
        ).begin(by=self.by)


def _professional(agent: Agent) -> str:
    return f"{Porteur.PROFESSIONNEL}~{agent.pk}"


def _owners(parcours: Parcours, by: Agent) -> list[Any]:
    """The person, the team, the partners: in one list, by groups."""
    members = [
        (_professional(agent), f"{'vous' if agent == by else agent.nom_complet} · {agent.metier.libelle}")
        for agent in team(parcours).select_related("metier")
    ]
    partners = [(f"{Porteur.PARTENAIRE}~{one.pk}", str(one)) for one in Partenaire.objects.all()]
    return [(Porteur.PERSONNE.value, "La personne"), (TEAM_LABEL, members), ("Un partenaire", partners)]
