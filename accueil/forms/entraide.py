"""The sheet about an act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.forms.heure import HourField
from accueil.models import Incident
from pole_social.forms import CreateForm, FreeDateField
from pole_social.models import Agent, Lieu

FUTURE = "Ce moment n’est pas encore passé."


class IncidentForm(CreateForm, forms.ModelForm):
    """What happened, when, what was done: no field for a person, and none asked for."""

    jour = FreeDateField(label="Jour", initial=timezone.localdate)
    heure = HourField(label="Vers", max_length=20, help_text="Par exemple 9 h 05.")
    field_order = ("nature", "jour", "heure", "recit", "suites")

    class Meta:
        model = Incident
        fields = ("nature", "recit", "suites")
        widgets = {
            "nature": forms.RadioSelect,
            "recit": forms.Textarea(attrs={"rows": 6}),
            "suites": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {
            "nature": {"required": "Choisissez la nature de l’acte.", "invalid_choice": "Choisissez dans la liste."},
            "recit": {"required": "Dites ce qui s’est passé."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Radio buttons: none chosen says it, without a button for it.
        self.fields["nature"].choices = Incident.Nature.choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        jour, heure = cleaned.get("jour"), cleaned.get("heure")
        if jour and heure:
            happened_at = timezone.make_aware(datetime.combine(jour, heure))
            if happened_at > timezone.now():
                raise ValidationError(FUTURE, code="future")
            self.instance.happened_at = happened_at
        return cleaned

    def save(self, *, by: Agent, lieu: Lieu) -> Incident:  # type: ignore[override]
        self.instance.created_by, self.instance.lieu = by, lieu
        self.instance.save(force_insert=True)
        return self.instance
