"""The synthesis of an evaluation shared with one colleague, and that an ended one does not change any more."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from pole_social.triggers import immutable_when


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0002_database"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # A table that others are writing in is waited for a few seconds, not until the hub stands still.
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PartageEvaluation",
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
                    "motif",
                    models.CharField(
                        help_text="Ce que ce collègue fera de ce qu’il lit. Lu par lui et par qui lit déjà.",
                        max_length=500,
                        verbose_name="pourquoi",
                    ),
                ),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("casf_l226_2_2", "partage en protection de l’enfance (CASF, L226-2-2)"),
                            ("casf_l226_2_1", "information préoccupante (CASF, L226-2-1)"),
                            ("casf_l121_6_2", "coordination entre travailleurs sociaux (CASF, L121-6-2)"),
                            ("csp_l1110_4", "équipe de soins (CSP, L1110-4)"),
                            ("cp_226_14", "signalement de sévices ou de privations (code pénal, 226-14)"),
                        ],
                        max_length=20,
                        verbose_name="sur quelle base",
                    ),
                ),
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
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partages",
                        to="evaluation.evaluation",
                        verbose_name="évaluation",
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
            ],
            options={
                "verbose_name": "partage d’une évaluation",
                "verbose_name_plural": "partages d’évaluations",
                "ordering": ["created_at", "pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("auteur", models.F("destinataire")), _negated=True),
                        name="partage_evaluation_with_another",
                        violation_error_message="On ne partage pas avec soi-même.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="partage_evaluation_revoked_by",
                        violation_error_message="Dites qui retire ce partage.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("evaluation", "destinataire"),
                        name="partage_evaluation_once",
                        violation_error_message="C’est déjà partagé avec cette personne.",
                    ),
                ],
            },
        ),
        immutable_when("evaluation_partageevaluation", "OLD.revoked_at IS NOT NULL"),
    ]
