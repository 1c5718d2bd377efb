"""`manage.py seed_bulk --usagers N`: a crowd of fictional people, to measure a database of its real size."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import accumulate, islice
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accueil.models import Mot, Usager
from accueil.models.usager import REFERENCE_ALPHABET
from pole_social.models import Agent, Commune, Territoire

MODES = ("local", "test")
BATCH = 20_000
TERRITOIRES = 13
WIDTH = 30


class Command(BaseCommand):
    help = "Ajoute N personnes fictives, réparties sur 13 territoires, pour mesurer (après seed_demo)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--usagers", type=int, required=True, help="combien de personnes")
        parser.add_argument("--graine", type=int, default=None, help="une autre graine donne d’autres personnes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, with one French sentence, in production, without agents, or twice the same."""
        if settings.MODE not in MODES:
            raise CommandError("Les personnes fictives ne se chargent pas en production.")
        if options["usagers"] < 1:
            raise CommandError("--usagers demande au moins une personne.")
        by = Agent.objects.filter(username="gos").first()
        if by is None:
            raise CommandError("Chargez d’abord la démonstration : « manage.py seed_demo --password … ».")
        # The generators go with the demonstration, which production does not install.
        masse = import_module("parcours.demonstration.masse")
        graine = masse.GRAINE if options["graine"] is None else options["graine"]
        crowd = masse.people(options["usagers"], REFERENCE_ALPHABET, graine)
        try:
            self._load(crowd, options["usagers"], by)
        except IntegrityError as twice:
            raise CommandError("Ces personnes y sont déjà : choisissez une autre graine (--graine).") from twice
        _tidy()
        if options["verbosity"] > 0:
            self.stdout.write(f"{options['usagers']} personnes fictives ajoutées ; {Mot.objects.count()} mots connus.")

    @transaction.atomic
    def _load(self, crowd: Iterator[Any], total: int, by: Agent) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        places, done = _places(), 0
        while batch := list(islice(crowd, BATCH)):
            _copy(batch, places, by)
            done += len(batch)
            self._say(done, total)
        self.stderr.write("")

    def _say(self, done: int, total: int) -> None:
        bar = "█" * (WIDTH * done // total)
        self.stderr.write(f"\r{bar:<{WIDTH}} {100 * done // total:>3} %  {done}/{total}", ending="")
        sys.stderr.flush()


def _places() -> list[tuple[float, Territoire, Commune | None]]:
    """The territoires, made up to their number, each with the end of its share: the first has the most people."""
    for number in range(Territoire.objects.count() + 1, TERRITOIRES + 1):
        Territoire.objects.get_or_create(code=f"sst-fictif-{number}", defaults={"nom": f"SST fictif {number}"})
    territoires = list(Territoire.objects.order_by("code"))
    territoires.sort(key=lambda territoire: territoire.code != "sst-issy")
    communes = {commune.territoire_id: commune for commune in Commune.objects.exclude(territoire=None)}
    shares = [1 / (rank + 3) for rank in range(len(territoires))]
    ends = [end / sum(shares) for end in accumulate(shares)]
    return [(end, place, communes.get(place.pk)) for end, place in zip(ends, territoires, strict=True)]


def _copy(batch: list[Any], places: list[tuple[float, Territoire, Commune | None]], by: Agent) -> None:
    fields = [field for field in Usager._meta.concrete_fields if not field.generated]
    plain = Usager(created_by=by, created_at=timezone.now())
    common = {field.column: getattr(plain, field.attname) for field in fields}
    columns = ", ".join(f'"{column}"' for column in common)
    sql = f"COPY accueil_usager ({columns}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(sql) as copy:  # type: ignore[attr-defined]
        for fictif in batch:
            copy.write_row(tuple((common | _row(fictif, places)).values()))


def _row(fictif: Any, places: list[tuple[float, Territoire, Commune | None]]) -> dict[str, Any]:
    _, territoire, commune = next(place for place in places if fictif.part < place[0] or place is places[-1])
    return {
        "id": fictif.cle,
        "reference": fictif.reference,
        "nom_usage": fictif.nom_usage,
        "nom_naissance": fictif.nom_naissance,
        "prenoms": fictif.prenoms,
        "naissance_annee": fictif.annee,
        "naissance_mois": fictif.mois,
        "naissance_jour": fictif.jour,
        "territoire_id": territoire.pk,
        "commune_id": commune.pk if commune else None,
    }


def _tidy() -> None:
    """Statistics for the planner, and the indexes' waiting lists put away, as the autovacuum does at night."""
    how = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for model in (Usager, Mot):
            cursor.execute(f"{how} {model._meta.db_table}")
        cursor.execute("RESET statement_timeout")
