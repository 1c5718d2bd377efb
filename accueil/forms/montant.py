"""Euros, as people write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_AMOUNT = re.compile(r"^(\d{1,7})(?:[.,](\d{1,2}))?$", re.ASCII)
_UNIT = re.compile(r"(€|euros?|eur)$", re.IGNORECASE)
UNREADABLE = "Écrivez le montant en euros, par exemple 350 ou 350,50."


class AmountField(forms.CharField):
    """« 350 », « 350,50 € », « 1 200 euros »; cleans to a Decimal of euros, or None when nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")

    def clean(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = super().clean(value)
        if not text:
            return None
        found = _AMOUNT.match(_UNIT.sub("", re.sub(r"\s", "", text)))
        if not found:
            raise ValidationError(UNREADABLE, code="amount")
        return Decimal(f"{found[1]}.{found[2] or 0}").quantize(Decimal("0.01"))

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, Decimal) else value

    def as_written(self, typed: str) -> str:
        """One way of writing for one amount; what is none, as it was typed."""
        try:
            found = self.clean(typed)
        except ValidationError:
            return typed
        return typed.strip() if found is None else written(found)


def written(value: Decimal) -> str:
    """« 350 », « 350,50 »: cents only where there are some."""
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.2f}".replace(".", ",")
