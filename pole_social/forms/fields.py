"""Fields that Django has otherwise: dates typed freely, choices among rows with a random key."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pole_social.dates import HELP, PartialDate, UnreadableDate, parse
from pole_social.models import Agent


class PartialDateField(forms.CharField):
    """A date whose day or month may be unknown; cleans to a PartialDate or None."""

    example = HELP

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> PartialDate | None:  # type: ignore[override]
        text = super().clean(value)
        try:
            return parse(text, self.example)
        except UnreadableDate as error:
            raise ValidationError(str(error), code="date") from error

    def as_written(self, typed: str) -> str:
        """One way of writing for one date: two agents who typed the same day did not disagree."""
        try:
            found = self.clean(typed)
        except ValidationError:
            return typed
        return typed.strip() if found is None else str(self.prepare_value(found))


class FreeDateField(PartialDateField):
    """A complete date, typed freely; cleans to a `date` or None."""

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        found = super().clean(value)
        if found is None:
            if self.required:
                raise ValidationError("Cette date est nécessaire.", code="required")
            return None
        if found.complete is None:
            raise ValidationError("Indiquez le jour, le mois et l’année.", code="date")
        return found.complete

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


class KnownChoiceField(forms.ModelChoiceField):
    """A damaged key is answered like an unknown one: Django would say it is no UUID, and repeat what was sent."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error


class AgentChoiceField(KnownChoiceField):
    """One colleague among those that the form offers."""

    def label_from_instance(self, agent: Agent) -> str:  # type: ignore[override]
        """The family name first, so that typing it in the list finds it."""
        return f"{agent.nom} {agent.prenom} · {agent.metier.libelle}"


class KnownChoicesField(forms.ModelMultipleChoiceField):
    """The same, for several."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            if error.code == "required":
                raise
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error
