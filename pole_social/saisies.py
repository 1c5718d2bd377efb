"""What a kept form held, in the words of its page: the labels of its fields, the labels of what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve

from pole_social.forms import HubForm
from pole_social.http import is_a_text, is_technical
from pole_social.models import Brouillon, Referentiel

STAGES = {"accueil": "Accueil", "evaluation": "Évaluation", "parcours": "Parcours"}


@dataclass(frozen=True)
class Saisie:
    """One field as its author reads it."""

    libelle: str
    texte: str


def stage(brouillon: Brouillon) -> str:
    """The stage where the page stands, or "" when the page is there no more."""
    return STAGES.get(_app(brouillon), "")


def is_sendable(brouillon: Brouillon) -> bool:
    """Whether the page it was sent to still takes forms; who may send is asked there."""
    return "POST" in _methods(brouillon)


def is_openable(brouillon: Brouillon) -> bool:
    """Whether that page is also one to read."""
    return "GET" in _methods(brouillon)


def _methods(brouillon: Brouillon) -> tuple[str, ...]:
    try:
        return getattr(resolve(brouillon.chemin).func, "methods", ())
    except Resolver404:
        return ()


def words(brouillon: Brouillon) -> list[Saisie]:
    """What was typed and chosen, without the keys that say nothing to a person."""
    typed = {name: values for name, values in brouillon.contenu.items() if not is_technical(name)}
    fields = _fields(set(typed), _app(brouillon))
    found = []
    for name, values in typed.items():
        text = _text(fields.get(name), [value for value in values if value])
        if text:
            found.append(Saisie(_label(name, fields.get(name)), text))
    return found


def _app(brouillon: Brouillon) -> str:
    try:
        return resolve(brouillon.chemin).func.__module__.split(".")[0]
    except Resolver404:
        return ""


def _fields(names: set[str], app: str) -> dict[str, forms.Field]:
    """Those of the form that has the most of these names and the fewest others."""
    made = [form.base_fields for form in _forms(HubForm) if form.__module__.split(".")[0] == app]
    if not made:
        return {}
    return min(made, key=lambda fields: (len(names - fields.keys()), len(fields.keys() - names)))


def _forms(base: type[HubForm]) -> Iterator[type[HubForm]]:
    for form in base.__subclasses__():
        yield form
        yield from _forms(form)


def _label(name: str, field: forms.Field | None) -> str:
    return str(field.label) if field and field.label else name.replace("_", " ").capitalize()


def _text(field: forms.Field | None, values: list[str]) -> str:
    if not values or (field and field.widget.is_hidden):
        return ""
    if isinstance(field, forms.BooleanField):
        return "oui"
    if isinstance(field, forms.ModelChoiceField):
        return ", ".join(_rows(field.queryset, values))
    choices: dict[str, str] = {}
    if isinstance(field, forms.ChoiceField):
        listed: Any = field.choices
        choices = {str(value): str(label) for value, label in listed}
    return ", ".join(choices.get(value, value) for value in values if value in choices or _is_readable(field, value))


def _is_readable(field: forms.Field | None, value: str) -> bool:
    """A text of a known field, however short; elsewhere, what is no key."""
    typed_freely = isinstance(field, forms.CharField) and not isinstance(field, forms.UUIDField)
    return typed_freely or is_a_text(value)


def _rows(proposed: Any, values: list[str]) -> list[str]:
    """The words of a referential; a person chosen is not named here, where nobody asks who may read them."""
    model = proposed.model if proposed is not None else None
    if model is None or not issubclass(model, Referentiel):
        return []
    try:
        return [str(row) for row in model._default_manager.filter(pk__in=values)]
    except (ValueError, ValidationError):
        return []
