"""A session lasts while its agent works, and ends when nobody is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from parcours.demonstration.clock import at
from pole_social import presence
from pole_social.models import Agent
from tests.queries import count_queries
from tests.together import together

MINUTE = timedelta(minutes=1)
AGE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
REFRESH = {"HX-Request": "true"}


@pytest.fixture
def desk(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Client:
    return sign_in(cast.gos)


def end() -> Any:
    return Session.objects.get().expire_date


def after(elapsed: timedelta) -> None:
    """That much time has gone by: what was written then is that much older."""
    Session.objects.update(expire_date=end() - elapsed)
    Agent.objects.filter(username="gos").update(last_login=timezone.now() - elapsed)


def test_what_the_agent_does_prolongs_it(desk: Client) -> None:
    after(AGE - MINUTE)
    assert desk.get("/accueil/").status_code == 200
    assert end() > timezone.now() + AGE - MINUTE


@together("page", ["/accueil/", "/accueil/aide/"])
def test_what_the_page_asks_by_itself_does_not(desk: Client, page: str) -> None:
    after(AGE - MINUTE)
    before = end()
    for _ in range(3):
        assert desk.get(page, headers=REFRESH).status_code in (200, 204)
    assert end() == before
    after(MINUTE)
    assert desk.get(page, headers=REFRESH).headers["HX-Refresh"] == "true", "an abandoned desk is locked"


def test_a_search_as_one_types_is_the_agent(desk: Client) -> None:
    after(AGE - MINUTE)
    assert desk.post("/accueil/recherche/", {"q": "traore"}, headers=REFRESH).status_code == 200
    assert end() > timezone.now() + AGE - MINUTE


def test_a_day_of_work_is_one_session_and_no_longer(desk: Client) -> None:
    """An act every hour: signed in all along, until nothing prolongs it any more."""
    began = timezone.now()
    hours = 0
    while hours < 24:
        with at(began + timedelta(hours=hours + 1)):
            if desk.get("/mon-compte/").status_code != 200:
                break
            session = desk.session
            session["lieu"] = str(hours)
            session.save()
        hours += 1
    assert timedelta(hours=hours + 1) == timedelta(seconds=presence.LONGEST)
    # Another write in the session does not move its end: the last one was a moment before.
    assert end() <= began + timedelta(seconds=presence.LONGEST)


def test_it_is_written_once_in_five_minutes(desk: Client) -> None:
    after(4 * MINUTE)
    fresh = count_queries(desk, "/mon-compte/")
    before = end()
    assert count_queries(desk, "/mon-compte/") == fresh
    assert end() == before
    after(2 * MINUTE)
    Agent.objects.update(last_login=timezone.now() - 6 * MINUTE)
    assert count_queries(desk, "/mon-compte/") > fresh
    assert count_queries(desk, "/mon-compte/") == fresh


def test_who_is_not_signed_in_has_no_session(db: None, client: Client) -> None:
    for page in ("/", "/connexion/", "/sante/vivant"):
        client.get(page)
    assert not Session.objects.exists()


def test_locking_ends_it_at_once(desk: Client) -> None:
    after(10 * MINUTE)
    desk.post("/deconnexion/")
    assert not Session.objects.exists()
    assert desk.get("/accueil/").status_code == 302
