"""Eleven ways in which a name is typed at a desk: as it is, wrong, inverted, in part."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random

from pole_social.dates import PartialDate

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# One is heard for the other.
SOUNDS = [
    (r"eau", "o"), (r"au", "o"), (r"ph", "f"), (r"qu", "k"), (r"th", "t"), (r"ai", "e"), (r"ss", "s"), (r"ll", "l"),
    (r"tt", "t"), (r"nn", "n"), (r"c(?=[eiy])", "s"), (r"c(?=[aour])", "k"), (r"(?<!^)h", ""), (r"y", "i"),
    (r"an", "en"), (r"en(?=[cdst])", "an"),
    (r"t$", "d"), (r"d$", "t"), (r"x$", ""), (r"s$", ""), (r"ou$", "oux"), (r"o$", "eau"),
    (r"er$", "e"), (r"e$", ""), (r"z", "s"), (r"g(?=[eiy])", "j"), (r"in$", "ain"),
]  # fmt: skip
Writing = Callable[[Random, str, str, str], str]


def plain(text: str) -> str:
    """Without accents nor capitals."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def typo(rng: Random, text: str) -> str:
    """One letter wrong, missing, added, or inverted with the next, in the longest word."""
    word = max(re.findall(r"\w+", text) or [""], key=len)
    if len(word) < 4:
        return ""
    place = rng.randrange(1, len(word) - 1)
    before, here, after = word[:place], word[place], word[place + 1 :]
    wrong = rng.choice(
        [
            before + rng.choice(LETTERS) + after,
            before + after,
            before + rng.choice(LETTERS) + here + after,
            before + after[0] + here + after[1:],
        ]
    )
    return text.replace(word, wrong, 1) if wrong != word else ""


def variant(rng: Random, text: str) -> str:
    """The same sound written otherwise; empty when the name has no other spelling."""
    written = plain(text)
    possible = [rule for rule in SOUNDS if re.search(rule[0], written)]
    if not possible or len(written) < 4:
        return ""
    sound, other = rng.choice(possible)
    changed = re.sub(sound, other, written, count=1)
    return changed if changed != written and len(changed) > 2 else ""


def part(rng: Random, text: str) -> str:
    """One name of a compound one."""
    parts = [piece for piece in re.split(r"[- ]", text) if len(piece) > 2]
    return rng.choice(parts) if len(parts) > 1 else ""


def cut(text: str) -> str:
    """The beginning of a name, as one stops typing."""
    return text[: max(3, len(text) * 3 // 5)] if len(text) > 4 else ""


def _both(one: str, other: str) -> str:
    """Nothing when a half could not be written so."""
    return f"{one} {other}" if one and other else ""


def _truncated(rng: Random, nom: str, naissance: str, prenoms: str) -> str:
    return _both(nom, cut(prenoms)) if rng.random() < 0.5 else _both(cut(nom), prenoms)


def _compound(rng: Random, nom: str, naissance: str, prenoms: str) -> str:
    return _both(part(rng, nom), prenoms) or _both(nom, part(rng, prenoms))


WRITINGS: dict[str, Writing] = {
    "exact": lambda rng, nom, naissance, prenoms: f"{nom} {prenoms}",
    "sans accent": lambda rng, nom, naissance, prenoms: plain(f"{nom} {prenoms}"),
    "faute dans le nom": lambda rng, nom, naissance, prenoms: _both(typo(rng, nom), prenoms),
    "faute dans le prénom": lambda rng, nom, naissance, prenoms: _both(nom, typo(rng, prenoms)),
    "faute dans les deux": lambda rng, nom, naissance, prenoms: _both(typo(rng, nom), typo(rng, prenoms)),
    "inversé": lambda rng, nom, naissance, prenoms: f"{prenoms} {nom}",
    "inversé avec faute": lambda rng, nom, naissance, prenoms: _both(prenoms, typo(rng, nom)),
    "nom de naissance": lambda rng, nom, naissance, prenoms: _both(naissance if naissance != nom else "", prenoms),
    "tronqué": _truncated,
    "variante phonétique": lambda rng, nom, naissance, prenoms: _both(variant(rng, nom), prenoms),
    "partie d’un nom composé": _compound,
}
KINDS = tuple(WRITINGS)


def write(rng: Random, kind: str, nom: str, naissance: str, prenoms: str) -> str:
    """These names typed in this way; empty when they cannot be."""
    return WRITINGS[kind](rng, nom, naissance, prenoms)


def misdate(rng: Random, born: PartialDate) -> PartialDate:
    """Day and month inverted where that is a date, else a year beside."""
    assert born.mois and born.jour
    if born.jour <= 12 and born.jour != born.mois and rng.random() < 0.5:
        return PartialDate(born.annee, born.jour, born.mois)
    return PartialDate(born.annee + rng.choice((-1, 1)), born.mois, born.jour)
