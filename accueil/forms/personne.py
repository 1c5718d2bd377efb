"""Whose need, whose word, whose démarche: the person chosen among those of a passage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from accueil.models import Usager


def person_field(label: str) -> forms.ChoiceField:
    messages = {"required": "Choisissez la personne.", "invalid_choice": "Choisissez une personne de la liste."}
    return forms.ChoiceField(label=label, widget=forms.RadioSelect, error_messages=messages)


class PersonChoice:
    """A form about one of several people: nothing to choose unless several came."""

    fields: dict[str, forms.Field]
    drop: Callable[[str], None]

    def offer(self, people: list[Usager]) -> None:
        self.people = {str(person.pk): person for person in people}
        if len(people) < 2:
            self.drop("usager")
            return
        self.fields["usager"].choices = [(pk, person.nom_complet) for pk, person in self.people.items()]  # type: ignore[attr-defined]

    def is_settled(self, cleaned: dict[str, Any]) -> bool:
        """Whether one may ask who was chosen: their field, if there is one, was answered well."""
        return "usager" in cleaned or "usager" not in self.fields

    def chosen(self, cleaned: dict[str, Any]) -> Usager | None:
        """The person chosen, the only one, or nobody (an anonymous passage)."""
        if "usager" in self.fields:
            return self.people[cleaned["usager"]]
        return next(iter(self.people.values()), None)
