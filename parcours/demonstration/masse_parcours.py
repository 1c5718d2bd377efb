"""A crowd of fictional parcours with their teams and their history, for measuring: as many as asked.

One in four is open. Rows are those that the acts write (opening.py, fin.py), by COPY: only the rows that the lists,
the figures and the timeline read, of people who have no parcours yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from accueil.models import Rattachement, Usager
from parcours.demonstration.copie import Say, copy
from parcours.demonstration.masse import GRAINE
from parcours.demonstration.masse_ecrits import ecrits
from parcours.demonstration.masse_equipes import PROFESSIONNELS, Pro, professionals
from parcours.models import (
    Action,
    Bilan,
    Ecrit,
    EntreeDirecte,
    EtapeAction,
    EtapeParcours,
    Intervenant,
    Parcours,
)
from pole_social.models import Unite

OPEN_SHARE = 4
# Days: the oldest opening, and the time since the last closure (its readers' 30 days are over).
OLDEST, ENDED_SINCE = 1460, 31
SUSPENDED, ACCOMPANIED, PLANNED = 0.05, 0.3, 0.4
ENTREES = ("rsa", "crip", "ase", "transfert")
MOTIFS = ("objectifs", "relais_externe", "depart", "demande", "sans_nouvelles")
SYNTHESE = "Point fait avec la personne ; les démarches engagées continuent (fiction)."


class TooFewPeople(Exception):
    """Carries how many people without a parcours are wanted."""


@dataclass
class Suivi:
    """One parcours; days are counted back from today, `closed` is None while it is open."""

    cle: UUID
    usager: UUID
    team: list[Pro]
    opened: int
    closed: int | None
    statut: str
    periode: int
    entree: str
    rng: Random = field(repr=False)

    @property
    def referent(self) -> Pro:
        return self.team[0]

    @property
    def last(self) -> int:
        """The last day on which something happened."""
        return self.closed or 0

    def key(self) -> UUID:
        return random_key(self.rng)


def random_key(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


class Calendar:
    """Days counted back from today."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.noon = timezone.now() - timedelta(hours=2)

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def moment(self, ago: int) -> datetime:
        return self.noon - timedelta(days=ago)


def load(parcours: int, ecrits_count: int, graine: int = GRAINE, say: Say | None = None) -> int:
    """Write them; returns how many are open. Raises TooFewPeople; IntegrityError when these are there already."""
    rng = Random(graine)  # noqa: S311 (it measures, it keeps no secret)
    opened = max(parcours // OPEN_SHARE, 1)
    people = list(
        Usager.objects.filter(parcours=None, fusionne_vers=None, is_sealed=False)
        .order_by("pk")
        .values_list("pk", flat=True)[:parcours]
    )
    if len(people) < opened:
        raise TooFewPeople(opened)
    pros = professionals(min(PROFESSIONNELS, opened))
    suivis = list(_suivis(rng, parcours, opened, people, pros))
    calendar = Calendar()
    # References are checked at the end of the transaction. The parcours come last: each then finds its référent and its
    # last exchange once (decision 031), where every écrit would have moved them.
    for model, rows in (
        (EntreeDirecte, (_entree(one, calendar) for one in suivis)),
        (EtapeParcours, (row for one in suivis for row in _etapes(one, calendar))),
        (Intervenant, (row for one in suivis for row in _intervenants(one, calendar))),
        (Rattachement, (row for one in suivis for row in _rattachements(one, calendar))),
        (Bilan, (row for one in suivis for row in _bilans(one, calendar))),
        (Ecrit, ecrits(rng, suivis, ecrits_count, calendar)),
        (Parcours, (_parcours(one, calendar) for one in suivis)),
    ):
        copy(model, rows, say)
    _plan(rng, suivis, calendar, say)
    return opened


def _suivis(rng: Random, count: int, opened: int, people: list[UUID], pros: list[Pro]) -> Iterator[Suivi]:
    """The open ones first, of as many people; the closed ones go round everybody."""
    for index in range(count):
        referent = pros[index % len(pros)]
        team = [referent]
        if len(pros) > 1 and rng.random() < ACCOMPANIED:
            team.append(pros[(index + rng.randint(1, len(pros) - 1)) % len(pros)])
        is_open = index < opened
        began = rng.randint(1, 1095) if is_open else rng.randint(ENDED_SINCE + 90, OLDEST)
        yield Suivi(
            cle=random_key(rng),
            usager=people[index % len(people)],
            team=team,
            opened=began,
            closed=None if is_open else rng.randint(max(ENDED_SINCE, began - 900), began - 60),
            statut=_statut(rng) if is_open else "clos",
            periode=rng.choice((3, 3, 6, 12)),
            entree=rng.choice(ENTREES),
            rng=rng,
        )


def _statut(rng: Random) -> str:
    return "suspendu" if rng.random() < SUSPENDED else "actif"


def _parcours(one: Suivi, calendar: Calendar) -> dict[str, Any]:
    ended = one.closed is not None
    return {
        "id": one.cle,
        "usager_id": one.usager,
        "unite_id": one.referent.unite,
        "nature": Unite.Nature.ACCOMPAGNEMENT.value,
        "entree": one.entree,
        "statut": one.statut,
        "opened_on": calendar.day(one.opened),
        "periode": one.periode,
        "echeance": calendar.day(one.last if ended else -one.rng.randint(-30, 120)),
        "wakes_on": calendar.day(-one.rng.randint(5, 90)) if one.statut == "suspendu" else None,
        "closed_on": calendar.day(one.last) if ended else None,
        "motif_cloture": one.rng.choice(MOTIFS) if ended else "",
    }


def _entree(one: Suivi, calendar: Calendar) -> dict[str, Any]:
    return {
        "id": one.key(),
        "parcours_id": one.cle,
        "source": one.entree,
        "recue_on": calendar.day(one.opened),
        "recorded_at": calendar.moment(one.opened),
        "recorded_by_id": one.referent.cle,
    }


def _etapes(one: Suivi, calendar: Calendar) -> Iterator[dict[str, Any]]:
    moves = [("", "actif", one.opened)]
    if one.statut != "actif":
        moves.append(("actif", one.statut, one.last))
    for de, vers, ago in moves:
        row = {"id": one.key(), "objet_id": one.cle, "de": de, "vers": vers, "by_id": one.referent.cle}
        yield row | {"at": calendar.moment(ago)}


def _intervenants(one: Suivi, calendar: Calendar) -> Iterator[dict[str, Any]]:
    for rank, pro in enumerate(one.team):
        yield {
            "id": one.key(),
            "parcours_id": one.cle,
            "agent_id": pro.cle,
            "is_referent": rank == 0,
            "starts_at": calendar.moment(one.opened),
            "ends_at": calendar.moment(one.last) if one.closed is not None else None,
        }


def _rattachements(one: Suivi, calendar: Calendar) -> Iterator[dict[str, Any]]:
    for rank, pro in enumerate(one.team):
        yield {
            "id": one.key(),
            "usager_id": one.usager,
            "agent_id": pro.cle,
            "nature": Rattachement.Nature.INTERVENANT.value if rank else Rattachement.Nature.REFERENT.value,
            "starts_at": calendar.moment(one.opened),
            "ends_at": calendar.moment(one.last) if one.closed is not None else None,
            "source_type": Parcours._meta.label_lower,
            "source_id": one.cle,
        }


def _bilans(one: Suivi, calendar: Calendar) -> Iterator[dict[str, Any]]:
    """One after three months, another after six, if it lasted so long."""
    for after in (91, 182):
        ago = one.opened - after
        if ago <= one.last:
            return
        yield {
            "id": one.key(),
            "parcours_id": one.cle,
            "auteur_id": one.referent.cle,
            "nature": Bilan.Nature.PERIODIQUE.value,
            "held_on": calendar.day(ago),
            "with_person": one.rng.random() < 0.9,
            "synthese": SYNTHESE,
            "periode": 3,
            "next_on": calendar.day(ago - 91),
            "recorded_at": calendar.moment(ago),
        }


def _plan(rng: Random, suivis: list[Suivi], calendar: Calendar, say: Say | None) -> None:
    """A step of the référent in some of the open ones."""
    steps = [(random_key(rng), one) for one in suivis if one.closed is None and rng.random() < PLANNED]
    copy(Action, (_action(cle, one, calendar) for cle, one in steps), say)
    copy(EtapeAction, (_begun(cle, one, calendar) for cle, one in steps), say)


def _action(cle: UUID, one: Suivi, calendar: Calendar) -> dict[str, Any]:
    return {
        "id": cle,
        "parcours_id": one.cle,
        "libelle": "Faire le point sur la demande en cours (fiction)",
        "porteur": "professionnel",
        "agent_id": one.referent.cle,
        "echeance": calendar.day(-one.rng.randint(-10, 60)),
        "created_at": calendar.moment(1),
        "created_by_id": one.referent.cle,
    }


def _begun(cle: UUID, one: Suivi, calendar: Calendar) -> dict[str, Any]:
    row = {"id": one.key(), "objet_id": cle, "de": "", "vers": "prevue", "by_id": one.referent.cle}
    return row | {"at": calendar.moment(1)}
