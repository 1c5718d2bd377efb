"""Stage 1's tables, and the relationships that every stage reads."""

from accueil.models.aide_financiere import AideFinanciere
from accueil.models.demande import Demande, EtapeDemande, Fait
from accueil.models.demarche import Demarche, Mandat
from accueil.models.droit import Bareme, Droit, DroitSuivi, EtapeDroitSuivi, Regle
from accueil.models.entraide import AppelAide, Incident
from accueil.models.foyer import Foyer, MembreFoyer
from accueil.models.fusion import Distincts, Fusion, LigneFusion
from accueil.models.identite import Correction, NumeroExterne, Representant
from accueil.models.motif import Motif
from accueil.models.orientation import EtapeOrientation, Orientation
from accueil.models.partage import ActePartage, Partage, PartageQuerySet
from accueil.models.passage import CompteurPassage, EtapePassage, Passage, PassageUsager
from accueil.models.piece import Checklist, PieceDemandee
from accueil.models.rattachement import Deport, Rattachement
from accueil.models.relais import EtapeRelais, Relais
from accueil.models.rendez_vous import EtapeRendezVous, RendezVous
from accueil.models.seance import Seance
from accueil.models.usager import Coordonnee, Usager
from accueil.models.visibility import ProtectedQuerySet
from accueil.models.vocabulaire import Mot

__all__ = [
    "ActePartage",
    "AideFinanciere",
    "AppelAide",
    "Bareme",
    "Checklist",
    "CompteurPassage",
    "Coordonnee",
    "Correction",
    "Demande",
    "Demarche",
    "Deport",
    "Distincts",
    "Droit",
    "DroitSuivi",
    "EtapeDemande",
    "EtapeDroitSuivi",
    "EtapeOrientation",
    "EtapePassage",
    "EtapeRelais",
    "EtapeRendezVous",
    "Fait",
    "Foyer",
    "Fusion",
    "Incident",
    "LigneFusion",
    "Mandat",
    "MembreFoyer",
    "Mot",
    "Motif",
    "NumeroExterne",
    "Orientation",
    "Partage",
    "PartageQuerySet",
    "Passage",
    "PassageUsager",
    "PieceDemandee",
    "ProtectedQuerySet",
    "Rattachement",
    "Regle",
    "Relais",
    "RendezVous",
    "Representant",
    "Seance",
    "Usager",
]
