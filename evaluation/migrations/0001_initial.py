import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accueil', '0001_initial'),
        ('pole_social', '0001_initial'),
        ('pole_social', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('statut', models.CharField(choices=[('en_cours', 'en cours'), ('a_valider', 'à valider'), ('a_reprendre', 'à reprendre'), ('validee', 'validée'), ('sans_accompagnement', 'sans accompagnement')], default='en_cours', max_length=20, verbose_name='état')),
                ('opened_on', models.DateField(default=django.utils.timezone.localdate, editable=False, verbose_name='ouverte le')),
                ('echeance', models.DateField(verbose_name='prochaine date')),
                ('fusion', models.UUIDField(blank=True, editable=False, null=True, verbose_name='fusion')),
                ('evaluateur', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='évaluateur')),
                ('relais_envoyes', models.ManyToManyField(blank=True, related_name='evaluations_envoyees', to='accueil.relais', verbose_name='relais envoyés')),
                ('relais_recus', models.ManyToManyField(related_name='evaluations_recues', to='accueil.relais', verbose_name='relais reçus')),
                ('unite', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pole_social.unite', verbose_name='unité')),
                ('usager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='accueil.usager', verbose_name='usager')),
            ],
            options={
                'verbose_name': 'évaluation',
                'verbose_name_plural': 'évaluations',
                'ordering': ['echeance', 'opened_on', 'pk'],
                'indexes': [models.Index(fields=['unite', 'statut', 'echeance'], name='evaluation_unite')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('fusion', None), ('statut__in', ['en_cours', 'a_valider', 'a_reprendre'])), fields=('usager',), name='evaluation_open_once', violation_error_message='Une évaluation est déjà en cours pour cette personne.')],
            },
        ),
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('objet', models.CharField(help_text='Lu par la personne sollicitée et par ceux qui lisent l’évaluation.', max_length=300, verbose_name='ce qui est demandé')),
                ('echeance', models.DateField(verbose_name='attendue le')),
                ('texte', models.TextField(blank=True, help_text='Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours. Signée, elle ne change plus. Ni dossier médical ni notes personnelles ici.', max_length=4000, verbose_name='contribution')),
                ('statut', models.CharField(choices=[('demandee', 'demandée'), ('signee', 'signée'), ('declinee', 'déclinée'), ('retiree', 'retirée')], default='demandee', max_length=12, verbose_name='état')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='demandée le')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='contributeur')),
                ('asked_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='demandée par')),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='evaluation.evaluation', verbose_name='évaluation')),
            ],
            options={
                'verbose_name': 'contribution',
                'verbose_name_plural': 'contributions',
                'ordering': ['echeance', 'asked_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('statut', 'demandee')), fields=['agent', 'echeance'], name='contribution_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('statut', 'demandee')), fields=('evaluation', 'agent'), name='contribution_asked_once', violation_error_message='Une contribution est déjà demandée à cet agent.'), models.CheckConstraint(condition=models.Q(models.Q(('statut', 'signee'), _negated=True), models.Q(('texte', ''), _negated=True), _connector='OR'), name='contribution_signed_with_words', violation_error_message='Écrivez votre contribution avant de la signer.')],
            },
        ),
        migrations.CreateModel(
            name='EtapeContribution',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('de', models.CharField(blank=True, max_length=30, verbose_name='état quitté')),
                ('vers', models.CharField(max_length=30, verbose_name='état atteint')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date et heure')),
                ('motif', models.TextField(blank=True, max_length=2000, verbose_name='motif')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                ('objet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='etapes', to='evaluation.contribution', verbose_name='contribution')),
            ],
            options={
                'verbose_name': 'étape de contribution',
                'verbose_name_plural': 'étapes de contribution',
                'ordering': ['at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EtapeEvaluation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('de', models.CharField(blank=True, max_length=30, verbose_name='état quitté')),
                ('vers', models.CharField(max_length=30, verbose_name='état atteint')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date et heure')),
                ('motif', models.TextField(blank=True, max_length=2000, verbose_name='motif')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                ('objet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='etapes', to='evaluation.evaluation', verbose_name='évaluation')),
            ],
            options={
                'verbose_name': 'étape d’évaluation',
                'verbose_name_plural': 'étapes d’évaluation',
                'ordering': ['at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Exploration',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('etat', models.CharField(choices=[('pas_encore_aborde', 'pas encore abordé'), ('sans_difficulte', 'abordé, aucune difficulté exprimée'), ('fragilites', 'fragilité(s)'), ('a_approfondir', 'à approfondir'), ('non_souhaite', 'non souhaité par la personne'), ('non_aborde', 'non abordé cette fois')], default='pas_encore_aborde', max_length=20, verbose_name='état')),
                ('dit', models.TextField(blank=True, help_text='Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours.', max_length=4000, verbose_name='ce qui est dit')),
                ('empechement', models.CharField(blank=True, choices=[('urgence', 'urgence'), ('interprete_absent', 'interprète absent'), ('tiers_present', 'tiers présent'), ('fatigue', 'fatigue')], max_length=20, verbose_name='pourquoi')),
                ('resume_on', models.DateField(blank=True, null=True, verbose_name='à reprendre le')),
                ('is_seul_a_seul', models.BooleanField(default=False, help_text='La question sur les violences se pose toujours, sans témoin.', verbose_name='question posée seul à seul avec la personne')),
                ('explored_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='abordé le')),
                ('domaine', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pole_social.domaine', verbose_name='domaine')),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explorations', to='evaluation.evaluation', verbose_name='évaluation')),
                ('explored_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='abordé par')),
            ],
            options={
                'verbose_name': 'exploration',
                'verbose_name_plural': 'explorations',
                'ordering': ['domaine__ordre'],
                'constraints': [models.UniqueConstraint(fields=('evaluation', 'domaine'), name='exploration_once_per_domaine'), models.CheckConstraint(condition=models.Q(models.Q(('etat', 'non_aborde'), _negated=True), models.Q(models.Q(('empechement', ''), _negated=True), ('resume_on__isnull', False)), _connector='OR'), name='exploration_reason_and_date', violation_error_message='Dites pourquoi, et quand reprendre.')],
            },
        ),
        migrations.CreateModel(
            name='Fragilite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('libelle', models.CharField(max_length=150, verbose_name='libellé')),
                ('libelle_usager', models.CharField(blank=True, help_text='La phrase de la synthèse remise : « Vous avez un loyer en retard. » Vide : le libellé.', max_length=200, verbose_name='dit à la personne')),
                ('domaine', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fragilites', to='pole_social.domaine', verbose_name='domaine')),
            ],
            options={
                'verbose_name': 'fragilité',
                'verbose_name_plural': 'fragilités',
                'ordering': ['domaine__ordre', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='FragiliteReperee',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('niveau', models.CharField(choices=[('vigilance', 'vigilance'), ('fragilite', 'fragilité'), ('majeure', 'fragilité majeure'), ('danger', 'danger')], max_length=12, verbose_name='niveau')),
                ('depuis', models.CharField(blank=True, max_length=60, verbose_name='depuis quand')),
                ('paroles', models.CharField(blank=True, help_text='Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours.', max_length=500, verbose_name='ses mots')),
                ('is_priorite', models.BooleanField(default=False, verbose_name='sa priorité')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retirée le')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='notée le')),
                ('exploration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fragilites', to='evaluation.exploration', verbose_name='exploration')),
                ('fragilite', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluation.fragilite', verbose_name='fragilité')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='notée par')),
            ],
            options={
                'verbose_name': 'fragilité repérée',
                'verbose_name_plural': 'fragilités repérées',
                'ordering': ['fragilite__domaine__ordre', 'fragilite__pk', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('exploration', 'fragilite'), name='fragilite_reperee_once', violation_error_message='Cette fragilité est déjà notée.')],
            },
        ),
        migrations.CreateModel(
            name='NiveauReleve',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('niveau', models.CharField(choices=[('levee', 'levée'), ('vigilance', 'vigilance'), ('fragilite', 'fragilité'), ('majeure', 'fragilité majeure'), ('danger', 'danger')], max_length=12, verbose_name='niveau')),
                ('releve_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='relevé le')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='noté le')),
                ('source_type', models.CharField(max_length=60, verbose_name='type de la source')),
                ('source_id', models.UUIDField(verbose_name='source')),
                ('fragilite', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluation.fragilite', verbose_name='fragilité')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noté par')),
                ('usager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='niveaux_releves', to='accueil.usager', verbose_name='usager')),
            ],
            options={
                'verbose_name': 'niveau relevé',
                'verbose_name_plural': 'niveaux relevés',
                'ordering': ['releve_on', 'recorded_at', 'pk'],
                'indexes': [models.Index(fields=['usager', 'releve_on'], name='niveau_releve_usager')],
                'constraints': [models.UniqueConstraint(fields=('source_id', 'fragilite', 'releve_on'), name='niveau_releve_once', violation_error_message='Ce niveau est déjà relevé ce jour-là.')],
            },
        ),
        migrations.CreateModel(
            name='PointAppui',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('libelle', models.CharField(help_text='Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours.', max_length=200, verbose_name='point d’appui')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='noté le')),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='points_appui', to='evaluation.evaluation', verbose_name='évaluation')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noté par')),
            ],
            options={
                'verbose_name': 'point d’appui',
                'verbose_name_plural': 'points d’appui',
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RegleProposition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, help_text='Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.', null=True, verbose_name='modifié à la main le')),
                ('niveau_minimum', models.CharField(blank=True, choices=[('vigilance', 'vigilance'), ('fragilite', 'fragilité'), ('majeure', 'fragilité majeure'), ('danger', 'danger')], max_length=12, verbose_name='à partir du niveau')),
                ('conditions', models.JSONField(blank=True, default=list, help_text='Une liste de possibilités sur l’âge et le foyer ; vide : toujours.', verbose_name='conditions')),
                ('action', models.CharField(max_length=300, verbose_name='action proposée')),
                ('action_usager', models.CharField(blank=True, help_text='Imprimé sur la synthèse remise. Vide : cette proposition reste entre professionnels.', max_length=300, verbose_name='dit à la personne')),
                ('partenaire_type', models.CharField(blank=True, choices=[('ccas', 'CCAS'), ('acteur_local', 'acteur local'), ('sante', 'santé'), ('caf', 'CAF'), ('retraite', 'retraite'), ('handicap', 'handicap'), ('association', 'association'), ('petite_enfance', 'petite enfance'), ('assurance_maladie', 'assurance maladie'), ('emploi', 'emploi'), ('jeunesse', 'jeunesse'), ('hebergement', 'hébergement'), ('protection_enfance', 'protection de l’enfance'), ('violences', 'violences')], max_length=30, verbose_name='type de partenaire')),
                ('ordre', models.PositiveSmallIntegerField(default=0, verbose_name='ordre')),
                ('is_active', models.BooleanField(default=True, verbose_name='proposée')),
                ('droit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accueil.droit', verbose_name='droit à vérifier')),
                ('fragilite', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='regles', to='evaluation.fragilite', verbose_name='fragilité')),
                ('metier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pole_social.metier', verbose_name='métier à solliciter')),
            ],
            options={
                'verbose_name': 'règle de proposition',
                'verbose_name_plural': 'règles de proposition',
                'ordering': ['fragilite__domaine__ordre', 'fragilite__pk', 'ordre', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Proposition',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('libelle', models.CharField(help_text='Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours.', max_length=300, verbose_name='proposition')),
                ('parce_que', models.CharField(blank=True, max_length=500, verbose_name='parce que')),
                ('partenaire_type', models.CharField(blank=True, choices=[('ccas', 'CCAS'), ('acteur_local', 'acteur local'), ('sante', 'santé'), ('caf', 'CAF'), ('retraite', 'retraite'), ('handicap', 'handicap'), ('association', 'association'), ('petite_enfance', 'petite enfance'), ('assurance_maladie', 'assurance maladie'), ('emploi', 'emploi'), ('jeunesse', 'jeunesse'), ('hebergement', 'hébergement'), ('protection_enfance', 'protection de l’enfance'), ('violences', 'violences')], max_length=30, verbose_name='type de partenaire')),
                ('statut', models.CharField(choices=[('gardee', 'gardée'), ('ecartee', 'écartée')], default='gardee', max_length=10, verbose_name='décision')),
                ('motif', models.CharField(blank=True, help_text='Lu par les évaluateurs, le responsable jusqu’à sa décision, puis l’équipe sociale du parcours.', max_length=300, verbose_name='pourquoi l’écarter')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='proposé le')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='remplacée le')),
                ('droit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accueil.droit', verbose_name='droit à vérifier')),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='propositions', to='evaluation.evaluation', verbose_name='évaluation')),
                ('fragilite', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='propositions', to='evaluation.fragilitereperee', verbose_name='proposé parce que')),
                ('metier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pole_social.metier', verbose_name='métier à solliciter')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposé par')),
                ('regle', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluation.regleproposition', verbose_name='règle')),
            ],
            options={
                'verbose_name': 'proposition',
                'verbose_name_plural': 'propositions',
                'ordering': ['recorded_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('evaluation', 'regle'), name='proposition_decided_once', violation_error_message='Cette proposition est déjà gardée ou écartée.'), models.CheckConstraint(condition=models.Q(models.Q(('statut', 'ecartee'), _negated=True), models.Q(('motif', ''), _negated=True), _connector='OR'), name='proposition_set_aside_for_a_reason', violation_error_message='Dites pourquoi l’écarter.')],
            },
        ),
        migrations.CreateModel(
            name='Relecture',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='identifiant')),
                ('relue_on', models.DateField(verbose_name='relu avec la personne le')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='noté le')),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relectures', to='evaluation.evaluation', verbose_name='évaluation')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noté par')),
            ],
            options={
                'verbose_name': 'relecture',
                'verbose_name_plural': 'relectures',
                'ordering': ['relue_on', 'recorded_at'],
                'constraints': [models.UniqueConstraint(fields=('evaluation', 'relue_on'), name='relecture_once_a_day', violation_error_message='Cette relecture est déjà notée.')],
            },
        ),
    ]
