"""Who a person is, kept up to date: nothing that is replaced is lost."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accueil.forms.recherche import letters
from accueil.models import Correction, NumeroExterne, Representant, Usager
from accueil.models.identite import NAISSANCE
from accueil.numeros import NO_NIR, looks_like_nir
from pole_social.dates import PartialDate
from pole_social.forms import CreateForm, EditForm, FreeDateField, PartialDateField
from pole_social.models import Agent

NAISSANCE_HELP = "12/03/1981, mars 1981 ou 1981 ; « inconnue » si personne ne la sait."
UNKNOWN = "inconnue"
BIRTH_PARTS = ("naissance_annee", "naissance_mois", "naissance_jour")


class NaissanceField(PartialDateField):
    """A birth date, complete or not, or « inconnue »; never to come."""

    def __init__(self) -> None:
        required = {"required": "Écrivez la date de naissance, même incomplète, ou « inconnue »."}
        super().__init__(label="Date de naissance", help_text=NAISSANCE_HELP, error_messages=required)

    def clean(self, value: Any) -> PartialDate | None:
        found = super().clean(value)
        today = timezone.localdate()
        if found and (found.annee, found.mois or 1, found.jour or 1) > (today.year, today.month, today.day):
            raise ValidationError("Cette date est à venir : vérifiez l’année.", code="future")
        return found


# An emoji, a sum, a currency, an exponent: never in a name, while an accent typed alone may stand for an apostrophe.
PICTURES = {"So", "Sm", "Sc", "No"}
SIGNS = frozenset("#@%*_[]{}")


def checked_name(text: str) -> str:
    """A name has one letter at least, of whatever alphabet; its words stand one space apart."""
    name = " ".join(text.split())
    if name and (not letters(name) or SIGNS & set(name) or PICTURES & {unicodedata.category(sign) for sign in name}):
        raise ValidationError("Écrivez ce nom avec des lettres.", code="letters")
    return name


class NamesMixin:
    """The names of a person, checked alike wherever they are typed."""

    cleaned_data: dict[str, Any]

    def clean_nom_usage(self) -> str:
        return checked_name(self.cleaned_data["nom_usage"])

    def clean_prenoms(self) -> str:
        return checked_name(self.cleaned_data["prenoms"])


GROUPS = (
    ("Identité", ("nom_usage", "nom_naissance", "prenoms", "naissance", "deceased_on")),
    ("Domicile", ("commune", "adresse_type", "domiciliation")),
    ("Pour se comprendre", ("langue", "needs_interprete", "interprete")),
    (
        "Pour la joindre sans danger",
        ("contact_sur", "contact_sur_horaires", "contact_sur_sans_message", "contact_sur_alias"),
    ),
)
FIELDS = tuple(name for _, names in GROUPS for name in names)


class IdentiteForm(NamesMixin, EditForm):
    """Names, birth, address, language and safe contact; each value replaced is written down."""

    naissance = NaissanceField()
    deceased_on = FreeDateField(
        label="Décès", required=False, help_text="La date du décès : plus aucun courrier ne part à son nom."
    )

    class Meta:
        model = Usager
        fields = tuple(name for name in FIELDS if name != "naissance")
        widgets = {"contact_sur": forms.RadioSelect, "adresse_type": forms.RadioSelect}
        error_messages = {
            "nom_usage": {"required": "Écrivez le nom d’usage."},
            "prenoms": {"required": "Écrivez au moins un prénom."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["naissance"].initial = str(self.instance.naissance or UNKNOWN)
        fields: dict[str, Any] = self.fields
        fields["contact_sur"].choices = [("", "pas de consigne"), *Usager.CanalSur.choices]
        fields["adresse_type"].choices = [("", "pas encore su"), *Usager.Adresse.choices]
        self.helper.layout = Layout(*(Fieldset(title, *names, css_class="groupe") for title, names in GROUPS))
        self.helper.render_hidden_fields = True

    def written_fields(self) -> list[str]:
        return [*super().written_fields(), *BIRTH_PARTS]

    def clean_nom_naissance(self) -> str:
        return checked_name(self.cleaned_data["nom_naissance"])

    def clean_naissance(self) -> PartialDate | None:
        self.instance.naissance = self.cleaned_data["naissance"]
        return self.cleaned_data["naissance"]

    def clean_deceased_on(self) -> date | None:
        day = self.cleaned_data["deceased_on"]
        if day and day > timezone.localdate():
            raise ValidationError("Cette date est à venir.", code="future")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_domicilie = cleaned.get("adresse_type") == Usager.Adresse.DOMICILIATION
        if is_domicilie and not cleaned.get("domiciliation"):
            self.add_error("domiciliation", "Écrivez l’organisme qui la domicilie, par exemple le CCAS.")
        if cleaned.get("domiciliation") and "adresse_type" in cleaned and not is_domicilie:
            self.add_error("adresse_type", "Choisissez « domiciliation », ou effacez l’organisme.")
        return cleaned

    @transaction.atomic
    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        """Write, with one Correction for each value that another takes the place of.

        The row is held first: what is written down is what stood when it was replaced.
        """
        standing = Usager._base_manager.select_for_update().get(pk=self.instance.pk)
        if not super().save(by=by):
            return False
        before, after = said(standing), said(self.instance)
        changed = [name for name in after if before[name] != after[name]]
        Correction.objects.bulk_create(
            Correction(usager=standing, champ=name, avant=before[name], apres=after[name], by=by) for name in changed
        )
        return True


def said(usager: Usager) -> dict[str, str]:
    """Each value of the identity as a person reads it."""
    return {name: _said(usager, name) for name in FIELDS}


def _said(usager: Usager, name: str) -> str:
    if name == NAISSANCE:
        return str(usager.naissance or UNKNOWN)
    value = getattr(usager, name)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    shown = getattr(usager, f"get_{name}_display", None)
    return str(shown() if shown else value or "")


class NumeroForm(CreateForm, forms.ModelForm):
    """The number that another body gave; never the NIR."""

    class Meta:
        model = NumeroExterne
        fields = ("organisme", "numero")
        widgets = {"organisme": forms.RadioSelect}
        error_messages = {
            "organisme": {"required": "Choisissez l’organisme."},
            "numero": {"required": "Écrivez le numéro."},
        }

    def __init__(self, *args: Any, usager: Usager, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.usager = usager
        self.fields["organisme"].choices = NumeroExterne.Organisme.choices  # type: ignore[attr-defined]
        self.fields["numero"].help_text = "Jamais le numéro de sécurité sociale."

    def clean_numero(self) -> str:
        numero = " ".join(self.cleaned_data["numero"].split())
        if looks_like_nir(numero):
            raise ValidationError(NO_NIR, code="nir")
        return numero

    def save(self) -> NumeroExterne:  # type: ignore[override]
        self.instance.save(force_insert=True)
        return self.instance


class RepresentantForm(CreateForm, forms.ModelForm):
    """Somebody who acts for the person, from a day to a day."""

    starts_on = FreeDateField(label="Depuis le", required=False, help_text="Aujourd’hui si rien n’est écrit.")
    ends_on = FreeDateField(label="Jusqu’au", required=False)
    field_order = ("qualite", "nom", "joindre", "starts_on", "ends_on")

    class Meta:
        model = Representant
        fields = ("qualite", "nom", "joindre", "starts_on", "ends_on")
        widgets = {"qualite": forms.RadioSelect}
        error_messages = {
            "qualite": {"required": "Choisissez à quel titre."},
            "nom": {"required": "Écrivez le nom de la personne ou de l’organisme."},
        }

    def __init__(self, *args: Any, usager: Usager, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.usager = usager
        self.fields["qualite"].choices = Representant.Qualite.choices  # type: ignore[attr-defined]
        self.fields["joindre"].help_text = "Téléphone, courriel ou adresse du représentant."

    def clean_nom(self) -> str:
        return checked_name(self.cleaned_data["nom"])

    def clean_starts_on(self) -> date:
        return self.cleaned_data["starts_on"] or timezone.localdate()

    def save(self) -> Representant:  # type: ignore[override]
        self.instance.save(force_insert=True)
        return self.instance
