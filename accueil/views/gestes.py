"""What one click does to a passage, and takes back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accueil.models import Passage
from accueil.views.guichet import my_passage
from pole_social.access import signed_in
from pole_social.models import UNDONE

Statut = Passage.Statut


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back my latest click on this passage: back to the state, the agent and the office it had."""
    agent, found = signed_in(request), my_passage(request, pk)
    last = found.last_move()
    if last is None or last.motif != UNDONE or last.by_id != agent.pk:
        found.undo(by=agent)
        messages.info(request, f"C’est annulé : le n° {found.numero} est de nouveau {found.get_statut_display()}.")
    if found.statut in {Statut.EN_ENTRETIEN, Statut.EN_PAUSE} and found.agent_id == agent.pk:
        return redirect("accueil:passage", found.pk)
    return redirect("accueil:bureau")


def confidentiel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the « espace confidentiel », or close it: screens then show only the number and the office."""
    found = my_passage(request, pk)
    found.is_confidentiel = request.POST.get("confidentiel") != "non"
    found.save(update_fields=["is_confidentiel"])
    said = "est en espace confidentiel" if found.is_confidentiel else "n’est plus en espace confidentiel"
    messages.success(request, f"Le n° {found.numero} {said}.")
    if request.POST.get("de") == "passage":
        return redirect("accueil:passage", found.pk)
    return redirect("accueil:bureau")
