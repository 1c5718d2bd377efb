"""The page that somebody takes home: what we did, what they do, papers to bring, next date, whom to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accueil.models import Demande, Demarche, Orientation, Passage, Relais, RendezVous, Usager
from accueil.views.guichet import is_whole, people_of
from accueil.views.passage import handed_over
from accueil.views.suite import with_suites
from pole_social.access import signed_in
from pole_social.models import Agent, Unite

Statut = Demande.Statut
# Never on a paper that somebody else may read at home (domain, « Usager »).
NEVER_PRINTED = {"violences"}
# The name of the team alone would tell the motive.
DISCREET = {Unite.Nature.SANTE_SEXUELLE}


@dataclass
class Feuille:
    """The lines of one page, in the order in which they are read."""

    faites: list[Demande] = field(default_factory=list)
    transmises: list[tuple[Demande, str, date | None]] = field(default_factory=list)
    # With each, the day on which we take it up again, where it asks nothing of the person.
    en_cours: list[tuple[Demande, date | None]] = field(default_factory=list)
    papiers: list[Demande] = field(default_factory=list)
    demarches: list[Demarche] = field(default_factory=list)
    orientations: list[Orientation] = field(default_factory=list)
    rendez_vous: list[tuple[RendezVous, bool]] = field(default_factory=list)
    dates: list[tuple[date, str]] = field(default_factory=list)
    # Something is left out, because of what it is about: the page says so to nobody but the agent.
    is_discreet: bool = False


def feuille(request: HttpRequest, pk: UUID, usager: UUID | None = None) -> HttpResponse:
    """One person's page; several people each have their own, and an anonymous visit has one too."""
    agent = signed_in(request)
    found = get_object_or_404(Passage.objects.visible_to(agent).select_related("unite__lieu__commune"), pk=pk)
    people = people_of(agent, found)
    if usager is None and len(people) > 1:
        context = {"passage": found, "personnes": people}
        return render(request, "accueil/feuille_de_route_choix.html", context)
    person = _person(people, usager)
    if person is None and not is_whole(found, people):
        raise Http404
    context = {"passage": found, "personne": person, "feuille": _lines(agent, found, person)}
    return render(request, "accueil/feuille_de_route.html", context)


def _person(people: list[Usager], wanted: UUID | None) -> Usager | None:
    """The one named, or the only one; nobody for an anonymous visit."""
    if wanted is None:
        return next(iter(people), None)
    for person in people:
        if person.pk == wanted:
            return person
    raise Http404


def _lines(agent: Agent, passage: Passage, person: Usager | None) -> Feuille:
    """Of a confidential passage, the page says only where and when to come back."""
    said = Demande.objects.visible_to(agent).filter(passage=passage, usager=person)
    demandes = list(said.select_related("domaine", "droit__domaine"))
    told = [] if passage.is_confidentiel else [demande for demande in demandes if may_be_printed(demande)]
    page = Feuille(is_discreet=len(told) < len(demandes))
    relais = {sent.pk: sent for sent in handed_over(agent, told)}
    for demande in with_suites(agent, told):
        _sort(page, demande, relais)
    page.dates += [(demande.echeance, "") for demande in demandes if demande not in told and _binds_the_person(demande)]  # type: ignore[misc]
    page.dates.sort()
    if not passage.is_confidentiel:
        _add_what_was_done(page, agent, passage, person)
    if person is not None:
        page.rendez_vous = printed_appointments(agent, person.pk)
    return page


def _add_what_was_done(page: Feuille, agent: Agent, passage: Passage, person: Usager | None) -> None:
    """The online procedures and the partners of this visit, but those about violence."""
    done = Demarche.objects.visible_to(agent).filter(passage=passage, usager=person).select_related("droit__domaine")
    page.demarches = [one for one in done if not one.droit or one.droit.domaine.code not in NEVER_PRINTED]
    sent = Orientation.objects.visible_to(agent).filter(passage=passage, usager=person)
    sent = sent.select_related("partenaire", "demande__domaine", "passage")
    page.orientations = [one for one in sent if not one.is_discreet]


def printed_appointments(agent: Agent, usager_id: UUID) -> list[tuple[RendezVous, bool]]:
    """When and where to come, never with whom: a profession says why. The place of a discreet team says it too.

    With each, whether its place may be printed.
    """
    coming = RendezVous.objects.visible_to(agent).filter(usager=usager_id, statut=RendezVous.Statut.A_VENIR)
    coming = coming.filter(starts_at__gte=timezone.now()).select_related("unite__lieu").order_by("starts_at")
    return [(one, _is_here(one) and one.unite.nature not in DISCREET) for one in coming]


def _is_here(rendez_vous: RendezVous) -> bool:
    return rendez_vous.modalite == RendezVous.Modalite.SUR_PLACE


def may_be_printed(demande: Demande) -> bool:
    """Not about violence, by its own domaine or its right's."""
    domaines = {demande.domaine.code, demande.droit.domaine.code if demande.droit else ""}
    return not domaines & NEVER_PRINTED


def _binds_the_person(demande: Demande) -> bool:
    """A hearing, the end of a delay. The day on which an agent takes the demande up again is not theirs to keep."""
    return demande.is_open and demande.has_imposed_deadline


def _our_day(demande: Demande) -> date | None:
    """When we take it up again; a day that has passed tells the person nothing."""
    day = demande.echeance
    return day if day and day >= timezone.localdate() and not demande.is_echeance_imposee else None


def _sort(page: Feuille, demande: Any, relais: dict[UUID, Relais]) -> None:
    """Where a demande stands on the page: done, passed on, going on; its papers and the date it sets."""
    if demande.statut == Statut.RELAIS:
        sent = relais.get(demande.relais_id)
        page.transmises.append((demande, _team(sent), sent.promised_on if sent else None))
    elif demande.is_open:
        page.en_cours.append((demande, _our_day(demande)))
        if demande.checklist.missing:
            page.papiers.append(demande)
    elif demande.statut != Statut.CLOSE_PAR_USAGER:
        page.faites.append(demande)
    if _binds_the_person(demande):
        page.dates.append((demande.echeance, demande.besoin))


def _team(relais: Relais | None) -> str:
    if relais is None or relais.vers_unite.nature in DISCREET:
        return "une autre équipe"
    return f"l’équipe {relais.vers_unite.get_nature_display()}"
