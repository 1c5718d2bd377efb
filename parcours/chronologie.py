"""The timeline of a parcours: what one reader may read, most recent first, by pages without a count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accueil.models import Relais
from parcours.models import Action, Bilan, Ecrit, EtapeAction, EtapeParcours, Intervenant, Parcours, Point
from parcours.models.ecrit import EcritQuerySet
from pole_social.dates import FIRST_YEAR, LAST_YEAR
from pole_social.models import Agent

PAGE = 30

Key = tuple[date, datetime, UUID]


@dataclass(frozen=True)
class Entree:
    """One dated thing; `nature` says which. `jour` is what is shown, `instant` the order within the day."""

    nature: str
    objet: Any
    jour: date
    instant: datetime

    @classmethod
    def of(cls, nature: str, row: Any) -> Entree:
        """Of a row that says its own `jour` and `instant`."""
        return cls(nature, row, row.jour, row.instant)

    @classmethod
    def on(cls, nature: str, objet: Any, jour: date) -> Entree:
        """Of something that has a day and no hour: before what happened that day."""
        return cls(nature, objet, jour, timezone.make_aware(datetime.combine(jour, time.min)))

    @classmethod
    def at(cls, nature: str, objet: Any, instant: datetime) -> Entree:
        return cls(nature, objet, timezone.localdate(instant), instant)

    @property
    def key(self) -> Key:
        return self.jour, self.instant, self.objet.pk

    @property
    def etat(self) -> str:
        """The state that a move reached, in words; empty for what is not a move."""
        states = {"action": Action.Statut, "parcours": Parcours.Statut}.get(self.nature)
        return str(states(self.objet.vers).label) if states else ""


@dataclass(frozen=True)
class Chronologie:
    entrees: list[Entree]
    suivante: str


def chronologie(
    parcours: Parcours,
    agent: Agent,
    *,
    before: str = "",
    bilans: Iterable[Bilan] = (),
    points: Iterable[Point] = (),
    places: Iterable[Intervenant] = (),
) -> Chronologie:
    """The page that begins just before the key `before` (the newest page when it is empty or damaged).

    `bilans` (with `jour` and `instant`), `points` (of round tables that were held) and `places` (in the team, of today
    and of before) are those that the reader may read: the page has read them already.
    """
    key = read(before)
    found = [Entree.of(nature, row) for nature, rows in _sources(parcours, agent) for row in page_of(rows, key)]
    held = (Entree("concertation", point, point.concertation.held_on, point.created_at) for point in points)
    joined = (Entree.at("intervenant", place, place.starts_at) for place in places if not place.is_referent)
    return cut([*found, *(Entree.of("bilan", bilan) for bilan in bilans), *held, *joined], key)


def cut(found: Iterable[Entree], key: Key | None) -> Chronologie:
    """One page of what was found before `key`, newest first.

    A source that may be long has given `page_of` its rows; a short one may give them all.
    """
    earlier = [entree for entree in found if key is None or entree.key < key]
    earlier.sort(key=lambda entree: entree.key, reverse=True)
    shown = earlier[:PAGE]
    return Chronologie(shown, _token(shown[-1].key) if len(earlier) > PAGE else "")


def _sources(parcours: Parcours, agent: Agent) -> Iterator[tuple[str, QuerySet[Any]]]:
    """Each dated by `jour` (what is shown) and `instant` (the order within the day)."""
    mine = {"parcours": parcours}
    ecrits = Ecrit.objects.visible_to(agent).filter(**mine, signed_at__isnull=False)
    yield "ecrit", with_authors(ecrits).annotate(jour=F("done_on"), instant=F("created_at"))
    relais = Relais.objects.visible_to(agent).filter(**mine).select_related("de_unite__lieu", "sent_by")
    yield "relais", dated(relais, "sent_at")
    moves = EtapeParcours.objects.filter(objet=parcours).select_related("by")
    yield "parcours", dated(moves, "at")
    steps = EtapeAction.objects.filter(objet__parcours=parcours).select_related("by", "objet")
    yield "action", dated(steps, "at")


def with_authors(ecrits: EcritQuerySet) -> EcritQuerySet:
    """Read apart: joined, the planner went through every écrit of a long parcours once per agent of the hub."""
    return ecrits.prefetch_related(Prefetch("auteur", Agent.objects.select_related("metier")))


def dated(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """Rows that happened at the time in `field`."""
    return rows.annotate(jour=TruncDate(field), instant=F(field))


def page_of(rows: QuerySet[Any], key: Key | None) -> QuerySet[Any]:
    """One page and one row more: what is asked of the base does not grow with the history."""
    if key:
        jour, instant, pk = key
        same_day = Q(instant__lt=instant) | Q(instant=instant, pk__lt=pk)
        # The first condition says nothing more, but it alone is a range of the index.
        rows = rows.filter(Q(jour__lte=jour), Q(jour__lt=jour) | Q(same_day, jour=jour))
    return rows.order_by("-jour", "-instant", "-pk")[: PAGE + 1]


def _token(key: Key) -> str:
    jour, instant, pk = key
    return f"{jour:%Y-%m-%d}~{instant.isoformat()}~{pk}"


def read(token: str) -> Key | None:
    """None for what this page did not make."""
    try:
        jour, instant, pk = token.split("~")
        moment = datetime.fromisoformat(instant)
        if moment.tzinfo is None:
            return None
        # PostgreSQL refuses offsets that Python reads (+20:00, +01:00:00.5).
        key = date.fromisoformat(jour), moment.astimezone(UTC), UUID(pk)
    except (ValueError, OverflowError):
        return None
    return key if all(FIRST_YEAR <= when.year <= LAST_YEAR for when in key[:2]) else None
