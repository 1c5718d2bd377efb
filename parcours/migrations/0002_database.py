"""What Django does not make: the history only appended, what is signed, the merge that is followed."""

from django.db import migrations

from pole_social.triggers import append_only, follow_fusion, immutable_when


class Migration(migrations.Migration):
    replaces = [
        ("parcours", "0002_append_only"),
        ("parcours", "0003_fusion"),
        ("parcours", "0004_dans_la_duree"),
    ]
    dependencies = [("parcours", "0001_initial"), ("accueil", "0002_database")]

    operations = [
        *append_only(
            "parcours_etapeparcours",
            "parcours_etapeaction",
            "parcours_etapetransmission",
            "parcours_etapeconcertation",
            "parcours_bilan",
            "parcours_avancement",
            "parcours_addendum",
            "parcours_relectureecrit",
        ),
        immutable_when("parcours_ecrit", "OLD.signed_at IS NOT NULL"),
        *follow_fusion("parcours_parcours"),
    ]
