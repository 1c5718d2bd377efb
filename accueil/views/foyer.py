"""The households of a person: who lives there, since when, who holds parental authority.

Only the members whom the agent may open are shown, and nothing tells how many others there are: a gap or a
count would say that somebody is hidden. One may add only people whom one may open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.foyer import FoyerForm, MembreForm
from accueil.forms.recherche import RechercheForm, find
from accueil.models import MembreFoyer, Usager
from pole_social.access import signed_in
from pole_social.models import Agent
from pole_social.once import once


@dataclass
class Menage:
    """One household as an agent sees it."""

    place: MembreFoyer
    autres: list[MembreFoyer] = field(default_factory=list)


def households(agent: Agent, usager: Usager) -> list[Menage]:
    """The current households of a person, with the others whom the agent may see, in one query."""
    links = MembreFoyer.objects.visible_to(agent).current()
    here = links.filter(usager=usager).values("foyer")
    rows = list(links.filter(foyer__in=here).select_related("usager"))
    found = {row.foyer_id: Menage(row) for row in rows if row.usager_id == usager.pk}
    for row in rows:
        if row.usager_id != usager.pk:
            found[row.foyer_id].autres.append(row)
    return list(found.values())


def foyer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The households of a person; begin one."""
    agent = signed_in(request)
    found = get_object_or_404(Usager.objects.visible_to(agent), pk=pk)
    form = FoyerForm(request.POST if request.method == "POST" else None, usager=found, by=agent)
    if form.is_bound and form.is_valid():
        return once(request, form, lambda: _done(request, form.save(), pk, "Le foyer est créé."))
    menages = households(agent, found)
    context = {"form": form, "usager": found, "menages": menages, "aujourdhui": timezone.localdate()}
    return render(request, "accueil/foyer.html", context, status=form.status)


def membre(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add somebody to the household of this member: search, choose, say their place."""
    agent = signed_in(request)
    place = get_object_or_404(MembreFoyer.objects.visible_to(agent).current().select_related("usager", "foyer"), pk=pk)
    recherche = RechercheForm(request.POST if request.method == "POST" else None)
    found = _openable(agent, recherche)
    form = None
    if found:
        sent = request.POST if "lien" in request.POST or "cle" in request.POST else None
        initial = {"q": recherche.data.get("q", "")}
        form = MembreForm(sent, foyer=place.foyer, people=found, by=agent, initial=initial)
        if form.is_bound and form.is_valid():
            return once(request, form, lambda: _done(request, form.save(), place.usager_id, "La personne est ajoutée."))
    context = {"place": place, "recherche": recherche, "form": form, "cherche": recherche.is_bound}
    return render(request, "accueil/foyer_membre.html", context, status=form.status if form else 200)


def _openable(agent: Agent, recherche: RechercheForm) -> list[Usager]:
    """Of the people who answer to what was typed, those whom the agent may open."""
    if not recherche.is_bound or not recherche.is_valid():
        return []
    proposed = find(agent, recherche.typed_parts).personnes
    return list(Usager.objects.visible_to(agent).filter(pk__in=[usager.pk for usager in proposed]))


def membre_fin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They live there no more, from today."""
    found = get_object_or_404(MembreFoyer.objects.visible_to(signed_in(request)), pk=pk)
    if found.ends_on is None:
        found.ends_on = max(timezone.localdate(), found.starts_on)
        found.save(update_fields=["ends_on"])
        messages.success(request, "Cette place dans le foyer est terminée ; elle reste dans l’historique.")
    return redirect("accueil:usager_foyer", found.usager_id)


def _done(request: HttpRequest, made: MembreFoyer, pk: UUID, said: str) -> HttpResponseRedirect:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("accueil:usager_foyer", args=[pk]))
