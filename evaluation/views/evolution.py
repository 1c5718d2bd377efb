"""What the evaluation's page shows of the time before: each fragilité's last word beside the present one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from evaluation.evolution import LEVEE, Changement, Etendue, Point, changement, courbe, etendue
from evaluation.forms.domaine import KEPT_OFF_PAPER
from evaluation.models import Evaluation, Fragilite, FragiliteReperee, NiveauReleve
from evaluation.models.niveau import CONCLUSIVE
from evaluation.views.lignes import Ligne
from pole_social.models import Agent


@dataclass(frozen=True)
class Suite:
    """One fragilité: what was said, the latest first, and what is said now."""

    fragilite: Fragilite
    avant: list[NiveauReleve]
    maintenant: str
    changement: Changement | None
    courbe: str


@dataclass(frozen=True)
class DomaineSuivi:
    """One domaine and those of its fragilités that were there, or are."""

    ligne: Ligne
    suites: list[Suite]

    @property
    def is_kept_off_paper(self) -> bool:
        """By what it holds now, and by what it held."""
        codes = {suite.fragilite.code for suite in self.suites}
        return self.ligne.is_kept_off_paper or bool(KEPT_OFF_PAPER & codes)


def evolution_of(found: Evaluation, agent: Agent, lignes: list[Ligne]) -> dict[str, Any]:
    """For the evaluation's page; nothing for whoever reads none of the person's earlier levels."""
    rows = (
        list(NiveauReleve.objects.visible_to(agent).known_before(found).select_related("fragilite")) if lignes else []
    )
    earlier: defaultdict[int, list[NiveauReleve]] = defaultdict(list)
    for row in rows:
        earlier[row.fragilite_id].append(row)
    span = etendue([row.releve_on for row in rows] + [_day(ligne) for ligne in lignes]) if rows else None
    suivis = [DomaineSuivi(ligne, _suites(ligne, earlier, span)) for ligne in lignes] if span else []
    shown = [suivi for suivi in suivis if suivi.suites]
    return {"suivis": shown, "has_printed_suivis": any(not suivi.is_kept_off_paper for suivi in shown)}


def _day(ligne: Ligne) -> date:
    """When it was spoken of, or today."""
    return timezone.localdate(ligne.exploration.explored_at)


def _suites(ligne: Ligne, earlier: dict[int, list[NiveauReleve]], span: Etendue) -> list[Suite]:
    """In the order of the referential. What was over and is not back has nothing to tell."""
    domaine = ligne.exploration.domaine_id
    known = {pk: rows for pk, rows in earlier.items() if rows[0].fragilite.domaine_id == domaine}
    now = {found.fragilite_id: found for found in ligne.fragilites}
    still = {pk for pk, rows in known.items() if rows[-1].niveau != LEVEE}
    return [_suite(ligne, known.get(pk, []), now.get(pk), span) for pk in sorted(still | now.keys())]


def _suite(ligne: Ligne, rows: list[NiveauReleve], now: FragiliteReperee | None, span: Etendue) -> Suite:
    is_concluded = now is not None or ligne.exploration.etat in CONCLUSIVE
    niveau = now.niveau if now else LEVEE
    points = [Point(row.releve_on, row.niveau) for row in rows]
    if is_concluded:
        points.append(Point(_day(ligne), niveau))
    return Suite(
        fragilite=now.fragilite if now else rows[0].fragilite,
        avant=rows[::-1],
        maintenant=str(NiveauReleve.Niveau(niveau).label) if is_concluded else ligne.etat,
        changement=changement(rows[-1].niveau if rows else None, niveau) if is_concluded else None,
        courbe=courbe(points, span),
    )
