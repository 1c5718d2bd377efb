"""What waits for my unités, and the parcours I work on."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accueil.models import Demande, Relais
from evaluation.models import PartageEvaluation
from evaluation.models.partage import MAY_BE_TOLD
from evaluation.views.contributions import contributions_asked_of
from parcours.file_active import with_last_contact
from parcours.forms.liste import MesParcoursForm
from parcours.keyset import page_of
from parcours.models import Intervenant, Parcours, PartageEcrit
from parcours.models.ecrit import may_be_named
from parcours.models.parcours import ParcoursQuerySet
from parcours.models.scope import NATURES
from parcours.views.entree import opening_unites
from parcours.views.fin import reopenable_by
from parcours.views.scope import worked_on
from parcours.views.transmission import waiting_for
from pole_social.access import CARE, signed_in
from pole_social.models import Agent

# The soonest ones; a référent has a few.
SHOWN = 20


def liste(request: HttpRequest) -> HttpResponse:
    """The oldest promise first, then the parcours by next date."""
    agent = signed_in(request)
    filtres = MesParcoursForm(request.GET)
    mine = filtres.narrow(_ended(agent) if filtres.wants_closed else _mine(agent))
    relais, relais_suivante = page_of(_waiting(request), "promised_on", request.GET.get("relais", ""))
    parcours, suivante = page_of(mine, "next_on", request.GET.get("apres", ""))
    context = {
        "relais": relais,
        "relais_suivante": relais_suivante,
        "parcours": parcours,
        "suivante": suivante,
        "suivante_adresse": filtres.address(suivante),
        "filtres": filtres,
        "is_narrowed": bool(filtres.asked()),
        "can_open": bool(CARE & agent.roles and opening_unites(agent)),
        "echeances": _imposed(agent),
        "contributions_demandees": contributions_asked_of(agent)[:SHOWN] if CARE & agent.roles else [],
        "partages": _shared(agent),
        "syntheses": _synthesised(agent),
        "aujourdhui": timezone.localdate(),
        **waiting_for(agent),
        "is_care": bool(CARE & agent.roles),
        "reads_measures": may_be_named(agent),
    }
    return render(request, "parcours/liste.html", context)


def _mine(agent: Agent) -> ParcoursQuerySet:
    """Where this agent works, with their place, the référent, the next date and the last exchange they may read of."""
    place = Intervenant.objects.live().filter(parcours=OuterRef("pk"), agent=agent)
    placed = worked_on(agent).annotate(is_mine=Exists(place.filter(is_referent=True)), is_inside=Exists(place))
    return with_last_contact(placed.with_next_on().with_referent(), agent)


def _ended(agent: Agent) -> ParcoursQuerySet:
    """Those that this agent led when they ended, for as long as they may take them up again."""
    ended = reopenable_by(agent).annotate(is_mine=Value(True), is_inside=Value(True))
    return with_last_contact(ended.with_next_on().with_referent(), agent)


def _shared(agent: Agent) -> list[PartageEcrit]:
    """The écrits that colleagues shared with this agent: their parcours may stay closed to them."""
    mine = PartageEcrit.objects.visible_to(agent).live().filter(destinataire=agent)
    return list(mine.select_related("auteur", "ecrit__parcours__usager").order_by("jusqu_au", "pk")[:SHOWN])


def _synthesised(agent: Agent) -> list[PartageEvaluation]:
    """The syntheses shared with this agent, where their profession reads no evaluation."""
    if agent.famille not in MAY_BE_TOLD:
        return []
    mine = PartageEvaluation.objects.visible_to(agent).with_agent(agent)
    return list(mine.select_related("auteur", "evaluation__usager").order_by("jusqu_au", "pk")[:SHOWN])


def _imposed(agent: Agent) -> list[Demande]:
    """The hearings and other dates that others set, told at the desk about the people this agent follows."""
    inside = Intervenant.objects.live().filter(
        agent=agent, parcours__usager=OuterRef("usager"), parcours__statut__in=Parcours.OPEN
    )
    told = Demande.objects.visible_to(agent).imposed().filter(Exists(inside))
    return list(told.select_related("usager", "passage")[:SHOWN])


def _waiting(request: HttpRequest) -> Any:
    agent = signed_in(request)
    mine = Relais.objects.visible_to(agent).waiting().filter(vers_unite__in=agent.unite_ids)
    return mine.filter(vers_unite__nature__in=NATURES).select_related("usager", "de_unite__lieu")
