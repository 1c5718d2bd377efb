"""An entrée directe: what opened a parcours without an evaluation, with its source and its dates."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from accueil.forms.moments import AheadDateField
from accueil.models import Usager
from parcours.models import EntreeDirecte, Parcours
from parcours.opening import open_directly
from pole_social.forms import CreateForm, EditForm, FreeDateField, HubForm, KnownChoiceField
from pole_social.models import Agent, Unite

Source = Parcours.Entree
Visite = EntreeDirecte.Visite
DATE_EXAMPLE = "Par exemple 12/03/2027 ou 12 mars 2027."
# What may send somebody to each nature of unité.
SOURCES: dict[str, tuple[Source, ...]] = {
    Unite.Nature.ACCOMPAGNEMENT: (Source.RSA, Source.CRIP, Source.ASE, Source.TRANSFERT),
    Unite.Nature.SANTE: (Source.NAISSANCE, Source.CRIP, Source.ASE, Source.TRANSFERT),
    Unite.Nature.SANTE_SEXUELLE: (Source.TRANSFERT,),
}
# What is asked of one source only.
OWN_FIELDS = {Source.NAISSANCE: ("visite",), Source.RSA: ("contrat_signe_on", "contrat_jusqu_au")}
NOT_ITS_OWN = {
    Source.NAISSANCE: "La visite suit un avis de naissance ou de grossesse.",
    Source.RSA: "Le contrat d’engagement suit une orientation RSA.",
}
TO_COME = "Ce jour n’est pas encore venu."
FIELDS = ["recue_on", "expediteur", "visite", "contrat_signe_on", "contrat_jusqu_au"]


class EntreeFields(HubForm):
    """The dates, in order; those of a source are asked where this source is possible."""

    recue_on = FreeDateField(
        label="Reçue le", help_text=DATE_EXAMPLE, error_messages={"required": "Dites quand elle a été reçue."}
    )
    visite = forms.ChoiceField(
        label="Visite à domicile",
        choices=[("", "Pas encore proposée"), *Visite.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text="Après un avis de naissance ou de grossesse. La visite est une offre : la refuser n’a aucune suite.",
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )
    contrat_signe_on = FreeDateField(
        label="Contrat d’engagement signé le",
        required=False,
        help_text="Après une orientation RSA, quand il est signé.",
    )
    # Ahead, and not only to come: one that has ended since still stands while its entrée is edited.
    contrat_jusqu_au = AheadDateField(label="Contrat d’engagement jusqu’au", required=False, help_text=DATE_EXAMPLE)

    def _ask(self, sources: set[str]) -> None:
        for source, names in OWN_FIELDS.items():
            for name in names if source not in sources else ():
                del self.fields[name]

    def clean_recue_on(self) -> date:
        return self._past("recue_on")

    def clean_contrat_signe_on(self) -> date | None:
        return self._past("contrat_signe_on")

    def _past(self, name: str) -> Any:
        day = self.cleaned_data[name]
        if day and day > timezone.localdate():
            raise forms.ValidationError(TO_COME, code="future")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("contrat_signe_on"), cleaned.get("contrat_jusqu_au")
        if ends and not begins and "contrat_signe_on" in cleaned:
            self.add_error("contrat_signe_on", "Dites quand il a été signé.")
        if ends and begins and ends < begins:
            self.add_error("contrat_jusqu_au", "La fin du contrat précède sa signature.")
        return cleaned


class EntreeNouvelleForm(EntreeFields, CreateForm, forms.ModelForm):
    """Open a parcours for this person, in a unité of the agent."""

    unite = KnownChoiceField(
        Unite.objects.none(),
        label="Dans quelle unité",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez une de vos unités.",
            "invalid_choice": "Choisissez une de vos unités.",
        },
    )
    field_order = ("unite", "source", *FIELDS)

    class Meta:
        model = EntreeDirecte
        fields = ["source", *FIELDS]
        widgets = {"source": forms.RadioSelect}
        error_messages = {
            "source": {
                "required": "Dites ce qui a ouvert ce parcours.",
                "invalid_choice": "Dites ce qui a ouvert ce parcours.",
            }
        }

    def __init__(self, *args: Any, unites: list[Unite], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unites = unites
        offered = {source.value for unite in unites for source in SOURCES[unite.nature]}
        source, unite_field = self.fields["source"], self.fields["unite"]
        assert isinstance(source, forms.ChoiceField) and isinstance(unite_field, forms.ModelChoiceField)
        source.choices = [choice for choice in Source.choices if choice[0] in offered]
        unite_field.queryset = Unite.objects.filter(pk__in=[unite.pk for unite in unites]).select_related("lieu")
        if len(unites) == 1:
            del self.fields["unite"]
        self._ask(offered)
        self.helper.layout = Layout(*self.fields)

    @property
    def where(self) -> Unite:
        """Where the parcours opens. After `is_valid`, or where there is no choice."""
        return self.unites[0] if len(self.unites) == 1 else self.cleaned_data["unite"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = cleaned.get("source")
        for source, names in OWN_FIELDS.items():
            for name in names:
                if chosen and chosen != source and cleaned.get(name):
                    self.add_error(name, NOT_ITS_OWN[source])
        there = cleaned.get("unite") or (self.unites[0] if len(self.unites) == 1 else None)
        if chosen and there and chosen not in SOURCES[there.nature]:
            self.add_error("source", f"L’unité {there.nom} ne reçoit pas cette source.")
        return cleaned

    def save(self, *, usager: Usager, by: Agent) -> Parcours:  # type: ignore[override]
        return open_directly(self.instance, usager=usager, unite=self.where, by=by)


class EntreeForm(EntreeFields, EditForm):
    """What becomes of it: the visit, the contrat; its source does not change."""

    class Meta:
        model = EntreeDirecte
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ask({self.instance.source})
        self.helper.layout = Layout(*self.fields)
