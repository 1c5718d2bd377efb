"""Setting a parcours aside until a day, closing it with its last bilan, taking it up again."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.db import transaction
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from parcours.fin import close
from parcours.forms.bilan import BilanFields, Nature, months_after
from parcours.models import Parcours
from parcours.transmission import locked
from pole_social.forms import HubForm
from pole_social.models import Agent, MoveRefused

Motif = Parcours.MotifCloture
# Nobody is there to say a last word with, or to whom it would be read.
WITHOUT_BILAN = (Motif.DECES, Motif.SANS_NOUVELLES)
LONGEST = 12
READERS = "Lu par l’équipe du parcours, dans sa chronologie."
MOTIF = forms.Textarea(attrs={"rows": 3})


class SuspensionForm(HubForm):
    """Until a day that is near enough for nobody to be forgotten."""

    wakes_on = ComingDateField(
        label="Reprise le",
        help_text="Un an au plus. Par exemple 12/03/2027.",
        error_messages={"required": "Cette date est nécessaire."},
    )
    motif = forms.CharField(label="Pourquoi", max_length=2000, required=False, widget=MOTIF, help_text=READERS)

    def clean_wakes_on(self) -> date:
        wakes_on: date = self.cleaned_data["wakes_on"]
        today = timezone.localdate()
        if wakes_on == today:
            raise forms.ValidationError("Donnez un jour après aujourd’hui.")
        if wakes_on > months_after(today, LONGEST):
            raise forms.ValidationError("Un an au plus : vous pourrez suspendre de nouveau.")
        return wakes_on


class ReouvertureForm(HubForm):
    motif = forms.CharField(
        label="Pourquoi reprendre",
        max_length=2000,
        widget=MOTIF,
        help_text=READERS,
        error_messages={"required": "Dites pourquoi le parcours reprend."},
    )


class ClotureForm(BilanFields):
    """Why it ends, and the last bilan; none more on a day that has one.

    Without somebody to hold it with (death, no news), the last bilan is left out unless it is written.
    """

    motif = forms.ChoiceField(
        label="Pourquoi le parcours se termine",
        choices=Motif.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un motif.", "invalid_choice": "Choisissez dans la liste."},
    )
    precision = forms.CharField(label="Précision", max_length=2000, required=False, widget=MOTIF, help_text=READERS)

    def __init__(self, *args: Any, has_bilan_today: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_bilan = not has_bilan_today
        self.fields["synthese"].required = False
        self.fields["synthese"].label = "Où en est-on à la fin"
        if has_bilan_today:
            kept = {name: self.fields[name] for name in ("cle", "motif", "precision")}
            self.fields = kept
            self.helper.layout = Layout(*kept)

    def holds_bilan(self, typed: dict[str, Any]) -> bool:
        """Asked for by the reason, or written all the same."""
        if not self.asks_bilan or "synthese" in self.errors:
            return False
        return bool(typed.get("synthese")) or typed.get("motif") not in WITHOUT_BILAN

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("motif") == Motif.AUTRE:
            self._need("precision", "Précisez le motif.")
        # Without a reason yet, nothing is asked for because of it.
        if "motif" in typed and self.holds_bilan(typed):
            self._need("synthese", "Écrivez où en est la situation : c’est le dernier bilan.")
        return typed

    @transaction.atomic
    def save(self, *, by: Agent) -> None:
        """Raises MoveRefused for a parcours that was closed meanwhile."""
        typed, parcours = self.cleaned_data, locked(self.parcours)
        if not parcours.is_open_file:
            raise MoveRefused
        if self.holds_bilan(typed):
            self.write(parcours, by=by, nature=Nature.FINAL, held_on=timezone.localdate())
        close(parcours, motif=typed["motif"], by=by, precision=typed["precision"])
