"""The figures of the unités one answers for: read, and taken away as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from parcours.observatoire import Observatoire, observatoire
from parcours.retenue import THRESHOLD
from pole_social.access import signed_in
from pole_social.templatetags.temps import trimestre

# A spreadsheet would run what begins so (OWASP, « CSV Injection »).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
HIDDEN = f"moins de {THRESHOLD} ou retenu"


def page(request: HttpRequest) -> HttpResponse:
    """Four full quarters: series, reasons, delays. It reads nobody."""
    found = observatoire(signed_in(request).supervised_unite_ids)
    return render(request, "parcours/observatoire.html", {"observatoire": found, "seuil": THRESHOLD})


def export(request: HttpRequest) -> HttpResponse:
    """The same figures, kept back in the same places, for a spreadsheet."""
    said = StringIO()
    writer = csv.writer(said, delimiter=";")
    for row in _rows(observatoire(signed_in(request).supervised_unite_ids)):
        writer.writerow([_neutral(cell) for cell in row])
    # The mark by which a spreadsheet reads accents.
    response = HttpResponse("\ufeff" + said.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"observatoire-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(found: Observatoire) -> Iterator[list[str]]:
    yield ["Par mois", *(f"{month:%m/%Y}" for month in found.mois), "Total"]
    for serie in found.series:
        yield [serie.libelle, *map(_figure, serie.valeurs), _figure(serie.total)]
    for repartition in found.repartitions:
        yield []
        yield [repartition.libelle, *map(trimestre, found.trimestres)]
        yield from ([libelle, *map(_figure, row)] for libelle, row in repartition.lignes)
        yield ["Total", *map(_figure, repartition.totaux)]
    yield []
    yield ["Délais, en jours", "Une personne sur deux, en moins de", "Neuf sur dix, en moins de"]
    yield from ([delai.libelle, _figure(delai.mediane), _figure(delai.neuf_sur_dix)] for delai in found.delais)


def _figure(number: int | None) -> str:
    return HIDDEN if number is None else str(number)


def _neutral(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
