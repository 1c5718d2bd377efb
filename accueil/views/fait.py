"""Noting what is said."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accueil.forms.savoirs import SavoirsForm
from accueil.models import Passage
from accueil.views.guichet import is_whole, my_passage, people_of
from accueil.views.passage import open_demandes_of, show
from accueil.views.savoirs import asked_of, latest_of
from pole_social.access import signed_in
from pole_social.models import Agent
from pole_social.once import once


def nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note what a person says; of an anonymous passage there is nobody to keep it for."""
    agent, passage = signed_in(request), my_passage(request, pk)
    people = people_of(agent, passage)
    known, asked = latest_of(agent, people), asked_of(open_demandes_of(agent, people))
    form = SavoirsForm(request.POST, people=people, known=known, asked=asked, auto_id="fait_%s")
    if not is_whole(passage, people):
        return show(request, passage, fait_form=form, status=409)
    if not people:
        raise Http404
    if not form.is_valid():
        return show(request, passage, fait_form=form)
    return once(request, form, lambda: _told(request, form, agent, passage))


def _told(request: HttpRequest, form: SavoirsForm, agent: Agent, passage: Passage) -> HttpResponseRedirect:
    count = form.save(by=agent, passage=passage)
    said = {0: "Rien de nouveau : c’est ce que nous savions déjà.", 1: "La réponse est notée."}
    messages.success(request, said.get(count, f"{count} réponses sont notées."))
    return HttpResponseRedirect(reverse("accueil:passage", args=[passage.pk]) + "#savoir")
