"""One appointment: given, kept, missed, cancelled, moved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.rendez_vous import AnnulationRendezVousForm, DeplacementForm, RendezVousForm, receiving
from accueil.models import Motif, Passage, RendezVous, Usager
from accueil.models.rendez_vous import RendezVousQuerySet
from accueil.views.guichet import desk_unite, no_desk, picked
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused, Unite
from pole_social.once import once_unless_taken
from pole_social.templatetags.temps import heure, jour_court

Statut, Absence = RendezVous.Statut, RendezVous.Absence
SHOWN, SHOWN_PAST = 30, 5
MOTIF = "rdv"
# Of an appointment that only its team reads: whoever reads the passage must not learn that there was one.
PLAIN_MOTIF = "autre_service"
Canal = Passage.Canal


def of_the_day(agent: Agent, unite: Unite) -> list[RendezVous]:
    """Who is expected at this desk today, and who has come; one query."""
    day = RendezVous.objects.visible_to(agent).filter(starts_at__date=timezone.localdate(), unite__lieu=unite.lieu_id)
    expected = day.filter(statut__in=RendezVous.TAKEN, modalite=RendezVous.Modalite.SUR_PLACE)
    return list(_whole(expected))


def _whole(found: RendezVousQuerySet) -> RendezVousQuerySet:
    """With everything that a line shows."""
    return found.select_related("usager", "agent__metier", "bureau", "unite__lieu", "passage").order_by(
        "starts_at", "pk"
    )


def rendezvous_of(agent: Agent, passage: Passage, people: list[Usager]) -> dict[str, Any]:
    """For the page of a passage: what is to come for the people of it; one query."""
    coming = RendezVous.objects.visible_to(agent).filter(usager__in=people, statut=Statut.A_VENIR)
    is_anonymous = not vars(passage)["journal_usagers"] and passage.unite_id in agent.unite_ids
    return {
        "rendez_vous": list(_whole(coming)),
        "rendez_vous_pour": people,
        "passage_anonyme": passage.pk if is_anonymous else None,
    }


def rendezvous_of_usager(agent: Agent, usager: Usager) -> dict[str, Any]:
    """For the page of a person: what is to come, then the last ones; one query."""
    theirs = _whole(RendezVous.objects.visible_to(agent).filter(usager=usager))
    found = list(theirs.order_by("-starts_at", "pk")[:SHOWN])
    return {
        "rendez_vous_a_venir": [row for row in reversed(found) if row.statut == Statut.A_VENIR],
        "rendez_vous_passes": [row for row in found if row.statut != Statut.A_VENIR][:SHOWN_PAST],
    }


def nouveau(request: HttpRequest) -> HttpResponse:
    """Give an appointment to somebody known, or found by a search."""
    agent, is_sent = signed_in(request), request.method == "POST"
    typed = (request.POST if is_sent else request.GET).get("usager")
    if typed is None and not is_sent:
        return redirect("accueil:recherche")
    (person,) = picked(agent, [typed or ""])
    if _is_looking(request):
        form = RendezVousForm(person=person, by=agent, initial=_so_far(request))
    else:
        form = RendezVousForm(request.POST if is_sent else None, person=person, by=agent, initial=_asked(request))
    if answer := _book(request, form):
        return answer
    context = {"form": form, "personne": person, "proposees": form.proposed()}
    return render(request, "accueil/rendez_vous_nouveau.html", context, status=form.status)


def _is_looking(request: HttpRequest) -> bool:
    """The free hours are asked for, or one of them has been chosen: nothing is given yet."""
    return bool({"voir", "creneau"} & request.POST.keys())


def _so_far(request: HttpRequest) -> dict[str, str]:
    """What is typed so far, to be completed rather than corrected."""
    typed = {name: str(value) for name, value in request.POST.items()}
    return typed | ({"heure": typed["creneau"]} if "creneau" in typed else {})


def _asked(request: HttpRequest) -> dict[str, str]:
    """A day and an agent said by the agenda that one comes from."""
    return {name: request.GET[name] for name in ("avec", "jour") if name in request.GET}


def _book(request: HttpRequest, form: RendezVousForm) -> HttpResponse | None:
    """None when there is something to correct, or when somebody was quicker."""
    agent = signed_in(request)
    return once_unless_taken(request, form, lambda: _booked(request, form.save(by=agent)))


def _booked(request: HttpRequest, made: RendezVous) -> HttpResponseRedirect:
    """To its page, or to the agenda for an agent whose part ends here."""
    agent = signed_in(request)
    told = f"Le rendez-vous est donné : {jour_court(made.starts_at)} à {heure(made.starts_at)}"
    messages.success(request, f"{told}, avec {made.agent.nom_complet}.")
    mine = RendezVous.objects.visible_to(agent).filter(pk=made.pk).exists()
    url = reverse("accueil:rendez_vous", args=[made.pk]) if mine else reverse("accueil:agenda")
    return HttpResponseRedirect(url)


def rendez_vous(request: HttpRequest, pk: UUID) -> HttpResponse:
    """When, with whom, where, and where it stands; printed, it is the card given to the person."""
    agent = signed_in(request)
    found = get_object_or_404(_whole(RendezVous.objects.visible_to(agent)), pk=pk)
    return _show(request, found)


def _show(request: HttpRequest, found: RendezVous, *, status: int = 200, **given: Any) -> HttpResponse:
    agent = signed_in(request)
    etapes = list(found.etapes.select_related("by").order_by("at", "pk"))
    acts = _acts_on(agent, found)
    context = {
        "rendez_vous": found,
        "etapes": etapes,
        "personne": Usager.objects.visible_to(agent).filter(pk=found.usager_id).first(),
        "acts": acts,
        "est_aujourdhui": found.jour == timezone.localdate(),
        "annulable": acts and not found.passage_id and found.can_undo(found.last_among(etapes), by=agent),
    }
    return render(request, "accueil/rendez_vous.html", context | given, status=status)


def _desk_lieux(agent: Agent) -> list[int]:
    return [unite.lieu_id for unite in agent.unites if unite.nature == Unite.Nature.ACCUEIL]


def _acts_on(agent: Agent, found: RendezVous) -> bool:
    """Its agent, their unité, whoever gave it, and the lieu's desk."""
    theirs = agent.pk in (found.agent_id, found.created_by_id) or found.unite_id in agent.unite_ids
    return theirs or found.unite.lieu_id in _desk_lieux(agent)


def _mine(request: HttpRequest, pk: UUID) -> RendezVous:
    """One that the agent may act on, held until the act is done."""
    agent = signed_in(request)
    held = _whole(RendezVous.objects.visible_to(agent)).select_for_update(of=("self",))
    found = get_object_or_404(held, pk=pk)
    if not _acts_on(agent, found):
        raise Http404
    return found


def etape(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Kept, or missed: excused, or without news. Nothing else follows from an absence."""
    agent, found, to = signed_in(request), _mine(request, pk), request.POST.get("vers", "")
    if to == Statut.HONORE:
        if found.statut != Statut.HONORE:
            found.keep(by=agent)
    elif to in Absence:
        if (found.statut, found.absence) != (Statut.NON_HONORE, to):
            found.miss(to, by=agent)
    else:
        raise MoveRefused
    return redirect("accueil:rendez_vous", pk)


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancelled by the person or by the service."""
    agent, found = signed_in(request), _mine(request, pk)
    form = AnnulationRendezVousForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if found.statut != form.cleaned_data["par"]:
            found.cancel(form.cleaned_data["par"], by=agent, motif=form.cleaned_data["motif"])
            messages.success(request, "Le rendez-vous est annulé : l’heure est libre.")
        return _after(agent, found)
    return render(request, "accueil/rendez_vous_annulation.html", {"form": form, "rendez_vous": found})


def _after(agent: Agent, found: RendezVous) -> HttpResponse:
    """Back to its page, unless cancelling it has closed it to this agent."""
    if RendezVous.objects.visible_to(agent).filter(pk=found.pk).exists():
        return redirect("accueil:rendez_vous", found.pk)
    return redirect("accueil:agenda")


def deplacement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The first is cancelled and the second given in one act."""
    found = _mine(request, pk)
    is_sent, person = request.method == "POST", found.usager
    if is_sent and not _is_looking(request):
        form = DeplacementForm(request.POST, person=person, moved=found)
    else:
        standing = DeplacementForm.standing(found, _affectation(found))
        form = DeplacementForm(person=person, moved=found, initial=_so_far(request) if is_sent else standing)
    if answer := _book(request, form):
        return answer
    context = {"form": form, "rendez_vous": found, "personne": person, "proposees": form.proposed()}
    return render(request, "accueil/rendez_vous_deplacement.html", context, status=form.status)


def _affectation(found: RendezVous) -> int | None:
    mine = receiving(found.usager).filter(agent=found.agent_id, unite=found.unite_id).first()
    return mine.pk if mine else None


def retablissement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one's own last move, if its hour is still free."""
    agent, found = signed_in(request), _mine(request, pk)
    if found.passage_id:
        raise MoveRefused
    try:
        with transaction.atomic():
            found.undo(by=agent)
    except IntegrityError:
        return _show(request, found, status=409, repris=True)
    messages.success(request, "Le geste est annulé.")
    return redirect("accueil:rendez_vous", pk)


def arrivee(request: HttpRequest, pk: UUID) -> HttpResponse:
    """« Est arrivé »: a passage « sur rendez-vous », and the appointment is kept. A second click changes nothing."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    here = RendezVous.objects.visible_to(agent).filter(unite__lieu=unite.lieu_id)
    held = _whole(here).select_for_update(of=("self",))
    found = get_object_or_404(held, pk=pk)
    if found.passage_id is None:
        _register(request, found, unite, agent)
    return redirect("accueil:bureau")


def _register(request: HttpRequest, found: RendezVous, unite: Unite, by: Agent) -> None:
    if found.jour != timezone.localdate():
        raise MoveRefused
    code, canal = (PLAIN_MOTIF, Canal.GUICHET) if found.tells_why else (MOTIF, Canal.RENDEZ_VOUS)
    motif = Motif.objects.order_by("pk").filter(code=code).first() or Motif.objects.first()
    passage = Passage(unite=unite, canal=canal, motif=motif)
    passage.register([found.usager], by=by)
    found.keep(by=by, passage=passage)
    messages.success(
        request, f"Le passage n° {passage.numero} est enregistré, rendez-vous de {heure(found.starts_at)}."
    )
