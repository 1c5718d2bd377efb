"""One parcours: its people, its goals and steps, and what this reader may read of its history."""

from __future__ import annotations

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
from parcours.partages import named, partages_of, told_to
from parcours.views.bilan import bilans_of
from parcours.views.entree import entrees_of
from parcours.views.fin import acts_of
from parcours.views.point import points_of
from parcours.views.transmission import transmissions_of
from pole_social.access import Role, signed_in
from pole_social.models import Agent, Metier


def parcours(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The team reads its content; a responsable outside it, the metadata alone."""
    agent = signed_in(request)
    visible = Parcours.objects.visible_to(agent).with_next_on().annotate(told=told_to(agent))
    found = get_object_or_404(visible.select_related("usager__commune", "unite__lieu"), pk=pk)
    team = Intervenant.objects.visible_to(agent).live().filter(parcours=found).select_related("agent__metier")
    equipe = list(team)
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
    content = _content(request, found, agent, equipe)
    content |= acts_of(found, agent, equipe, context["acces"])
    acts = {
        "can_write": can_write,
        "can_tell": can_write and agent.famille in MAY_TELL,
        "can_share": can_write and Role.SOCIAL in agent.roles,
    }
    return render(request, "parcours/parcours.html", context | content | acts)


def _to_involve(found: Parcours, equipe: list[Intervenant]) -> list[Metier]:
    """The professions that the evaluation asked for and that the team does not count yet."""
    asked = Relais.metiers.through.objects.filter(relais__parcours=found).values("metier")
    return list(Metier.objects.filter(pk__in=asked).exclude(pk__in={one.agent.metier_id for one in equipe}))


def _content(request: HttpRequest, found: Parcours, agent: Agent, equipe: list[Intervenant]) -> dict[str, Any]:
    mine = Ecrit.objects.visible_to(agent).filter(parcours=found, auteur=agent, signed_at=None)
    objectifs = list(Objectif.objects.visible_to(agent).filter(parcours=found).select_related("fragilite"))
    actions = Action.objects.visible_to(agent).filter(parcours=found).select_related("agent", "partenaire")
    steps = list(actions)
    before = request.GET.get("avant", "")
    bilans, points = bilans_of(found, agent), points_of(found, agent)
    return {
        "a_solliciter": _to_involve(found, equipe),
        "groupes": _grouped(objectifs, steps),
        "brouillons": list(mine),
        "concertations": points["concertations"],
        "constats": constats(agent, relais_envoyes__parcours=found),
        "presences": named(vars(found)["told"]),
        "partages": partages_of(found.usager_id, agent),
        **entrees_of(found, agent),
        "chronologie": chronologie(found, agent, before=before, bilans=bilans["bilans"], points=points["tenues"]),
        "is_first_page": not before,
        **bilans,
    }


def _grouped(objectifs: list[Objectif], actions: list[Action]) -> list[tuple[Objectif | None, list[Action]]]:
    """Each goal with its steps, then the steps without a goal."""
    groups: list[tuple[Objectif | None, list[Action]]] = [
        (objectif, [action for action in actions if action.objectif_id == objectif.pk]) for objectif in objectifs
    ]
    loose = [action for action in actions if action.objectif_id is None]
    return [*groups, (None, loose)] if loose else groups
