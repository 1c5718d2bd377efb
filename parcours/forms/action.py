"""A step, and who takes it: made, then edited while it is open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accueil.forms.moments import AheadDateField, not_past
from parcours.lecteurs import team
from parcours.models import Action, Objectif
from parcours.papier import goal_may_be_printed
from pole_social.forms import CreateForm, EditForm, HubForm, KnownChoiceField
from pole_social.models import Agent, Partenaire

Porteur = Action.Porteur
KEEPS_ITS_GOAL = (
    "L’objectif de cette action ne s’imprime pas : elle le garde, sinon elle serait imprimée. "
    "Pour un autre objectif, abandonnez-la et prévoyez-en une autre."
)
OWNERS: dict[str | None, str] = {Porteur.PROFESSIONNEL: "agent", Porteur.PARTENAIRE: "partenaire"}


FIELDS = ["libelle", "porteur", "agent", "partenaire", "echeance", "objectif"]
FIELD_CLASSES = {"agent": KnownChoiceField, "objectif": KnownChoiceField}


class ActionFields(HubForm):
    """Its owner is somebody of the live team, the person, or a partner; anything else is refused.

    `objectifs` are left out only by the comparison of a conflict: the team reads them all.
    """

    instance: Action
    porteur = forms.ChoiceField(
        label="Qui la fait",
        choices=Porteur.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites qui fait l’action.", "invalid_choice": "Dites qui fait l’action."},
    )
    echeance = AheadDateField(
        label="Pour le",
        help_text="Par exemple 12/03/2027 ou 12 mars 2027.",
        error_messages={"required": "Cette date est nécessaire."},
    )

    def __init__(self, *args: Any, objectifs: Iterable[Objectif] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parcours = self.instance.parcours
        self._offer("agent", team(parcours), "Choisissez quelqu’un de l’équipe.")
        self._offer("partenaire", Partenaire.objects.all(), "Choisissez un partenaire de la liste.")
        self._offer_objectifs(objectifs)
        self.fields["libelle"].error_messages["required"] = "Écrivez l’action."
        self.fields["agent"].label = "Si c’est un professionnel, lequel"
        self.fields["partenaire"].label = "Si c’est un partenaire, lequel"

    def _offer_objectifs(self, objectifs: Iterable[Objectif] | None) -> None:
        mine = Objectif.objects.filter(parcours=self.instance.parcours)
        if objectifs is not None:
            offered = [objectif.pk for objectif in objectifs]
            mine = mine.filter(pk__in=offered)
            if not offered:
                self.drop("objectif")
                return
        self._offer("objectif", mine, "Choisissez un des objectifs du parcours.")

    def _offer(self, name: str, queryset: Any, refusal: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset
        field.empty_label = "—"
        field.error_messages["invalid_choice"] = refusal

    def clean_echeance(self) -> date:
        """To come; one that was already late may stay as it is while something else is corrected."""
        echeance: date = self.cleaned_data["echeance"]
        if echeance != self.initial.get("echeance"):
            not_past(echeance)
        return echeance

    def clean(self) -> dict[str, Any]:
        """The radio decides: what was chosen in the other lists is left aside."""
        cleaned = super().clean() or {}
        wanted = OWNERS.get(cleaned.get("porteur"))
        for name in OWNERS.values():
            if name != wanted:
                cleaned[name] = None
            elif name in cleaned and not cleaned[name]:
                self.add_error(name, self.fields[name].error_messages["invalid_choice"])
        return cleaned


class ActionForm(ActionFields, CreateForm, forms.ModelForm):
    class Meta:
        model = Action
        fields = FIELDS
        field_classes = FIELD_CLASSES

    def save(self, *, by: Agent) -> Action:  # type: ignore[override]
        self.instance.created_by = by
        self.instance.save()
        return self.instance.begin(by=by)


class ActionModifieeForm(ActionFields, EditForm):
    """A step whose goal is kept off paper keeps that goal: without it, it would be printed."""

    class Meta:
        model = Action
        fields = FIELDS
        field_classes = FIELD_CLASSES

    def clean_objectif(self) -> Objectif | None:
        chosen: Objectif | None = self.cleaned_data["objectif"]
        # Still as it is stored: the instance is filled once every field has been cleaned.
        current = self.instance.objectif
        if current and chosen != current and not goal_may_be_printed(current):
            raise ValidationError(KEEPS_ITS_GOAL, code="off_paper")
        return chosen
