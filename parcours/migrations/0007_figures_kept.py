"""Nobody writes what 0006 keeps but its triggers; and the figures of the file active are read in one index alone."""

from django.db import migrations, models

KEPT = """
CREATE FUNCTION public.keep_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- Rows loaded in any order (a crowd, a dump) come to the same.
        NEW.last_exchange_on := public.last_exchange_of(NEW.id);
        NEW.referent_id := public.referent_of(NEW.id);
    ELSE
        -- Whoever saves a whole parcours, read a minute ago, does not bring back what stood then.
        NEW.last_exchange_on := OLD.last_exchange_on;
        NEW.referent_id := OLD.referent_id;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER figures_at_first BEFORE INSERT ON parcours_parcours
    FOR EACH ROW EXECUTE FUNCTION public.keep_figures();
-- A statement of the hub is at depth 0, those of the triggers deeper.
CREATE TRIGGER figures_kept BEFORE UPDATE OF last_exchange_on, referent_id ON parcours_parcours FOR EACH ROW
    WHEN (
        pg_trigger_depth() = 0
        AND (NEW.last_exchange_on, NEW.referent_id) IS DISTINCT FROM (OLD.last_exchange_on, OLD.referent_id)
    )
    EXECUTE FUNCTION public.keep_figures();
"""
NOT_KEPT = """
DROP TRIGGER figures_at_first ON parcours_parcours;
DROP TRIGGER figures_kept ON parcours_parcours;
DROP FUNCTION public.keep_figures();
"""


class Migration(migrations.Migration):
    dependencies = [("parcours", "0006_figures_backfill")]

    # The index is not made CONCURRENTLY, as in 0004: of the open parcours alone, it takes a fraction of a second.
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.AddIndex(
            model_name="parcours",
            index=models.Index(
                condition=models.Q(("statut__in", ["actif", "suspendu"])),
                fields=["unite", "referent"],
                include=("usager", "id", "echeance", "opened_on", "last_exchange_on", "periode", "statut"),
                name="parcours_figures",
            ),
        ),
    ]
