"""Giving an appointment, moving it, cancelling it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import timezone

from accueil.creneaux import HeureProposee, Taken, at_hour, busy, creneaux
from accueil.forms.moments import ComingDayField, WorkingHourField
from accueil.models import RendezVous, Usager
from pole_social.access import CARE, SEARCHERS
from pole_social.forms import CreateForm, HubForm, KnownChoiceField
from pole_social.models import Affectation, Agent, Bureau
from pole_social.templatetags.temps import heure as said

Statut, Modalite = RendezVous.Statut, RendezVous.Modalite
FARTHEST = timedelta(days=366)
DUREES = {15: "15 minutes", 30: "30 minutes", 45: "45 minutes", 60: "1 heure", 90: "1 h 30", 120: "2 heures"}
USUAL = 30
TAKEN_BY = {"rendez_vous_agent_once": "heure", "rendez_vous_bureau_once": "bureau"}


def receiving(usager: Usager) -> models.QuerySet[Affectation]:
    """Who may receive this person: the professionals of her territoire, those who stepped aside from her excepted."""
    here = Affectation.objects.current().filter(
        unite__lieu__territoire=usager.territoire_id,
        agent__is_active=True,
        agent__metier__famille__in=SEARCHERS,
    )
    found = here.exclude(agent__deports__usager=usager).select_related("agent__metier", "unite__lieu")
    return found.order_by("unite__lieu__nom", "unite__nature", "agent__nom", "agent__prenom", "pk")


def labelled(rows: Iterable[Affectation], key: Callable[[Affectation], Any]) -> list[tuple[str, list[tuple[Any, str]]]]:
    """For a list of choices: the agents by unité."""
    groups: dict[str, list[tuple[Any, str]]] = {}
    for row in rows:
        label = f"{row.agent.nom_complet}, {row.agent.metier.libelle}"
        groups.setdefault(row.unite.nom, []).append((key(row), label))
    return list(groups.items())


def _own_place(by: Agent | None, rows: Iterable[Affectation]) -> int | None:
    """A professional mostly gives their own appointments, from the one place they have; the desk, those of others."""
    if by is None or by.metier.famille not in CARE:
        return None
    own = [row.pk for row in rows if row.agent_id == by.pk]
    return own[0] if len(own) == 1 else None


class RendezVousForm(CreateForm):
    """With whom, how, where and when."""

    usager = forms.UUIDField(widget=forms.HiddenInput, required=False)
    avec = KnownChoiceField(
        Affectation.objects.none(),
        label="Avec",
        error_messages={
            "required": "Choisissez avec qui.",
            "invalid_choice": "Choisissez un professionnel de la liste.",
        },
    )
    jour = ComingDayField(
        label="Jour",
        help_text="Par exemple 24 nov., 24/11/2026, jeudi ou demain.",
        error_messages={"required": "Écrivez le jour."},
    )
    heure = WorkingHourField(
        label="Heure",
        help_text="Par exemple 9 h 30 ou 14 h.",
        error_messages={"required": "Écrivez l’heure."},
    )
    duree = forms.TypedChoiceField(
        label="Durée",
        coerce=int,
        choices=[(str(minutes), label) for minutes, label in DUREES.items()],
        initial=str(USUAL),
        error_messages={"required": "Choisissez une durée.", "invalid_choice": "Choisissez une durée de la liste."},
    )
    modalite = forms.ChoiceField(
        label="Comment",
        choices=Modalite.choices,
        initial=Modalite.SUR_PLACE,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez comment.", "invalid_choice": "Choisissez dans la liste."},
    )
    bureau = KnownChoiceField(
        Bureau.objects.none(),
        label="Bureau",
        required=False,
        empty_label="À dire à l’arrivée",
        error_messages={"invalid_choice": "Choisissez un bureau de la liste."},
    )

    def __init__(
        self, *args: Any, person: Usager, by: Agent | None = None, moved: RendezVous | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.moved = person, moved
        self.fields["usager"].initial = person.pk
        agents: Any = self.fields["avec"]
        agents.queryset = receiving(person)
        agents.choices = [("", "Choisir…"), *labelled(agents.queryset, lambda row: row.pk)]
        agents.initial = _own_place(by, agents.queryset)
        self._offer_offices()

    def _offer_offices(self) -> None:
        offices: Any = self.fields["bureau"]
        offices.queryset = Bureau.objects.filter(lieu__territoire=self.person.territoire_id).select_related("lieu")
        found = sorted(offices.queryset, key=lambda bureau: bureau.lieu.nom)
        lieux = {bureau.lieu_id for bureau in found}
        labels = [(b.pk, b.nom if len(lieux) == 1 else f"{b.nom} · {b.lieu.nom}") for b in found]
        offices.choices = [("", "À dire à l’arrivée"), *labels]

    def clean_jour(self) -> date:
        jour: date = self.cleaned_data["jour"]
        if jour > timezone.localdate() + FARTHEST:
            raise ValidationError("Ce jour est trop loin : un an au plus.", code="far")
        return jour

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.person.deceased_on:
            raise ValidationError("Cette personne est décédée : aucun rendez-vous ne lui est donné.", code="deceased")
        if cleaned.get("avec") and cleaned.get("jour"):
            self._check_lieu(cleaned)
        if not self.errors:
            self._check_moment(*self.moment())
        return cleaned

    def _check_lieu(self, cleaned: dict[str, Any]) -> None:
        lieu = cleaned["avec"].unite.lieu
        if cleaned.get("modalite") == Modalite.SUR_PLACE and lieu.is_closed(cleaned["jour"]):
            self.add_error("jour", f"{lieu.nom} est fermé ce jour-là.")
        if cleaned.get("bureau") and cleaned.get("modalite") != Modalite.SUR_PLACE:
            self.add_error("bureau", "Un bureau n’est pris que pour un rendez-vous sur place.")
        elif cleaned.get("bureau") and cleaned["bureau"].lieu_id != lieu.pk:
            self.add_error("bureau", f"Choisissez un bureau de ce lieu : {lieu.nom}.")

    def _check_moment(self, starts_at: datetime, ends_at: datetime) -> None:
        if starts_at <= timezone.now():
            self.add_error("heure", "Cette heure est déjà passée.")
        self.say_who_is_taken(starts_at, ends_at)

    def say_who_is_taken(self, starts_at: datetime, ends_at: datetime) -> None:
        """Beside the field: who or what is taken, from when until when; never by whom."""
        agent, bureau = self.cleaned_data["avec"].agent, self.cleaned_data.get("bureau")
        if taken := busy(agent, starts_at, ends_at, but=self.moved):
            self.add_error("heure", f"{agent.nom_complet} a déjà un rendez-vous {_from_to(taken)} ce jour-là.")
        if bureau and (taken := busy(bureau, starts_at, ends_at, but=self.moved)):
            self.add_error("bureau", f"Le {bureau.nom} est déjà pris {_from_to(taken)} ce jour-là.")

    def moment(self) -> Taken:
        """From when until when."""
        starts_at = at_hour(self.cleaned_data["jour"], self.cleaned_data["heure"])
        return starts_at, starts_at + timedelta(minutes=self.cleaned_data["duree"])

    def draft(self) -> RendezVous:
        """The appointment as typed, not saved."""
        starts_at, ends_at = self.moment()
        cleaned = self.cleaned_data
        return RendezVous(
            usager=self.person,
            agent=cleaned["avec"].agent,
            unite=cleaned["avec"].unite,
            bureau=cleaned["bureau"],
            modalite=cleaned["modalite"],
            starts_at=starts_at,
            ends_at=ends_at,
        )

    def save(self, *, by: Agent) -> RendezVous:
        """Book. Raises IntegrityError when somebody was quicker (see `refused`)."""
        made = self.draft()
        made.book(by=by)
        return made

    def refused(self, error: IntegrityError) -> bool:
        """Somebody was quicker: the database's refusal becomes the message beside the field; False for any other."""
        diagnostic = getattr(error.__cause__, "diag", None)
        field = TAKEN_BY.get(getattr(diagnostic, "constraint_name", None) or "")
        if field is None:
            return False
        self.say_who_is_taken(*self.moment())
        if not self.errors:
            self.add_error(field, "Ce créneau vient d’être pris.")
        return True

    def proposed(self) -> tuple[Affectation, date, list[HeureProposee]] | None:
        """The hours of the agent and day typed so far, whatever the rest is worth."""
        avec, jour = self._typed("avec"), self._typed("jour")
        if avec is None or jour is None or jour > timezone.localdate() + FARTHEST:
            return None
        minutes = self._typed("duree") or USUAL
        return avec, jour, creneaux(avec.agent, jour, timedelta(minutes=minutes))

    def _typed(self, name: str) -> Any:
        try:
            return self.fields[name].clean(self[name].value())
        except ValidationError:
            return None


def _from_to(taken: Taken) -> str:
    return f"de {said(taken[0])} à {said(taken[1])}"


# Who cancels. Never « sans nouvelles »: that is an appointment missed, not cancelled.
QUI = [(Statut.ANNULE_USAGER.value, "la personne"), (Statut.ANNULE_SERVICE.value, "le service")]


def who_cancels() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="À la demande de qui",
        choices=QUI,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites à la demande de qui.", "invalid_choice": "Choisissez dans la liste."},
    )


def why() -> forms.CharField:
    return forms.CharField(
        label="Pourquoi",
        required=False,
        max_length=300,
        help_text="Lu par : les agents rattachés à la personne. Aucun détail de santé ici.",
    )


class AnnulationRendezVousForm(HubForm):
    """By whom, and in a few words why; the service owes its reason."""

    par = who_cancels()
    motif = why()

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("par") == Statut.ANNULE_SERVICE and not self.cleaned_data.get("motif"):
            self.add_error("motif", "Écrivez pourquoi le service annule : la personne le demandera.")
        return self.cleaned_data


class DeplacementForm(RendezVousForm):
    """The same appointment at another moment: the first is cancelled and the second given in one act."""

    par = who_cancels()
    motif = why()
    field_order = ("par", "avec", "jour", "heure", "duree", "modalite", "bureau", "motif")
    moved: RendezVous

    @staticmethod
    def standing(moved: RendezVous, affectation: UUID | int | None) -> dict[str, Any]:
        """What the fields hold before anything is typed: the same, its hour left to say."""
        minutes = int((moved.ends_at - moved.starts_at).total_seconds() // 60)
        return {
            "avec": affectation,
            "modalite": moved.modalite,
            "bureau": moved.bureau_id,
            "duree": str(minutes) if minutes in DUREES else str(USUAL),
        }

    def save(self, *, by: Agent) -> RendezVous:
        """Cancel and book. Raises MoveRefused when it is no longer to come, IntegrityError as for a new one."""
        made = self.draft()
        self.moved.replace(made, self.cleaned_data["par"], by=by, motif=self.cleaned_data["motif"])
        return made
