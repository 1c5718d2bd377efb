"""A step knows the proposition it takes up; and nobody is related to a person by a proposal to take a parcours over."""

import django.db.models.deletion
from django.db import migrations, models

# Those already taken up were known by their words: of several in the same words, the first step for the first one.
TAKEN_UP = """
    WITH steps AS (
        SELECT id, parcours_id, libelle,
            row_number() OVER (PARTITION BY parcours_id, libelle ORDER BY created_at, id) AS rang
        FROM parcours_action WHERE proposition_id IS NULL
    ), propositions AS (
        SELECT received.parcours_id, proposition.id, proposition.libelle,
            row_number() OVER (
                PARTITION BY received.parcours_id, proposition.libelle
                ORDER BY proposition.removed_at IS NOT NULL, proposition.recorded_at, proposition.id
            ) AS rang
        FROM parcours_parcours_relais_recus AS received
        JOIN evaluation_evaluation_relais_envoyes AS sent ON sent.relais_id = received.relais_id
        JOIN evaluation_proposition AS proposition ON proposition.evaluation_id = sent.evaluation_id
    )
    UPDATE parcours_action AS action SET proposition_id = propositions.id
    FROM steps JOIN propositions USING (parcours_id, libelle, rang)
    WHERE action.id = steps.id
"""
# A transmission made one at first, without end (decision 024).
ASKED = """
    UPDATE accueil_rattachement SET ends_at = now() WHERE source_type = 'parcours.transmission' AND ends_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_partages"), ("parcours", "0007_figures_kept")]

    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="action",
            name="proposition",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="evaluation.proposition",
                verbose_name="proposition",
            ),
        ),
        migrations.RunSQL(TAKEN_UP, migrations.RunSQL.noop),
        # The foreign key's own check waits for the commit; the index below cannot be made before it.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.UniqueConstraint(
                condition=models.Q(("proposition__isnull", False)),
                fields=("parcours", "proposition"),
                name="action_takes_up_once",
                violation_error_message="Cette proposition est déjà reprise dans ce parcours.",
            ),
        ),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop),
    ]
