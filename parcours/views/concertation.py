"""Round tables: those I hold or that speak of my parcours, one of them, and its printed minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from parcours.forms.concertation import ConcertationEditForm, ConcertationForm
from parcours.models import Action, Addendum, Concertation, Ecrit, Point
from parcours.models.scope import NATURES
from parcours.papier import decisions_on_screen_only, questions_on_screen_only, texts_on_screen_only
from pole_social.access import CARE, signed_in
from pole_social.models import Agent, MoveRefused, Unite
from pole_social.once import once

Statut = Concertation.Statut
PAGE = 30


def liste(request: HttpRequest) -> HttpResponse:
    """Those to come, the soonest first, then those held, the latest first."""
    agent = signed_in(request)
    mine = Concertation.objects.open_to(agent).select_related("unite__lieu", "created_by")
    before = request.GET.get("avant", "")
    to_come = [] if before else list(mine.filter(statut=Statut.PREVUE))
    held, following = _held(mine.filter(statut=Statut.TENUE), before)
    points = _by_meeting(agent, [*to_come, *held])
    context = {
        "a_venir": [(meeting, points[meeting.pk]) for meeting in to_come],
        "tenues": [(meeting, points[meeting.pk]) for meeting in held],
        "suivante": following,
        "is_first_page": not before,
        "aujourdhui": timezone.localdate(),
    }
    return render(request, "parcours/concertations.html", context)


def _held(rows: QuerySet[Concertation], before: str) -> tuple[list[Concertation], str]:
    """One page, and the key of the next; a damaged key gives the first page."""
    try:
        day, pk = before.split("~")
        key = date.fromisoformat(day), UUID(pk)
        rows = rows.filter(Q(held_on__lt=key[0]) | Q(held_on=key[0], pk__lt=key[1]))
    except ValueError:
        pass
    found = list(rows.order_by("-held_on", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return shown, f"{shown[-1].held_on:%Y-%m-%d}~{shown[-1].pk}" if len(found) > PAGE else ""


def _by_meeting(agent: Agent, meetings: Iterable[Concertation]) -> dict[UUID, list[Point]]:
    """The people whom this reader knows to be on these agendas, and nothing of the others."""
    grouped: dict[UUID, list[Point]] = defaultdict(list)
    found = Point.objects.visible_to(agent).live().filter(concertation__in=[one.pk for one in meetings])
    for point in found.select_related("parcours__usager"):
        grouped[point.concertation_id].append(point)
    return grouped


def nouvelle(request: HttpRequest) -> HttpResponse:
    """Call one; the parcours are put on its agenda afterwards."""
    agent = signed_in(request)
    form = ConcertationForm(request.POST or None, by=agent, unites=_unites(agent))
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: redirect("parcours:concertation", form.save(by=agent).pk))
    return render(request, "parcours/concertation_nouvelle.html", {"form": form}, status=form.status)


def _unites(agent: Agent) -> list[Unite]:
    """One's own, and those that hold parcours among those one answers for."""
    led = Q(pk__in=agent.supervised_unite_ids, nature__in=NATURES)
    return list(Unite.objects.filter(Q(pk__in=agent.unite_ids) | led).order_by("nature", "pk"))


def concertation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its agenda: the parcours that this reader works on; a hidden one leaves neither a gap nor a count."""
    agent = signed_in(request)
    found = get_object_or_404(_open_to(agent), pk=pk)
    agenda = Point.objects.visible_to(agent).live().filter(concertation=found)
    points = list(agenda.select_related("parcours__usager", "created_by"))
    is_mine = Concertation.objects.run_by(agent).filter(pk=pk).exists()
    context = {
        "concertation": found,
        "participants": participants(found),
        "points": points,
        "hors_papier": questions_on_screen_only(points),
        "can_run": is_mine and found.takes_words,
        "can_add": found.is_open and bool(CARE & agent.roles),
        "is_care": bool(CARE & agent.roles),
        "aujourdhui": timezone.localdate(),
    }
    return render(request, "parcours/concertation.html", context)


def modification(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another day, another guest; once it is held, who was there."""
    agent = signed_in(request)
    found = get_object_or_404(_run_by(agent), pk=pk)
    if not found.takes_words:
        raise MoveRefused
    form = ConcertationEditForm(request.POST or None, instance=found, by=agent)
    if request.method == "POST" and form.is_valid() and form.save(by=agent):
        return redirect("parcours:concertation", pk)
    context = {"form": form, "concertation": found}
    return render(request, "parcours/concertation_modification.html", context, status=form.status)


def tenue(request: HttpRequest, pk: UUID) -> HttpResponse:
    agent = signed_in(request)
    found = get_object_or_404(_run_by(agent), pk=pk)
    if found.statut != Statut.TENUE:
        found.hold(by=agent)
        messages.success(request, "La concertation est notée comme tenue : son compte rendu est prêt.")
    return redirect("parcours:concertation", pk)


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    agent = signed_in(request)
    found = get_object_or_404(_run_by(agent), pk=pk)
    if found.statut != Statut.ANNULEE:
        found.move(Statut.ANNULEE, by=agent)
        messages.success(request, "La concertation est annulée.")
    return redirect("parcours:concertation", pk)


def compte_rendu(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The minutes that this reader prints: the points they read, with what the whole team reads of each."""
    agent = signed_in(request)
    found = get_object_or_404(_open_to(agent), pk=pk)
    if found.statut != Statut.TENUE:
        return redirect("parcours:concertation", pk)
    points = Point.objects.visible_to(agent).read_in_team().live().filter(concertation=found)
    context = {
        "concertation": found,
        "participants": participants(found),
        **_sheets(agent, list(points.select_related("parcours__usager", "parcours__unite"))),
    }
    return render(request, "parcours/concertation_compte_rendu.html", context)


def _sheets(agent: Agent, points: list[Point]) -> dict[str, Any]:
    """By point, its decisions and the contributions of the team's circle, each with its corrections."""
    mine = {"point__in": [point.pk for point in points]}
    decided = Action.objects.visible_to(agent).filter(**mine)
    actions = list(decided.select_related("agent", "partenaire", "objectif__fragilite__domaine"))
    team = Ecrit.objects.visible_to(agent).filter(**mine, cercle=Ecrit.Cercle.EQUIPE, signed_at__isnull=False)
    ecrits = list(team.select_related("auteur__metier").order_by("signed_at", "pk"))
    addenda = list(Addendum.objects.visible_to(agent).filter(ecrit__in=[ecrit.pk for ecrit in ecrits]))
    hidden = questions_on_screen_only(points) | decisions_on_screen_only(actions)
    hidden |= texts_on_screen_only(ecrits, addenda)
    return {
        "hors_papier": hidden,
        "feuillets": [
            _sheet(
                point,
                [action for action in actions if action.point_id == point.pk],
                [
                    (ecrit, [addendum for addendum in addenda if addendum.ecrit_id == ecrit.pk])
                    for ecrit in ecrits
                    if ecrit.point_id == point.pk
                ],
                hidden,
            )
            for point in points
        ],
    }


def _sheet(
    point: Point, actions: list[Action], contributions: list[tuple[Ecrit, list[Addendum]]], hidden: set[UUID]
) -> dict[str, Any]:
    return {
        "point": point,
        "actions": actions,
        "contributions": contributions,
        "prints_actions": any(action.pk not in hidden for action in actions),
        "prints_contributions": any(ecrit.pk not in hidden for ecrit, _ in contributions),
    }


def participants(found: Concertation) -> list[Agent]:
    return list(found.participants.order_by("metier__libelle", "nom", "prenom"))


def _open_to(agent: Agent) -> QuerySet[Concertation]:
    return Concertation.objects.open_to(agent).select_related("unite__lieu", "created_by")


def _run_by(agent: Agent) -> QuerySet[Concertation]:
    return Concertation.objects.run_by(agent).select_related("unite__lieu", "created_by")
