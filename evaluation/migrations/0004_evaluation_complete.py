"""The whole of an evaluation: contributions, rules of proposition, decisions, dated levels, readings."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accueil", "0006_evaluation_complete"),
        ("evaluation", "0003_fusion"),
        ("pole_social", "0003_brouillon_affichage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Relecture",
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
                ("relue_on", models.DateField(verbose_name="relu avec la personne le")),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="noté le"),
                ),
            ],
            options={
                "verbose_name": "relecture",
                "verbose_name_plural": "relectures",
                "ordering": ["relue_on", "recorded_at"],
            },
        ),
        migrations.AddField(
            model_name="proposition",
            name="droit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accueil.droit",
                verbose_name="droit à vérifier",
            ),
        ),
        migrations.AddField(
            model_name="proposition",
            name="motif",
            field=models.CharField(
                blank=True,
                help_text=(
                    "Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours."
                ),
                max_length=300,
                verbose_name="pourquoi l’écarter",
            ),
        ),
        migrations.AddField(
            model_name="proposition",
            name="parce_que",
            field=models.CharField(blank=True, max_length=500, verbose_name="parce que"),
        ),
        migrations.AddField(
            model_name="proposition",
            name="partenaire_type",
            field=models.CharField(
                blank=True,
                choices=[
                    ("ccas", "CCAS"),
                    ("acteur_local", "acteur local"),
                    ("sante", "santé"),
                    ("caf", "CAF"),
                    ("retraite", "retraite"),
                    ("handicap", "handicap"),
                    ("association", "association"),
                    ("petite_enfance", "petite enfance"),
                    ("assurance_maladie", "assurance maladie"),
                    ("emploi", "emploi"),
                    ("jeunesse", "jeunesse"),
                    ("hebergement", "hébergement"),
                    ("protection_enfance", "protection de l’enfance"),
                    ("violences", "violences"),
                ],
                max_length=30,
                verbose_name="type de partenaire",
            ),
        ),
        migrations.AddField(
            model_name="proposition",
            name="removed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="remplacée le"),
        ),
        migrations.AddField(
            model_name="proposition",
            name="statut",
            field=models.CharField(
                choices=[("gardee", "gardée"), ("ecartee", "écartée")],
                default="gardee",
                max_length=10,
                verbose_name="décision",
            ),
        ),
        migrations.CreateModel(
            name="Contribution",
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
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "objet",
                    models.CharField(
                        help_text="Lu par la personne sollicitée et par ceux qui lisent l’évaluation.",
                        max_length=300,
                        verbose_name="ce qui est demandé",
                    ),
                ),
                ("echeance", models.DateField(verbose_name="attendue le")),
                (
                    "texte",
                    models.TextField(
                        blank=True,
                        help_text=(
                            "Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe "
                            "sociale du parcours. Signée, elle ne change plus. "
                            "Ni dossier médical ni notes personnelles ici."
                        ),
                        max_length=4000,
                        verbose_name="contribution",
                    ),
                ),
                (
                    "statut",
                    models.CharField(
                        choices=[
                            ("demandee", "demandée"),
                            ("signee", "signée"),
                            ("declinee", "déclinée"),
                            ("retiree", "retirée"),
                        ],
                        default="demandee",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="demandée le"),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="contributeur",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="demandée par",
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contributions",
                        to="evaluation.evaluation",
                        verbose_name="évaluation",
                    ),
                ),
            ],
            options={
                "verbose_name": "contribution",
                "verbose_name_plural": "contributions",
                "ordering": ["echeance", "asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="EtapeContribution",
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
                ("de", models.CharField(blank=True, max_length=30, verbose_name="état quitté")),
                ("vers", models.CharField(max_length=30, verbose_name="état atteint")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date et heure")),
                ("motif", models.TextField(blank=True, max_length=2000, verbose_name="motif")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
                (
                    "objet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="etapes",
                        to="evaluation.contribution",
                        verbose_name="contribution",
                    ),
                ),
            ],
            options={
                "verbose_name": "étape de contribution",
                "verbose_name_plural": "étapes de contribution",
                "ordering": ["at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="NiveauReleve",
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
                    "niveau",
                    models.CharField(
                        choices=[
                            ("levee", "levée"),
                            ("vigilance", "vigilance"),
                            ("fragilite", "fragilité"),
                            ("majeure", "fragilité majeure"),
                            ("danger", "danger"),
                        ],
                        max_length=12,
                        verbose_name="niveau",
                    ),
                ),
                ("releve_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="relevé le")),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="noté le"),
                ),
                ("source_type", models.CharField(max_length=60, verbose_name="type de la source")),
                ("source_id", models.UUIDField(verbose_name="source")),
                (
                    "fragilite",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evaluation.fragilite",
                        verbose_name="fragilité",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="noté par",
                    ),
                ),
                (
                    "usager",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="niveaux_releves",
                        to="accueil.usager",
                        verbose_name="usager",
                    ),
                ),
            ],
            options={
                "verbose_name": "niveau relevé",
                "verbose_name_plural": "niveaux relevés",
                "ordering": ["releve_on", "recorded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RegleProposition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="code")),
                (
                    "edited_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text=(
                            "Une ligne modifiée à la main n’est plus changée par le chargement des données "
                            "de référence."
                        ),
                        null=True,
                        verbose_name="modifié à la main le",
                    ),
                ),
                (
                    "niveau_minimum",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("vigilance", "vigilance"),
                            ("fragilite", "fragilité"),
                            ("majeure", "fragilité majeure"),
                            ("danger", "danger"),
                        ],
                        max_length=12,
                        verbose_name="à partir du niveau",
                    ),
                ),
                (
                    "conditions",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Une liste de possibilités sur l’âge et le foyer ; vide : toujours.",
                        verbose_name="conditions",
                    ),
                ),
                ("action", models.CharField(max_length=300, verbose_name="action proposée")),
                (
                    "partenaire_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ccas", "CCAS"),
                            ("acteur_local", "acteur local"),
                            ("sante", "santé"),
                            ("caf", "CAF"),
                            ("retraite", "retraite"),
                            ("handicap", "handicap"),
                            ("association", "association"),
                            ("petite_enfance", "petite enfance"),
                            ("assurance_maladie", "assurance maladie"),
                            ("emploi", "emploi"),
                            ("jeunesse", "jeunesse"),
                            ("hebergement", "hébergement"),
                            ("protection_enfance", "protection de l’enfance"),
                            ("violences", "violences"),
                        ],
                        max_length=30,
                        verbose_name="type de partenaire",
                    ),
                ),
                ("ordre", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
                ("is_active", models.BooleanField(default=True, verbose_name="proposée")),
                (
                    "droit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accueil.droit",
                        verbose_name="droit à vérifier",
                    ),
                ),
                (
                    "fragilite",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regles",
                        to="evaluation.fragilite",
                        verbose_name="fragilité",
                    ),
                ),
                (
                    "metier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pole_social.metier",
                        verbose_name="métier à solliciter",
                    ),
                ),
            ],
            options={
                "verbose_name": "règle de proposition",
                "verbose_name_plural": "règles de proposition",
                "ordering": ["fragilite__domaine__ordre", "fragilite__pk", "ordre", "code"],
            },
        ),
        migrations.AddField(
            model_name="proposition",
            name="regle",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="evaluation.regleproposition",
                verbose_name="règle",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("evaluation", "regle"),
                name="proposition_decided_once",
                violation_error_message="Cette proposition est déjà gardée ou écartée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("statut", "ecartee"), _negated=True),
                    models.Q(("motif", ""), _negated=True),
                    _connector="OR",
                ),
                name="proposition_set_aside_for_a_reason",
                violation_error_message="Dites pourquoi l’écarter.",
            ),
        ),
        migrations.AddField(
            model_name="relecture",
            name="evaluation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="relectures",
                to="evaluation.evaluation",
                verbose_name="évaluation",
            ),
        ),
        migrations.AddField(
            model_name="relecture",
            name="recorded_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="noté par",
            ),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(
                condition=models.Q(("statut", "demandee")), fields=["agent", "echeance"], name="contribution_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("statut", "demandee")),
                fields=("evaluation", "agent"),
                name="contribution_asked_once",
                violation_error_message="Une contribution est déjà demandée à cet agent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("statut", "signee"), _negated=True),
                    models.Q(("texte", ""), _negated=True),
                    _connector="OR",
                ),
                name="contribution_signed_with_words",
                violation_error_message="Écrivez votre contribution avant de la signer.",
            ),
        ),
        migrations.AddIndex(
            model_name="niveaureleve",
            index=models.Index(fields=["usager", "releve_on"], name="niveau_releve_usager"),
        ),
        migrations.AddConstraint(
            model_name="niveaureleve",
            constraint=models.UniqueConstraint(
                fields=("source_id", "fragilite", "releve_on"),
                name="niveau_releve_once",
                violation_error_message="Ce niveau est déjà relevé ce jour-là.",
            ),
        ),
        migrations.AddConstraint(
            model_name="relecture",
            constraint=models.UniqueConstraint(
                fields=("evaluation", "relue_on"),
                name="relecture_once_a_day",
                violation_error_message="Cette relecture est déjà notée.",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evaluation_etapecontribution "
            "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()",
            "DROP TRIGGER append_only ON evaluation_etapecontribution",
        ),
        # What a contributor has signed does not change.
        migrations.RunSQL(
            "CREATE TRIGGER signed_is_immutable BEFORE UPDATE OR DELETE ON evaluation_contribution "
            "FOR EACH ROW WHEN (OLD.statut = 'signee') EXECUTE FUNCTION public.refuse_change()",
            "DROP TRIGGER signed_is_immutable ON evaluation_contribution",
        ),
        # A row about a person who is being merged meanwhile goes to the kept record (accueil 0005).
        migrations.RunSQL(
            "CREATE TRIGGER follow_fusion BEFORE INSERT OR UPDATE OF usager_id ON evaluation_niveaureleve "
            "FOR EACH ROW EXECUTE FUNCTION public.follow_fusion()",
            "DROP TRIGGER follow_fusion ON evaluation_niveaureleve",
        ),
    ]
