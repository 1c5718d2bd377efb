"""When an agent is free on a day: hours taken and hours free, and nobody's name.

Only times leave this module: whoever gives an appointment learns that an hour is taken, never by whom, nor by
which profession's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accueil.models import RendezVous
from pole_social.models import Agent, Bureau

# What is proposed; an hour typed freely may be earlier or later.
OPENINGS = ((time(9), time(12)), (time(13, 30), time(17, 30)))
STEP = timedelta(minutes=30)
SATURDAY = 5

Taken = tuple[datetime, datetime]


@dataclass(frozen=True)
class HeureProposee:
    """One hour of the day's grid."""

    starts_at: datetime
    is_free: bool


def at_hour(jour: date, heure: time) -> datetime:
    return timezone.make_aware(datetime.combine(jour, heure))


def creneaux(agent: Agent, jour: date, duree: timedelta = STEP) -> list[HeureProposee]:
    """The grid of a working day, the hours gone by left out; nothing at the week-end."""
    if jour.weekday() >= SATURDAY:
        return []
    taken = _taken(agent, at_hour(jour, time.min), at_hour(jour, time.max))
    made = []
    for opening, closing in OPENINGS:
        start, end = at_hour(jour, opening), at_hour(jour, closing)
        while start + duree <= end:
            if start > timezone.now():
                free = all(start >= until or start + duree <= since for since, until in taken)
                made.append(HeureProposee(start, free))
            start += STEP
    return made


def _taken(agent: Agent, starts_at: datetime, ends_at: datetime) -> list[Taken]:
    rows = RendezVous.objects.filter(agent=agent).taken(starts_at, ends_at)
    return list(rows.order_by("starts_at").values_list("starts_at", "ends_at"))


def busy(
    holder: Agent | Bureau, starts_at: datetime, ends_at: datetime, *, but: RendezVous | None = None
) -> Taken | None:
    """The first appointment that takes the agent's or the office's time then: from when, until when."""
    key = "agent" if isinstance(holder, Agent) else "bureau"
    rows = RendezVous.objects.filter(**{key: holder.pk}).taken(starts_at, ends_at)
    if but:
        rows = rows.exclude(pk=but.pk)
    return rows.order_by("starts_at").values_list("starts_at", "ends_at").first()
