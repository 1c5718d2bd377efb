"""Two records merged may each have an open parcours of one nature: both go on."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("parcours", "0002_append_only"), ("accueil", "0005_fusion")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="parcours",
            name="fusion",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="fusion"),
        ),
        migrations.RemoveConstraint(model_name="parcours", name="parcours_open_once"),
        migrations.AddConstraint(
            model_name="parcours",
            constraint=models.UniqueConstraint(
                fields=["usager", "nature"],
                condition=Q(statut__in=["actif", "suspendu"], fusion=None),
                name="parcours_open_once",
                violation_error_message="Un parcours de cette nature est déjà ouvert pour cette personne.",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER follow_fusion BEFORE INSERT OR UPDATE OF usager_id ON parcours_parcours "
            "FOR EACH ROW EXECUTE FUNCTION public.follow_fusion()",
            "DROP TRIGGER follow_fusion ON parcours_parcours",
        ),
    ]
