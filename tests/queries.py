"""Counting a page's queries, transaction control aside."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def count_queries(client: Client, url: str, *, expected_status: int = 200) -> int:
    """How many queries one GET makes; the page must answer `expected_status`."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == expected_status
    return sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries)
