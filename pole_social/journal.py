"""The access journal's one writer.

A view does not write its journal row and so cannot forget it. While a page runs, every queryset that went
through `visible_to` or `candidates_for` tells this module whose rows it fetched; when the view has
answered, the page's guard (`pole_social.access`) writes one row, in the same transaction. If the row
cannot be written the transaction ends there: no journal, no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from pole_social.models import Acces, Agent, MoveRefused, StaleVersion

MOTIF_ROLE = "role"
MOTIF_SCOPE = "hors_perimetre"
MOTIF_CONFLICT = "conflit"


class UnwatchedResponse(Exception):
    """The answer cannot be journaled: made after the row (streamed, rendered later), or of bare values."""


@dataclass
class Consultation:
    """What one request has read of people so far."""

    ran: bool = False
    usager_ids: set[UUID] = field(default_factory=set)
    rattachement_id: UUID | None = None


_consultation: ContextVar[Consultation | None] = ContextVar("consultation", default=None)


def announce() -> None:
    """A protected queryset has been asked for: this request reads people."""
    consultation = _consultation.get()
    if consultation:
        consultation.ran = True


def saw(usager_id: UUID | None, rattachement_id: UUID | None = None) -> None:
    """A row about this person has been fetched, through this relationship."""
    consultation = _consultation.get()
    if consultation and usager_id:
        consultation.usager_ids.add(usager_id)
        consultation.rattachement_id = consultation.rattachement_id or rattachement_id


def refuse_unnamed() -> None:
    """Bare values have been fetched of people: in a page they cannot be journaled, so they cannot be read."""
    if _consultation.get():
        raise UnwatchedResponse("fetch rows, not values: the journal must know whose they are")


@contextmanager
def consulting() -> Iterator[Consultation]:
    """Watch what is read of people inside the block."""
    consultation = Consultation()
    token = _consultation.set(consultation)
    try:
        yield consultation
    finally:
        _consultation.reset(token)


def because(response: HttpResponse, motif: str) -> HttpResponse:
    """Have this answer's row say why it was given: a word of ours, never what somebody typed."""
    response.journal_motif = motif  # type: ignore[attr-defined]
    return response


def record(request: HttpRequest, consultation: Consultation, response: HttpResponseBase, action: str) -> None:
    """Write the row of a page that has answered, if it read people.

    An empty 204 (an unchanged refresh) shows nothing and writes nothing. Raises UnwatchedResponse for an
    answer whose content is not made yet.
    """
    if response.streaming or not getattr(response, "is_rendered", True):
        raise UnwatchedResponse(request.resolver_match and request.resolver_match.view_name)
    if not consultation.ran or response.status_code == 204:
        return
    _write(
        request,
        action,
        usager_ids=sorted(consultation.usager_ids),
        rattachement_id=consultation.rattachement_id,
        motif=getattr(response, "journal_motif", ""),
    )


def _write(
    request: HttpRequest,
    action: str,
    *,
    usager_ids: list[UUID],
    rattachement_id: UUID | None = None,
    motif: str = "",
) -> None:
    match = request.resolver_match
    assert match is not None and isinstance(request.user, Agent)
    Acces.objects.create(
        agent_id=request.user.pk,
        action=action,
        page=match.view_name,
        objet_id=next((value for value in match.kwargs.values() if isinstance(value, UUID)), None),
        usager_ids=usager_ids,
        rattachement_id=rattachement_id,
        motif=motif,
    )


class JournalMiddleware:
    """Writes refusals, and acts that came too late.

    They are exceptions, so the view's transaction is already rolled back here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if not request.user.is_authenticated:
            return
        if isinstance(exception, PermissionDenied):
            _write(request, Acces.Action.REFUS, usager_ids=[], motif=MOTIF_ROLE)
        elif isinstance(exception, Http404):
            _write(request, Acces.Action.REFUS, usager_ids=[], motif=MOTIF_SCOPE)
        elif isinstance(exception, (MoveRefused, StaleVersion)):
            _write(request, Acces.Action.REFUS, usager_ids=[], motif=MOTIF_CONFLICT)
