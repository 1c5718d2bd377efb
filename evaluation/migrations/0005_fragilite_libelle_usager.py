"""Each fragilité as it is said to the person: what the printed synthesis reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0004_evaluation_complete"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="fragilite",
            name="libelle_usager",
            field=models.CharField(
                blank=True,
                help_text="La phrase de la synthèse remise : « Vous avez un loyer en retard. » Vide : le libellé.",
                max_length=200,
                verbose_name="dit à la personne",
            ),
        ),
    ]
