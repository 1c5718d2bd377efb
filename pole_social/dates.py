"""Dates as people write them in France, complete or not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

MONTHS = ["janvier", "fevrier", "mars", "avril", "mai", "juin"]
MONTHS += ["juillet", "aout", "septembre", "octobre", "novembre", "decembre"]
DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
# How a near day is said, by the days until it.
NEAR = {"aujourd'hui": 0, "demain": 1, "apres demain": 2}
UNKNOWN = {"inconnue", "inconnu", "?", "nsp"}
FIRST_YEAR, LAST_YEAR = 1900, 2100

_NUMBERS = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2}|\d{4})$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[/.\-](\d{4})$")
_WORDS = re.compile(r"^(?:(\d{1,2})(?:er)? )?([a-z]+)\.? (\d{2}|\d{4})$")
_YEAR = re.compile(r"^(\d{4})$")

HELP = "Par exemple 12/03/1981, 12 mars 1981, mars 1981 ou 1981."
COMING_HELP = "Par exemple 12/03/2027, 12 mars 2027, jeudi ou demain."


class UnreadableDate(ValueError):
    """Carries a French sentence that says what to write instead."""


@dataclass(frozen=True)
class PartialDate:
    """A date whose day, or day and month, may be unknown."""

    annee: int
    mois: int | None = None
    jour: int | None = None

    @property
    def complete(self) -> date | None:
        """The calendar date, when year, month and day are all known."""
        if self.mois and self.jour:
            return date(self.annee, self.mois, self.jour)
        return None

    def __str__(self) -> str:
        parts = [f"{part:02}" for part in (self.jour, self.mois) if part]
        return "/".join([*parts, f"{self.annee:04}"])


def parse(text: str, example: str = HELP) -> PartialDate | None:
    """Read `12/03/81`, `12 mars 1981`, `mars 1981`, `1981`, `1981-03-12`; « inconnue » and "" give None.

    Raises UnreadableDate for anything else, and for days that do not exist. A year of two digits is the
    last such year that is not in the future. What cannot be read is answered with the `example`.
    """
    folded = _fold(text)
    if not folded or folded in UNKNOWN:
        return None
    annee, mois, jour = _parts(folded, example)
    return _checked(annee, mois, jour)


def said_day(text: str) -> date | None:
    """The day that « demain », « après-demain » or « jeudi » (the next one, never today) says today; else None."""
    said, today = _fold(text).replace("’", "'").replace("-", " "), timezone.localdate()
    if said in NEAR:
        return today + timedelta(days=NEAR[said])
    if said in DAYS:
        return today + timedelta(days=(DAYS.index(said) - today.weekday() - 1) % 7 + 1)
    return None


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(plain.lower().split())


def _parts(text: str, example: str) -> tuple[int, int | None, int | None]:
    if not text.isascii():
        raise UnreadableDate(f"Cette date n’est pas lisible. {example}")
    if found := _NUMBERS.match(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := _ISO.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _MONTH_YEAR.match(text):
        return int(found[2]), int(found[1]), None
    if found := _YEAR.match(text):
        return int(found[1]), None, None
    if found := _WORDS.match(text):
        return _year(found[3]), _month(found[2], example), int(found[1]) if found[1] else None
    raise UnreadableDate(f"Cette date n’est pas lisible. {example}")


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    this_year = timezone.localdate().year
    century = this_year - this_year % 100
    return century + int(digits) if century + int(digits) <= this_year else century - 100 + int(digits)


def _month(word: str, example: str) -> int:
    matching = [number for number, name in enumerate(MONTHS, 1) if name.startswith(word)]
    if len(word) < 3 or len(matching) != 1:
        raise UnreadableDate(f"Ce mois n’est pas lisible. {example}")
    return matching[0]


def _checked(annee: int, mois: int | None, jour: int | None) -> PartialDate:
    if not FIRST_YEAR <= annee <= LAST_YEAR:
        raise UnreadableDate(f"L’année doit être entre {FIRST_YEAR} et {LAST_YEAR}.")
    if mois is not None and not 1 <= mois <= 12:
        raise UnreadableDate("Le mois doit être entre 1 et 12.")
    try:
        date(annee, mois or 1, 1 if jour is None else jour)
    except ValueError:
        raise UnreadableDate("Ce jour n’existe pas dans ce mois.") from None
    return PartialDate(annee, mois, jour)
