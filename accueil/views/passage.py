"""One passage: its page, and its moves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accueil.forms.demande import DemandeForm
from accueil.forms.savoirs import SavoirsForm
from accueil.models import Demande, Passage, Relais, Usager
from accueil.views.demarche import demarches_of
from accueil.views.droit import droits_of
from accueil.views.guichet import acts_on, chosen_bureau, is_whole, my_passage, people_of, say_moved
from accueil.views.orientation import orientations_of
from accueil.views.rendez_vous import rendezvous_of
from accueil.views.savoirs import asked_of, latest_of, savoirs_of
from accueil.views.suite import with_suites
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused

Statut = Passage.Statut
# The moves that are only a click; ending an interview asks what became of the demandes (`cloture`).
CLICKS = {Statut.APPELE, Statut.EN_ENTRETIEN, Statut.EN_ATTENTE, Statut.EN_PAUSE, Statut.PARTI, Statut.ORIENTE}


def passage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pré-instruction: who is there, what we know, what they ask, what comes next."""
    agent = signed_in(request)
    visible = Passage.objects.visible_to(agent).with_state_since()
    found = get_object_or_404(visible.select_related("unite__lieu", "motif", "agent", "bureau"), pk=pk)
    return show(request, found)


def show(request: HttpRequest, found: Passage, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a passage; `given` replaces a form by one that was refused, or says why an act was."""
    agent = signed_in(request)
    people = people_of(agent, found)
    demandes = demandes_of(agent, found)
    suivies = open_demandes_of(agent, people)
    asked, latest = asked_of(suivies), latest_of(agent, people)
    context = {
        "passage": found,
        "savoirs": savoirs_of(people, latest, asked),
        "demandes": with_suites(agent, demandes),
        "anciennes": [demande for demande in suivies if demande.passage_id != found.pk],
        "bloquantes": [demande for demande in demandes if demande.needs_next_step],
        "relais": handed_over(agent, demandes),
        "acts": acts_on(agent, found.unite_id),
        "depliee": request.GET.get("pieces", ""),
        "demande_form": DemandeForm(people=people, auto_id="demande_%s"),
        "fait_form": SavoirsForm(people=people, known=latest, asked=asked, auto_id="fait_%s"),
        "refus": False,
        "incomplet": not is_whole(found, people),
        **droits_of(agent, found, people, latest=latest, demandes=suivies),
        **demarches_of(agent, found, people),
        **orientations_of(agent, found, people),
        **rendezvous_of(agent, found, people),
    }
    return render(request, "accueil/passage.html", context | given, status=status)


def demandes_of(agent: Agent, passage: Passage) -> list[Demande]:
    demandes = Demande.objects.visible_to(agent).filter(passage=passage)
    return list(demandes.select_related("agent", "usager", "domaine", "droit"))


def open_demandes_of(agent: Agent, people: list[Usager]) -> list[Demande]:
    """What these people have going on, from whatever passage."""
    going_on = Demande.objects.visible_to(agent).open().filter(usager__in=people)
    return list(going_on.select_related("usager", "droit__regle").order_by("echeance", "created_at"))


def handed_over(agent: Agent, demandes: list[Demande]) -> list[Relais]:
    """The relais with which these demandes left."""
    ids = {demande.relais_id for demande in demandes if demande.relais_id}
    found = Relais.objects.visible_to(agent).filter(pk__in=ids)
    return list(found.select_related("usager", "vers_unite__lieu"))


def etape(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Call, receive, pause, send back to the queue, gone."""
    agent, found = signed_in(request), my_passage(request, pk)
    to = request.POST.get("vers", "")
    if to == found.statut:
        return _already(request, found, agent)
    if to not in CLICKS:
        raise MoveRefused
    if to in {Statut.PARTI, Statut.ORIENTE} and (blocking := _blocking(agent, found)):
        return _refused(request, found, blocking)
    found.move(to, by=agent, **_with_whom(request, found, to, agent))
    say_moved(request, found)
    return _after(found)


def _with_whom(request: HttpRequest, passage: Passage, to: str, agent: Agent) -> dict[str, Any]:
    """Who receives, and where: said when calling, taken back when the person waits again."""
    if to == Statut.APPELE:
        return {"agent": agent, "bureau": chosen_bureau(request, passage.unite)}
    if to == Statut.EN_ENTRETIEN:
        return {"agent": agent}
    return {"agent": None, "bureau": None} if to == Statut.EN_ATTENTE else {}


def _already(request: HttpRequest, passage: Passage, agent: Agent) -> HttpResponse:
    """A double click has no second effect; somebody else's click is said."""
    if passage.agent and passage.agent != agent:
        state = passage.get_statut_display()
        messages.warning(request, f"Le n° {passage.numero} est déjà {state}, par {passage.agent.nom_complet}.")
        return redirect("accueil:bureau")
    return _after(passage)


def _after(passage: Passage) -> HttpResponse:
    """With the person in front of one, their page; else the desk."""
    if passage.statut in {Statut.EN_ENTRETIEN, Statut.EN_PAUSE}:
        return redirect("accueil:passage", passage.pk)
    return redirect("accueil:bureau")


def cloture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the interview, once each demande has an outcome or a next step."""
    agent, found = signed_in(request), my_passage(request, pk)
    if found.statut == Statut.TERMINE:
        return redirect("accueil:bureau")
    if blocking := _blocking(agent, found):
        return _refused(request, found, blocking)
    found.close(by=agent)
    say_moved(request, found)
    return redirect("accueil:bureau")


def _blocking(agent: Agent, passage: Passage) -> list[Demande]:
    return list(Demande.objects.visible_to(agent).filter(passage=passage).without_next_step())


def _refused(request: HttpRequest, passage: Passage, blocking: list[Demande]) -> HttpResponse:
    """409: which demandes would be lost, on the page where their next step is given."""
    return show(request, passage, status=409, refus=True, bloquantes=blocking)
