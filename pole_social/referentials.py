"""Loading facts into the referentials, without overwriting what an administrator edited.

Each floor declares its own files in `<app>/reference/__init__.py`; the command pulls them in order.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from pole_social.models import Referentiel

Row = dict[str, str]


@dataclass(frozen=True)
class Source:
    """One CSV file, the referential it fills, and how a row becomes its fields.

    `fields` gives the columns; `links` (many-to-many) are set after the row is saved.
    """

    path: Path
    model: type[Referentiel]
    fields: Callable[[Row], dict[str, Any]]
    code: str = "code"
    links: Callable[[Row], dict[str, list[Any]]] | None = None

    def rows(self) -> Iterator[Row]:
        """The file's rows, with the apostrophe that the interface writes."""
        with self.path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield {name: value.replace("'", "’") for name, value in row.items()}

    def load(self) -> int:
        """Insert or update, in one statement, each row that nobody edited; returns how many were written."""
        edited = set(self._manager.exclude(edited_at=None).values_list("code", flat=True))
        rows = [row for row in self.rows() if row[self.code] not in edited]
        made = [self.model(code=row[self.code], **self.fields(row)) for row in rows]
        if made:
            written = list(self.fields(rows[0]))
            self._manager.bulk_create(made, update_conflicts=True, unique_fields=["code"], update_fields=written)
        if self.links:
            self._link(rows)
        return len(made)

    def _link(self, rows: list[Row]) -> None:
        assert self.links is not None
        saved = self._manager.in_bulk([row[self.code] for row in rows], field_name="code")
        for row in rows:
            for name, values in self.links(row).items():
                getattr(saved[row[self.code]], name).set(values)

    @property
    def _manager(self) -> models.Manager[Any]:
        return self.model._default_manager


def sources() -> Iterator[Source]:
    """Those of every installed floor, the ground floor first."""
    # Installed from the top floor down; the lower floors' rows are referred to by the upper ones.
    for config in reversed(list(apps.get_app_configs())):
        if (Path(config.path) / "reference" / "__init__.py").exists():
            yield from import_module(f"{config.name}.reference").SOURCES
