"""The desk today: who waits, who is received, what is to be taken up. It refreshes by itself."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from accueil.forms.seance import outreach_unites
from accueil.models import Demande, Passage, Relais, Usager
from accueil.views.entraide import calls_shown
from accueil.views.guichet import SESSION_BUREAU, desk_unite, no_desk
from accueil.views.orientation import orientations_unanswered
from accueil.views.rendez_vous import of_the_day
from pole_social.access import signed_in
from pole_social.models import Agent, Bureau, Unite

# What a <time> says grows by itself in the browser: it does not make a list new.
ELAPSED = re.compile(r"(<time\b[^>]*>)[^<]*(</time>)")
Statut = Passage.Statut
# A hearing is prepared before its day.
IMPOSED_AHEAD = timedelta(days=15)


def bureau(request: HttpRequest) -> HttpResponse:
    """The desk of the agent's current reception unité; asked by htmx, only what has changed."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    context = _today(request, agent, unite)
    etat = render_to_string("accueil/_bureau_etat.html", context)
    listes = render_to_string("accueil/_bureau_listes.html", context, request)
    shown = {"etat": etat, "listes": listes, "empreinte": digest(etat + listes)}
    if not request.htmx:  # type: ignore[attr-defined]
        around = {
            "bureaux": Bureau.objects.filter(lieu=unite.lieu),
            "mon_bureau": request.session.get(SESSION_BUREAU),
            "sort": bool(outreach_unites(agent)),
        }
        return render(request, "accueil/bureau.html", context | shown | around | calls_shown(unite.lieu))
    if request.headers.get("If-None-Match") == shown["empreinte"]:
        return HttpResponse(status=204)
    return render(request, "accueil/_bureau_rafraichi.html", context | shown)


def digest(html: str) -> str:
    """Of what a list says, the time gone by aside."""
    return hashlib.sha256(ELAPSED.sub(r"\1\2", html).encode()).hexdigest()


def _today(request: HttpRequest, agent: Agent, unite: Unite) -> dict[str, Any]:
    passages = _open(agent, unite)
    attente = [passage for passage in passages if passage.statut == Statut.EN_ATTENTE]
    recus = sorted(
        (passage for passage in passages if passage.statut in {Statut.EN_ENTRETIEN, Statut.EN_PAUSE}),
        key=lambda passage: (passage.jour, passage.numero),
    )
    a_reprendre = to_take_up(agent, unite)
    return {
        "unite": unite,
        "aujourdhui": timezone.localdate(),
        "attente": attente,
        "appeles": [passage for passage in passages if passage.statut == Statut.APPELE],
        "oldest": min((passage.arrived_at for passage in attente), default=None),
        "miens": [passage for passage in recus if passage.agent_id == agent.pk],
        "collegues": [passage for passage in recus if passage.agent_id != agent.pk],
        "a_reprendre_par_moi": [demande for demande in a_reprendre if demande.agent_id == agent.pk],
        "a_reprendre": [demande for demande in a_reprendre if demande.agent_id != agent.pk],
        "relais_envoyes": _sent(agent, unite),
        "rendez_vous": of_the_day(agent, unite),
        "orientations_sans_reponse": orientations_unanswered(agent, unite),
    }


def _open(agent: Agent, unite: Unite) -> list[Passage]:
    """The priority ones first, then the oldest.

    Not only today's: a passage left open yesterday, with a demande going on, must not be lost.
    """
    people = Usager.objects.visible_to(agent).order_by("recherche_nom_prenoms", "pk").distinct()
    found = Passage.objects.visible_to(agent).filter(unite=unite, statut__in=Passage.open_states())
    with_people = found.prefetch_related(Prefetch("usagers", queryset=people, to_attr="personnes"))
    rows = with_people.with_state_since().select_related("motif", "agent", "bureau")
    return list(rows.order_by("-is_prioritaire", "arrived_at", "numero"))


def to_take_up(agent: Agent, unite: Unite) -> list[Demande]:
    """What is due today or late, and the dates that others set in the two weeks to come."""
    today = timezone.localdate()
    soon = Q(is_echeance_imposee=True, echeance__lte=today + IMPOSED_AHEAD)
    due = Demande.objects.visible_to(agent).open().filter(Q(echeance__lte=today) | soon, unite=unite)
    return list(due.select_related("usager", "agent", "passage").order_by("echeance", "created_at"))


def _sent(agent: Agent, unite: Unite) -> list[Relais]:
    """The relais that nobody has accepted yet, the late ones first."""
    discreet = Demande.objects.filter(relais=OuterRef("pk"), passage__is_confidentiel=True)
    waiting = Relais.objects.visible_to(agent).filter(de_unite=unite).waiting()
    waiting = waiting.annotate(is_confidentiel=Exists(discreet))
    return list(waiting.select_related("usager", "vers_unite__lieu"))
