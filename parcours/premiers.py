"""What the evaluation proposed and a professional kept: offered to the team as its first goals and steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef

from evaluation.models import Evaluation, Fragilite, Proposition
from evaluation.models.proposition import PropositionQuerySet
from parcours.models import Action, Objectif, Parcours
from pole_social.models import Agent


@dataclass
class Groupe:
    """One fragilité (or none in particular), and what was kept because of it."""

    fragilite: Fragilite | None
    propositions: list[Proposition] = field(default_factory=list)


def kept(agent: Agent, parcours: Parcours) -> PropositionQuerySet:
    """Those of the evaluations that sent a relais into this parcours, as far as this agent reads them."""
    sent = Evaluation.objects.filter(relais_envoyes__parcours=parcours).values("pk")
    found = Proposition.objects.visible_to(agent).filter(evaluation__in=sent).kept()
    return found.select_related("fragilite__fragilite__domaine", "metier")


def offered(agent: Agent, parcours: Parcours) -> PropositionQuerySet:
    """Those not taken up yet: their fragilité has no objectif here, and no action comes from them."""
    goals = Objectif.objects.filter(parcours=parcours, fragilite__isnull=False).values("fragilite")
    steps = Action.objects.filter(parcours=parcours, proposition__isnull=False)
    # Set aside then kept again, a proposition is another row of the same rule.
    same = steps.filter(proposition__evaluation=OuterRef("evaluation"), proposition__regle=OuterRef("regle"))
    left = kept(agent, parcours).exclude(fragilite__fragilite__in=goals)
    return left.exclude(pk__in=steps.values("proposition")).exclude(Exists(same))


def grouped(propositions: list[Proposition]) -> list[Groupe]:
    """By fragilité, in the order of the referential; those of no fragilité last."""
    groups: dict[int | None, Groupe] = {}
    for one in propositions:
        fragilite = one.fragilite.fragilite if one.fragilite else None
        key = fragilite.pk if fragilite else None
        groups.setdefault(key, Groupe(fragilite)).propositions.append(one)
    return sorted(groups.values(), key=lambda group: _order(group.fragilite))


def _order(fragilite: Fragilite | None) -> tuple[bool, int, int]:
    return (False, fragilite.domaine.ordre, fragilite.pk) if fragilite else (True, 0, 0)


def taken_up(parcours: Parcours) -> tuple[dict[int, UUID], set[UUID]]:
    """The goals of this parcours by fragilité, and the propositions that its steps come from."""
    goals = Objectif.objects.filter(parcours=parcours, fragilite__isnull=False)
    by_fragilite = {goal.fragilite_id: goal.pk for goal in goals if goal.fragilite_id}
    steps = Action.objects.filter(parcours=parcours).values_list("proposition", flat=True)
    return by_fragilite, {proposition for proposition in steps if proposition}
