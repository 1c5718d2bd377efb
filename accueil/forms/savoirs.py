"""What is told once: several facts of the catalogue in one sending, all optional."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import capfirst
from django.utils import timezone

from accueil.catalogue import CATALOGUE, Definition, Genre
from accueil.forms.montant import AmountField, written
from accueil.forms.personne import PersonChoice, person_field
from accueil.models import Fait, Passage, Usager
from pole_social.forms import CreateForm
from pole_social.forms.base import EMPTY_CHOICE
from pole_social.models import Agent
from pole_social.templatetags.temps import jour_court

# What most interviews begin with; the rest stands folded, by group.
D_ABORD = ("statut_logement", "enfants_a_charge", "emploi", "ressources_mensuelles", "assurance_maladie")
NUMBER = "Écrivez un nombre entier, par exemple 2."


@dataclass(frozen=True)
class Groupe:
    """Fields under one heading."""

    libelle: str
    champs: list[forms.BoundField]

    @property
    def has_errors(self) -> bool:
        return any(champ.errors for champ in self.champs)


class SavoirsForm(PersonChoice, CreateForm):
    """An answer is a new fact of the person who gives it; no answer, or the same again, writes nothing.

    `known` is the latest word of each person on each subject. `asked` says, for each person, the sensitive
    subjects that one of their open demandes needs: the others are not offered.
    """

    usager = person_field("Qui le dit")

    def __init__(
        self,
        *args: Any,
        people: list[Usager],
        known: dict[tuple[UUID, str], Fait],
        asked: dict[UUID, set[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(people)
        self.known, self.asked = known, asked
        needed = set().union(*asked.values()) if asked else set()
        self.offered = [d for d in CATALOGUE.values() if not d.is_sensible or d.code in needed]
        for definition in self.offered:
            field = _field(definition)
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.help_text = self._already(definition, people)
            field.label = label = capfirst(definition.libelle)
            self.fields[definition.code] = field
            self._prepare(definition.code, field)
            # All are optional: said once above them, not forty times.
            field.label = label

    def _already(self, definition: Definition, people: list[Usager]) -> str:
        """What is known, beside its question; of several people, it stands with each only."""
        fait = self.known.get((people[0].pk, definition.code)) if len(people) == 1 else None
        return f"Dit {jour_court(fait.said_at)} : {fait.valeur}" if fait else ""

    @property
    def premiers(self) -> list[forms.BoundField]:
        return [self[definition.code] for definition in self.offered if definition.code in D_ABORD]

    @property
    def groupes(self) -> list[Groupe]:
        names = dict.fromkeys(definition.groupe for definition in self.offered)
        return [Groupe(name, list(self._of(name))) for name in names]

    def _of(self, groupe: str) -> Iterator[forms.BoundField]:
        for definition in self.offered:
            if definition.groupe == groupe and definition.code not in D_ABORD:
                yield self[definition.code]

    def _answers(self) -> dict[str, Any]:
        """What was said; a zero is an answer."""
        found = {definition.code: self.cleaned_data.get(definition.code) for definition in self.offered}
        return {code: value for code, value in found.items() if value not in (None, "")}

    def clean(self) -> dict[str, Any]:
        answers = self._answers()
        if not answers and not self.errors:
            raise ValidationError("Écrivez au moins une réponse.", code="required")
        if self.is_settled(self.cleaned_data):
            person = self.chosen(self.cleaned_data)
            allowed = self.asked.get(person.pk, set()) if person else set()
            for code in answers:
                if CATALOGUE[code].is_sensible and code not in allowed:
                    self.add_error(code, "Aucune demande en cours de cette personne n’a besoin de le savoir.")
        return self.cleaned_data

    def save(self, *, by: Agent, passage: Passage) -> int:
        """Write the new words, and say how many there are."""
        usager = self.chosen(self.cleaned_data)
        assert usager is not None
        told = {"usager": usager, "passage": passage, "unite": passage.unite, "recorded_by": by}
        now = timezone.now()
        faits = [
            Fait(sujet=code, valeur=valeur, donnee=donnee, said_at=now, **told)
            for code, value in self._answers().items()
            for valeur, donnee in [_words(CATALOGUE[code], value)]
            if self._is_new(usager, code, valeur, donnee)
        ]
        return len(Fait.objects.bulk_create(faits))

    def _is_new(self, usager: Usager, code: str, valeur: str, donnee: str) -> bool:
        before = self.known.get((usager.pk, code))
        return before is None or (before.valeur, before.donnee) != (valeur, donnee)


def _field(definition: Definition) -> forms.Field:
    """One question. A list rather than radio buttons: an answer chosen by mistake can be taken back."""
    if definition.genre == Genre.NOMBRE:
        errors = {"invalid": NUMBER, "min_value": NUMBER, "max_value": NUMBER}
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        return forms.IntegerField(required=False, min_value=0, max_value=999, widget=widget, error_messages=errors)
    if definition.genre == Genre.MONTANT:
        return AmountField()
    if definition.genre == Genre.TEXTE:
        return forms.CharField(required=False, max_length=Fait._meta.get_field("valeur").max_length)
    choices = definition.choix if definition.genre == Genre.CHOIX else (("oui", "oui"), ("non", "non"))
    errors = {"invalid_choice": "Choisissez une réponse de la liste."}
    return forms.ChoiceField(required=False, choices=[("", EMPTY_CHOICE), *choices], error_messages=errors)


def _words(definition: Definition, value: Any) -> tuple[str, str]:
    """The answer as shown, and as the rules read it."""
    if definition.genre == Genre.TEXTE:
        return value, ""
    if definition.genre == Genre.CHOIX:
        return dict(definition.choix)[value], value
    if isinstance(value, Decimal):
        return f"{written(value)} €", f"{value:.2f}"
    return str(value), str(value)
