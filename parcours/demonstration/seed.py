"""The whole demonstration, in one transaction: the world, its people, and the thread in progress."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accueil.models import Usager
from parcours.demonstration import (
    bureau,
    demarches,
    dossiers,
    doublons,
    droits,
    duree,
    guichet,
    identites,
    instruction,
    personnes,
    rendez_vous,
    retours,
    suivis,
)
from parcours.demonstration.builders import SEED, fake
from parcours.demonstration.clock import Today, at
from parcours.demonstration.monde import build_world
from pole_social.models import Agent, Metier


class AlreadyLoaded(Exception):
    """People are there already: nothing is written."""


@transaction.atomic
def seed(password: str) -> int:
    """Load the demonstration and return how many people it has. Raises AlreadyLoaded.

    Two empty databases seeded at the same hour get the same rows, their random keys aside.
    """
    if Usager.objects.exists():
        raise AlreadyLoaded
    if not Metier.objects.exists():
        call_command("load_reference", verbosity=0)
    agents = build_world(password)
    if not agents["gos"].check_password(password):
        Agent.objects.update(password=make_password(password))
    fake.seed_instance(SEED)
    today = Today(timezone.now())
    with at(today.earlier(1)):
        people = personnes.make_people(today.date, agents)
    suivis.make_suivis(people, agents, today)
    dossiers.make_dossiers(people, agents, today)
    retours.make_retours(people, agents, today)
    guichet.earlier_days(people, agents, today)
    guichet.this_day(people, agents, today)
    bureau.make_bureau(people, agents, today)
    rendez_vous.make_agenda(people, agents, today)
    rendez_vous.make_outings(people, agents, today)
    doublons.make_doublons(people, agents, today)
    identites.make_identites(people, agents, today)
    instruction.make_instruction(people, agents, today)
    demarches.make_demarches(people, agents, today)
    droits.make_droits(people, today)
    duree.make_duree(people, agents, today)
    personnes.know_since_first_visit(people)
    return len(people)
