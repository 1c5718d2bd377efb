"""The frame of every page: where one is, the few pages of one's role, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from pole_social.access import CARE, DESK, EVALUATORS, MANAGERS, SEARCHERS, TEAM, Role
from pole_social.models import Agent, Unite

SESSION_UNITE = "unite"


@dataclass(frozen=True)
class Entry:
    """A page in the top bar."""

    url: str
    libelle: str
    courante: bool


# Label, URL name, roles, natures of unité that use it daily (None: whatever the unité). Never more than five.
Nature = Unite.Nature
ENTRIES: list[tuple[str, str, frozenset[str], set[str] | None]] = [
    ("Accueil", "accueil:bureau", DESK, {Nature.ACCUEIL}),
    ("Évaluation", "evaluation:liste", EVALUATORS, {Nature.EVALUATION}),
    (
        "Parcours",
        "parcours:liste",
        TEAM,
        {Nature.ACCOMPAGNEMENT, Nature.SANTE, Nature.SANTE_SEXUELLE},
    ),
    # Those who receive; a responsable, who has more pages, opens it from the desk.
    ("Agenda", "accueil:agenda", CARE | {Role.ACCUEIL}, None),
    ("File active", "parcours:pilotage", MANAGERS, None),
    ("Doublons", "accueil:doublons", MANAGERS, {Nature.ACCUEIL}),
    ("Administration", "admin:index", frozenset({Role.ADMINISTRATION}), None),
]


def current_unite(request: HttpRequest) -> Unite | None:
    """The unité chosen in the top bar, else the agent's first; None for an agent without affectation."""
    agent = request.user
    if not isinstance(agent, Agent):
        return None
    chosen = request.session.get(SESSION_UNITE)
    return next((u for u in agent.unites if u.pk == chosen), next(iter(agent.unites), None))


def landing(agent: Agent, unite: Unite | None) -> str:
    """The name of the page an agent opens first (domain, "Pages")."""
    if agent.famille == Role.ADMINISTRATION:
        return "admin:index"
    if unite is None:
        return "mon_compte"
    if unite.nature == Nature.ACCUEIL:
        return "accueil:bureau"
    if unite.nature == Nature.EVALUATION:
        return "evaluation:liste"
    if Role.ENCADREMENT in agent.roles:
        return "parcours:pilotage"
    return "parcours:liste"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `cadre`, read by base.html."""
    agent = getattr(request, "user", None)
    if not isinstance(agent, Agent):
        return {"cadre": {"agent": None}}
    unite = current_unite(request)
    return {
        "cadre": {
            "agent": agent,
            "lieu": unite.lieu if unite else None,
            "unite": unite,
            "unites": agent.unites,
            "pages": _entries(request, agent),
            "recherche": bool(SEARCHERS & agent.roles),
        }
    }


def _entries(request: HttpRequest, agent: Agent) -> list[Entry]:
    natures = {unite.nature for unite in agent.unites}
    leads_all = Nature.DIRECTION in natures
    found = []
    for libelle, name, roles, used_by in ENTRIES:
        if roles & agent.roles and (used_by is None or used_by & natures or leads_all):
            url = reverse(name)
            found.append(Entry(url, libelle, request.path == url))
    return found
