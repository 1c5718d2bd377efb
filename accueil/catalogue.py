"""The closed catalogue of facts: what may be asked at the desk, and how the rules read the answer.

Pure: no table, no request. A fact has a code, a question in French and a kind; `Fait.sujet` holds its code,
`Fait.valeur` the words shown, `Fait.donnee` what the rules read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Genre(StrEnum):
    """What an answer is."""

    TEXTE = "texte"  # free words; the rules do not read them
    OUI_NON = "oui_non"  # donnee: « oui » or « non »
    NOMBRE = "nombre"  # donnee: a whole number, zero included
    MONTANT = "montant"  # donnee: euros with a point, « 651.69 »
    CHOIX = "choix"  # donnee: the code of one of `choix`


@dataclass(frozen=True)
class Definition:
    """One fact of the catalogue."""

    code: str
    libelle: str
    groupe: str
    genre: Genre = Genre.TEXTE
    choix: tuple[tuple[str, str], ...] = ()
    # Asked at the desk only inside a demande that needs it (domain, « Usager »).
    is_sensible: bool = False


_DEFINITIONS = (
    Definition("logement", "logement", "Logement"),
    Definition("ressources", "ressources", "Ressources"),
    Definition("activite", "activité", "Activité"),
    Definition("foyer", "composition du foyer", "Foyer"),
    Definition("couverture_sante", "couverture santé", "Santé"),
    Definition("dettes", "dettes et impayés", "Ressources"),
)
CATALOGUE: dict[str, Definition] = {definition.code: definition for definition in _DEFINITIONS}
# In the order of the catalogue.
ORDRE: dict[str, int] = {code: rank for rank, code in enumerate(CATALOGUE)}


def libelle(code: str) -> str:
    """The label of a fact; its code if it has left the catalogue since."""
    return CATALOGUE[code].libelle if code in CATALOGUE else code
