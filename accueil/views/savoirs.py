"""What is known of the people of a passage: the latest word on each subject, and who may be asked what."""

from __future__ import annotations

from uuid import UUID

from accueil.catalogue import CATALOGUE, ORDRE
from accueil.models import Demande, Fait, Usager
from pole_social.models import Agent

Known = dict[tuple[UUID, str], Fait]
SENSITIVE = {code for code, definition in CATALOGUE.items() if definition.is_sensible}


def latest_of(agent: Agent, people: list[Usager]) -> Known:
    """For each person and subject, the latest word."""
    told = Fait.objects.visible_to(agent).filter(usager__in=people)
    latest: Known = {}
    for fait in told.select_related("unite__lieu", "recorded_by"):
        latest.setdefault((fait.usager_id, fait.sujet), fait)
    return latest


def savoirs_of(people: list[Usager], latest: Known, asked: dict[UUID, set[str]]) -> list[tuple[Usager, list[Fait]]]:
    """Each person with their own words, in the order of the catalogue.

    A sensitive one stands on the screen only while a demande needs it: somebody may stand behind the person.
    """
    faits = sorted(latest.values(), key=lambda fait: ORDRE.get(fait.sujet, len(ORDRE)))
    return [(person, [f for f in faits if f.usager_id == person.pk and stands(f, asked)]) for person in people]


def stands(fait: Fait, asked: dict[UUID, set[str]]) -> bool:
    return fait.sujet not in SENSITIVE or fait.sujet in asked.get(fait.usager_id, set())


def asked_of(open_demandes: list[Demande]) -> dict[UUID, set[str]]:
    """For each person, the sensitive subjects that the right of one of their open demandes depends on."""
    asked: dict[UUID, set[str]] = {}
    for demande in open_demandes:
        if demande.usager_id and demande.droit:
            asked.setdefault(demande.usager_id, set()).update(SENSITIVE & demande.droit.facts_read())
    return asked
