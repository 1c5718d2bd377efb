"""Opening a parcours that no relais sent: find the person, say what opened it; then follow its dates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from accueil.forms.recherche import RechercheForm, find, guess_identity
from accueil.forms.usager import NouvelUsagerForm, searched
from accueil.models import Usager
from parcours.forms.entree import EntreeForm, EntreeNouvelleForm
from parcours.models import EntreeDirecte, Parcours
from parcours.models.scope import NATURES
from parcours.opening import standing
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.models import Agent, Territoire, Unite
from pole_social.once import once

OPENED = "Le parcours est ouvert : vous en êtes référent, avec un premier bilan dans trois mois."
ATTACHED = "L’entrée est jointe au parcours déjà ouvert : son équipe la lit."
NO_TERRITOIRE = "Rien n’est enregistré : votre lieu n’a pas encore de territoire. Demandez-le à l’administration."


def opening_unites(agent: Agent) -> list[Unite]:
    """The unités of the agent where a parcours may be opened."""
    return [unite for unite in agent.unites if unite.nature in NATURES]


def recherche(request: HttpRequest) -> HttpResponse:
    """Whoever is announced may already be known: search first."""
    agent = signed_in(request)
    form = RechercheForm(request.POST if request.method == "POST" else None)
    form.fields["q"].widget.attrs["autofocus"] = not form.is_bound
    can_open = bool(opening_unites(agent))
    asked = can_open and form.is_bound and form.is_valid()
    candidats = find(agent, form.typed_parts) if asked else None
    context = {"form": form, "candidats": candidats, "can_open": can_open}
    return render(request, "parcours/entree_recherche.html", context)


def usager(request: HttpRequest) -> HttpResponse:
    """Make a person known, from a search that did not find them; the candidates stay on the screen."""
    agent = signed_in(request)
    if request.method != "POST" or not opening_unites(agent):
        return redirect("parcours:entree_recherche")
    if "nom_usage" not in request.POST:
        return _prefilled(request, agent)
    form = NouvelUsagerForm(request.POST, by=agent)
    if form.is_valid():
        territoire = next((unite.lieu.territoire for unite in opening_unites(agent) if unite.lieu.territoire), None)
        if territoire:
            return once(request, form, lambda: _made(form, agent, territoire))
        form.add_error(None, NO_TERRITOIRE)
    return _show(request, agent, form, searched(form))


def _prefilled(request: HttpRequest, agent: Agent) -> HttpResponse:
    """What was typed in the search, set in its fields."""
    search = RechercheForm(request.POST)
    if not search.is_valid():
        context = {"form": search, "candidats": None, "can_open": True}
        return render(request, "parcours/entree_recherche.html", context)
    initial = {**guess_identity(search.typed_parts), "q": search.cleaned_data["q"]}
    return _show(request, agent, NouvelUsagerForm(initial=initial, by=agent), search)


def _show(request: HttpRequest, agent: Agent, form: NouvelUsagerForm, search: RechercheForm) -> HttpResponse:
    candidats = find(agent, search.typed_parts) if search.is_valid() else None
    return render(request, "parcours/entree_usager.html", {"form": form, "candidats": candidats})


def _made(form: NouvelUsagerForm, agent: Agent, territoire: Territoire) -> HttpResponseRedirect:
    return redirect("parcours:entree_nouvelle", form.save(by=agent, territoire=territoire).pk)


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what opened the parcours of this person, whom the search proposes to the agent."""
    agent = signed_in(request)
    unites = opening_unites(agent)
    if not unites:
        return redirect("parcours:entree_recherche")
    found = get_object_or_404(Usager.objects.candidates_for(agent).select_related("commune"), pk=pk)
    form = EntreeNouvelleForm(request.POST or None, unites=unites)
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _opened(request, form, found))
    context = {"form": form, "usager": found, "deja": _open_already(found, unites)}
    return render(request, "parcours/entree_nouvelle.html", context, status=form.status)


def _open_already(usager: Usager, unites: list[Unite]) -> list[Parcours]:
    """Those of the nature of the agent's own unités: of the others nothing is said."""
    found = {row.pk: row for unite in unites if (row := standing(usager.pk, unite))}
    return list(found.values())


def _opened(request: HttpRequest, form: EntreeNouvelleForm, usager: Usager) -> HttpResponseRedirect:
    agent = signed_in(request)
    is_new = standing(usager.pk, form.where) is None
    made = form.save(usager=usager, by=agent)
    messages.success(request, OPENED if is_new else ATTACHED)
    if Parcours.objects.visible_to(agent).filter(pk=made.pk).first():
        return redirect("parcours:parcours", made.pk)
    return redirect("parcours:liste")


def entrees_of(found: Parcours, agent: Agent) -> dict[str, Any]:
    """For the page of a parcours: what opened it, or came while it was open. One query."""
    return {"entrees": list(EntreeDirecte.objects.visible_to(agent).filter(parcours=found))}


def entree(request: HttpRequest, pk: UUID, entree: UUID) -> HttpResponse:
    """The visit is accepted, the contrat signed: a stale save shows both."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    row = get_object_or_404(EntreeDirecte.objects.visible_to(agent).filter(parcours=found), pk=entree)
    form = EntreeForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid() and form.save(by=agent):
        messages.success(request, "L’entrée est à jour.")
        return redirect("parcours:parcours", pk)
    context = {"form": form, "parcours": found, "entree": row}
    return render(request, "parcours/entree.html", context, status=form.status)
