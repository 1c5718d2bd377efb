"""Whose database the demonstration may take: asked before anything is written in it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection

from pole_social.management.commands import demo
from pole_social.models import Agent
from tests.conftest import PASSWORD


class Touched(Exception):
    """The database is about to be written."""


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database given by DATABASE_URL; the first command that would write in it stops the test."""

    def touch(*args: Any, **kwargs: Any) -> None:
        raise Touched

    monkeypatch.setattr(demo, "call_command", touch)
    monkeypatch.setenv("DATABASE_URL", "postgresql://ailleurs/base")
    monkeypatch.setenv("POLE_SOCIAL_CLUSTER_DIR", str(tmp_path))
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)


@pytest.mark.parametrize("given", ["", "un-autre-mot-de-passe"])
def test_agents_who_never_had_its_password_are_left_alone(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", given)
    before = list(Agent.objects.order_by("pk").values_list("pk", "password"))
    with pytest.raises(CommandError, match="a déjà des agents"):
        demo._prepare_database()
    assert list(Agent.objects.order_by("pk").values_list("pk", "password")) == before
    assert list(tmp_path.iterdir()) == []


def test_the_control_agents_who_have_it_now(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    with pytest.raises(Touched):
        demo._prepare_database()


def test_the_control_agents_who_had_it_at_the_last_run(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "un-autre-mot-de-passe")
    (tmp_path / "demo-password").write_text(f"{PASSWORD}\n")
    with pytest.raises(Touched):
        demo._prepare_database()


def test_the_control_an_empty_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pole_social_agent RENAME TO ailleurs")
    with pytest.raises(Touched):
        demo._prepare_database()


def test_the_control_the_embedded_database_is_always_the_demonstration_s(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(Touched):
        demo._prepare_database()
