"""The person: made known from a search, and their page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.catalogue import ORDRE
from accueil.forms.recherche import RechercheForm, find, guess_identity
from accueil.forms.usager import NouvelUsagerForm, searched
from accueil.models import (
    Coordonnee,
    Demande,
    Fait,
    NumeroExterne,
    Passage,
    Rattachement,
    Relais,
    Representant,
    Usager,
)
from accueil.views.demarche import demarches_of_usager
from accueil.views.droit import droits_of_usager
from accueil.views.foyer import households
from accueil.views.guichet import desk_unite, no_desk, registers
from accueil.views.identite import IDENTITE
from accueil.views.orientation import orientations_of_usager
from accueil.views.rendez_vous import rendezvous_of_usager
from accueil.views.savoirs import asked_of, stands
from pole_social.access import signed_in
from pole_social.models import Agent
from pole_social.once import once

PASSAGES_SHOWN = 10
NO_TERRITOIRE = (
    "Rien n’est enregistré : ce lieu n’a pas encore de territoire. "
    "Demandez à l’administration de le lui donner, ou travaillez dans une autre unité."
)
# What the other nouns of the desk show on the page of a person, each with its own few queries.
SECTIONS = (droits_of_usager, demarches_of_usager, orientations_of_usager, rendezvous_of_usager)


def nouveau(request: HttpRequest) -> HttpResponse:
    """Make a person known, the candidates of the search still on the screen."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    if request.method != "POST":
        return redirect("accueil:recherche")
    if "nom_usage" not in request.POST:
        return _prefilled(request, agent)
    form = NouvelUsagerForm(request.POST, by=agent)
    territoire = unite.lieu.territoire
    if form.is_valid():
        if territoire:
            return once(request, form, lambda: _to_passage(form.save(by=agent, territoire=territoire)))
        form.add_error(None, NO_TERRITOIRE)
    return _show(request, agent, form, searched(form))


def _prefilled(request: HttpRequest, agent: Agent) -> HttpResponse:
    """What was typed in the search, set in its fields."""
    recherche = RechercheForm(request.POST)
    if not recherche.is_valid():
        context = {"form": recherche, "candidats": None, "registers": True}
        return render(request, "accueil/recherche.html", context)
    initial = {**guess_identity(recherche.typed_parts), "q": recherche.cleaned_data["q"]}
    return _show(request, agent, NouvelUsagerForm(initial=initial, by=agent), recherche)


def _show(request: HttpRequest, agent: Agent, form: NouvelUsagerForm, recherche: RechercheForm) -> HttpResponse:
    candidats = find(agent, recherche.typed_parts) if recherche.is_valid() else None
    context = {"form": form, "candidats": candidats, "registers": True}
    return render(request, "accueil/usager_nouveau.html", context)


def _to_passage(usager: Usager) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('accueil:passage_nouveau')}?usager={usager.pk}")


def usager(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Identity, safe contact, what was said, and why the agent may read it."""
    agent = signed_in(request)
    visible = Usager.objects.visible_to(agent).select_related("commune")
    found = get_object_or_404(visible, pk=pk)
    context = {
        "usager": found,
        **_history(agent, found),
        **_around(agent, found),
        "rattachements": _why(agent, found),
        "registers": registers(request),
        "edits": bool(IDENTITE & agent.roles),
    }
    for section in SECTIONS:
        context |= section(agent, found)
    return render(request, "accueil/usager.html", context)


def _history(agent: Agent, usager: Usager) -> dict[str, Any]:
    """What they came for, what they said, where it stands."""
    passages = Passage.objects.visible_to(agent).filter(concernes__usager=usager, concernes__fusion=None)
    passages = passages.order_by("-jour", "-numero")
    demandes = Demande.objects.visible_to(agent).filter(usager=usager).order_by("-created_at")
    relais = Relais.objects.visible_to(agent).filter(usager=usager).order_by("-sent_at")
    asked_for = list(demandes.select_related("unite__lieu", "agent", "droit__regle"))
    return {
        **_said(agent, usager, asked_of([demande for demande in asked_for if demande.is_open])),
        "passages": passages.select_related("unite__lieu", "motif")[:PASSAGES_SHOWN],
        "demandes": asked_for,
        "relais": relais.select_related("de_unite__lieu", "vers_unite__lieu"),
    }


def _said(agent: Agent, usager: Usager, asked: dict[UUID, set[str]]) -> dict[str, Any]:
    """The latest word on each subject, and the words before it; the sensitive ones while a demande needs them."""
    told = Fait.objects.visible_to(agent).filter(usager=usager).select_related("unite__lieu", "recorded_by")
    shown = [fait for fait in told if stands(fait, asked)]
    latest = list({fait.sujet: fait for fait in reversed(shown)}.values())
    return {
        "faits": sorted(latest, key=lambda fait: ORDRE.get(fait.sujet, len(ORDRE))),
        "faits_avant": [fait for fait in shown if fait not in latest],
    }


def _around(agent: Agent, usager: Usager) -> dict[str, Any]:
    """How to reach them, with whom they live, who acts for them."""
    today = timezone.localdate()
    representants = Representant.objects.visible_to(agent).filter(usager=usager)
    return {
        "coordonnees": Coordonnee.objects.visible_to(agent).filter(usager=usager, ends_on=None),
        "menages": households(agent, usager),
        "numeros": NumeroExterne.objects.visible_to(agent).filter(usager=usager, ends_on=None),
        "representants": representants.filter(Q(ends_on=None) | Q(ends_on__gte=today)),
    }


def _why(agent: Agent, usager: Usager) -> list[Rattachement]:
    """« Pourquoi j’ai accès »: the live relationships that open this page."""
    live = Rattachement.objects.live().held_by(agent).filter(usager=usager)
    return list(live.select_related("unite__lieu").order_by("starts_at"))
