"""One domaine of an evaluation: its state, what is said, its fragilités with their levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BoundField
from django.utils import timezone

from accueil.forms.moments import AheadDateField
from evaluation.evolution import LEVEE
from evaluation.models import Exploration, Fragilite, FragiliteReperee, NiveauReleve
from evaluation.models.niveau import CONCLUSIVE
from pole_social.forms import EditForm
from pole_social.models import Agent

Etat = Exploration.Etat
VIOLENCES = "violences"
# The fragilité that opens the protocol when it reaches « danger », outside the domaine of violence.
CHILD_AT_RISK = "enfant_en_risque"
# With the domaine of violence; and a pregnancy, which is hers to tell, or to keep from her parents or her husband.
KEPT_OFF_PAPER = {CHILD_AT_RISK, "grossesse_non_suivie", "grossesse_vulnerable"}
# The person was there and answered, were it to say no: on violence, that is only so without a witness.
ANSWERED = (Etat.SANS_DIFFICULTE, Etat.FRAGILITES, Etat.A_APPROFONDIR, Etat.NON_SOUHAITE)
UNKNOWN_CHOICE = "Choisissez dans la liste."
PARTS = ("niveau", "depuis", "paroles", "priorite")


@dataclass(frozen=True)
class Ligne:
    """The fields of one fragilité, as the page shows them together."""

    fragilite: Fragilite
    # What was last known before this evaluation.
    derniere: NiveauReleve | None
    niveau: BoundField
    depuis: BoundField
    paroles: BoundField
    priorite: BoundField

    @property
    def is_detailed(self) -> bool:
        """Something is written beside the level, or has to be corrected there."""
        beside = (self.depuis, self.paroles, self.priorite)
        return any(field.value() or field.errors for field in beside)


def calls_protocol(domaine: str, in_danger: set[str]) -> bool:
    """Whether « danger » said of these fragilités of a domaine has to be acted upon before anything else."""
    return CHILD_AT_RISK in in_danger or (domaine == VIOLENCES and bool(in_danger))


class DomaineForm(EditForm):
    """Edits one Exploration and its fragilités: one version covers both.

    `derniers` are the last levels known before: while nobody has spoken of the domaine they are its starting
    point, and count for nothing until a state says so.
    """

    resume_on = AheadDateField(
        label="À reprendre le", required=False, help_text="Par exemple 12/03/2027 ou 12 mars 2027."
    )
    is_retrait = forms.BooleanField(
        label="Retirer les fragilités notées ici",
        required=False,
        help_text="Elles restent dans l’historique de l’évaluation.",
    )

    class Meta:
        model = Exploration
        fields = ("etat", "dit", "empechement", "resume_on", "is_seul_a_seul")
        widgets = {
            "etat": forms.RadioSelect,
            "empechement": forms.RadioSelect,
            "dit": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {
            "etat": {"required": "Choisissez un état.", "invalid_choice": UNKNOWN_CHOICE},
            "empechement": {"invalid_choice": UNKNOWN_CHOICE},
        }

    def __init__(self, *args: Any, derniers: Iterable[NiveauReleve] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.derniers = {row.fragilite_id: row for row in derniers}
        self.is_violences = self.instance.domaine.code == VIOLENCES
        if not self.is_violences:
            del self.fields["is_seul_a_seul"]
        self.fields["etat"].choices = Etat.choices  # type: ignore[attr-defined]
        self.fields["empechement"].choices = Exploration.Empechement.choices  # type: ignore[attr-defined]
        labels = {"dit": "Ce qui est dit (facultatif)", "empechement": "Pourquoi", "resume_on": "À reprendre le"}
        for name, label in labels.items():
            self.fields[name].label = label
        # Said once, above the whole page: every text of it has the same readers.
        self.fields["dit"].help_text = ""
        self.referentiel = list(Fragilite.objects.filter(domaine=self.instance.domaine_id))
        # The exploration came through visible_to: these are its own rows.
        standing = self.instance.fragilites.filter(removed_at=None)
        self.standing = {found.fragilite_id: found for found in standing}
        self.starts = self._starts()
        if self.starts:
            self.fields["is_retrait"].label = "Les fragilités de la dernière fois ne sont plus là"
            self.fields["is_retrait"].help_text = "Elles seront dites levées quand l’évaluation sera validée."
        for fragilite in self.referentiel:
            self._add(fragilite)

    def _starts(self) -> dict[int, str]:
        """The levels chosen beforehand, by fragilité."""
        if self.instance.is_explored or self.standing:
            return {}
        return {pk: row.niveau for pk, row in self.derniers.items() if row.niveau != LEVEE}

    def _add(self, fragilite: Fragilite) -> None:
        """The four fields of one fragilité. Their labels name it: the error summary and a conflict quote them."""
        found = self.standing.get(fragilite.pk)
        niveaux = [("", "non repérée"), *FragiliteReperee.Niveau.choices]
        made: dict[str, forms.Field] = {
            "niveau": forms.ChoiceField(
                choices=niveaux,
                widget=forms.RadioSelect,
                initial=found.niveau if found else self.starts.get(fragilite.pk, ""),
                error_messages={"invalid_choice": UNKNOWN_CHOICE},
            ),
            "depuis": forms.CharField(
                max_length=60,
                initial=found.depuis if found else "",
                widget=forms.TextInput(attrs={"class": "textinput form-control"}),
            ),
            "paroles": forms.CharField(
                max_length=500,
                initial=found.paroles if found else "",
                widget=forms.Textarea(attrs={"rows": 2, "class": "textarea form-control"}),
            ),
            "priorite": forms.BooleanField(
                initial=bool(found and found.is_priorite),
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            ),
        }
        words = {"niveau": "niveau", "depuis": "depuis quand", "paroles": "ses mots", "priorite": "sa priorité"}
        for part, field in made.items():
            field.required = False
            name = f"{part}_{fragilite.code}"
            self.fields[name] = field
            self._prepare(name, field)
            field.label = f"{fragilite.libelle} : {words[part]}"

    def lignes(self) -> list[Ligne]:
        """For the template: the fragilités of the domaine, in the order of the referential."""
        return [
            Ligne(f, self.derniers.get(f.pk), *(self[f"{part}_{f.code}"] for part in PARTS)) for f in self.referentiel
        ]

    @property
    def offers_withdrawal(self) -> bool:
        """« Retirer » is offered once there is something to withdraw."""
        return bool(self.standing) or self["is_retrait"].value() or any(row.niveau.value() for row in self.lignes())

    # --- What is refused -------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        self._refuse_unknown_fragilites()
        if "etat" not in typed:
            return typed
        # Read first: an error on a field takes its value away.
        etat = typed["etat"]
        if etat not in CONCLUSIVE and self._is_as_it_began(typed):
            self._forget_starts(typed)
        for fragilite in self.referentiel:
            self._check_level_said(fragilite, typed)
        self._check_fragilites(etat, typed)
        self._check_postponed(etat, typed)
        self._check_alone(etat, typed)
        return typed

    def _is_as_it_began(self, typed: dict[str, Any]) -> bool:
        """Nothing was touched of what the last time chose beforehand."""
        beside = any(typed.get(f"{part}_{f.code}") for f in self.referentiel for part in PARTS[1:])
        return not beside and all(typed.get(f"niveau_{f.code}") == self.starts.get(f.pk, "") for f in self.referentiel)

    def _forget_starts(self, typed: dict[str, Any]) -> None:
        """Of a domaine that is not explored this time, nothing is said: neither noted, nor over."""
        for fragilite in self.referentiel:
            typed[f"niveau_{fragilite.code}"] = ""

    def _refuse_unknown_fragilites(self) -> None:
        """A fragilité of another domaine and one that does not exist get the same answer."""
        sent = (name for name in self.data if name.partition("_")[0] in PARTS and "_" in name)
        if any(name not in self.fields for name in sent):
            raise ValidationError("Cette fragilité n’est pas dans ce domaine.", code="unknown")

    def _check_level_said(self, fragilite: Fragilite, typed: dict[str, Any]) -> None:
        beside = [typed.get(f"{part}_{fragilite.code}") for part in ("depuis", "paroles", "priorite")]
        name = f"niveau_{fragilite.code}"
        if any(beside) and not typed.get(name) and name not in self.errors and not typed.get("is_retrait"):
            self.add_error(name, "Choisissez son niveau, ou effacez ce qui est écrit à côté.")

    def _check_fragilites(self, etat: str, typed: dict[str, Any]) -> None:
        """The state says what the list says."""
        noted = any(typed.get(f"niveau_{f.code}") for f in self.referentiel)
        if etat != Etat.FRAGILITES:
            if noted and not typed["is_retrait"]:
                self.add_error(
                    "etat",
                    "Des fragilités sont notées plus bas : choisissez « fragilité(s) », ou cochez"
                    f" « {self.fields['is_retrait'].label} ».",
                )
        elif typed["is_retrait"]:
            self.add_error("is_retrait", "Décochez cette case, ou choisissez un autre état.")
        elif not noted and not any(name.startswith("niveau_") for name in self.errors):
            self.add_error("etat", "Indiquez le niveau d’au moins une fragilité, ou choisissez un autre état.")

    def _check_postponed(self, etat: str, typed: dict[str, Any]) -> None:
        if etat != Etat.NON_ABORDE:
            # They would say why of a state that no longer holds.
            typed["empechement"], typed["resume_on"] = "", None
            return
        if not typed.get("empechement") and "empechement" not in self.errors:
            self.add_error("empechement", "Dites pourquoi ce domaine n’a pas été abordé.")
        if "resume_on" in self.errors:
            return
        if not typed.get("resume_on"):
            self.add_error("resume_on", "Dites quand reprendre ce domaine.")
        elif typed["resume_on"] < timezone.localdate():
            self.add_error("resume_on", "Cette date est passée : choisissez un jour à venir.")

    def _check_alone(self, etat: str, typed: dict[str, Any]) -> None:
        if self.is_violences and etat in ANSWERED and not typed.get("is_seul_a_seul"):
            self.add_error(
                "is_seul_a_seul",
                "La question se pose toujours seul à seul. Si un tiers était présent, choisissez"
                " « non abordé cette fois » et la date où la reprendre.",
            )

    # --- What is written --------------------------------------------------------------------------

    @property
    def opens_protocol(self) -> bool:
        """What has just been said has to be acted upon before anything else."""
        noted = ((fragilite.code, self._noted(fragilite)) for fragilite in self.referentiel)
        in_danger = {code for code, now in noted if now and now["niveau"] == FragiliteReperee.Niveau.DANGER}
        return calls_protocol(self.instance.domaine.code, in_danger)

    @property
    def stands_in_danger(self) -> bool:
        """What was saved here before has to be acted upon."""
        danger = {pk for pk, found in self.standing.items() if found.niveau == FragiliteReperee.Niveau.DANGER}
        return calls_protocol(self.instance.domaine.code, {f.code for f in self.referentiel if f.pk in danger})

    def written_fields(self) -> list[str]:
        return [*super().written_fields(), "explored_at", "explored_by"]

    @transaction.atomic
    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        """Write the domaine and what changed of its fragilités, together.

        False when a colleague saved another content first; the same content twice is one.
        """
        explored = self.instance.is_explored
        self.instance.explored_at = timezone.now() if explored else None
        self.instance.explored_by = by if explored else None
        if not super().save(by=by):
            return False
        for fragilite in self.referentiel:
            self._record(fragilite, by)
        return True

    def _record(self, fragilite: Fragilite, by: Agent) -> None:
        """A level that changes is a new row; the former one is dated, never deleted."""
        former, now = self.standing.get(fragilite.pk), self._noted(fragilite)
        if former and now and all(getattr(former, name) == value for name, value in now.items()):
            return
        if former:
            former.removed_at = timezone.now()
            former.save(update_fields=["removed_at"])
        if now:
            self.instance.fragilites.create(fragilite=fragilite, recorded_by=by, **now)

    def _noted(self, fragilite: Fragilite) -> dict[str, Any] | None:
        """What is now said of a fragilité, if anything."""
        typed = self.cleaned_data
        if typed["is_retrait"] or not typed[f"niveau_{fragilite.code}"]:
            return None
        return {
            "niveau": typed[f"niveau_{fragilite.code}"],
            "depuis": typed[f"depuis_{fragilite.code}"],
            "paroles": typed[f"paroles_{fragilite.code}"],
            "is_priorite": typed[f"priorite_{fragilite.code}"],
        }
