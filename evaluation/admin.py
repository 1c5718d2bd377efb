"""What the administration site shows of the évaluation stage: referentials only, never a person."""

from django.contrib import admin

from evaluation.models import Fragilite
from pole_social.administration import ReferentielAdmin


@admin.register(Fragilite)
class FragiliteAdmin(ReferentielAdmin):
    list_display = ("libelle", "domaine")
    list_filter = ("domaine",)
    list_select_related = ("domaine",)
