"""Probes: alive without the database, ready with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext


def test_alive_asks_nothing_of_the_database(client: Client) -> None:
    """Without the `db` fixture a query would fail the test."""
    response = client.get("/sante/vivant")
    assert (response.status_code, response.content) == (200, b"vivant\n")


def test_ready_asks_one_thing(client: Client, db: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/sante/pret").status_code == 200
    assert len(captured) == 1


def test_not_ready_without_it(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "cursor", away)
        assert client.get("/sante/pret").status_code == 503


@pytest.mark.parametrize("path", ["/sante/vivant", "/sante/pret"])
def test_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
