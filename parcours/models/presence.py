"""« Suivie par la PMI »: told to one colleague with the person's agreement, and nothing else."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accueil.models import ActePartage, PartageQuerySet, Rattachement
from accueil.models.partage import partage_constraints
from accueil.models.rattachement import RattachementQuerySet
from parcours.models.parcours import Parcours
from parcours.models.scope import Nature, team_relationships
from pole_social.access import CARE
from pole_social.models import Agent, Metier, Unite

Famille = Metier.Famille
# The professions whose follow-up is a secret, hence hers to have told.
MAY_TELL = frozenset({Famille.SANTE, Famille.SANTE_SEXUELLE, Famille.PSYCHOLOGIE})
# Whoever works in a parcours now, not a former référent who still reads.
PRESENT = (Nature.REFERENT, Nature.INTERVENANT, Nature.DELEGATION)


class PartagePresenceQuerySet(PartageQuerySet):
    """For the one who said it and the one who was told: for nobody else, in neither team."""

    usager_path = "parcours__usager_id"
    readers = CARE

    def live(self) -> Self:
        """Those that are still true too: whoever said it works in that parcours."""
        return super().live().filter(Exists(still_there()))

    def allowing(self, agent: Agent) -> RattachementQuerySet:
        mine = team_relationships(self, agent, "parcours_id").filter(agent=OuterRef("auteur_id"))
        told = PartagePresence.objects.with_agent(agent).filter(pk=OuterRef(OuterRef("pk")))
        return mine | self.relationships(agent, *PRESENT).filter(Exists(told))


class PartagePresence(ActePartage):
    """One colleague knows that the person is followed by this unité. No reason, no date, no name goes with it."""

    # Of whoever said it: it ends when they leave it. The one who is told learns nothing of it.
    parcours = models.ForeignKey(Parcours, verbose_name="parcours", on_delete=models.PROTECT, related_name="presences")
    unite = models.ForeignKey(Unite, verbose_name="suivie par", on_delete=models.PROTECT, related_name="+")

    objects = PartagePresenceQuerySet.as_manager()

    class Meta(ActePartage.Meta):
        verbose_name = "partage de présence"
        verbose_name_plural = "partages de présence"
        constraints: ClassVar = [
            # By author too: two colleagues of one team who tell the same do not learn of each other.
            *partage_constraints("partage_presence", "parcours", "auteur"),
            models.CheckConstraint(
                name="partage_presence_agreed",
                condition=Q(information="accord"),
                violation_error_message="Il faut l’accord de la personne.",
            ),
        ]


def still_there() -> RattachementQuerySet:
    """The place of whoever said it in the parcours where they work, written with OuterRef."""
    live = Rattachement.objects.live().filter(nature__in=PRESENT)
    return live.filter(agent=OuterRef("auteur"), source_id=OuterRef("parcours"))
