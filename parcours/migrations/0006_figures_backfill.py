"""What is written from now on is followed, then what stood before by batches: a migration that stopped begins again."""

from django.db import migrations, transaction

# One table at a time, each in its own transaction: a migration that holds one and waits for another would kill, by a
# deadlock, the signature that holds the other.
ON_ECRIT = """
CREATE OR REPLACE TRIGGER note_exchange AFTER INSERT OR UPDATE ON parcours_ecrit FOR EACH ROW
    WHEN (NEW.cercle = 'equipe' AND NEW.modalite <> 'concertation' AND NEW.signed_at IS NOT NULL)
    EXECUTE FUNCTION public.note_exchange();
"""
ON_BILAN = """
CREATE OR REPLACE TRIGGER note_exchange AFTER INSERT ON parcours_bilan FOR EACH ROW
    WHEN (NEW.with_person) EXECUTE FUNCTION public.note_exchange();
"""
ON_INTERVENANT = """
CREATE OR REPLACE TRIGGER note_referent_come AFTER INSERT ON parcours_intervenant FOR EACH ROW
    WHEN (NEW.is_referent) EXECUTE FUNCTION public.note_referent();
CREATE OR REPLACE TRIGGER note_referent_changed AFTER UPDATE ON parcours_intervenant FOR EACH ROW
    WHEN (OLD.is_referent OR NEW.is_referent) EXECUTE FUNCTION public.note_referent();
CREATE OR REPLACE TRIGGER note_referent_gone AFTER DELETE ON parcours_intervenant FOR EACH ROW
    WHEN (OLD.is_referent) EXECUTE FUNCTION public.note_referent();
"""
NOT_ON_INTERVENANT = """
DROP TRIGGER note_referent_come ON parcours_intervenant;
DROP TRIGGER note_referent_changed ON parcours_intervenant;
DROP TRIGGER note_referent_gone ON parcours_intervenant;
"""

BATCH = 5_000
# These triggers are at work. The rows are held first, and what is written of them asked afterwards: an act that
# commits in between would be undone by what was read before it.
HOLD = "SELECT id FROM parcours_parcours WHERE id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE"
FILL = """
UPDATE parcours_parcours SET last_exchange_on = found.day, referent_id = found.referent
FROM (
    SELECT id, public.last_exchange_of(id) AS day, public.referent_of(id) AS referent
    FROM parcours_parcours WHERE id = ANY(%s) OFFSET 0
) AS found
WHERE parcours_parcours.id = found.id AND (last_exchange_on, referent_id) IS DISTINCT FROM (found.day, found.referent)
"""
FIRST = "00000000-0000-0000-0000-000000000000"


def fill(apps, schema_editor):
    connection, keys = schema_editor.connection, [FIRST]
    while keys:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '4s'")
            cursor.execute(HOLD, [keys[-1], BATCH])
            keys = [key for (key,) in cursor.fetchall()]
            cursor.execute(FILL, [keys])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("parcours", "0005_figures")]

    operations = [
        migrations.RunSQL(ON_ECRIT, "DROP TRIGGER note_exchange ON parcours_ecrit"),
        migrations.RunSQL(ON_BILAN, "DROP TRIGGER note_exchange ON parcours_bilan"),
        migrations.RunSQL(ON_INTERVENANT, NOT_ON_INTERVENANT),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
