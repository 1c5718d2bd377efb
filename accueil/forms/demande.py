"""What is asked, what is said, and what becomes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.catalogue import CATALOGUE, Genre
from accueil.models import Demande, Fait, Passage, Usager
from pole_social.forms import CreateForm, FreeDateField, HubForm
from pole_social.models import Agent


class PersonChoice:
    """Whose need or word it is: nothing to choose unless several people came."""

    fields: dict[str, forms.Field]
    helper: FormHelper

    def offer(self, people: list[Usager]) -> None:
        self.people = {str(person.pk): person for person in people}
        if len(people) < 2:
            del self.fields["usager"]
            self.helper.layout = self.helper.build_default_layout(self)
            return
        self.fields["usager"].choices = [(pk, person.nom_complet) for pk, person in self.people.items()]  # type: ignore[attr-defined]

    def chosen(self, cleaned: dict[str, Any]) -> Usager | None:
        """The person chosen, the only one, or nobody (an anonymous passage)."""
        if "usager" in self.fields:
            return self.people[cleaned["usager"]]
        return next(iter(self.people.values()), None)


def person_field(label: str) -> forms.ChoiceField:
    messages = {"required": "Choisissez la personne.", "invalid_choice": "Choisissez une personne de la liste."}
    return forms.ChoiceField(label=label, widget=forms.RadioSelect, error_messages=messages)


class DemandeForm(PersonChoice, CreateForm, forms.ModelForm):
    """One need, in a few words."""

    usager = person_field("Qui demande")
    echeance = FreeDateField(
        label="Prochaine étape le", required=False, help_text="Si elle ne se règle pas aujourd’hui."
    )
    field_order = ("usager", "besoin", "domaine", "echeance")

    class Meta:
        model = Demande
        fields = ("besoin", "domaine", "echeance")
        error_messages = {
            "besoin": {"required": "Écrivez en quelques mots ce qui est demandé."},
            "domaine": {"required": "Choisissez un domaine.", "invalid_choice": "Choisissez un domaine de la liste."},
        }

    def __init__(self, *args: Any, people: list[Usager], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(people)

    def clean_echeance(self) -> date | None:
        return not_past(self.cleaned_data["echeance"])

    def save(self, *, by: Agent, passage: Passage) -> Demande:  # type: ignore[override]
        """Note the need; the unité stays related to the person while it is open."""
        demande = self.instance
        demande.passage, demande.unite, demande.created_by = passage, passage.unite, by
        demande.usager = self.chosen(self.cleaned_data)
        demande.save(force_insert=True)
        demande.begin(by=by)
        demande.attach()
        return demande


class FaitForm(PersonChoice, CreateForm, forms.ModelForm):
    """One fact, with the person's words; a new one on the same subject becomes what is known."""

    usager = person_field("Qui le dit")
    sujet = forms.ChoiceField(
        label="Sujet",
        choices=[(code, known.libelle) for code, known in CATALOGUE.items() if known.genre == Genre.TEXTE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un sujet.", "invalid_choice": "Choisissez un sujet de la liste."},
    )
    field_order = ("usager", "sujet", "valeur")

    class Meta:
        model = Fait
        fields = ("sujet", "valeur")
        error_messages = {
            "valeur": {"required": "Écrivez ce qui est dit."},
        }

    def __init__(self, *args: Any, people: list[Usager], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(people)

    def save(self, *, by: Agent, passage: Passage) -> Fait:  # type: ignore[override]
        fait = self.instance
        usager = self.chosen(self.cleaned_data)
        assert usager is not None
        fait.usager, fait.passage, fait.unite, fait.recorded_by = usager, passage, passage.unite, by
        fait.save(force_insert=True)
        return fait


class ReponseForm(HubForm):
    """The answer given at once."""

    reponse = forms.CharField(
        label="Réponse donnée",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Lu par : les agents rattachés à la personne. Ni dossier médical ni notes personnelles ici.",
        error_messages={"required": "Écrivez la réponse donnée."},
    )


class DemandeClotureForm(HubForm):
    """Closed without an answer, and why."""

    vers = forms.ChoiceField(
        label="Comment",
        choices=[
            (Demande.Statut.CLASSEE, "classée : il n’y a plus lieu d’y répondre"),
            (Demande.Statut.CLOSE_PAR_USAGER, "close à la demande de la personne"),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez comment la demande se clôt.",
            "invalid_choice": "Choisissez comment la demande se clôt.",
        },
    )
    motif = forms.CharField(
        label="Pourquoi",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par : les agents rattachés à la personne. Ni dossier médical ni notes personnelles ici.",
        error_messages={"required": "Écrivez pourquoi."},
    )


def not_past(day: date | None) -> date | None:
    """A next step is to come, or today."""
    if day and day < timezone.localdate():
        raise ValidationError("Cette date est passée : donnez une date à venir.", code="past")
    return day
