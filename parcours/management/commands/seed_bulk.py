"""`manage.py seed_bulk --usagers N`: a crowd of fictional people, to measure a database of its real size.

With `--parcours N --ecrits M`, their parcours too: of the people loaded in the same call, or before.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import accumulate, islice
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from accueil.models import Mot, Rattachement, Usager
from accueil.models.usager import REFERENCE_ALPHABET
from pole_social.models import Affectation, Agent, Commune, Territoire

MODES = ("local", "test")
BATCH = 20_000
TERRITOIRES = 13
WIDTH = 30
# Of one parcours, where nobody says how many.
ECRITS = 25


class Command(BaseCommand):
    help = "Ajoute des personnes fictives et leurs parcours, pour mesurer (après seed_demo)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--usagers", type=int, help="combien de personnes, sur 13 territoires")
        parser.add_argument("--parcours", type=int, help="combien de parcours (un quart ouverts, 400 professionnels)")
        parser.add_argument("--ecrits", type=int, help="combien d’écrits dans ces parcours (25 par parcours)")
        parser.add_argument("--graine", type=int, default=None, help="une autre graine donne d’autres personnes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, with one French sentence, in production, without agents, or twice the same."""
        if settings.MODE not in MODES:
            raise CommandError("Les personnes fictives ne se chargent pas en production.")
        _check(options)
        by = Agent.objects.filter(username="gos").first()
        if by is None:
            raise CommandError("Chargez d’abord la démonstration : « manage.py seed_demo --password … ».")
        # The generators go with the demonstration, which production does not install.
        masse = import_module("parcours.demonstration.masse")
        graine = masse.GRAINE if options["graine"] is None else options["graine"]
        said = self._load_all(options, by, graine)
        # Inside somebody's transaction (a test), the sizes that ANALYZE notes would outlive the rows.
        more = options["parcours"] and not connection.in_atomic_block
        _tidy([Agent, Affectation, Rattachement, *apps.get_app_config("parcours").get_models()] if more else [])
        if options["verbosity"] > 0:
            loaded = " ; ".join([*said, f"{Mot.objects.count()} mots connus."])
            self.stdout.write(loaded)

    @transaction.atomic
    def _load_all(self, options: dict[str, Any], by: Agent, graine: int) -> list[str]:
        """All of it or nothing; what was loaded, to be said."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        said = []
        try:
            if options["usagers"] is not None:
                crowd = import_module("parcours.demonstration.masse").people(
                    options["usagers"], REFERENCE_ALPHABET, graine
                )
                self._load(crowd, options["usagers"], by)
                said.append(f"{options['usagers']} personnes fictives ajoutées")
            if options["parcours"] is not None:
                said.append(self._load_parcours(options["parcours"], options["ecrits"], graine))
        except IntegrityError as twice:
            raise CommandError("Ces personnes y sont déjà : choisissez une autre graine (--graine).") from twice
        return said

    def _load(self, crowd: Iterator[Any], total: int, by: Agent) -> None:
        places, done = _places(), 0
        while batch := list(islice(crowd, BATCH)):
            _copy(batch, places, by)
            done += len(batch)
            self._say(done, total)
        self.stderr.write("")

    def _load_parcours(self, parcours: int, ecrits: int | None, graine: int) -> str:
        masse = import_module("parcours.demonstration.masse_parcours")
        ecrits = parcours * ECRITS if ecrits is None else ecrits
        try:
            opened = masse.load(parcours, ecrits, graine, self._say_rows)
        except masse.TooFewPeople as few:
            raise CommandError(
                f"Il faut {few} personnes sans parcours : ajoutez-les avec --usagers et une autre graine."
            ) from few
        return f"{parcours} parcours, dont {opened} ouverts, et {ecrits} écrits ajoutés"

    def _say_rows(self, what: str, done: int) -> None:
        self.stderr.write(f"… {what} : {done}")

    def _say(self, done: int, total: int) -> None:
        bar = "█" * (WIDTH * done // total)
        self.stderr.write(f"\r{bar:<{WIDTH}} {100 * done // total:>3} %  {done}/{total}", ending="")
        sys.stderr.flush()


def _check(options: dict[str, Any]) -> None:
    """Raises CommandError for a number that loads nothing."""
    if options["usagers"] is None and options["parcours"] is None:
        raise CommandError("Dites combien : --usagers, --parcours.")
    if options["usagers"] is not None and options["usagers"] < 1:
        raise CommandError("--usagers demande au moins une personne.")
    if options["parcours"] is not None and options["parcours"] < 1:
        raise CommandError("--parcours demande au moins un parcours.")
    if options["ecrits"] is not None and (options["parcours"] is None or options["ecrits"] < 0):
        raise CommandError("--ecrits va avec --parcours, et ne peut être négatif.")


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


def _tidy(more: Iterable[type[Model]]) -> None:
    """Statistics for the planner, and the indexes' waiting lists put away, as the autovacuum does at night."""
    how = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    models: list[type[Model]] = [Usager, Mot, *more]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for model in models:
            cursor.execute(f"{how} {model._meta.db_table}")
        cursor.execute("RESET statement_timeout")
