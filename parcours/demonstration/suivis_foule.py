"""Fifty more parcours of varied age, each following one of the themes as far as its age allows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from parcours.demonstration import foule
from parcours.demonstration.accompagnements import But, Pas, Suivi, Trace
from parcours.demonstration.dossiers import Note, Repere
from parcours.demonstration.themes import THEMES, Theme
from parcours.models import Action, Parcours

SUIVIS = 50
# Days since the parcours opened: recent ones, and a long tail of old ones.
AGES = (
    *(6, 12, 19, 27, 34, 45, 58, 71, 83, 99, 118, 134, 152),
    *(177, 199, 231, 262, 298, 345, 402, 470, 560, 655, 780, 930),
)


def suivis() -> tuple[Suivi, ...]:
    """Always the same."""
    return tuple(_suivi(index, cle) for index, cle in enumerate(islice(foule.followed(), SUIVIS)))


def _suivi(index: int, cle: str) -> Suivi:
    theme = THEMES[index % len(THEMES)]
    jours = AGES[index % len(AGES)] + 3 * (index // len(AGES))
    par = theme.par[index // len(THEMES) % len(theme.par)]
    # Every second one was sent by the desk itself: an evaluation is for those who need it.
    direct = theme.direct or ("" if index % 4 == 0 else "issy-accompagnement")
    closed = jours > 400 and index % 4 == 1
    asleep = jours > 90 and index % 13 == 5
    return Suivi(
        cle,
        jours,
        par,
        bilan=(jours // 91 + 1) * 91 - jours - (120 if index % 9 == 2 and jours > 150 else 0),
        besoin=theme.besoin,
        notes=_notes(theme),
        buts=(But(theme.but, tuple(_pas(theme, index))),),
        traces=tuple(_traces(theme, par, jours, index)),
        equipe=tuple(username for username in theme.avec if username != par),
        statut=_statut(closed, asleep),
        mot="Objectifs atteints." if closed else "Pause demandée par la personne." if asleep else "",
        reprise=25 + index if asleep else 0,
        direct=direct,
    )


def _statut(closed: bool, asleep: bool) -> str:
    if closed:
        return Parcours.Statut.CLOS
    return Parcours.Statut.SUSPENDU if asleep else Parcours.Statut.ACTIF


def _notes(theme: Theme) -> tuple[Note, ...]:
    return tuple(Note(domaine, "", (Repere(code, niveau),)) for code, domaine, niveau in theme.reperes)


def _pas(theme: Theme, index: int) -> Iterator[Pas]:
    """The first step is done or late, the next ones come."""
    for rank, libelle in enumerate(theme.pas):
        porteur = Action.Porteur.PERSONNE if (index + rank) % 3 == 0 else Action.Porteur.PROFESSIONNEL
        statut = Action.Statut.EN_COURS if rank else Action.Statut.PREVUE
        yield Pas(libelle, 4 + 9 * rank + index % 17 - (10 if index % 8 == 3 else 0), porteur, statut=statut)


def _traces(theme: Theme, par: str, jours: int, index: int) -> Iterator[Trace]:
    """Spread over the parcours' age; some have not been heard of for months."""
    silence = 75 if index % 7 == 4 else index % 11 + 1
    for rank, texte in enumerate(theme.traces):
        ago = jours - 2 - rank * max(jours // len(theme.traces), 14)
        if ago > silence:
            yield Trace(ago, par, texte, theme.cercle, theme.modalite)
