"""Sending somebody to a partner, and noting what the partner answered."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from accueil.forms.personne import PersonChoice, person_field
from accueil.forms.texte import texte_field
from accueil.models import Demande, Orientation, Passage, Usager
from pole_social.forms import CreateForm, HubForm, KnownChoiceField
from pole_social.models import Agent, Partenaire

EXPECTED_IN = timedelta(days=15)
REPRISE_IN = timedelta(days=1)
Statut = Orientation.Statut
# One writes to the CRIP about a child; nobody is sent there with a slip in hand.
NOBODY_IS_SENT = (Partenaire.Type.PROTECTION_ENFANCE,)
Group = tuple[str, list[tuple[int, str]]]


class PartenaireRechercheForm(HubForm):
    """The words that shorten the list; part of the page's one form, so that nothing typed below is lost."""

    cherche = forms.CharField(
        label="Chercher dans la liste",
        max_length=100,
        required=False,
        help_text="Par son nom ou son domaine : CCAS, retraite, association…",
        widget=forms.TextInput(attrs={"form": "orientation"}),
    )


class OrientationForm(PersonChoice, CreateForm, forms.ModelForm):
    """To whom, for what, and when the answer is expected."""

    usager = person_field("Pour qui")
    partenaire = KnownChoiceField(
        label="Partenaire",
        queryset=Partenaire.objects.exclude(type__in=NOBODY_IS_SENT),
        error_messages={
            "required": "Choisissez un partenaire.",
            "invalid_choice": "Choisissez un partenaire de la liste.",
        },
    )
    demande = forms.ChoiceField(
        label="Demande à laquelle ce partenaire répond",
        required=False,
        widget=forms.RadioSelect,
        help_text="Elle devient « orientée ».",
        error_messages={"invalid_choice": "Choisissez une demande de la liste."},
    )
    expected_on = ComingDateField(
        label="Réponse attendue le",
        help_text="Passé ce jour sans réponse, l’accueil le voit et relance.",
        error_messages={"required": "Écrivez quand la réponse est attendue."},
    )
    field_order = ("usager", "partenaire", "demande", "objet", "expected_on")

    class Meta:
        model = Orientation
        fields = ("partenaire", "objet", "expected_on")
        widgets = {"objet": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"objet": {"required": "Écrivez, avec ses mots, ce que la personne va y demander."}}

    def __init__(
        self,
        *args: Any,
        passage: Passage,
        people: list[Usager],
        demandes: list[Demande],
        cherche: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.passage = passage
        self.demandes = {str(demande.pk): demande for demande in demandes}
        self.fields["expected_on"].initial = timezone.localdate() + EXPECTED_IN
        self._offer_partenaires(cherche, people)
        choices = [(pk, demande.besoin) for pk, demande in self.demandes.items()]
        self.fields["demande"].choices = [("", "aucune"), *choices]  # type: ignore[attr-defined]
        self.offer(people)
        if not demandes:
            self.drop("demande")

    def _offer_partenaires(self, cherche: str, people: list[Usager]) -> None:
        """The list, shortened by the words searched; the one chosen already stays in it."""
        chosen = self["partenaire"].value()
        everybody = list(self.fields["partenaire"].queryset.prefetch_related("communes"))  # type: ignore[attr-defined]
        found = [one for one in everybody if str(one.pk) == str(chosen) or matches(one, cherche)]
        self.found = len(found)
        near = {person.commune_id for person in people} - {None} or {self.passage.unite.lieu.commune_id}
        self.fields["partenaire"].choices = [("", "Choisir…"), *grouped(found, near)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A demande is oriented for the person who asks, nobody else."""
        cleaned = self.cleaned_data
        demande = self.demandes.get(cleaned.get("demande", ""))
        if demande and self.is_settled(cleaned):
            person = self.chosen(cleaned)
            if demande.usager_id != (person.pk if person else None):
                self.add_error("demande", "Choisissez une demande de cette personne.")
        return cleaned

    def save(self, *, by: Agent) -> Orientation:  # type: ignore[override]
        """Raises MoveRefused if the demande was settled meanwhile."""
        orientation: Orientation = self.instance
        orientation.usager = self.chosen(self.cleaned_data)
        orientation.demande = self.demandes.get(self.cleaned_data.get("demande", ""))
        orientation.passage, orientation.unite = self.passage, self.passage.unite
        orientation.send(by=by)
        return orientation


def fold(text: str) -> str:
    """Without accents nor capitals."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def matches(partenaire: Partenaire, cherche: str) -> bool:
    """Whether every word searched is in the name or the kind, whatever the accents."""
    said = fold(f"{partenaire.nom} {partenaire.get_type_display()}")
    return all(word in said for word in fold(cherche).split())


def grouped(partenaires: Iterable[Partenaire], near: set[int | None]) -> list[Group]:
    """Those of these communes first, then those of the whole Département, then the others."""
    groups: dict[str, list[tuple[int, str]]] = {"Dans la commune": [], "Dans tout le département": [], "Ailleurs": []}
    here, everywhere, elsewhere = groups.values()
    for partenaire in partenaires:
        served = {commune.pk for commune in partenaire.communes.all()}
        group = everywhere if not served else here if served & near else elsewhere
        group.append((partenaire.pk, partenaire.nom))
    return [(libelle, members) for libelle, members in groups.items() if members]


class ReponseRecueForm(HubForm):
    """What the partner said."""

    vers = forms.ChoiceField(
        label="Réponse du partenaire",
        choices=[(Statut.VALIDEE, "il prend la personne en charge"), (Statut.REFUSEE, "il refuse")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la réponse.", "invalid_choice": "Choisissez la réponse."},
    )
    reponse = texte_field("Ce qu’il a dit", missing="Écrivez ce que le partenaire a répondu.", max_length=500)


class RepriseForm(HubForm):
    """When the demande that came back is taken up again."""

    due_on = ComingDateField(label="Reprendre la demande le", error_messages={"required": "Écrivez le jour."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = timezone.localdate() + REPRISE_IN
