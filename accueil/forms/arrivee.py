"""The hour of an arrival, corrected after it was registered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accueil.forms.heure import read_hour
from accueil.forms.passage import ArrivalField
from accueil.models import Passage
from pole_social.forms import EditForm
from pole_social.models import Agent
from pole_social.templatetags.temps import heure


class CorrectedArrivalField(ArrivalField):
    """Shown as it is said; what is typed otherwise (« 9:05 ») is compared by its hour."""

    def prepare_value(self, value: Any) -> Any:
        return heure(value) if isinstance(value, datetime) else value

    def as_written(self, value: str) -> str:
        try:
            hour = read_hour(value)
        except ValidationError:
            return value
        return f"{hour.hour} h {hour.minute:02}"


class ArriveeForm(EditForm):
    """Entry after an outage: the day and the number stay, the hour is put right."""

    arrived_at = CorrectedArrivalField(
        label="Arrivée à",
        max_length=20,
        help_text="Par exemple 9 h 05. L’heure remplacée reste dans l’histoire du passage.",
        error_messages={"required": "Écrivez l’heure d’arrivée."},
    )

    class Meta:
        model = Passage
        fields = ("arrived_at",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["arrived_at"].jour = self.instance.jour  # type: ignore[attr-defined]

    def clean_arrived_at(self) -> datetime:
        """Before whatever was done next. The minute that stands already keeps its seconds: nothing is corrected."""
        typed, standing = self.cleaned_data["arrived_at"], self.initial["arrived_at"]
        if heure(typed) == heure(standing):
            return standing
        moved_at = self.instance.first_move_at()
        if moved_at and typed > moved_at:
            raise ValidationError(
                f"Le passage a commencé à {heure(moved_at)} : donnez une heure d’avant.", code="order"
            )
        return typed

    @transaction.atomic
    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        """Write, with what it replaces in the history; False when somebody corrected it first."""
        before, after = self.initial["arrived_at"], self.cleaned_data["arrived_at"]
        if before == after:
            return True
        if not super().save(by=by):
            return False
        said = f"Arrivée corrigée : {heure(after)}, au lieu de {heure(before)}."
        self.instance.note_arrival(said, by=by)
        return True
