"""Whom a professional may tell something of a person: named in a list, which must not tell anything itself."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accueil.models import Rattachement
from evaluation.models.connus import may_know_of
from evaluation.models.evaluation import CONTENT_NATURES
from pole_social.access import CARE
from pole_social.models import Affectation, Agent


def colleagues(
    usager_id: UUID, by: Agent, *, natures: Iterable[str] = CONTENT_NATURES, also: Iterable[UUID] = ()
) -> QuerySet[Agent]:
    """Those who work with this person and whom `by` may know of (`may_know_of`)."""
    at_work = Rattachement.objects.live().filter(usager=usager_id, agent=OuterRef("pk"), nature__in=list(natures))
    present = Affectation.objects.current().filter(agent=OuterRef("pk"))
    known = may_know_of(by, usager_id, natures=natures, also=also)
    found = Agent.objects.filter(known, Exists(at_work), Exists(present), is_active=True, metier__famille__in=CARE)
    found = found.exclude(pk=by.pk).exclude(deports__usager=usager_id)
    return found.select_related("metier").order_by("nom", "prenom", "pk")
