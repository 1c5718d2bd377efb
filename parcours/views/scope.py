"""Whose parcours: what every view of this stage opens with."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from parcours.models import Intervenant, Parcours
from parcours.models.parcours import ParcoursQuerySet
from pole_social.models import Agent, Unite

# The unités that support people over time: they accept relais into parcours.
NATURES = (Unite.Nature.ACCOMPAGNEMENT, Unite.Nature.SANTE, Unite.Nature.SANTE_SEXUELLE)


def worked_on(agent: Agent) -> ParcoursQuerySet:
    """The open parcours in which this agent may write: as a live intervenant, not by having been one."""
    inside = Intervenant.objects.live().filter(parcours=OuterRef("pk"), agent=agent)
    return Parcours.objects.visible_to(agent).open().filter(Exists(inside)).select_related("usager", "unite__lieu")
