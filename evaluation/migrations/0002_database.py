"""What Django does not make: the history only appended, what is signed, the merge that is followed."""

from django.db import migrations

from pole_social.triggers import append_only, follow_fusion, immutable_when


class Migration(migrations.Migration):
    replaces = [
        ("evaluation", "0002_append_only"),
        ("evaluation", "0003_fusion"),
        ("evaluation", "0004_evaluation_complete"),
        ("evaluation", "0005_fragilite_libelle_usager"),
        ("evaluation", "0006_regle_action_usager"),
    ]
    dependencies = [("evaluation", "0001_initial"), ("accueil", "0002_database")]

    operations = [
        *append_only("evaluation_etapeevaluation", "evaluation_etapecontribution"),
        immutable_when("evaluation_contribution", "OLD.statut = 'signee'"),
        *follow_fusion("evaluation_evaluation", "evaluation_niveaureleve"),
    ]
