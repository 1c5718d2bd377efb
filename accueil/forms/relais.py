"""Handing over, and taking back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from accueil.forms.personne import PersonChoice, person_field
from accueil.forms.texte import texte_field
from accueil.models import Demande, Passage, Relais, Usager
from pole_social.forms import CreateForm, HubForm
from pole_social.models import Agent, Unite

PROMISED_IN = timedelta(days=7)
RECEIVING = [
    Unite.Nature.EVALUATION,
    Unite.Nature.ACCOMPAGNEMENT,
    Unite.Nature.SANTE,
    Unite.Nature.SANTE_SEXUELLE,
]


class RelaisForm(PersonChoice, CreateForm, forms.ModelForm):
    """To whom, which demandes, what was said."""

    usager = person_field("Pour qui")
    demandes = forms.MultipleChoiceField(
        label="Demandes passées à l’unité",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins une demande.",
            "invalid_choice": "Choisissez des demandes de la liste.",
        },
    )
    promised_on = ComingDateField(
        label="Réponse promise pour le",
        help_text="Le jour dit à la personne. Passé ce jour, le relais reste ouvert et se montre en retard.",
        error_messages={"required": "Écrivez le jour promis."},
    )
    field_order = ("usager", "vers_unite", "demandes", "dit", "urgence", "promised_on")

    class Meta:
        model = Relais
        fields = ("vers_unite", "dit", "urgence", "promised_on")
        labels = {"vers_unite": "Unité qui prend le relais"}
        widgets = {
            "vers_unite": forms.RadioSelect,
            "urgence": forms.RadioSelect,
            "dit": forms.Textarea(attrs={"rows": 6}),
        }
        error_messages = {
            "vers_unite": {
                "required": "Choisissez l’unité qui prend le relais.",
                "invalid_choice": "Choisissez une unité de la liste.",
            },
            "dit": {"required": "Écrivez ce qui a été dit, pour que la personne n’ait pas à tout redire."},
        }

    def __init__(
        self, *args: Any, passage: Passage, people: list[Usager], demandes: list[Demande], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.passage = passage
        self.offer(people)
        self.handable = {str(demande.pk): demande for demande in demandes}
        choices = [(pk, self._libelle(demande)) for pk, demande in self.handable.items()]
        self.fields["demandes"].choices = choices  # type: ignore[attr-defined]
        self.fields["demandes"].initial = list(self.handable)
        self.fields["vers_unite"].queryset = Unite.objects.receiving_from(passage.unite, RECEIVING)  # type: ignore[attr-defined]
        self.fields["vers_unite"].empty_label = None  # type: ignore[attr-defined]
        self.fields["promised_on"].initial = timezone.localdate() + PROMISED_IN

    def _libelle(self, demande: Demande) -> str:
        if len(self.people) < 2 or demande.usager is None:
            return demande.besoin
        return f"{demande.besoin} ({demande.usager.nom_complet})"

    def clean(self) -> dict[str, Any]:
        """A relais is about one person: their demandes, nobody else's."""
        cleaned = self.cleaned_data
        if "demandes" in cleaned and self.is_settled(cleaned):
            person = self.chosen(cleaned)
            handed = [self.handable[pk] for pk in cleaned["demandes"]]
            if person and any(demande.usager_id != person.pk for demande in handed):
                self.add_error("demandes", "Choisissez seulement les demandes de cette personne.")
        return cleaned

    def save(self, *, by: Agent) -> Relais:  # type: ignore[override]
        """Send, and hand the demandes over. Raises MoveRefused if one was settled meanwhile."""
        relais = self.instance
        usager = self.chosen(self.cleaned_data)
        assert usager is not None
        relais.usager, relais.de_unite = usager, self.passage.unite
        relais.send(by=by)
        for pk in self.cleaned_data["demandes"]:
            self.handable[pk].finish(Demande.Statut.RELAIS, by=by, relais=relais)
        return relais


class AnnulationForm(HubForm):
    """Why the sender takes it back."""

    motif = texte_field(
        "Pourquoi l’annuler",
        missing="Écrivez pourquoi le relais est annulé.",
        help_text="Lu par : l’unité qui devait le recevoir et la vôtre.",
    )
