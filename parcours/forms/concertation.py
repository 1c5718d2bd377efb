"""A round table: its day and its people, the parcours on its agenda, and what each one brings."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accueil.forms.moments import ComingDayField, WorkingHourField
from parcours.forms.ecrit import EcritNouveauForm
from parcours.lecteurs import working_agents
from parcours.models import Concertation, Parcours, Point
from pole_social.forms import CreateForm, EditForm, FreeDateField, HubForm, KnownChoiceField, KnownChoicesField
from pole_social.models import Affectation, Agent, Unite

FARTHEST = timedelta(days=366)
NOBODY = "Choisissez au moins une personne."
NOT_YET = "Cette date est à venir : dites quand elle a été informée, ou laissez vide."


class ParticipantsField(KnownChoicesField):
    def label_from_instance(self, agent: Agent) -> str:  # type: ignore[override]
        """The métier first: a round table is composed by professions."""
        return f"{agent.metier.libelle} · {agent.nom_complet}"


class HourOfMeetingField(WorkingHourField):
    """Shown again as people say it, however it was typed or stored."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value.hour} h {value:%M}" if isinstance(value, time) else value

    def as_written(self, typed: str) -> str:
        try:
            return str(self.prepare_value(self.clean(typed)))
        except ValidationError:
            return typed


class ConcertationFields(HubForm):
    """When, where, with whom."""

    instance: Concertation
    held_on = ComingDayField(
        label="Jour",
        help_text="Par exemple 24 nov., 24/11/2026, jeudi ou demain.",
        error_messages={"required": "Écrivez le jour."},
    )
    begins_at = HourOfMeetingField(
        label="Heure", help_text="Par exemple 14 h 30.", error_messages={"required": "Écrivez l’heure."}
    )
    participants = ParticipantsField(
        label="Avec qui",
        queryset=Agent.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Être invité n’ouvre aucun parcours : chacun ne lit que ceux dont il est dans l’équipe.",
        error_messages={"required": NOBODY, "invalid_choice": "Choisissez des professionnels de la liste."},
    )

    def _offer(self, found: QuerySet[Agent]) -> None:
        field = self.fields["participants"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = found.order_by("metier__libelle", "nom", "prenom")

    def check_day(self, unite: Unite | None, day: date | None) -> None:
        if day and day > timezone.localdate() + FARTHEST:
            self.add_error("held_on", "Ce jour est trop loin : un an au plus.")
        elif day and unite and unite.lieu.is_closed(day):
            self.add_error("held_on", f"{unite.lieu.nom} est fermé ce jour-là.")


class ConcertationForm(ConcertationFields, CreateForm, forms.ModelForm):
    """Called by one professional, who takes part in it."""

    field_order = ("unite", "held_on", "begins_at", "salle", "participants")

    class Meta:
        model = Concertation
        fields = ("unite", "held_on", "begins_at", "salle", "participants")
        widgets = {"unite": forms.RadioSelect}
        error_messages = {
            "unite": {"required": "Choisissez l’unité.", "invalid_choice": "Choisissez une unité de la liste."}
        }

    def __init__(self, *args: Any, by: Agent, unites: list[Unite], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(invitable(by).exclude(pk=by.pk))
        offered: Any = self.fields["unite"]
        offered.queryset = Unite.objects.filter(pk__in=[unite.pk for unite in unites]).select_related("lieu")
        offered.choices = [(unite.pk, f"{unite.nom[:1].upper()}{unite.nom[1:]}") for unite in unites]
        if len(unites) == 1:
            self.instance.unite = unites[0]
            self.drop("unite")

    def clean(self) -> dict[str, Any]:
        unite = self.cleaned_data.get("unite") if "unite" in self.fields else self.instance.unite
        self.check_day(unite, self.cleaned_data.get("held_on"))
        return self.cleaned_data

    @transaction.atomic
    def save(self, *, by: Agent) -> Concertation:  # type: ignore[override]
        self.instance.created_by = by
        self.instance.save(force_insert=True)
        self.instance.participants.set([*self.cleaned_data["participants"], by])
        return self.instance.begin(by=by)


class ConcertationEditForm(ConcertationFields, EditForm):
    """Moved to another day while it is to come; once held, who was there is all that is corrected.

    `by` is left out only by the comparison of a conflict, which has nobody to offer.
    """

    class Meta:
        model = Concertation
        fields = ("held_on", "begins_at", "salle", "participants")

    def __init__(self, *args: Any, by: Agent | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Q(pk__in=self.instance.participants.values("pk"))
        self._offer(Agent.objects.filter(found | Q(pk__in=invitable(by).values("pk")) if by else Q()))
        if not self.instance.is_open:
            self.fields["participants"].label = "Qui était là"
            for name in ("held_on", "begins_at", "salle"):
                self.drop(name)

    def clean(self) -> dict[str, Any]:
        self.check_day(self.instance.unite, self.cleaned_data.get("held_on"))
        return self.cleaned_data

    def written_fields(self) -> list[str]:
        """The participants are rows of their own."""
        return [name for name in super().written_fields() if name != "participants"]

    @transaction.atomic
    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        if not super().save(by=by):
            return False
        self.instance.participants.set(self.cleaned_data["participants"])
        return True


class PointForm(CreateForm, forms.ModelForm):
    """One of the parcours that this agent works on, with what is asked of the others."""

    parcours = KnownChoiceField(
        label="Parcours",
        queryset=Parcours.objects.none(),
        help_text="Les parcours où vous travaillez. Seule leur équipe verra qu’ils sont à l’ordre du jour, "
        "et le responsable de leur unité.",
        error_messages={
            "required": "Choisissez un parcours.",
            "invalid_choice": "Choisissez un des parcours de la liste.",
        },
    )
    person_informed_on = FreeDateField(
        label="Personne informée le",
        required=False,
        help_text="Par exemple 12/03/2026. Elle sait que plusieurs métiers vont parler ensemble de sa situation.",
    )

    class Meta:
        model = Point
        fields = ("parcours", "question", "person_informed_on")
        widgets = {"question": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, offered: list[Parcours], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["parcours"]
        field.queryset = Parcours.objects.filter(pk__in=[one.pk for one in offered])
        field.choices = [("", field.empty_label), *((one.pk, one.usager.nom_court) for one in offered)]

    def clean_person_informed_on(self) -> date | None:
        return told(self.cleaned_data["person_informed_on"])

    def refused(self, error: IntegrityError) -> bool:
        """A colleague of the same team put it on the agenda at the same moment."""
        diagnostic = getattr(error.__cause__, "diag", None)
        is_ours = getattr(diagnostic, "constraint_name", None) == "point_once"
        if is_ours:
            self.add_error("parcours", "Ce parcours est déjà à l’ordre du jour.")
        return is_ours

    def save(self, *, by: Agent) -> Point:  # type: ignore[override]
        return self.instance.put_on(by=by)


class InformationForm(HubForm):
    """When the person was told that several professions will speak together of her situation."""

    informed_on = FreeDateField(
        label="Personne informée le",
        help_text="Par exemple 12/03/2026.",
        error_messages={"required": "Écrivez la date."},
    )

    def clean_informed_on(self) -> date | None:
        return told(self.cleaned_data["informed_on"])


class ContributionForm(EcritNouveauForm):
    """An écrit in a circle, whose day and modalité are those of the round table: they are not asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("modalite", "done_on"):
            del self.fields[name]
        self.helper.layout = Layout(*(name for name in self.fields if name != "acte"))


def told(day: date | None) -> date | None:
    if day and day > timezone.localdate():
        raise ValidationError(NOT_YET, code="future")
    return day


def invitable(agent: Agent) -> QuerySet[Agent]:
    """Whom this agent may invite: those at work in the same territoires, of the professions that read a parcours."""
    there = Affectation.objects.current().filter(agent=OuterRef("pk"), unite__lieu__territoire__in=agent.territoire_ids)
    return working_agents().filter(Exists(there))
