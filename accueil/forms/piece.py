"""A document that the checklist of the right does not name."""

from __future__ import annotations

from django import forms

from accueil.models import Demande, PieceDemandee
from pole_social.forms import CreateForm
from pole_social.models import Agent


class PieceForm(CreateForm, forms.ModelForm):
    """Its name; it is missing until somebody has seen it."""

    class Meta:
        model = PieceDemandee
        fields = ("libelle",)
        labels = {"libelle": "Ajouter un document à la liste"}
        error_messages = {"libelle": {"required": "Écrivez le nom du document."}}

    def save(self, *, demande: Demande, by: Agent) -> None:  # type: ignore[override]
        """Ask for it; a document that is on the list already stays as it is."""
        PieceDemandee.objects.ask_for(demande, [self.cleaned_data["libelle"]], by=by)
