"""The door before Django: refuses what would break a request while it is being read, before any middleware."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import get_str_from_wsgi
from django.http import parse_cookie
from django.template.loader import render_to_string
from django.utils.http import parse_header_parameters

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# What Django draws its session keys from.
SESSION_KEY = re.compile("[a-z0-9]+")


def guarded(application: Application) -> Application:
    """Answer 400 to a body declared in another encoding than UTF-8; let no damaged session key in."""

    def entrance(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_utf8(environ.get("CONTENT_TYPE", "")):
            start_response("400 Bad Request", [("Content-Type", "text/html; charset=utf-8")])
            return [render_to_string("400.html").encode()]
        _drop_damaged_sessions(environ)
        return application(environ, start_response)

    return entrance


def _is_utf8(content_type: str) -> bool:
    """Some of Python's codecs are no text encodings (`hex`), and no page here sends anything but UTF-8."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
    except (ValueError, LookupError):
        return False
    return charset.lower() == "utf-8"


def _drop_damaged_sessions(environ: Environ) -> None:
    """PostgreSQL refuses a key that holds NUL, which a quoted cookie can (`"\\000a"`)."""
    chunks = get_str_from_wsgi(environ, "HTTP_COOKIE", "").split(";")
    kept = [chunk for chunk in chunks if not _is_damaged_session(chunk)]
    if kept != chunks:
        environ["HTTP_COOKIE"] = ";".join(kept).encode().decode("latin-1")


def _is_damaged_session(chunk: str) -> bool:
    key = parse_cookie(chunk).get(settings.SESSION_COOKIE_NAME)
    return key is not None and not SESSION_KEY.fullmatch(key)
