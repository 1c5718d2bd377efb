"""The key of a page of the timeline, as somebody may write it in the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from parcours.chronologie import read
from parcours.models import Parcours
from tests.together import together

REFERENT = "assistant-social-2"
NIL = UUID(int=0)


def ask(browse: Callable[[str], Client], suivi: Parcours, instant: str, jour: str = "2020-01-01") -> int:
    """How many entries the page that begins just before this key holds."""
    address = f"/parcours/{suivi.pk}/"
    response = browse(REFERENT).get(address, {"avant": f"{jour}~{instant}~{NIL}"})
    assert response.status_code == 200
    return len(response.context["chronologie"].entrees)


@together("offset", ["+20:00", "-20:00", "+01:00:00.5", "+23:59:59.999999", "-23:59:59.999999", "+00:00:01", "Z"])
def test_an_offset_that_postgresql_does_not_read_is_the_same_instant(
    browse: Callable[[str], Client], suivi: Parcours, offset: str
) -> None:
    assert ask(browse, suivi, f"2020-01-01T12:00:00{offset}") == 0, "before 2020 there is nothing"
    assert ask(browse, suivi, "pas-un-instant") > 0, "the control: a damaged key gives the newest page"


@pytest.mark.parametrize(
    "instant",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+00:00",
        "2020-01-01T12:00:00",
        "2020-01-01T12:00:00+24:00",
        "2020-01-01T12:00:00+1\x000:00",
    ],
)
def test_an_instant_that_cannot_be_is_the_newest_page(
    browse: Callable[[str], Client], suivi: Parcours, instant: str
) -> None:
    assert ask(browse, suivi, instant) > 0


def test_the_same_instant_under_two_offsets_is_one_key() -> None:
    now = timezone.now()
    paris = now.astimezone(timezone.get_fixed_timezone(timedelta(hours=20)))
    keys = [read(f"{now:%Y-%m-%d}~{moment.isoformat()}~{NIL}") for moment in (now, paris)]
    assert keys[0] == keys[1] == (now.date(), now, NIL)
    assert keys[1][1].utcoffset() == timedelta(0)  # type: ignore[index]
