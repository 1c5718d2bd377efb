"""What is asked, what is said, and what becomes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accueil.forms.moments import AheadDateField, ComingDateField, not_past
from accueil.forms.personne import PersonChoice, person_field
from accueil.forms.texte import texte_field
from accueil.models import Demande, Droit, Passage, PieceDemandee, Usager
from pole_social.forms import CreateForm, EditForm, HubForm, KnownChoiceField
from pole_social.models import Agent


class DroitChoice:
    """The right that a demande is about, if any, in its domaine."""

    fields: dict[str, forms.Field]

    def offer_droits(self, current: int | None = None) -> None:
        """Those proposed today, and the one that stands: no longer proposed, it stays that of its demandes."""
        field = self.fields["droit"]
        offered = Droit.objects.filter(Q(is_active=True) | Q(pk=current)).select_related("domaine")
        droits = offered.order_by("domaine__ordre", "libelle")
        field.queryset = droits  # type: ignore[attr-defined]
        by_domaine: dict[str, list[tuple[int, str]]] = {}
        for droit in droits:
            by_domaine.setdefault(droit.domaine.libelle, []).append((droit.pk, droit.libelle))
        field.choices = [("", "Aucun, ou pas encore"), *by_domaine.items()]  # type: ignore[attr-defined]


def droit_field() -> KnownChoiceField:
    messages = {"invalid_choice": "Choisissez un droit de la liste."}
    return KnownChoiceField(
        Droit.objects.none(),
        label="Droit concerné",
        required=False,
        help_text="La liste des papiers à apporter en vient.",
        error_messages=messages,
    )


DEMANDE_MESSAGES = {
    "besoin": {"required": "Écrivez en quelques mots ce qui est demandé."},
    "domaine": {"required": "Choisissez un domaine.", "invalid_choice": "Choisissez un domaine de la liste."},
}
IMPOSED = "Une audience, le terme d’une mise en demeure : cette date ne se déplace pas."


class ImposedDate:
    """A date that others set is a date."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}  # type: ignore[misc]
        if cleaned.get("is_echeance_imposee") and "echeance" in cleaned and not cleaned["echeance"]:
            self.add_error("echeance", "Écrivez la date imposée.")  # type: ignore[attr-defined]
        return cleaned


class DemandeForm(PersonChoice, DroitChoice, ImposedDate, CreateForm, forms.ModelForm):
    """One need, in a few words."""

    usager = person_field("Qui demande")
    droit = droit_field()
    echeance = ComingDateField(
        label="Prochaine étape le",
        required=False,
        help_text="Si elle ne se règle pas aujourd’hui : 12/03/2027, jeudi, demain…",
    )
    field_order = ("usager", "besoin", "domaine", "droit", "echeance", "is_echeance_imposee")

    class Meta:
        model = Demande
        fields = ("besoin", "domaine", "droit", "echeance", "is_echeance_imposee")
        help_texts = {"is_echeance_imposee": IMPOSED}
        error_messages = DEMANDE_MESSAGES

    def __init__(self, *args: Any, people: list[Usager], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(people)
        self.offer_droits()

    def save(self, *, by: Agent, passage: Passage) -> Demande:  # type: ignore[override]
        """Note the need, and the papers of its right; the unité stays related to the person while it is open."""
        demande = self.instance
        demande.passage, demande.unite, demande.created_by = passage, passage.unite, by
        demande.usager = self.chosen(self.cleaned_data)
        demande.save(force_insert=True)
        demande.begin(by=by)
        demande.attach()
        if demande.droit:
            PieceDemandee.objects.ask_for(demande, demande.droit.papiers, by=by)
        return demande


class SuiteForm(DroitChoice, ImposedDate, EditForm):
    """What is asked, the right it is about, and what comes next."""

    droit = droit_field()
    echeance = AheadDateField(
        label="Prochaine étape le", required=False, help_text="Par exemple 12/03/2027, jeudi ou demain."
    )
    field_order = ("besoin", "domaine", "droit", "echeance", "is_echeance_imposee", "version")

    class Meta:
        model = Demande
        fields = ("besoin", "domaine", "droit", "echeance", "is_echeance_imposee")
        help_texts = {"is_echeance_imposee": IMPOSED}
        error_messages = DEMANDE_MESSAGES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.echeance_before, self.droit_before = self.instance.echeance, self.instance.droit_id
        self.offer_droits(self.droit_before)

    def clean_echeance(self) -> date | None:
        """A date to come, or the one that stands; a demande that has one is not left without."""
        day = self.cleaned_data["echeance"]
        if day is None and self.echeance_before:
            raise ValidationError("Donnez une autre date : la demande garde une prochaine étape.", code="required")
        return day if day == self.echeance_before else not_past(day)

    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        """Write; the papers of a right named now join the list."""
        if not super().save(by=by):
            return False
        droit = self.instance.droit
        if droit and droit.pk != self.droit_before:
            PieceDemandee.objects.ask_for(self.instance, droit.papiers, by=by)
        return True


class DecisionForm(HubForm):
    """What the decision is, and why; adjourned, when it comes back."""

    vers = forms.ChoiceField(
        label="La demande est",
        choices=[(to, to.label) for to in (Demande.Statut.ACCORDEE, Demande.Statut.REFUSEE, Demande.Statut.AJOURNEE)],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez la décision.",
            "invalid_choice": "Choisissez une décision de la liste.",
        },
    )
    motif = texte_field(
        "Ce que dit la décision",
        help_text="Lu par : les agents rattachés à la personne. Nécessaire pour un refus ou un ajournement.",
    )
    echeance = ComingDateField(
        label="Revient le", required=False, help_text="Pour un ajournement : le jour où elle est réexaminée."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        to = cleaned.get("vers")
        if to in (Demande.Statut.REFUSEE, Demande.Statut.AJOURNEE) and "motif" in cleaned and not cleaned["motif"]:
            self.add_error("motif", "Écrivez pourquoi.")
        if to == Demande.Statut.AJOURNEE and "echeance" in cleaned and not cleaned["echeance"]:
            self.add_error("echeance", "Écrivez le jour où elle est réexaminée.")
        return cleaned

    def decide(self, demande: Demande, *, by: Agent) -> None:
        """Raises MoveRefused unless the demande is being decided."""
        to, motif = self.cleaned_data["vers"], self.cleaned_data["motif"]
        if to == Demande.Statut.AJOURNEE:
            demande.move(to, by=by, motif=motif, echeance=self.cleaned_data["echeance"], is_echeance_imposee=False)
        else:
            demande.finish(to, by=by, motif=motif)


class ReponseForm(HubForm):
    """The answer given at once."""

    reponse = texte_field("Réponse donnée", missing="Écrivez la réponse donnée.", rows=4)


class DemandeClotureForm(HubForm):
    """Closed without an answer, and why."""

    vers = forms.ChoiceField(
        label="Comment",
        choices=[
            (Demande.Statut.CLASSEE, "classée : il n’y a plus lieu d’y répondre"),
            (Demande.Statut.CLOSE_PAR_USAGER, "close à la demande de la personne"),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez comment la demande se clôt.",
            "invalid_choice": "Choisissez comment la demande se clôt.",
        },
    )
    motif = texte_field("Pourquoi", missing="Écrivez pourquoi.")
