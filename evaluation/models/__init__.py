"""Stage 2's tables."""

from evaluation.models.contribution import Contribution, EtapeContribution
from evaluation.models.evaluation import EtapeEvaluation, Evaluation
from evaluation.models.exploration import (
    Exploration,
    FragiliteReperee,
    PointAppui,
)
from evaluation.models.niveau import NiveauReleve
from evaluation.models.partage import PartageEvaluation
from evaluation.models.proposition import Proposition, RegleProposition
from evaluation.models.referentiel import Fragilite
from evaluation.models.relecture import Relecture

__all__ = [
    "Contribution",
    "EtapeContribution",
    "EtapeEvaluation",
    "Evaluation",
    "Exploration",
    "Fragilite",
    "FragiliteReperee",
    "NiveauReleve",
    "PartageEvaluation",
    "PointAppui",
    "Proposition",
    "RegleProposition",
    "Relecture",
]
