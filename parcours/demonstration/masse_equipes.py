"""The fictional professionals who carry the crowd's parcours, and their unités. Nobody signs in as one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from uuid import UUID

from django.contrib.auth.hashers import make_password

from parcours.demonstration.masse import FEMMES, HOMMES, NOMS
from pole_social.models import Affectation, Agent, Lieu, Metier, Unite

PROFESSIONNELS = 400
# Of one unité, all in the territoire of Issy: its direction answers for all of them.
PAR_UNITE = 40
SINCE = date(2015, 1, 1)
METIERS = (
    "assistant_social",
    "cesf",
    "assistant_social",
    "conseiller_insertion",
    "assistant_social",
    "educateur_specialise",
    "assistant_social",
    "puericultrice",
)


@dataclass(frozen=True)
class Pro:
    """One professional: a key, their unité, the circle of their own famille."""

    cle: UUID
    unite: int
    cercle: str


def professionals(count: int = PROFESSIONNELS) -> list[Pro]:
    """As many, made where they are missing: always the same ones, whatever is loaded on them."""
    unites = [_unite(number) for number in range(1, (count - 1) // PAR_UNITE + 2)]
    metiers = {metier.code: metier for metier in Metier.objects.filter(code__in=METIERS)}
    rng = Random(count)  # noqa: S311 (fiction)
    made = []
    for number in range(count):
        metier = metiers[METIERS[number % len(METIERS)]]
        agent = _agent(rng, number + 1, metier)
        unite = unites[number // PAR_UNITE]
        Affectation.objects.get_or_create(agent=agent, unite=unite, ends_on=None, defaults={"starts_on": SINCE})
        made.append(Pro(agent.pk, unite.pk, str(metier.famille)))
    return made


def _unite(number: int) -> Unite:
    known = Unite.objects.get(code="issy-accompagnement")
    lieu, _ = Lieu.objects.get_or_create(
        code=f"antenne-fictive-{number}",
        defaults={
            "nom": f"Antenne fictive {number}",
            "type": Lieu.Type.ANTENNE,
            "territoire_id": known.lieu.territoire_id,
        },
    )
    unite, _ = Unite.objects.get_or_create(
        code=f"accompagnement-fictif-{number}", defaults={"lieu": lieu, "nature": Unite.Nature.ACCOMPAGNEMENT}
    )
    return unite


def _agent(rng: Random, number: int, metier: Metier) -> Agent:
    """With a password that no password opens."""
    prenoms = (FEMMES if rng.random() < 0.8 else HOMMES).split()
    defaults = {
        "nom": rng.choice(NOMS.split()).replace("_", " "),
        "prenom": rng.choice(prenoms).replace("_", " "),
        "metier": metier,
        "password": make_password(None),
    }
    return Agent.objects.get_or_create(username=f"fictif-{number:03}", defaults=defaults)[0]
