"""What waits for my unités, and the parcours I work on."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accueil.models import Demande, Relais
from evaluation.views.contributions import asked_of
from parcours.keyset import page_of
from parcours.models import Intervenant, Parcours
from parcours.views.scope import NATURES, worked_on
from pole_social.access import CARE, signed_in
from pole_social.models import Agent

# The soonest ones; a référent has a few.
SHOWN = 20


def liste(request: HttpRequest) -> HttpResponse:
    """The oldest promise first, then the parcours by next date."""
    agent = signed_in(request)
    leading = Intervenant.objects.live().filter(parcours=OuterRef("pk"), agent=agent, is_referent=True)
    mine = worked_on(agent).with_next_on().with_referent().annotate(is_mine=Exists(leading))
    relais, relais_suivante = page_of(_waiting(request), "promised_on", request.GET.get("relais", ""))
    parcours, suivante = page_of(mine, "next_on", request.GET.get("apres", ""))
    context = {
        "relais": relais,
        "relais_suivante": relais_suivante,
        "parcours": parcours,
        "suivante": suivante,
        "echeances": _imposed(agent),
        "contributions_demandees": asked_of(agent)[:SHOWN] if CARE & agent.roles else [],
        "aujourdhui": timezone.localdate(),
        "is_care": bool(CARE & agent.roles),
    }
    return render(request, "parcours/liste.html", context)


def _imposed(agent: Agent) -> list[Demande]:
    """The hearings and other dates that others set, told at the desk about the people this agent follows."""
    inside = Intervenant.objects.live().filter(
        agent=agent, parcours__usager=OuterRef("usager"), parcours__statut__in=Parcours.open_states()
    )
    told = Demande.objects.visible_to(agent).imposed().filter(Exists(inside))
    return list(told.select_related("usager", "passage")[:SHOWN])


def _waiting(request: HttpRequest) -> Any:
    agent = signed_in(request)
    mine = Relais.objects.visible_to(agent).waiting().filter(vers_unite__in=agent.unite_ids)
    return mine.filter(vers_unite__nature__in=NATURES).select_related("usager", "de_unite__lieu")
