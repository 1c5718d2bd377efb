"""What is typed in the search box: name words, a birth date, or both."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accueil.models import Usager
from accueil.models.usager import MAX_CANDIDATES
from pole_social.dates import PartialDate, UnreadableDate, parse
from pole_social.forms import HubForm
from pole_social.models import Agent

MINIMUM_LETTERS = 2
_MONTH = r"(?:janv|f[ée]vr?|mars|avr|mai|juin|juil|ao[uû]t|sept?|oct|nov|d[ée]c)[^\W\d]*\.?"
_DATE = re.compile(
    rf"(?:\bn[ée]e?s?\s+(?:le|en)\s+)?"
    rf"(?<!\w)(?:(?:\d{{1,2}}(?:er)?\s+)?{_MONTH}\s+\d{{2,4}}|\d{{1,2}} \d{{1,2}} \d{{4}}|\d[\d/.\-]*)(?!\w)",
    re.IGNORECASE,
)
_BORN = re.compile(r"^\s*n[ée]e?s?\s+(?:le|en)\s+", re.IGNORECASE)
# They begin a name and do not stand alone.
PARTICLES = {"de", "du", "des", "d", "la", "le", "el", "al", "ben", "van", "von", "da", "dos", "di"}


@dataclass(frozen=True)
class Typed:
    """What was understood."""

    mots: str
    naissance: PartialDate | None


def split(text: str) -> Typed:
    """Set the birth date apart from the words of the name.

    Raises UnreadableDate when a number stands there that is no date.
    """
    dates = [found.group() for found in _DATE.finditer(text)]
    if len(dates) > 1:
        raise UnreadableDate("Une seule date à la fois : la date de naissance.")
    naissance = parse(_BORN.sub("", dates[0]).strip(" .")) if dates else None
    return Typed(" ".join(_DATE.sub(" ", text).replace(",", " ").split()), naissance)


def letters(text: str) -> int:
    """How many letters, whatever the alphabet; signs, digits and pictures do not count."""
    decomposed = unicodedata.normalize("NFKD", text)
    return sum(unicodedata.category(sign) in {"Lu", "Ll", "Lt", "Lo"} for sign in decomposed)


class RechercheForm(HubForm):
    """The search box. Its content never reaches an address, a title or the journal."""

    q = forms.CharField(
        label="Nom, prénom, date de naissance",
        max_length=200,
        help_text="Par exemple « Traoré Aminata », « Traoré 12/03/1981 » ou « 12 mars 1981 ».",
        error_messages={"required": "Écrivez au moins deux lettres du nom, ou une date de naissance."},
    )

    def clean_q(self) -> str:
        text = self.cleaned_data["q"]
        try:
            self.typed_parts = split(text)
        except UnreadableDate as error:
            raise ValidationError(str(error), code="date") from error
        if not self.typed_parts.naissance and letters(self.typed_parts.mots) < MINIMUM_LETTERS:
            message = "Écrivez au moins deux lettres du nom, ou une date de naissance."
            raise ValidationError(message, code="short")
        return text


@dataclass(frozen=True)
class Candidats:
    """What a search proposes: at most ten people, masked."""

    personnes: list[Usager]
    has_more: bool
    # The date was set aside, because nobody of that name was born then.
    sans_date: bool = False


def find(agent: Agent, typed: Typed) -> Candidats:
    """The people of the agent's territoire who answer to what was typed, by name."""
    found = _candidates(agent, typed)
    if found or not typed.naissance or letters(typed.mots) < MINIMUM_LETTERS:
        return _first(found)
    return _first(_candidates(agent, Typed(typed.mots, None)), sans_date=True)


def _candidates(agent: Agent, typed: Typed) -> list[Usager]:
    people = Usager.objects.candidates_for(agent).openable(agent).select_related("commune")
    if letters(typed.mots):
        people = people.named_like(typed.mots)
    if typed.naissance:
        people = people.born(typed.naissance)
    return list(people[: MAX_CANDIDATES + 1])


def _first(people: list[Usager], **said: Any) -> Candidats:
    return Candidats(people[:MAX_CANDIDATES], len(people) > MAX_CANDIDATES, **said)


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
