"""What a search costs and finds, beside a trigram index on the same rows in the same run.

The questions are made from people of the base, always the same for the same base: eleven ways of writing a name,
wrong or in part. Everything happens in one transaction that is rolled back, the trigram's extension and indexes too.
The figures describe one machine at one moment; no test asserts a clock.
"""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from django.db import connection, transaction

from accueil.forms.recherche import search
from accueil.models import Usager
from accueil.recherche.saisie import Typed
from parcours.bench import NothingToMeasure, percentile
from parcours.bench_saisies import KINDS, misdate, write
from pole_social.dates import PartialDate
from pole_social.models import Affectation, Agent, Lieu, Territoire, Unite

SEED, FIRST, SAVED, HOT_RUNS = 8_071, 5, 200, 3
HOT = (
    "ma", "jo", "le", "da", "martin", "marie", "jean", "traore", "diallo", "pierre", "marie traore", "jean martin",
    "martin marie", "jean pierre", "da silva", "martn marie", "marie traroe", "jaen martin", "mari martin", "ben salah",
)  # fmt: skip
THRESHOLD = 0.4
TRIGRAM_COLUMNS = ("recherche_nom_prenoms", "recherche_naissance")
TRIGRAM = (
    "SELECT id FROM ({scope}) AS personne, (SELECT public.normalise(%s) AS q) AS saisie "
    "WHERE recherche_nom_prenoms % saisie.q OR recherche_naissance % saisie.q "
    "ORDER BY greatest(similarity(recherche_nom_prenoms, saisie.q), similarity(recherche_naissance, saisie.q)) DESC "
    "LIMIT 10"
)
Find = Callable[[Typed], list[Any]]


@dataclass(frozen=True)
class Question:
    """What is typed, and who is looked for; who bears the very same words answers as well.

    Of a part of a compound name, so does whoever bears that part alone: nobody can tell them apart.
    """

    kind: str
    mots: str
    naissance: PartialDate
    cle: uuid.UUID
    noms: list[list[str]]


@dataclass(frozen=True)
class Figures:
    """The times of one way of searching, in milliseconds, and the share found in the first five."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    rappel: float
    rappel_strict: float
    par_genre: dict[str, float] = field(default_factory=dict)


@dataclass
class Report:
    """What one run says. `trigrammes` is None where the server has no pg_trgm."""

    personnes: int
    questions: int
    par_nom: Figures
    avec_naissance: Figures
    pire_courte_ms: float
    enregistrement_p50_ms: float
    enregistrement_p95_ms: float
    trigrammes: Figures | None = None
    trigrammes_pire_courte_ms: float | None = None


def measure_search(count: int, say: Callable[[str], None]) -> Report:
    """Ask `count` questions by name, with a birth date, by trigrams. Raises NothingToMeasure without people."""
    with transaction.atomic():
        agent = agent_of_everywhere()
        questions = list(ask(count))
        saved = _saving(agent)
        say("recherche par nom")
        find: Find = lambda typed: search(agent, typed)[0]  # noqa: E731
        report = Report(
            personnes=Usager.objects.proposable_to(agent).count(),
            questions=len(questions),
            par_nom=_figures(questions, find),
            avec_naissance=_figures(questions, find, dated=True),
            pire_courte_ms=_worst(find),
            enregistrement_p50_ms=saved[0],
            enregistrement_p95_ms=saved[1],
        )
        if _has_trigrams():
            say("index de trigrammes")
            by_trigrams = _trigrams(agent)
            say("recherche par trigrammes")
            report.trigrammes = _figures(questions, by_trigrams)
            report.trigrammes_pire_courte_ms = _worst(by_trigrams)
        transaction.set_rollback(True)
    return report


def agent_of_everywhere() -> Agent:
    """`gos`, affected to a unité of each territoire for the time of the run: every row may be proposed."""
    agent = Agent.objects.filter(username="gos").first()
    if agent is None:
        raise NothingToMeasure("recherche")
    for territoire in Territoire.objects.exclude(pk__in=agent.territoire_ids):
        lieu = Lieu.objects.create(code=f"bench-{territoire.pk}", nom="Mesure", type="antenne", territoire=territoire)
        unite = Unite.objects.create(code=f"bench-{territoire.pk}", lieu=lieu, nature=Unite.Nature.ACCUEIL)
        Affectation.objects.create(agent=agent, unite=unite, starts_on=date(2023, 11, 8))
    return Agent.objects.get(pk=agent.pk)


# --- The questions --------------------------------------------------------------------------------


def ask(count: int) -> Iterator[Question]:
    """As many of each kind; a twelfth of the births are mistyped. Raises NothingToMeasure without people."""
    rng = Random(SEED)  # noqa: S311 (it measures, it keeps no secret)
    for index in range(count):
        kind = KINDS[index % len(KINDS)]
        usager, mots = _somebody(rng, kind)
        born = usager.naissance
        assert born
        yield Question(
            kind=kind,
            mots=mots,
            naissance=misdate(rng, born) if rng.random() < 1 / 12 else born,
            cle=usager.pk,
            noms=[sorted(name.split()) for name in _meant(kind, usager, mots)],
        )


def _somebody(rng: Random, kind: str) -> tuple[Usager, str]:
    """A person whose name can be written so: the random keys draw them."""
    known = Usager.objects.filter(is_sealed=False, fusionne_vers=None, naissance_jour__isnull=False).order_by("pk")
    for _ in range(1000):
        start = uuid.UUID(int=rng.getrandbits(128))
        for usager in known.filter(pk__gte=start)[:20]:
            if mots := write(rng, kind, usager.nom_usage, usager.nom_naissance, usager.prenoms):
                return usager, mots
    raise NothingToMeasure("recherche")


def _meant(kind: str, usager: Usager, mots: str) -> list[str]:
    """The names that answer the question."""
    if kind == "nom de naissance":
        return [usager.recherche_naissance]
    composed = [normalised(mots)] if kind == "partie d’un nom composé" else []
    return [usager.recherche_nom_prenoms, *composed]


def normalised(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.normalise(%s)", [text])
        return cursor.fetchone()[0]


# --- The measures ---------------------------------------------------------------------------------


def _figures(questions: Sequence[Question], find: Find, *, dated: bool = False) -> Figures:
    for question in questions[:5]:
        find(Typed(question.mots, None))
    times, hits, strict = [], [], []
    for question in questions:
        typed = Typed(question.mots, question.naissance if dated else None)
        start = time.perf_counter()
        keys = find(typed)[:FIRST]
        times.append((time.perf_counter() - start) * 1000)
        strict.append(question.cle in keys)
        hits.append(question.cle in keys or _homonym(question, keys))
    kinds = {kind: [hit for hit, asked in zip(hits, questions, strict=True) if asked.kind == kind] for kind in KINDS}
    return Figures(
        p50_ms=round(statistics.median(times), 2),
        p95_ms=round(percentile(times, 95), 2),
        p99_ms=round(percentile(times, 99), 2),
        rappel=_share(hits),
        rappel_strict=_share(strict),
        par_genre={kind: _share(found) for kind, found in kinds.items() if found},
    )


def _homonym(question: Question, keys: list[Any]) -> bool:
    """Whether one of them bears, in any order, the words of the name looked for."""
    found = Usager.objects.filter(pk__in=keys)
    names = [name for usager in found for name in (usager.recherche_nom_prenoms, usager.recherche_naissance)]
    return any(sorted(name.split()) in question.noms for name in names)


def _share(found: list[bool]) -> float:
    return round(sum(found) / len(found), 3)


def _worst(find: Find) -> float:
    """The slowest of the short and frequent names, each at its median."""
    return round(max(statistics.median(_timed(find, Typed(text, None)) for _ in range(HOT_RUNS)) for text in HOT), 2)


def _timed(find: Find, typed: Typed) -> float:
    start = time.perf_counter()
    find(typed)
    return (time.perf_counter() - start) * 1000


def _saving(agent: Agent) -> tuple[float, float]:
    """The database's time for a new person, or for a changed name: their row, its indexes, the vocabulary."""
    times: list[float] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        result = execute(sql, params, many, context)
        if sql.startswith(("INSERT", "UPDATE")):
            times.append((time.perf_counter() - start) * 1000)
        return result

    models = Usager.objects.filter(territoire__in=agent.territoire_ids).order_by("pk")[:SAVED]
    for number, other in enumerate(list(models)):
        made = Usager(
            nom_usage=f"{other.nom_usage}ou", prenoms=other.prenoms, territoire=other.territoire, created_by=agent
        )
        with transaction.atomic(), connection.execute_wrapper(watch):
            made.save(force_insert=True)
            if number % 2:
                Usager.objects.filter(pk=made.pk).update(nom_usage=f"{other.nom_usage}er")
            transaction.set_rollback(True)
    return round(statistics.median(times), 2), round(percentile(times, 95), 2)


# --- The other way --------------------------------------------------------------------------------


def _has_trigrams() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        return cursor.fetchone() is not None


def _trigrams(agent: Agent) -> Find:
    """Names of which enough groups of three letters are those typed, the most alike first."""
    with connection.cursor() as cursor:
        # What the run wrote before (the agent's unités) is checked now: a table that waits for it takes no index.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Two indexes of that size take longer than a page may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for number, column in enumerate(TRIGRAM_COLUMNS):
            cursor.execute(f"CREATE INDEX bench_{number} ON accueil_usager USING gin ({column} gin_trgm_ops)")
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = %s", [THRESHOLD])

    def find(typed: Typed) -> list[Any]:
        people = Usager.objects.proposable_to(agent).order_by().values("id", *TRIGRAM_COLUMNS)
        scope, params = people.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(TRIGRAM.replace("%", "%%").replace("%%s", "%s").format(scope=scope), [*params, typed.mots])
            return [row[0] for row in cursor.fetchall()]

    return find
