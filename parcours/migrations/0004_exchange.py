"""The last exchange of a parcours, found in an index alone: the file active asks it of every open parcours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parcours", "0003_presence")]

    # Not CONCURRENTLY: before the first release no base has écrits in number, and one that fails half-way leaves
    # an invalid index behind. What is lost is the writing of écrits while it is made: seconds for a million.
    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="bilan",
            index=models.Index(
                condition=models.Q(("with_person", True)),
                fields=["parcours", "-held_on"],
                name="bilan_exchange",
            ),
        ),
        migrations.AddIndex(
            model_name="ecrit",
            index=models.Index(
                condition=models.Q(
                    ("cercle", "equipe"),
                    ("signed_at__isnull", False),
                    models.Q(("modalite", "concertation"), _negated=True),
                ),
                fields=["parcours", "-done_on"],
                name="ecrit_exchange",
            ),
        ),
    ]
