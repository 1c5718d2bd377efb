"""What one person told us, as the rules read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from accueil.catalogue import CATALOGUE, Definition, Genre

# Not a fact: it comes from the birth date.
AGE = "age"
_AGE = Definition(AGE, "date de naissance", "Foyer", Genre.NOMBRE)
LU: dict[str, Definition] = {
    AGE: _AGE,
    **{code: known for code, known in CATALOGUE.items() if known.genre != Genre.TEXTE},
}
NUMERIQUES = {Genre.NOMBRE, Genre.MONTANT}
MAXIMUM = Decimal(10) ** 9


@dataclass(frozen=True)
class Savoir:
    """The facts of one person: only their own words, never those of another of the household."""

    age: int | None = None
    donnees: Mapping[str, str] = field(default_factory=dict)

    def valeur(self, code: str) -> str | Decimal | None:
        """The answer; None while it is unknown, or when what is stored cannot be read."""
        if code == AGE:
            return None if self.age is None else Decimal(self.age)
        definition, donnee = LU.get(code), self.donnees.get(code, "")
        if definition is None or not donnee:
            return None
        if definition.genre in NUMERIQUES:
            return nombre(donnee)
        known = {"oui", "non"} if definition.genre == Genre.OUI_NON else {choice for choice, _ in definition.choix}
        return donnee if donnee in known else None


def nombre(texte: object) -> Decimal | None:
    """A number from zero to a thousand million; None for anything else."""
    try:
        value = Decimal(str(texte))
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= MAXIMUM else None


def is_sensible(code: str) -> bool:
    return LU[code].is_sensible


def question(code: str) -> str:
    """What to ask to know more: « Vit en couple ? »."""
    libelle = LU[code].libelle if code in LU else code
    return f"{libelle[:1].upper()}{libelle[1:]} ?"
