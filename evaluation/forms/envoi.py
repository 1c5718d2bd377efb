"""The relais that ends an evaluation: to accompagnement, or to santé."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.forms.models import ModelChoiceField
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from accueil.models import Relais
from evaluation.models import Evaluation
from pole_social.forms import CreateForm
from pole_social.models import Agent, Unite
from pole_social.models.lieu import UniteQuerySet

Nature = Unite.Nature
RECEIVERS = (Nature.ACCOMPAGNEMENT, Nature.SANTE, Nature.SANTE_SEXUELLE)
UNKNOWN_CHOICE = "Choisissez une unité de la liste."
DAYS_PROMISED = 7


def receivers(evaluation: Evaluation) -> UniteQuerySet:
    """The unités that may take over."""
    return Unite.objects.receiving_from(evaluation.unite, RECEIVERS)


class RelaisForm(CreateForm, forms.ModelForm):
    """To whom, what to say, how soon. The unité is chosen before anything is written for it."""

    vers_unite = ModelChoiceField(
        Unite.objects.none(),
        label="Unité qui prend le relais",
        to_field_name="code",
        widget=forms.HiddenInput,
        error_messages={"required": UNKNOWN_CHOICE, "invalid_choice": UNKNOWN_CHOICE},
    )
    promised_on = ComingDateField(
        label="Réponse promise le",
        help_text="La date que vous donnez à la personne. Passée, le relais s’affiche en retard des deux côtés.",
    )

    class Meta:
        model = Relais
        fields = ("vers_unite", "dit", "urgence", "promised_on")
        widgets = {"dit": forms.Textarea(attrs={"rows": 10}), "urgence": forms.RadioSelect}
        error_messages = {
            "dit": {"required": "Dites à l’unité qui reçoit ce que la personne n’aura pas à redire."},
            "urgence": {"required": "Choisissez un délai.", "invalid_choice": "Choisissez dans la liste."},
        }

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "promised_on": timezone.localdate() + timedelta(days=DAYS_PROMISED),
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.evaluation = evaluation
        self.fields["vers_unite"].queryset = receivers(evaluation)  # type: ignore[attr-defined]
        self.fields["urgence"].choices = Relais.Urgence.choices  # type: ignore[attr-defined]

    def save(self, *, by: Agent) -> Relais:  # type: ignore[override]
        """Send, and keep the evaluation's next date: the day of the promise."""
        relais: Relais = self.instance
        relais.usager_id, relais.de_unite = self.evaluation.usager_id, self.evaluation.unite
        relais.send(by=by)
        self.evaluation.relais_envoyes.add(relais)
        self.evaluation.echeance = relais.promised_on
        self.evaluation.save_over(self.evaluation.version, ["echeance"])
        return relais
