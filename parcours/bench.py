"""What the main pages of the thread cost, beside the same rows read by a plain psycopg cursor.

Everything happens in one transaction that is rolled back: sessions, journal rows and the rest leave no trace.
The figures describe one machine at one moment; no test asserts a clock.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accueil.models import Passage, Relais, Usager
from evaluation.models import Evaluation
from parcours.models import Parcours
from pole_social.models import Agent

# The query budgets of docs: desk 12, search and lists 10, the page of somebody 25, that of a parcours 28.
DESK, LIST, FORM, DOSSIER, PARCOURS = 12, 10, 12, 25, 28
WARM_UP = 3
CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
Statement = tuple[str, Any]


class NothingToMeasure(Exception):
    """The database lacks what a page shows; carries the page's name."""


class PageRefused(Exception):
    """A page did not answer 200; carries a French sentence."""


@dataclass(frozen=True)
class Page:
    """One page to measure: who opens it and how its address is found (None: nothing to show)."""

    name: str
    username: str
    url: Callable[[Agent], str | None]
    budget: int
    posted: dict[str, str] | None = None


@dataclass
class Watch:
    """The statements of one request, transaction control aside."""

    statements: list[Statement] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(CONTROL):
            self.statements.append((sql, params))
        return execute(sql, params, many, context)

    @property
    def reads(self) -> list[Statement]:
        return [(sql, params) for sql, params in self.statements if sql.lstrip("( ").startswith("SELECT")]


@dataclass(frozen=True)
class Measure:
    """The line of one page. `ratio_sql` is None for a page that reads no row."""

    name: str
    queries: int
    budget: int
    p50_ms: float
    p95_ms: float
    bytes: int
    ratio_sql: float | None


# --- The pages ------------------------------------------------------------------------------------


def _plain(name: str) -> Callable[[Agent], str | None]:
    return lambda agent: reverse(name)


def _of(name: str, rows: Callable[[Agent], models.QuerySet[Any]], **more: str) -> Callable[[Agent], str | None]:
    """The page of the first row that the agent may see."""

    def find(agent: Agent) -> str | None:
        found = rows(agent).first()
        return reverse(name, kwargs={"pk": found.pk, **more}) if found else None

    return find


def _in_interview(agent: Agent) -> models.QuerySet[Passage]:
    return Passage.objects.visible_to(agent).in_interview().filter(usagers__isnull=False).order_by("arrived_at")


def _received(agent: Agent) -> models.QuerySet[Usager]:
    return Usager.objects.visible_to(agent).filter(passages__in=Passage.objects.in_interview())


def _waiting_relais(agent: Agent) -> models.QuerySet[Relais]:
    return Relais.objects.visible_to(agent).waiting().filter(vers_unite__in=agent.unite_ids)


def _evaluations(agent: Agent) -> models.QuerySet[Evaluation]:
    return Evaluation.objects.visible_to(agent).filter(statut=Evaluation.Statut.EN_COURS)


def _parcours(agent: Agent) -> models.QuerySet[Parcours]:
    return Parcours.objects.visible_to(agent).open().order_by("opened_on", "pk")


def _followed(agent: Agent) -> models.QuerySet[Usager]:
    return Usager.objects.visible_to(agent).filter(parcours__in=_parcours(agent).values("pk")).order_by("pk")


SOCIAL, REFERENT = "assistant-social", "assistant-social-2"
PAGES = (
    Page("connexion", "", _plain("connexion"), 1),
    Page("bureau", "gos", _plain("accueil:bureau"), DESK),
    Page("recherche", "gos", _plain("accueil:recherche"), LIST, {"q": "traore"}),
    Page("usager", "gos", _of("accueil:usager", _received), DOSSIER),
    Page("coordonnees", "gos", _of("accueil:coordonnees", _received), FORM),
    Page("foyer", "gos", _of("accueil:usager_foyer", _received), FORM),
    Page("passage", "gos", _of("accueil:passage", _in_interview), DOSSIER),
    Page("agenda", "gos", _plain("accueil:agenda"), LIST),
    Page("droits", "gos", _plain("accueil:droits"), LIST),
    Page("doublons", "responsable-accueil", _plain("accueil:doublons"), LIST),
    Page("evaluation_liste", SOCIAL, _plain("evaluation:liste"), LIST),
    Page("evaluation_relais", SOCIAL, _of("evaluation:relais", _waiting_relais), DOSSIER),
    Page("evaluation", SOCIAL, _of("evaluation:evaluation", _evaluations), DOSSIER),
    Page("synthese", SOCIAL, _of("evaluation:synthese", _evaluations), DOSSIER),
    Page("domaine", SOCIAL, _of("evaluation:domaine", _evaluations, code="logement"), FORM),
    Page("contributions", "conseiller-insertion", _plain("evaluation:contributions"), LIST),
    Page("parcours_liste", REFERENT, _plain("parcours:liste"), LIST),
    Page("parcours_relais", REFERENT, _of("parcours:relais", _waiting_relais), DOSSIER),
    Page("parcours", REFERENT, _of("parcours:parcours", _parcours), PARCOURS),
    Page("dossier", REFERENT, _of("parcours:dossier", _followed), DOSSIER),
    Page("ecrit_nouveau", REFERENT, _of("parcours:ecrit_nouveau", _parcours), FORM),
    Page("pilotage", "responsable-accompagnement", _plain("parcours:pilotage"), LIST),
)


# --- The measures ---------------------------------------------------------------------------------


def measure_all(runs: int) -> Iterator[Measure]:
    """Measure each page `runs` times. Raises NothingToMeasure before the first, PageRefused on an error."""
    if not Usager.objects.exists():
        raise NothingToMeasure("usager")
    for page in PAGES:
        with _leaving_nothing():
            measured = measure(page, runs)
        yield measured


def measure(page: Page, runs: int) -> Measure:
    """One page: its statements, its times, and the times of its own reads without Django."""
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    agent = Agent.objects.filter(username=page.username).first()
    if page.username and agent is None:
        raise NothingToMeasure(page.name)
    url = page.url(agent or Agent())
    if url is None:
        raise NothingToMeasure(page.name)
    if agent:
        client.force_login(agent)
    for _ in range(WARM_UP):
        response = _open(client, page, url)
    with connection.execute_wrapper(watch := Watch()):
        _open(client, page, url)
    pages, reads = [], []
    for _ in range(runs):
        pages.append(_timed(lambda: _open(client, page, url)))
        reads.append(_timed(lambda: _read(watch.reads)))
    return Measure(
        name=page.name,
        queries=len(watch.statements),
        budget=page.budget,
        p50_ms=round(statistics.median(pages), 2),
        p95_ms=round(percentile(pages, 95), 2),
        bytes=len(response.content),
        ratio_sql=round(statistics.median(pages) / statistics.median(reads), 2) if watch.reads else None,
    )


@contextmanager
def _leaving_nothing() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _open(client: Client, page: Page, url: str) -> HttpResponse:
    response = client.get(url) if page.posted is None else client.post(url, page.posted)
    if response.status_code != 200:
        raise PageRefused(f"La page « {page.name} » répond {response.status_code}.")
    return response  # type: ignore[return-value]


def _read(statements: list[Statement]) -> None:
    """The page's reads on its own connection, by a cursor that knows nothing of Django."""
    assert connection.connection is not None
    with psycopg.ClientCursor(connection.connection) as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()


def _timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def percentile(values: list[float], rank: int) -> float:
    """The nearest rank: a time that was really measured."""
    return sorted(values)[max(math.ceil(len(values) * rank / 100) - 1, 0)]
