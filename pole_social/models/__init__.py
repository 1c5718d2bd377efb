"""The ground floor's tables."""

from pole_social.models.acces import Acces
from pole_social.models.agent import Affectation, Agent, Metier
from pole_social.models.base import (
    UNDONE,
    Etape,
    MoveRefused,
    PersonRow,
    Referentiel,
    StaleVersion,
    Versioned,
    WithMoves,
)
from pole_social.models.brouillon import Brouillon
from pole_social.models.domaine import Domaine
from pole_social.models.envoi import Envoi
from pole_social.models.lieu import Bureau, Commune, Lieu, Territoire, Unite
from pole_social.models.partenaire import Partenaire

__all__ = [
    "UNDONE",
    "Acces",
    "Affectation",
    "Agent",
    "Brouillon",
    "Bureau",
    "Commune",
    "Domaine",
    "Envoi",
    "Etape",
    "Lieu",
    "Metier",
    "MoveRefused",
    "Partenaire",
    "PersonRow",
    "Referentiel",
    "StaleVersion",
    "Territoire",
    "Unite",
    "Versioned",
    "WithMoves",
]
