"""Sharing one écrit with one more colleague: why, on which basis, what the person knows, until when."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accueil.forms.partage import PARTAGE_FIELDS, PartageForm
from parcours.lecteurs import further_readers
from parcours.models import Addendum, Ecrit, Parcours, PartageEcrit, RelectureEcrit
from pole_social.forms import CreateForm, FreeDateField
from pole_social.models import Agent


class PartageEcritForm(PartageForm):
    """`ecrit` is signed, and `by` reads it in the team."""

    class Meta:
        model = PartageEcrit
        fields = PARTAGE_FIELDS

    def __init__(self, *args: Any, ecrit: Ecrit, by: Agent, **kwargs: Any) -> None:
        self.ecrit = ecrit
        super().__init__(*args, by=by, offered=further_readers(ecrit, by), standing=ecrit.partages.all(), **kwargs)
        self.fields[
            "destinataire"
        ].help_text = "Les collègues qui travaillent avec cette personne et ne lisent pas encore cet écrit."

    @transaction.atomic
    def save(self) -> PartageEcrit:  # type: ignore[override]
        """One live partage per reader."""
        parcours = Parcours.objects.select_for_update(of=("self",), no_key=True)
        made: PartageEcrit = self.record(lambda: parcours.get(pk=self.ecrit.parcours_id), ecrit=self.ecrit)
        return made


class AddendumForm(CreateForm, forms.ModelForm):
    """What is corrected or added; the first text stays."""

    class Meta:
        model = Addendum
        fields = ("texte",)
        labels = {"texte": "Ce que vous corrigez ou ajoutez"}
        help_texts = {"texte": "Lu par les mêmes personnes que l’écrit. Signé dès l’envoi : il ne change plus."}
        error_messages = {"texte": {"required": "Écrivez ce que vous corrigez ou ajoutez."}}
        widgets = {"texte": forms.Textarea(attrs={"rows": 4})}

    def save(self, ecrit: Ecrit, *, by: Agent) -> Addendum:  # type: ignore[override]
        self.instance.ecrit, self.instance.auteur = ecrit, by
        self.instance.save(force_insert=True)
        return self.instance


class RelectureForm(CreateForm):
    """« Relu avec la personne le… »"""

    relu_on = FreeDateField(
        label="Relu avec la personne le",
        help_text="Par exemple 12/03/2026 ou 12 mars 2026.",
        error_messages={"required": "Dites quel jour."},
    )

    def __init__(self, *args: Any, ecrit: Ecrit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ecrit = ecrit

    def clean_relu_on(self) -> date:
        relu_on: date = self.cleaned_data["relu_on"]
        if relu_on > timezone.localdate():
            raise ValidationError("Cette date est à venir : notez une lecture qui a eu lieu.")
        if self.ecrit.signed_at and relu_on < timezone.localdate(self.ecrit.signed_at):
            raise ValidationError("Cette date précède la signature de l’écrit.")
        return relu_on

    def save(self, *, by: Agent) -> None:
        """Noted twice the same day, it is one."""
        RelectureEcrit.objects.get_or_create(
            ecrit=self.ecrit, relu_on=self.cleaned_data["relu_on"], defaults={"recorded_by": by}
        )
