"""What was already said before the evaluation, so that nobody has to say it again."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accueil.catalogue import ORDRE
from accueil.models import Demande, Fait
from accueil.views.savoirs import asked_of, stands
from pole_social.models import Agent


def latest_faits(agent: Agent, usager_id: UUID) -> list[Fait]:
    """The last word on each subject, in the order of the subjects."""
    told = Fait.objects.visible_to(agent).filter(usager=usager_id).select_related("unite__lieu")
    last: dict[str, Fait] = {}
    for fait in told:
        last.setdefault(fait.sujet, fait)
    return [last[sujet] for sujet in sorted(last, key=lambda sujet: ORDRE.get(sujet, len(ORDRE)))]


def faits_on_the_way(agent: Agent, usager_id: UUID, demandes: Iterable[Demande]) -> list[Fait]:
    """The same for whoever only receives a relais: a sensitive one, if a demande that it carries depends on it."""
    asked = asked_of(list(demandes))
    return [fait for fait in latest_faits(agent, usager_id) if stands(fait, asked)]
