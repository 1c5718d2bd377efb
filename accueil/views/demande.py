"""Noting what is asked, following it, answering, taking up again, closing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.demande import DecisionForm, DemandeClotureForm, DemandeForm, ReponseForm, SuiteForm
from accueil.forms.piece import PieceForm
from accueil.models import Demande, Passage
from accueil.views.guichet import acts_on, is_whole, my_demande, my_passage, people_of
from accueil.views.passage import show
from accueil.views.suite import with_suites
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused
from pole_social.once import once
from pole_social.templatetags.temps import jour_court

Statut = Demande.Statut
# The moves that are only a click, as the button says them.
CLICKS = {
    Statut.EN_ATTENTE_PIECES: "Attendre les papiers",
    Statut.PRETE: "Le dossier est prêt",
    Statut.EN_INSTRUCTION: "Envoyer à l’instruction",
}


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a demande; a mistake shows the passage again, with what was typed."""
    agent, passage = signed_in(request), my_passage(request, pk)
    people = people_of(agent, passage)
    form = DemandeForm(request.POST, people=people, auto_id="demande_%s")
    if not is_whole(passage, people):
        return show(request, passage, demande_form=form, status=409)
    if not form.is_valid():
        return show(request, passage, demande_form=form)
    return once(request, form, lambda: _noted(form, agent, passage))


def _noted(form: DemandeForm, agent: Agent, passage: Passage) -> HttpResponseRedirect:
    """Raises MoveRefused once the passage has ended: its demandes have been settled."""
    if not passage.is_open:
        raise MoveRefused
    form.save(by=agent, passage=passage)
    return _to_page(passage.pk)


def _to_page(pk: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("accueil:passage", args=[pk]))


def demande(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One demande: its documents, its money, its steps, and what comes next."""
    return show_demande(request, pk)


def show_demande(request: HttpRequest, pk: UUID, **given: Any) -> HttpResponse:
    """The page of a demande; `given` replaces a form by one that was refused."""
    agent = signed_in(request)
    visible = Demande.objects.visible_to(agent).select_related("passage", "unite__lieu", "usager__commune")
    found = get_object_or_404(visible.select_related("agent", "domaine", "droit", "created_by", "relais"), pk=pk)
    with_suites(agent, [found])
    etapes = list(found.etapes.select_related("by"))
    acts = acts_on(agent, found.unite_id)
    context = {
        "demande": found,
        "acts": acts,
        "etapes": etapes,
        "annule": acts and found.can_undo(found.last_among(etapes), by=agent),
        "clics": [(to, label) for to, label in CLICKS.items() if found.can_move(to)],
        "piece_form": PieceForm(auto_id="piece_%s"),
    }
    return render(request, "accueil/demande.html", context | given)


def modification(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is asked, its right, its next date; a stale save shows both texts."""
    agent, found = signed_in(request), my_demande(request, pk)
    if not found.is_open:
        raise MoveRefused
    form = SuiteForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid() and form.save(by=agent):
        messages.success(request, "La demande est à jour.")
        return _to_demande(found)
    return render(request, "accueil/demande_suite.html", {"form": form, "pk": pk}, status=form.status)


def etape(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The moves that are only a click; a double click has one effect."""
    agent, found = signed_in(request), my_demande(request, pk)
    to = request.POST.get("vers", "")
    if to not in CLICKS:
        raise MoveRefused
    if found.statut != to:
        found.move(to, by=agent)
    return _to_demande(found) if request.POST.get("retour") == "demande" else _to_page(found.passage_id)


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one's own mis-click."""
    agent, found = signed_in(request), my_demande(request, pk)
    found.undo(by=agent)
    messages.success(request, f"C’est annulé : la demande est de nouveau {found.get_statut_display()}.")
    return _to_demande(found)


def decision(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Granted, refused, or adjourned to a day."""
    agent, found = signed_in(request), my_demande(request, pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if found.statut != form.cleaned_data["vers"]:
            form.decide(found, by=agent)
            messages.success(request, f"La demande est {found.get_statut_display()}.")
        return _to_demande(found)
    return render(request, "accueil/demande_decision.html", {"form": form, "demande": found})


def _to_demande(demande: Demande) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("accueil:demande", args=[demande.pk]))


def reponse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer at once."""
    agent, demande = signed_in(request), my_demande(request, pk)
    form = ReponseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data["reponse"]
        if (demande.statut, demande.reponse) != (Statut.REPONSE_IMMEDIATE, typed):
            demande.finish(Statut.REPONSE_IMMEDIATE, by=agent, reponse=typed)
            messages.success(request, "La réponse est notée.")
        return _to_page(demande.passage_id)
    return render(request, "accueil/demande_reponse.html", {"form": form, "demande": demande})


def reprise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """« À reprendre par moi, demain »."""
    agent, demande = signed_in(request), my_demande(request, pk)
    if not demande.is_open:
        raise MoveRefused
    tomorrow = timezone.localdate() + timedelta(days=1)
    is_mine = demande.agent_id == agent.pk
    if not is_mine or (demande.echeance != tomorrow and not demande.has_imposed_deadline):
        demande.take_up_tomorrow(by=agent)
        messages.success(request, _taken_up(demande))
    return _to_page(demande.passage_id)


def _taken_up(demande: Demande) -> str:
    if demande.has_imposed_deadline:
        return f"La demande est suivie par vous, jusqu’à son échéance imposée : {jour_court(demande.echeance)}."
    return "La demande est à reprendre par vous, demain."


def cloture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close without an answer: set aside, or at the person's own wish."""
    agent, demande = signed_in(request), my_demande(request, pk)
    form = DemandeClotureForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to, motif = form.cleaned_data["vers"], form.cleaned_data["motif"]
        if demande.statut != to:
            demande.finish(to, by=agent, motif=motif)
            messages.success(request, "La demande est close.")
        return _to_page(demande.passage_id)
    return render(request, "accueil/demande_cloture.html", {"form": form, "demande": demande})
