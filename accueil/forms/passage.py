"""Registering a passage, in seconds."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.models import Motif, Passage, Usager
from pole_social.forms import CreateForm
from pole_social.models import Agent, Unite

_CLOCK = re.compile(r"^\s*(\d{1,2})\s*(?:h|:|\s)\s*(\d{2})?\s*$", re.IGNORECASE | re.ASCII)
UNREADABLE = "Écrivez l’heure comme 9 h 05 ou 9:05."


class ArrivalField(forms.CharField):
    """An hour of today, typed freely; cleans to a datetime, or None when nothing was typed."""

    def clean(self, value: Any) -> datetime | None:  # type: ignore[override]
        text = super().clean(value)
        if not text:
            return None
        arrived_at = self._today(text)
        if arrived_at > timezone.now():
            raise ValidationError("Cette heure n’est pas encore passée.", code="future")
        return arrived_at

    def _today(self, text: str) -> datetime:
        found = _CLOCK.match(text)
        if not found:
            raise ValidationError(UNREADABLE, code="hour")
        hour, minute = int(found[1]), int(found[2] or 0)
        if hour > 23 or minute > 59:
            raise ValidationError(UNREADABLE, code="hour")
        return timezone.make_aware(datetime.combine(timezone.localdate(), time(hour, minute)))


class PassageForm(CreateForm, forms.ModelForm):
    """Who (none, one or several, chosen before), why, by which channel."""

    usagers = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    arrivee = ArrivalField(
        label="Arrivée à",
        required=False,
        max_length=20,
        help_text="Seulement si ce n’est pas maintenant, par exemple 9 h 05.",
    )
    field_order = ("motif", "canal", "is_prioritaire", "is_confidentiel", "arrivee")

    class Meta:
        model = Passage
        fields = ("motif", "canal", "is_prioritaire", "is_confidentiel")
        widgets = {"motif": forms.RadioSelect, "canal": forms.RadioSelect}
        error_messages = {
            "motif": {"required": "Choisissez un motif.", "invalid_choice": "Choisissez un motif de la liste."},
            "canal": {"required": "Choisissez comment la personne vient."},
        }

    def __init__(self, *args: Any, usagers: list[Usager], unite: Unite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = usagers
        self.unite = unite
        ids = [str(usager.pk) for usager in usagers]
        self.fields["usagers"].initial = ids
        self.fields["usagers"].choices = [(pk, pk) for pk in ids]  # type: ignore[attr-defined]
        self.fields["motif"].queryset = Motif.objects.all()  # type: ignore[attr-defined]
        self.fields["motif"].empty_label = None  # type: ignore[attr-defined]
        self.fields["is_confidentiel"].help_text = Passage._meta.get_field("is_confidentiel").help_text

    def save(self, *, by: Agent) -> Passage:  # type: ignore[override]
        """Register with the next number of the lieu."""
        passage = self.instance
        passage.unite = self.unite
        passage.arrived_at = self.cleaned_data["arrivee"] or timezone.now()
        passage.register(self.people, by=by)
        return passage
