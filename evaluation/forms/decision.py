"""The reasons that some moves require."""

from __future__ import annotations

from typing import Any

from django import forms

from evaluation.models import Evaluation
from pole_social.forms import CreateForm, HubForm

MAX_MOTIF = 2000
CHOOSE = "Choisissez de valider ou de renvoyer."


def motif_field(label: str, readers: str, missing: str, *, required: bool = True) -> forms.CharField:
    """A reason: who reads it stands beside it."""
    return forms.CharField(
        label=label,
        max_length=MAX_MOTIF,
        required=required,
        help_text=f"Lu par : {readers}.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )


class RetourForm(HubForm):
    """Why a relais goes back."""

    motif = motif_field(
        "Pourquoi retourner ce relais",
        "l’unité qui l’a envoyé et la vôtre",
        "Dites pourquoi : l’unité qui l’a envoyé doit savoir quoi faire.",
    )


class AnnulationForm(HubForm):
    """Why a relais is taken back."""

    motif = motif_field(
        "Pourquoi annuler ce relais",
        "l’unité qui devait le recevoir et la vôtre",
        "Dites pourquoi : l’unité qui devait le recevoir le lira.",
    )


class SansAccompagnementForm(CreateForm):
    """Why the evaluation ends here."""

    motif = motif_field(
        "Pourquoi il n’y aura pas d’accompagnement",
        "ceux qui travaillent sur l’évaluation",
        "Dites pourquoi l’évaluation s’arrête ici.",
    )


class DecisionForm(HubForm):
    """The responsable's answer to a submitted evaluation."""

    VALIDER, RENVOYER = "valider", "renvoyer"

    decision = forms.ChoiceField(
        label="Décision",
        choices=[(VALIDER, "Valider l’évaluation"), (RENVOYER, "Renvoyer à l’évaluateur")],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    motif = motif_field(
        "Ce qu’il faut reprendre",
        "l’évaluateur et ceux qui lisent l’évaluation",
        "",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not « facultatif »: whoever sends back has to say what is missing.
        self.fields["motif"].label = "Ce qu’il faut reprendre"

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("decision") == self.RENVOYER and not typed.get("motif") and "motif" not in self.errors:
            self.add_error("motif", "Dites ce qu’il faut reprendre.")
        return typed

    @property
    def target(self) -> str:
        """The state that the decision leads to."""
        validated = self.cleaned_data["decision"] == self.VALIDER
        return Evaluation.Statut.VALIDEE if validated else Evaluation.Statut.A_REPRENDRE
