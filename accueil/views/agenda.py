"""Appointments by day and by week, of one agent or of a whole lieu; and one's own, exported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accueil.creneaux import SATURDAY, at_hour
from accueil.forms.agenda import AgendaForm
from accueil.forms.seance import outreach_unites
from accueil.ics import calendar
from accueil.models import RendezVous
from pole_social.access import signed_in
from pole_social.models import Agent, Lieu
from pole_social.templatetags.temps import jour_court

EXPORTED = timedelta(days=60)
WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Colonne:
    """One day of a week, or one agent of a day."""

    titre: str
    rendez_vous: list[RendezVous]
    is_today: bool = False
    jour: date | None = None


def agenda(request: HttpRequest) -> HttpResponse:
    """Who is expected, when and with whom: only what the reader may see."""
    reader = signed_in(request)
    form = AgendaForm(request.GET, reader=reader)
    asked = form.cleaned_data if form.is_valid() else {}
    whose, lieu = asked.get("agent") or reader, asked.get("lieu")
    jour, by_week = asked.get("jour") or timezone.localdate(), asked.get("vue") != "jour"
    first = jour - timedelta(days=jour.weekday()) if by_week else jour
    step = WEEK if by_week else ONE_DAY
    found = _between(reader, whose, lieu, first, first + step)
    context = {
        "form": form,
        "qui": whose,
        "lieu": lieu,
        "lieux": {unite.lieu_id: unite.lieu for unite in reader.unites}.values(),
        "a_moi": whose == reader and lieu is None,
        "par_semaine": by_week,
        "premier": first,
        "jour": jour,
        "precedent": first - step,
        "suivant": first + step,
        "colonnes": _by_day(found, first) if by_week else _by_agent(found, whose, lieu),
        "nombre": len(found),
        "sort": bool(outreach_unites(reader)),
    }
    return render(request, "accueil/agenda.html", context)


def _between(reader: Agent, whose: Agent, lieu: Lieu | None, first: date, end: date) -> list[RendezVous]:
    """From a day to another (not included)."""
    holder: dict[str, Any] = {"unite__lieu": lieu} if lieu else {"agent": whose}
    span = {"starts_at__gte": at_hour(first, time.min), "starts_at__lt": at_hour(end, time.min)}
    found = RendezVous.objects.visible_to(reader).shown().filter(**holder, **span)
    return list(found.select_related("usager", "agent__metier", "bureau", "unite").order_by("starts_at", "pk"))


def _by_day(found: list[RendezVous], monday: date) -> list[Colonne]:
    """The working days, and the week-end only where somebody is expected."""
    columns = []
    for number in range(7):
        jour = monday + timedelta(days=number)
        rows = [row for row in found if row.jour == jour]
        if rows or number < SATURDAY:
            is_today = jour == timezone.localdate()
            columns.append(Colonne(jour_court(jour).capitalize(), rows, is_today=is_today, jour=jour))
    return columns


def _by_agent(found: list[RendezVous], whose: Agent, lieu: Lieu | None) -> list[Colonne]:
    """Of a lieu, a column for each agent whose day is not empty; of one agent, one column."""
    if lieu is None:
        return [Colonne(whose.nom_complet, found)]
    return [Colonne(agent.nom_complet, [row for row in found if row.agent == agent]) for agent in _agents(found)]


def _agents(found: Iterable[RendezVous]) -> list[Agent]:
    return sorted({row.agent for row in found}, key=lambda agent: (agent.nom, agent.prenom))


def export(request: HttpRequest) -> HttpResponse:
    """The signed-in agent's own appointments of the next 60 days, for another calendar."""
    agent = signed_in(request)
    now = timezone.now()
    mine = RendezVous.objects.visible_to(agent).filter(
        agent=agent, statut=RendezVous.Statut.A_VENIR, starts_at__gte=now, starts_at__lt=now + EXPORTED
    )
    content = calendar(mine.select_related("bureau", "unite__lieu").order_by("starts_at"))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="agenda.ics"'
    return response
