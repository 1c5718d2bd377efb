"""A relais received: what was already said, then take it up or send it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from accueil.models import Demande, Relais
from evaluation.views.dit import faits_on_the_way
from parcours.forms.relais import AcceptationForm, RetourForm
from parcours.models import Parcours
from parcours.models.scope import NATURES
from parcours.opening import send_back
from parcours.premiers import offered
from pole_social.access import CARE, signed_in
from pole_social.models import Agent
from pole_social.once import once, repeated


def received(agent: Agent) -> QuerySet[Relais]:
    """The relais addressed to the unités that support: one's own, or those one answers for."""
    unites = Q(vers_unite__in=agent.unite_ids) | Q(vers_unite__in=agent.supervised_unite_ids)
    found = Relais.objects.visible_to(agent).filter(unites, vers_unite__nature__in=NATURES)
    return found.select_related(
        "usager__commune", "de_unite__lieu", "vers_unite__lieu", "sent_by__metier", "referent_propose"
    )


def relais(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(received(signed_in(request)), pk=pk)
    return _page(request, found, AcceptationForm(), RetourForm(auto_id="retour_%s"))


def acceptation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the parcours and become its référent."""
    found = get_object_or_404(_addressed(signed_in(request)), pk=pk)
    form = AcceptationForm(request.POST)
    if form.is_valid():
        return once(request, form, lambda: _accept(request, found, form))
    return _page(request, found, form, RetourForm(auto_id="retour_%s"))


def _accept(request: HttpRequest, found: Relais, form: AcceptationForm) -> HttpResponseRedirect:
    """A relais that this agent has taken up already is answered with its parcours, without effect."""
    agent = signed_in(request)
    if found.statut == Relais.Statut.ACCEPTE and (mine := _parcours(found, agent)):
        return redirect("parcours:parcours", mine.pk)
    opened = form.save(found, by=agent)
    messages.success(request, "Relais accepté : le parcours est ouvert.")
    # What the evaluation proposes is read by whoever has accepted, not before.
    is_offered = bool(offered(agent, opened))
    return redirect("parcours:premiers_objectifs" if is_offered else "parcours:parcours", opened.pk)


def retour(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send it back, which ends the unité's access: the second click of a double click gets the first answer."""
    form = RetourForm(request.POST, auto_id="retour_%s")
    if form.is_valid() and (answer := repeated(request, form)):
        return answer
    found = get_object_or_404(_addressed(signed_in(request)), pk=pk)
    if form.is_valid():
        return once(request, form, lambda: _return(request, found, form))
    return _page(request, found, AcceptationForm(), form)


def _return(request: HttpRequest, found: Relais, form: RetourForm) -> HttpResponseRedirect:
    send_back(found, by=signed_in(request), motif=form.cleaned_data["motif"])
    messages.success(request, "Relais retourné à l’unité qui l’avait envoyé, avec votre motif.")
    return redirect("parcours:liste")


def _addressed(agent: Agent) -> QuerySet[Relais]:
    """Answering is for the unité's own professionals: leading it, or the SST, is not working in it."""
    return received(agent).filter(vers_unite__in=agent.unite_ids)


def _parcours(found: Relais, agent: Agent) -> Parcours | None:
    return Parcours.objects.visible_to(agent).filter(relais_recus=found).first()


def _page(request: HttpRequest, found: Relais, acceptation: AcceptationForm, retour: RetourForm) -> HttpResponse:
    agent = signed_in(request)
    is_addressed = found.vers_unite_id in agent.unite_ids and bool(CARE & agent.roles)
    demandes = list(Demande.objects.visible_to(agent).filter(relais=found).select_related("domaine", "droit__regle"))
    context: dict[str, Any] = {
        "relais": found,
        "metiers": list(found.metiers.all()) if found.is_readable else [],
        "parcours": _parcours(found, agent) if found.statut == Relais.Statut.ACCEPTE else None,
        "can_answer": is_addressed and found.is_open,
        "acceptation": acceptation,
        "retour": retour,
        "demandes": demandes,
        "faits": faits_on_the_way(agent, found.usager_id, demandes),
    }
    return render(request, "parcours/relais.html", context)
