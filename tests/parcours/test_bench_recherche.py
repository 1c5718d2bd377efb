"""`manage.py bench --search`: what it asks, what it prints, that it leaves nothing; never how long something took."""

from __future__ import annotations

import json
from io import StringIO
from random import Random
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase

from accueil.models import Mot, Usager
from parcours import bench_recherche
from parcours.bench_saisies import KINDS, WRITINGS, cut, misdate, part, plain, typo, variant, write
from parcours.demonstration.monde import build_world
from pole_social.dates import PartialDate
from pole_social.models import Affectation, Agent, Lieu, Territoire


def run(*args: str) -> str:
    said = StringIO()
    call_command("bench", "--search", "--questions", "22", *args, stdout=said, stderr=StringIO())
    return said.getvalue()


def has_trigrams() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


class TestOnACrowd(TestCase):
    """Loaded once; each test measures few questions."""

    @classmethod
    def setUpTestData(cls) -> None:
        build_world("un-mot-de-passe")
        call_command("seed_bulk", "--usagers", "600", verbosity=0, stderr=StringIO())

    def test_json_alone_on_the_output(self) -> None:
        report = json.loads(run("--json"))["recherche"]
        assert report["personnes"] == Usager.objects.count() == 600
        assert report["questions"] == 22
        for name in ("par_nom", "avec_naissance", "trigrammes"):
            figures = report[name]
            assert 0 < figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
            assert 0 <= figures["rappel_strict"] <= figures["rappel"] <= 1
            assert set(figures["par_genre"]) == set(KINDS)
        # On so few people nearly everybody is found: a search that found nobody would show here.
        assert report["par_nom"]["rappel"] > 0.8
        assert report["avec_naissance"]["rappel"] > 0.8
        assert report["enregistrement_p50_ms"] > 0 and report["pire_courte_ms"] > 0

    def test_a_table_to_read(self) -> None:
        said = run()
        for expected in ("600 personnes", "par le nom", "avec la naissance", "trigrammes", *KINDS, "enregistrer"):
            assert expected in said

    def test_leaves_nothing_behind(self) -> None:
        tables = (Usager, Mot, Lieu, Affectation)
        before = [list(model._default_manager.order_by("pk").values_list()) for model in tables]
        run()
        assert [list(model._default_manager.order_by("pk").values_list()) for model in tables] == before
        assert not has_trigrams()

    def test_says_when_the_server_has_no_trigrams(self) -> None:
        with mock.patch.object(bench_recherche, "_has_trigrams", return_value=False):
            assert "n’a pas pg_trgm" in run()
            assert json.loads(run("--json"))["recherche"]["trigrammes"] is None

    def test_the_questions_are_always_the_same(self) -> None:
        first, again = list(bench_recherche.ask(22)), list(bench_recherche.ask(22))
        assert first == again
        assert [question.kind for question in first] == [*KINDS, *KINDS]
        assert all(Usager.objects.filter(pk=question.cle).exists() for question in first)

    def test_the_agent_of_the_run_sees_every_territoire(self) -> None:
        assert len(Agent.objects.get(username="gos").territoire_ids) == 1
        assert len(bench_recherche.agent_of_everywhere().territoire_ids) == Territoire.objects.count()


def test_without_anybody_says_what_to_load(cast: Any) -> None:
    with pytest.raises(CommandError, match="seed_demo"):
        run()


def test_refuses_to_ask_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="au moins une"):
        call_command("bench", "--search", "--questions", "0")


class TestSaisies:
    """Eleven ways of typing a name: pure."""

    def test_eleven_kinds(self) -> None:
        assert len(KINDS) == len(WRITINGS) == 11

    @pytest.mark.parametrize("kind", KINDS)
    def test_each_writes_something_of_a_rich_name(self, kind: str) -> None:
        assert write(Random(1), kind, "Lefèvre-Dupont", "Traoré", "Marie-Hélène")

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("exact", "Traoré Aminata"),
            ("sans accent", "traore aminata"),
            ("inversé", "Aminata Traoré"),
            ("nom de naissance", "Diop Aminata"),
        ],
    )
    def test_the_plain_ones(self, kind: str, expected: str) -> None:
        assert write(Random(1), kind, "Traoré", "Diop", "Aminata") == expected

    @pytest.mark.parametrize("kind", ["nom de naissance", "partie d’un nom composé", "faute dans le nom"])
    def test_nothing_of_a_name_that_cannot_be_so(self, kind: str) -> None:
        assert write(Random(1), kind, "Li", "Li", "Bo") == ""

    @pytest.mark.parametrize("seed", range(20))
    def test_a_typo_is_one_letter(self, seed: int) -> None:
        wrong = typo(Random(seed), "Martin")
        assert wrong != "Martin"
        assert wrong == "" or abs(len(wrong) - 6) <= 1

    def test_parts(self) -> None:
        assert part(Random(1), "Martin") == ""
        assert part(Random(1), "Martin-Dupont") in ("Martin", "Dupont")
        assert (cut("Aminata"), cut("Awa")) == ("Amin", "")
        assert plain("Éloïse") == "eloise"
        assert variant(Random(1), "Philippe") != "philippe"

    @pytest.mark.parametrize("seed", range(10))
    def test_a_mistyped_date_is_a_date(self, seed: int) -> None:
        assert misdate(Random(seed), PartialDate(1981, 3, 12)).complete
        assert misdate(Random(seed), PartialDate(1981, 3, 25)).annee in (1980, 1982)
