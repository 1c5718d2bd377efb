"""Whose work with a person another professional may know of: asked of every list that names somebody."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accueil.models import Rattachement
from evaluation.models.evaluation import CONTENT_NATURES
from pole_social.access import Role
from pole_social.models import Agent


def may_know_of(
    by: Agent,
    usager: UUID | OuterRef,
    who: str = "",
    *,
    natures: Iterable[str] = CONTENT_NATURES,
    also: Iterable[UUID | OuterRef] = (),
) -> Q:
    """The rows whose agent `by` may know to work with `usager`: the social ones, and those of a team `by` is in.

    That health, a psychologist or santé sexuelle follows somebody is a secret from whoever is not in their team
    (domain, "Who may see what"). `who` is the path from a row to that agent, the row itself unless said; `also`
    are works of others that `by` reads.
    """
    live = Rattachement.objects.live()
    # One contributor does not learn of another: an evaluation that one contributes to is no team.
    inside = set(CONTENT_NATURES) - (set() if by.famille == Role.SOCIAL else {Rattachement.Nature.CONTRIBUTION})
    shared = live.filter(agent=by, nature__in=inside, usager=OuterRef("usager"), source_id=OuterRef("source_id"))
    of_who = OuterRef(f"{who}_id" if who else "pk")
    at_work = live.filter(Q(usager=usager), agent=of_who, nature__in=list(natures))
    is_known = Exists(at_work.filter(Q(Exists(shared)) | Q(source_id__in=list(also))))
    return Q(is_known) | Q(**{f"{who}__metier__famille" if who else "metier__famille": Role.SOCIAL})
