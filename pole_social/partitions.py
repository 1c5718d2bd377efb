"""The monthly partitions of the access journal.

Made at `migrate` and when the server starts, for this month and the next two; a default partition takes
what would fall outside, so that a forgotten month never stops a page.
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

MONTHS_AHEAD = 2
# Any number that nothing else in the database locks: only one process makes partitions at a time.
ADVISORY_LOCK = 7_204_116


def months_from(first: date, count: int) -> list[date]:
    """The first days of `count` months."""
    start = first.year * 12 + first.month - 1
    return [date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(count)]


@transaction.atomic
def ensure_partitions() -> list[str]:
    """Make the missing partitions; returns the names of those made."""
    months = months_from(timezone.localdate(), MONTHS_AHEAD + 2)
    made = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        for start, end in pairwise(months):
            name = f"pole_social_acces_{start:%Y_%m}"
            cursor.execute("SELECT to_regclass(%s) IS NULL", [f"public.{name}"])
            if cursor.fetchone()[0]:
                _make(cursor, name, start, end)
                made.append(name)
    return made


def _make(cursor: Any, name: str, start: date, end: date) -> None:
    """One partition, in Paris months; lines that the default partition already took move into it."""
    bounds = [timezone.make_aware(datetime(day.year, day.month, 1)) for day in (start, end)]
    cursor.execute(f"CREATE TABLE {name} (LIKE pole_social_acces INCLUDING ALL)")
    cursor.execute("ALTER TABLE pole_social_acces_default DISABLE TRIGGER USER")
    cursor.execute(
        f"WITH moved AS (DELETE FROM pole_social_acces_default WHERE at >= %s AND at < %s RETURNING *) "
        f"INSERT INTO {name} SELECT * FROM moved",
        bounds,
    )
    cursor.execute("ALTER TABLE pole_social_acces_default ENABLE TRIGGER USER")
    cursor.execute(f"ALTER TABLE pole_social_acces ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)
    cursor.execute(
        f"CREATE TRIGGER acces_never_emptied BEFORE TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()"
    )


def after_migrate(sender: Any, **kwargs: Any) -> None:
    """Receiver of post_migrate: the table exists once this application's migrations have run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.pole_social_acces') IS NOT NULL")
        stands = cursor.fetchone()[0]
    if stands:
        ensure_partitions()
