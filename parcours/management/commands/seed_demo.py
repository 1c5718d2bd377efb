"""`manage.py seed_demo`: load the demonstration into a database that holds nobody."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

MODES = ("local", "test")


class Command(BaseCommand):
    help = "Charge la démonstration : deux territoires, les agents, 60 personnes fictives, une journée en cours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", required=True, help="le mot de passe de tous les comptes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, with one French sentence, in production and where people exist."""
        if settings.MODE not in MODES:
            raise CommandError("La démonstration ne se charge pas en production.")
        try:
            # The builders are an extra that production does not install: nothing names them before this line.
            demonstration = import_module("parcours.demonstration.seed")
        except ModuleNotFoundError as missing:
            raise CommandError(
                f"Il manque {missing.name} : installez les dépendances de requirements-demo.txt."
            ) from missing
        try:
            count = demonstration.seed(options["password"])
        except demonstration.AlreadyLoaded as loaded:
            raise CommandError("La démonstration est déjà chargée.") from loaded
        if options["verbosity"] > 0:
            self.stdout.write(f"Démonstration chargée : {count} personnes fictives.")
