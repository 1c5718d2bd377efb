"""« Suivie par la PMI », told to one colleague, and that an ended one does not change any more."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from pole_social.triggers import immutable_when


class Migration(migrations.Migration):
    dependencies = [
        ("parcours", "0002_database"),
        ("pole_social", "0002_database"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PartagePresence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="identifiant",
                    ),
                ),
                (
                    "information",
                    models.CharField(
                        choices=[
                            ("accord", "la personne est d’accord"),
                            ("informee", "la personne est informée"),
                            ("non_informee", "la personne n’est pas informée"),
                        ],
                        max_length=15,
                        verbose_name="la personne",
                    ),
                ),
                ("jusqu_au", models.DateField(verbose_name="jusqu’au")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="partagé le"),
                ),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retiré le")),
                (
                    "auteur",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="partagé par",
                    ),
                ),
                (
                    "destinataire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="partagé avec",
                    ),
                ),
                (
                    "parcours",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presences",
                        to="parcours.parcours",
                        verbose_name="parcours",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="retiré par",
                    ),
                ),
                (
                    "unite",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pole_social.unite",
                        verbose_name="suivie par",
                    ),
                ),
            ],
            options={
                "verbose_name": "partage de présence",
                "verbose_name_plural": "partages de présence",
                "ordering": ["created_at", "pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("auteur", models.F("destinataire")), _negated=True),
                        name="partage_presence_with_another",
                        violation_error_message="On ne partage pas avec soi-même.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="partage_presence_revoked_by",
                        violation_error_message="Dites qui retire ce partage.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("parcours", "auteur", "destinataire"),
                        name="partage_presence_once",
                        violation_error_message="C’est déjà partagé avec cette personne.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("information", "accord")),
                        name="partage_presence_agreed",
                        violation_error_message="Il faut l’accord de la personne.",
                    ),
                ],
            },
        ),
        immutable_when("parcours_partagepresence", "OLD.revoked_at IS NOT NULL"),
    ]
