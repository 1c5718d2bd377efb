"""`manage.py bench`: what it prints, that it leaves nothing; never how long something took."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase

from accueil.models import Fait, Rattachement
from parcours import bench
from parcours.demonstration.seed import seed
from pole_social.models import Acces, Envoi
from tests.bulk import analyze

KEYS = {"name", "queries", "budget", "p50_ms", "p95_ms", "bytes", "ratio_sql"}


def run(*args: str) -> str:
    said = StringIO()
    call_command("bench", "--runs", "1", *args, stdout=said)
    return said.getvalue()


class TestOnTheDemonstration(TestCase):
    """Seeded once; each test measures with one run."""

    @classmethod
    def setUpTestData(cls) -> None:
        seed("un-mot-de-passe-de-demonstration")
        analyze()

    def test_json_alone_on_the_output(self) -> None:
        """Of every page."""
        pages = json.loads(run("--json"))["pages"]
        assert [page["name"] for page in pages] == [page.name for page in bench.PAGES]
        for page in pages:
            assert set(page) == KEYS
            assert 0 < page["p50_ms"] <= page["p95_ms"]
            assert page["bytes"] > 1000
            assert page["queries"] <= page["budget"], page["name"]
            assert (page["ratio_sql"] is None) == (page["queries"] == 0)

    def test_a_table_to_read_and_nothing_left_behind(self) -> None:
        tables = (Acces, Session, Envoi, Rattachement, Fait)
        before = [model._default_manager.count() for model in tables]
        some = tuple(page for page in bench.PAGES if page.name in ("connexion", "passage", "domaine", "ecrit_nouveau"))
        with mock.patch.object(bench, "PAGES", some):
            lines = run().splitlines()
        assert lines[0].split()[:4] == ["page", "requêtes", "budget", "médiane"]
        assert [line.split()[0] for line in lines[1:]] == [page.name for page in some]
        assert " ms" in lines[1] and " ko" in lines[1]
        assert [model._default_manager.count() for model in tables] == before

    def test_the_main_pages_of_the_thread_are_there(self) -> None:
        names = {page.name for page in bench.PAGES}
        assert names >= {"connexion", "bureau", "recherche", "usager", "passage", "evaluation", "domaine"}
        assert names >= {"evaluation_liste", "evaluation_relais", "parcours_liste", "parcours", "pilotage"}

    def test_says_which_page_is_refused(self) -> None:
        refused = bench.Page("bureau", "dpo", bench._plain("accueil:bureau"), 12)
        with mock.patch.object(bench, "PAGES", (refused,)), pytest.raises(CommandError, match="« bureau » répond 403"):
            run("--json")

    def test_says_which_page_has_nothing_to_show(self) -> None:
        empty = bench.Page("evaluation", "gos-chatenay", lambda agent: None, 12)
        with mock.patch.object(bench, "PAGES", (empty,)), pytest.raises(CommandError, match="« evaluation »"):
            run()


def test_an_empty_database_says_what_to_load(cast: Any) -> None:
    with pytest.raises(CommandError, match="seed_demo"):
        run()


def test_refuses_in_production(db: None, settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(CommandError, match="en production"):
        run()


def test_refuses_to_measure_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="au moins une"):
        call_command("bench", "--runs", "0")


@pytest.mark.parametrize(("count", "expected"), [(1, 1.0), (2, 2.0), (20, 19.0), (30, 29.0), (100, 95.0)])
def test_percentile_is_a_measured_time(count: int, expected: float) -> None:
    assert bench.percentile([float(value) for value in range(count, 0, -1)], 95) == expected


def test_transaction_control_is_not_counted(db: None) -> None:
    watch = bench.Watch()
    with connection.execute_wrapper(watch), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT here")
        cursor.execute("SELECT %s", [1])
        cursor.execute("CREATE TEMPORARY TABLE passing (n int)")
        cursor.execute("RELEASE SAVEPOINT here")
    assert len(watch.statements) == 2
    assert watch.reads == [("SELECT %s", [1])]
