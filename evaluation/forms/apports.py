"""What the evaluator adds beside the domaines: strengths and propositions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.models import ModelChoiceField

from evaluation.models import Evaluation, FragiliteReperee, PointAppui, Proposition
from evaluation.models.exploration import READ_BY
from pole_social.access import CARE
from pole_social.forms import CreateForm, HubForm
from pole_social.models import Agent, Metier

UNKNOWN_CHOICE = "Choisissez dans la liste."
UNKNOWN = {"required": UNKNOWN_CHOICE, "invalid_choice": UNKNOWN_CHOICE}


class AppuiForm(CreateForm, forms.ModelForm):
    """A strength to build on."""

    prefix = "appui"

    class Meta:
        model = PointAppui
        fields = ("libelle",)
        error_messages = {"libelle": {"required": "Écrivez le point d’appui."}}

    def save(self, evaluation: Evaluation, *, by: Agent) -> PointAppui:  # type: ignore[override]
        libelle = self.cleaned_data["libelle"]
        return PointAppui.objects.create(evaluation=evaluation, libelle=libelle, recorded_by=by)


class MetierField(ModelChoiceField):
    """The professions that can be asked to take part."""

    def __init__(self, **kwargs: Any) -> None:
        found = Metier.objects.filter(famille__in=CARE)
        super().__init__(found, to_field_name="code", empty_label="aucun en particulier", **kwargs)


class PropositionForm(CreateForm, forms.ModelForm):
    """What is proposed, because of which fragilité, and which profession to involve."""

    prefix = "proposition"

    fragilite = forms.ChoiceField(
        label="Proposé parce que", required=False, error_messages={"invalid_choice": UNKNOWN_CHOICE}
    )
    metier = MetierField(label="Métier à solliciter", required=False, error_messages={"invalid_choice": UNKNOWN_CHOICE})

    class Meta:
        model = Proposition
        fields = ("libelle",)
        error_messages = {"libelle": {"required": "Écrivez ce que vous proposez."}}
        help_texts = {"libelle": READ_BY}

    field_order = ("libelle", "fragilite", "metier")

    def __init__(self, *args: Any, fragilites: Iterable[FragiliteReperee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By its code: the row changes when the level is corrected, the fragilité stays.
        self.by_code = {found.fragilite.code: found for found in fragilites}
        labels = [(code, found.fragilite.libelle) for code, found in self.by_code.items()]
        self.fields["fragilite"].choices = [("", "aucune en particulier"), *labels]  # type: ignore[attr-defined]

    def save(self, evaluation: Evaluation, *, by: Agent) -> Proposition:  # type: ignore[override]
        typed = self.cleaned_data
        return Proposition.objects.create(
            evaluation=evaluation,
            libelle=typed["libelle"],
            fragilite=self.by_code.get(typed["fragilite"]),
            metier=typed["metier"],
            recorded_by=by,
        )


class GardeForm(HubForm):
    """« Garder » what a rule proposes here. A rule that says nothing here is answered like an unknown one."""

    statut = Proposition.Statut.GARDEE

    regle = forms.ChoiceField(label="Proposition", widget=forms.HiddenInput, error_messages=UNKNOWN)

    def __init__(self, *args: Any, choix: Mapping[str, Proposition] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choix = choix or {}
        self.fields["regle"].choices = [(code, code) for code in self.choix]  # type: ignore[attr-defined]

    @property
    def proposition(self) -> Proposition:
        """What is decided: the row that stands, or the one that the rule would make."""
        return self.choix[self.cleaned_data["regle"]]

    def save(self, *, by: Agent) -> Proposition:
        return self.proposition.decide(self.statut, by=by, motif=self.cleaned_data.get("motif", ""))


class EcartForm(GardeForm):
    """« Écarter », and why: whoever takes over must not propose it again without knowing."""

    statut = Proposition.Statut.ECARTEE

    motif = forms.CharField(
        label="Pourquoi l’écarter",
        max_length=300,
        help_text=f"Par exemple : déjà fait ; la personne ne le souhaite pas ; pas maintenant. {READ_BY}",
        error_messages={"required": "Dites en quelques mots pourquoi l’écarter."},
    )
