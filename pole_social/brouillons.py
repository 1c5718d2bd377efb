"""What is typed and not sent is kept as its agent's `Brouillon`, and given back to them alone.

A form sent after the session has expired is kept; a form marked `data-brouillon` is kept while one types. Nothing is
kept without proof of who typed: the expired session must still stand in its table, be signed by us, and name an
active agent whose password has not changed. Locking deletes the session, so it keeps nothing.
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
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from pole_social.access import admits, signed_in
from pole_social.http import DRAFT, PAGE, TECHNICAL_FIELDS, GetResponse, SignInMiddleware, is_a_text
from pole_social.models import Acces, Agent, Brouillon
from pole_social.models.brouillon import KEPT_FOR
from pole_social.texts import normalise

# A page left open over a long week-end; an older session proves nothing any more.
EXPIRED_SINCE = timedelta(days=4)
MAX_CHARACTERS = 100_000
MAX_PER_AGENT = 50
MAX_PATH = 200
# What the sign-in page is told, beside the mark of a draft.
TOO_LONG = "trop-long"
# Where one types while a form is kept: the name of the route.
AS_ONE_TYPES = "brouillon_enregistrement"
# The floors whose forms are about the work: not the account, not Django's administration.
STAGES = {"accueil", "evaluation", "parcours"}

_KEY = re.compile("[a-z0-9]{8,40}")
_SECRET = re.compile("pass|mdp", re.IGNORECASE)
_ONLY_SEARCHED = {"q"}
_OURS = {"csrfmiddlewaretoken", DRAFT, PAGE}

Contents = dict[str, list[str]]


class KeepingSignInMiddleware(SignInMiddleware):
    """Before showing the sign-in page to somebody whose session has expired, keep what they were sending.

    It stands after the CSRF check: what another site sent is refused before, and never kept.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        answer = super().handle_no_permission(request, view_func)
        said = keep_expired(request) if _takes_forms(request, view_func) else None
        # The answer leads to the sign-in page, with or without a page to go back to.
        sign_in = answer.url.partition("?")[0]
        return HttpResponseRedirect(f"{sign_in}?{DRAFT}={said}") if said else answer


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


def keep_expired(request: HttpRequest) -> str | None:
    """Keep what was sent; what to tell the sign-in page, or None when there is nothing to keep."""
    contents = contents_of(request)
    agent = former_agent(request) if is_worth_keeping(contents) else None
    page = aimed_at(request, agent) if agent else None
    if agent is None or page is None:
        return None
    kept = keep(agent, page, contents)
    return str(kept.pk) if kept else TOO_LONG


def keep(agent: Agent, page: str, contents: Contents) -> Brouillon | None:
    """The one draft of this form, as it now stands; None when it is too long."""
    if sum(len(name) + sum(map(len, values)) for name, values in contents.items()) > MAX_CHARACTERS:
        return None
    written = {"contenu": contents, "at": timezone.now()}
    kept, is_new = Brouillon.objects.update_or_create(agent=agent, chemin=page, cle=_key(contents), defaults=written)
    if is_new:
        _make_room(agent)
    return kept


def resumed(request: HttpRequest, **typed: str) -> Brouillon | None:
    """The latest draft of the reader for the page they open: a form takes it and shows it as it was typed.

    `typed` says what else its form held, where one page has several forms. Ask for it once the page's own object has
    been found: out of scope, there is no page to show it on.
    """
    if request.method == "POST":
        return None
    held = {f"contenu__{name}": [value] for name, value in typed.items()}
    return Brouillon.objects.of(signed_in(request)).filter(chemin=request.path, **held).first()


def aimed_at(request: HttpRequest, agent: Agent) -> str | None:
    """The page that the form goes to; None where no draft is kept.

    A form kept as one types names its page, which must be a form of a stage that this agent's role admits. About
    whom is asked there, when it is sent: a draft gives nothing but what its author typed.
    """
    match = request.resolver_match
    if not (match and match.view_name == AS_ONE_TYPES):
        return request.path[:MAX_PATH]
    page = request.POST.get(PAGE, "")
    view = _view_of(page)
    return page if view and _is_a_form(view) and admits(view.roles, agent) else None


def _view_of(page: str) -> Any:
    """What answers at this path, when it is a page of a stage."""
    try:
        view = resolve(page).func if len(page) <= MAX_PATH else None
    except Resolver404:
        return None
    return view if view and view.__module__.partition(".")[0] in STAGES else None


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
    return request.method == "POST" and _is_a_form(view_func)


def _is_a_form(view_func: Any) -> bool:
    takes_forms = "POST" in getattr(view_func, "methods", ())
    return takes_forms and getattr(view_func, "action", "") != Acces.Action.RECHERCHE


def contents_of(request: HttpRequest) -> Contents:
    return {
        normalise(name): [normalise(value) for value in values]
        for name, values in request.POST.lists()
        if isinstance(name, str) and name not in _OURS and not _SECRET.search(name)
    }


def is_worth_keeping(contents: Contents) -> bool:
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
    """What has been sent is a draft no more: known by its mark wherever it went, or as the form of its page.

    A form kept as one types always carries the mark, empty until its first draft is answered: it says its page too,
    for the act that goes elsewhere (a signature) while that answer is on its way.
    """
    mark, key = request.POST.get(DRAFT), _key(dict(request.POST.lists()))
    if (mark is None and key is None) or not isinstance(request.user, Agent):
        return
    said = request.POST.get(PAGE, "").replace("\x00", "")
    sent = Q(chemin__in=[request.path, said[:MAX_PATH]], cle=key)
    marked = as_uuid(mark or "")
    Brouillon.objects.filter(sent | Q(pk=marked) if marked else sent, agent=request.user).delete()


def _key(contents: Contents) -> UUID | None:
    """The key of a creating form, under whatever prefix: two forms of one page bear each their own."""
    keys = (values[0] for name, values in contents.items() if values and name.rpartition("-")[2] == "cle")
    return next(map(as_uuid, keys), None)


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
