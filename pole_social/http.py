"""What every answer has in common, and the answer to two people acting at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render

from pole_social.models import MoveRefused, StaleVersion

# Names of hidden fields: they say nothing to the person who typed. `brouillon` is the mark of the draft it was.
DRAFT = "brouillon"
# Where one types while a form is kept: the page that the form goes to.
PAGE = "brouillon_page"
TECHNICAL_FIELDS = {"csrfmiddlewaretoken", "cle", "version", DRAFT, PAGE}

GetResponse = Callable[[HttpRequest], HttpResponse]


def is_technical(name: str) -> bool:
    """Whether a field says nothing to a person, under whatever prefix of its form."""
    return name.rpartition("-")[2] in TECHNICAL_FIELDS


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


class SignInMiddleware(LoginRequiredMiddleware):
    """After signing in one goes back to a page, never to an act, which a GET cannot do again."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        # Before asking who it is, which asks the database: the probes answer without it.
        if not getattr(view_func, "login_required", True):
            return None
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None and request.headers.get("HX-Request"):
            # A part of a page asked by itself: the whole page goes to sign in, not that part of it.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return answer

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        methods = getattr(view_func, "methods", ("GET",))
        if request.method not in ("GET", "HEAD") or "GET" not in methods:
            return redirect(self.get_login_url(view_func))
        return super().handle_no_permission(request, view_func)


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
            if not is_technical(name)
            for value in values
            if is_a_text(value)
        ]
        return render(request, "409.html", {"saisies": typed}, status=409)


def is_a_text(value: str) -> bool:
    """Whether a posted value is what somebody wrote, rather than a key, a number or a code."""
    if len(value) < 3 or re.fullmatch(r"[a-z_]+|[\d\s.,]+", value):
        return False
    try:
        UUID(value)
    except ValueError:
        return True
    return False
