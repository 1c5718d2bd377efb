"""The dated moves are only appended, and a signed écrit does not change."""

from django.db import migrations

TABLES = ["parcours_etapeparcours", "parcours_etapeaction"]


class Migration(migrations.Migration):
    dependencies = [("parcours", "0001_initial")]

    operations = [
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()",
                f"DROP TRIGGER append_only ON {table}",
            )
            for table in TABLES
        ],
        migrations.RunSQL(
            "CREATE TRIGGER signed_is_immutable BEFORE UPDATE OR DELETE ON parcours_ecrit "
            "FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION public.refuse_change()",
            "DROP TRIGGER signed_is_immutable ON parcours_ecrit",
        ),
    ]
