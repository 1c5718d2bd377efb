"""Registering a passage: of the people chosen in the search, or of nobody; and who it concerns, later."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render

from accueil.forms.arrivee import ArriveeForm
from accueil.forms.passage import PassageForm
from accueil.forms.recherche import RechercheForm, find
from accueil.models import Passage, Usager
from accueil.views.guichet import desk_unite, my_passage, no_desk, people_of, picked
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused
from pole_social.once import once
from pole_social.templatetags.temps import heure


def nouveau(request: HttpRequest) -> HttpResponse:
    """Register a passage; the same page finds the other people whom it concerns."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    is_sent = request.method == "POST"
    people = picked(agent, _wanted(request.POST) if is_sent else request.GET.getlist("usager"))
    if is_sent and _is_about_people(request.POST):
        form = PassageForm(None, usagers=people, unite=unite, initial=_typed(request.POST))
        return _page(request, form, _searched(request, agent, people))
    form = PassageForm(request.POST if is_sent else None, usagers=people, unite=unite)
    if form.is_bound and form.is_valid():
        return once(request, form, lambda: _registered(request, form.save(by=agent)))
    return _page(request, form)


def _page(request: HttpRequest, form: PassageForm, searched: dict[str, Any] | None = None) -> HttpResponse:
    context = {"form": form, "personnes": form.people, "unite": form.unite, "recherche_form": RechercheForm()}
    if not form.people:
        context["motifs"] = form.fields["motif"].queryset  # type: ignore[attr-defined]
    return render(request, "accueil/passage_nouveau.html", context | (searched or {}), status=form.status)


def _is_about_people(data: QueryDict) -> bool:
    """Whether one of the buttons beside the names was pressed, or Enter in the box that looks for another."""
    return bool(data.get("ajouter") or data.get("retirer") or data.get("q"))


def _wanted(data: QueryDict) -> list[str]:
    """The people of the page, with the one added and without the one removed."""
    wanted = [*data.getlist("usagers"), *data.getlist("ajouter")]
    return [pk for pk in wanted if pk not in data.getlist("retirer")]


def _typed(data: QueryDict) -> dict[str, Any]:
    """What stands in the form while people are chosen: nothing is lost, nothing is checked yet."""
    boxes = {name: name in data for name in ("is_prioritaire", "is_confidentiel", "is_mineur_seul", "separement")}
    texts = {name: data.get(name) for name in ("motif", "canal", "arrivee") if name in data}
    return boxes | texts | {"absents": data.getlist("absents")}


def _searched(request: HttpRequest, agent: Agent, people: list[Usager]) -> dict[str, Any]:
    """The candidates for another person, without those already there."""
    if not request.POST.get("q") or request.POST.get("ajouter") or request.POST.get("retirer"):
        return {}
    form = RechercheForm(request.POST)
    if not form.is_valid():
        return {"recherche_form": form}
    candidats = find(agent, form.typed_parts)
    here = {usager.pk for usager in people}
    return {"recherche_form": form, "candidats": [usager for usager in candidats.personnes if usager.pk not in here]}


def _registered(request: HttpRequest, made: list[Passage]) -> HttpResponseRedirect:
    numbers = " et ".join(f"n° {passage.numero}" for passage in made)
    said = f"Les passages {numbers} sont enregistrés." if len(made) > 1 else f"Le passage {numbers} est enregistré."
    messages.success(request, said)
    if len(made) == 1 and made[0].statut == Passage.Statut.EN_ENTRETIEN:
        return redirect("accueil:passage", made[0].pk)  # type: ignore[return-value]
    return redirect("accueil:bureau")  # type: ignore[return-value]


def arrivee(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The hour at which the person arrived, when it was entered after; a stale save shows both."""
    agent, found = signed_in(request), my_passage(request, pk)
    form = ArriveeForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid() and form.save(by=agent):
        messages.success(request, f"Le n° {found.numero} est arrivé à {heure(found.arrived_at)}.")
        return redirect("accueil:passage", found.pk)
    context = {"form": form, "passage": found, "corrections": found.arrivals_noted().select_related("by")}
    return render(request, "accueil/passage_arrivee.html", context, status=form.status)


def personnes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom an open passage concerns: somebody joins it, or was put on it by mistake."""
    agent, found = signed_in(request), my_passage(request, pk)
    if not found.is_open:
        raise MoveRefused
    if found.seance_id and not vars(found)["journal_usagers"]:
        # A contact of an outing is named with the person's agreement, and there only.
        return redirect("accueil:passage_rattachement", found.pk)
    people = people_of(agent, found)
    if request.POST.get("ajouter") or request.POST.get("retirer"):
        _change(request, agent, found, people)
        return redirect("accueil:passage", found.pk)
    searched = {"recherche_form": RechercheForm()} | _searched(request, agent, people)
    context = {"passage": found, "personnes": people} | searched
    return render(request, "accueil/passage_personnes.html", context)


def _change(request: HttpRequest, agent: Agent, passage: Passage, people: list[Usager]) -> None:
    """A second click on the same button finds it done, and does nothing."""
    for usager in people:
        if str(usager.pk) == request.POST.get("retirer"):
            passage.remove_usager(usager)
            messages.success(request, f"Le n° {passage.numero} ne concerne plus cette personne.")
    is_anonymous = not vars(passage)["journal_usagers"]
    for usager in picked(agent, request.POST.getlist("ajouter")):
        passage.add_usager(usager)
        if is_anonymous:
            passage.give_name_to_what_was_noted(usager)
            is_anonymous = False
        messages.success(request, f"Le n° {passage.numero} concerne une personne de plus.")
