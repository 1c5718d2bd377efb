"""The hour of an arrival, put right after it was registered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Passage, Usager
from parcours.demonstration.builders import make_passage, receive
from pole_social.models import Acces, Agent
from pole_social.templatetags.temps import heure
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown
from tests.queries import count_queries
from tests.together import together


def noon() -> datetime:
    """Yesterday at noon: whatever the hour at which the tests run, that hour is past."""
    return (timezone.localtime() - timedelta(days=1)).replace(hour=12, minute=0, second=37, microsecond=0)


@pytest.fixture
def waiting(cast: SimpleNamespace, aminata: Usager) -> Passage:
    """Aminata, registered yesterday at noon after an outage, still open."""
    return make_passage(aminata, by=cast.gos, at=noon())


def url(passage: Passage, act: str = "arrivee/") -> str:
    return f"/accueil/passages/{passage.pk}/{act}"


def correct(client: Client, passage: Passage, typed: str, version: int = 1) -> Any:
    return client.post(url(passage), {"arrived_at": typed, "version": version})


def test_is_corrected_and_keeps_the_hour_it_replaces(cast: SimpleNamespace, desk: Client, waiting: Passage) -> None:
    assert 'value="12 h 00"' in desk.get(url(waiting)).content.decode()
    assert correct(desk, waiting, "9h40").url == url(waiting, "")
    waiting.refresh_from_db()
    assert waiting.arrived_at == noon().replace(hour=9, minute=40, second=0)
    assert (waiting.version, waiting.jour, waiting.numero) == (2, noon().date(), 1)
    noted = waiting.etapes.get(motif__gt="")
    assert (noted.by, noted.motif) == (cast.gos, "Arrivée corrigée : 9 h 40, au lieu de 12 h 00.")
    assert noted.motif in desk.get(url(waiting)).content.decode()


def test_the_waiting_time_follows(cast: SimpleNamespace, desk: Client, waiting: Passage) -> None:
    before = noon().replace(hour=9, minute=40, second=0)
    correct(desk, waiting, "9 h 40")
    found = Passage.objects.with_state_since().get()
    assert vars(found)["state_since"] == before
    assert f"n° {waiting.numero} est arrivé à 9 h 40" in desk.get("/accueil/").content.decode()


def test_it_is_no_move(cast: SimpleNamespace, desk: Client, waiting: Passage) -> None:
    """Neither undone, nor taken for the state in which the passage is."""
    receive(waiting, by=cast.gos)
    since = vars(Passage.objects.with_state_since().get())["state_since"]
    correct(desk, waiting, "9 h 40")
    waiting.refresh_from_db()
    assert waiting.statut == Passage.Statut.EN_ENTRETIEN
    assert vars(Passage.objects.with_state_since().get())["state_since"] == since
    assert waiting.last_move().vers == Passage.Statut.EN_ENTRETIEN
    waiting.undo(by=cast.gos)
    assert waiting.statut == Passage.Statut.APPELE


def test_the_page_leads_there(desk: Client, waiting: Passage) -> None:
    assert f'href="{url(waiting)}"' in desk.get(url(waiting, "")).content.decode()


def test_the_same_minute_changes_nothing(desk: Client, waiting: Passage) -> None:
    assert correct(desk, waiting, "12:00").status_code == 302
    waiting.refresh_from_db()
    assert (waiting.arrived_at, waiting.version) == (noon(), 1)
    assert waiting.etapes.count() == 1


def test_a_double_click_has_one_effect(desk: Client, waiting: Passage) -> None:
    assert [correct(desk, waiting, "9 h 40").status_code for _ in range(2)] == [302, 302]
    assert waiting.etapes.filter(motif__gt="").count() == 1


def test_a_stale_one_shows_both(cast: SimpleNamespace, desk: Client, waiting: Passage) -> None:
    correct(desk, waiting, "9 h 40")
    response = correct(desk, waiting, "9:50")
    page = response.content.decode()
    assert response.status_code == 409
    assert "9 h 40" in page
    assert "9 h 50" in page
    waiting.refresh_from_db()
    assert heure(waiting.arrived_at) == "9 h 40"
    assert waiting.etapes.filter(motif__gt="").count() == 1
    assert correct(desk, waiting, "9:50", version=2).status_code == 302


@together("typed", ["", "25 h 00", "bientôt", "9 h 99", *HOSTILE])
def test_what_is_no_hour_is_said(desk: Client, waiting: Passage, typed: str) -> None:
    response = correct(desk, waiting, typed)
    assert response.status_code == 200
    assert "à corriger" in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.arrived_at == noon()


def test_not_to_come(desk: Client, waiting: Passage) -> None:
    # Of a day whose every hour is to come, whatever the hour at which the tests run.
    Passage.objects.update(jour=timezone.localdate() + timedelta(days=1))
    assert "pas encore passée" in correct(desk, waiting, "9 h 40").content.decode()


def test_not_after_what_followed(cast: SimpleNamespace, desk: Client, waiting: Passage) -> None:
    waiting.move(Passage.Statut.APPELE, by=cast.gos, at=noon() + timedelta(minutes=10), agent=cast.gos)
    assert "a commencé à 12 h 10" in correct(desk, waiting, "12 h 11").content.decode()
    assert correct(desk, waiting, "12 h 09").status_code == 302


@pytest.mark.parametrize("version", ["", "0", "x", "99999999999"])
def test_a_damaged_version_is_never_an_error(desk: Client, waiting: Passage, version: Any) -> None:
    assert correct(desk, waiting, "9 h 40", version).status_code == 200


def test_is_journaled(desk: Client, waiting: Passage, aminata: Usager) -> None:
    correct(desk, waiting, "9 h 40")
    row = last_acces("passage_arrivee")
    assert (row.action, row.usager_ids, row.objet_id) == (Acces.Action.ECRITURE, [aminata.pk], waiting.pk)


def test_who_may_not(cast: SimpleNamespace, sign_in: Callable[..., Client], desk: Client, waiting: Passage) -> None:
    for username in (*OTHER_SEARCHERS, "dpo", "admin"):
        assert sign_in(Agent.objects.get(username=username)).get(url(waiting)).status_code == 403
    assert same_as_unknown(sign_in(cast.gos_chatenay), url(waiting), waiting.pk)
    assert desk.put(url(waiting)).status_code == 405
    assert correct(desk, waiting, "9 h 40").status_code == 302, "the control"


def test_costs_the_same_whatever_was_corrected(desk: Client, waiting: Passage) -> None:
    few = count_queries(desk, url(waiting))
    for minute in range(10, 20):
        correct(desk, waiting, f"9 h {minute}", version=minute - 9)
    assert waiting.etapes.filter(motif__gt="").count() == 10
    # Ten messages do not fit in their cookie, and wait in the session: shown here, they are not counted below.
    assert desk.get(url(waiting)).content.decode().count("est arrivé à") == 10
    assert "vu" not in desk.session
    assert count_queries(desk, url(waiting)) <= few
