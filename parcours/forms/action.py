"""A step, and who takes it."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django import forms

from parcours.lecteurs import team
from parcours.models import Action, Objectif
from pole_social.forms import CreateForm, FreeDateField, KnownChoiceField
from pole_social.models import Agent, Partenaire

Porteur = Action.Porteur
OWNERS: dict[str | None, str] = {Porteur.PROFESSIONNEL: "agent", Porteur.PARTENAIRE: "partenaire"}


class ActionForm(CreateForm, forms.ModelForm):
    """Its owner is somebody of the live team, the person, or a partner; anything else is refused."""

    porteur = forms.ChoiceField(
        label="Qui la fait",
        choices=Porteur.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites qui fait l’action.", "invalid_choice": "Dites qui fait l’action."},
    )
    echeance = FreeDateField(
        label="Pour le",
        help_text="Par exemple 12/03/2027 ou 12 mars 2027.",
        error_messages={"required": "Cette date est nécessaire."},
    )

    class Meta:
        model = Action
        fields = ["libelle", "porteur", "agent", "partenaire", "echeance", "objectif"]
        field_classes = {"agent": KnownChoiceField, "objectif": KnownChoiceField}

    def __init__(self, *args: Any, objectifs: list[Objectif], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parcours = self.instance.parcours
        self._offer("agent", team(parcours), "Choisissez quelqu’un de l’équipe.")
        self._offer("partenaire", Partenaire.objects.all(), "Choisissez un partenaire de la liste.")
        mine = Objectif.objects.filter(pk__in=[objectif.pk for objectif in objectifs])
        self._offer("objectif", mine, "Choisissez un des objectifs du parcours.")
        self.fields["libelle"].error_messages["required"] = "Écrivez l’action."
        self.fields["agent"].label = "Si c’est un professionnel, lequel"
        self.fields["partenaire"].label = "Si c’est un partenaire, lequel"
        if not objectifs:
            del self.fields["objectif"]
            self.helper.layout = Layout(*self.fields)

    def _offer(self, name: str, queryset: Any, refusal: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset
        field.empty_label = "—"
        field.error_messages["invalid_choice"] = refusal

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

    def save(self, *, by: Agent) -> Action:  # type: ignore[override]
        self.instance.created_by = by
        self.instance.save()
        return self.instance.begin(by=by)
