"""Facts of the accueil stage: the motives said at the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from accueil.models import Motif
from pole_social.models import Domaine
from pole_social.referentials import Row, Source

PATH = Path(__file__).parent / "motifs.csv"


def _motif(row: Row) -> dict[str, Any]:
    return {
        "libelle": row["libelle_guichet"],
        "domaine": Domaine.objects.filter(code=row["domaine"]).first(),
        "is_confidentiel": row["confidentiel"] == "oui",
    }


SOURCES = [Source(PATH, Motif, _motif)]
