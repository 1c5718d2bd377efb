"""Conditions written once: Django makes the same SQL again at every request, and that is most of what a page costs.

What is kept is the text and its parameters, never an answer: PostgreSQL is asked every time. Only what is the same at
every request may be settled: the moment is a `pole_social.moments` one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet, Subquery
from django.db.models.sql.where import WhereNode

Written = tuple[str, tuple[Any, ...]]


class Settled:
    """A condition among those of a query, written the first time that it is asked for.

    Django says what such an object needs (`WhereNode`). Under other aliases it is another condition: the plain one.
    """

    contains_aggregate = False
    contains_over_clause = False

    def __init__(self, node: WhereNode) -> None:
        self.node = node
        self.written: Written | None = None

    def as_sql(self, compiler: Any, connection: Any) -> Written:
        if self.written is None:
            sql, params = self.node.as_sql(compiler, connection)
            self.written = sql, tuple(params)
        return self.written

    def relabeled_clone(self, change_map: dict[str | None, str]) -> WhereNode:
        clone: WhereNode = self.node.relabeled_clone(change_map)
        return clone


class SettledSubquery(Subquery):
    """The same for a column: each copy, made to be changed, is written anew."""

    written: Written | None = None

    def as_sql(self, compiler: Any, connection: Any) -> Written:  # type: ignore[override]
        if self.written is None:
            sql, params = super().as_sql(compiler, connection)
            self.written = sql, tuple(params)
        return self.written

    def copy(self) -> SettledSubquery:
        clone: SettledSubquery = super().copy()
        clone.written = None
        return clone


# What a queryset holds beside its query.
_ASKED = ("_prefetch_related_lookups", "_fields", "_hints", "_db", "_sticky_filter", "_for_write", "_iterable_class")


def is_whole(queryset: QuerySet[Any]) -> bool:
    """Whether nothing has been asked of it yet: every row, in its own order.

    Compared with one just made, attribute by attribute, so that whatever Django adds one day counts as asked.
    """
    new: QuerySet[Any] = QuerySet(queryset.model)
    is_asked = any(getattr(queryset, name) != getattr(new, name) for name in _ASKED)
    return not is_asked and vars(queryset.query) == vars(new.query)


def settle(queryset: QuerySet[Any]) -> None:
    """Settle its conditions. Raises ValueError for one that holds a moment: it would never pass."""
    try:
        _, params = queryset.query.clone().sql_with_params()
    except EmptyResultSet:
        return
    if any(isinstance(param, date) for param in params):
        raise ValueError("a moment would be kept as it is now: ask for one of pole_social.moments")
    queryset.query.where = WhereNode([Settled(queryset.query.where)])  # type: ignore[list-item]
