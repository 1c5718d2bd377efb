"""What is typed in the search box: name words, a birth date, or both; and whom it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accueil.models import Usager
from accueil.models.usager import MAX_CANDIDATES, UsagerQuerySet
from accueil.recherche.cascade import Cascade
from accueil.recherche.saisie import Typed, guess_identity, letters, split
from pole_social.dates import PartialDate, UnreadableDate
from pole_social.forms import HubForm
from pole_social.models import Agent

__all__ = ["Candidats", "RechercheForm", "Typed", "find", "guess_identity", "letters", "split", "strong_matches"]

MINIMUM_LETTERS = 2
TOO_SHORT = "Écrivez au moins deux lettres du nom, ou une date de naissance."
# Asked at creation, beside the form: the nearest are enough.
MAX_STRONG = 5


class RechercheForm(HubForm):
    """The search box. Its content never reaches an address, a title or the journal."""

    q = forms.CharField(
        label="Nom, prénom, date de naissance",
        max_length=200,
        help_text="Par exemple « Traoré Aminata », « Traoré 12/03/1981 », « 12 mars 1981 », ou la fin d’un téléphone.",
        error_messages={"required": TOO_SHORT},
    )

    def clean_q(self) -> str:
        text = self.cleaned_data["q"]
        try:
            self.typed_parts = split(text)
        except UnreadableDate as error:
            raise ValidationError(str(error), code="date") from error
        typed = self.typed_parts
        if not typed.naissance and not typed.chiffres and letters(typed.mots) < MINIMUM_LETTERS:
            raise ValidationError(TOO_SHORT, code="short")
        return text


@dataclass(frozen=True)
class Candidats:
    """What a search proposes: at most ten people, masked."""

    personnes: list[Usager]
    has_more: bool
    # The date was set aside, because nobody of that name was born then.
    sans_date: bool = False
    # The words alone, where a date was typed beside them: « chercher sans la date ».
    mots_seuls: str = ""


def find(agent: Agent, typed: Typed) -> Candidats:
    """The people of the agent's territoire who answer to what was typed, the most alike first."""
    found, sans_date = search(agent, typed)
    can_try = typed.naissance and has_name(typed) and not typed.chiffres and not sans_date
    return Candidats(
        _shown(agent, found[:MAX_CANDIDATES]),
        len(found) > MAX_CANDIDATES,
        sans_date=sans_date,
        mots_seuls=typed.mots if can_try else "",
    )


def has_name(typed: Typed) -> bool:
    return letters(typed.mots) >= MINIMUM_LETTERS


def search(agent: Agent, typed: Typed) -> tuple[list[Any], bool]:
    """The keys of those found, the most alike first; and whether the date was set aside to find them."""
    people = Usager.objects.proposable_to(agent)
    if typed.chiffres:
        return _unnamed(people.reached_at(typed.chiffres)), False
    if not has_name(typed):
        return _unnamed(people.born(typed.naissance) if typed.naissance else people.none()), False
    cascade = Cascade(people, typed.mots)
    found = cascade.by_birth(typed.naissance) if typed.naissance else cascade.by_name()
    sans_date = not found and typed.naissance is not None
    return [nom.pk for nom in (cascade.without_birth() if sans_date else found)], sans_date


def _unnamed(people: UsagerQuerySet) -> list[Any]:
    """Of a birth or a phone alone, whoever answers, in the order of the names."""
    return list(people.order_by("recherche_nom_prenoms", "pk").values_list("pk", flat=True)[: MAX_CANDIDATES + 1])


def strong_matches(agent: Agent, nom_usage: str, prenoms: str, naissance: PartialDate | None) -> list[Usager]:
    """Who may already be this person: names alike (a typo, inverted, another spelling), no other birth.

    Shown before creating, as « est-ce la même personne ? »; they are told to the journal as any candidate.
    """
    people = Usager.objects.proposable_to(agent)
    cascade = Cascade(people, f"{nom_usage} {prenoms}")
    return _shown(agent, [nom.pk for nom in cascade.same(naissance)][:MAX_STRONG])


def _shown(agent: Agent, keys: Sequence[Any]) -> list[Usager]:
    """These people, masked, in this order; the journal is told of them alone."""
    people = Usager.objects.candidates_for(agent).openable(agent).select_related("commune")
    by_key = {usager.pk: usager for usager in people.filter(pk__in=keys)}
    return [by_key[key] for key in keys if key in by_key]
