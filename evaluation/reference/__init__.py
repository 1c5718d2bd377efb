"""Facts of the évaluation stage: the referential of fragilities, and what a colleague proposes for each."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from accueil.models import Droit
from evaluation.models import Fragilite, RegleProposition
from pole_social.models import Domaine, Metier
from pole_social.referentials import Row, Source

FOLDER = Path(__file__).parent
PATH = FOLDER / "fragilites.csv"


def _fragilite(row: Row) -> dict[str, Any]:
    return {
        "libelle": row["libelle"],
        "libelle_usager": row["libelle_usager"],
        "domaine": Domaine.objects.get(code=row["domaine"]),
    }


@cache
def _households() -> dict[str, Any]:
    """The conditions that several rules share, by the name that the column « quand » gives them."""
    known = json.loads((FOLDER / "propositions_quand.json").read_text(encoding="utf-8"))
    return {"": [], **known}


def _proposition(row: Row) -> dict[str, Any]:
    return {
        "fragilite": Fragilite.objects.get(code=row["fragilite"]),
        "niveau_minimum": row["niveau_minimum"],
        "conditions": _households()[row["quand"]],
        "action": row["action"],
        "action_usager": row["action_usager"],
        "metier": Metier.objects.get(code=row["metier"]) if row["metier"] else None,
        "droit": Droit.objects.get(code=row["droit"]) if row["droit"] else None,
        "partenaire_type": row["partenaire_type"],
        "ordre": int(row["ordre"]),
    }


SOURCES = [
    Source(PATH, Fragilite, _fragilite),
    Source(FOLDER / "propositions.csv", RegleProposition, _proposition),
]
