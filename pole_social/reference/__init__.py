"""Facts of the ground floor: territoires, communes, lieux, métiers, domaines, partenaires."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pole_social.models import Commune, Domaine, Lieu, Metier, Partenaire, Territoire
from pole_social.referentials import Row, Source

HERE = Path(__file__).parent


@cache
def _territoire_by_commune() -> dict[str, str]:
    return {insee: row["code"] for row in TERRITOIRES.rows() for insee in row["communes"].split()}


def _territoire(code_insee: str) -> Territoire | None:
    code = _territoire_by_commune().get(code_insee)
    return Territoire.objects.get(code=code) if code else None


def _commune(row: Row) -> dict[str, Any]:
    return {
        "nom": row["nom"],
        "code_postal": row["code_postal"],
        "territoire": _territoire(row["code_insee"]),
    }


def _lieu(row: Row) -> dict[str, Any]:
    return {
        "nom": row["nom"],
        "type": row["type"],
        "territoire": _territoire(row["code_insee"]),
        "commune": Commune.objects.filter(code=row["code_insee"]).first(),
    }


def _metier(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("libelle", "famille", "base_du_secret")}


def _domaine(row: Row) -> dict[str, Any]:
    return {
        "ordre": int(row["ordre"]),
        "libelle": row["libelle"],
        "public_prioritaire": row["public_prioritaire_du_discours"],
        "thematiques": row["thematiques_data_inclusion"],
        "question_ouverte": row["question_ouverte"],
    }


TERRITOIRES = Source(HERE / "territoires.csv", Territoire, lambda row: {"nom": row["nom"]})

SOURCES = [
    TERRITOIRES,
    Source(HERE / "communes-92.csv", Commune, _commune, code="code_insee"),
    Source(HERE / "lieux.csv", Lieu, _lieu),
    Source(HERE / "metiers.csv", Metier, _metier),
    Source(HERE / "domaines.csv", Domaine, _domaine),
    Source(
        HERE / "partenaires.csv",
        Partenaire,
        lambda row: {"nom": row["nom"], "type": row["type"]},
        links=lambda row: {"communes": list(Commune.objects.filter(code__in=row["communes"].split()))},
    ),
]
