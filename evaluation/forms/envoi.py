"""The relais that ends an evaluation: to accompagnement, or to santé."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.forms.models import ModelChoiceField
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from accueil.models import Deport, Relais
from evaluation.models import Evaluation
from pole_social.access import CARE, Role
from pole_social.forms import AgentChoiceField, CreateForm, KnownChoicesField
from pole_social.models import Affectation, Agent, Metier, Unite
from pole_social.models.lieu import UniteQuerySet

Nature = Unite.Nature
RECEIVERS = (Nature.ACCOMPAGNEMENT, Nature.SANTE, Nature.SANTE_SEXUELLE)
UNKNOWN_CHOICE = "Choisissez une unité de la liste."
UNKNOWN_METIER = "Choisissez des métiers de la liste."
UNKNOWN_REFERENT = "Choisissez un agent de la liste."
DAYS_PROMISED = 7


def receivers(evaluation: Evaluation) -> UniteQuerySet:
    """The unités that may take over."""
    return Unite.objects.receiving_from(evaluation.unite, RECEIVERS)


def referents(evaluation: Evaluation, unite: Unite | None) -> QuerySet[Agent]:
    """Who could be référent: the social workers of that unité accompagnement today, but who stepped aside."""
    if unite is None or unite.nature != Nature.ACCOMPAGNEMENT:
        return Agent.objects.none()
    here = Affectation.objects.current().filter(unite=unite, agent=OuterRef("pk"))
    aside = Deport.objects.filter(usager=evaluation.usager_id, agent=OuterRef("pk"))
    working = Agent.objects.filter(Exists(here), is_active=True, metier__famille=Role.SOCIAL)
    return working.exclude(Exists(aside))


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
    metiers = KnownChoicesField(
        Metier.objects.filter(famille__in=CARE),
        label="Métiers à solliciter",
        required=False,
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        help_text="Lus par l’unité qui reçoit, puis par l’équipe du parcours : elle décide.",
        error_messages={"invalid_choice": UNKNOWN_METIER, "invalid_list": UNKNOWN_METIER},
    )
    referent_propose = AgentChoiceField(
        Agent.objects.none(),
        label="Référent proposé",
        required=False,
        empty_label="personne en particulier",
        help_text="Une proposition : qui accepte le relais devient référent.",
        error_messages={"invalid_choice": UNKNOWN_REFERENT},
    )

    class Meta:
        model = Relais
        fields = ("vers_unite", "dit", "urgence", "promised_on", "referent_propose")
        widgets = {"dit": forms.Textarea(attrs={"rows": 10}), "urgence": forms.RadioSelect}
        error_messages = {
            "dit": {"required": "Dites à l’unité qui reçoit ce que la personne n’aura pas à redire."},
            "urgence": {"required": "Choisissez un délai.", "invalid_choice": "Choisissez dans la liste."},
        }

    def __init__(self, *args: Any, evaluation: Evaluation, unite: Unite | None, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "promised_on": timezone.localdate() + timedelta(days=DAYS_PROMISED),
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.evaluation = evaluation
        self.fields["vers_unite"].queryset = receivers(evaluation)  # type: ignore[attr-defined]
        self.fields["referent_propose"].queryset = referents(evaluation, unite)  # type: ignore[attr-defined]
        self.fields["urgence"].choices = Relais.Urgence.choices  # type: ignore[attr-defined]

    def save(self, *, by: Agent) -> Relais:  # type: ignore[override]
        """Send, and keep the evaluation's next date: the day of the promise."""
        relais: Relais = self.instance
        relais.usager_id, relais.de_unite = self.evaluation.usager_id, self.evaluation.unite
        relais.send(by=by)
        relais.metiers.set(self.cleaned_data["metiers"])
        self.evaluation.hand_over(relais)
        return relais
