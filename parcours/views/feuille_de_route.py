"""The page that the person takes home from a parcours: what was done, what each does next, whom to ask, when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accueil.models import Demande, RendezVous
from accueil.views.feuille_de_route import DISCREET, may_be_printed, printed_appointments
from accueil.views.suite import with_suites
from parcours.models import Action, Intervenant, Objectif, Parcours
from parcours.papier import screen_only
from pole_social.access import signed_in
from pole_social.models import Agent

# What was done is said while it is news.
RECENT = timedelta(days=90)
LARGE = "grands-caracteres"
Porteur, Statut = Action.Porteur, Action.Statut


@dataclass
class Feuille:
    """The lines of one page, in the order in which they are read."""

    objectifs: list[Objectif] = field(default_factory=list)
    faites: list[Action] = field(default_factory=list)
    vous: list[Action] = field(default_factory=list)
    nous: list[Action] = field(default_factory=list)
    partenaires: list[Action] = field(default_factory=list)
    papiers: list[Demande] = field(default_factory=list)
    rendez_vous: list[tuple[RendezVous, bool]] = field(default_factory=list)
    # Something is left out, because of what it is about: the page says so to nobody but the agent.
    is_partial: bool = False


def feuille_de_route(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For the person, in plain words; in large print on demand. The team hands it over, nobody else."""
    agent = signed_in(request)
    team = Parcours.objects.visible_to(agent).read_in_team().select_related("usager", "unite__lieu__commune")
    found = get_object_or_404(team, pk=pk)
    place = Intervenant.objects.visible_to(agent).live().filter(parcours=found, is_referent=True)
    context = {
        "parcours": found,
        "feuille": _lines(found, agent),
        "referent": place.select_related("agent__metier").first(),
        # The name of such a team tells why one goes there.
        "is_discreet": found.unite.nature in DISCREET,
        "is_large": LARGE in request.GET,
        "aujourdhui": timezone.localdate(),
    }
    return render(request, "parcours/feuille_de_route.html", context)


def _lines(found: Parcours, agent: Agent) -> Feuille:
    objectifs = Objectif.objects.visible_to(agent).filter(parcours=found).select_related("fragilite__domaine")
    actions = Action.objects.visible_to(agent).filter(parcours=found).select_related("agent", "partenaire")
    goals, steps = list(objectifs), list(actions.prefetch_related("etapes"))
    hidden = screen_only(goals, steps)
    page = Feuille(objectifs=[goal for goal in goals if goal.pk not in hidden], is_partial=bool(hidden))
    _sort(page, [step for step in steps if step.pk not in hidden])
    page.papiers = _papers(found, agent)
    page.rendez_vous = printed_appointments(agent, found.usager_id)
    return page


def _sort(page: Feuille, steps: Iterable[Action]) -> None:
    coming = {Porteur.PERSONNE: page.vous, Porteur.PROFESSIONNEL: page.nous, Porteur.PARTENAIRE: page.partenaires}
    for step in steps:
        if step.is_open:
            coming[Porteur(step.porteur)].append(step)
        elif step.statut == Statut.FAITE and _is_news(step):
            page.faites.append(step)


def _is_news(step: Action) -> bool:
    last = step.last_among(sorted(step.etapes.all(), key=lambda etape: etape.at))
    return last is not None and timezone.now() - last.at <= RECENT


def _papers(found: Parcours, agent: Agent) -> list[Demande]:
    """Those still missing, of what this agent reads; never about violence."""
    going_on = Demande.objects.visible_to(agent).filter(usager=found.usager_id, statut__in=Demande.open_states())
    told = [one for one in going_on.select_related("domaine", "droit__domaine") if may_be_printed(one)]
    with_papers: list[Any] = list(with_suites(agent, told))
    return [one for one in with_papers if one.checklist.missing]
