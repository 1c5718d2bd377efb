"""Giving the structure the power to act online, and noting that it was signed."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone

from accueil.forms.moments import AheadDateField
from accueil.models import Mandat, Usager
from pole_social.forms import CreateForm, FreeDateField, HubForm
from pole_social.models import Agent, Unite

MONTHS, AT_MOST, FOR_DEMARCHE_AT_MOST = 6, 12, 60


class Duree(models.TextChoices):
    SIX_MOIS = "six_mois", "six mois"
    DATE = "date", "jusqu’à une date, dans un an au plus"
    DEMARCHE = "demarche", "le temps de la démarche, et au plus tard jusqu’à une date"


class MandatForm(CreateForm, forms.ModelForm):
    """What may be done, and until when."""

    duree = forms.ChoiceField(
        label="Durée",
        choices=Duree.choices,
        initial=Duree.SIX_MOIS,
        widget=forms.RadioSelect,
        help_text="La personne peut y mettre fin à tout moment, sans donner de raison.",
        error_messages={"required": "Choisissez une durée.", "invalid_choice": "Choisissez une durée de la liste."},
    )
    ends_on = AheadDateField(label="Jusqu’au", required=False, help_text="Seulement si la durée va jusqu’à une date.")
    field_order = ("portee", "duree", "ends_on")

    class Meta:
        model = Mandat
        fields = ("portee",)
        widgets = {"portee": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"portee": {"required": "Écrivez ce qui est autorisé, et sur quels sites."}}

    def clean(self) -> dict[str, Any]:
        """The end that the duration gives, or the one typed, within its limit."""
        cleaned = self.cleaned_data
        duree, typed, today = cleaned.get("duree"), cleaned.get("ends_on"), timezone.localdate()
        if duree == Duree.SIX_MOIS:
            cleaned["ends_on"] = later(today, MONTHS)
        elif duree and "ends_on" in cleaned:
            self._check(duree, typed, today)
        return cleaned

    def _check(self, duree: str, typed: date | None, today: date) -> None:
        at_most = AT_MOST if duree == Duree.DATE else FOR_DEMARCHE_AT_MOST
        if typed is None:
            self.add_error("ends_on", "Écrivez jusqu’à quelle date.")
        elif typed < today:
            self.add_error("ends_on", "Cette date est passée : donnez une date à venir.")
        elif typed > later(today, at_most):
            self.add_error("ends_on", f"Un tel mandat dure au plus {'un an' if at_most == AT_MOST else 'cinq ans'}.")

    def save(self, *, by: Agent, usager: Usager, unite: Unite) -> Mandat:  # type: ignore[override]
        mandat: Mandat = self.instance
        mandat.usager, mandat.unite, mandat.created_by = usager, unite, by
        mandat.ends_on = self.cleaned_data["ends_on"]
        mandat.is_for_demarche = self.cleaned_data["duree"] == Duree.DEMARCHE
        mandat.save(force_insert=True)
        return mandat


class SignatureForm(HubForm):
    """The day when both signed the paper."""

    signed_on = FreeDateField(
        label="Signé sur papier le", error_messages={"required": "Écrivez le jour de la signature."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].initial = timezone.localdate()

    def clean_signed_on(self) -> date:
        day: date = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Ce jour n’est pas encore venu.", code="future")
        return day


def later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    annee, mois = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(annee, mois + 1, min(day.day, monthrange(annee, mois + 1)[1]))
