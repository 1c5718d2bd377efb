"""What an agent was typing and has not sent: theirs alone, thirty days."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from pole_social.models.agent import Agent
from pole_social.models.base import PersonRow

KEPT_FOR = timedelta(days=30)


class BrouillonQuerySet(models.QuerySet["Brouillon"]):
    def of(self, agent: Agent) -> BrouillonQuerySet:
        """Those of this agent that are still kept; nobody else's exist."""
        return self.filter(agent=agent, at__gt=timezone.now() - KEPT_FOR)


class Brouillon(PersonRow):
    """One form as it was sent or typed, not saved anywhere else. Read by its author alone."""

    agent = models.ForeignKey(Agent, verbose_name="agent", on_delete=models.PROTECT, related_name="brouillons")
    # Where it was going (no search term: only the path), and what the form held, name by name.
    chemin = models.CharField("page", max_length=200)
    # The key of a creating form: two of them on one page are two drafts. None for the form that edits what is there.
    cle = models.UUIDField("clé du formulaire", null=True, editable=False)
    contenu = models.JSONField("saisie", default=dict)
    at = models.DateTimeField("saisi le", default=timezone.now)

    objects = BrouillonQuerySet.as_manager()

    class Meta:
        verbose_name = "brouillon"
        verbose_name_plural = "brouillons"
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agent", "chemin", "cle"], name="brouillon_once_per_form", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y %H:%M}"
