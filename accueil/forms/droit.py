"""Following a right: from noticed to obtained, refused or given up."""

from __future__ import annotations

from typing import Any

from django import forms

from accueil.forms.moments import ComingDateField
from accueil.forms.montant import AmountField
from accueil.forms.texte import texte_field
from accueil.models import Droit, DroitSuivi, Usager
from pole_social.forms import CreateForm, EditForm, HubForm, KnownChoiceField

Statut, NonRecours = DroitSuivi.Statut, DroitSuivi.NonRecours
POURQUOI = "Pourquoi la personne n’en bénéficiait pas"
# Given up because it was not for her: no non-recours, and no cause to look for.
PAS_CONCERNEE = "pas_concernee"
GIVEN_UP = [*NonRecours.choices, (PAS_CONCERNEE, "après vérification, ce droit ne la concerne pas")]


class SuivreForm(CreateForm):
    """« Suivre ce droit »: two hidden choices behind one button."""

    usager = forms.ChoiceField(label="Personne")
    droit = KnownChoiceField(Droit.objects.filter(is_active=True), to_field_name="code", label="Droit")

    def __init__(self, *args: Any, people: list[Usager], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        choices = [(pk, person.nom_complet) for pk, person in self.people.items()]
        self.fields["usager"].choices = choices  # type: ignore[attr-defined]

    def clean_usager(self) -> Usager:
        return self.people[self.cleaned_data["usager"]]


def _cause(*, choices: list[Any] | None = None, required: bool = False) -> forms.ChoiceField:
    message = "Choisissez une réponse de la liste."
    return forms.ChoiceField(
        label=POURQUOI,
        choices=choices or [*NonRecours.choices],
        required=required,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez pourquoi.", "invalid_choice": message},
    )


class EtapeForm(HubForm):
    """One step of a right followed. `written` are the columns of the right that this step fills."""

    written: tuple[str, ...] = ()

    @property
    def filled(self) -> dict[str, Any]:
        """What was said, by column; a cause left open keeps the one said earlier."""
        found = {name: self.cleaned_data[name] for name in self.written}
        return {name: value for name, value in found.items() if name != "non_recours" or value}

    @property
    def motif(self) -> str:
        return self.cleaned_data.get("motif", "")

    def is_already(self, suivi: DroitSuivi) -> bool:
        """Whether the right stands exactly so: the second click of a double click."""
        return all(getattr(suivi, name) == value for name, value in self.filled.items())


class InformeForm(EtapeForm):
    """The person has been told."""

    written = ("non_recours", "echeance")
    non_recours = _cause()
    echeance = ComingDateField(label="Prochaine étape le", error_messages={"required": "Donnez une prochaine date."})


class DemandeFaiteForm(EtapeForm):
    """It has been asked for."""

    written = ("non_recours", "echeance")
    non_recours = _cause()
    echeance = ComingDateField(
        label="Réponse attendue le",
        help_text="Ce jour-là, la demande revient dans la liste de l’unité.",
        error_messages={"required": "Donnez la date à laquelle en reparler."},
    )


class ObtenuForm(EtapeForm):
    """It has been obtained."""

    written = ("montant_mensuel", "non_recours")
    montant_mensuel = AmountField(
        label="Montant par mois, en euros", help_text="Vide si ce droit n’est pas de l’argent."
    )
    non_recours = _cause()

    def clean_montant_mensuel(self) -> Any:
        amount = self.cleaned_data["montant_mensuel"]
        if amount == 0:
            raise forms.ValidationError("Écrivez un montant supérieur à zéro, ou laissez vide.", code="zero")
        return amount


class RefuseForm(EtapeForm):
    """It has been refused."""

    motif = texte_field("Motif du refus", missing="Écrivez pourquoi.")  # type: ignore[assignment]


class AbandonneForm(EtapeForm):
    """Nobody goes on with it."""

    written = ("non_recours",)
    non_recours = _cause(choices=GIVEN_UP, required=True)
    motif = texte_field("Précision")  # type: ignore[assignment]

    def clean_non_recours(self) -> str:
        chosen = self.cleaned_data["non_recours"]
        return "" if chosen == PAS_CONCERNEE else chosen


class SuiteForm(EditForm):
    """The next date and the cause, without any step."""

    echeance = ComingDateField(label="Prochaine étape le", error_messages={"required": "Donnez une prochaine date."})

    class Meta:
        model = DroitSuivi
        fields = ("echeance", "non_recours")
        labels = {"non_recours": POURQUOI}
        error_messages = {"non_recours": {"invalid_choice": "Choisissez une réponse de la liste."}}


ETAPES: dict[str, tuple[type[EtapeForm], str]] = {
    Statut.INFORME: (InformeForm, "Informer la personne"),
    Statut.DEMANDE: (DemandeFaiteForm, "Noter la demande"),
    Statut.OBTENU: (ObtenuForm, "Noter que le droit est obtenu"),
    Statut.REFUSE: (RefuseForm, "Noter le refus"),
    Statut.ABANDONNE: (AbandonneForm, "Abandonner ce droit"),
}
