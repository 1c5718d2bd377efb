"""A phone, an e-mail, an address: how to reach a person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accueil.forms.recherche import letters
from accueil.models import Coordonnee, Usager
from accueil.numeros import UnreadableNumber, telephone
from pole_social.forms import CreateForm, EditForm
from pole_social.models import Agent, StaleVersion

EMAIL_HELP = "Écrivez un courriel entier, par exemple prenom.nom@exemple.fr."
ADDRESS_HELP = "Écrivez l’adresse comme sur une enveloppe : numéro, rue, commune."
SHARED_HELP = "Quelqu’un d’autre lit ou décroche ici : parler seulement à la personne."


def checked(nature: str, text: str) -> str:
    """The value in its usual form; raises ValidationError with what to write instead."""
    value = " ".join(text.split()) if nature != Coordonnee.Nature.ADRESSE else text.strip()
    if nature == Coordonnee.Nature.TELEPHONE:
        try:
            return telephone(value)
        except UnreadableNumber as error:
            raise ValidationError(str(error), code="telephone") from error
    if nature == Coordonnee.Nature.COURRIEL:
        try:
            validate_email(value)
        except ValidationError as error:
            raise ValidationError(EMAIL_HELP, code="courriel") from error
        return value
    if letters(value) < 3:
        raise ValidationError(ADDRESS_HELP, code="adresse")
    return value


def current(usager: Usager, nature: str, valeur: str) -> Any:
    """The same coordonnée, if it stands already."""
    return Coordonnee._base_manager.filter(usager=usager, nature=nature, valeur=valeur, ends_on=None)


class CoordonneeForm(CreateForm, forms.ModelForm):
    """One more way to reach them."""

    class Meta:
        model = Coordonnee
        fields = ("nature", "valeur", "is_shared", "is_protected")
        widgets = {"nature": forms.RadioSelect}
        error_messages = {
            "nature": {"required": "Choisissez : téléphone, courriel ou adresse."},
            "valeur": {"required": "Écrivez le numéro, le courriel ou l’adresse."},
        }

    def __init__(self, *args: Any, usager: Usager, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.usager = usager
        self.fields["nature"].choices = Coordonnee.Nature.choices  # type: ignore[attr-defined]
        self.fields["valeur"].label = "Numéro, courriel ou adresse"
        self.fields["is_shared"].help_text = SHARED_HELP

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"nature", "valeur"} <= cleaned.keys():
            try:
                cleaned["valeur"] = checked(cleaned["nature"], cleaned["valeur"])
            except ValidationError as error:
                self.add_error("valeur", error)
        return cleaned

    def save(self) -> Coordonnee:  # type: ignore[override]
        """One row for one value: what stands already is not written twice."""
        made = self.instance
        standing = current(made.usager, made.nature, made.valeur).first()
        if standing is None:
            made.save(force_insert=True)
        return standing or made


class ModificationForm(EditForm):
    """Another value ends the former one, which stays in the history; a box is only ticked."""

    class Meta:
        model = Coordonnee
        fields = ("valeur", "is_shared", "is_protected")
        error_messages = {"valeur": {"required": "Écrivez le numéro, le courriel ou l’adresse."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former = self.instance.valeur
        self.fields["valeur"].label = self.instance.get_nature_display().capitalize()
        self.fields["is_shared"].help_text = SHARED_HELP

    def clean_valeur(self) -> str:
        return checked(self.instance.nature, self.cleaned_data["valeur"])

    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        if self.instance.valeur == self.former:
            return super().save(by=by)
        try:
            self._replace()
        except StaleVersion:
            made = current(self.instance.usager, self.instance.nature, self.cleaned_data["valeur"])
            if made.exists():
                # A double click: the first one has replaced it.
                return True
            self._meet()
            return False
        return True

    @transaction.atomic
    def _replace(self) -> None:
        """End the row and make the next one, together or not at all."""
        written = self.instance
        made = Coordonnee(
            usager_id=written.usager_id,
            nature=written.nature,
            valeur=written.valeur,
            is_shared=written.is_shared,
            is_protected=written.is_protected,
        )
        written.ends_on = timezone.localdate()
        written.save_over(self.cleaned_data["version"], ["ends_on"])
        if not current(written.usager, written.nature, written.valeur).exists():
            made.save(force_insert=True)
