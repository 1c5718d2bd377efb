"""An outing planned, and the contacts made there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db import IntegrityError
from django.utils import timezone

from accueil.forms.moments import ComingDayField, WorkingHourField
from accueil.models import Motif, Passage, Seance, Usager
from pole_social.forms import CreateForm, HubForm, KnownChoiceField
from pole_social.models import Agent, Lieu, Unite

OUTREACH = (Lieu.Type.TOURNEE, Lieu.Type.PERMANENCE)
FARTHEST = timedelta(days=366)
SAME_HOUR = "Une séance commence déjà à cette heure-là."


def outreach_unites(agent: Agent) -> list[Unite]:
    """The unités of this agent that go out: those of a tour or of a permanence."""
    return [unite for unite in agent.unites if unite.lieu.type in OUTREACH]


class SeanceForm(CreateForm, forms.ModelForm):
    """Where, when, with whom on board."""

    jour = ComingDayField(
        label="Jour",
        help_text="Par exemple 24 nov., 24/11/2026, jeudi ou demain.",
        error_messages={"required": "Écrivez le jour."},
    )
    starts_at = WorkingHourField(label="De", error_messages={"required": "Écrivez l’heure du début."})
    ends_at = WorkingHourField(label="À", error_messages={"required": "Écrivez l’heure de la fin."})
    field_order = ("unite", "jour", "starts_at", "ends_at", "endroit", "partenaires")

    class Meta:
        model = Seance
        fields = ("unite", "jour", "starts_at", "ends_at", "endroit", "partenaires")
        labels = {"unite": "Tournée ou permanence", "endroit": "Où"}
        widgets = {"unite": forms.RadioSelect, "partenaires": forms.CheckboxSelectMultiple}
        error_messages = {
            "unite": {
                "required": "Choisissez la tournée ou la permanence.",
                "invalid_choice": "Choisissez dans la liste.",
            },
            "endroit": {"required": "Écrivez où, pour que la personne sache où venir."},
            "partenaires": {
                "invalid_choice": "Choisissez des partenaires de la liste.",
                "invalid_pk_value": "Choisissez des partenaires de la liste.",
            },
        }

    def __init__(self, *args: Any, unites: list[Unite], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine: Any = self.fields["unite"]
        mine.queryset = Unite.objects.filter(pk__in=[unite.pk for unite in unites]).select_related("lieu")
        mine.choices = [(unite.pk, unite.lieu.nom) for unite in unites]
        if len(unites) == 1:
            mine.initial = unites[0].pk

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        jour, starts_at, ends_at = (cleaned.get(name) for name in ("jour", "starts_at", "ends_at"))
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "La fin de la séance précède son début.")
        if jour and cleaned.get("unite"):
            self._check_day(cleaned["unite"], cleaned)
        return cleaned

    def _check_day(self, unite: Unite, cleaned: dict[str, Any]) -> None:
        if cleaned["jour"] > timezone.localdate() + FARTHEST:
            self.add_error("jour", "Ce jour est trop loin : un an au plus.")
        elif unite.lieu.is_closed(cleaned["jour"]):
            reason = f" : {unite.lieu.fermeture}" if unite.lieu.fermeture else ""
            self.add_error("jour", f"{unite.lieu.nom} est fermé ce jour-là{reason}.")
        elif Seance.objects.filter(
            unite=unite, jour=cleaned["jour"], starts_at=cleaned.get("starts_at"), is_cancelled=False
        ).exists():
            self.add_error("starts_at", SAME_HOUR)

    def refused(self, error: IntegrityError) -> bool:
        """Somebody planned it at the same moment; False for any other refusal of the database."""
        diagnostic = getattr(error.__cause__, "diag", None)
        is_ours = getattr(diagnostic, "constraint_name", None) == "seance_once"
        if is_ours:
            self.add_error("starts_at", SAME_HOUR)
        return is_ours

    def save(self, *, by: Agent) -> Seance:  # type: ignore[override]
        """Raises IntegrityError when the same hour has just been planned (see `refused`)."""
        seance = self.instance
        seance.created_by = by
        seance.save(force_insert=True)
        seance.partenaires.set(self.cleaned_data["partenaires"])
        return seance


class ContactForm(CreateForm):
    """One tap: why they came. Nobody's name."""

    motif = KnownChoiceField(
        Motif.objects.all(),
        label="Motif",
        error_messages={"required": "Choisissez un motif.", "invalid_choice": "Choisissez un motif de la liste."},
    )
    reste = forms.BooleanField(
        label="Rester avec la personne pour noter une demande",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def save(self, seance: Seance, *, by: Agent) -> Passage:
        """A passage without anybody, over at once unless the agent stays with the person."""
        passage = Passage(
            unite=seance.unite,
            seance=seance,
            canal=Passage.Canal.HORS_LES_MURS,
            motif=self.cleaned_data["motif"],
        )
        passage.register([], by=by)
        if not self.cleaned_data["reste"]:
            passage.close(by=by)
        return passage


class RattachementForm(HubForm):
    """Who it was, with her agreement."""

    q = forms.CharField(widget=forms.HiddenInput, max_length=200)
    usager = forms.ChoiceField(
        label="La personne",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez la personne.",
            "invalid_choice": "Choisissez une personne de la liste.",
        },
    )
    accord = forms.BooleanField(
        label="La personne est d’accord pour que ce contact soit noté à son nom",
        help_text="Sans son accord, le contact reste anonyme.",
        error_messages={"required": "Sans son accord, le contact reste anonyme."},
    )

    def __init__(self, *args: Any, people: list[Usager], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        labels = [(pk, _masked(person)) for pk, person in self.people.items()]
        self.fields["usager"].choices = labels  # type: ignore[attr-defined]

    def save(self, passage: Passage, *, by: Agent) -> Usager:
        """The contact becomes hers."""
        person = self.people[self.cleaned_data["usager"]]
        passage.link(person, by=by)
        return person


def _masked(person: Usager) -> str:
    """As in every search: the names, the year, the commune."""
    born = f"naissance en {person.naissance_annee}" if person.naissance_annee else "naissance inconnue"
    return ", ".join([person.nom_complet, born, *([person.commune.nom] if person.commune else [])])
