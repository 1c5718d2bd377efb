"""The person: made known from a search, their page, who they are."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accueil.forms.recherche import RechercheForm, find, guess_identity
from accueil.forms.usager import IdentiteForm, NouvelUsagerForm, searched
from accueil.models import Coordonnee, Demande, Fait, MembreFoyer, Passage, Rattachement, Relais, Usager
from accueil.views.guichet import desk_unite, no_desk
from pole_social.access import DESK, Role, signed_in
from pole_social.models import Agent
from pole_social.once import once

PASSAGES_SHOWN = 10
IDENTITE = DESK | {Role.SOCIAL}


def nouveau(request: HttpRequest) -> HttpResponse:
    """Make a person known, the candidates of the search still on the screen."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    if request.method != "POST":
        return redirect("accueil:recherche")
    if "nom_usage" not in request.POST:
        return _prefilled(request, agent)
    form = NouvelUsagerForm(request.POST, by=agent)
    territoire = unite.lieu.territoire
    if form.is_valid() and territoire:
        return once(request, form, lambda: _to_passage(form.save(by=agent, territoire=territoire)))
    return _show(request, agent, form, searched(form))


def _prefilled(request: HttpRequest, agent: Agent) -> HttpResponse:
    """What was typed in the search, set in its fields."""
    recherche = RechercheForm(request.POST)
    if not recherche.is_valid():
        context = {"form": recherche, "candidats": None, "registers": True}
        return render(request, "accueil/recherche.html", context)
    initial = {**guess_identity(recherche.typed_parts), "q": recherche.cleaned_data["q"]}
    return _show(request, agent, NouvelUsagerForm(initial=initial, by=agent), recherche)


def _show(request: HttpRequest, agent: Agent, form: NouvelUsagerForm, recherche: RechercheForm) -> HttpResponse:
    candidats = find(agent, recherche.typed_parts) if recherche.is_valid() else None
    context = {"form": form, "candidats": candidats, "registers": True}
    return render(request, "accueil/usager_nouveau.html", context)


def _to_passage(usager: Usager) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('accueil:passage_nouveau')}?usager={usager.pk}")


def usager(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Identity, safe contact, what was said, and why the agent may read it."""
    agent = signed_in(request)
    visible = Usager.objects.visible_to(agent).select_related("commune")
    found = get_object_or_404(visible, pk=pk)
    passages = Passage.objects.visible_to(agent).filter(usagers=found).order_by("-jour", "-numero")
    demandes = Demande.objects.visible_to(agent).filter(usager=found).order_by("-created_at")
    relais = Relais.objects.visible_to(agent).filter(usager=found).order_by("-sent_at")
    coordonnees = Coordonnee.objects.visible_to(agent).filter(usager=found, ends_on=None)
    faits = Fait.objects.visible_to(agent).filter(usager=found)
    context = {
        "usager": found,
        "coordonnees": coordonnees,
        "membres": _household(agent, found),
        "faits": faits.select_related("unite__lieu", "recorded_by"),
        "passages": passages.select_related("unite__lieu", "motif")[:PASSAGES_SHOWN],
        "demandes": demandes.select_related("unite__lieu", "agent"),
        "relais": relais.select_related("de_unite__lieu", "vers_unite__lieu"),
        "rattachements": _why(agent, found),
        "registers": bool(DESK & agent.roles and desk_unite(request)),
        "edits": bool(IDENTITE & agent.roles),
    }
    return render(request, "accueil/usager.html", context)


def _household(agent: Agent, usager: Usager) -> list[MembreFoyer]:
    """The others of the household whom the agent may see; of the others, not even their number."""
    links = MembreFoyer.objects.visible_to(agent).current()
    foyers = links.filter(usager=usager).values("foyer")
    others = links.filter(foyer__in=foyers).exclude(usager=usager)
    return list(others.select_related("usager"))


def _why(agent: Agent, usager: Usager) -> list[Rattachement]:
    """« Pourquoi j’ai accès »: the live relationships that open this page."""
    live = Rattachement.objects.live().held_by(agent).filter(usager=usager)
    return list(live.select_related("unite__lieu").order_by("starts_at"))


def identite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change who they are; a stale save shows both texts."""
    agent = signed_in(request)
    found = get_object_or_404(Usager.objects.visible_to(agent), pk=pk)
    form = IdentiteForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid() and form.save(by=agent):
        messages.success(request, "L’identité est à jour.")
        return redirect("accueil:usager", pk)
    return render(request, "accueil/usager_identite.html", {"form": form, "pk": pk}, status=form.status)
