"""Editing a rule: its conditions as an administrator reads and writes them."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES

from accueil.models import Regle

MAX_LENGTH = 20_000
UNREADABLE = "Ce texte ne se lit pas : vérifiez les guillemets, les virgules et les crochets."


class ConditionsField(forms.JSONField):
    """Conditions, one a line. What cannot be read is refused in French, whatever its size or its depth."""

    widget = forms.Textarea(attrs={"rows": 20, "cols": 100, "spellcheck": "false"})
    default_error_messages = {"invalid": UNREADABLE}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > MAX_LENGTH:
            raise ValidationError(f"Une règle a au plus {MAX_LENGTH} caractères.", code="length")
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:
            # Brackets opened a thousand times, a number of a thousand digits.
            raise ValidationError(UNREADABLE, code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, as it was typed: Django would read it again, without the care above."""
        return data

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value in EMPTY_VALUES:
            return value
        return written(value)


def written(conditions: Any) -> str:
    """Two levels of lists opened, each condition on its own line."""
    if not isinstance(conditions, list) or not all(isinstance(row, list) for row in conditions):
        return json.dumps(conditions, ensure_ascii=False, indent=2)
    rows = (",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows) for rows in conditions)
    return "[\n" + ",\n".join(f"  [\n{row}\n  ]" for row in rows) + "\n]"


class RegleForm(forms.ModelForm):
    """A rule that cannot be read is refused beside its conditions, with what was typed."""

    conditions = ConditionsField(
        label="Conditions",
        help_text="Une liste de possibilités ; chacune est une liste de conditions à réunir toutes. Une condition : "
        '{"fait": …, "est": …, "valeur": une réponse, un nombre, {"bareme": code} ou {"montant": code}}.',
    )

    class Meta:
        model = Regle
        fields = ("code", "droit", "conditions")
