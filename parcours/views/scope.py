"""Whose parcours: what every view of this stage opens with."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accueil.models import Rattachement
from parcours.models import Intervenant, Parcours
from parcours.models.parcours import ParcoursQuerySet
from pole_social.models import Agent


def worked_on(agent: Agent) -> ParcoursQuerySet:
    """The open parcours in which this agent may write: in the team or covering, not by having been in it."""
    inside = Intervenant.objects.live().filter(parcours=OuterRef("pk"), agent=agent)
    covered = Rattachement.objects.live().filter(
        source_id=OuterRef("pk"), agent=agent, nature=Rattachement.Nature.DELEGATION
    )
    mine = Exists(inside) | Exists(covered)
    return Parcours.objects.visible_to(agent).open().filter(mine).select_related("usager", "unite__lieu")
