"""Two people who were registered twice: one under her birth name, one as her first name is heard."""

from __future__ import annotations

from typing import Any, cast

from accueil.models import Coordonnee, Foyer, MembreFoyer, Usager
from accueil.models.usager import REFERENCE_ALPHABET, REFERENCE_LENGTH
from parcours.demonstration.builders import UsagerFactory, fake, make_fait, make_passage, receive
from parcours.demonstration.clock import Today, at
from pole_social.models import Agent

# Of whom it is the second record, how it was written, the motive of the visit, how many days ago, what was said.
TWICE: list[tuple[str, dict[str, str], str, int, tuple[str, str]]] = [
    ("khadija", {"nom_usage": "Tazi", "prenoms": "Khadidja"}, "acces_droits", 6, ("foyer", "en couple, trois enfants")),
    ("zofia", {"nom_usage": "Wisniewska", "prenoms": "Sofia"}, "budget", 4, ("activite", "salariée à temps partiel")),
]


def make_doublons(people: dict[str, Usager], agents: dict[str, Agent], today: Today) -> None:
    """Register them again, on a day when nobody searched well; they join `people`."""
    by = agents["gos-2"]
    for cle, names, motif, days, (sujet, valeur) in TWICE:
        with at(today.earlier(days, 14, 10)):
            made = _again(people[cle], names, by)
            passage = make_passage(made, by=by, motif=motif)
        with at(today.earlier(days, 14, 25)):
            receive(passage, by=by)
            make_fait(made, by=by, sujet=sujet, valeur=valeur, passage=passage)
        with at(today.earlier(days, 14, 40)):
            passage.close(by=by)
        people[f"{cle}_bis"] = made


def _again(known: Usager, names: dict[str, str], by: Agent) -> Usager:
    """The second record: the same birth and phone, other names, alone in its household."""
    fields: dict[str, Any] = {
        "reference": "".join(fake.random_elements(REFERENCE_ALPHABET, REFERENCE_LENGTH, unique=False)),
        "naissance_annee": known.naissance_annee,
        "naissance_mois": known.naissance_mois,
        "naissance_jour": known.naissance_jour,
        "commune": known.commune,
        "created_by": by,
    }
    made = cast(Usager, UsagerFactory(**names, **fields))
    for phone in known.coordonnees.filter(nature=Coordonnee.Nature.TELEPHONE):
        Coordonnee.objects.create(usager=made, nature=phone.nature, valeur=phone.valeur)
    MembreFoyer.objects.create(foyer=Foyer.objects.create(), usager=made, lien=MembreFoyer.Lien.PERSONNE)
    return made
