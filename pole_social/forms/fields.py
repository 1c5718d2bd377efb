"""Fields for dates typed freely."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pole_social.dates import PartialDate, UnreadableDate, parse


class PartialDateField(forms.CharField):
    """A date whose day or month may be unknown; cleans to a PartialDate or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> PartialDate | None:  # type: ignore[override]
        text = super().clean(value)
        try:
            return parse(text)
        except UnreadableDate as error:
            raise ValidationError(str(error), code="date") from error


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
