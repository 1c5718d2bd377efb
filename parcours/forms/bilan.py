"""Holding a bilan: each objectif's progress, each fragilité's level again, the person's words, the next one."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.forms import BoundField
from django.utils import timezone

from accueil.forms.moments import AheadDateField
from evaluation.evolution import LEVEE
from evaluation.models import Fragilite, FragiliteReperee, NiveauReleve
from parcours.models import Avancement, Bilan, Objectif, Parcours
from parcours.transmission import locked
from pole_social.forms import CreateForm, FreeDateField
from pole_social.models import Agent, MoveRefused

Nature = Bilan.Nature
UNKNOWN_CHOICE = "Choisissez dans la liste."
# How many fragilités one bilan may add: more than that is a new evaluation.
ADDED = (1, 2, 3)
TEXT = forms.Textarea(attrs={"rows": 5})


@dataclass(frozen=True)
class LigneObjectif:
    """The fields of one objectif, as the page shows them together."""

    objectif: Objectif
    etat: BoundField
    precision: BoundField


@dataclass(frozen=True)
class LigneNiveau:
    """One known fragilité, its last level, and the choice."""

    derniere: NiveauReleve
    niveau: BoundField


class BilanFields(CreateForm):
    """What every bilan says, at its period or at the end.

    `derniers` are the last words on the person's fragilités, for an author who reads them; None for the others,
    who hold their bilan without levels.
    """

    with_person = forms.BooleanField(label="Fait avec la personne", required=False, initial=True)
    paroles = forms.CharField(label="Ce qu’en dit la personne", required=False, max_length=5000, widget=TEXT)
    synthese = forms.CharField(
        label="Où en est-on",
        max_length=10_000,
        widget=TEXT,
        error_messages={"required": "Écrivez où en est la situation."},
    )

    def __init__(
        self,
        *args: Any,
        parcours: Parcours,
        objectifs: Iterable[Objectif],
        derniers: Iterable[NiveauReleve] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parcours = parcours
        self.objectifs = list(objectifs)
        self.derniers = [row for row in derniers or () if row.niveau != LEVEE]
        self.says_levels = derniers is not None
        self.fields["paroles"].help_text = "Avec ses mots. Lu par l’équipe du parcours et par la personne."
        self.fields["synthese"].help_text = "La personne peut demander à le lire."
        for objectif in self.objectifs:
            self._add_objectif(objectif)
        for row in self.derniers:
            self._add_known(row.fragilite, row.niveau)
        if self.says_levels:
            self._add_choices()

    # --- The fields that this parcours asks for --------------------------------------------------

    def _add(self, name: str, label: str, field: forms.Field) -> None:
        field.required = False
        self.fields[name] = field
        self._prepare(name, field)
        field.label = label

    def _add_objectif(self, objectif: Objectif) -> None:
        key = objectif.pk.hex
        said = _choice(Avancement.Etat.choices, widget=forms.RadioSelect)
        self._add(f"etat_{key}", f"{objectif.libelle} : où en est-on", said)
        detail = forms.CharField(max_length=500, widget=forms.TextInput(attrs={"class": "textinput form-control"}))
        self._add(f"precision_{key}", f"{objectif.libelle} : précision", detail)

    def _add_known(self, fragilite: Fragilite, niveau: str) -> None:
        field = _choice(NiveauReleve.Niveau.choices, widget=forms.RadioSelect, initial=niveau)
        self._add(f"niveau_{fragilite.code}", f"{fragilite.libelle} : niveau", field)

    def _add_choices(self) -> None:
        known = [row.fragilite_id for row in self.derniers]
        offered = list(Fragilite.objects.exclude(pk__in=known).select_related("domaine"))
        self.offered = {fragilite.code: fragilite for fragilite in offered}
        groups = groupby(offered, key=lambda fragilite: fragilite.domaine.libelle)
        listed = [(domaine, [(one.code, one.libelle) for one in group]) for domaine, group in groups]
        for rank in ADDED:
            choice = _choice([("", "Aucune"), *listed])
            self._add(f"ajout_{rank}", f"Fragilité ajoutée {rank}", choice)
            niveau = _choice([("", "Choisir…"), *FragiliteReperee.Niveau.choices])
            self._add(f"niveau_ajout_{rank}", f"Niveau de la fragilité ajoutée {rank}", niveau)

    # --- For the template ------------------------------------------------------------------------

    def lignes_objectifs(self) -> list[LigneObjectif]:
        return [
            LigneObjectif(one, self[f"etat_{one.pk.hex}"], self[f"precision_{one.pk.hex}"]) for one in self.objectifs
        ]

    def lignes_niveaux(self) -> list[LigneNiveau]:
        return [LigneNiveau(row, self[f"niveau_{row.fragilite.code}"]) for row in self.derniers]

    def ajouts(self) -> list[tuple[BoundField, BoundField]]:
        if not self.says_levels:
            return []
        return [(self[f"ajout_{rank}"], self[f"niveau_ajout_{rank}"]) for rank in ADDED]

    @property
    def has_additions(self) -> bool:
        """Something is chosen there, or has to be corrected."""
        return any(field.value() or field.errors for pair in self.ajouts() for field in pair)

    # --- What is refused -------------------------------------------------------------------------

    def holds_bilan(self, typed: dict[str, Any]) -> bool:
        """Whether a bilan is written; a closure may do without."""
        return True

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if self.holds_bilan(typed):
            for objectif in self.objectifs:
                self._need(f"etat_{objectif.pk.hex}", "Dites où en est cet objectif.")
            for row in self.derniers:
                self._need(f"niveau_{row.fragilite.code}", "Choisissez son niveau.")
            if self.says_levels:
                self._check_additions(typed)
        return typed

    def _need(self, name: str, message: str) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, message)

    def _check_additions(self, typed: dict[str, Any]) -> None:
        seen: set[str] = set()
        for rank in ADDED:
            code, niveau = typed.get(f"ajout_{rank}"), typed.get(f"niveau_ajout_{rank}")
            if code and not niveau and f"niveau_ajout_{rank}" not in self.errors:
                self.add_error(f"niveau_ajout_{rank}", "Choisissez son niveau.")
            elif niveau and not code and f"ajout_{rank}" not in self.errors:
                self.add_error(f"ajout_{rank}", "Choisissez la fragilité, ou « Choisir… » comme niveau.")
            elif code and code in seen:
                self.add_error(f"ajout_{rank}", "Cette fragilité est déjà ajoutée plus haut.")
            seen.add(code or "")

    # --- What is written -------------------------------------------------------------------------

    def write(self, parcours: Parcours, *, by: Agent, **said: Any) -> Bilan:
        """The bilan with its rows; the caller holds the parcours and the transaction."""
        typed = self.cleaned_data
        texts = {name: typed[name] for name in ("with_person", "paroles", "synthese")}
        bilan = Bilan.objects.create(parcours=parcours, auteur=by, **texts, **said)
        Avancement.objects.bulk_create(
            Avancement(
                bilan=bilan,
                objectif=objectif,
                etat=typed[f"etat_{objectif.pk.hex}"],
                commentaire=typed[f"precision_{objectif.pk.hex}"],
            )
            for objectif in self.objectifs
        )
        for fragilite, niveau in self._levels():
            NiveauReleve.objects.note(parcours.usager_id, fragilite, niveau, by=by, source=bilan, on=bilan.held_on)
        return bilan

    def _levels(self) -> list[tuple[Fragilite, str]]:
        typed = self.cleaned_data
        said = [(row.fragilite, typed[f"niveau_{row.fragilite.code}"]) for row in self.derniers]
        if self.says_levels:
            added = ((typed[f"ajout_{rank}"], typed[f"niveau_ajout_{rank}"]) for rank in ADDED)
            said += [(self.offered[code], niveau) for code, niveau in added if code]
        return said


class BilanForm(BilanFields):
    """The bilan of a period: it says when the next one is."""

    held_on = FreeDateField(
        label="Fait le",
        help_text="Par exemple 12/03/2027 ou 12 mars 2027.",
        error_messages={"required": "Cette date est nécessaire."},
    )
    periode = forms.TypedChoiceField(
        label="Prochain bilan dans",
        coerce=int,
        choices=Parcours.Periode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites quand aura lieu le prochain bilan.", "invalid_choice": UNKNOWN_CHOICE},
    )
    next_on = AheadDateField(label="Ou à une date précise", required=False, help_text="Un an au plus après ce bilan.")
    field_order = ("held_on", "with_person", "paroles", "synthese")

    def __init__(self, *args: Any, last_on: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_on = last_on
        self.fields["held_on"].initial = timezone.localdate
        self.fields["periode"].initial = self.parcours.periode

    def clean_held_on(self) -> date:
        held_on: date = self.cleaned_data["held_on"]
        if held_on > timezone.localdate():
            raise forms.ValidationError("Cette date est à venir : un bilan s’enregistre une fois fait.")
        if held_on < self.parcours.opened_on:
            raise forms.ValidationError(f"Le parcours n’a été ouvert que le {self.parcours.opened_on:%d/%m/%Y}.")
        if self.last_on and held_on <= self.last_on:
            raise forms.ValidationError(
                f"Un bilan du {self.last_on:%d/%m/%Y} est déjà enregistré : celui-ci doit le suivre."
            )
        return held_on

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if not {"held_on", "periode", "next_on"} <= typed.keys():
            return typed
        held_on, chosen = typed["held_on"], typed["next_on"]
        typed["next_on"] = next_on = chosen or months_after(held_on, typed["periode"])
        if next_on <= timezone.localdate():
            message = "Cette date est passée" if chosen else "À ce rythme, le prochain bilan serait déjà passé"
            self.add_error("next_on", f"{message} : donnez une date à venir.")
        elif next_on > months_after(held_on, Parcours.Periode.ANNEE):
            self.add_error("next_on", "Le prochain bilan est un an au plus après celui-ci.")
        return typed

    @transaction.atomic
    def save(self, *, by: Agent) -> Bilan:
        """Raises MoveRefused for a parcours that was closed meanwhile, or of which a later bilan was recorded."""
        typed, parcours = self.cleaned_data, locked(self.parcours)
        if not parcours.is_open_file or parcours.bilans.filter(held_on__gt=typed["held_on"]).exists():
            raise MoveRefused
        said = {name: typed[name] for name in ("held_on", "periode", "next_on")}
        bilan = self.write(parcours, by=by, **said)
        parcours.periode, parcours.echeance = typed["periode"], typed["next_on"]
        parcours.save(update_fields=["periode", "echeance"])
        return bilan

    def refused(self, error: IntegrityError) -> bool:
        """A colleague recorded the bilan of that day a moment before."""
        diagnostic = getattr(error.__cause__, "diag", None)
        is_ours = getattr(diagnostic, "constraint_name", None) == "bilan_once_a_day"
        if is_ours:
            self.add_error("held_on", "Un bilan vient d’être enregistré à cette date.")
        return is_ours


def months_after(day: date, count: int) -> date:
    """The same day of a later month, or the last day of that month."""
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _choice(choices: Iterable[Any], **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=list(choices), error_messages={"invalid_choice": UNKNOWN_CHOICE}, **kwargs)
