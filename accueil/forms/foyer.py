"""Households: making one, and whom to add to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone

from accueil.models import Foyer, MembreFoyer, Usager
from pole_social.forms import CreateForm, FreeDateField
from pole_social.models import Agent

Lien = MembreFoyer.Lien
# A child may be at both parents'; nobody else lives in two homes.
MAX_FOYERS: dict[str, int] = {Lien.ENFANT: 2}
HERE = "Cette personne est déjà dans ce foyer."
TOO_MANY = "Terminez d’abord sa place dans l’autre foyer : seul un enfant peut être dans deux foyers."


class PlaceForm(CreateForm, forms.ModelForm):
    """The place of a person in a household."""

    starts_on = FreeDateField(label="Depuis le", required=False, help_text="Aujourd’hui si rien n’est écrit.")
    ends_on = FreeDateField(label="Jusqu’au", required=False)
    field_order: tuple[str, ...] = ("lien", "has_autorite_parentale", "starts_on", "ends_on")

    class Meta:
        model = MembreFoyer
        fields = ("lien", "has_autorite_parentale", "starts_on", "ends_on")
        widgets = {"lien": forms.RadioSelect}
        error_messages = {"lien": {"required": "Choisissez sa place dans le foyer."}}

    def __init__(self, *args: Any, by: Agent, **kwargs: Any) -> None:
        self.by = by
        super().__init__(*args, **kwargs)
        self.fields["lien"].choices = Lien.choices  # type: ignore[attr-defined]
        self.fields["has_autorite_parentale"].help_text = "Sur les enfants du foyer."

    def clean_starts_on(self) -> date:
        return self.cleaned_data["starts_on"] or timezone.localdate()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.was_sent(self.by):
            self.check_place(cleaned)
        return cleaned

    def check_place(self, cleaned: dict[str, Any]) -> None:
        """Whether this person may have this place."""
        raise NotImplementedError

    def check_homes(self, person: Usager, lien: str | None) -> None:
        here = MembreFoyer._base_manager.filter(usager=person, ends_on=None)
        if lien and here.count() >= MAX_FOYERS.get(lien, 1):
            self.add_error(None, TOO_MANY)


class FoyerForm(PlaceForm):
    """A new household, begun with one person."""

    def __init__(self, *args: Any, usager: Usager, **kwargs: Any) -> None:
        self.usager = usager
        super().__init__(*args, **kwargs)

    def check_place(self, cleaned: dict[str, Any]) -> None:
        self.check_homes(self.usager, cleaned.get("lien"))

    @transaction.atomic
    def save(self) -> MembreFoyer:  # type: ignore[override]
        made = self.instance
        made.foyer, made.usager = Foyer.objects.create(), self.usager
        made.save(force_insert=True)
        return made


class MembreForm(PlaceForm):
    """One more member, among those whom the search found and the agent may open."""

    q = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    membre = forms.ChoiceField(
        label="Qui",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez la personne.",
            "invalid_choice": "Choisissez une personne de la liste.",
        },
    )
    field_order: tuple[str, ...] = ("membre", "lien", "has_autorite_parentale", "starts_on", "ends_on")

    def __init__(self, *args: Any, foyer: Foyer, people: list[Usager], **kwargs: Any) -> None:
        self.foyer = foyer
        self.people = {str(usager.pk): usager for usager in people}
        super().__init__(*args, **kwargs)
        self.fields["membre"].choices = [  # type: ignore[attr-defined]
            (pk, f"{usager.nom_complet}, {usager.naissance_annee or 'naissance inconnue'}")
            for pk, usager in self.people.items()
        ]

    def clean_membre(self) -> Usager:
        return self.people[self.cleaned_data["membre"]]

    def check_place(self, cleaned: dict[str, Any]) -> None:
        chosen = cleaned.get("membre")
        if chosen is None:
            return
        if MembreFoyer._base_manager.filter(foyer=self.foyer, usager=chosen, ends_on=None).exists():
            self.add_error("membre", HERE)
        else:
            self.check_homes(chosen, cleaned.get("lien"))

    @transaction.atomic
    def save(self) -> MembreFoyer:  # type: ignore[override]
        """One open place each: of two agents who add the same person at once, the second finds it done."""
        made, chosen = self.instance, self.cleaned_data["membre"]
        Foyer.objects.select_for_update().get(pk=self.foyer.pk)
        standing = MembreFoyer._base_manager.filter(foyer=self.foyer, usager=chosen, ends_on=None).first()
        if standing:
            return standing
        made.foyer, made.usager = self.foyer, chosen
        made.save(force_insert=True)
        return made
