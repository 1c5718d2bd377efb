"""How a fragilité went over time, from one word to the next: the change said, and the line that draws it.

Pure: dates and words in, words and the points of an SVG path out. A step between two words is no measure: nothing
is added up, averaged or compared between people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from evaluation.regles import NIVEAUX

LEVEE = "levee"
# From what is over to what is most serious: on the drawing, one step each, the most serious on top.
MOTS = (LEVEE, *NIVEAUX)

WIDTH, HEIGHT = 96, 28
MARGIN = 4
# How far the last word goes on: it has to be seen too.
TAIL = 10
STEP = (HEIGHT - 2 * MARGIN) // (len(MOTS) - 1)


class Point(NamedTuple):
    """One word, on one day."""

    on: date
    niveau: str


class Changement(NamedTuple):
    """A shape and its word: neither stands without the other."""

    signe: str
    mot: str


class Etendue(NamedTuple):
    """The days that a drawing spans; the same for all those that are read together."""

    debut: date
    fin: date


def changement(before: str | None, now: str | None) -> Changement | None:
    """What has changed since the last word. None when there is nothing to compare: it was never there, nor is it."""
    was, is_now = _step(before), _step(now)
    if not was and not is_now:
        return None
    if not is_now:
        return Changement("↘", "levée")
    if not was:
        return Changement("↗", "nouvelle" if before is None else "revenue")
    if was == is_now:
        return Changement("=", "inchangée")
    return Changement("↗", "plus marquée") if is_now > was else Changement("↘", "moins marquée")


def etendue(days: Iterable[date]) -> Etendue:
    """The first and the last of these days, of which there is at least one."""
    known = list(days)
    return Etendue(min(known), max(known))


def courbe(points: Sequence[Point], span: Etendue) -> str:
    """The path of one fragilité, in a box of WIDTH × HEIGHT.

    Level until the day of another word, as nobody knows what was between.
    """
    placed = [(_x(point.on, span), _y(point.niveau)) for point in sorted(points, key=lambda point: point.on)]
    if not placed:
        return ""
    x, y = placed[0]
    return f"M{x} {y}{''.join(f'H{x}V{y}' for x, y in placed[1:])}h{TAIL}"


def _step(niveau: str | None) -> int:
    """The place of a word among the five; never said is like over. Raises ValueError on another word."""
    return 0 if niveau is None else MOTS.index(niveau)


def _x(day: date, span: Etendue) -> int:
    """The place of a day; where there is only one day, the right edge, that of today."""
    length = (span.fin - span.debut).days
    share = (day - span.debut).days / length if length else 1
    return round(MARGIN + (WIDTH - 2 * MARGIN - TAIL) * min(max(share, 0), 1))


def _y(niveau: str) -> int:
    return HEIGHT - MARGIN - STEP * _step(niveau)
