"""The documents of a demande: a checklist of what was seen. Nothing is uploaded."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accueil.forms.piece import PieceForm
from accueil.models import Demande, PieceDemandee
from accueil.views.demande import show_demande
from accueil.views.guichet import my_demande
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused
from pole_social.once import once


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for one more document."""
    agent, demande = signed_in(request), my_demande(request, pk)
    if not demande.is_open:
        raise MoveRefused
    form = PieceForm(request.POST)
    if not form.is_valid():
        return show_demande(request, demande.pk, piece_form=form)
    return once(request, form, lambda: _asked(request, form, demande, agent))


def _asked(request: HttpRequest, form: PieceForm, demande: Demande, agent: Agent) -> HttpResponseRedirect:
    form.save(demande=demande, by=agent)
    return back(request, demande)


def etat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Received, seen and given back, or missing: one click each; the same again changes nothing."""
    agent = signed_in(request)
    mine = PieceDemandee.objects.visible_to(agent).filter(demande__unite__in=agent.unite_ids)
    piece = get_object_or_404(mine.select_related("demande").select_for_update(of=("self",)), pk=pk)
    to = request.POST.get("etat", "")
    if to not in PieceDemandee.Etat.values or not piece.demande.is_open:
        raise MoveRefused
    if piece.etat != to:
        piece.mark(to, by=agent)
    return back(request, piece.demande)


def back(request: HttpRequest, demande: Demande) -> HttpResponseRedirect:
    """To the page where the click was made, its list still unfolded."""
    if request.POST.get("retour") == "demande":
        return HttpResponseRedirect(reverse("accueil:demande", args=[demande.pk]) + "#pieces")
    page = reverse("accueil:passage", args=[demande.passage_id])
    return HttpResponseRedirect(f"{page}?pieces={demande.pk}#demande-{demande.pk}")
