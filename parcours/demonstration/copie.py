"""Rows by COPY, with the defaults of their model: what a crowd is loaded with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.db import connection, models

BATCH = 20_000
Say = Callable[[str, int], None]


def copy(model: type[models.Model], rows: Iterable[dict[str, Any]], say: Say | None = None) -> int:
    """Write `rows` (column → value) by batches, and return how many.

    A column that a row does not name has the model's default: one value for all, so that every row has to say
    its own key. `say` is told after each batch.
    """
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    plain = model()
    common = {field.column: getattr(plain, field.attname) for field in fields}
    columns = ", ".join(f'"{column}"' for column in common)
    coming, done = iter(rows), 0
    while batch := list(islice(coming, BATCH)):
        _write(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', common, batch)
        done += len(batch)
        if say:
            say(str(model._meta.verbose_name_plural), done)
    return done


def _write(sql: str, common: dict[str, Any], batch: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(sql) as copying:  # type: ignore[attr-defined]
        for row in batch:
            copying.write_row(tuple((common | row).values()))
