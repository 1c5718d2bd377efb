"""Hundreds of rows like one that the real acts made, written in one statement per table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, TypeVar
from uuid import uuid4

from django.db import connection, models
from django.db.models.base import ModelState

from accueil.models import Rattachement

Row = TypeVar("Row", bound=models.Model)


def written(rows: Iterable[Row]) -> list[Row]:
    """These rows of one model, and the planner told of them, as in a real base by its autovacuum.

    Otherwise it may go by statistics of an empty table, which another test left, and join each row to each.
    """
    made = list(rows)
    if made:
        model = type(made[0])
        model._base_manager.bulk_create(made)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return made


def copies(row: Row, count: int, **each: Sequence[Any] | Callable[[int], Any]) -> list[Row]:
    """`count` rows like this one; `each` gives a field's value by position."""
    made = []
    for index in range(count):
        other = copy(row)
        other._state = ModelState()
        other.pk = uuid4()
        for name, values in each.items():
            setattr(other, name, values(index) if callable(values) else values[index])
        made.append(other)
    return written(made)


def related_alike(row: Any, others: Sequence[Any]) -> None:
    """The relationships that `row` made, made by each of the others with their own person."""
    for standing in Rattachement.objects.from_source(row):
        copies(
            standing,
            len(others),
            usager_id=[other.usager_id for other in others],
            source_id=[other.pk for other in others],
        )


def analyze() -> None:
    """As autovacuum does in time: without it the planner takes every table for an empty one."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
