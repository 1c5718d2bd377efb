"""An hour typed as people say it."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_CLOCK = re.compile(r"^\s*(\d{1,2})\s*(?:h|:|\s)\s*(\d{2})?\s*$", re.IGNORECASE | re.ASCII)
UNREADABLE = "Écrivez l’heure comme 9 h 05 ou 9:05."


class HourField(forms.CharField):
    """« 9 h 05 », « 9:05 », « 9h »; cleans to a time, or None when nothing was typed."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return read_hour(text) if text else None


def read_hour(text: str) -> time:
    """Raises ValidationError for what is no hour."""
    found = _CLOCK.match(text)
    if not found:
        raise ValidationError(UNREADABLE, code="hour")
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour > 23 or minute > 59:
        raise ValidationError(UNREADABLE, code="hour")
    return time(hour, minute)
