"""Error pages: the same design, nothing of the request, and what to do when the database is away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.test.utils import override_settings

ROOT = Path(__file__).parents[2]
SignIn = Callable[[Any], Client]


def fail_with(error: Exception) -> Callable[..., None]:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    return fail


class TestPages:
    @pytest.mark.parametrize("error", [OperationalError("away"), InterfaceError("closed")])
    def test_503_when_the_database_is_away(
        self, cast: SimpleNamespace, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        client = sign_in(cast.gos)
        client.raise_request_exception = False
        monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail_with(error))
        response = client.get("/mon-compte/")
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        page = response.content.decode()
        assert "papier" in page
        assert "115" in page

    def test_500_says_nothing_of_what_happened(
        self, cast: SimpleNamespace, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = sign_in(cast.gos)
        client.raise_request_exception = False
        monkeypatch.setattr("pole_social.views.compte.landing", fail_with(ValueError("Traoré")))
        response = client.get("/mon-compte/")
        assert response.status_code == 500
        assert "Traoré" not in response.content.decode()

    def test_413_for_a_request_too_large(self, client: Client, db: None) -> None:
        response = client.post("/connexion/", {"username": "x" * 1_200_000})
        assert response.status_code == 413

    def test_400_for_too_many_fields(self, client: Client, db: None) -> None:
        response = client.post("/connexion/", {f"champ{i}": "" for i in range(600)})
        assert response.status_code == 400

    def test_400_for_an_unknown_host(self, client: Client) -> None:
        assert client.get("/connexion/", headers={"host": "ailleurs.example.org"}).status_code == 400

    def test_403_without_the_csrf_token(self, cast: SimpleNamespace) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.gos)
        assert client.post("/mon-compte/unite/", {"unite": "1"}).status_code == 403
        # The control: with its token the same request is taken.
        client.get("/mon-compte/")
        token = client.cookies["csrftoken"].value
        response = client.post(
            "/mon-compte/unite/", {"unite": str(cast.gos.unite_ids[0]), "csrfmiddlewaretoken": token}
        )
        assert response.status_code == 302

    @pytest.mark.parametrize("status", ["400", "403", "404", "405", "413", "500", "503"])
    def test_they_name_nobody_and_hold_no_token(self, status: str) -> None:
        page = (ROOT / "templates" / f"{status}.html").read_text(encoding="utf-8")
        for forbidden in ("{{", "csrf_token", "request", "user", "messages", "nonce"):
            assert forbidden not in page

    @pytest.mark.parametrize("path", ["/%00", "/accueil/%00/", "/é", "/../etc", "/accueil/usagers/pas-un-uuid/"])
    def test_strange_paths_are_not_found(self, cast: SimpleNamespace, sign_in: SignIn, path: str) -> None:
        assert sign_in(cast.gos).get(path).status_code in (301, 404)

    @override_settings(DEBUG=False)
    def test_404_without_signing_in(self, client: Client, db: None) -> None:
        assert client.get(f"/nulle-part/{uuid4()}/").status_code == 404


def test_with_no_database_at_all() -> None:
    """A process whose PostgreSQL is away: alive, not ready, 503 to people, nothing raised."""
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(raise_request_exception=False, SERVER_NAME='localhost')\n"
        "client.cookies['session'] = 'x' * 32\n"
        "for path in ('/sante/vivant', '/sante/pret', '/', '/connexion/'):\n"
        "    print(path, client.get(path).status_code)\n"
    )
    given = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "pole_social.settings",
        "POLE_SOCIAL_MODE": "test",
        "DATABASE_URL": "postgresql://personne@127.0.0.1:1/nulle",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines() == ["/sante/vivant 200", "/sante/pret 503", "/ 503", "/connexion/ 503"], done.stderr
