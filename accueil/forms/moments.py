"""A date to come, a day to come and an hour, typed as they are said."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.forms.heure import HourField
from pole_social.dates import MONTHS
from pole_social.forms import FreeDateField

FIRST_HOUR, LAST_HOUR = 7, 21
DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
SAID = {"aujourd’hui": 0, "aujourd'hui": 0, "demain": 1, "après-demain": 2, "apres-demain": 2}

_BARE = re.compile(r"^\d{1,2}$", re.ASCII)
_WEEKDAY = re.compile(rf"^({'|'.join(DAYS)}|{'|'.join(day[:3] for day in DAYS)})\.?\s+(?=\d)", re.IGNORECASE)
_NUMBERS = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{2}))?$", re.ASCII)
_WORDS = re.compile(r"^(\d{1,2})(?:er)? ([^\W\d]{3,9}\.?)(?: (\d{2}))?$")


def not_past(day: date | None) -> date | None:
    """A next step is to come, or today."""
    if day and day < timezone.localdate():
        raise ValidationError("Cette date est passée : donnez une date à venir.", code="past")
    return day


class ComingDateField(FreeDateField):
    """A date to come, or today: a year of two digits is of this century."""

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        return not_past(super().clean(_this_century(str(value or ""))))


class ComingDayField(ComingDateField):
    """A day to come: `24 nov.`, `24/11`, « demain », « jeudi »… A year that is not typed is the next one possible."""

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        text = " ".join(str(value or "").lower().split())
        if text in SAID:
            return timezone.localdate() + timedelta(days=SAID[text])
        if text in DAYS:
            return _next_weekday(DAYS.index(text))
        return super().clean(_with_year(_WEEKDAY.sub("", text)))


def _this_century(text: str) -> str:
    found = _NUMBERS.match(text.strip()) or _WORDS.match(text.strip().lower())
    return _with_year(found[0]) if found and found[3] else text


def _next_weekday(weekday: int) -> date:
    tomorrow = timezone.localdate() + timedelta(days=1)
    return tomorrow + timedelta(days=(weekday - tomorrow.weekday()) % 7)


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
