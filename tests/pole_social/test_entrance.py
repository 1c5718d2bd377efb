"""The door before Django, asked as a web server asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, transaction
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string

from pole_social.entrance import Application, guarded

pytestmark = pytest.mark.django_db

SignIn = Callable[[Any], Client]
REFUSED = [
    "text/plain; charset=hex",
    "text/plain; charset=rot13",
    'text/plain; charset="base64"',
    "text/plain; charset=utf-16",
    "text/plain; charset=utf-8; charset=hex",
    "text/plain; charset=",
    "text/plain; CHARSET*=x''utf-8",
    "text/plain; charset*=utf-8''hex",
    "text/plain; charset=unicode_escape",
]
TAKEN = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded; charset=UTF-8",
    'text/plain; charset="utf-8"',
    "text/plain; charset*=utf-8''utf-8",
    "multipart/form-data; boundary=x",
    ";;=;",
]


def ask(application: Application, path: str = "/connexion/", **environ: str) -> tuple[int, str]:
    """The status and the page that the server would send."""
    statuses: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], *args: Any) -> None:
        statuses.append(status)

    given = RequestFactory().get(path, {"a": "1"}).environ | {"HTTP_HOST": "localhost"} | environ
    body = b"".join(application(given, start_response)).decode()
    return int(statuses[0].split()[0]), body


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request begins by closing old connections, which would lose the test's transaction (as in Django's client)."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@pytest.fixture
def application() -> Application:
    return guarded(WSGIHandler())


@pytest.mark.parametrize("content_type", REFUSED)
def test_another_encoding_is_a_bad_request(application: Application, content_type: str) -> None:
    status, page = ask(application, CONTENT_TYPE=content_type)
    assert status == 400
    assert "<h1" in page


@pytest.mark.parametrize("content_type", TAKEN)
def test_the_control_utf_8_is_taken(application: Application, content_type: str) -> None:
    assert ask(application, CONTENT_TYPE=content_type)[0] == 200


@pytest.mark.parametrize("content_type", ["text/plain; charset=hex", "text/plain; charset*=x''utf-8"])
def test_the_control_django_alone_breaks(content_type: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        ask(WSGIHandler(), CONTENT_TYPE=content_type)


DAMAGED = [
    r'session="\000aaaaaaaaaaaa"',
    r' session ="\000a"; session="\000b"',
    r'a=1; session="\000a"',
    '\xc2\xa0session="\\000a"',
    "session=é",
    "session=",
    "session=" + "a" * 20 + "\x00",
]


@pytest.mark.parametrize("cookie", DAMAGED)
def test_a_damaged_session_is_no_session(application: Application, cookie: str) -> None:
    assert ask(application, "/mon-compte/", HTTP_COOKIE=cookie)[0] == 302
    assert ask(application, HTTP_COOKIE=cookie)[0] == 200


def test_the_control_django_alone_answers_500() -> None:
    with transaction.atomic():
        assert ask(WSGIHandler(), "/mon-compte/", HTTP_COOKIE=DAMAGED[0])[0] == 500


@pytest.mark.parametrize("other", ["", r'session="\000a"; ', "csrftoken=é; messages=x; sans-valeur; "])
def test_the_control_a_real_session_enters_whatever_stands_beside(
    application: Application, cast: SimpleNamespace, sign_in: SignIn, other: str
) -> None:
    key = sign_in(cast.gos).cookies["session"].value
    status, page = ask(application, "/mon-compte/", HTTP_COOKIE=f"{other}session={key}")
    assert status == 200
    assert cast.gos.nom in page


def test_the_other_cookies_stay() -> None:
    seen: list[str] = []

    def inside(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ["HTTP_COOKIE"])
        start_response("200 OK", [])
        return []

    ask(guarded(inside), HTTP_COOKIE=r'csrftoken=abc; session="\000a"; theme=sombre')
    assert seen == ["csrftoken=abc; theme=sombre"]


def test_it_stands_in_front_of_the_web_server_s_application() -> None:
    application = import_string(settings.WSGI_APPLICATION)
    assert ask(application, CONTENT_TYPE="text/plain; charset=hex")[0] == 400
    assert ask(application)[0] == 200
