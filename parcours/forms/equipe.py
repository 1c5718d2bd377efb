"""Calling somebody into the team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q

from parcours.lecteurs import candidates, team
from parcours.models import Parcours
from parcours.transmission import locked_open
from pole_social.forms import AgentChoiceField, CreateForm
from pole_social.models import Agent


class IntervenantForm(CreateForm):
    agent = AgentChoiceField(
        label="Professionnel à faire entrer dans l’équipe",
        queryset=Agent.objects.none(),
        empty_label="Choisir…",
        help_text="Dès maintenant, ce parcours, ses objectifs et les écrits de ses cercles lui sont ouverts.",
        error_messages={
            "required": "Choisissez un professionnel.",
            "invalid_choice": "Choisissez un professionnel de la liste.",
        },
    )

    def __init__(self, *args: Any, parcours: Parcours, by: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parcours = parcours
        field = self.fields["agent"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = candidates(parcours, by.territoire_ids)
        if self.is_bound:
            # A second click names somebody who has just come in: not an error, and no second effect.
            known = Q(pk__in=field.queryset.values("pk")) | Q(pk__in=team(parcours).values("pk"))
            field.queryset = Agent.objects.filter(known)

    @transaction.atomic
    def save(self) -> Agent:
        """Two colleagues who call the same person at once: the second waits, and finds them there.

        Raises MoveRefused if the parcours was closed meanwhile: nobody would ever end that place.
        """
        agent = self.cleaned_data["agent"]
        parcours = locked_open(self.parcours)
        if not parcours.intervenants.live().filter(agent=agent).exists():
            parcours.add_intervenant(agent)
        return agent


class FinForm(CreateForm):
    """A place in the team that ends: nothing to type, one effect."""
