"""How the person's fragilités have gone over time: said in words, drawn, and where a bilan starts from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone

from evaluation.evolution import MARGIN, STEP, WIDTH, Changement, Etendue, Point, changement, courbe, etendue
from evaluation.forms.domaine import KEPT_OFF_PAPER, VIOLENCES
from evaluation.models import Fragilite, NiveauReleve
from parcours.models import Parcours
from pole_social.access import Role
from pole_social.models import Agent, Unite

# Said in the row; the others are in the drawing, and each in the page of its bilan.
EARLIER = 3
# A line for each of the five words, so that the drawing can be read as its table is.
GRILLE = "".join(f"M0 {MARGIN + STEP * index}H{WIDTH}" for index in range(5))


def is_kept_off_paper(fragilite: Fragilite | None) -> bool:
    """What a violent relative, or a parent, could read over a shoulder or in a bag."""
    return fragilite is not None and (fragilite.domaine.code == VIOLENCES or fragilite.code in KEPT_OFF_PAPER)


@dataclass(frozen=True)
class Suivi:
    """One fragilité and what was said of it, the oldest first."""

    fragilite: Fragilite
    releves: list[NiveauReleve]
    etendue: Etendue

    @property
    def dernier(self) -> NiveauReleve:
        return self.releves[-1]

    @property
    def avant(self) -> list[NiveauReleve]:
        """The latest first."""
        return self.releves[-2 : -2 - EARLIER : -1]

    @property
    def changement(self) -> Changement | None:
        return change_at(self.releves, len(self.releves) - 1)

    @property
    def courbe(self) -> str:
        return courbe([Point(row.releve_on, row.niveau) for row in self.releves], self.etendue)


@dataclass(frozen=True)
class DomaineSuivi:
    """One domaine, and those of its fragilités that were ever said."""

    libelle: str
    suivis: list[Suivi]

    @property
    def is_kept_off_paper(self) -> bool:
        return any(is_kept_off_paper(suivi.fragilite) for suivi in self.suivis)


def reads_levels(parcours: Parcours, agent: Agent) -> bool:
    """Levels are social content, and they are said in the social support.

    A parcours of another nature leaves none: the date of one would tell the social team that it exists.
    """
    return parcours.nature == Unite.Nature.ACCOMPAGNEMENT and Role.SOCIAL in agent.roles


def releves(parcours: Parcours, agent: Agent) -> list[list[NiveauReleve]]:
    """By fragilité, in the order of the referential, what this reader may read of it, the oldest first."""
    if not reads_levels(parcours, agent):
        return []
    rows = NiveauReleve.objects.visible_to(agent).of(parcours.usager_id).select_related("fragilite__domaine")
    found: defaultdict[int, list[NiveauReleve]] = defaultdict(list)
    for row in rows:
        found[row.fragilite_id].append(row)
    return sorted(found.values(), key=lambda known: (known[0].fragilite.domaine.ordre, known[0].fragilite_id))


def by_domaine(found: Iterable[list[NiveauReleve]]) -> list[DomaineSuivi]:
    """The drawings of these rows, over the same days: from the first word to today."""
    known = list(found)
    if not known:
        return []
    span = etendue(_days(known))
    suivis = [Suivi(rows[0].fragilite, rows, span) for rows in known]
    grouped = groupby(suivis, key=lambda suivi: suivi.fragilite.domaine)
    return [DomaineSuivi(domaine.libelle, list(group)) for domaine, group in grouped]


def change_at(rows: list[NiveauReleve], index: int) -> Changement | None:
    """What this word changed, from the one before it."""
    before = rows[index - 1].niveau if index else None
    return changement(before, rows[index].niveau)


def _days(known: list[list[NiveauReleve]]) -> list[date]:
    return [row.releve_on for rows in known for row in rows] + [timezone.localdate()]
