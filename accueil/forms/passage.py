"""Registering a passage, in seconds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.forms.heure import HourField
from accueil.models import Motif, Passage, Usager
from pole_social.forms import CreateForm, Depliant
from pole_social.models import Agent, Unite

MAJORITY = 18
# Asked less than once in ten: folded, so that the button stays in sight.
SELDOM = ("canal", "absents", "arrivee")


class FirstFocused(forms.RadioSelect):
    """Of choices that have the focus when the page opens, the first one alone."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if option["index"] != "0":
            option["attrs"].pop("autofocus", None)
        return option


class ArrivalField(HourField):
    """An hour of today (or of `jour`), typed freely; cleans to a datetime, or None when nothing was typed."""

    jour: date | None = None

    def clean(self, value: Any) -> datetime | None:
        hour = super().clean(value)
        if hour is None:
            return None
        arrived_at = timezone.make_aware(datetime.combine(self.jour or timezone.localdate(), hour))
        if arrived_at > timezone.now():
            raise ValidationError("Cette heure n’est pas encore passée.", code="future")
        return arrived_at


class PassageForm(CreateForm, forms.ModelForm):
    """Who (none, one or several, chosen before), why, by which channel."""

    usagers = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    separement = forms.BooleanField(
        label="Reçus séparément",
        required=False,
        help_text="Un passage et un numéro pour chaque personne ; aucune page ne les montre ensemble.",
    )
    absents = forms.MultipleChoiceField(
        label="Concernés sans être là",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Pour un appel, un courrier ou une démarche faite par quelqu’un d’autre.",
    )
    arrivee = ArrivalField(
        label="Arrivée à",
        required=False,
        max_length=20,
        help_text="Seulement si ce n’est pas maintenant, par exemple 9 h 05.",
    )
    field_order = (
        "motif",
        "canal",
        "is_prioritaire",
        "is_confidentiel",
        "is_mineur_seul",
        "separement",
        "absents",
        "arrivee",
    )

    class Meta:
        model = Passage
        fields = ("motif", "canal", "is_prioritaire", "is_confidentiel", "is_mineur_seul")
        widgets = {"motif": FirstFocused, "canal": forms.RadioSelect}
        error_messages = {
            "motif": {"required": "Choisissez un motif.", "invalid_choice": "Choisissez un motif de la liste."},
            "canal": {"required": "Choisissez comment la personne vient."},
        }

    def __init__(self, *args: Any, usagers: list[Usager], unite: Unite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = usagers
        self.unite = unite
        ids = [str(usager.pk) for usager in usagers]
        self.fields["usagers"].initial = ids
        self.fields["usagers"].choices = [(pk, pk) for pk in ids]  # type: ignore[attr-defined]
        self.fields["motif"].queryset = Motif.objects.all()  # type: ignore[attr-defined]
        self.fields["motif"].empty_label = None  # type: ignore[attr-defined]
        self.fields["is_confidentiel"].help_text = Passage._meta.get_field("is_confidentiel").help_text
        self._ask_what_concerns_them()

    def _ask_what_concerns_them(self) -> None:
        """Only what makes sense for nobody, one person or several."""
        absents: Any = self.fields["absents"]
        absents.choices = [(str(usager.pk), usager.nom_complet) for usager in self.people]
        if not self.people:
            del self.fields["absents"]
        if len(self.people) < 2:
            del self.fields["separement"]
        else:
            del self.fields["is_mineur_seul"]
        if len(self.people) == 1:
            age = self.people[0].age_on(timezone.localdate())
            self.fields["is_mineur_seul"].initial = age is not None and age < MAJORITY
        # Without people each motive is a button that registers (passage_nouveau.html): two gestures in all.
        if not self.people:
            self.helper.layout = Layout(*(name for name in self.fields if name != "motif"))
            return
        self.fields["motif"].widget.attrs["autofocus"] = not self.is_bound
        seldom = [name for name in SELDOM if name in self.fields]
        often = [name for name in self.fields if name not in seldom]
        self.helper.layout = Layout(*often, Depliant("Par téléphone, par courrier, une autre heure…", *seldom))

    def save(self, *, by: Agent) -> list[Passage]:  # type: ignore[override]
        """Register with the next number of the lieu; several passages when the people are received apart."""
        apart = self.cleaned_data.get("separement")
        return [self._register(people, by) for people in ([[one] for one in self.people] if apart else [self.people])]

    def _register(self, people: list[Usager], by: Agent) -> Passage:
        told = {name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.cleaned_data}
        passage = Passage(unite=self.unite, arrived_at=self.cleaned_data["arrivee"] or timezone.now(), **told)
        absents = set(self.cleaned_data.get("absents", ()))
        passage.register(people, by=by, absents={usager.pk for usager in people if str(usager.pk) in absents})
        return passage
