"""What every answer has in common, and the answer to two people acting at once."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pole_social.models import MoveRefused, StaleVersion

# Names of hidden fields: they say nothing to the person who typed.
TECHNICAL_FIELDS = {"csrfmiddlewaretoken", "cle", "version"}

GetResponse = Callable[[HttpRequest], HttpResponse]


class PrivateResponseMiddleware:
    """No page stays in a browser's or a proxy's cache: workstations are shared."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        )
        return response


class ConflictMiddleware:
    """Answers 409 when a record moved while somebody was acting on it, and gives back what was typed.

    The exception has rolled the view's transaction back: nothing was written.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (MoveRefused, StaleVersion)):
            return None
        typed = [
            value
            for name, values in request.POST.lists()
            if name not in TECHNICAL_FIELDS
            for value in values
            if " " in value
        ]
        return render(request, "409.html", {"saisies": typed}, status=409)
