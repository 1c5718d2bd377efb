"""What Django does not make: the normalising function, the append-only rule, the partitioned journal."""

from django.contrib.postgres.operations import BtreeGistExtension, UnaccentExtension
from django.db import migrations

# Schema-qualified, or pg_restore and CREATE INDEX (which run with an empty search_path) would fail.
# The class of characters is written in ASCII, so that every locale gives the same words.
NORMALISE = r"""
CREATE FUNCTION public.normalise(x text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    lower(public.unaccent('public.unaccent'::regdictionary, x)),
    '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g'
));
"""

REFUSE_CHANGE = """
CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only appended', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

# Partitioned by month of `at`, so that 12 months of journal end by detaching a table. The primary key of a
# partitioned table holds its partition column; `id` alone is unique in practice (a random UUID).
ACCES = """
CREATE TABLE pole_social_acces (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    agent_id uuid NOT NULL,
    action varchar(12) NOT NULL,
    page varchar(80) NOT NULL,
    objet_id uuid,
    usager_ids uuid[] NOT NULL,
    rattachement_id uuid,
    motif varchar(60) NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE pole_social_acces_default PARTITION OF pole_social_acces DEFAULT;
CREATE INDEX acces_agent_at ON pole_social_acces (agent_id, at);
CREATE INDEX acces_usagers ON pole_social_acces USING gin (usager_ids);
CREATE TRIGGER acces_append_only BEFORE UPDATE OR DELETE ON pole_social_acces
    FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
-- Unlike the one above, a statement trigger is not copied to the partitions: each has its own (partitions.py).
CREATE TRIGGER acces_never_emptied BEFORE TRUNCATE ON pole_social_acces
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER acces_never_emptied BEFORE TRUNCATE ON pole_social_acces_default
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
"""


class Migration(migrations.Migration):
    replaces = [
        ("pole_social", "0003_brouillon_affichage"),
        ("pole_social", "0004_domaine_question_ouverte"),
        ("pole_social", "0005_brouillon_par_formulaire"),
    ]
    dependencies = [("pole_social", "0001_initial")]

    operations = [
        UnaccentExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(NORMALISE, "DROP FUNCTION public.normalise(text)"),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION public.refuse_change()"),
        migrations.RunSQL(ACCES, "DROP TABLE pole_social_acces"),
    ]
