"""Sharing one écrit with one more colleague: why, on which basis, what the person knows, until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from accueil.models import Partage
from parcours.lecteurs import who_may_be_told
from parcours.models import Addendum, Ecrit, Parcours, PartageEcrit, RelectureEcrit
from pole_social.forms import AgentChoiceField, CreateForm, FreeDateField
from pole_social.models import Agent

FARTHEST = timedelta(days=366)
UNKNOWN = "Choisissez un professionnel de la liste."


class PartageEcritForm(CreateForm, forms.ModelForm):
    """`ecrit` is signed, and `by` reads it in the team."""

    destinataire = AgentChoiceField(
        label="Avec qui",
        queryset=Agent.objects.none(),
        empty_label="Choisir…",
        help_text="Les collègues qui travaillent avec cette personne et ne lisent pas encore cet écrit.",
        error_messages={"required": "Choisissez avec qui partager.", "invalid_choice": UNKNOWN},
    )
    base = forms.ChoiceField(
        label="Sur quelle base",
        choices=[("", "Choisir…"), *Partage.Base.choices],
        error_messages={
            "required": "Choisissez la base du partage.",
            "invalid_choice": "Choisissez une base de la liste.",
        },
    )
    information = forms.ChoiceField(
        label="La personne",
        choices=Partage.Information.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que la personne en sait.", "invalid_choice": "Choisissez dans la liste."},
    )
    jusqu_au = ComingDateField(
        label="Jusqu’au",
        help_text="Un an au plus. Vous pourrez le retirer avant. Par exemple 12/03/2027.",
        error_messages={"required": "Dites jusqu’à quand."},
    )

    class Meta:
        model = PartageEcrit
        fields = ("destinataire", "motif", "base", "information", "jusqu_au")

    def __init__(self, *args: Any, ecrit: Ecrit, by: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ecrit, self.by = ecrit, by
        field = self.fields["destinataire"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = who_may_be_told(ecrit, by)
        if self.is_bound:
            # A second click names somebody who has just been told: not an error, and no second effect.
            told = Q(pk__in=ecrit.partages.live().values("destinataire"))
            field.queryset = Agent.objects.filter(Q(pk__in=field.queryset.values("pk")) | told)
        self.fields["motif"].error_messages["required"] = "Dites pourquoi."

    def clean_jusqu_au(self) -> date:
        jusqu_au: date = self.cleaned_data["jusqu_au"]
        if jusqu_au > timezone.localdate() + FARTHEST:
            raise ValidationError("Cette date est trop lointaine : un partage dure un an au plus.", code="far")
        return jusqu_au

    @transaction.atomic
    def save(self) -> PartageEcrit:  # type: ignore[override]
        """One live partage per reader: one that has run out gives way to the new one."""
        told = self.cleaned_data["destinataire"]
        Parcours.objects.select_for_update(of=("self",), no_key=True).get(pk=self.ecrit.parcours_id)
        standing = self.ecrit.partages.filter(destinataire=told, revoked_at=None).first()
        if standing and standing.is_live:
            return standing
        if standing:
            standing.revoke(by=self.by)
        self.instance.ecrit, self.instance.auteur = self.ecrit, self.by
        self.instance.save(force_insert=True)
        return self.instance


class AddendumForm(CreateForm, forms.ModelForm):
    """What is corrected or added; the first text stays."""

    class Meta:
        model = Addendum
        fields = ("texte",)
        labels = {"texte": "Ce que vous corrigez ou ajoutez"}
        help_texts = {"texte": "Lu par les mêmes personnes que l’écrit. Signé dès l’envoi : il ne change plus."}
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
            raise ValidationError("Cette date est à venir : notez une lecture qui a eu lieu.")
        if self.ecrit.signed_at and relu_on < timezone.localdate(self.ecrit.signed_at):
            raise ValidationError("Cette date précède la signature de l’écrit.")
        return relu_on

    def save(self, *, by: Agent) -> None:
        """Noted twice the same day, it is one."""
        RelectureEcrit.objects.get_or_create(
            ecrit=self.ecrit, relu_on=self.cleaned_data["relu_on"], defaults={"recorded_by": by}
        )
