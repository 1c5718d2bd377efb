"""`manage.py bench`: what the main pages cost on the demonstration's data."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from parcours.bench import Measure, NothingToMeasure, PageRefused, measure_all

MODES = ("local", "test")
HEADER = f"{'page':<20}{'requêtes':>10}{'budget':>8}{'médiane':>11}{'95 %':>11}{'taille':>10}{'× SQL':>8}"


class Command(BaseCommand):
    help = "Mesure les pages principales : requêtes, temps, taille, rapport aux mêmes lignes lues par psycopg."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="un objet JSON seul sur la sortie")
        parser.add_argument("--runs", type=int, default=30, help="mesures par page, 30 par défaut")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, with one French sentence, in production and without the demonstration."""
        if settings.MODE not in MODES:
            raise CommandError("Les mesures ne se font pas en production.")
        if options["runs"] < 1:
            raise CommandError("--runs demande au moins une mesure.")
        try:
            self._measure(options["runs"], as_json=options["json"])
        except NothingToMeasure as missing:
            raise CommandError(
                f"Rien à mesurer pour « {missing} » : chargez la démonstration avec "
                "« manage.py seed_demo --password … » sur une base vide."
            ) from missing
        except PageRefused as refused:
            raise CommandError(str(refused)) from refused

    def _measure(self, runs: int, *, as_json: bool) -> None:
        if as_json:
            pages = [asdict(measure) for measure in measure_all(runs)]
            self.stdout.write(json.dumps({"pages": pages}, ensure_ascii=False))
            return
        for number, measure in enumerate(measure_all(runs)):
            if not number:
                self.stdout.write(HEADER)
            self.stdout.write(_line(measure))


def _line(measure: Measure) -> str:
    ratio = "—" if measure.ratio_sql is None else f"{measure.ratio_sql:.1f}".replace(".", ",")
    return (
        f"{measure.name:<20}{measure.queries:>10}{measure.budget:>8}{_ms(measure.p50_ms):>11}"
        f"{_ms(measure.p95_ms):>11}{measure.bytes / 1000:>7.0f} ko{ratio:>8}"
    )


def _ms(value: float) -> str:
    return f"{value:.1f} ms".replace(".", ",")
