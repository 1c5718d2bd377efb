"""The desk of the demonstration: what was told on earlier days, and today's day in progress."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accueil.models import Demande, Passage, Usager
from parcours.demonstration import foule
from parcours.demonstration.builders import make_demande, make_fait, make_passage, make_relais, receive
from parcours.demonstration.clock import Today, at, just_before
from parcours.demonstration.venues import (
    CHATENAY,
    EN_ATTENTE,
    EN_ENTRETIEN,
    RECUS_CE_MATIN,
    Besoin,
    Venue,
)
from parcours.demonstration.visites import VISITES
from pole_social.models import Agent, Bureau

People = dict[str, Usager]
Agents = dict[str, Agent]
Statut, Etat = Passage.Statut, Demande.Statut


def earlier_days(people: People, agents: Agents, today: Today) -> None:
    """What the people known to the desk came for before today."""
    for visite in sorted((*VISITES, *foule.visites()), key=lambda visite: -visite.jours):
        usager, by = people[visite.qui], agents[visite.par]
        with at(today.earlier(visite.jours, 9, 40)):
            passage = make_passage(usager, by=by, motif=visite.motif, canal=visite.canal)
        with at(today.earlier(visite.jours, 10, 5)):
            receive(passage, by=by)
            for sujet, valeur in visite.faits:
                make_fait(usager, by=by, sujet=sujet, valeur=valeur, passage=passage)
            for besoin in visite.besoins:
                tell(passage, besoin, usager, by=by)
        with at(today.earlier(visite.jours, 10, 35)):
            passage.close(by=by)


def this_day(people: People, agents: Agents, today: Today) -> None:
    """Today at the desk, in the order in which people arrived: that order gives the numbers."""
    venues = [*RECUS_CE_MATIN, *EN_ENTRETIEN, *EN_ATTENTE, *CHATENAY]
    for venue in sorted(venues, key=lambda venue: -venue.arrivee):
        _live(venue, people, agents[venue.par], today)


def _live(venue: Venue, people: People, by: Agent, today: Today) -> None:
    usagers = [people[cle] for cle in venue.qui]
    with at(today.ago(venue.arrivee)):
        passage = make_passage(
            *usagers,
            by=by,
            motif=venue.motif,
            canal=venue.canal,
            is_prioritaire=venue.prioritaire,
            is_confidentiel=venue.confidentiel,
            bureau=_bureau(venue, by),
        )
    moves = ((venue.appel, Statut.APPELE), (venue.entretien, Statut.EN_ENTRETIEN), (venue.pause, Statut.EN_PAUSE))
    for minutes, statut in moves:
        if minutes is not None:
            with at(today.ago(minutes)):
                passage.move(statut, by=by, agent=by)
    if venue.besoins:
        with at(today.ago(venue.entretien or 0) + timedelta(minutes=1 if venue.fin else 0)):
            for besoin in venue.besoins:
                tell(passage, besoin, usagers[0] if usagers else None, by=by)
    if venue.fin is not None:
        with at(today.ago(venue.fin)):
            passage.move(venue.issue, by=by)


def _bureau(venue: Venue, by: Agent) -> Bureau | None:
    return Bureau.objects.get(lieu=by.unites[0].lieu, nom=venue.bureau) if venue.bureau else None


def tell(passage: Passage, besoin: Besoin, usager: Usager | None, *, by: Agent, vers: str = "") -> Demande:
    """Note a need and bring it to its issue, by the moves that lead there."""
    with just_before(3):
        due_on = timezone.localdate() + timedelta(days=besoin.jours)
        demande = make_demande(
            passage, by=by, usager=usager, besoin=besoin.libelle, domaine=besoin.domaine, due_on=due_on
        )
    if besoin.issue == Etat.RELAIS:
        assert usager is not None
        make_relais(
            usager,
            by=by,
            to=vers or besoin.vers,
            demandes=[demande],
            dit=besoin.dit,
            promised_in=besoin.jours,
            urgence=besoin.urgence,
        )
    elif besoin.issue in (Etat.REPONSE_IMMEDIATE, Etat.ORIENTEE):
        demande.finish(besoin.issue, by=by, reponse=besoin.reponse)
    elif besoin.issue in (Etat.CLASSEE, Etat.CLOSE_PAR_USAGER):
        demande.finish(besoin.issue, by=by, motif=besoin.reponse)
    elif besoin.issue == Etat.A_PRE_INSTRUIRE and besoin.jours == 1:
        demande.take_up_tomorrow(by=by)
    else:
        _instruct(demande, besoin.issue, by=by)
    return demande


def _instruct(demande: Demande, issue: str, *, by: Agent) -> None:
    """Through « prête » to « en instruction »; what was decided later is in `instruction`."""
    steps = {
        Etat.A_PRE_INSTRUIRE: (),
        Etat.EN_ATTENTE_PIECES: (Etat.EN_ATTENTE_PIECES,),
        Etat.PRETE: (Etat.PRETE,),
        Etat.EN_INSTRUCTION: (Etat.PRETE, Etat.EN_INSTRUCTION),
    }[Etat(issue)]
    for left, step in zip(range(len(steps) - 1, -1, -1), steps, strict=True):
        with just_before(left):
            demande.move(step, by=by, agent=by)
