"""Living a past moment, so that the history of the demonstration is made by the real acts.

An act writes the time itself (its étape, the relationships it begins and ends, the day of a passage), and
the rows of history refuse any later correction. So the demonstration does not date its rows afterwards: it
goes back, acts, and returns. For one process that makes a demonstration or runs a test; never for a server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from unittest import mock

from django.utils import timezone

OPENING = 9


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Inside the block it is `moment` for `timezone.now`, `timezone.localdate` and the fields' defaults."""

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    with mock.patch.object(timezone, "datetime", Frozen):
        yield moment


@contextmanager
def just_before(milliseconds: int) -> Iterator[datetime]:
    """So long before the moment one lives in: the moves of one interview keep their order in the history."""
    with at(timezone.now() - timedelta(milliseconds=milliseconds)) as moment:
        yield moment


@dataclass(frozen=True)
class Today:
    """The day of the demonstration, seen from the moment when it is made."""

    now: datetime
    # A day at the desk began this long ago, however early the demonstration is made.
    longest: timedelta = timedelta(hours=4)

    def ago(self, minutes: float) -> datetime:
        """So many minutes ago, always today in Paris: soon after midnight the whole day is drawn closer."""
        gone = self.now - timezone.make_aware(datetime.combine(self.date, time.min))
        return self.now - timedelta(minutes=minutes) * min(gone / self.longest, 1)

    @property
    def date(self) -> date:
        return timezone.localdate(self.now)

    def earlier(self, days: int, hour: int = OPENING, minute: int = 0) -> datetime:
        """A time of a day before today, moved to Friday from a week-end: the hub is then closed."""
        day = self.date - timedelta(days=days)
        day -= timedelta(days=max(day.weekday() - 4, 0))
        return timezone.make_aware(datetime.combine(day, time(hour, minute)))
