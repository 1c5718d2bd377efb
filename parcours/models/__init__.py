"""Stage 3's tables."""

from parcours.models.ecrit import Ecrit
from parcours.models.parcours import (
    Action,
    EtapeAction,
    EtapeParcours,
    Intervenant,
    Objectif,
    Parcours,
)

__all__ = [
    "Action",
    "Ecrit",
    "EtapeAction",
    "EtapeParcours",
    "Intervenant",
    "Objectif",
    "Parcours",
]
