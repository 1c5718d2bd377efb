"""What is done with the synthesis: read it again with the person, hand over all of it when they ask."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from evaluation.models import Evaluation, Relecture
from pole_social.forms import CreateForm, FreeDateField
from pole_social.models import Agent


class RelectureForm(CreateForm):
    """« Relu avec la personne le… »"""

    relue_on = FreeDateField(label="Relue avec la personne le", help_text="Par exemple 12/03/2027 ou 12 mars 2027.")

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="relecture_%s", **kwargs)
        self.evaluation = evaluation
        self.fields["relue_on"].initial = timezone.localdate

    def clean_relue_on(self) -> date:
        day: date = self.cleaned_data["relue_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Ce jour n’est pas encore venu : notez la relecture une fois faite.")
        if day < self.evaluation.opened_on:
            raise forms.ValidationError(f"L’évaluation n’était pas ouverte : elle l’est depuis le {_written(self)}.")
        return day

    def save(self, *, by: Agent) -> None:
        """One row a day: who notes it again changes nothing."""
        day = self.cleaned_data["relue_on"]
        Relecture.objects.get_or_create(evaluation=self.evaluation, relue_on=day, defaults={"recorded_by": by})


def _written(form: RelectureForm) -> str:
    return f"{form.evaluation.opened_on:%d/%m/%Y}"


class CompletForm(CreateForm):
    """The whole synthesis, once. The same words for everybody: that the box is there reveals nothing."""

    is_demande = forms.BooleanField(
        label="Elle le demande, et nous sommes seuls",
        error_messages={
            "required": "Cochez la case : la version complète ne se remet qu’à elle, seule, si elle la veut."
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="complet_%s", **kwargs)
