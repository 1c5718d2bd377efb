"""Facts of the accueil stage: the motives said at the desk; the rights, their barèmes and their rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from accueil.models import Bareme, Droit, Motif, Regle
from pole_social.models import Domaine
from pole_social.referentials import Row, Source

FOLDER = Path(__file__).parent
PATH = FOLDER / "motifs.csv"


class RulesSource(Source):
    """The rules of the rights: one JSON file, which conditions read better in than in a CSV cell."""

    def rows(self) -> Iterator[Row]:
        for code, conditions in json.loads(self.path.read_text(encoding="utf-8")).items():
            yield {"code": code, "conditions": json.dumps(conditions)}


def _motif(row: Row) -> dict[str, Any]:
    return {
        "libelle": row["libelle_guichet"],
        "domaine": Domaine.objects.filter(code=row["domaine"]).first(),
        "is_confidentiel": row["confidentiel"] == "oui",
    }


def _droit(row: Row) -> dict[str, Any]:
    return {
        "libelle": row["libelle"],
        "organisme": row["organisme"],
        "domaine": Domaine.objects.get(code=row["domaine"]),
        "a_verifier_quand": row["a_verifier_quand"],
        "pieces": row["pieces_habituelles"],
    }


def _bareme(row: Row) -> dict[str, Any]:
    return {
        "libelle": row["libelle"],
        "valeur": Decimal(row["valeur"]) if row["valeur"] else None,
        "mesure": row["unite"],
        "starts_on": _day(row["en_vigueur_depuis"]),
        "ends_on": _day(row["valable_jusqu_au"]),
        "source": row["source"],
        "remarque": row["remarque"],
    }


def _day(texte: str) -> date | None:
    return date.fromisoformat(texte) if texte else None


def _regle(row: Row) -> dict[str, Any]:
    return {"droit": Droit.objects.get(code=row["code"]), "conditions": json.loads(row["conditions"])}


SOURCES = [
    Source(PATH, Motif, _motif),
    Source(FOLDER / "droits.csv", Droit, _droit),
    Source(FOLDER / "baremes.csv", Bareme, _bareme),
    RulesSource(FOLDER / "regles.json", Regle, _regle),
]
