"""What a step of a right followed replaced: its undo gives it back exactly."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accueil", "0002_database")]

    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="etapedroitsuivi",
            name="echeance_avant",
            field=models.DateField(blank=True, null=True, verbose_name="prochaine étape jusque-là"),
        ),
        migrations.AddField(
            model_name="etapedroitsuivi",
            name="non_recours_avant",
            field=models.CharField(
                blank=True,
                choices=[
                    ("non_connaissance", "ne le connaissait pas"),
                    ("non_demande", "ne souhaitait pas le demander"),
                    ("non_reception", "demandé, jamais reçu"),
                    ("non_proposition", "ne lui avait pas été proposé"),
                ],
                default="",
                max_length=20,
                verbose_name="cause jusque-là",
            ),
        ),
        migrations.AddField(
            model_name="etapedroitsuivi",
            name="version_avant",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="version jusque-là"),
        ),
    ]
