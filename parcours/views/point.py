"""One parcours at a round table: what is asked, what each métier brings in its circle, what is decided."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.models import Rattachement
from parcours.forms.action import ActionForm
from parcours.forms.concertation import ContributionForm, InformationForm, PointForm
from parcours.models import Action, Concertation, Ecrit, Intervenant, Objectif, Parcours, Point
from parcours.models.concertation import PointQuerySet
from parcours.models.scope import TEAM_NATURES
from parcours.papier import decisions_on_screen_only, questions_on_screen_only
from parcours.views.scope import worked_on
from pole_social.access import CARE, signed_in
from pole_social.brouillons import resumed
from pole_social.forms import HubForm
from pole_social.models import Agent, Metier, MoveRefused
from pole_social.once import once, once_unless_taken

# Not an exchange with the person.
BROUGHT = Ecrit.Modalite.CONCERTATION


def points_of(parcours: Parcours, agent: Agent) -> dict[str, list[Point]]:
    """For the page of the parcours: the round tables that will speak of it, the soonest first, and those that did."""
    found = Point.objects.visible_to(agent).live().filter(parcours=parcours).select_related("concertation")
    rows = list(found.order_by("concertation__held_on", "concertation__begins_at", "pk"))
    of_state = {statut: [row for row in rows if row.concertation.statut == statut] for statut in Concertation.Statut}
    return {"concertations": of_state[Concertation.Statut.PREVUE], "tenues": of_state[Concertation.Statut.TENUE]}


def nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put one of my parcours on the agenda."""
    agent = signed_in(request)
    found = get_object_or_404(Concertation.objects.open_to(agent), pk=pk)
    if not found.is_open:
        raise MoveRefused
    there = Point.objects.live().filter(concertation=pk, parcours=OuterRef("pk"))
    offered = list(worked_on(agent).exclude(Exists(there)).order_by("usager__nom_usage", "usager__prenoms", "pk"))
    wanted = {"parcours": request.GET.get("parcours", "")}
    form = PointForm(request.POST or None, instance=Point(concertation=found), offered=offered, initial=wanted)
    if answer := once_unless_taken(request, form, lambda: _put_on(request, form)):
        return answer
    context = {"form": form, "concertation": found, "has_any": bool(offered)}
    return render(request, "parcours/concertation_point_nouveau.html", context, status=form.status)


def _put_on(request: HttpRequest, form: PointForm) -> HttpResponseRedirect:
    made = form.save(by=signed_in(request))
    messages.success(request, "Le parcours est à l’ordre du jour. Seule son équipe le voit.")
    return _page(made)


def point(request: HttpRequest, pk: UUID, point: UUID) -> HttpResponse:
    """What the team reads of it, and what remains to be asked."""
    return _show(request, _read(request, pk, point), InformationForm(initial={"informed_on": timezone.localdate()}))


def information(request: HttpRequest, pk: UUID, point: UUID) -> HttpResponse:
    """Note when the person was told; the first date stays."""
    found = _written(request, pk, point)
    form = InformationForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    found.inform(form.cleaned_data["informed_on"])
    return _page(found)


def contribution(request: HttpRequest, pk: UUID, point: UUID) -> HttpResponse:
    """What one métier brings, in its own circle; a draft, or signed at once."""
    found = _written(request, pk, point)
    day = min(found.concertation.held_on, timezone.localdate())
    blank = Ecrit(parcours=found.parcours, auteur=signed_in(request), point=found, done_on=day, modalite=BROUGHT)
    form = ContributionForm(request.POST or None, instance=blank, brouillon=resumed(request))
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _page(found, form.save().point_id))
    return _form(request, "parcours/concertation_contribution.html", found, form)


def decision(request: HttpRequest, pk: UUID, point: UUID) -> HttpResponse:
    """A decision is an action: somebody does it, for a day."""
    agent, found = signed_in(request), _written(request, pk, point)
    objectifs = list(Objectif.objects.visible_to(agent).filter(parcours=found.parcours_id))
    action = Action(parcours=found.parcours, point=found)
    form = ActionForm(request.POST or None, instance=action, objectifs=objectifs)
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _page(found, form.save(by=agent).point_id))
    return _form(request, "parcours/concertation_decision.html", found, form)


def retrait(request: HttpRequest, pk: UUID, point: UUID) -> HttpResponse:
    """Take it off the agenda; what was already brought stays in the parcours."""
    found = _written(request, pk, point, Point.objects.visible_to(signed_in(request)))
    if found.removed_at is None:
        found.take_off()
        messages.success(request, "Le parcours n’est plus à l’ordre du jour.")
    return redirect("parcours:concertation", pk)


def _read(request: HttpRequest, pk: UUID, point: UUID, among: PointQuerySet | None = None) -> Point:
    """The point, for those who read the content of its parcours."""
    live = Point.objects.visible_to(signed_in(request)).live() if among is None else among
    found = live.read_in_team().filter(concertation=pk)
    return get_object_or_404(found.select_related("concertation__unite__lieu", "parcours__usager"), pk=point)


def _written(request: HttpRequest, pk: UUID, point: UUID, among: PointQuerySet | None = None) -> Point:
    """The same, for those who work on it today. Raises MoveRefused once the meeting is cancelled."""
    found = _read(request, pk, point, among)
    if not worked_on(signed_in(request)).filter(pk=found.parcours_id).exists():
        raise Http404
    if not found.concertation.takes_words:
        raise MoveRefused
    return found


def _page(found: Point, point: UUID | None = None) -> HttpResponseRedirect:
    address = reverse("parcours:concertation_point", args=[found.concertation_id, point or found.pk])
    return HttpResponseRedirect(address)


def _form(request: HttpRequest, template: str, found: Point, form: HubForm) -> HttpResponse:
    context = {"form": form, "point": found, "parcours": found.parcours}
    return render(request, template, context, status=form.status)


def _show(request: HttpRequest, found: Point, form: InformationForm) -> HttpResponse:
    agent = signed_in(request)
    brought = Ecrit.objects.visible_to(agent).filter(point=found).select_related("auteur__metier")
    ecrits = list(brought.order_by("created_at", "pk"))
    decided = Action.objects.visible_to(agent).filter(point=found)
    decisions = list(decided.select_related("agent", "partenaire", "objectif__fragilite__domaine"))
    hidden = questions_on_screen_only([found]) | decisions_on_screen_only(decisions)
    works = worked_on(agent).filter(pk=found.parcours_id).exists()
    context: dict[str, Any] = {
        "point": found,
        "concertation": found.concertation,
        "parcours": found.parcours,
        "contributions": [ecrit for ecrit in ecrits if ecrit.is_signed],
        "brouillons": [ecrit for ecrit in ecrits if not ecrit.is_signed],
        "decisions": decisions,
        "hors_papier": hidden,
        "prints_decisions": any(action.pk not in hidden for action in decisions),
        "can_write": works and found.concertation.takes_words,
        "form": form,
        "aujourdhui": timezone.localdate(),
    }
    return render(request, "parcours/concertation_point.html", context | _around(found, agent, ecrits))


def _around(found: Point, agent: Agent, ecrits: list[Ecrit]) -> dict[str, Any]:
    """The team, the guests who read nothing of this parcours, the professions that nobody has asked yet.

    Counted from what this reader sees: a text that is hidden from them takes no profession off the list.
    """
    everyone = Intervenant.objects.visible_to(agent).filter(parcours=found.parcours_id)
    members = list(everyone.select_related("agent__metier"))
    asked = {one.agent.metier_id for one in members} | {ecrit.auteur.metier_id for ecrit in ecrits}
    holders = Rattachement.objects.live().from_source(found.parcours).filter(nature__in=TEAM_NATURES)
    return {
        "equipe": [one for one in members if one.ends_at is None],
        "dehors": list(found.concertation.participants.exclude(pk__in=holders.values("agent"))),
        "pas_sollicites": list(Metier.objects.filter(famille__in=CARE).exclude(pk__in=asked)),
    }
