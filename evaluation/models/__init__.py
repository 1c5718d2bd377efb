"""Stage 2's tables."""

from evaluation.models.evaluation import EtapeEvaluation, Evaluation
from evaluation.models.exploration import (
    Exploration,
    FragiliteReperee,
    PointAppui,
    Proposition,
)
from evaluation.models.referentiel import Fragilite

__all__ = [
    "EtapeEvaluation",
    "Evaluation",
    "Exploration",
    "Fragilite",
    "FragiliteReperee",
    "PointAppui",
    "Proposition",
]
