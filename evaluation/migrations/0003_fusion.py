"""Two records merged may each have an open evaluation: both go on."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0002_append_only"), ("accueil", "0005_fusion")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="evaluation",
            name="fusion",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="fusion"),
        ),
        migrations.RemoveConstraint(model_name="evaluation", name="evaluation_open_once"),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(
                fields=["usager"],
                condition=Q(statut__in=["en_cours", "a_valider", "a_reprendre"], fusion=None),
                name="evaluation_open_once",
                violation_error_message="Une évaluation est déjà en cours pour cette personne.",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER follow_fusion BEFORE INSERT OR UPDATE OF usager_id ON evaluation_evaluation "
            "FOR EACH ROW EXECUTE FUNCTION public.follow_fusion()",
            "DROP TRIGGER follow_fusion ON evaluation_evaluation",
        ),
    ]
