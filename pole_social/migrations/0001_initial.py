import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Acces',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date et heure')),
                ('agent_id', models.UUIDField(verbose_name='agent')),
                ('action', models.CharField(choices=[('lecture', 'lecture'), ('liste', 'liste'), ('recherche', 'recherche'), ('ecriture', 'écriture'), ('impression', 'impression'), ('export', 'export'), ('refus', 'refus')], max_length=12, verbose_name='action')),
                ('page', models.CharField(max_length=80, verbose_name='page')),
                ('objet_id', models.UUIDField(null=True, verbose_name='objet')),
                ('usager_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None, verbose_name='usagers')),
                ('rattachement_id', models.UUIDField(null=True, verbose_name='rattachement')),
                ('motif', models.CharField(blank=True, max_length=60, verbose_name='motif')),
            ],
            options={
                'verbose_name': 'accès',
                'verbose_name_plural': 'accès',
                'db_table': 'pole_social_acces',
                'ordering': ['-at'],
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Domaine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('ordre', models.PositiveSmallIntegerField(unique=True, verbose_name='ordre')),
                ('libelle', models.CharField(max_length=120, verbose_name='libellé')),
                ('public_prioritaire', models.CharField(blank=True, max_length=200, verbose_name='public prioritaire')),
                ('thematiques', models.TextField(blank=True, help_text='Codes du schéma public data·inclusion v1, séparés par des espaces.', verbose_name='thématiques data·inclusion')),
                ('question_ouverte', models.CharField(blank=True, help_text='Lue en tête du domaine et sur la trame imprimée : elle ouvre le sujet sans supposer la réponse.', max_length=200, verbose_name='question ouverte')),
            ],
            options={
                'verbose_name': 'domaine',
                'verbose_name_plural': 'domaines',
                'ordering': ['ordre'],
            },
        ),
        migrations.CreateModel(
            name='Metier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('libelle', models.CharField(max_length=120, verbose_name='libellé')),
                ('famille', models.CharField(choices=[('accueil', 'accueil'), ('social', 'social'), ('sante_sexuelle', 'santé sexuelle'), ('sante', 'santé'), ('psychologie', 'psychologie'), ('encadrement', 'encadrement'), ('controle', 'contrôle'), ('administration', 'administration')], max_length=20, verbose_name='famille')),
                ('base_du_secret', models.CharField(choices=[('profession', 'par profession'), ('mission', 'par mission'), ('discretion', 'obligation de discrétion')], max_length=20, verbose_name='base du secret')),
            ],
            options={
                'verbose_name': 'métier',
                'verbose_name_plural': 'métiers',
                'ordering': ['libelle'],
            },
        ),
        migrations.CreateModel(
            name='Territoire',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('nom', models.CharField(max_length=120, verbose_name='nom')),
            ],
            options={
                'verbose_name': 'territoire',
                'verbose_name_plural': 'territoires',
                'ordering': ['nom'],
            },
        ),
        migrations.CreateModel(
            name='Commune',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('nom', models.CharField(max_length=120, verbose_name='nom')),
                ('code_postal', models.CharField(max_length=5, verbose_name='code postal')),
                ('territoire', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='pole_social.territoire', verbose_name='territoire')),
            ],
            options={
                'verbose_name': 'commune',
                'verbose_name_plural': 'communes',
                'ordering': ['nom'],
            },
        ),
        migrations.CreateModel(
            name='Lieu',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('nom', models.CharField(max_length=120, verbose_name='nom')),
                ('type', models.CharField(choices=[('pole_social', 'pôle social'), ('antenne', 'antenne'), ('pmi', 'PMI'), ('permanence', 'permanence'), ('tournee', 'tournée')], max_length=20, verbose_name='type')),
                ('closed_from', models.DateField(blank=True, null=True, verbose_name='fermé du')),
                ('closed_until', models.DateField(blank=True, null=True, verbose_name='fermé jusqu’au')),
                ('fermeture', models.CharField(blank=True, max_length=200, verbose_name='motif de fermeture')),
                ('jeton_affichage', models.CharField(blank=True, editable=False, help_text='Sans clé, le lieu n’a pas d’écran public.', max_length=43, null=True, unique=True, verbose_name='clé de l’écran d’appel')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='pole_social.commune', verbose_name='commune')),
                ('territoire', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='pole_social.territoire', verbose_name='territoire')),
            ],
            options={
                'verbose_name': 'lieu',
                'verbose_name_plural': 'lieux',
                'ordering': ['nom'],
                'constraints': [models.CheckConstraint(condition=models.Q(('closed_until__gte', models.F('closed_from')), ('closed_from', None), ('closed_until', None), _connector='OR'), name='lieu_closure_in_order', violation_error_message='La fin de la fermeture précède son début.')],
            },
        ),
        migrations.CreateModel(
            name='Agent',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('username', models.CharField(error_messages={'unique': 'Cet identifiant est déjà pris.'}, max_length=60, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='identifiant de connexion')),
                ('nom', models.CharField(max_length=80, verbose_name='nom')),
                ('prenom', models.CharField(max_length=80, verbose_name='prénom')),
                ('is_active', models.BooleanField(default=True, help_text='Décocher plutôt que supprimer : l’historique reste.', verbose_name='compte actif')),
                ('metier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='pole_social.metier', verbose_name='métier')),
            ],
            options={
                'verbose_name': 'agent',
                'verbose_name_plural': 'agents',
                'ordering': ['nom', 'prenom'],
            },
        ),
        migrations.CreateModel(
            name='Partenaire',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('nom', models.CharField(max_length=120, verbose_name='nom')),
                ('type', models.CharField(choices=[('ccas', 'CCAS'), ('acteur_local', 'acteur local'), ('sante', 'santé'), ('caf', 'CAF'), ('retraite', 'retraite'), ('handicap', 'handicap'), ('association', 'association'), ('petite_enfance', 'petite enfance'), ('assurance_maladie', 'assurance maladie'), ('emploi', 'emploi'), ('jeunesse', 'jeunesse'), ('hebergement', 'hébergement'), ('protection_enfance', 'protection de l’enfance'), ('violences', 'violences')], max_length=30, verbose_name='type')),
                ('communes', models.ManyToManyField(blank=True, to='pole_social.commune', verbose_name='communes')),
            ],
            options={
                'verbose_name': 'partenaire',
                'verbose_name_plural': 'partenaires',
                'ordering': ['nom'],
            },
        ),
        migrations.CreateModel(
            name='Unite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('nature', models.CharField(choices=[('accueil', 'accueil'), ('evaluation', 'évaluation'), ('accompagnement', 'accompagnement'), ('sante', 'santé (PMI)'), ('sante_sexuelle', 'santé sexuelle'), ('direction', 'direction')], max_length=20, verbose_name='nature')),
                ('lieu', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unites', to='pole_social.lieu', verbose_name='lieu')),
            ],
            options={
                'verbose_name': 'unité',
                'verbose_name_plural': 'unités',
                'ordering': ['lieu__nom', 'nature'],
            },
        ),
        migrations.CreateModel(
            name='Affectation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('responsable', models.BooleanField(default=False, verbose_name='responsable de l’unité')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='du')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='au')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affectations', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
                ('unite', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affectations', to='pole_social.unite', verbose_name='unité')),
            ],
            options={
                'verbose_name': 'affectation',
                'verbose_name_plural': 'affectations',
                'ordering': ['starts_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='affectation_in_order', violation_error_message='La fin de l’affectation précède son début.'), models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('agent', 'unite'), name='affectation_open_once', violation_error_message='Cet agent est déjà affecté à cette unité.')],
            },
        ),
        migrations.CreateModel(
            name='Brouillon',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('chemin', models.CharField(max_length=200, verbose_name='page')),
                ('cle', models.UUIDField(editable=False, null=True, verbose_name='clé du formulaire')),
                ('contenu', models.JSONField(default=dict, verbose_name='saisie')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='saisi le')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='brouillons', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
            ],
            options={
                'verbose_name': 'brouillon',
                'verbose_name_plural': 'brouillons',
                'ordering': ['-at'],
                'constraints': [models.UniqueConstraint(fields=('agent', 'chemin', 'cle'), name='brouillon_once_per_form', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Envoi',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('cle', models.UUIDField(verbose_name='clé du formulaire')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date et heure')),
                ('page', models.CharField(max_length=80, verbose_name='page')),
                ('empreinte', models.CharField(max_length=64, verbose_name='empreinte du contenu')),
                ('contenu', models.JSONField(default=dict, verbose_name='contenu')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='adresse de la réponse')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
            ],
            options={
                'verbose_name': 'envoi',
                'verbose_name_plural': 'envois',
                'indexes': [models.Index(fields=['agent', 'at'], name='envoi_agent_at')],
                'constraints': [models.UniqueConstraint(fields=('agent', 'cle'), name='envoi_once_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Bureau',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nom', models.CharField(max_length=60, verbose_name='nom')),
                ('lieu', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bureaux', to='pole_social.lieu', verbose_name='lieu')),
            ],
            options={
                'verbose_name': 'bureau',
                'verbose_name_plural': 'bureaux',
                'ordering': ['nom'],
                'constraints': [models.UniqueConstraint(fields=('lieu', 'nom'), name='bureau_once_per_lieu', violation_error_message='Ce lieu a déjà un bureau de ce nom.')],
            },
        ),
    ]
