"""Merging two records: at-most-one rules spare merged rows, and no row can stay behind on an absorbed record."""

from django.db import migrations, models
from django.db.models import Q

# Before any row names a person who has been absorbed, it names the record kept instead. The lock is the one that
# the foreign key takes anyway, only earlier: a merge waits for the rows being written, and they for the merge.
FOLLOW = """
CREATE FUNCTION public.follow_fusion() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept uuid;
BEGIN
    WHILE NEW.usager_id IS NOT NULL LOOP
        SELECT fusionne_vers_id INTO kept FROM public.accueil_usager WHERE id = NEW.usager_id FOR KEY SHARE;
        EXIT WHEN kept IS NULL;
        NEW.usager_id := kept;
    END LOOP;
    RETURN NEW;
END $$;
"""
FOLLOWING = [
    "accueil_coordonnee",
    "accueil_correction",
    "accueil_demande",
    "accueil_demarche",
    "accueil_deport",
    "accueil_droitsuivi",
    "accueil_fait",
    "accueil_mandat",
    "accueil_membrefoyer",
    "accueil_numeroexterne",
    "accueil_orientation",
    "accueil_passageusager",
    "accueil_rattachement",
    "accueil_relais",
    "accueil_rendezvous",
    "accueil_representant",
]

# Appended only, but for the person: and that only between the two records of a merge that stands.
REFUSE_BUT_FUSION = """
CREATE FUNCTION public.refuse_change_but_fusion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.usager_id IS DISTINCT FROM OLD.usager_id AND EXISTS (
        SELECT 1 FROM public.accueil_fusion
        WHERE undone_at IS NULL
        AND (garde_id, absorbe_id) IN ((NEW.usager_id, OLD.usager_id), (OLD.usager_id, NEW.usager_id))
    ) THEN
        OLD.usager_id := NEW.usager_id;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are only appended', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
APPENDED = ["accueil_correction", "accueil_fait"]


def fusion_column(model_name):
    return migrations.AddField(
        model_name=model_name,
        name="fusion",
        field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="fusion"),
    )


def trigger(table, function):
    return (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION public.{function}()"
    )


class Migration(migrations.Migration):
    dependencies = [("accueil", "0004_append_only")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="fusion",
            name="identite",
            field=models.JSONField(default=dict, editable=False, verbose_name="identité d’avant et d’après"),
        ),
        *[fusion_column(name) for name in ("passageusager", "membrefoyer", "deport")],
        migrations.RemoveConstraint(model_name="passageusager", name="passage_usager_once"),
        migrations.AddConstraint(
            model_name="passageusager",
            constraint=models.UniqueConstraint(
                fields=["passage", "usager"], condition=Q(fusion=None), name="passage_usager_once"
            ),
        ),
        migrations.RemoveConstraint(model_name="membrefoyer", name="membre_open_once"),
        migrations.AddConstraint(
            model_name="membrefoyer",
            constraint=models.UniqueConstraint(
                fields=["foyer", "usager"],
                condition=Q(ends_on=None, fusion=None),
                name="membre_open_once",
                violation_error_message="Cette personne est déjà dans ce foyer.",
            ),
        ),
        migrations.RemoveConstraint(model_name="deport", name="deport_once"),
        migrations.AddConstraint(
            model_name="deport",
            constraint=models.UniqueConstraint(
                fields=["agent", "usager"],
                condition=Q(fusion=None),
                name="deport_once",
                violation_error_message="Ce déport est déjà déclaré.",
            ),
        ),
        migrations.AddIndex(
            model_name="usager",
            index=models.Index(fields=["territoire", "-created_at", "id"], name="usager_recent"),
        ),
        migrations.RunSQL(FOLLOW, "DROP FUNCTION public.follow_fusion()"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER follow_fusion BEFORE INSERT OR UPDATE OF usager_id ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION public.follow_fusion()",
                f"DROP TRIGGER follow_fusion ON {table}",
            )
            for table in FOLLOWING
        ],
        migrations.RunSQL(REFUSE_BUT_FUSION, "DROP FUNCTION public.refuse_change_but_fusion()"),
        *[
            migrations.RunSQL(
                [f"DROP TRIGGER append_only ON {table}", trigger(table, "refuse_change_but_fusion")],
                [f"DROP TRIGGER append_only ON {table}", trigger(table, "refuse_change")],
            )
            for table in APPENDED
        ],
    ]
