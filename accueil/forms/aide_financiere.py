"""The money side of a demande, from the amount asked to the appeal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accueil.forms.moments import AheadDateField
from accueil.forms.montant import AmountField
from accueil.models import AideFinanciere, Demande
from pole_social.forms import EditForm, FreeDateField
from pole_social.models import Agent

DATES = {
    "commission_on": "Passe en commission le",
    "notified_on": "Notifiée à la personne le",
    "recours_until": "Recours possible jusqu’au",
    "recours_on": "Recours déposé le",
    "paid_on": "Versée le",
}


class AideFinanciereForm(EditForm):
    """All but the fund can come later. Version 0 says that the typist saw no aide yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    montant_demande = AmountField(label="Montant demandé, en euros", help_text="Par exemple 350 ou 350,50.")
    montant_accorde = AmountField(label="Montant accordé, en euros")
    commission_on = AheadDateField(label=DATES["commission_on"], required=False)
    notified_on = FreeDateField(label=DATES["notified_on"], required=False)
    recours_until = AheadDateField(label=DATES["recours_until"], required=False)
    recours_on = FreeDateField(label=DATES["recours_on"], required=False)
    paid_on = FreeDateField(label=DATES["paid_on"], required=False)

    class Meta:
        model = AideFinanciere
        fields = ("fonds", "montant_demande", "montant_accorde", "is_urgente", *DATES)
        widgets = {"fonds": forms.RadioSelect}
        error_messages = {
            "fonds": {"required": "Choisissez le fonds.", "invalid_choice": "Choisissez un fonds de la liste."}
        }

    field_order = (
        "fonds",
        "is_urgente",
        "montant_demande",
        "commission_on",
        "montant_accorde",
        "notified_on",
        "recours_until",
        "recours_on",
        "paid_on",
        "version",
    )

    def __init__(self, *args: Any, demande: Demande | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.demande = demande
        self.is_first = self.instance._state.adding
        self.fields["version"].initial = 0 if self.is_first else self.instance.version
        self.fields["fonds"].choices = [choice for choice in self.fields["fonds"].choices if choice[0]]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Dates in the order of things, each refusal beside its own field."""
        cleaned = super().clean() or self.cleaned_data
        notified, until, appealed = (cleaned.get(name) for name in ("notified_on", "recours_until", "recours_on"))
        if notified and until and until < notified:
            self.add_error("recours_until", ValidationError("Le délai de recours commence à la notification."))
        if until and appealed and appealed > until:
            self.add_error("recours_on", ValidationError("Ce jour est passé le délai de recours."))
        return cleaned

    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        """Write; False when somebody wrote first. The demande is held, so that only one is the first."""
        if not self.is_first:
            return super().save(by=by)
        assert self.demande
        self.instance.demande = self.demande
        self.instance.save(force_insert=True)
        return True
