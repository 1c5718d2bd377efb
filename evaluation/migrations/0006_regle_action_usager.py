"""What a rule proposes, as it is said to the person: what the printed synthesis reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0005_fragilite_libelle_usager"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="regleproposition",
            name="action_usager",
            field=models.CharField(
                blank=True,
                help_text="Imprimé sur la synthèse remise. Vide : cette proposition reste entre professionnels.",
                max_length=300,
                verbose_name="dit à la personne",
            ),
        ),
    ]
