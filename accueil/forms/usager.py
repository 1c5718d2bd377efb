"""Making a person known, and keeping who they are up to date."""

from __future__ import annotations

from typing import Any

from django import forms

from accueil.forms.recherche import RechercheForm
from accueil.models import Usager
from pole_social.dates import PartialDate
from pole_social.forms import CreateForm, EditForm, PartialDateField
from pole_social.models import Agent, Envoi, Territoire

NAISSANCE_HELP = "12/03/1981, mars 1981 ou 1981 ; « inconnue » si personne ne la sait."
UNKNOWN = "inconnue"


def naissance_field() -> PartialDateField:
    required = {"required": "Écrivez la date de naissance, même incomplète, ou « inconnue »."}
    return PartialDateField(label="Date de naissance", help_text=NAISSANCE_HELP, error_messages=required)


class NouvelUsagerForm(CreateForm, forms.ModelForm):
    """Three fields, no more: the rest is asked when it serves."""

    # What was searched, so that its results stay on the screen.
    q = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    naissance = naissance_field()
    est_une_autre = forms.BooleanField(
        label="J’ai vérifié : c’est une autre personne", required=False, widget=forms.HiddenInput
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
        """The same names and the same birth: ask before making a second file."""
        cleaned = self.cleaned_data
        if {"nom_usage", "prenoms", "naissance"} <= cleaned.keys():
            names = cleaned["nom_usage"], cleaned["prenoms"], cleaned["naissance"]
            known = Usager.objects.candidates_for(self.by).openable(self.by).same_identity(*names)
            self.same = list(known.select_related("commune"))
        # Asked after looking, so that a first click that ends between the two is seen.
        if self.same and self._was_sent():
            self.same = []
        if self.same:
            self.fields["est_une_autre"].widget = forms.CheckboxInput(attrs={"class": "form-check-input"})
        if self.same and not cleaned.get("est_une_autre"):
            message = "Quelqu’un porte déjà ce nom, avec la même naissance : est-ce la même personne ?"
            self.add_error("est_une_autre", message)
        return cleaned

    def _was_sent(self) -> bool:
        """A double click would otherwise meet the person that the first one made."""
        cle = self.cleaned_data.get("cle")
        return cle is not None and Envoi.objects.filter(agent=self.by, cle=cle).exists()

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


class IdentiteForm(EditForm):
    """Names, birth, language and safe contact."""

    naissance = naissance_field()
    field_order = (
        "nom_usage",
        "nom_naissance",
        "prenoms",
        "naissance",
        "commune",
        "langue",
        "needs_interprete",
        "contact_sur",
        "contact_sur_horaires",
        "contact_sur_sans_message",
        "contact_sur_alias",
    )

    class Meta:
        model = Usager
        fields = (
            "nom_usage",
            "nom_naissance",
            "prenoms",
            "commune",
            "langue",
            "needs_interprete",
            "contact_sur",
            "contact_sur_horaires",
            "contact_sur_sans_message",
            "contact_sur_alias",
        )
        widgets = {"contact_sur": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["naissance"].initial = str(self.instance.naissance or UNKNOWN)
        self.fields["contact_sur"].choices = [("", "pas de consigne"), *Usager.CanalSur.choices]  # type: ignore[attr-defined]

    def written_fields(self) -> list[str]:
        return [*super().written_fields(), "naissance_annee", "naissance_mois", "naissance_jour"]

    def clean_naissance(self) -> PartialDate | None:
        self.instance.naissance = self.cleaned_data["naissance"]
        return self.cleaned_data["naissance"]
