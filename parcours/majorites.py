"""The days when somebody followed under a measure of child protection turns eighteen, then twenty-one.

Coming of age ends the measure (code civil, 414); the young adult's support may last until twenty-one (CASF L.222-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

AGES = (18, 21)
# So long before the day, and so long after it, somebody has it in a list.
BEFORE, AFTER = timedelta(days=90), timedelta(days=30)


@dataclass(frozen=True)
class Anniversaire:
    age: int
    jour: date


def near(born: date, today: date) -> list[Anniversaire]:
    """The birthdays of that kind that are near."""
    days = (Anniversaire(age, years_after(born, age)) for age in AGES)
    return [one for one in days if today - AFTER <= one.jour <= today + BEFORE]


def births(age: int, today: date) -> tuple[date, date]:
    """Whoever turns `age` near today was born between these days."""
    first, last = years_after(today - AFTER, -age), years_after(today + BEFORE, -age)
    # A day more: who was born on 29 February turns eighteen the day before, in a year that has none.
    return first, last + timedelta(days=1)


def years_after(day: date, years: int) -> date:
    """That day of another year; of 29 February the day before, in a year that has none (code civil, 388)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
