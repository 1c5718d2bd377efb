"""`manage.py load_reference`: load or refresh the referentials from the facts that ship with the code."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from pole_social.referentials import sources


class Command(BaseCommand):
    help = "Charge les données de référence, sans écraser ce qui a été modifié dans l’administration."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for source in sources():
            count = source.load()
            if options["verbosity"] > 0:
                self.stdout.write(f"{source.path.name} : {count} lignes")
