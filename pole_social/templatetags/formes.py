"""Geometry of the drawings. Numbers leave as text: a French decimal comma would break a path."""

from __future__ import annotations

from collections.abc import Sequence
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


class Colonne(NamedTuple):
    """One column of a drawing 100 high, `LARGEUR` wide each."""

    x: str
    y: str
    hauteur: str
    is_cachee: bool


LARGEUR, ECART = 20, 4


@register.simple_tag
def colonnes(valeurs: Sequence[int | None]) -> list[Colonne]:
    """One column per figure, in proportion to the highest; one that is kept back is drawn as a low mark."""
    highest = max((valeur for valeur in valeurs if valeur), default=0)
    found = []
    for rank, valeur in enumerate(valeurs):
        height = 3.0 if valeur is None else 96 * valeur / highest if highest else 0.0
        found.append(
            Colonne(f"{rank * LARGEUR + ECART / 2:.1f}", f"{100 - height:.1f}", f"{height:.1f}", valeur is None)
        )
    return found
