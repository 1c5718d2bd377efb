"""What the evaluations found, as far as one reader may read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaluation.models import Evaluation, Exploration, FragiliteReperee, PointAppui, Proposition
from pole_social.models import Agent

Etat = Exploration.Etat


@dataclass(frozen=True)
class Constats:
    """Empty lists for a reader whom the content is closed to: nothing tells whether there is any."""

    evaluations: list[Evaluation]
    explorations: list[Exploration]
    fragilites: list[FragiliteReperee]
    points_appui: list[PointAppui]
    propositions: list[Proposition]

    @property
    def is_readable(self) -> bool:
        return bool(self.explorations)

    @property
    def said(self) -> list[Exploration]:
        """The domaines of which something was written."""
        return [exploration for exploration in self.explorations if exploration.dit]

    @property
    def blind_spots(self) -> list[Exploration]:
        """The domaines to take up again, or that the person did not want to speak of."""
        unseen = (Etat.A_APPROFONDIR, Etat.NON_SOUHAITE, Etat.NON_ABORDE)
        return [exploration for exploration in self.explorations if exploration.etat in unseen]

    @property
    def fragilite_ids(self) -> set[int]:
        return {reperee.fragilite_id for reperee in self.fragilites}


def constats(agent: Agent, **relation: Any) -> Constats:
    """What `agent` may read of the evaluations in this relation (`relais_envoyes=…`)."""
    found = Evaluation.objects.visible_to(agent).filter(**relation).distinct()
    evaluations = list(found.select_related("evaluateur__metier", "unite__lieu"))
    of_them = {"evaluation__in": evaluations}
    return Constats(
        evaluations=evaluations,
        explorations=list(Exploration.objects.visible_to(agent).filter(**of_them).select_related("domaine")),
        fragilites=list(
            FragiliteReperee.objects.visible_to(agent)
            .filter(exploration__evaluation__in=evaluations, removed_at=None)
            .select_related("fragilite__domaine")
        ),
        points_appui=list(PointAppui.objects.visible_to(agent).filter(**of_them)),
        propositions=list(Proposition.objects.visible_to(agent).filter(**of_them).kept().select_related("metier")),
    )
