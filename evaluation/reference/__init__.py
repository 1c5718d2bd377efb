"""Facts of the évaluation stage: the referential of fragilities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evaluation.models import Fragilite
from pole_social.models import Domaine
from pole_social.referentials import Row, Source

PATH = Path(__file__).parent / "fragilites.csv"


def _fragilite(row: Row) -> dict[str, Any]:
    return {"libelle": row["libelle"], "domaine": Domaine.objects.get(code=row["domaine"])}


SOURCES = [Source(PATH, Fragilite, _fragilite)]
