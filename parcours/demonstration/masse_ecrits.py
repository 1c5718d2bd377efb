"""The écrits of a crowd of parcours, in the order in which a hub writes them: month after month, everybody's mixed.

A heap filled parcours by parcours would be read in one piece: no page of a real base is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Protocol
from uuid import UUID

from parcours.demonstration.masse_equipes import Pro
from parcours.models import Ecrit

MONTH = 30
# One parcours with a history of decades.
LONGEST = 5000
# Drafts: of those begun in the last month.
EQUIPE, DRAFTS = 0.75, 0.3
MODALITES = ("rendez_vous", "rendez_vous", "telephone", "telephone", "domicile", "courriel", "accueil", "visio")
PHRASES = (
    "Entretien au bureau : nous avons repris ensemble les courriers reçus depuis le mois dernier.",
    "La demande est complète et déposée ; la réponse est attendue sous deux mois.",
    "La personne dit mieux dormir et souhaite reprendre les démarches de logement.",
    "Appel au bailleur, qui accepte un échéancier ; il reste à le signer.",
    "Le dossier de surendettement a été relu, il manque l’avis d’imposition.",
    "Rendez-vous manqué, excusé le jour même ; un autre est pris.",
    "Visite à domicile : les travaux n’ont pas commencé, le propriétaire est relancé.",
    "Point sur la garde des enfants et sur le mode d’accueil à la rentrée.",
    "Nous convenons de la prochaine étape et de qui la fait.",
)


class Lasting(Protocol):
    """What an écrit needs to know of its parcours; days are counted back from today."""

    cle: UUID
    team: list[Pro]
    opened: int
    closed: int | None

    @property
    def last(self) -> int: ...


class Days(Protocol):
    def day(self, ago: int) -> date: ...
    def moment(self, ago: int) -> datetime: ...


def ecrits(rng: Random, suivis: Sequence[Lasting], count: int, days: Days) -> Iterator[dict[str, Any]]:
    """`count` of them; a tenth, and at most `LONGEST`, belongs to the parcours that has lasted longest."""
    long = max((one for one in suivis if one.closed is None), key=lambda one: one.opened)
    longest = min(LONGEST, count // 10)
    months = _months(suivis)
    common = _shares(count - longest, [len(alive) for _, alive in months])
    his = _shares(longest, [long.opened >= start for start, _ in months])
    for (start, alive), many, more in zip(months, common, his, strict=True):
        for one in [*rng.choices(alive, k=many), *[long] * more]:
            yield _row(rng, one, rng.randint(max(start, one.last), min(start + MONTH - 1, one.opened)), days)


def _months(suivis: Sequence[Lasting]) -> list[tuple[int, list[Lasting]]]:
    """The months in which somebody was followed, the oldest first: their last day, and those who were."""
    oldest = max(one.opened for one in suivis) // MONTH
    alive: list[list[Lasting]] = [[] for _ in range(oldest + 1)]
    for one in suivis:
        for month in range(one.last // MONTH, one.opened // MONTH + 1):
            alive[month].append(one)
    return [(month * MONTH, alive[month]) for month in range(oldest, -1, -1) if alive[month]]


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in proportion to the weights, to the last one."""
    whole = sum(weights)
    ends = [total * end // whole for end in accumulate(weights)]
    return [end - before for before, end in zip([0, *ends], ends, strict=False)]


def _row(rng: Random, one: Lasting, ago: int, days: Days) -> dict[str, Any]:
    auteur = rng.choice(one.team)
    started = days.moment(ago) - timedelta(seconds=rng.randrange(20_000))
    is_draft = one.closed is None and ago < MONTH and rng.random() < DRAFTS
    return {
        "id": UUID(int=rng.getrandbits(128), version=4),
        "parcours_id": one.cle,
        "auteur_id": auteur.cle,
        "cercle": Ecrit.Cercle.EQUIPE.value if rng.random() < EQUIPE else auteur.cercle,
        "modalite": rng.choice(MODALITES),
        "done_on": days.day(ago),
        "texte": " ".join(rng.choices(PHRASES, k=3)),
        "signed_at": None if is_draft else started + timedelta(minutes=20),
        "created_at": started,
    }
