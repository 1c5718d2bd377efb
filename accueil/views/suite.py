"""What hangs on a demande: its documents and its money."""

from __future__ import annotations

from typing import Any

from accueil.models import AideFinanciere, Checklist, Demande, PieceDemandee
from pole_social.models import Agent


def with_suites(agent: Agent, demandes: list[Demande]) -> list[Demande]:
    """The same demandes, each with its `checklist` and its `aide` (None without), in two queries for all."""
    for demande in demandes:
        made: Any = demande
        made.checklist, made.aide = Checklist(), None
    by_pk: dict[Any, Any] = {demande.pk: demande for demande in demandes}
    for piece in PieceDemandee.objects.visible_to(agent).filter(demande__in=by_pk):
        by_pk[piece.demande_id].checklist.pieces.append(piece)
    for aide in AideFinanciere.objects.visible_to(agent).filter(demande__in=by_pk):
        by_pk[aide.demande_id].aide = aide
    return demandes
