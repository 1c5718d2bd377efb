"""Making a person known, after having looked for them."""

from __future__ import annotations

from typing import Any

from django import forms

from accueil.forms.identite import NaissanceField, NamesMixin
from accueil.forms.recherche import RechercheForm, strong_matches
from accueil.models import Usager
from pole_social.forms import CreateForm
from pole_social.models import Agent, Territoire


class NouvelUsagerForm(NamesMixin, CreateForm, forms.ModelForm):
    """Three fields, no more: the rest is asked when it serves."""

    # What was searched, so that its results stay on the screen.
    q = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    naissance = NaissanceField()
    est_une_autre = forms.BooleanField(
        label="J’ai vérifié : c’est une autre personne", required=False, widget=forms.HiddenInput
    )
    field_order = ("nom_usage", "prenoms", "naissance", "est_une_autre")

    class Meta:
        model = Usager
        fields = ("nom_usage", "prenoms")
        error_messages = {
            "nom_usage": {"required": "Écrivez le nom d’usage."},
            "prenoms": {"required": "Écrivez au moins un prénom."},
        }

    def __init__(self, *args: Any, by: Agent, **kwargs: Any) -> None:
        self.by = by
        self.same: list[Usager] = []
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Names alike and a birth that does not differ: ask before making a second file."""
        cleaned = self.cleaned_data
        if {"nom_usage", "prenoms", "naissance"} <= cleaned.keys():
            self.same = strong_matches(self.by, cleaned["nom_usage"], cleaned["prenoms"], cleaned["naissance"])
        # Asked after looking, so that a first click that ends between the two is seen.
        if self.same and self.was_sent(self.by):
            self.same = []
        if self.same:
            self.fields["est_une_autre"].widget = forms.CheckboxInput(attrs={"class": "form-check-input"})
        if self.same and not cleaned.get("est_une_autre"):
            message = (
                "Quelqu’un de connu porte ce nom ou presque, et peut être né ce jour-là : est-ce la même personne ?"
            )
            self.add_error("est_une_autre", message)
        return cleaned

    def save(self, *, by: Agent, territoire: Territoire) -> Usager:  # type: ignore[override]
        """Make the person, of this territoire; the passage registered next relates the unité to them."""
        made = self.instance
        made.naissance = self.cleaned_data["naissance"]
        made.territoire, made.created_by = territoire, by
        made.save(force_insert=True)
        return made


def searched(form: NouvelUsagerForm) -> RechercheForm:
    """The search that led to this form, to show its results again."""
    data = form.data.copy()
    return RechercheForm(data)
