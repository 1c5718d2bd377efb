"""One parcours: its people, its goals and steps, and what this reader may read of its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accueil.models import Rattachement, Relais
from parcours.chronologie import chronologie
from parcours.constats import constats
from parcours.models import Action, Ecrit, Intervenant, Objectif, Parcours
from parcours.models.presence import MAY_TELL
from parcours.papier import screen_only
from parcours.partages import named, partages_of, told_to
from parcours.views.bilan import bilans_of
from parcours.views.entree import entrees_of
from parcours.views.fin import acts_of
from parcours.views.point import points_of
from parcours.views.transmission import transmissions_of
from pole_social.access import Role, signed_in
from pole_social.models import Agent, Metier


@dataclass(frozen=True)
class Groupe:
    """A goal with its steps, or the steps without a goal; and what of them goes to paper."""

    objectif: Objectif | None
    actions: list[Action]
    is_printed: bool
    prints_actions: bool


def parcours(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The team reads its content; a responsable outside it, the metadata alone."""
    agent = signed_in(request)
    visible = Parcours.objects.visible_to(agent).with_next_on().annotate(told=told_to(agent))
    found = get_object_or_404(visible.select_related("usager__commune", "unite__lieu"), pk=pk)
    places = list(Intervenant.objects.visible_to(agent).filter(parcours=found).select_related("agent__metier"))
    equipe = [place for place in places if place.ends_at is None]
    # A place in the team of this very parcours; none for a responsable, who owns it by their unité.
    relationship: UUID | None = getattr(found, "journal_rattachement", None)
    context = {
        "parcours": found,
        "equipe": equipe,
        "referent": next((one for one in equipe if one.is_referent), None),
        "aujourdhui": timezone.localdate(),
        "transmissions": transmissions_of(found, agent),
        "acces": Rattachement.objects.filter(pk=relationship).first() if relationship else None,
    }
    if relationship is None:
        return render(request, "parcours/parcours_metadonnees.html", context)
    can_write = found.statut in Parcours.OPEN and any(one.agent_id == agent.pk for one in equipe)
    content = _content(request, found, agent, places)
    content |= acts_of(found, agent, equipe, context["acces"])
    acts = {
        "can_write": can_write,
        "can_tell": can_write and agent.famille in MAY_TELL,
        "can_share": can_write and Role.SOCIAL in agent.roles,
    }
    return render(request, "parcours/parcours.html", context | content | acts)


def _to_involve(found: Parcours, places: list[Intervenant]) -> list[Metier]:
    """The professions that the evaluation asked for and that the team does not count yet."""
    asked = Relais.metiers.through.objects.filter(relais__parcours=found).values("metier")
    return list(
        Metier.objects.filter(pk__in=asked).exclude(
            pk__in={place.agent.metier_id for place in places if place.ends_at is None}
        )
    )


def _content(request: HttpRequest, found: Parcours, agent: Agent, places: list[Intervenant]) -> dict[str, Any]:
    mine = Ecrit.objects.visible_to(agent).filter(parcours=found, auteur=agent, signed_at=None)
    goals = Objectif.objects.visible_to(agent).filter(parcours=found).select_related("fragilite__domaine")
    objectifs = list(goals)
    actions = Action.objects.visible_to(agent).filter(parcours=found).select_related("agent", "partenaire")
    steps = list(actions)
    hidden = screen_only(objectifs, steps)
    groupes = _grouped(objectifs, steps, hidden)
    before = request.GET.get("avant", "")
    bilans, points = bilans_of(found, agent), points_of(found, agent)
    return {
        "a_solliciter": _to_involve(found, places),
        "groupes": groupes,
        "hors_papier": hidden,
        "prints_objectifs": any(groupe.is_printed for groupe in groupes),
        "brouillons": list(mine),
        "concertations": points["concertations"],
        "constats": constats(agent, relais_envoyes__parcours=found),
        "presences": named(vars(found)["told"]),
        "partages": partages_of(found.usager_id, agent),
        **entrees_of(found, agent),
        "chronologie": chronologie(
            found, agent, before=before, bilans=bilans["bilans"], points=points["tenues"], places=places
        ),
        "is_first_page": not before,
        **bilans,
    }


def _grouped(objectifs: list[Objectif], actions: list[Action], hidden: set[UUID]) -> list[Groupe]:
    """Each goal with its steps, then the steps without a goal."""
    goals: list[Objectif | None] = [*objectifs]
    if any(action.objectif_id is None for action in actions):
        goals.append(None)
    return [_group(goal, actions, hidden) for goal in goals]


def _group(goal: Objectif | None, actions: list[Action], hidden: set[UUID]) -> Groupe:
    mine = [action for action in actions if action.objectif_id == (goal.pk if goal else None)]
    prints_actions = any(action.pk not in hidden for action in mine)
    return Groupe(goal, mine, goal.pk not in hidden if goal else prints_actions, prints_actions)
