"""One draft for each form, no longer one for each page: two creating forms of one page are two drafts."""

from django.db import migrations, models

# The key stood in the content alone. A damaged one is no key.
KEYS = r"""
UPDATE pole_social_brouillon SET cle = (contenu -> 'cle' ->> 0)::uuid
WHERE contenu -> 'cle' ->> 0 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pole_social", "0004_domaine_question_ouverte"),
    ]

    operations = [
        # A desk that waits for a lock is a desk that stops: give up rather than queue behind a long read.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="brouillon",
            name="cle",
            field=models.UUIDField(editable=False, null=True, verbose_name="clé du formulaire"),
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="brouillon",
            name="brouillon_once_per_page",
        ),
        migrations.AddConstraint(
            model_name="brouillon",
            constraint=models.UniqueConstraint(
                fields=("agent", "chemin", "cle"), name="brouillon_once_per_form", nulls_distinct=False
            ),
        ),
    ]
