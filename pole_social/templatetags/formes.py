"""Geometry of the drawings. Numbers leave as text: a French decimal comma would break a path."""

from __future__ import annotations

from math import cos, pi, sin
from typing import NamedTuple

from django import template

register = template.Library()

CENTRE = 60
OUTER_RADIUS, INNER_RADIUS = 58, 36
# Half of the gap between two segments, in radians.
HALF_GAP = 0.018


class Arc(NamedTuple):
    trace: str
    x: str
    y: str


def _point(radius: float, angle: float) -> str:
    """A point of the circle, the angle counted clockwise from the top."""
    return f"{CENTRE + radius * sin(angle):.2f} {CENTRE - radius * cos(angle):.2f}"


@register.simple_tag
def arc(position: int, total: int) -> Arc:
    """The ring segment at a position (from 1) among `total`, and where its number stands (120 × 120)."""
    step = 2 * pi / max(total, 1)
    start, end = (position - 1) * step + HALF_GAP, position * step - HALF_GAP
    large = int(end - start > pi)
    trace = (
        f"M{_point(OUTER_RADIUS, start)}"
        f"A{OUTER_RADIUS} {OUTER_RADIUS} 0 {large} 1 {_point(OUTER_RADIUS, end)}"
        f"L{_point(INNER_RADIUS, end)}"
        f"A{INNER_RADIUS} {INNER_RADIUS} 0 {large} 0 {_point(INNER_RADIUS, start)}Z"
    )
    x, y = _point((OUTER_RADIUS + INNER_RADIUS) / 2, (start + end) / 2).split()
    return Arc(trace, x, y)


@register.inclusion_tag("composants/_mesure.html")
def mesure(valeur: float | None, maximum: float | None) -> dict[str, str]:
    """A small bar beside a number that is written: it adds the comparison, not the value."""
    share = (valeur or 0) / maximum if maximum else 0
    return {"largeur": f"{100 * min(max(share, 0), 1):.1f}"}
