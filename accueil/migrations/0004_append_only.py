"""The dated moves of the desk's new objects, and the corrections, are only appended."""

from django.db import migrations

TABLES = [
    "accueil_etapedroitsuivi",
    "accueil_etapeorientation",
    "accueil_etaperendezvous",
    "accueil_correction",
]


class Migration(migrations.Migration):
    dependencies = [("accueil", "0003_stage_accueil")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()",
            f"DROP TRIGGER append_only ON {table}",
        )
        for table in TABLES
    ]
