"""Who reads what belongs to a parcours: its team, in one place."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import OuterRef

from accueil.models import ProtectedQuerySet, Rattachement
from accueil.models.rattachement import RattachementQuerySet
from pole_social.access import TEAM
from pole_social.models import Agent, Unite

Nature = Rattachement.Nature
# The unités that support people over time: they accept relais into parcours.
NATURES = (Unite.Nature.ACCOMPAGNEMENT, Unite.Nature.SANTE, Unite.Nature.SANTE_SEXUELLE)
TEAM_NATURES = (Nature.REFERENT, Nature.INTERVENANT, Nature.FIN_DE_RELAIS, Nature.DELEGATION)


def team_relationships(queryset: ProtectedQuerySet, agent: Agent, parcours_path: str) -> RattachementQuerySet:
    """The agent's live place in the team of this very parcours: another one of the person opens nothing."""
    return queryset.relationships(agent, *TEAM_NATURES).filter(source_id=OuterRef(parcours_path))


class TeamQuerySet(ProtectedQuerySet):
    """What belongs to a parcours and is read by its team only."""

    usager_path = "parcours__usager_id"
    # The path from a row to its parcours; override for rows that reach it through another.
    parcours_path: ClassVar[str] = "parcours_id"
    readers = TEAM

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        return team_relationships(self, agent, self.parcours_path)
