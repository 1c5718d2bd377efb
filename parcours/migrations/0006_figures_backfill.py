"""What stood before 0005, by batches: each is a short transaction, and a migration that stopped begins again."""

from django.db import migrations, transaction

BATCH = 5_000
# The triggers of 0005 are at work. The rows are held first, and what is written of them asked afterwards: an act that
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

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
