"""An expired session is a lock: what was sent after it is kept as its agent's `Brouillon`, and given back.

Nothing is kept without proof of who typed: the expired session must still stand in its table, be signed by us, and
name an active agent whose password has not changed. Locking deletes the session, so it keeps nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from pole_social.http import TECHNICAL_FIELDS, GetResponse, SignInMiddleware, is_a_text
from pole_social.models import Acces, Agent, Brouillon
from pole_social.models.brouillon import KEPT_FOR
from pole_social.texts import normalise

# A page left open over a long week-end; an older session proves nothing any more.
EXPIRED_SINCE = timedelta(days=4)
MAX_CHARACTERS = 100_000
MAX_PER_AGENT = 50
# The parameter of the sign-in page, and the hidden field of a draft sent again.
NAME = "brouillon"
TOO_LONG = "trop-long"

_KEY = re.compile("[a-z0-9]{8,40}")
_SECRET = re.compile("pass|mdp", re.IGNORECASE)
_ONLY_SEARCHED = {"q"}

Contents = dict[str, list[str]]


class KeepingSignInMiddleware(SignInMiddleware):
    """Before showing the sign-in page to somebody whose session has expired, keep what they were sending.

    It stands after the CSRF check: what another site sent is refused before, and never kept.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        answer = super().handle_no_permission(request, view_func)
        said = keep(request) if _takes_forms(request, view_func) else None
        # The answer leads to the sign-in page, with or without a page to go back to.
        sign_in = answer.url.partition("?")[0]
        return HttpResponseRedirect(f"{sign_in}?{NAME}={said}") if said else answer


class BrouillonMiddleware:
    """Around the sessions: leaves the dead key in the browser, and forgets a draft once it has been sent."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        _leave_dead_key(request, response)
        if request.method == "POST" and response.status_code == 302:
            _forget(request)
        return response


def keep(request: HttpRequest) -> str | None:
    """Keep what was sent; what to tell the sign-in page, or None when there is nothing to keep."""
    contents = _contents(request)
    if not _is_worth_keeping(contents):
        return None
    agent = former_agent(request)
    if agent is None:
        return None
    if sum(len(name) + sum(map(len, values)) for name, values in contents.items()) > MAX_CHARACTERS:
        return TOO_LONG
    written = {"contenu": contents, "at": timezone.now()}
    kept, _ = Brouillon.objects.update_or_create(agent=agent, chemin=request.path[:200], defaults=written)
    _make_room(agent)
    return str(kept.pk)


def former_agent(request: HttpRequest) -> Agent | None:
    """Whose expired session this browser holds, proved as a live one would be; None without proof."""
    key, now = request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""), timezone.now()
    if not _KEY.fullmatch(key):
        return None
    ended = Session.objects.filter(session_key=key, expire_date__gt=now - EXPIRED_SINCE, expire_date__lte=now).first()
    held = ended.get_decoded() if ended else {}
    if not held.get(SESSION_KEY):
        return None
    agent = Agent.objects.filter(pk=held[SESSION_KEY], is_active=True).first()
    if agent is None or not constant_time_compare(held.get(HASH_SESSION_KEY, ""), agent.get_session_auth_hash()):
        return None
    return agent


def _takes_forms(request: HttpRequest, view_func: Callable[..., Any]) -> bool:
    """Our own pages only (Django's administration sends passwords), and never a search."""
    is_ours = request.method == "POST" and "POST" in getattr(view_func, "methods", ())
    return is_ours and getattr(view_func, "action", "") != Acces.Action.RECHERCHE


def _contents(request: HttpRequest) -> Contents:
    return {
        normalise(name): [normalise(value) for value in values]
        for name, values in request.POST.lists()
        if isinstance(name, str) and name not in ("csrfmiddlewaretoken", NAME) and not _SECRET.search(name)
    }


def _is_worth_keeping(contents: Contents) -> bool:
    """A form (it carries its key or its version) or a text; not the bare click of « Appeler », hours later."""
    texts = [name for name, values in contents.items() if any(map(is_a_text, values))]
    return bool({"cle", "version"} & contents.keys()) or bool(set(texts) - TECHNICAL_FIELDS - _ONLY_SEARCHED)


def _make_room(agent: Agent) -> None:
    """Forget what is past its time, and the oldest beyond what one agent can look at."""
    mine = Brouillon.objects.filter(agent=agent)
    mine.filter(at__lte=timezone.now() - KEPT_FOR).delete()
    mine.filter(pk__in=list(mine.order_by("-at").values_list("pk", flat=True)[MAX_PER_AGENT:])).delete()


def _leave_dead_key(request: HttpRequest, response: HttpResponse) -> None:
    """Django takes an expired key away at the first request: another tab could then no longer prove whose it was.

    The key opens nothing any more; locking still takes it away.
    """
    name, match = settings.SESSION_COOKIE_NAME, request.resolver_match
    cookie = response.cookies.get(name)
    if cookie is not None and not cookie.value and not (match and match.view_name == "deconnexion"):
        del response.cookies[name]


def _forget(request: HttpRequest) -> None:
    """What has been sent is a draft no more: known by its own mark, or by the key of the form."""
    mark, cle = request.POST.get(NAME, ""), request.POST.get("cle", "")
    if not (mark or cle) or not isinstance(request.user, Agent):
        return
    here = Brouillon.objects.filter(agent=request.user, chemin=request.path)
    if cle:
        here.filter(contenu__cle=[normalise(cle)]).delete()
    else:
        here.filter(pk__in=filter(None, [as_uuid(mark)])).delete()


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
