"""A step knows the proposition it takes up; and nobody is related to a person by a proposal to take a parcours over."""

import django.db.models.deletion
from django.db import migrations, models

# Those already taken up were known by their words.
TAKEN_UP = """
    UPDATE parcours_action AS action SET proposition_id = taken.proposition
    FROM (
        SELECT DISTINCT ON (step.parcours_id, proposition.id) step.id AS action, proposition.id AS proposition
        FROM parcours_action AS step
        JOIN parcours_parcours_relais_recus AS received ON received.parcours_id = step.parcours_id
        JOIN evaluation_evaluation_relais_envoyes AS sent ON sent.relais_id = received.relais_id
        JOIN evaluation_proposition AS proposition
            ON proposition.evaluation_id = sent.evaluation_id AND proposition.libelle = step.libelle
        ORDER BY step.parcours_id, proposition.id, step.created_at, step.id
    ) AS taken
    WHERE action.id = taken.action AND action.proposition_id IS NULL
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
