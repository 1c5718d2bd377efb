"""Dated amounts, and what to say of one that is unknown, out of date or not yet in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class BaremeLu:
    """One barème as the administration keeps it; without a value it is to be filled in, never zero."""

    code: str
    libelle: str
    valeur: Decimal | None
    mesure: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, order=True)
class Alerte:
    """What an agent must know of a barème before believing the rule."""

    code: str
    phrase: str


@dataclass(frozen=True)
class Baremes:
    """Those known on a day."""

    jour: date
    connus: Mapping[str, BaremeLu] = field(default_factory=dict)

    def valeur(self, code: str) -> Decimal | None:
        """The amount, even out of date; None when there is none, or not yet."""
        found = self.connus.get(code)
        if found is None or (found.starts_on and found.starts_on > self.jour):
            return None
        return found.valeur

    def alerte(self, code: str) -> Alerte | None:
        """Why this barème cannot be used with an easy mind; None when it is in force."""
        found = self.connus.get(code)
        libelle = found.libelle if found else code
        if found is None or found.valeur is None:
            return Alerte(code, f"barème à renseigner : {libelle}")
        if found.starts_on and found.starts_on > self.jour:
            return Alerte(code, f"barème pas encore en vigueur (à partir du {found.starts_on:%d/%m/%Y}) : {libelle}")
        if found.ends_on and found.ends_on < self.jour:
            return Alerte(code, f"barème périmé depuis le {found.ends_on:%d/%m/%Y} : {libelle}")
        return None
