"""Two facts kept on the parcours for the figures of the file active: its référent, and the day of its last exchange."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# How every write of an écrit, a bilan or an intervenant is followed, from 0006 on; what keeps others from writing these
# columns comes with 0007.
FUNCTIONS = """
-- The last day that the whole équipe may read of: of a signed écrit of its circle (what was said at a round table is no
-- exchange with the person), or of a bilan held with the person.
CREATE FUNCTION public.last_exchange_of(parcours uuid) RETURNS date
LANGUAGE sql STABLE
RETURN greatest(
    (
        SELECT done_on FROM public.parcours_ecrit
        WHERE parcours_id = parcours AND cercle = 'equipe' AND modalite <> 'concertation' AND signed_at IS NOT NULL
        ORDER BY done_on DESC LIMIT 1
    ),
    (
        SELECT held_on FROM public.parcours_bilan
        WHERE parcours_id = parcours AND with_person
        ORDER BY held_on DESC LIMIT 1
    )
);

-- There is one at most (parcours_one_referent).
CREATE FUNCTION public.referent_of(parcours uuid) RETURNS uuid
LANGUAGE sql STABLE
RETURN (
    SELECT agent_id FROM public.parcours_intervenant
    WHERE parcours_id = parcours AND is_referent AND ends_at IS NULL
);

-- A later day takes the place of the one that stands. Nothing ever goes back: a row that counts is signed or only
-- appended. Two colleagues at once: the second waits for the first one's commit, then compares again.
CREATE FUNCTION public.note_exchange() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date;
BEGIN
    IF TG_TABLE_NAME = 'parcours_ecrit' THEN
        day := NEW.done_on;
    ELSE
        day := NEW.held_on;
    END IF;
    UPDATE public.parcours_parcours SET last_exchange_on = day
    WHERE id = NEW.parcours_id AND (last_exchange_on IS NULL OR last_exchange_on < day);
    RETURN NULL;
END $$;

-- Asked again of the table: one référent leaves and another comes. Who would come meanwhile waits at the constraint.
CREATE FUNCTION public.note_referent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.parcours_parcours SET referent_id = public.referent_of(id)
    WHERE id IN (OLD.parcours_id, NEW.parcours_id) AND referent_id IS DISTINCT FROM public.referent_of(id);
    RETURN NULL;
END $$;
"""
DROPPED = """
DROP FUNCTION public.note_exchange();
DROP FUNCTION public.note_referent();
DROP FUNCTION public.last_exchange_of(uuid);
DROP FUNCTION public.referent_of(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("parcours", "0004_exchange"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="parcours",
            name="last_exchange_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="dernier échange le"),
        ),
        migrations.AddField(
            model_name="parcours",
            name="referent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="référent",
            ),
        ),
        migrations.RunSQL(FUNCTIONS, DROPPED),
    ]
