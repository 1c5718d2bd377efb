"""What two indexes answered is kept on the parcours since 0007: they would only be written."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # Beside those who write, and one table at a time: what a signature holds is never waited for while holding another.
    atomic = False
    dependencies = [("parcours", "0008_action_proposition")]

    operations = [
        RemoveIndexConcurrently(model_name="ecrit", name="ecrit_exchange"),
        RemoveIndexConcurrently(model_name="bilan", name="bilan_exchange"),
    ]
