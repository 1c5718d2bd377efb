"""Stage 1's tables, and the relationships that every stage reads."""

from accueil.models.demande import Demande, EtapeDemande, Fait
from accueil.models.foyer import Foyer, MembreFoyer
from accueil.models.motif import Motif
from accueil.models.passage import CompteurPassage, EtapePassage, Passage, PassageUsager
from accueil.models.rattachement import Deport, Rattachement
from accueil.models.relais import EtapeRelais, Relais
from accueil.models.usager import Coordonnee, Usager
from accueil.models.visibility import ProtectedQuerySet

__all__ = [
    "CompteurPassage",
    "Coordonnee",
    "Demande",
    "Deport",
    "EtapeDemande",
    "EtapePassage",
    "EtapeRelais",
    "Fait",
    "Foyer",
    "MembreFoyer",
    "Motif",
    "Passage",
    "PassageUsager",
    "ProtectedQuerySet",
    "Rattachement",
    "Relais",
    "Usager",
]
