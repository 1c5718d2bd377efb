"""Noting what is asked and what is said; answering, taking up again, closing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.demande import DemandeClotureForm, DemandeForm, FaitForm, ReponseForm
from accueil.models import Demande, Passage
from accueil.views.guichet import my_demande, my_passage
from accueil.views.passage import is_whole, people_of, show
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused
from pole_social.once import once

Statut = Demande.Statut


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a demande; a mistake shows the passage again, with what was typed."""
    agent, passage = signed_in(request), my_passage(request, pk)
    people = people_of(agent, passage)
    form = DemandeForm(request.POST, people=people, auto_id="demande_%s")
    if not is_whole(passage, people):
        return show(request, passage, demande_form=form, status=409)
    if not form.is_valid():
        return show(request, passage, demande_form=form)
    return once(request, form, lambda: _noted(form, agent, passage))


def _noted(form: DemandeForm, agent: Agent, passage: Passage) -> HttpResponseRedirect:
    """Raises MoveRefused once the passage has ended: its demandes have been settled."""
    if not passage.is_open:
        raise MoveRefused
    form.save(by=agent, passage=passage)
    return _to_page(passage.pk)


def _to_page(pk: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("accueil:passage", args=[pk]))


def fait(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a fact; of an anonymous passage there is nobody to keep it for."""
    agent, passage = signed_in(request), my_passage(request, pk)
    people = people_of(agent, passage)
    form = FaitForm(request.POST, people=people, auto_id="fait_%s")
    if not is_whole(passage, people):
        return show(request, passage, fait_form=form, status=409)
    if not people:
        raise Http404
    if not form.is_valid():
        return show(request, passage, fait_form=form)
    return once(request, form, lambda: _told(form, agent, passage))


def _told(form: FaitForm, agent: Agent, passage: Passage) -> HttpResponseRedirect:
    form.save(by=agent, passage=passage)
    return _to_page(passage.pk)


def reponse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer at once."""
    agent, demande = signed_in(request), my_demande(request, pk)
    form = ReponseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data["reponse"]
        if (demande.statut, demande.reponse) != (Statut.REPONSE_IMMEDIATE, typed):
            demande.finish(Statut.REPONSE_IMMEDIATE, by=agent, reponse=typed)
            messages.success(request, "La réponse est notée.")
        return _to_page(demande.passage_id)
    return render(request, "accueil/demande_reponse.html", {"form": form, "demande": demande})


def reprise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """« À reprendre par moi, demain »."""
    agent, demande = signed_in(request), my_demande(request, pk)
    if not demande.is_open:
        raise MoveRefused
    tomorrow = timezone.localdate() + timedelta(days=1)
    if (demande.agent_id, demande.echeance) != (agent.pk, tomorrow):
        demande.take_up_tomorrow(by=agent)
        messages.success(request, "La demande est à reprendre par vous, demain.")
    return _to_page(demande.passage_id)


def cloture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close without an answer: set aside, or at the person's own wish."""
    agent, demande = signed_in(request), my_demande(request, pk)
    form = DemandeClotureForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to, motif = form.cleaned_data["vers"], form.cleaned_data["motif"]
        if demande.statut != to:
            demande.finish(to, by=agent, motif=motif)
            messages.success(request, "La demande est close.")
        return _to_page(demande.passage_id)
    return render(request, "accueil/demande_cloture.html", {"form": form, "demande": demande})
