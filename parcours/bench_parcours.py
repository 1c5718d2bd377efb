"""What a file active, a list, a timeline and a dossier cost the database at its real size (`seed_bulk --parcours`).

Times are those of the SQL alone, round trip included: the page around it is measured by bench.py. Everything
is read in one transaction that is rolled back.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accueil.models import Usager
from parcours import file_active
from parcours.bench import CONTROL, NothingToMeasure, PageRefused
from parcours.chronologie import PAGE, Chronologie, chronologie, read
from parcours.dossier import fil, lire
from parcours.file_active import FULL_WEIGHT, SILENCES, WEIGHT, with_last_exchange
from parcours.models import Ecrit, Intervenant, Parcours
from parcours.models.parcours import ParcoursQuerySet, bilan_overdue
from pole_social.models import Affectation, Agent, Unite

Step = Callable[[str], None]
# The page of a timeline that begins at a key.
Shown = Callable[[str], Chronologie]
T = TypeVar("T")
WARM_UP = 2
# How many pages of the timeline are walked at most, from the newest.
DEPTH = 400


@dataclass
class Clock:
    """Milliseconds of each statement, transaction control aside."""

    times: list[float] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        result = execute(sql, params, many, context)
        if not sql.startswith(CONTROL):
            self.times.append((time.perf_counter() - start) * 1000)
            self.statements.append(sql)
        return result

    @property
    def total(self) -> float:
        return sum(self.times)


@dataclass(frozen=True)
class Figures:
    """The file active of one responsable: its figures at once, beside the same asked référent by référent."""

    professionnels: int
    ouverts: int
    sql_ms: float
    requetes_naives: int
    naif_ms: float
    # Of the whole page, its lists with it.
    page_requetes: int
    page_sql_ms: float

    @property
    def rapport(self) -> float:
        """The share of the naive time that the figures take."""
        return self.sql_ms / self.naif_ms


@dataclass(frozen=True)
class Liste:
    """`/parcours/` of the professional who has the most."""

    parcours: int
    requetes: int
    sql_ms: float


@dataclass(frozen=True)
class Profondeur:
    """A timeline over the parcours that has the most écrits, its first page beside those further down."""

    ecrits: int
    pages: int
    premiere_ms: float
    # Medians: of all the later pages, and of the last tenth of them.
    suivantes_ms: float
    au_fond_ms: float
    comptages: int

    @property
    def rapport(self) -> float:
        """The deepest pages beside the first one."""
        return self.au_fond_ms / self.premiere_ms


@dataclass(frozen=True)
class Report:
    figures: Figures
    liste: Liste
    chronologie: Profondeur
    dossier: Profondeur


def measure_parcours(runs: int, say: Step) -> Report:
    """Measure each `runs` times. Raises NothingToMeasure where no parcours has a référent or an écrit."""
    with transaction.atomic():
        say("la file active")
        figures = measure_figures(_responsable(), runs)
        say("la liste d’un professionnel")
        liste = measure_list(runs)
        say("la chronologie et le dossier")
        report = Report(figures, liste, *measure_depths(runs))
        transaction.set_rollback(True)
    return report


# --- The file active ------------------------------------------------------------------------------


def _responsable() -> Agent:
    """Who answers for the most parcours: the direction of a territoire."""
    led = Affectation.objects.current().filter(responsable=True, unite__nature=Unite.Nature.DIRECTION)
    agents = [one.agent for one in led.select_related("agent__metier")]
    if not agents:
        raise NothingToMeasure("pilotage")
    return max(agents, key=lambda agent: _open(agent).count())


def _open(agent: Agent) -> ParcoursQuerySet:
    return Parcours.objects.open().filter(unite__in=agent.supervised_unite_ids)


def measure_figures(agent: Agent, runs: int) -> Figures:
    """The figures as the page makes them, against the loop that nobody should write."""
    charges, at_once = _measured(lambda: file_active.charges(agent), runs)
    referents = [charge.referent_id for charge in file_active.by_referent(charges) if charge.referent_id]
    if not referents:
        raise NothingToMeasure("pilotage")
    one_by_one = _clocked(lambda: [_asked_apart(agent, referent) for referent in referents])[1]
    page = _page(agent, "parcours:pilotage", runs)
    return Figures(
        professionnels=len(referents),
        ouverts=sum(charge.ouverts for charge in charges),
        sql_ms=at_once,
        requetes_naives=len(one_by_one.times),
        naif_ms=round(one_by_one.total, 1),
        page_requetes=len(page[0].times),
        page_sql_ms=page[1],
    )


def _asked_apart(agent: Agent, referent: Any) -> list[Any]:
    """The figures of one référent, each asked for itself."""
    today = timezone.localdate()
    live = Intervenant.objects.live().filter(is_referent=True, agent=referent)
    mine = _open(agent).without_deport(agent).filter(pk__in=live.values("parcours")).order_by()
    heard = with_last_exchange(mine.filter(statut=Parcours.Statut.ACTIF))
    late = mine.filter(bilan_overdue(today))
    return [
        mine.count(),
        mine.filter(statut=Parcours.Statut.SUSPENDU).count(),
        late.count(),
        sum(mine.annotate(poids=WEIGHT).values_list("poids", flat=True)) / FULL_WEIGHT,
        *(heard.filter(Q(("last_exchange__lt", today - timedelta(days=days)))).count() for days in SILENCES),
        late.order_by("echeance").values_list("echeance", flat=True).first(),
    ]


# --- One professional's list ----------------------------------------------------------------------


def measure_list(runs: int) -> Liste:
    places = Intervenant.objects.live().filter(parcours__statut__in=Parcours.OPEN, agent__is_active=True)
    loaded = places.order_by().values("agent").annotate(count=Count("pk")).order_by("-count", "agent").first()
    if loaded is None:
        raise NothingToMeasure("parcours_liste")
    clock, sql_ms = _page(Agent.objects.get(pk=loaded["agent"]), "parcours:liste", runs)
    return Liste(loaded["count"], len(clock.times), sql_ms)


# --- The timeline and the dossier -----------------------------------------------------------------


def measure_depths(runs: int) -> tuple[Profondeur, Profondeur]:
    """As its référent reads them: the timeline of the parcours that has the most écrits, then its person’s dossier."""
    held = Intervenant.objects.live().filter(is_referent=True)
    longest = (
        Ecrit.objects.filter(signed_at__isnull=False, parcours__in=held.values("parcours"))
        .order_by()
        .values("parcours")
        .annotate(count=Count("pk"))
        .order_by("-count", "parcours")
        .first()
    )
    if longest is None:
        raise NothingToMeasure("chronologie")
    found = Parcours.objects.select_related("usager").get(pk=longest["parcours"])
    referent = held.select_related("agent__metier").get(parcours=found).agent
    shown = (partial(_of_parcours, found, referent), partial(_of_dossier, found.usager, referent))
    timeline, dossier = (_depth(page, longest["count"], runs) for page in shown)
    return timeline, dossier


def _of_parcours(found: Parcours, agent: Agent, before: str) -> Chronologie:
    return chronologie(found, agent, before=before)


def _of_dossier(usager: Usager, agent: Agent, before: str) -> Chronologie:
    key = read(before)
    return fil(usager, agent, lire(usager, agent, key), key)


def _depth(shown: Shown, ecrits: int, runs: int) -> Profondeur:
    """Walked down from its newest page, that one at its median of `runs`."""
    times, counted = [], 0
    for sql_ms, clock in _walk(shown, runs):
        times.append(sql_ms)
        counted += sum("COUNT(" in sql.upper() for sql in clock.statements)
    later = times[1:] or times
    return Profondeur(
        ecrits=ecrits,
        pages=len(times),
        premiere_ms=times[0],
        suivantes_ms=round(statistics.median(later), 2),
        au_fond_ms=round(statistics.median(later[-max(len(later) // 10, 1) :]), 2),
        comptages=counted,
    )


def _walk(shown: Shown, runs: int) -> Iterator[tuple[float, Clock]]:
    before = ""
    for _ in range(DEPTH):
        # The medians further down are of many pages, each read once; the first one is alone.
        times = runs if not before else 1
        timed = [_clocked(partial(shown, before)) for _ in range(times if before else WARM_UP + times)]
        page, clock = timed[-1]
        assert len(page.entrees) <= PAGE
        yield round(statistics.median(one.total for _, one in timed[-times:]), 2), clock
        before = page.suivante
        if not before:
            return


# --- The clock ------------------------------------------------------------------------------------


def _clocked(act: Callable[[], T]) -> tuple[T, Clock]:
    with connection.execute_wrapper(clock := Clock()):
        result = act()
    return result, clock


def _measured(act: Callable[[], T], runs: int) -> tuple[T, float]:
    """What it gives, and the median of its milliseconds of SQL once warm."""
    for _ in range(WARM_UP):
        act()
    timed = [_clocked(act) for _ in range(runs)]
    return timed[-1][0], round(statistics.median(clock.total for _, clock in timed), 1)


def _page(agent: Agent, name: str, runs: int) -> tuple[Clock, float]:
    """The SQL of one page, the journal's with it. Raises PageRefused."""
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(agent)

    def opened() -> None:
        response = client.get(reverse(name))
        if response.status_code != 200:
            raise PageRefused(f"La page « {name} » répond {response.status_code}.")

    for _ in range(WARM_UP):
        opened()
    clocks = [_clocked(opened)[1] for _ in range(runs)]
    return clocks[-1], round(statistics.median(clock.total for clock in clocks), 1)
