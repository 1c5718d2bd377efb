"""« Suivie par la PMI »: to whom, with the person's agreement, until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet

from accueil.forms.partage import ActePartageForm
from accueil.models import Partage
from evaluation.collegues import colleagues
from parcours.models import Intervenant, Parcours, PartagePresence
from parcours.models.presence import PRESENT
from pole_social.models import Agent, Unite


def in_another_parcours(parcours: Parcours, by: Agent) -> QuerySet[Agent]:
    """Colleagues who support the person in another parcours: those of the same team know already."""
    inside = Intervenant.objects.live().filter(parcours=parcours)
    return colleagues(parcours.usager_id, by, natures=PRESENT).exclude(pk__in=inside.values("agent"))


def unite_told(parcours: Parcours, by: Agent) -> Unite:
    """The unité that the person knows `by` from: theirs, be it in the parcours of another one."""
    return parcours.unite if parcours.unite_id in by.unite_ids else by.unites[0]


class PartagePresenceForm(ActePartageForm):
    """`by` works in `parcours`, and their profession is a secret."""

    accord = forms.BooleanField(error_messages={"required": "Sans l’accord de la personne, rien n’est dit."})

    class Meta:
        model = PartagePresence
        fields = ("destinataire", "jusqu_au")

    def __init__(self, *args: Any, parcours: Parcours, by: Agent, **kwargs: Any) -> None:
        self.parcours, self.unite = parcours, unite_told(parcours, by)
        mine = PartagePresence.objects.filter(parcours=parcours, auteur=by)
        super().__init__(*args, by=by, offered=in_another_parcours(parcours, by), standing=mine, **kwargs)
        self.fields["destinataire"].label = "À qui le dire"
        self.fields[
            "destinataire"
        ].help_text = (
            "Les collègues qui accompagnent cette personne dans un autre parcours. Nommez celui auquel elle pense."
        )
        self.fields["destinataire"].error_messages["required"] = "Choisissez à qui le dire."
        self.fields[
            "accord"
        ].label = f"La personne est d’accord pour que ce collègue sache qu’elle est suivie par : {self.unite}"

    @transaction.atomic
    def save(self) -> PartagePresence:  # type: ignore[override]
        """One live row for each of those told."""
        parcours = Parcours._base_manager.select_for_update(of=("self",), no_key=True)
        made: PartagePresence = self.record(
            lambda: parcours.get(pk=self.parcours.pk),
            parcours=self.parcours,
            unite=self.unite,
            information=Partage.Information.ACCORD,
        )
        return made
