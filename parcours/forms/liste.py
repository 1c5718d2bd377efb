"""Which of one's own parcours to show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from parcours.file_active import SILENCES
from parcours.models import Parcours
from parcours.models.parcours import ParcoursQuerySet, bilan_overdue
from pole_social.forms import HubForm

REFERENT, INTERVENANT, REMPLACANT = "referent", "intervenant", "remplacant"
BILAN_EN_RETARD, SUSPENDU, CLOS = "bilan", "suspendu", "clos"
NAMES = ("place", "etat", "sans_contact")


class MesParcoursForm(HubForm):
    """A GET form: words of this list only, nothing about anybody. Needs `is_mine`, `is_inside`, `last_contact`."""

    place = forms.ChoiceField(
        label="Où je suis",
        required=False,
        choices=[
            ("", "À toutes les places"),
            (REFERENT, "Référent"),
            (INTERVENANT, "Intervenant"),
            (REMPLACANT, "En remplacement"),
        ],
    )
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "Ouverts"),
            (BILAN_EN_RETARD, "Bilan en retard"),
            (SUSPENDU, "Suspendus"),
            (CLOS, "Clos, que je peux rouvrir"),
        ],
    )
    sans_contact = forms.ChoiceField(
        label="Sans contact noté",
        required=False,
        choices=[("", "Peu importe"), *((str(days), f"Depuis {days} jours") for days in SILENCES)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
            field.error_messages["invalid_choice"] = "Choisissez dans la liste."
            field.label = str(field.label).removesuffix(" (facultatif)")

    def asked(self) -> dict[str, str]:
        """What is asked for; a choice that is not in its list narrows nothing."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in NAMES if self.cleaned_data.get(name)}

    @property
    def wants_closed(self) -> bool:
        """They are no part of what is open: another list, under the same filters."""
        return self.asked().get("etat") == CLOS

    def narrow(self, found: ParcoursQuerySet) -> ParcoursQuerySet:
        asked = self.asked()
        places = {
            REFERENT: Q(is_mine=True),
            INTERVENANT: Q(is_mine=False, is_inside=True),
            REMPLACANT: Q(is_inside=False),
        }
        today = timezone.localdate()
        states = {BILAN_EN_RETARD: bilan_overdue(today), SUSPENDU: Q(statut=Parcours.Statut.SUSPENDU)}
        found = found.filter(places.get(asked.get("place", ""), Q()), states.get(asked.get("etat", ""), Q()))
        if days := asked.get("sans_contact"):
            # Before the first exchange, since the opening.
            since = Coalesce("last_contact", F("opened_on"))
            found = found.annotate(quiet_since=since).filter(quiet_since__lt=today - timedelta(days=int(days)))
        return found

    def address(self, apres: str) -> str:
        """The query string of the page that follows, under the same filters."""
        return "?" + urlencode(self.asked() | {"apres": apres})
