"""Choosing what one record keeps of two."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django import forms

from accueil.fusion import merge
from accueil.models import Fusion, Usager
from accueil.traits import Trait, traits
from pole_social.forms import CreateForm
from pole_social.models import Agent

ONE_OF_THE_TWO = "Choisissez l’un des deux dossiers."


class FusionForm(CreateForm):
    """Which record is kept and, for what differs, which of the two is right.

    Every trait has its field, offered or not: sent twice, the same form is the same content, also when the
    first sending has made the second record disappear.
    """

    garde = forms.ChoiceField(
        label="Dossier gardé",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le dossier à garder.", "invalid_choice": ONE_OF_THE_TWO},
    )

    def __init__(self, *args: object, keys: tuple[UUID, UUID], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.choices = [(str(key), str(key)) for key in keys]
        self.fields["garde"].choices = self.choices  # type: ignore[attr-defined]
        for trait in traits():
            self.fields[trait.name] = self._trait_field(trait)

    def _trait_field(self, trait: Trait) -> forms.ChoiceField:
        messages = {"invalid_choice": ONE_OF_THE_TWO}
        return forms.ChoiceField(
            label=trait.label, required=False, choices=self.choices, widget=forms.RadioSelect, error_messages=messages
        )

    def save(self, people: Iterable[Usager], offered: Iterable[str], *, by: Agent) -> Fusion:
        """Merge; a choice that the page did not offer is not one. Raises FusionRefused."""
        kept = UUID(self.cleaned_data["garde"])
        garde, absorbe = sorted(people, key=lambda usager: usager.pk != kept)
        chosen = {name: self.cleaned_data[name] for name in offered}
        return merge(garde, absorbe, by=by, choix={name: UUID(key) for name, key in chosen.items() if key})
