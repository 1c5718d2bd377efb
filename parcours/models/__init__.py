"""Stage 3's tables."""

from parcours.models.bilan import Avancement, Bilan
from parcours.models.concertation import Concertation, EtapeConcertation, Point
from parcours.models.ecrit import Addendum, Ecrit, PartageEcrit, RelectureEcrit
from parcours.models.entree import EntreeDirecte
from parcours.models.equipe import Intervenant
from parcours.models.objectif import Action, EtapeAction, Objectif
from parcours.models.parcours import EtapeParcours, Parcours
from parcours.models.presence import PartagePresence
from parcours.models.transmission import EtapeTransmission, Transmission

__all__ = [
    "Action",
    "Addendum",
    "Avancement",
    "Bilan",
    "Concertation",
    "Ecrit",
    "EntreeDirecte",
    "EtapeAction",
    "EtapeConcertation",
    "EtapeParcours",
    "EtapeTransmission",
    "Intervenant",
    "Objectif",
    "Parcours",
    "PartageEcrit",
    "PartagePresence",
    "Point",
    "RelectureEcrit",
    "Transmission",
]
