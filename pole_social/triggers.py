"""The triggers that keep history as it was written, for the migrations of every floor.

What they call stands in the first migrations: `refuse_change` in pole_social, `follow_fusion` in accueil.
"""

from __future__ import annotations

from django.db.migrations import RunSQL


def append_only(*tables: str, but_fusion: bool = False) -> list[RunSQL]:
    """Rows of these tables are only appended; `but_fusion`: a merge of two records may move them."""
    function = "refuse_change_but_fusion" if but_fusion else "refuse_change"
    return [_before(table, "append_only", "UPDATE OR DELETE", function) for table in tables]


def immutable_when(table: str, condition: str) -> RunSQL:
    """Once `condition` (in SQL, of the stored row) holds, the row does not change."""
    return _before(table, "signed_is_immutable", "UPDATE OR DELETE", "refuse_change", f"WHEN ({condition}) ")


def follow_fusion(*tables: str) -> list[RunSQL]:
    """A row written about a person who has been absorbed meanwhile goes to the record kept."""
    return [_before(table, "follow_fusion", "INSERT OR UPDATE OF usager_id", "follow_fusion") for table in tables]


def _before(table: str, name: str, events: str, function: str, when: str = "") -> RunSQL:
    return RunSQL(
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION public.{function}()",
        f"DROP TRIGGER {name} ON {table}",
    )
