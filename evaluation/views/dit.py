"""What was already said before the evaluation, so that nobody has to say it again."""

from __future__ import annotations

from uuid import UUID

from accueil.catalogue import ORDRE
from accueil.models import Fait
from pole_social.models import Agent


def latest_faits(agent: Agent, usager_id: UUID) -> list[Fait]:
    """The last word on each subject, in the order of the subjects."""
    told = Fait.objects.visible_to(agent).filter(usager=usager_id).select_related("unite__lieu")
    last: dict[str, Fait] = {}
    for fait in told:
        last.setdefault(fait.sujet, fait)
    return [last[sujet] for sujet in sorted(last, key=lambda sujet: ORDRE.get(sujet, len(ORDRE)))]
