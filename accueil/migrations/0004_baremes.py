"""Where each barème comes from, apart from what there is to know of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accueil", "0003_etape_droit_avant")]

    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="bareme",
            name="remarque",
            field=models.CharField(blank=True, max_length=300, verbose_name="remarque"),
        ),
        migrations.AlterField(
            model_name="bareme",
            name="source",
            field=models.CharField(
                blank=True, help_text="Le texte qui le fixe.", max_length=300, verbose_name="source"
            ),
        ),
    ]
