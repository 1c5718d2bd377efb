"""Long lists by pages, from a key of the last row: no count, and no page that gets slower."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from accueil.models.visibility import ProtectedQuerySet
from pole_social.dates import FIRST_YEAR, LAST_YEAR

PAGE = 50


def page_of(rows: ProtectedQuerySet[Any], field: str, after: str) -> tuple[list[Any], str]:
    """One page in the order of the date `field`, and the key of the next page ("" on the last).

    `after` is such a key; a damaged one gives the first page.
    """
    key = _read(after)
    if key:
        day, pk = key
        rows = rows.filter(Q(**{f"{field}__gt": day}) | Q(**{field: day, "pk__gt": pk}))
    # Which ones first, then who they are: thousands of rows are not joined to their people, then sorted, for fifty.
    first = rows.order_by(field, "pk").values("pk")[: PAGE + 1]
    shown, has_more = rows.filter(pk__in=first).order_by(field, "pk").first_rows(PAGE)
    if not has_more:
        return shown, ""
    last = shown[-1]
    return shown, f"{getattr(last, field):%Y-%m-%d}~{last.pk}"


def _read(token: str) -> tuple[date, UUID] | None:
    try:
        day, pk = token.split("~")
        found = date.fromisoformat(day), UUID(pk)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found[0].year <= LAST_YEAR else None
