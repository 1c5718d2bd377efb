"""Settings come from the environment; a missing or bad value stops the start with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from pole_social import durability, environment

ROOT = Path(__file__).parents[2]
GOOD_KEY = "k3y-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2
PRODUCTION = {
    "POLE_SOCIAL_MODE": "production",
    "SECRET_KEY": GOOD_KEY,
    "ALLOWED_HOSTS": "pole.example.org",
    "DATABASE_URL": "postgresql://pole@127.0.0.1:1/pole",
}


def start(code: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the production environment, changed; an empty value removes the variable."""
    wanted = PRODUCTION | {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "pole_social.settings"} | changes
    given = {name: value for name, value in wanted.items() if value}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False
    )


LOAD = "from django.conf import settings; settings.DEBUG"


class TestProduction:
    def test_good_values_start(self) -> None:
        done = start(LOAD)
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SECRET_KEY", ""),
            ("SECRET_KEY", "courte"),
            ("SECRET_KEY", "a" * 60),
            ("SECRET_KEY", "django-insecure-" + GOOD_KEY),
            ("ALLOWED_HOSTS", ""),
            ("ALLOWED_HOSTS", "*"),
            ("ALLOWED_HOSTS", "https://pole.example.org"),
            ("DATABASE_URL", ""),
            ("DATABASE_URL", "sqlite:///base"),
            ("POLE_SOCIAL_MODE", "prod"),
            ("DEBUG", "1"),
            ("DEBUG", "oui"),
            ("SESSION_SECONDS", "longtemps"),
            ("SESSION_SECONDS", "3"),
            ("STATEMENT_TIMEOUT_MS", "-1"),
            ("BEHIND_PROXY", "yes"),
        ],
    )
    def test_a_bad_value_is_refused_by_name(self, name: str, value: str) -> None:
        done = start(LOAD, **{name: value})
        assert done.returncode != 0
        last = done.stderr.strip().splitlines()[-1]
        assert "ImproperlyConfigured" in last
        assert name in last

    def test_a_secret_is_not_printed(self) -> None:
        done = start(LOAD, SECRET_KEY="courte-et-secrete")
        assert "courte-et-secrete" not in done.stderr.splitlines()[-1]

    def test_check_deploy_is_clean(self) -> None:
        code = "from django.core.management import execute_from_command_line as run; run(['manage.py', 'check', "
        done = start(code + "'--deploy', '--fail-level', 'INFO'])")
        assert done.returncode == 0, done.stderr

    def test_cookies_and_policy_are_strict(self) -> None:
        done = start(
            "from django.conf import settings as s;"
            "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
            " s.CONTENT_SECURITY_POLICY['DIRECTIVES']['default-src'], 'runserver' in str(s.ALLOWED_HOSTS))"
        )
        assert done.stdout.strip() == "True True True [\"'none'\"] False"

    def test_no_demonstration_page(self) -> None:
        done = start(
            "import django; django.setup();"
            "from django.urls import resolve, Resolver404\n"
            "try: resolve('/composants/')\n"
            "except Resolver404: print('absente')"
        )
        assert done.stdout.strip() == "absente", done.stderr

    @pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
    def test_a_database_that_may_lose_data_is_refused(self, setting: str, settings: Any, db: None) -> None:
        settings.MODE = "production"
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('synchronous_commit', 'off', true)")
        found = durability.unsafe_settings()
        if os.environ.get("DATABASE_URL"):
            assert "synchronous_commit" in found
        else:
            # The embedded cluster of the tests has the three off: exactly what production refuses.
            assert setting in found
        with pytest.raises(ImproperlyConfigured, match="synchronous_commit"):
            durability.require_durable_database()

    def test_elsewhere_it_is_not_asked(self, settings: Any, db: None) -> None:
        settings.MODE = "test"
        durability.require_durable_database()


class TestEnvironment:
    def test_local_is_the_default_mode(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("POLE_SOCIAL_MODE", raising=False)
        assert environment.mode() == "local"

    @pytest.mark.parametrize(("value", "expected"), [("", False), ("0", False), ("1", True)])
    def test_a_boolean_is_0_or_1(self, monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
        monkeypatch.setenv("ESSAI", value)
        assert environment.boolean("ESSAI") is expected

    @pytest.mark.parametrize("value", ["vrai", "2", "True", " 1"])
    def test_anything_else_is_refused(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("ESSAI", value)
        with pytest.raises(ImproperlyConfigured, match="ESSAI"):
            environment.boolean("ESSAI")

    @pytest.mark.parametrize("value", ["1e3", "²", "10.5", "-4"])
    def test_an_integer_is_whole(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("ESSAI", value)
        with pytest.raises(ImproperlyConfigured, match="ESSAI"):
            environment.integer("ESSAI", 1)

    def test_hosts_are_split_and_trimmed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ALLOWED_HOSTS", " a.example.org, b.example.org ,")
        assert environment.allowed_hosts() == ["a.example.org", "b.example.org"]
