"""A date to come, a day to come and an hour, typed as they are said."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.forms.heure import HourField
from pole_social.dates import COMING_HELP, DAYS, MONTHS, said_day
from pole_social.forms import FreeDateField

FIRST_HOUR, LAST_HOUR = 7, 21

_BARE = re.compile(r"^\d{1,2}$", re.ASCII)
_WEEKDAY = re.compile(rf"^({'|'.join(DAYS)}|{'|'.join(day[:3] for day in DAYS)})\.?\s+(?=\d)", re.IGNORECASE)
_NUMBERS = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{2}))?$", re.ASCII)
_WORDS = re.compile(r"^(\d{1,2})(?:er)? ([^\W\d]{3,9}\.?)(?: (\d{2}))?$")


def not_past(day: date | None) -> date | None:
    """A next step is to come, or today."""
    if day and day < timezone.localdate():
        raise ValidationError("Cette date est passée : donnez une date à venir.", code="past")
    return day


class AheadDateField(FreeDateField):
    """A date read as one ahead: « demain », « jeudi », a year of two digits of this century.

    What stands may have passed since: whether a past date is refused is for the form, or for `ComingDateField`.
    """

    example = COMING_HELP

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        text = str(value or "")
        return said_day(text) or super().clean(_this_century(text))


class ComingDateField(AheadDateField):
    """A date to come, or today."""

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        return not_past(super().clean(value))


class ComingDayField(ComingDateField):
    """A day to come: `24 nov.`, `24/11` too. A year that is not typed is the next one possible."""

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        return super().clean(_with_year(_WEEKDAY.sub("", " ".join(str(value or "").lower().split()))))


def _this_century(text: str) -> str:
    found = _NUMBERS.match(text.strip()) or _WORDS.match(text.strip().lower())
    return _with_year(found[0]) if found and found[3] else text


def _with_year(text: str) -> str:
    """The same day with four digits of a year: this century, else the next time that this day comes."""
    found = _NUMBERS.match(text) or _WORDS.match(text)
    if not found:
        return text
    day, month, year = found.groups()
    today = timezone.localdate()
    if year is None:
        this_month = int(month) if month.isdigit() else _month(month)
        has_passed = (this_month, int(day)) < (today.month, today.day)
        return f"{day} {month} {today.year + has_passed}"
    return f"{day} {month} {today.year - today.year % 100 + int(year)}"


def _month(word: str) -> int:
    """Its number; an unknown word is told by the date itself."""
    plain = word.rstrip(".").replace("é", "e").replace("û", "u")
    return next((number for number, name in enumerate(MONTHS, 1) if name.startswith(plain)), 12)


class WorkingHourField(HourField):
    """An hour at which somebody may be received; « 14 » and « midi » are understood too."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> time | None:
        text = str(value or "").strip()
        found = super().clean("12 h" if text.lower() == "midi" else f"{text} h" if _BARE.match(text) else value)
        if found and not FIRST_HOUR <= found.hour <= LAST_HOUR:
            raise ValidationError(f"Écrivez une heure entre {FIRST_HOUR} h et {LAST_HOUR} h.", code="hour")
        return found  # type: ignore[no-any-return]
