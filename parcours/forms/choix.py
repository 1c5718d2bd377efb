"""Choices among rows with a UUID key: a damaged key is answered like an unknown one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class KnownChoiceField(forms.ModelChoiceField):
    """Django would answer « … n’est pas un UUID valide », and repeat what was sent."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error


class KnownChoicesField(forms.ModelMultipleChoiceField):
    """The same, for several."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error
