"""Which part of the file active to show."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms

from parcours.file_active import Charge
from pole_social.forms import HubForm
from pole_social.models import Unite


class FileActiveForm(HubForm):
    """Filters of the file active, by opaque keys: a name never stands in an address."""

    unite = forms.ChoiceField(
        label="Unité",
        required=False,
        error_messages={"invalid_choice": "Choisissez une unité de la liste."},
    )
    referent = forms.ChoiceField(
        label="Référent",
        required=False,
        error_messages={"invalid_choice": "Choisissez un référent de la liste."},
    )

    def __init__(self, *args: Any, unites: list[Unite], referents: list[Charge], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("unite", "Toutes mes unités", [(str(unite.pk), unite.nom) for unite in unites])
        self._offer("referent", "Tous les référents", [(charge.cle, charge.nom) for charge in referents])

    def _offer(self, name: str, everything: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]
        field.widget.attrs["class"] = "form-select"
        field.label = str(field.label).removesuffix(" (facultatif)")

    @property
    def asked_unite(self) -> int | None:
        """The unité asked for; a choice that is not in the list filters nothing. After `is_valid`."""
        chosen = self.cleaned_data.get("unite")
        return int(chosen) if chosen else None

    @property
    def asked_referent(self) -> str:
        return self.cleaned_data.get("referent", "")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.asked_unite or self.asked_referent)

    def address(self, apres: object = None) -> str:
        """The query string of the page that follows `apres`, under the same filters."""
        asked = {"unite": self.asked_unite, "referent": self.asked_referent, "apres": apres}
        return "?" + urlencode({name: value for name, value in asked.items() if value})
