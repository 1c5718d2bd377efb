"""Whom a professional may tell something of a person: named in a list, which must not tell anything itself."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accueil.models import Rattachement
from evaluation.models.evaluation import CONTENT_NATURES
from pole_social.access import CARE, Role
from pole_social.models import Affectation, Agent


def colleagues(
    usager_id: UUID, by: Agent, *, natures: Iterable[str] = CONTENT_NATURES, also: Iterable[UUID] = ()
) -> QuerySet[Agent]:
    """Those who work with this person and whom `by` may know of: the social ones, and the teams `by` is in.

    That health, a psychologist or santé sexuelle follows somebody is a secret from whoever is not in their team
    (domain, "Who may see what"): a list of names would tell it. `also` are works of others that `by` reads.
    """
    live = Rattachement.objects.live().filter(usager=usager_id, agent__isnull=False)
    # One contributor does not learn of another: an evaluation that one contributes to is no team.
    inside = set(CONTENT_NATURES) - (set() if by.famille == Role.SOCIAL else {Rattachement.Nature.CONTRIBUTION})
    mine = live.filter(agent=by, nature__in=inside).values("source_id")
    at_work = live.filter(nature__in=list(natures), agent=OuterRef("pk"))
    known = Exists(at_work.filter(Q(source_id__in=mine) | Q(source_id__in=list(also))))
    open_to_all = Q(Exists(at_work), metier__famille=Role.SOCIAL)
    present = Affectation.objects.current().filter(agent=OuterRef("pk"))
    found = Agent.objects.filter(Exists(present), Q(known) | open_to_all, is_active=True, metier__famille__in=CARE)
    found = found.exclude(pk=by.pk).exclude(deports__usager=usager_id)
    return found.select_related("metier").order_by("nom", "prenom", "pk")
