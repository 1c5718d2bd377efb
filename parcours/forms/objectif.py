"""A goal: made, then edited by the team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError

from accueil.forms.moments import AheadDateField, not_past
from evaluation.models import Fragilite
from evaluation.views.papier import is_harmless
from parcours.models import Objectif
from parcours.niveaux import is_kept_off_paper
from pole_social.forms import CreateForm, EditForm, HubForm
from pole_social.models import Agent

FIELDS = ["libelle", "fragilite", "echeance"]
KEEPS_ITS_WORDS = (
    "Cet objectif ne s’imprime pas, ni ses actions : dit ainsi, ils le seraient. "
    "Pour autre chose, fixez un nouvel objectif."
)
KEEPS_ITS_FRAGILITE = (
    "Cet objectif ne s’imprime pas, ni ses actions : sans cette fragilité, ils le seraient. "
    "Pour autre chose, fixez un nouvel objectif."
)
DATE_EXAMPLE = "Par exemple 12/03/2027 ou 12 mars 2027."


class ObjectifFields(HubForm):
    """The fragility is offered among those that the agent may read of the person's evaluations.

    An agent who reads none is not asked, and what a colleague chose then stays as it is. `fragilites` is
    left out only by the comparison of a conflict, which shows nothing but what this agent could choose.
    """

    instance: Objectif
    echeance = AheadDateField(label="À atteindre pour le", required=False, help_text=DATE_EXAMPLE)

    def __init__(self, *args: Any, fragilites: Iterable[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["libelle"].error_messages["required"] = "Écrivez l’objectif."
        field = self.fields["fragilite"]
        assert isinstance(field, forms.ModelChoiceField)
        field.empty_label = "Aucune en particulier"
        field.error_messages["invalid_choice"] = "Choisissez une des fragilités de la liste."
        if fragilites is not None:
            self._offer(field, set(fragilites))

    def clean_echeance(self) -> date | None:
        """To come; a date that has passed may stay as it is while something else is corrected."""
        echeance: date | None = self.cleaned_data["echeance"]
        return echeance if echeance == self.initial.get("echeance") else not_past(echeance)

    def _offer(self, field: forms.ModelChoiceField, offered: set[int]) -> None:
        field.queryset = Fragilite.objects.filter(pk__in=offered)
        chosen = self.instance.fragilite_id
        if not offered or (chosen and chosen not in offered):
            del self.fields["fragilite"]
            self.helper.layout = Layout(*self.fields)


class ObjectifNouveauForm(ObjectifFields, CreateForm, forms.ModelForm):
    class Meta:
        model = Objectif
        fields = FIELDS

    def save(self, *, by: Agent) -> Objectif:  # type: ignore[override]
        self.instance.created_by = by
        self.instance.save()
        return self.instance


class ObjectifForm(ObjectifFields, EditForm):
    """A goal that is kept off paper, by its fragilité or its words, stays so: its steps were written under it."""

    class Meta:
        model = Objectif
        fields = FIELDS

    def clean_fragilite(self) -> Fragilite | None:
        chosen: Fragilite | None = self.cleaned_data["fragilite"]
        # Still as it is stored: the instance is filled once every field has been cleaned.
        if is_kept_off_paper(self.instance.fragilite) and not is_kept_off_paper(chosen):
            raise ValidationError(KEEPS_ITS_FRAGILITE, code="off_paper")
        return chosen

    def clean(self) -> None:
        """Its words may become harmless where its fragilité still hides it."""
        super().clean()
        said, fragilite = (
            self.cleaned_data.get("libelle", ""),
            self.cleaned_data.get("fragilite", self.instance.fragilite),
        )
        uncovered = not is_harmless(self.instance.libelle) and is_harmless(said)
        if uncovered and not is_kept_off_paper(fragilite):
            self.add_error("libelle", ValidationError(KEEPS_ITS_WORDS, code="off_paper"))
