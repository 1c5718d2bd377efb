"""A relais received: what was said, then accept it or return it with a reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accueil.models import Demande, Relais, Usager
from accueil.models.relais import RelaisQuerySet
from evaluation.forms.decision import RetourForm
from evaluation.models import Evaluation
from evaluation.opening import open_from
from evaluation.views.dit import faits_on_the_way
from pole_social.access import Role, signed_in
from pole_social.models import Agent, MoveRefused, Unite


def received(agent: Agent) -> RelaisQuerySet:
    """The relais addressed to a unité évaluation, as far as this agent sees them."""
    found = Relais.objects.visible_to(agent).filter(vers_unite__nature=Unite.Nature.EVALUATION)
    return found.select_related("usager", "de_unite__lieu", "vers_unite__lieu", "sent_by")


def answered(agent: Agent) -> RelaisQuerySet:
    """Those this agent may answer: addressed to one of their unités; waits for a colleague answering now."""
    return received(agent).filter(vers_unite__in=agent.unite_ids).select_for_update(of=("self",), no_key=True)


def relais(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the sender said, before deciding."""
    found = get_object_or_404(received(signed_in(request)), pk=pk)
    return _show(request, found, RetourForm())


def _show(request: HttpRequest, found: Relais, retour: RetourForm) -> HttpResponse:
    agent = signed_in(request)
    demandes = list(Demande.objects.visible_to(agent).filter(relais=found).select_related("domaine", "droit__regle"))
    is_mine = found.vers_unite_id in agent.unite_ids and found.statut == Relais.Statut.ENVOYE
    context = {
        "relais": found,
        # Without a relationship (a responsable's supervision), dates and names only.
        "has_content": found.journal_rattachement is not None,  # type: ignore[attr-defined]
        "usager": Usager.objects.visible_to(agent).filter(pk=found.usager_id).first(),
        "demandes": demandes,
        "faits": faits_on_the_way(agent, found.usager_id, demandes),
        "etapes": found.etapes.select_related("by"),
        "evaluation": Evaluation.objects.visible_to(agent).filter(relais_recus=found).first(),
        "can_accept": is_mine and Role.SOCIAL in agent.roles,
        "can_return": is_mine,
        "retour": retour,
    }
    return render(request, "evaluation/relais.html", context, status=retour.status)


def acceptation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take over: opens the person's evaluation, or joins the one already open."""
    agent = signed_in(request)
    found = get_object_or_404(answered(agent), pk=pk)
    if found.statut == Relais.Statut.ACCEPTE:
        mine = Evaluation.objects.visible_to(agent).filter(relais_recus=found).first()
        if mine is None:
            raise MoveRefused
        return redirect("evaluation:evaluation", mine.pk)
    opened = open_from(found, by=agent)
    messages.success(request, "Le relais est accepté : l’évaluation est à vous.")
    return redirect("evaluation:evaluation", opened.pk)


def retour(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give back to the sender, with the reason: its demandes return to its list."""
    agent = signed_in(request)
    found = get_object_or_404(answered(agent), pk=pk)
    if found.statut == Relais.Statut.RETOURNE:
        return redirect("evaluation:liste")
    form = RetourForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    found.send_back(by=agent, motif=form.cleaned_data["motif"])
    messages.success(request, "Le relais est retourné à l’unité qui l’avait envoyé, avec votre raison.")
    return redirect("evaluation:liste")
