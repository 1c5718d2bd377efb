"""The written power to act online: written, printed, signed on paper, revoked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accueil.forms.mandat import MandatForm, SignatureForm
from accueil.models import Mandat, Usager
from accueil.views.guichet import acts_on, desk_unite, no_desk
from pole_social.access import signed_in
from pole_social.once import once


def nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a mandat, to be printed and signed."""
    agent, unite = signed_in(request), desk_unite(request)
    usager = get_object_or_404(Usager.objects.visible_to(agent), pk=pk)
    if unite is None:
        return no_desk(request)
    form = MandatForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return once(request, form, lambda: _written(form.save(by=agent, usager=usager, unite=unite)))
    context = {"form": form, "usager": usager, "unite": unite}
    return render(request, "accueil/mandat_nouveau.html", context, status=form.status)


def _written(mandat: Mandat) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("accueil:mandat", args=[mandat.pk]))


def mandat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The paper, and where it stands."""
    return _show(request, _found(request, pk))


def _show(request: HttpRequest, found: Mandat, **given: Any) -> HttpResponse:
    context = {
        "mandat": found,
        "usager": found.usager,
        "acts": acts_on(signed_in(request), found.unite_id),
        "form": SignatureForm(),
    }
    return render(request, "accueil/mandat.html", context | given)


def _found(request: HttpRequest, pk: UUID, **mine: Any) -> Mandat:
    """Of a person to whom the agent is related: the mandat itself relates nobody.

    An act holds it until it is done: a démarche being noted with it waits, or is waited for.
    """
    visible = Mandat.objects.visible_to(signed_in(request)).filter(**mine)
    whole = visible.select_related("usager", "unite__lieu", "created_by")
    if request.method == "POST":
        whole = whole.select_for_update(of=("self",))
    return get_object_or_404(whole, pk=pk)


def signature(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that the paper is signed: from then on it allows something."""
    found = _found(request, pk, unite__in=signed_in(request).unite_ids)
    form = SignatureForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form=form)
    found.sign(form.cleaned_data["signed_on"])
    messages.success(request, "La signature est notée : le mandat est en cours.")
    return redirect("accueil:mandat", pk)


def revocation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """At once, without a reason, and by whoever the person says it to."""
    found = _found(request, pk)
    if found.revoked_at is None:
        found.revoke(by=signed_in(request))
        messages.success(request, "Le mandat est révoqué : plus rien ne se fait en son nom.")
    return redirect("accueil:mandat", pk)
