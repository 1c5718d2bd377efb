"""What was shared about a person, as far as one reader may know of it: told to whom, why, until when.

A row is there for those who read what is shared and may know of who was told, and for the one who was told; what has
ended, for who shared it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone

from accueil.models import ActePartage, PartageQuerySet
from evaluation.models import PartageEvaluation
from parcours.models import PartageEcrit, PartagePresence
from parcours.models.presence import MAY_TELL, still_there
from pole_social.access import Role
from pole_social.models import Agent, Lieu, Unite


@dataclass(frozen=True)
class Partagee:
    """One act of sharing, as its reader sees it."""

    acte: Any
    titre: str
    adresse: str
    # What takes it back; empty for whoever may not.
    retrait: str = ""
    is_live: bool = True

    @property
    def fin(self) -> date | None:
        """Of one that holds no more: its last day; None when it ended with the work of whoever shared it."""
        acte: ActePartage = self.acte
        return (timezone.localdate(acte.revoked_at) if acte.revoked_at else None) or (
            acte.jusqu_au if not acte.is_live else None
        )


@dataclass(frozen=True)
class Partages:
    """Those that hold, and those of this reader that have ended."""

    vivants: list[Partagee]
    finis: list[Partagee]

    def __bool__(self) -> bool:
        return bool(self.vivants or self.finis)


def partages_of(usager_id: UUID, agent: Agent) -> Partages:
    """What this agent may know of what was shared about this person: two queries, three where presence may be told."""
    found = [*_ecrits(usager_id, agent), *_evaluations(usager_id, agent)]
    if agent.famille in MAY_TELL:
        found += _presences(usager_id, agent)
    found.sort(key=lambda one: (one.acte.jusqu_au, one.acte.created_at))
    return Partages([one for one in found if one.is_live], [one for one in reversed(found) if not one.is_live])


def _listed(rows: PartageQuerySet, agent: Agent) -> PartageQuerySet:
    """Those that hold, and those that `agent` shared: only who shared it is told of what has ended."""
    standing = Q(revoked_at=None, jusqu_au__gte=timezone.localdate())
    return rows.filter(standing | Q(auteur=agent)).select_related("auteur", "destinataire__metier")


def _ecrits(usager_id: UUID, agent: Agent) -> Iterator[Partagee]:
    rows = PartageEcrit.objects.visible_to(agent).filter(ecrit__parcours__usager=usager_id)
    for acte in _listed(rows, agent).select_related("ecrit"):
        ecrit, where = acte.ecrit, (acte.ecrit.parcours_id, acte.ecrit_id)
        is_mine = agent.pk in (acte.auteur_id, ecrit.auteur_id)
        yield Partagee(
            acte,
            f"Écrit du {ecrit.done_on:%d/%m/%Y}, {ecrit.get_modalite_display()}",
            reverse("parcours:ecrit", args=where),
            reverse("parcours:partage_retrait", args=[*where, acte.pk]) if is_mine else "",
            acte.is_live,
        )


def _evaluations(usager_id: UUID, agent: Agent) -> Iterator[Partagee]:
    rows = PartageEvaluation.objects.visible_to(agent).filter(evaluation__usager=usager_id)
    for acte in _listed(rows, agent).select_related("evaluation"):
        reads_all = Role.SOCIAL in agent.roles
        yield Partagee(
            acte,
            f"Synthèse de l’évaluation ouverte le {acte.evaluation.opened_on:%d/%m/%Y}",
            reverse("evaluation:synthese", args=[acte.evaluation_id])
            if reads_all
            else reverse("evaluation:partage", args=[acte.pk]),
            reverse("evaluation:partage_retrait", args=[acte.evaluation_id, acte.pk]) if reads_all else "",
            acte.is_live,
        )


def _presences(usager_id: UUID, agent: Agent) -> Iterator[Partagee]:
    """Those that `agent` said: the one who was told reads them beside the team (`told_to`)."""
    said = PartagePresence.objects.visible_to(agent).filter(parcours__usager=usager_id, auteur=agent)
    for acte in _listed(said, agent).select_related("unite__lieu").annotate(is_there=Exists(still_there())):
        is_live = acte.is_live and acte.is_there
        away = reverse("parcours:presence_retrait", args=[acte.parcours_id, acte.pk])
        yield Partagee(acte, f"Présence : « suivie par {acte.unite} »", "", away, is_live)


def told_to(agent: Agent, usager_path: str = "usager") -> ArraySubquery:
    """The unités that a person agreed to have named to this agent, and nothing else.

    Beside each row of a query, whose person is at `usager_path`: read by `named`.
    """
    told = PartagePresence.objects.visible_to(agent).with_agent(agent).filter(parcours__usager=OuterRef(usager_path))
    said = JSONObject(nature="unite__nature", lieu="unite__lieu__nom")
    return ArraySubquery(told.order_by("unite").annotate(said=said).values("said"))


def named(said: list[dict[str, str]] | None) -> list[str]:
    """The names of unités, each once; none where nothing may be read (NULL)."""
    return sorted({str(Unite(nature=one["nature"], lieu=Lieu(nom=one["lieu"]))) for one in said or []})
