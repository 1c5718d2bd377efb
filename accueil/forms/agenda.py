"""Whose agenda, and of which days; everything in the address is a date, a key or a word of ours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from accueil.forms.moments import AheadDateField
from accueil.forms.rendez_vous import labelled
from pole_social.access import SEARCHERS
from pole_social.forms import HubForm, KnownChoiceField
from pole_social.models import Affectation, Agent, Lieu

VUES = [("semaine", "semaine"), ("jour", "jour")]


class AgendaForm(HubForm):
    """One agent of the territoire (oneself unless said), or a whole lieu of one's own."""

    vue = forms.ChoiceField(choices=VUES, required=False, widget=forms.HiddenInput)
    lieu = KnownChoiceField(Lieu.objects.none(), required=False, widget=forms.HiddenInput)
    agent = KnownChoiceField(
        Agent.objects.none(),
        label="Agenda de",
        required=False,
        empty_label="moi",
        error_messages={"invalid_choice": "Choisissez un professionnel de la liste."},
    )
    jour = AheadDateField(label="Jour", required=False)

    def __init__(self, data: QueryDict, *, reader: Agent) -> None:
        super().__init__(data)
        for name in ("agent", "jour"):
            self.fields[name].label = str(self.fields[name].label).removesuffix(" (facultatif)")
        lieux: Any = self.fields["lieu"]
        lieux.queryset = Lieu.objects.filter(pk__in={unite.lieu_id for unite in reader.unites})
        colleagues: Any = self.fields["agent"]
        here = Affectation.objects.current().filter(
            unite__lieu__territoire__in=reader.territoire_ids, agent__metier__famille__in=SEARCHERS
        )
        colleagues.queryset = Agent.objects.filter(pk__in=here.values("agent"))
        rows = here.select_related("agent__metier", "unite__lieu").order_by(
            "unite__lieu__nom", "unite__nature", "agent__nom", "agent__prenom"
        )
        # Whoever works in two unités has one agenda.
        first: dict[Any, Affectation] = {}
        for row in rows:
            first.setdefault(row.agent_id, row)
        colleagues.choices = [("", "moi"), *labelled(first.values(), lambda row: row.agent_id)]
