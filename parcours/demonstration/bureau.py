"""Between colleagues at the desk of the demonstration: received apart, called for help, an incident."""

from __future__ import annotations

from datetime import timedelta

from accueil.models import AppelAide, Incident, Passage, Usager
from parcours.demonstration.builders import make_passage
from parcours.demonstration.clock import Today, at
from pole_social.models import Agent, Bureau

Statut = Passage.Statut


def make_bureau(people: dict[str, Usager], agents: dict[str, Agent], today: Today) -> None:
    """What happened at the desk besides the queue."""
    _couple_received_apart(people, agents, today)
    _call_answered(agents, today)
    _incident(agents, today)
    agents["gos"].unites[0].lieu.open_screen()


def _couple_received_apart(people: dict[str, Usager], agents: dict[str, Agent], today: Today) -> None:
    """One registration, two passages: neither page shows the other."""
    for cle, username in (("julien", "gos"), ("camille", "gos-2")):
        by = agents[username]
        with at(today.ago(2)):
            passage = make_passage(people[cle], by=by, motif="famille")
            passage.move(Statut.APPELE, by=by, agent=by)
        with at(today.ago(2) + timedelta(seconds=20)):
            passage.move(Statut.EN_ENTRETIEN, by=by)
        with at(today.ago(1)):
            passage.close(by=by)


def _call_answered(agents: dict[str, Agent], today: Today) -> None:
    """This morning, somebody went to the office of a colleague who called."""
    gos = agents["gos"]
    lieu = gos.unites[0].lieu
    AppelAide.objects.create(
        lieu=lieu,
        bureau=Bureau.objects.get(lieu=lieu, nom="bureau 4"),
        at=today.ago(118),
        by=gos,
        answered_by=agents["gos-2"],
        ended_at=today.ago(111),
    )


def _incident(agents: dict[str, Agent], today: Today) -> None:
    gos = agents["gos"]
    Incident.objects.create(
        lieu=gos.unites[0].lieu,
        happened_at=today.ago(119),
        nature=Incident.Nature.VERBALE,
        recit="Cris et menaces au guichet après l’annonce d’un délai de deux mois. Aucun contact physique.",
        suites="Une collègue est venue, l’entretien a repris au calme. Le délai a été réexpliqué par écrit.",
        created_at=today.ago(100),
        created_by=gos,
    )
