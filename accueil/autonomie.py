"""What a person did by herself, with us or had done for her, quarter after quarter: counts, and nothing made of them.

No figure sums the three up: « de plus en plus par elle-même » is for the people who know her to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accueil.models import Demarche
from pole_social.templatetags.temps import trimestre

QUARTERS = 8
MOTS = {
    Demarche.Mode.PAR: "par elle-même",
    Demarche.Mode.AVEC: "avec elle",
    Demarche.Mode.POUR: "pour elle",
}
# The drawing, in its own units: a row per way of doing, a column per quarter.
LEFT, COLUMN, BAR, ROW, TOP, FULL = 104, 46, 22, 44, 8, 26


@dataclass(frozen=True)
class Barre:
    """How many were done one way in one quarter, and where that is drawn."""

    mot: str
    nombre: int
    x: int
    y: int
    hauteur: int

    @property
    def milieu(self) -> int:
        return self.x + BAR // 2

    @property
    def dessus(self) -> int:
        return self.y - 4


@dataclass(frozen=True)
class Trimestre:
    libelle: str
    barres: list[Barre]

    @property
    def milieu(self) -> int:
        return self.barres[0].milieu


@dataclass(frozen=True)
class Rangee:
    """The foot of one way of doing, with its words."""

    mot: str
    y: int


def rangees() -> list[Rangee]:
    return [Rangee(MOTS[mode], _foot(row)) for row, mode in enumerate(Demarche.MODES)]


def trimestres(demarches: Iterable[Demarche], today: date) -> list[Trimestre]:
    """The last eight quarters, the present one last; the tallest bar is the greatest count of all."""
    done = [(demarche.mode, timezone.localdate(demarche.done_at)) for demarche in demarches]
    counts = Counter((mode, _quarter(day)) for mode, day in done)
    last = _quarter(today)
    shown = range(last - QUARTERS + 1, last + 1)
    most = max((counts[mode, quarter] for mode in Demarche.MODES for quarter in shown), default=0) or 1
    return [
        Trimestre(
            trimestre(date(quarter // 4, quarter % 4 * 3 + 1, 1)),
            [_barre(row, column, counts[mode, quarter], most) for row, mode in enumerate(Demarche.MODES)],
        )
        for column, quarter in enumerate(shown)
    ]


def first_day(today: date) -> date:
    """When the first quarter drawn begins."""
    annee, quarter = divmod(_quarter(today) - QUARTERS + 1, 4)
    return date(annee, quarter * 3 + 1, 1)


def _quarter(day: date) -> int:
    """Quarters since the year 0, so that neighbours differ by one."""
    return day.year * 4 + (day.month - 1) // 3


def _foot(row: int) -> int:
    return TOP + (row + 1) * ROW


def _barre(row: int, column: int, nombre: int, most: int) -> Barre:
    hauteur = round(FULL * nombre / most) if nombre else 0
    mot = MOTS[Demarche.MODES[row]]
    return Barre(mot, nombre, LEFT + column * COLUMN, _foot(row) - hauteur, hauteur)
