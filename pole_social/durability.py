"""What was answered « enregistré » is on the disk: production refuses a database set to lose it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

REQUIRED = ("fsync", "full_page_writes", "synchronous_commit")


def unsafe_settings() -> list[str]:
    """Those of the three settings that are off on the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [list(REQUIRED)])
        return sorted(row[0] for row in cursor.fetchall())


def require_durable_database() -> None:
    """Refuse to start in production on a database that may lose what it has committed."""
    if settings.MODE != "production":
        return
    if unsafe := unsafe_settings():
        raise ImproperlyConfigured(f"The database must have these settings on: {', '.join(unsafe)}.")
