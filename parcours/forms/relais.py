"""Answering a relais: take it up, with a first goal and step if one has them, or send it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction

from accueil.forms.moments import AheadDateField
from accueil.models import Relais
from parcours.models import Action, Objectif, Parcours
from parcours.opening import open_from
from pole_social.forms import CreateForm
from pole_social.models import Agent

TEAM_READS = "Lu par l’équipe du parcours."


class AcceptationForm(CreateForm):
    """Accept, and note at once what was agreed: the relais becomes a parcours in one act."""

    objectif = forms.CharField(
        label="Premier objectif", max_length=300, required=False, help_text=f"Convenu avec la personne. {TEAM_READS}"
    )
    action = forms.CharField(
        label="Première action",
        max_length=300,
        required=False,
        help_text=f"Ce que vous ferez d’abord. {TEAM_READS}",
    )
    echeance = AheadDateField(label="Pour le", required=False, help_text="Par exemple 12/03/2027 ou 12 mars 2027.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("action") and "echeance" in cleaned and not cleaned["echeance"]:
            self.add_error("echeance", "Dites pour quand cette action est prévue.")
        if cleaned.get("echeance") and "action" in cleaned and not cleaned["action"]:
            self.add_error("action", "Écrivez l’action prévue à cette date.")
        return cleaned

    @transaction.atomic
    def save(self, relais: Relais, *, by: Agent) -> Parcours:
        """Raises MoveRefused when somebody answered the relais first; then nothing is written."""
        parcours = open_from(relais, by=by)
        objectif = None
        if self.cleaned_data["objectif"]:
            objectif = Objectif.objects.create(parcours=parcours, libelle=self.cleaned_data["objectif"], created_by=by)
        if self.cleaned_data["action"]:
            self._action(parcours, objectif, by)
        return parcours

    def _action(self, parcours: Parcours, objectif: Objectif | None, by: Agent) -> None:
        Action.objects.create(
            parcours=parcours,
            objectif=objectif,
            libelle=self.cleaned_data["action"],
            porteur=Action.Porteur.PROFESSIONNEL,
            agent=by,
            echeance=self.cleaned_data["echeance"],
            created_by=by,
        ).begin(by=by)


class RetourForm(CreateForm):
    """Send a relais back, saying why."""

    motif = forms.CharField(
        label="Pourquoi vous retournez ce relais",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par l’unité qui l’a envoyé et par la vôtre. Dites ce qui manque ou ce que vous proposez.",
        error_messages={"required": "Dites pourquoi : l’unité qui l’a envoyé doit savoir que faire."},
    )
