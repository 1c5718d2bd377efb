"""Logs say where and what kind; never what somebody typed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accueil.models import Usager
from parcours.demonstration.builders import make_passage
from pole_social.logs import DiscreetFormatter


def formatted(record: logging.LogRecord) -> str:
    return DiscreetFormatter().format(record)


def make_record(name: str = "django.request", **extra: Any) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, "Not Found: %s", ("/traore/?q=Aminata",), None)
    record.__dict__.update(extra)
    return record


def test_a_message_is_kept_without_what_fills_it() -> None:
    said = formatted(make_record())
    assert "Not Found" in said
    assert "Aminata" not in said
    assert "traore" not in said


def test_an_exception_is_its_kind_and_its_lines() -> None:
    try:
        raise ValueError("Aminata Traoré, 12/03/1981")
    except ValueError:
        record = make_record()
        record.exc_info = sys.exc_info()
    said = formatted(record)
    assert "ValueError" in said
    assert "test_logs.py" in said
    assert "Aminata" not in said


def test_a_database_error_does_not_print_its_row(cast: SimpleNamespace, aminata: Usager) -> None:
    record = make_record()
    try:
        with transaction.atomic():
            Usager.objects.filter(pk=aminata.pk).update(naissance_annee=1800)
    except IntegrityError as error:
        # The control: PostgreSQL itself says the whole row.
        assert "Aminata" in str(error)
        record.exc_info = sys.exc_info()
    said = formatted(record)
    assert "IntegrityError" in said
    assert "Aminata" not in said


@pytest.mark.urls("tests.pole_social.urls_spine")
def test_a_page_that_fails_logs_its_route_not_its_content(
    cast: SimpleNamespace,
    aminata: Usager,
    sign_in: Callable[[Any], Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_passage(aminata, by=cast.gos)
    client = sign_in(cast.gos)
    client.raise_request_exception = False
    assert client.get(f"/essai/{aminata.pk}/panne/?q=Aminata").status_code == 500
    said = "\n".join(formatted(record) for record in caplog.records if record.name == "django.request")
    assert "500 GET essai/<uuid:pk>/panne/" in said
    assert "ValueError" in said
    assert "Aminata" not in said


def test_our_own_messages_are_whole() -> None:
    record = logging.LogRecord("pole_social.wsgi", logging.WARNING, __file__, 1, "partition %s", ("2026_11",), None)
    assert "partition 2026_11" in formatted(record)
