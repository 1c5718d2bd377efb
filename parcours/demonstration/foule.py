"""The other people of the demonstration: enough of them for lists, filters and caseloads to look like a hub's.

Drawn with their own seed, so that adding one changes nobody of `menages.py`. Names are common ones put together at
random; phone numbers are of the range kept for fiction.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from parcours.demonstration.builders import SEED
from parcours.demonstration.masse import FEMMES, HOMMES, NOMS
from parcours.demonstration.menages import CLAMART, CONJOINT, ENFANT, ISSY, MEUDON, VANVES, Menage, Personne
from parcours.demonstration.venues import Besoin, Etat, Visite

PEOPLE = 338
RUES = (
    "rue de l’Abbé-Derry",
    "avenue Verdun",
    "rue Baudin",
    "allée des Citeaux",
    "rue Jules-Guesde",
    "place Jacques-Madaule",
)
# How many children, and whether there are two adults.
SHAPES = ((0, False), (0, False), (1, False), (2, True), (0, True), (3, True), (1, True), (2, False))
# What most people come for, answered at once.
QUESTIONS = (
    ("acces_droits", "Comprendre un courrier de la caisse d’allocations", "acces_droits", "Lu et expliqué ensemble."),
    ("logement", "Renouveler la demande de logement social", "logement", "Renouvelée en ligne avec la personne."),
    ("budget", "Aide pour la cantine", "budget", "Adressé au centre communal, dossier remis."),
    ("acces_droits", "Imprimer une attestation", "numerique", "Imprimée, et l’accès au compte retrouvé."),
    ("insertion", "Prendre rendez-vous avec la mission locale", "insertion", "Rendez-vous pris par téléphone."),
)


def menages() -> tuple[Menage, ...]:
    """The households, always the same."""
    rng = Random(SEED)  # noqa: S311 (fiction)
    people = 0
    made: list[Menage] = []
    while people < PEOPLE:
        household = _menage(rng, len(made), PEOPLE - people)
        people += len(household.personnes)
        made.append(household)
    return tuple(made)


def _menage(rng: Random, index: int, room: int) -> Menage:
    children, is_couple = SHAPES[index % len(SHAPES)]
    family, born = _draw(rng, NOMS), rng.randint(1948, 2000)
    found = [_person(rng, index, 0, family, born, tel=f"06 39 98 {50 + index // 100} {index % 100:02}")]
    if is_couple:
        other = rng.choice((family, _draw(rng, NOMS)))
        found.append(_person(rng, index, 1, other, born + rng.randint(-6, 6), lien=CONJOINT))
    for _ in range(children):
        age = rng.randint(max(born + 20, 2009), 2023)
        found.append(_person(rng, index, len(found), family, age, lien=ENFANT))
    address = f"{rng.randint(1, 90)} {rng.choice(RUES)}"
    return Menage(rng.choice((ISSY, ISSY, ISSY, VANVES, MEUDON, CLAMART)), address, tuple(found[:room]))


def _person(rng: Random, menage: int, rank: int, nom: str, year: int, **fields: Any) -> Personne:
    prenoms = _draw(rng, FEMMES if rng.random() < 0.58 else HOMMES)
    born = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{year}" if rng.random() > 0.05 else str(year)
    return Personne(f"foule-{menage}-{rank}", nom, prenoms, born, **fields)


def _draw(rng: Random, words: str) -> str:
    return rng.choice(words.split()).replace("_", " ")


def followed() -> list[str]:
    """The first person of every second household: the others only came to the desk."""
    return [household.personnes[0].cle for household in menages()[::2]]


def visites() -> Iterator[Visite]:
    """One visit for each of the other households, over the last two years."""
    rng = Random(SEED + 1)  # noqa: S311 (fiction)
    for index, household in enumerate(menages()[1::2]):
        motif, libelle, domaine, reponse = QUESTIONS[index % len(QUESTIONS)]
        besoin = Besoin(libelle, domaine, Etat.REPONSE_IMMEDIATE, reponse)
        par = ("gos", "gos-2")[index % 2]
        yield Visite(household.personnes[0].cle, rng.randint(2, 700), motif, (), (besoin,), par=par)
