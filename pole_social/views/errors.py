"""Error pages. They hold nothing of the request: no name, no path, no token, the same bytes for everybody."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def _answer(status: int) -> HttpResponse:
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when the request was larger than what is accepted."""
    return _answer(413 if isinstance(exception, RequestDataTooBig) else 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from elsewhere or from an expired page."""
    return _answer(403)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Out of scope and does not exist: the same page."""
    return _answer(404)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with what to do at the desk when the database is away, 500 otherwise."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError)):
        response = _answer(503)
        response.headers["Retry-After"] = "30"
        return response
    return _answer(500)
