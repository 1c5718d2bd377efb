"""A relais says which métiers to involve, and who could be référent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accueil", "0005_fusion"),
        ("pole_social", "0003_brouillon_affichage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="relais",
            name="metiers",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="pole_social.metier", verbose_name="métiers à solliciter"
            ),
        ),
        migrations.AddField(
            model_name="relais",
            name="referent_propose",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="référent proposé",
            ),
        ),
    ]
