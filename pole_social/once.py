"""One effect per form: a double click, a refresh or two tabs never create twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone

from pole_social.forms import CreateForm
from pole_social.models import Agent, Envoi

CONTENT_KEPT = timedelta(days=1)


def once(request: HttpRequest, form: CreateForm, act: Callable[[], HttpResponseRedirect]) -> HttpResponse:
    """Run `act` (which writes and returns a redirect) at most once per form key.

    The same key and content: the first answer again. The same key with another content: 409, both shown.
    Two sendings at once: the second waits on the key's unique index until the first has committed.
    """
    agent = request.user
    assert isinstance(agent, Agent) and request.resolver_match
    content = form.typed()
    digest = _digest(request.path, form.posted())
    _forget_old_contents(agent)
    envoi, is_new = Envoi.objects.get_or_create(
        agent=agent,
        cle=form.cleaned_data["cle"],
        defaults={"page": request.resolver_match.view_name, "empreinte": digest, "contenu": content},
    )
    if is_new:
        response = act()
        Envoi.objects.filter(pk=envoi.pk).update(answer=response.url)
        return response
    if envoi.empreinte == digest:
        return redirect(envoi.answer)
    return _both(request, form, envoi)


def once_unless_taken(
    request: HttpRequest, form: CreateForm, act: Callable[[], HttpResponseRedirect]
) -> HttpResponse | None:
    """The same, for what only one may take; None, and nothing written, when there is something to correct.

    Of two people at once the database refuses the second: the form says so beside its field (`refused`).
    """
    if not form.is_bound:
        return None
    is_valid = form.is_valid()
    # The second click finds taken what the first one took.
    if "cle" in form.cleaned_data and (answer := repeated(request, form)):
        return answer
    if not is_valid:
        return None
    try:
        with transaction.atomic():
            return once(request, form, act)
    except IntegrityError as error:
        if not form.refused(error):
            raise
    return None


def repeated(request: HttpRequest, form: CreateForm) -> HttpResponseRedirect | None:
    """The first answer, where this agent has sent exactly this here already; None for anything else.

    For the act that ends one's own access to its object: the second click of a double click is out of scope.
    """
    same = {"cle": form.cleaned_data["cle"], "empreinte": _digest(request.path, form.posted())}
    envoi = Envoi.objects.filter(agent=request.user.pk, **same).first()
    return redirect(envoi.answer) if envoi else None


def sent_already(request: HttpRequest) -> HttpResponseRedirect | None:
    """The same, before anything is looked for: where the form itself is built from what one may read no more."""
    form = CreateForm(request.POST)
    return repeated(request, form) if form.is_valid() else None


def _digest(path: str, posted: dict[str, list[str]]) -> str:
    """Of what was sent and where: the same form on another record is another content."""
    canonical = json.dumps([path, posted], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _forget_old_contents(agent: Agent) -> None:
    old = Envoi.objects.filter(agent=agent, at__lt=timezone.now() - CONTENT_KEPT).exclude(contenu={})
    old.update(contenu={})


def _both(request: HttpRequest, form: CreateForm, envoi: Envoi) -> HttpResponse:
    """The record already made beside what was typed since, under a new key."""
    rows = form.compare(envoi.contenu)
    form.renew_key()
    context = {"form": form, "conflit": rows, "enregistre_url": envoi.answer}
    return render(request, "pole_social/envoi_different.html", context, status=409)
