"""Editing a rule of the propositions in the administration."""

from __future__ import annotations

from typing import Any

from django import forms

from accueil.forms.regle import ConditionsField
from evaluation.models import RegleProposition
from pole_social.access import CARE, Role
from pole_social.models import Metier
from pole_social.texts import validate_text


class ReglePropositionForm(forms.ModelForm):
    """A rule that cannot be read is refused beside its conditions, with what was typed."""

    conditions = ConditionsField(
        label="Conditions",
        required=False,
        help_text="Vide : toujours. Sinon une liste de possibilités ; chacune est une liste de conditions à réunir "
        'toutes. Une condition : {"fait": …, "est": …, "valeur": une réponse ou un nombre}.',
    )

    class Meta:
        model = RegleProposition
        fields = (
            "code",
            "fragilite",
            "niveau_minimum",
            "conditions",
            "action",
            "action_usager",
            "metier",
            "droit",
            "partenaire_type",
            "ordre",
            "is_active",
        )
        widgets = {name: forms.TextInput(attrs={"size": 100}) for name in ("action", "action_usager")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those who meet people: nobody is sent to the administrator of the accounts.
        involved = Metier.objects.filter(famille__in=CARE | {Role.ACCUEIL})
        self.fields["metier"].queryset = involved  # type: ignore[attr-defined]
        # They are read on people's pages and papers.
        for name in ("action", "action_usager"):
            self.fields[name].validators.append(validate_text)

    def clean_conditions(self) -> Any:
        """Nothing typed is « always »."""
        typed = self.cleaned_data["conditions"]
        return [] if typed is None else typed
