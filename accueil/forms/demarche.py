"""Noting one session of an online procedure."""

from __future__ import annotations

from typing import Any

from django import forms

from accueil.forms.moments import ComingDateField
from accueil.forms.personne import PersonChoice, person_field
from accueil.models import Demarche, Droit, Mandat, Passage, Usager
from pole_social.forms import CreateForm, KnownChoiceField
from pole_social.models import Agent, Unite
from pole_social.templatetags.temps import jour_court

NO_MANDAT = "Agir pour la personne demande un mandat en cours : établissez-le et faites-le d’abord signer."


class DemarcheForm(PersonChoice, CreateForm, forms.ModelForm):
    """About what, done how, with which proof, and what comes next."""

    usager = person_field("Pour qui")
    droit = KnownChoiceField(
        label="Droit",
        queryset=Droit.objects.filter(is_active=True),
        required=False,
        error_messages={"invalid_choice": "Choisissez un droit de la liste."},
    )
    mandat = forms.ChoiceField(
        label="Mandat",
        required=False,
        widget=forms.RadioSelect,
        help_text="Seulement pour une démarche faite pour la personne.",
        error_messages={"invalid_choice": "Choisissez un mandat de la liste."},
    )
    echeance = ComingDateField(
        label="Prochaine échéance le",
        required=False,
        help_text="Une pièce à déposer, une réponse à lire… L’accueil garde cette date jusqu’à ce que ce soit fait.",
    )
    field_order = ("usager", "droit", "site", "mode", "mandat", "preuve", "echeance")

    class Meta:
        model = Demarche
        fields = ("droit", "site", "mode", "preuve", "echeance")
        widgets = {"mode": forms.RadioSelect}
        error_messages = {
            "mode": {
                "required": "Choisissez comment la démarche a été faite.",
                "invalid_choice": "Choisissez comment la démarche a été faite.",
            }
        }

    def __init__(self, *args: Any, people: list[Usager], mandats: list[Mandat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mandats = {str(mandat.pk): mandat for mandat in mandats}
        mode = self.fields["mode"]
        mode.choices = [(value.value, value.label) for value in Demarche.MODES]  # type: ignore[attr-defined]
        self._offer_mandats()
        self.offer(people)
        if not mandats:
            mode.help_text = NO_MANDAT
            self.drop("mandat")

    def _offer_mandats(self) -> None:
        """The live ones; a lone one is chosen already."""
        labels = [
            (pk, f"{mandat.usager.nom_complet}, jusqu’au {jour_court(mandat.ends_on)} : {mandat.portee}")
            for pk, mandat in self.mandats.items()
        ]
        self.fields["mandat"].choices = labels  # type: ignore[attr-defined]
        if len(labels) == 1:
            self.fields["mandat"].initial = labels[0][0]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if {"droit", "site"} <= cleaned.keys() and not cleaned["droit"] and not cleaned["site"]:
            self.add_error("site", "Choisissez un droit, ou écrivez le site.")
        if cleaned.get("mode") == Demarche.Mode.POUR:
            self._check_mandat(cleaned)
        return cleaned

    def _check_mandat(self, cleaned: dict[str, Any]) -> None:
        """Said beside the field: no live mandat, none chosen, or somebody else's."""
        if not self.mandats:
            self.add_error("mode", NO_MANDAT)
        elif "mandat" in cleaned:
            chosen = self.mandats.get(cleaned["mandat"])
            if chosen is None:
                self.add_error("mandat", "Choisissez le mandat qui autorise cette démarche.")
            elif self.is_settled(cleaned):
                person = self.chosen(cleaned)
                if person is None or chosen.usager_id != person.pk:
                    self.add_error("mandat", "Ce mandat est celui d’une autre personne.")

    def save(self, *, by: Agent, unite: Unite, passage: Passage | None = None) -> Demarche:  # type: ignore[override]
        """Raises MoveRefused when the mandat has ceased since the form was shown."""
        demarche: Demarche = self.instance
        usager = self.chosen(self.cleaned_data)
        assert usager is not None
        demarche.usager, demarche.unite, demarche.passage = usager, unite, passage
        demarche.mandat = self.mandats.get(self.cleaned_data.get("mandat", ""))
        demarche.note(by=by)
        return demarche
