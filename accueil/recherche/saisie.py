"""What somebody typed in the search box: name words, a birth date, the digits of a phone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pole_social.dates import PartialDate, UnreadableDate, parse

_MONTH = r"(?:janv|f[ée]vr?|mars|avr|mai|juin|juil|ao[uû]t|sept?|oct|nov|d[ée]c)[^\W\d]*\.?"
_DATE = re.compile(
    rf"(?:\bn[ée]e?s?\s+(?:le|en)\s+)?"
    rf"(?<!\w)(?:(?:\d{{1,2}}(?:er)?\s+)?{_MONTH}\s+\d{{2,4}}|\d{{1,2}} \d{{1,2}} \d{{4}}|\d[\d/.\-]*)(?!\w)",
    re.IGNORECASE,
)
_BORN = re.compile(r"^\s*n[ée]e?s?\s+(?:le|en)\s+", re.IGNORECASE)
# A whole number (06…, +33 6…), or at least its six last digits in a row.
_PHONE = re.compile(
    r"(?<![\w/])(?:(?:\+33|0033)[ .\-]?[1-9]|0[1-9])(?:[ .\-]?\d\d){4}(?![\w/])|(?<![\w/.\-])\d{6,9}(?![\w/.\-])"
)
# « +33 6 » and « 06 » have these in common.
PHONE_DIGITS = 9
# They begin a name and do not stand alone.
PARTICLES = {"de", "du", "des", "d", "la", "le", "el", "al", "ben", "van", "von", "da", "dos", "di"}


@dataclass(frozen=True)
class Typed:
    """What was understood."""

    mots: str
    naissance: PartialDate | None
    # The last digits of a phone.
    chiffres: str = ""


def split(text: str) -> Typed:
    """Set the phone and the birth date apart from the words of the name.

    Raises UnreadableDate when a number stands there that is neither.
    """
    phone = _PHONE.search(text)
    if phone:
        text = f"{text[: phone.start()]} {text[phone.end() :]}"
    dates = [found.group() for found in _DATE.finditer(text)]
    if len(dates) > 1:
        raise UnreadableDate("Une seule date à la fois : la date de naissance.")
    naissance = parse(_BORN.sub("", dates[0]).strip(" .")) if dates else None
    chiffres = re.sub(r"\D", "", phone.group())[-PHONE_DIGITS:] if phone else ""
    return Typed(" ".join(_DATE.sub(" ", text).replace(",", " ").split()), naissance, chiffres)


def letters(text: str) -> int:
    """How many letters, whatever the alphabet; signs, digits and pictures do not count."""
    decomposed = unicodedata.normalize("NFKD", text)
    return sum(unicodedata.category(sign) in {"Lu", "Ll", "Lt", "Lo"} for sign in decomposed)


def guess_identity(typed: Typed) -> dict[str, str]:
    """What the words most likely are, to be corrected by the agent: the name first, unless one is in capitals."""
    words = typed.mots.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len(words):
        nom, prenoms = capitals, [word for word in words if word not in capitals]
    else:
        size = 1 + next((i for i, word in enumerate(words) if word.lower() not in PARTICLES), 0)
        nom, prenoms = words[:size], words[size:]
    naissance = str(typed.naissance) if typed.naissance else ""
    return {"nom_usage": _cased(nom), "prenoms": _cased(prenoms), "naissance": naissance}


def _cased(words: list[str]) -> str:
    text = " ".join(words)
    return text.title() if text.islower() or text.isupper() else text
