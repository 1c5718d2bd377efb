"""A session lasts while its agent works, and ends by itself when nobody is there.

What the agent does prolongs it; what a page asks by itself, every few seconds, does not: an abandoned desk locks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pole_social.access import signed_in
from pole_social.http import GetResponse

# Seconds. One write in five minutes, rather than one for every page.
RENEWED_EVERY = 5 * 60
# However busy, one signs in again each working day: a session that was taken away does not live on.
LONGEST = 12 * 3600
SINCE, LAST_SEEN = "depuis", "vu"


class PresenceMiddleware:
    """Prolongs the session of whoever asked for this page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func: Callable[..., Any], args: Any, kwargs: Any) -> None:
        # The probes and the public screen know nobody: asking who it is would ask the database.
        if getattr(view_func, "login_required", True) and not is_by_itself(request):
            _prolong(request)


def is_by_itself(request: HttpRequest) -> bool:
    """Whether the page asked, and not its reader: a list that refreshes. Searching as one types is a POST."""
    return request.method in ("GET", "HEAD") and "HX-Request" in request.headers


def _prolong(request: HttpRequest) -> None:
    """Set the end anew, as a date: whatever else is written in the session later does not move it."""
    session, now = request.session, timezone.now().timestamp()
    signed_in_at = signed_in(request).last_login
    seen = session.get(LAST_SEEN) or (signed_in_at.timestamp() if signed_in_at else now)
    since = session.get(SINCE, seen)
    if now - seen >= min(RENEWED_EVERY, settings.SESSION_COOKIE_AGE / 10) and now - since < LONGEST:
        session[SINCE], session[LAST_SEEN] = since, now
        end = min(now + settings.SESSION_COOKIE_AGE, since + LONGEST)
        session.set_expiry(datetime.fromtimestamp(end, tz=UTC))
