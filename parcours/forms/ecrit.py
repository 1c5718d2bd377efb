"""Writing: the circle is chosen first, with the names of those who will read."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from parcours.lecteurs import readers, sentence, team
from parcours.models import Ecrit
from parcours.models.ecrit import circles_offered, may_be_named
from pole_social.forms import CreateForm, EditForm, FreeDateField, HubForm, KnownChoicesField
from pole_social.models import Agent, MoveRefused

Cercle = Ecrit.Cercle
SIGNATURE = "signature"
FIELDS = ["cercle", "nommes", "modalite", "done_on", "texte"]
CHOOSE_CIRCLE = "Choisissez d’abord qui pourra lire."


class EcritFields(HubForm):
    """`instance` brings the parcours and the author, from whom the circles and their readers follow."""

    instance: Ecrit
    cercle = forms.ChoiceField(
        label="Qui pourra lire",
        widget=forms.RadioSelect,
        help_text="À choisir avant d’écrire. Hors de ce cercle, rien ne montre que cet écrit existe.",
        error_messages={"required": CHOOSE_CIRCLE, "invalid_choice": CHOOSE_CIRCLE},
    )
    nommes = KnownChoicesField(
        label="Protection de l’enfance : qui pourra lire",
        queryset=Agent.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Seules les personnes cochées liront, et vous. À ne remplir que pour ce cercle.",
        error_messages={"invalid_choice": "Choisissez parmi les membres de l’équipe."},
    )
    done_on = FreeDateField(
        label="Date de l’échange",
        help_text="Par exemple 12/03/2026 ou 12 mars 2026.",
        error_messages={"required": "Cette date est nécessaire."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        author, parcours = self.instance.auteur, self.instance.parcours
        named = [agent for agent in team(parcours).exclude(pk=author.pk) if may_be_named(agent)]
        self._offer_circles(author, bool(named))
        self._say_what_is_missing()
        field = self.fields["nommes"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Agent.objects.filter(pk__in=[agent.pk for agent in named])
        if not named:
            del self.fields["nommes"]
        self.helper.layout = Layout(*(name for name in self.fields if name != "acte"))

    def _offer_circles(self, author: Agent, can_name: bool) -> None:
        """Each circle with its readers by name; child protection needs somebody to name."""
        by_circle = readers(self.instance.parcours, author)
        field = self.fields["cercle"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (circle, f"{_capital(Cercle(circle).label)}. Lu par : {_read_by(circle, by_circle, author)}.")
            for circle in circles_offered(author)
            if can_name or circle != Cercle.PROTECTION
        ]

    def _say_what_is_missing(self) -> None:
        modalite = self.fields["modalite"]
        assert isinstance(modalite, forms.ChoiceField)
        modalite.choices = [("", "Choisir…"), *Ecrit.Modalite.choices]
        modalite.error_messages |= {
            "required": "Choisissez comment l’échange a eu lieu.",
            "invalid_choice": "Choisissez une modalité de la liste.",
        }
        self.fields["texte"].error_messages["required"] = "Écrivez le texte."

    def clean_done_on(self) -> Any:
        if self.cleaned_data["done_on"] > timezone.localdate():
            raise ValidationError("Cette date est à venir : un écrit dit ce qui a eu lieu.")
        return self.cleaned_data["done_on"]

    def clean(self) -> dict[str, Any]:
        """Naming goes with child protection, and only with it: a name that is ignored would mislead."""
        cleaned = super().clean() or {}
        if "cercle" not in cleaned or "nommes" not in cleaned:
            return cleaned
        protects, names = cleaned["cercle"] == Cercle.PROTECTION, bool(cleaned["nommes"])
        if protects and not names:
            self.add_error("nommes", "Nommez au moins une personne qui pourra lire.")
        if names and not protects:
            self.add_error("nommes", "Décochez ces noms, ou choisissez le cercle protection de l’enfance.")
        return cleaned

    def name_readers(self) -> None:
        self.instance.nommes.set(self.cleaned_data.get("nommes", []))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _read_by(circle: str, by_circle: dict[str, list[Agent]], author: Agent) -> str:
    if circle == Cercle.PROTECTION:
        return "les personnes que vous nommez plus bas, et vous"
    return sentence(by_circle[circle], author)


class EcritNouveauForm(EcritFields, CreateForm, forms.ModelForm):
    """A draft, or signed at once: `acte` is the button that was pressed."""

    acte = forms.ChoiceField(
        label="Geste",
        choices=[("brouillon", "Enregistrer le brouillon"), (SIGNATURE, "Signer l’écrit")],
        required=False,
        error_messages={"invalid_choice": "Choisissez d’enregistrer le brouillon ou de signer."},
    )

    class Meta:
        model = Ecrit
        fields = FIELDS

    @transaction.atomic
    def save(self) -> Ecrit:  # type: ignore[override]
        self.instance.save(force_insert=True)
        self.name_readers()
        if self.cleaned_data["acte"] == SIGNATURE:
            self.instance.sign()
        return self.instance


class BrouillonForm(EcritFields, EditForm):
    """A draft, edited by its author alone. Raises MoveRefused once it is signed."""

    class Meta:
        model = Ecrit
        fields = FIELDS

    def written_fields(self) -> list[str]:
        """The named readers are rows of their own."""
        return [name for name in super().written_fields() if name != "nommes"]

    @transaction.atomic
    def save(self, *, by: Agent, sign: bool = False) -> bool:  # type: ignore[override]
        if not super().save(by=by):
            if Ecrit.objects.filter(pk=self.instance.pk, signed_at__isnull=False).exists():
                raise MoveRefused
            return False
        self.name_readers()
        if sign:
            self.instance.sign()
        return True
