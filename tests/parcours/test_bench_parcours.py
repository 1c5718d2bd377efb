"""`manage.py bench --parcours`: what it prints, that it leaves nothing, that both ways count the same."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase

from accueil.models import Rattachement
from parcours import bench_parcours, file_active
from parcours.bench_parcours import Clock, Figures, Profondeur
from parcours.demonstration.builders import UsagerFactory
from parcours.models import Ecrit, Parcours
from pole_social.models import Acces, Agent


def run(*args: str) -> str:
    said = StringIO()
    call_command("bench", "--parcours", "--runs", "1", *args, stdout=said, stderr=StringIO())
    return said.getvalue()


class TestOnAFewParcours(TestCase):
    """Loaded once; each test measures with one run."""

    @classmethod
    def setUpTestData(cls) -> None:
        UsagerFactory.create_batch(24)
        call_command("seed_bulk", "--parcours", "80", "--ecrits", "900", verbosity=0, stderr=StringIO())

    def test_json_alone_on_the_output(self) -> None:
        report = json.loads(run("--json"))["parcours"]
        assert set(report) == {"figures", "liste", "chronologie", "dossier"}
        figures, liste, fil = report["figures"], report["liste"], report["chronologie"]
        assert figures["professionnels"] == figures["ouverts"] == 20
        assert figures["requetes_naives"] == 8 * 20
        assert figures["sql_ms"] > 0 and figures["naif_ms"] > 0
        assert figures["page_requetes"] <= 12 and liste["requetes"] <= 12
        assert liste["parcours"] >= 1
        assert fil["ecrits"] >= 90 and fil["pages"] >= 4
        assert report["dossier"]["ecrits"] == fil["ecrits"] and report["dossier"]["pages"] >= 4
        assert fil["comptages"] == report["dossier"]["comptages"] == 0

    def test_lines_to_read_and_nothing_left_behind(self) -> None:
        before = [model._default_manager.count() for model in (Acces, Session, Rattachement, Ecrit)]
        said = run()
        for expected in (
            "file active de 20 professionnels",
            "voulu : 50 ms",
            "1/50",
            "chronologie de",
            "dossier de",
            "première page",
            "0 comptage",
            "× 2",
        ):
            assert expected in said
        assert [model._default_manager.count() for model in (Acces, Session, Rattachement, Ecrit)] == before

    def test_both_ways_count_the_same(self) -> None:
        """Or the ratio would say nothing."""
        agent = Agent.objects.get(username="responsable-sst")
        for charge in file_active.charges(agent):
            apart = bench_parcours._asked_apart(agent, charge.referent_id)
            figures = [charge.ouverts, charge.suspendus, charge.bilans_en_retard, charge.poids]
            assert apart == [*figures, *charge.sans_echange, charge.bilan_le_plus_ancien]

    def test_some_are_silent_late_and_suspended(self) -> None:
        """Else the test above compares zeros."""
        charges = file_active.by_referent(file_active.charges(Agent.objects.get(username="responsable-sst")))
        assert any(charge.bilans_en_retard for charge in charges)
        assert all(one >= two >= three for one, two, three in (charge.sans_echange for charge in charges))
        assert any(charge.sans_echange[0] for charge in charges)

    def test_a_count_would_be_seen(self) -> None:
        with connection.execute_wrapper(clock := Clock()):
            Parcours.objects.count()
        assert "COUNT(" in clock.statements[0] and clock.total > 0


def test_without_parcours_says_what_is_missing(cast: Any) -> None:
    with pytest.raises(CommandError, match="« pilotage »"):
        run()


def test_refuses_in_production(db: None, settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(CommandError, match="en production"):
        run()


def test_ratios() -> None:
    assert Figures(400, 50_000, 40.0, 3200, 4000.0, 10, 90.0).rapport == 0.01
    assert Profondeur(5000, 100, 10.0, 9.0, 20.0, 0).rapport == 2.0
