"""The question that opens each domaine: data, like its name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pole_social", "0003_brouillon_affichage"),
    ]

    operations = [
        # A desk that waits for a lock is a desk that stops: give up rather than queue behind a long read.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="domaine",
            name="question_ouverte",
            field=models.CharField(
                blank=True,
                help_text=(
                    "Lue en tête du domaine et sur la trame imprimée : elle ouvre le sujet sans supposer la réponse."
                ),
                max_length=200,
                verbose_name="question ouverte",
            ),
        ),
    ]
