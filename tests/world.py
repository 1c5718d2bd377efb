"""The world of the tests, kept aside so that it stands again at once after a test that emptied every table."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection, transaction

from parcours.demonstration.monde import build_world
from pole_social.models import Agent

# A schema that no flush knows. Copying it back takes a seventh of what making the same rows again does.
ASIDE = "monde_des_tests"
# What the flush makes again by itself; the journal, which begins empty.
LEFT_OUT = {"django_content_type", "auth_permission", "pole_social_acces"}


def load_world(password: str) -> None:
    """Load what every test finds, unless it stands there already (`--reuse-db`), and keep a copy aside."""
    if not Agent.objects.exists():
        call_command("load_reference", verbosity=0)
        build_world(password)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")
        cursor.execute(f"CREATE SCHEMA {ASIDE}")
        for table in _tables():
            cursor.execute(f"CREATE TABLE {ASIDE}.{table} AS TABLE public.{table}")


def restore_world() -> None:
    """Put the rows kept aside back into the emptied tables, with the keys they had."""
    if Agent.objects.exists():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) "
            "FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' "
            "AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = %s) GROUP BY 1",
            [ASIDE],
        )
        # In any order: the foreign keys are checked when the transaction ends.
        for table, columns in cursor.fetchall():
            cursor.execute(
                f"INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {ASIDE}.{table}"
            )


def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - LEFT_OUT)
