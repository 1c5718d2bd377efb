"""Times as people say them, in Paris. An absent or unknown value gives an empty text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django import template
from django.utils import timezone

register = template.Library()

JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
MOIS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
MOIS_COURTS = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]

ONE_MINUTE = timedelta(minutes=1)
# Under two weeks people count in days; under two months, in weeks; under two years, in months.
DAYS_UNTIL_WEEKS = 14
MONTHS_UNTIL_YEARS = 24


def _paris(value: datetime) -> datetime:
    return timezone.localtime(value if timezone.is_aware(value) else timezone.make_aware(value))


def _day(value: object) -> date | None:
    """The Paris date of a datetime, or the date itself."""
    if isinstance(value, datetime):
        return _paris(value).date()
    return value if isinstance(value, date) else None


def _elapsed(value: datetime) -> timedelta:
    """Real time gone by: in UTC, so that the change of hour neither adds nor removes one."""
    return timezone.now().astimezone(UTC) - _paris(value).astimezone(UTC)


def _clock(value: timedelta) -> str:
    """« 12 min », « 2 h 05 »."""
    hours, minutes = divmod(int(value.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02}" if hours else f"{minutes} min"


def _months(start: date, end: date) -> int:
    """Whole months from one day to a later one."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _span(start: date, end: date) -> str:
    """« 3 jours », « 3 semaines », « 14 mois », « 2 ans »; from two days on."""
    days = (end - start).days
    months = _months(start, end)
    if days < DAYS_UNTIL_WEEKS:
        return f"{days} jours"
    if months < 2:
        return f"{days // 7} semaines"
    return f"{months} mois" if months < MONTHS_UNTIL_YEARS else f"{months // 12} ans"


def _day_number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


@register.filter
def heure(value: object) -> str:
    """« 9 h 05 »; empty for a date without time."""
    if not isinstance(value, datetime):
        return ""
    local = _paris(value)
    return f"{local.hour} h {local.minute:02}"


@register.filter
def jour_court(value: object) -> str:
    """« lun. 23 nov. »; the year only when it is not this one."""
    day = _day(value)
    if day is None:
        return ""
    text = f"{JOURS[day.weekday()][:3]}. {_day_number(day)} {MOIS_COURTS[day.month - 1]}"
    return text if day.year == timezone.localdate().year else f"{text} {day.year}"


@register.filter
def date_longue(value: object) -> str:
    """« lundi 23 novembre 2026 »."""
    day = _day(value)
    if day is None:
        return ""
    return f"{JOURS[day.weekday()]} {_day_number(day)} {MOIS[day.month - 1]} {day.year}"


@register.filter
def date_annee(value: object) -> str:
    """« 23 novembre 2026 »: the day of the week does not help for a time long ago."""
    day = _day(value)
    return f"{_day_number(day)} {MOIS[day.month - 1]} {day.year}" if day else ""


@register.filter
def trimestre(value: object) -> str:
    """« T4 2026 »."""
    day = _day(value)
    return f"T{(day.month + 2) // 3} {day.year}" if day else ""


@register.filter
def moment(value: object) -> str:
    """« lun. 23 nov. à 9 h 05 »; « à 9 h 05 » today; the day alone for a date."""
    time = heure(value)
    if not time:
        return jour_court(value)
    return f"à {time}" if _day(value) == timezone.localdate() else f"{jour_court(value)} à {time}"


@register.filter
def depuis(value: object) -> str:
    """« depuis 12 min », « depuis 2 h 05 », « depuis 14 mois »; to come: « à partir de… »."""
    day = _day(value)
    if day is None:
        return ""
    today = timezone.localdate()
    if isinstance(value, datetime) and abs(elapsed := _elapsed(value)) < timedelta(hours=24):
        if abs(elapsed) < ONE_MINUTE:
            return "à l’instant"
        return f"depuis {_clock(elapsed)}" if elapsed > timedelta() else f"à partir de {heure(value)}"
    if day > today:
        return f"à partir du {jour_court(value)}"
    close = {0: "depuis aujourd’hui", 1: "depuis hier"}
    return close.get((today - day).days) or f"depuis {_span(day, today)}"


@register.filter
def il_y_a(value: object) -> str:
    """« il y a 12 min », « hier », « il y a 3 semaines »; to come: « dans 20 min », « demain »."""
    day = _day(value)
    if day is None:
        return ""
    today = timezone.localdate()
    if isinstance(value, datetime) and day == today:
        elapsed = _elapsed(value)
        if abs(elapsed) < ONE_MINUTE:
            return "à l’instant"
        return f"il y a {_clock(elapsed)}" if elapsed > timedelta() else f"dans {_clock(-elapsed)}"
    close = {-1: "demain", 0: "aujourd’hui", 1: "hier"}
    if (days := (today - day).days) in close:
        return close[days]
    return f"il y a {_span(day, today)}" if days > 0 else f"dans {_span(today, day)}"
