"""What an agent is typing: kept as they go, read by them alone, sent again or forgotten."""

from __future__ import annotations

from copy import copy
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve

from pole_social.access import consulted, signed_in
from pole_social.brouillons import aimed_at, contents_of, is_worth_keeping, keep
from pole_social.http import DRAFT
from pole_social.models import Brouillon
from pole_social.saisies import is_openable, is_sendable, stage, words
from pole_social.templatetags.temps import heure

TOO_LONG = "Ce texte est trop long pour être gardé en brouillon : enregistrez-le."


def enregistrement(request: HttpRequest) -> HttpResponse:
    """Keep a form while its agent types. It reads nobody, and says no more of a page than that it takes no draft.

    The hour is the server's: a workstation's clock may be wrong.
    """
    agent, contents = signed_in(request), contents_of(request)
    page = aimed_at(request, agent)
    if page is None:
        return JsonResponse({}, status=404)
    if not is_worth_keeping(contents):
        return HttpResponse(status=204)
    kept = keep(agent, page, contents)
    if kept is None:
        return JsonResponse({"dit": TOO_LONG}, status=413)
    return JsonResponse({DRAFT: str(kept.pk), "dit": f"Brouillon enregistré à {heure(kept.at)}."})


def brouillon(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What I had typed and not sent, to send again or to drop; nobody else's exists."""
    kept = get_object_or_404(Brouillon.objects.of(signed_in(request)), pk=pk)
    is_open = _still_opens(request, kept)
    context = {
        "brouillon": kept,
        "etage": stage(kept),
        "is_open": is_open,
        "saisies": words(kept) if is_open else [],
        "champs": [(name, value) for name, values in kept.contenu.items() for value in values] if is_open else [],
        "is_sendable": is_open and is_sendable(kept),
        "marque": DRAFT,
    }
    return render(request, "pole_social/brouillon.html", context)


def _still_opens(request: HttpRequest, kept: Brouillon) -> bool:
    """Whether the agent may still read what the form stood on; a form that creates holds only what they typed.

    The whole of an edit form is kept, what a colleague wrote before included; so is the form that starts from what
    is read of the person. So its page is asked, as if it were
    opened: it finds the object in the agent's scope or not, and leaves its own row in the journal.
    """
    if not is_openable(kept):
        return True
    match = resolve(kept.chemin)
    if kept.cle and not getattr(match.func, "is_prefilled", False):
        return True
    opened = copy(request)
    opened.method, opened.path, opened.path_info, opened.resolver_match = "GET", kept.chemin, kept.chemin, match
    opened.GET = opened.POST = QueryDict()  # type: ignore[assignment,misc]
    answer = consulted(opened, match)
    return answer is not None and answer.status_code in (200, 302)


def abandon(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Drop it, and go back to the form where it was given back; a second click finds it gone already."""
    found = Brouillon.objects.of(signed_in(request)).filter(pk=pk).first()
    if found:
        found.delete()
    messages.success(request, "Ce que vous aviez commencé est abandonné.")
    # An address that we kept ourselves; whether it still opens is asked there.
    goes_back = found and "retour" in request.POST and is_openable(found)
    return redirect(found.chemin if found and goes_back else "mon_compte")
