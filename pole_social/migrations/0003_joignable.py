"""Where to go and which number to dial, of a lieu and of a partner: what a paper handed over says."""

from django.db import migrations, models
from django.db.models.functions import Length


def fields(model):
    return [
        migrations.AddField(
            model,
            "adresse",
            models.CharField(
                blank=True,
                help_text="Telle qu’elle s’imprime, commune comprise.",
                max_length=200,
                verbose_name="adresse",
            ),
        ),
        migrations.AddField(model, "telephone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
        migrations.AddField(
            model,
            "horaires",
            models.CharField(
                blank=True,
                help_text="Par exemple : du lundi au vendredi, 8 h 30 – 17 h 30.",
                max_length=120,
                verbose_name="horaires",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("pole_social", "0002_database")]

    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        *fields("lieu"),
        *fields("partenaire"),
        migrations.AlterModelOptions(
            "bureau",
            options={"ordering": [Length("nom"), "nom"], "verbose_name": "bureau", "verbose_name_plural": "bureaux"},
        ),
    ]
