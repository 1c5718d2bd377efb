"""What an evaluation's page shows of each domaine: the rows an agent may read, put together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from evaluation.forms.domaine import KEPT_OFF_PAPER, VIOLENCES, calls_protocol
from evaluation.models import Evaluation, Exploration, FragiliteReperee
from pole_social.models import Agent

Etat = Exploration.Etat
Niveau = FragiliteReperee.Niveau
# Of each state, the tone of its word, the fill of its segment and the sign in it: never told by colour alone.
TONS = {
    Etat.PAS_ENCORE_ABORDE: ("neutre", "s-vide", "…"),
    Etat.SANS_DIFFICULTE: ("fait", "s-aucune", "✓"),
    # Its levels say more; alone only when none of them stands any more.
    Etat.FRAGILITES: ("attention", "s-fragilite", "◐"),
    Etat.A_APPROFONDIR: ("actif", "s-approfondir", "?"),
    Etat.NON_SOUHAITE: ("retire", "s-ecarte", "×"),
    Etat.NON_ABORDE: ("retire", "s-ecarte", "↻"),
    Niveau.VIGILANCE: ("neutre", "s-fragilite", "◔"),
    Niveau.FRAGILITE: ("attention", "s-fragilite", "◑"),
    Niveau.MAJEURE: ("attention", "s-majeure", "●"),
    Niveau.DANGER: ("danger", "s-danger", "▲"),
}
SHORT: dict[str, str] = {Etat.SANS_DIFFICULTE: "aucune difficulté", Etat.NON_SOUHAITE: "non souhaité"}
BLIND_SPOTS = (Etat.NON_SOUHAITE, Etat.NON_ABORDE, Etat.A_APPROFONDIR)


@dataclass
class Ligne:
    """One domaine on the page."""

    exploration: Exploration
    fragilites: list[FragiliteReperee] = field(default_factory=list)

    @property
    def libelle(self) -> str:
        return self.exploration.domaine.libelle

    @property
    def niveau(self) -> Niveau | None:
        """The most serious level said in this domaine: a word for its row, never a sum."""
        said = {found.niveau for found in self.fragilites}
        return next((niveau for niveau in reversed(Niveau) if niveau in said), None)

    @property
    def etat(self) -> str:
        """The state in words, the level standing for « fragilité(s) »."""
        shown = self._shown
        return SHORT.get(shown, str(shown.label))

    @property
    def ton(self) -> str:
        return TONS[self._shown][0]

    @property
    def classe(self) -> str:
        """Its segment of the wheel."""
        return TONS[self._shown][1]

    @property
    def signe(self) -> str:
        """In its segment."""
        return TONS[self._shown][2]

    @property
    def _shown(self) -> Etat | Niveau:
        return self.niveau or Etat(self.exploration.etat)

    @property
    def is_kept_off_paper(self) -> bool:
        """What a violent relative, or a parent, could read over a shoulder or in a bag."""
        codes = {found.fragilite.code for found in self.fragilites}
        return self.exploration.domaine.code == VIOLENCES or bool(KEPT_OFF_PAPER & codes)

    @property
    def opens_protocol(self) -> bool:
        in_danger = {found.fragilite.code for found in self.fragilites if found.niveau == Niveau.DANGER}
        return calls_protocol(self.exploration.domaine.code, in_danger)

    @property
    def is_blind_spot(self) -> bool:
        return self.exploration.etat in BLIND_SPOTS


def lignes_of(evaluation: Evaluation, agent: Agent) -> list[Ligne]:
    """The domaines in order; empty for whoever reads the metadata only."""
    explored = Exploration.objects.visible_to(agent)
    return _put_together(evaluation, explored, FragiliteReperee.objects.visible_to(agent))


def lignes_shared_with(agent: Agent, evaluation: Evaluation) -> list[Ligne]:
    """The same, for the synthesis of an evaluation that was shared with `agent`."""
    explored = Exploration.objects.for_synthese().visible_to(agent)
    return _put_together(evaluation, explored, FragiliteReperee.objects.for_synthese().visible_to(agent))


def _put_together(evaluation: Evaluation, explored: QuerySet, noted: QuerySet) -> list[Ligne]:
    found: defaultdict[UUID, list[FragiliteReperee]] = defaultdict(list)
    standing = noted.filter(exploration__evaluation=evaluation, removed_at=None)
    for fragilite in standing.select_related("fragilite"):
        found[fragilite.exploration_id].append(fragilite)
    rows = explored.filter(evaluation=evaluation).select_related("domaine", "explored_by").order_by("domaine__ordre")
    return [Ligne(row, found[row.pk]) for row in rows]


def fragilites_of(lignes: list[Ligne]) -> list[FragiliteReperee]:
    return [found for ligne in lignes for found in ligne.fragilites]


def legende_of(lignes: list[Ligne]) -> list[tuple[str, str]]:
    """The signs that stand in the wheel, with their words, in the order of the states."""
    words = {ligne.signe: ligne.etat for ligne in lignes}
    return [(signe, words[signe]) for _, _, signe in TONS.values() if signe in words]


def not_explored(lignes: list[Ligne]) -> list[str]:
    """The domaines that keep the evaluation from being submitted, by name."""
    return [ligne.libelle for ligne in lignes if not ligne.exploration.is_explored]
