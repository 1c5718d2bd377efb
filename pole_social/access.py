"""Who may open which page: the URLconfs are the access table.

Order of answers (domain, "Who may see what"): not signed in → sign-in page (LoginRequiredMiddleware);
wrong method → 405; wrong role → 403 before any object is looked for; out of scope → 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.urls import ResolverMatch, URLPattern, path

from pole_social import journal
from pole_social.models import Acces, Agent, Metier, MoveRefused

Role = Metier.Famille
Roles = frozenset[str]

DESK: Roles = frozenset({Role.ACCUEIL, Role.ENCADREMENT})
CARE: Roles = frozenset({Role.SOCIAL, Role.SANTE, Role.SANTE_SEXUELLE, Role.PSYCHOLOGIE})
SEARCHERS: Roles = DESK | CARE
EVALUATORS: Roles = frozenset({Role.SOCIAL, Role.ENCADREMENT})
TEAM: Roles = CARE | {Role.ENCADREMENT}
MANAGERS: Roles = frozenset({Role.ENCADREMENT})
EVERYONE: Roles = frozenset(Role)

View = Callable[..., HttpResponse]
GET = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")
ACT = ("POST",)


def page(
    route: str,
    view: View,
    *,
    roles: Iterable[str],
    name: str,
    methods: tuple[str, ...] = GET,
    action: str = Acces.Action.LECTURE,
    is_prefilled: bool = False,
) -> URLPattern:
    """Declare a page once, with the roles that may open it and what its journal rows call it.

    EVERYONE admits also an agent whose affectations have all ended: they still have an account. `is_prefilled`: its
    creating form starts from what is read of the person, so that its draft holds more than its author's words.
    """
    admitted = frozenset(roles)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods, content=render_to_string("405.html"))
        if not admits(admitted, signed_in(request)):
            raise PermissionDenied
        with journal.consulting() as consultation:
            response = view(request, *args, **kwargs)
            journal.record(request, consultation, response, _named(request, action))
        return response

    guarded.roles = admitted  # type: ignore[attr-defined]
    guarded.methods = methods  # type: ignore[attr-defined]
    guarded.action = action  # type: ignore[attr-defined]
    guarded.is_prefilled = is_prefilled  # type: ignore[attr-defined]
    return path(route, guarded, name=name)


def consulted(request: HttpRequest, match: ResolverMatch) -> HttpResponse | None:
    """What the page of `match` answers to this reader, its journal row written; None when it is closed to them.

    A page that refuses because of a move has found its object in their scope: it answers, with nothing.
    """
    guarded: Any = match.func
    if not admits(guarded.roles, signed_in(request)):
        return None
    with journal.consulting() as consultation:
        try:
            response: HttpResponse = guarded.__wrapped__(request, *match.args, **match.kwargs)
        except (Http404, PermissionDenied):
            return None
        except MoveRefused:
            response = HttpResponse()
        journal.record(request, consultation, response, guarded.action)
    return response


def admits(roles: Roles, agent: Agent) -> bool:
    """Whether a page of these roles opens for this agent."""
    return roles == EVERYONE or bool(roles & agent.roles)


def signed_in(request: HttpRequest) -> Agent:
    """The agent of this request; the login is global, nobody else gets to a view."""
    assert isinstance(request.user, Agent)
    return request.user


def _named(request: HttpRequest, action: str) -> str:
    """A form's POST is a writing; a search stays a search."""
    written = request.method == "POST" and action == Acces.Action.LECTURE
    return Acces.Action.ECRITURE if written else action
