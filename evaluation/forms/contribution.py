"""Asking another métier for its part of an evaluation; writing it, signing it, or saying no."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from accueil.models import Rattachement
from evaluation.forms.decision import motif_field
from evaluation.models import Contribution, Evaluation
from evaluation.models.evaluation import WORK_NATURES
from pole_social.access import CARE
from pole_social.forms import AgentChoiceField, CreateForm, EditForm, HubForm
from pole_social.models import Affectation, Agent

DAYS_TO_ANSWER = 10
# An evaluation lasts weeks: a later date is a slip of the keyboard.
FARTHEST = timedelta(days=366)
Statut = Contribution.Statut


def candidates(evaluation: Evaluation) -> QuerySet[Agent]:
    """Whom the evaluator may ask: the professions of care in the territoire, who do not work on it already.

    Whoever has signed their part may be asked another. A déport shows only by an absence, like a day off.
    """
    territoire = evaluation.unite.lieu.territoire_id
    there = Affectation.objects.current().filter(agent=OuterRef("pk"), unite__lieu__territoire=territoire)
    present = Agent.objects.filter(Exists(there), is_active=True, metier__famille__in=CARE)
    asked = Contribution.objects.filter(evaluation=evaluation, agent=OuterRef("pk"))
    work = Rattachement.objects.live().from_source(evaluation).filter(agent=OuterRef("pk"), nature__in=WORK_NATURES)
    busy = Q(Exists(work)) & ~Q(Exists(asked.filter(statut=Statut.SIGNEE)))
    free = present.exclude(pk=evaluation.evaluateur_id).exclude(busy).exclude(Exists(asked.waiting()))
    return free.exclude(deports__usager=evaluation.usager_id)


class DemandeContributionForm(CreateForm, forms.ModelForm):
    """Whom, what for, by when."""

    agent = AgentChoiceField(
        label="À qui",
        queryset=Agent.objects.none(),
        empty_label="Choisir…",
        help_text=(
            "Tous les métiers du territoire. Un travailleur social lira toute l’évaluation ; les autres métiers "
            "ne liront que votre demande et ce qu’ils écrivent."
        ),
        error_messages={
            "required": "Choisissez un professionnel.",
            "invalid_choice": "Choisissez un professionnel de la liste.",
        },
    )
    echeance = ComingDateField(
        label="Attendue le",
        help_text="Par exemple 12/03/2027 ou 12 mars 2027.",
        error_messages={"required": "Dites pour quand."},
    )

    class Meta:
        model = Contribution
        fields = ("agent", "objet", "echeance")
        widgets = {"objet": forms.Textarea(attrs={"rows": 3})}
        labels = {"objet": "Ce que vous demandez"}
        help_texts = {
            "objet": (
                "Lu par la personne sollicitée, quel que soit son métier, et par ceux qui lisent l’évaluation. "
                "Dites seulement ce qui lui est nécessaire, avec l’accord de la personne."
            )
        }
        error_messages = {"objet": {"required": "Dites ce que vous demandez."}}

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        due = timezone.localdate() + timedelta(days=DAYS_TO_ANSWER)
        super().__init__(*args, initial={"echeance": due}, **kwargs)
        self.evaluation = evaluation
        found = candidates(evaluation)
        if self.is_bound:
            # Asked meanwhile by a colleague, or by a first click: known, and answered by the act itself.
            awaited = Contribution.objects.filter(evaluation=evaluation).waiting()
            found = Agent.objects.filter(Q(pk__in=found.values("pk")) | Q(pk__in=awaited.values("agent")))
        self.fields["agent"].queryset = found.order_by("nom", "prenom", "pk")  # type: ignore[attr-defined]

    def clean_echeance(self) -> date:
        echeance: date = self.cleaned_data["echeance"]
        if echeance > timezone.localdate() + FARTHEST:
            raise forms.ValidationError("Cette date est trop lointaine : choisissez un jour d’ici un an.", code="far")
        return echeance

    def save(self, *, by: Agent) -> Contribution:  # type: ignore[override]
        """Raises MoveRefused when a colleague has asked the same agent meanwhile."""
        asked: Contribution = self.instance
        asked.evaluation = self.evaluation
        asked.ask(by=by)
        return asked


class ContributionForm(EditForm):
    """The contributor's text: kept as a draft that they alone read, or signed."""

    class Meta:
        model = Contribution
        fields = ("texte",)
        widgets = {"texte": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args: Any, sign: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sign = sign
        field = self.fields["texte"]
        field.label = "Votre contribution"
        # Said above the text, with what changes when it is signed.
        field.help_text = ""
        field.required = sign
        field.error_messages["required"] = "Écrivez votre contribution avant de la signer."

    @transaction.atomic
    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        """False when another text was saved first (two tabs). Raises MoveRefused once it is too late."""
        if not super().save(by=by):
            return False
        if self.sign:
            self.instance.sign(by=by, texte=self.cleaned_data["texte"])
        return True


class RefusForm(HubForm):
    """Why the contributor says no."""

    motif = motif_field(
        "Pourquoi décliner",
        "ceux qui lisent l’évaluation",
        "Dites pourquoi : l’évaluateur saura à qui demander.",
    )


class RetraitForm(HubForm):
    """Why the evaluator waits no longer; `contribution` is the one that the refused form was about."""

    contribution: UUID | None = None
    motif = motif_field(
        "Pourquoi ne plus l’attendre",
        "ceux qui lisent l’évaluation",
        "Dites pourquoi vous n’attendez plus cette contribution.",
    )
