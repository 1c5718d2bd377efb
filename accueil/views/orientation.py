"""Sending to a partner: the slip handed over, the answer received, the demande taken up again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.orientation import OrientationForm, PartenaireRechercheForm, ReponseRecueForm, RepriseForm
from accueil.models import Demande, Orientation, Passage, Usager
from accueil.views.guichet import acts_on, everybody_of, my_demande, my_passage
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused, Unite
from pole_social.once import once

Statut = Orientation.Statut
WITH = ("partenaire", "usager", "demande__domaine", "demande__droit", "passage", "unite__lieu", "created_by")


def orientations_of(agent: Agent, passage: Passage, people: list[Usager]) -> dict[str, Any]:
    """Where people were sent from this passage: one query."""
    found = Orientation.objects.visible_to(agent).filter(passage=passage)
    return {"orientations": list(found.select_related("partenaire", "usager", "demande__domaine", "passage"))}


def orientations_of_usager(agent: Agent, usager: Usager) -> dict[str, Any]:
    """Where the person was sent, the unanswered first: one query."""
    theirs = Orientation.objects.visible_to(agent).filter(usager=usager)
    found = theirs.select_related("partenaire", "demande__domaine", "passage")
    return {"orientations": sorted(found, key=lambda orientation: not orientation.is_unanswered())}


def orientations_unanswered(agent: Agent, unite: Unite) -> list[Orientation]:
    """Those of this desk whose answer has not come, the oldest first: one query."""
    late = Orientation.objects.visible_to(agent).filter(unite=unite).unanswered(timezone.localdate())
    return list(late.select_related("partenaire", "usager", "passage", "demande__domaine").order_by("expected_on"))


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose a partner, say what for; an anonymous passage may have a slip too."""
    agent, passage = signed_in(request), my_passage(request, pk)
    people = everybody_of(request, passage)
    cherche = PartenaireRechercheForm(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {"passage": passage, "people": people, "demandes": _orientable(request, passage)}
    words = cherche.cleaned_data["cherche"] if cherche.is_bound and cherche.is_valid() else ""
    if _is_searching(request):
        form = OrientationForm(initial=_typed(request), cherche=words, **given)
    else:
        bound = request.POST if request.method == "POST" else None
        form = OrientationForm(bound, initial=_preselected(request, given["demandes"]), cherche=words, **given)
        if form.is_bound and form.is_valid():
            return once(request, form, lambda: _to_slip(form.save(by=agent)))
    context = {"form": form, "cherche_form": cherche, "cherche": words, "passage": passage, "personnes": people}
    return render(request, "accueil/orientation_nouvelle.html", context, status=form.status)


def _orientable(request: HttpRequest, passage: Passage) -> list[Demande]:
    """Those that can leave, and the one just sent: a double click is not a mistake in the form."""
    demandes = Demande.objects.visible_to(signed_in(request)).filter(passage=passage)
    typed = request.POST.get("demande", "")
    return [one for one in demandes if one.can_move(Demande.Statut.ORIENTEE) or str(one.pk) == typed]


def _is_searching(request: HttpRequest) -> bool:
    """The words were changed, and « Chercher » pressed; Enter elsewhere presses it too, with the same words."""
    searched = request.POST.get("cherche", "") != request.POST.get("cherche_fait", "")
    return "chercher" in request.POST and searched


def _typed(request: HttpRequest) -> dict[str, str]:
    """What the form held when the list was searched: shown again, not yet judged."""
    names = ("usager", "partenaire", "demande", "objet", "expected_on", "cle")
    return {name: request.POST[name] for name in names if request.POST.get(name)}


def _preselected(request: HttpRequest, demandes: list[Demande]) -> dict[str, str]:
    """The demande from which one came."""
    asked = request.GET.get("demande", "")
    return {"demande": asked} if asked in {str(demande.pk) for demande in demandes} else {}


def _to_slip(orientation: Orientation) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("accueil:orientation_bon", args=[orientation.pk]))


def bon(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The slip handed to the person, and where the answer stands."""
    agent = signed_in(request)
    found = get_object_or_404(Orientation.objects.visible_to(agent).select_related(*WITH), pk=pk)
    context = {
        "orientation": found,
        "acts": acts_on(agent, found.unite_id),
        "papiers": found.demande.droit.papiers if found.demande and found.demande.droit else [],
    }
    return render(request, "accueil/orientation_bon.html", context)


def _my_orientation(request: HttpRequest, pk: UUID) -> Orientation:
    """One of my unités, held until the act is done."""
    agent = signed_in(request)
    mine = Orientation.objects.visible_to(agent).filter(unite__in=agent.unite_ids)
    return get_object_or_404(mine.select_related(*WITH).select_for_update(of=("self",)), pk=pk)


def reponse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the partner answered; a refusal offers to take the demande up again."""
    agent, found = signed_in(request), _my_orientation(request, pk)
    form = ReponseRecueForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to, said = form.cleaned_data["vers"], form.cleaned_data["reponse"]
        if (found.statut, found.reponse) != (to, said):
            found.answer(to, by=agent, reponse=said)
            messages.success(request, "La réponse du partenaire est notée.")
        return redirect("accueil:orientation_reprise" if found.can_take_up else "accueil:orientation_bon", pk)
    return render(request, "accueil/orientation_reponse.html", {"form": form, "orientation": found})


def reprise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The demande comes back to the desk, with a date."""
    agent, found = signed_in(request), _my_orientation(request, pk)
    form = RepriseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        demande = _refused_demande(request, found)
        if demande.statut == Demande.Statut.ORIENTEE:
            demande.reopen(by=agent, motif="Orientation refusée.", due_on=form.cleaned_data["due_on"])
            messages.success(request, "La demande est de nouveau à l’accueil.")
        return redirect("accueil:passage", demande.passage_id)
    return render(request, "accueil/orientation_reprise.html", {"form": form, "orientation": found})


def _refused_demande(request: HttpRequest, orientation: Orientation) -> Demande:
    """Held: of two desks that take it up, the second finds it taken up. Raises MoveRefused."""
    if orientation.statut != Statut.REFUSEE or orientation.demande_id is None:
        raise MoveRefused
    return my_demande(request, orientation.demande_id)
