"""Round tables, made by the real acts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta

from django.utils import timezone

from parcours.models import Concertation, Parcours, Point
from pole_social.models import Agent


def make_concertation(*, by: Agent, guests: Iterable[Agent] = (), in_days: int = 0) -> Concertation:
    """At the first unité of `by`, `in_days` from now (negative: past, not yet noted as held)."""
    made = Concertation.objects.create(
        unite=by.unites[0],
        held_on=timezone.localdate() + timedelta(days=in_days),
        begins_at=time(14, 0),
        created_by=by,
    )
    made.participants.set([by, *guests])
    return made.begin(by=by)


def make_point(concertation: Concertation, parcours: Parcours, *, by: Agent, question: str = "Quel relais ?") -> Point:
    return Point(concertation=concertation, parcours=parcours, question=question).put_on(by=by)
