"""Support that lasts: direct entries, hand-over, bilans, round tables, addenda, sharing, closure with its reason."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

APPENDED = [
    "parcours_etapetransmission",
    "parcours_etapeconcertation",
    "parcours_bilan",
    "parcours_avancement",
    "parcours_addendum",
    "parcours_relectureecrit",
]


class Migration(migrations.Migration):
    dependencies = [
        ("accueil", "0006_evaluation_complete"),
        ("parcours", "0003_fusion"),
        ("pole_social", "0005_brouillon_par_formulaire"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '4s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Addendum",
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
                ("texte", models.TextField(max_length=5000, verbose_name="ce qui est corrigé ou ajouté")),
                (
                    "signed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="signé le"),
                ),
            ],
            options={
                "verbose_name": "addendum",
                "verbose_name_plural": "addenda",
                "ordering": ["signed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Avancement",
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
                    "etat",
                    models.CharField(
                        choices=[
                            ("atteint", "atteint"),
                            ("avance", "ça avance"),
                            ("bloque", "bloqué"),
                            ("abandonne", "abandonné"),
                        ],
                        max_length=10,
                        verbose_name="où en est-on",
                    ),
                ),
                (
                    "commentaire",
                    models.CharField(
                        blank=True, help_text="Lu par l’équipe du parcours.", max_length=500, verbose_name="précision"
                    ),
                ),
            ],
            options={
                "verbose_name": "avancement",
                "verbose_name_plural": "avancements",
            },
        ),
        migrations.CreateModel(
            name="Bilan",
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
                    "nature",
                    models.CharField(
                        choices=[("periodique", "bilan"), ("final", "bilan de fin")],
                        default="periodique",
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="fait le")),
                ("with_person", models.BooleanField(default=True, verbose_name="fait avec la personne")),
                (
                    "paroles",
                    models.TextField(
                        blank=True,
                        help_text="Avec ses mots. Lu par l’équipe du parcours et par la personne.",
                        max_length=5000,
                        verbose_name="ce qu’en dit la personne",
                    ),
                ),
                (
                    "synthese",
                    models.TextField(
                        help_text="Lu par l’équipe du parcours. La personne peut demander à le lire.",
                        max_length=10000,
                        verbose_name="où en est-on",
                    ),
                ),
                (
                    "periode",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(3, "3 mois"), (6, "6 mois"), (12, "12 mois")],
                        null=True,
                        verbose_name="prochain bilan dans",
                    ),
                ),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="prochain bilan le")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="enregistré le"
                    ),
                ),
            ],
            options={
                "verbose_name": "bilan",
                "verbose_name_plural": "bilans",
                "ordering": ["-held_on", "-recorded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Concertation",
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
                ("held_on", models.DateField(verbose_name="date")),
                ("begins_at", models.TimeField(verbose_name="heure")),
                ("salle", models.CharField(blank=True, max_length=100, verbose_name="salle")),
                (
                    "statut",
                    models.CharField(
                        choices=[("prevue", "prévue"), ("tenue", "tenue"), ("annulee", "annulée")],
                        default="prevue",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="prévue le"),
                ),
            ],
            options={
                "verbose_name": "concertation",
                "verbose_name_plural": "concertations",
                "ordering": ["held_on", "begins_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="EntreeDirecte",
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
                    "source",
                    models.CharField(
                        choices=[
                            ("relais", "relais d’une évaluation"),
                            ("naissance", "avis de naissance ou de grossesse (PMI)"),
                            ("rsa", "orientation RSA"),
                            ("crip", "CRIP"),
                            ("ase", "mesure ASE"),
                            ("transfert", "transfert d’un autre SST ou département"),
                        ],
                        max_length=20,
                        verbose_name="source",
                    ),
                ),
                ("recue_on", models.DateField(verbose_name="reçue le")),
                (
                    "expediteur",
                    models.CharField(
                        blank=True,
                        help_text="Par exemple la maternité. Lu par l’équipe du parcours.",
                        max_length=200,
                        verbose_name="envoyée par",
                    ),
                ),
                (
                    "visite",
                    models.CharField(
                        blank=True,
                        choices=[("proposee", "proposée"), ("acceptee", "acceptée"), ("refusee", "refusée")],
                        max_length=12,
                        verbose_name="visite",
                    ),
                ),
                (
                    "contrat_signe_on",
                    models.DateField(blank=True, null=True, verbose_name="contrat d’engagement signé le"),
                ),
                ("contrat_jusqu_au", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="notée le"),
                ),
            ],
            options={
                "verbose_name": "entrée directe",
                "verbose_name_plural": "entrées directes",
                "ordering": ["-recue_on", "-recorded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="EtapeConcertation",
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
            ],
            options={
                "verbose_name": "étape de concertation",
                "verbose_name_plural": "étapes de concertation",
                "ordering": ["at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EtapeTransmission",
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
            ],
            options={
                "verbose_name": "étape de transmission",
                "verbose_name_plural": "étapes de transmission",
                "ordering": ["at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PartageEcrit",
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
            ],
            options={
                "verbose_name": "partage d’un écrit",
                "verbose_name_plural": "partages d’écrits",
                "ordering": ["created_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Point",
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
                    "question",
                    models.CharField(
                        blank=True,
                        help_text="L’avis attendu des autres métiers. Lu par l’équipe du parcours.",
                        max_length=500,
                        verbose_name="question posée",
                    ),
                ),
                ("person_informed_on", models.DateField(blank=True, null=True, verbose_name="personne informée le")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="inscrit le"),
                ),
                ("removed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retiré le")),
            ],
            options={
                "verbose_name": "point",
                "verbose_name_plural": "points",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RelectureEcrit",
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
                ("relu_on", models.DateField(verbose_name="relu avec la personne le")),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="noté le"),
                ),
            ],
            options={
                "verbose_name": "relecture d’un écrit",
                "verbose_name_plural": "relectures d’écrits",
                "ordering": ["relu_on", "recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="Transmission",
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
                    "nature",
                    models.CharField(
                        choices=[
                            ("referent", "changement de référent"),
                            ("absence", "remplacement pendant une absence"),
                        ],
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("lot", models.UUIDField(db_index=True, verbose_name="lot")),
                (
                    "statut",
                    models.CharField(
                        choices=[
                            ("proposee", "proposée"),
                            ("acceptee", "acceptée"),
                            ("refusee", "refusée"),
                            ("annulee", "annulée"),
                        ],
                        default="proposee",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("du", models.DateField(blank=True, null=True, verbose_name="du")),
                ("au", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "message",
                    models.TextField(
                        blank=True,
                        help_text="Lu par qui reçoit et par l’équipe. Rien de ce qui est confié ici.",
                        max_length=2000,
                        verbose_name="message",
                    ),
                ),
                (
                    "proposed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="proposée le"),
                ),
            ],
            options={
                "verbose_name": "transmission",
                "verbose_name_plural": "transmissions",
                "ordering": ["proposed_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="parcours",
            name="closed_on",
            field=models.DateField(blank=True, null=True, verbose_name="clos le"),
        ),
        migrations.AddField(
            model_name="parcours",
            name="motif_cloture",
            field=models.CharField(
                blank=True,
                choices=[
                    ("objectifs", "objectifs atteints"),
                    ("relais_externe", "relais vers une autre structure"),
                    ("depart", "départ du territoire"),
                    ("demande", "à la demande de la personne"),
                    ("sans_nouvelles", "sans nouvelles malgré relances"),
                    ("deces", "décès"),
                    ("autre", "autre"),
                ],
                max_length=20,
                verbose_name="motif de clôture",
            ),
        ),
        migrations.AddField(
            model_name="parcours",
            name="periode",
            field=models.PositiveSmallIntegerField(
                choices=[(3, "3 mois"), (6, "6 mois"), (12, "12 mois")], default=3, verbose_name="bilan tous les"
            ),
        ),
        migrations.AlterField(
            model_name="ecrit",
            name="modalite",
            field=models.CharField(
                choices=[
                    ("accueil", "accueil spontané"),
                    ("rendez_vous", "sur rendez-vous"),
                    ("telephone", "téléphone"),
                    ("courrier", "courrier"),
                    ("courriel", "courriel"),
                    ("domicile", "visite à domicile"),
                    ("exterieur", "extérieur"),
                    ("visio", "visio"),
                    ("tiers", "avec un tiers"),
                    ("concertation", "en concertation"),
                ],
                max_length=15,
                verbose_name="modalité",
            ),
        ),
        # Closed before a reason was asked.
        migrations.RunSQL(
            "UPDATE parcours_parcours SET motif_cloture = 'autre', closed_on = coalesce((SELECT max(at)::date FROM "
            "parcours_etapeparcours WHERE objet_id = parcours_parcours.id), opened_on) WHERE statut = 'clos'",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="parcours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_on__isnull", False), ("statut", "clos"), models.Q(("motif_cloture", ""), _negated=True)
                    ),
                    models.Q(models.Q(("statut", "clos"), _negated=True), ("closed_on", None), ("motif_cloture", "")),
                    _connector="OR",
                ),
                name="parcours_closed_says_why",
                violation_error_message="Dites pourquoi le parcours est clos.",
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="auteur",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="ecrit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="addenda",
                to="parcours.ecrit",
                verbose_name="écrit",
            ),
        ),
        migrations.AddField(
            model_name="avancement",
            name="objectif",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="avancements",
                to="parcours.objectif",
                verbose_name="objectif",
            ),
        ),
        migrations.AddField(
            model_name="bilan",
            name="auteur",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="bilan",
            name="parcours",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bilans",
                to="parcours.parcours",
                verbose_name="parcours",
            ),
        ),
        migrations.AddField(
            model_name="avancement",
            name="bilan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="avancements",
                to="parcours.bilan",
                verbose_name="bilan",
            ),
        ),
        migrations.AddField(
            model_name="concertation",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="prévue par",
            ),
        ),
        migrations.AddField(
            model_name="concertation",
            name="participants",
            field=models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="participants"),
        ),
        migrations.AddField(
            model_name="concertation",
            name="unite",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pole_social.unite",
                verbose_name="unité",
            ),
        ),
        migrations.AddField(
            model_name="entreedirecte",
            name="parcours",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entrees",
                to="parcours.parcours",
                verbose_name="parcours",
            ),
        ),
        migrations.AddField(
            model_name="entreedirecte",
            name="recorded_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="notée par",
            ),
        ),
        migrations.AddField(
            model_name="etapeconcertation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="etapeconcertation",
            name="objet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="etapes",
                to="parcours.concertation",
                verbose_name="concertation",
            ),
        ),
        migrations.AddField(
            model_name="etapetransmission",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="partageecrit",
            name="auteur",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="partagé par",
            ),
        ),
        migrations.AddField(
            model_name="partageecrit",
            name="destinataire",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="partagé avec",
            ),
        ),
        migrations.AddField(
            model_name="partageecrit",
            name="ecrit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="partages",
                to="parcours.ecrit",
                verbose_name="écrit",
            ),
        ),
        migrations.AddField(
            model_name="partageecrit",
            name="revoked_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="retiré par",
            ),
        ),
        migrations.AddField(
            model_name="point",
            name="concertation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="points",
                to="parcours.concertation",
                verbose_name="concertation",
            ),
        ),
        migrations.AddField(
            model_name="point",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="inscrit par",
            ),
        ),
        migrations.AddField(
            model_name="point",
            name="parcours",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="points",
                to="parcours.parcours",
                verbose_name="parcours",
            ),
        ),
        migrations.AddField(
            model_name="action",
            name="point",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="actions",
                to="parcours.point",
                verbose_name="point",
            ),
        ),
        migrations.AddField(
            model_name="ecrit",
            name="point",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ecrits",
                to="parcours.point",
                verbose_name="point",
            ),
        ),
        migrations.AddField(
            model_name="relectureecrit",
            name="ecrit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="relectures",
                to="parcours.ecrit",
                verbose_name="écrit",
            ),
        ),
        migrations.AddField(
            model_name="relectureecrit",
            name="recorded_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="noté par",
            ),
        ),
        migrations.AddField(
            model_name="transmission",
            name="de",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="de",
            ),
        ),
        migrations.AddField(
            model_name="transmission",
            name="parcours",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transmissions",
                to="parcours.parcours",
                verbose_name="parcours",
            ),
        ),
        migrations.AddField(
            model_name="transmission",
            name="proposed_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposée par",
            ),
        ),
        migrations.AddField(
            model_name="transmission",
            name="vers",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="à",
            ),
        ),
        migrations.AddField(
            model_name="etapetransmission",
            name="objet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="etapes",
                to="parcours.transmission",
                verbose_name="transmission",
            ),
        ),
        migrations.AddConstraint(
            model_name="bilan",
            constraint=models.UniqueConstraint(
                fields=("parcours", "held_on"),
                name="bilan_once_a_day",
                violation_error_message="Un bilan est déjà enregistré à cette date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="bilan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("nature", "final"), ("next_on", None), ("periode", None)),
                    models.Q(
                        ("nature", "periodique"), ("next_on__gt", models.F("held_on")), ("periode__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="bilan_says_the_next",
                violation_error_message="Dites quand aura lieu le prochain bilan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="avancement",
            constraint=models.UniqueConstraint(
                fields=("bilan", "objectif"),
                name="avancement_once",
                violation_error_message="L’avancement de cet objectif est déjà dit dans ce bilan.",
            ),
        ),
        migrations.AddIndex(
            model_name="concertation",
            index=models.Index(fields=["unite", "held_on"], name="concertation_jour"),
        ),
        migrations.AddConstraint(
            model_name="entreedirecte",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", "relais"), _negated=True),
                name="entree_not_a_relais",
                violation_error_message="Un relais n’est pas une entrée directe.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entreedirecte",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", "naissance"), ("visite", ""), _connector="OR"),
                name="entree_visite_of_naissance",
                violation_error_message="La visite suit un avis de naissance ou de grossesse.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entreedirecte",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("source", "rsa"), models.Q(("contrat_jusqu_au", None), ("contrat_signe_on", None)), _connector="OR"
                ),
                name="entree_contrat_of_rsa",
                violation_error_message="Le contrat d’engagement suit une orientation RSA.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entreedirecte",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contrat_jusqu_au", None),
                    models.Q(
                        ("contrat_jusqu_au__gte", models.F("contrat_signe_on")), ("contrat_signe_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="entree_contrat_in_order",
                violation_error_message="La fin du contrat précède sa signature.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partageecrit",
            constraint=models.CheckConstraint(
                condition=models.Q(("auteur", models.F("destinataire")), _negated=True),
                name="partage_ecrit_with_another",
                violation_error_message="On ne partage pas avec soi-même.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partageecrit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_by", None)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="partage_ecrit_revoked_by",
                violation_error_message="Dites qui retire ce partage.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partageecrit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("ecrit", "destinataire"),
                name="partage_ecrit_once",
                violation_error_message="C’est déjà partagé avec cette personne.",
            ),
        ),
        migrations.AddConstraint(
            model_name="point",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("concertation", "parcours"),
                name="point_once",
                violation_error_message="Ce parcours est déjà à l’ordre du jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="relectureecrit",
            constraint=models.UniqueConstraint(
                fields=("ecrit", "relu_on"),
                name="relecture_ecrit_once_a_day",
                violation_error_message="Cette relecture est déjà notée.",
            ),
        ),
        migrations.AddIndex(
            model_name="transmission",
            index=models.Index(
                condition=models.Q(("statut", "proposee")), fields=["vers"], name="transmission_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="transmission",
            index=models.Index(
                condition=models.Q(("statut", "acceptee")), fields=["parcours", "au"], name="transmission_absence"
            ),
        ),
        migrations.AddConstraint(
            model_name="transmission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("statut", "proposee")),
                fields=("parcours", "nature"),
                name="transmission_proposed_once",
                violation_error_message="Ce parcours est déjà proposé à quelqu’un.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transmission",
            constraint=models.CheckConstraint(
                condition=models.Q(("de", None), models.Q(("de", models.F("vers")), _negated=True), _connector="OR"),
                name="transmission_to_another",
                violation_error_message="Une transmission va à quelqu’un d’autre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transmission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("au__gte", models.F("du")), ("du__isnull", False), ("nature", "absence")),
                    models.Q(("au", None), ("du", None), ("nature", "referent")),
                    _connector="OR",
                ),
                name="transmission_dates_of_absence",
                violation_error_message="Une absence a une première et une dernière date, dans l’ordre.",
            ),
        ),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION public.refuse_change()",
                f"DROP TRIGGER append_only ON {table}",
            )
            for table in APPENDED
        ],
    ]
