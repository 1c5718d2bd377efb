"""Registering a passage: of the people chosen in the search, or of nobody."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from accueil.forms.passage import PassageForm
from accueil.models import Passage, Usager
from accueil.views.guichet import desk_unite, no_desk
from pole_social.access import signed_in
from pole_social.models import Agent
from pole_social.once import once


def nouveau(request: HttpRequest) -> HttpResponse:
    """Register a passage: of the people chosen in the search, or of nobody."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    is_sent = request.method == "POST"
    people = _chosen(agent, request.POST.getlist("usagers") if is_sent else request.GET.getlist("usager"))
    form = PassageForm(request.POST if is_sent else None, usagers=people, unite=unite)
    if form.is_bound and form.is_valid():
        return once(request, form, lambda: _registered(request, form.save(by=agent)))
    context = {"form": form, "personnes": people, "unite": unite}
    return render(request, "accueil/passage_nouveau.html", context, status=form.status)


def _chosen(agent: Agent, typed: list[str]) -> list[Usager]:
    """The people picked in the search, or already known to the unité; anybody else does not exist."""
    try:
        wanted = {UUID(pk) for pk in typed}
    except ValueError as error:
        raise Http404 from error
    if not wanted:
        return []
    mine = Usager.objects.visible_to(agent).select_related("commune").filter(pk__in=wanted)
    proposed = Usager.objects.candidates_for(agent).select_related("commune").filter(pk__in=wanted)
    found = {usager.pk: usager for usager in [*mine, *proposed]}
    if found.keys() != wanted:
        raise Http404
    return list(found.values())


def _registered(request: HttpRequest, passage: Passage) -> HttpResponseRedirect:
    messages.success(request, f"Le passage n° {passage.numero} est enregistré.")
    if passage.statut == Passage.Statut.EN_ENTRETIEN:
        return HttpResponseRedirect(_url(passage))
    return redirect("accueil:bureau")  # type: ignore[return-value]


def _url(passage: Passage) -> str:
    return redirect("accueil:passage", passage.pk).url
