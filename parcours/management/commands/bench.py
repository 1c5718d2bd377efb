"""`manage.py bench`: what the main pages cost on the demonstration's data; --search, what a search does;
--parcours, what the file active, a timeline and a dossier do."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from parcours.bench import Measure, NothingToMeasure, PageRefused, measure_all
from parcours.bench_parcours import Profondeur, measure_parcours
from parcours.bench_parcours import Report as ParcoursReport
from parcours.bench_recherche import Figures, Report, measure_search

MODES = ("local", "test")
HEADER = f"{'page':<20}{'requêtes':>10}{'budget':>8}{'médiane':>11}{'95 %':>11}{'taille':>10}{'× SQL':>8}"

SEARCH_HEADER = f"{'recherche':<26}{'médiane':>12}{'95 %':>12}{'99 %':>12}{'rappel@5':>10}{'strict':>10}"


class Command(BaseCommand):
    help = "Mesure les pages principales : requêtes, temps, taille, rapport aux mêmes lignes lues par psycopg."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="un objet JSON seul sur la sortie")
        parser.add_argument("--search", action="store_true", help="la recherche, à côté d’un index de trigrammes")
        parser.add_argument(
            "--parcours",
            action="store_true",
            help="la file active, une liste, les longues histoires (après seed_bulk)",
        )
        parser.add_argument("--questions", type=int, default=2000, help="avec --search : combien de recherches")
        parser.add_argument("--runs", type=int, default=30, help="mesures par page, 30 par défaut")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, with one French sentence, in production and without the demonstration."""
        if settings.MODE not in MODES:
            raise CommandError("Les mesures ne se font pas en production.")
        if options["runs"] < 1 or options["questions"] < 1:
            raise CommandError("--runs et --questions demandent au moins une mesure.")
        try:
            if options["search"]:
                self._search(options["questions"], as_json=options["json"])
            elif options["parcours"]:
                self._parcours(options["runs"], as_json=options["json"])
            else:
                self._measure(options["runs"], as_json=options["json"])
        except NothingToMeasure as missing:
            raise CommandError(
                f"Rien à mesurer pour « {missing} » : chargez la démonstration avec "
                "« manage.py seed_demo --password … » sur une base vide."
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

    def _search(self, questions: int, *, as_json: bool) -> None:
        report = measure_search(questions, lambda step: self.stderr.write(f"… {step}"))
        if as_json:
            self.stdout.write(json.dumps({"recherche": asdict(report)}, ensure_ascii=False))
            return
        for line in _said(report):
            self.stdout.write(line)

    def _parcours(self, runs: int, *, as_json: bool) -> None:
        report = measure_parcours(runs, lambda step: self.stderr.write(f"… {step}"))
        if as_json:
            self.stdout.write(json.dumps({"parcours": asdict(report)}, ensure_ascii=False))
            return
        for line in _said_of_parcours(report):
            self.stdout.write(line)


def _said_of_parcours(report: ParcoursReport) -> list[str]:
    """The report, to be read: each ratio beside what is wanted."""
    figures, liste = report.figures, report.liste
    return [
        f"file active de {figures.professionnels} professionnels, {figures.ouverts} parcours ouverts",
        f"  ses chiffres          {_ms(figures.sql_ms):>12} de SQL (voulu : 50 ms)",
        f"  agent par agent       {_ms(figures.naif_ms):>12} ({figures.requetes_naives} requêtes)",
        f"  rapport               {_ratio(figures.rapport):>12} (voulu : 1/50)",
        f"  la page entière       {_ms(figures.page_sql_ms):>12} de SQL, {figures.page_requetes} requêtes",
        f"liste d’un professionnel, {liste.parcours} parcours",
        f"  la page entière       {_ms(liste.sql_ms):>12} de SQL, {liste.requetes} requêtes",
        *_said_of_depth("chronologie", report.chronologie),
        *_said_of_depth("dossier", report.dossier),
    ]


def _said_of_depth(name: str, depth: Profondeur) -> list[str]:
    return [
        f"{name} de {depth.ecrits} écrits, {depth.pages} pages, {depth.comptages} comptage",
        f"  première page         {_ms(depth.premiere_ms):>12} de SQL",
        f"  les suivantes         {_ms(depth.suivantes_ms):>12}",
        f"  les dernières         {_ms(depth.au_fond_ms):>12}, {_times(depth.rapport)} (voulu : × 2)",
    ]


def _ratio(share: float) -> str:
    return f"1/{1 / share:.0f}" if share else "—"


def _times(value: float) -> str:
    return f"× {value:.2f}".replace(".", ",")


def _said(report: Report) -> list[str]:
    """The report, to be read."""
    other = report.trigrammes
    rows = [("par le nom", report.par_nom), ("avec la naissance", report.avec_naissance)]
    rows += [("trigrammes, par le nom", other)] if other else []
    lines = [f"{report.personnes} personnes, {report.questions} recherches de chaque façon", SEARCH_HEADER]
    lines += [_figures_line(name, figures) for name, figures in rows]
    lines += ["", f"{'trouvé dans les cinq premiers':<30}" + "".join(f"{name:>26}" for name, _ in rows)]
    for kind in report.par_nom.par_genre:
        lines.append(f"{kind:<30}" + "".join(f"{_share(figures.par_genre.get(kind)):>26}" for _, figures in rows))
    beside = report.trigrammes_pire_courte_ms
    lines += ["", f"pire des recherches courtes ou fréquentes : {_ms(report.pire_courte_ms)}"]
    lines[-1] += f" (trigrammes : {_ms(beside)})" if beside else ""
    saved = (report.enregistrement_p50_ms, report.enregistrement_p95_ms)
    lines.append(f"enregistrer une personne : médiane {_ms(saved[0])}, 95 % {_ms(saved[1])} dans la base")
    if not other:
        lines.append("Ce serveur n’a pas pg_trgm : rien à mettre à côté.")
    return lines


def _figures_line(name: str, figures: Figures) -> str:
    times = (figures.p50_ms, figures.p95_ms, figures.p99_ms)
    return (
        f"{name:<26}{''.join(f'{_ms(value):>12}' for value in times)}"
        f"{_share(figures.rappel):>10}{_share(figures.rappel_strict):>10}"
    )


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}".replace(".", ",")


def _line(measure: Measure) -> str:
    ratio = "—" if measure.ratio_sql is None else f"{measure.ratio_sql:.1f}".replace(".", ",")
    return (
        f"{measure.name:<20}{measure.queries:>10}{measure.budget:>8}{_ms(measure.p50_ms):>11}"
        f"{_ms(measure.p95_ms):>11}{measure.bytes / 1000:>7.0f} ko{ratio:>8}"
    )


def _ms(value: float) -> str:
    return f"{value:.1f} ms".replace(".", ",")
