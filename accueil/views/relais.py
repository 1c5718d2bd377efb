"""The hand-over, as its sender sees it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from accueil.forms.relais import AnnulationForm, RelaisForm
from accueil.models import Demande, Relais
from accueil.views.guichet import is_whole, my_passage, people_of, sent_relais
from accueil.views.passage import demandes_of, show
from pole_social.access import signed_in
from pole_social.once import once

Statut = Relais.Statut


def nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the demandes of a passage to the unité that takes over."""
    agent, passage = signed_in(request), my_passage(request, pk)
    people = people_of(agent, passage)
    if not is_whole(passage, people):
        return show(request, passage, status=409)
    handable = _handable(demandes_of(agent, passage), request.POST.getlist("demandes"))
    form = RelaisForm(
        request.POST if request.method == "POST" else None,
        passage=passage,
        people=people,
        demandes=handable,
    )
    if form.is_bound and people and form.is_valid():
        return once(request, form, lambda: _sent(request, form.save(by=agent)))
    context = {"form": form, "passage": passage, "personnes": people, "demandes": handable}
    return render(request, "accueil/relais_nouveau.html", context, status=form.status)


def _handable(demandes: list[Demande], typed: list[str]) -> list[Demande]:
    """Those that can leave, and those just sent: a double click is not a mistake in the form."""
    named = [demande for demande in demandes if demande.usager_id]
    return [d for d in named if d.can_move(Demande.Statut.RELAIS) or str(d.pk) in typed]


def _sent(request: HttpRequest, relais: Relais) -> HttpResponseRedirect:
    messages.success(request, f"Le relais est envoyé : {relais.vers_unite}.")
    return HttpResponseRedirect(reverse("accueil:relais", args=[relais.pk]))


def relais(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was handed over, to whom, and where it stands."""
    agent, found = signed_in(request), sent_relais(request, pk)
    demandes = Demande.objects.visible_to(agent).filter(relais=found)
    context = {
        "relais": found,
        "late": found.is_late(),
        "demandes": demandes.select_related("passage"),
        "etapes": found.etapes.select_related("by"),
    }
    return render(request, "accueil/relais.html", context)


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take it back: its demandes come back to the desk, today."""
    agent, found = signed_in(request), sent_relais(request, pk)
    form = AnnulationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if found.statut != Statut.ANNULE:
            found.cancel(by=agent, motif=form.cleaned_data["motif"])
            messages.success(request, "Le relais est annulé : ses demandes sont à reprendre aujourd’hui.")
        return redirect("accueil:bureau")
    return render(request, "accueil/relais_annulation.html", {"form": form, "relais": found})
