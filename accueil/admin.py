"""What the administration site shows of the accueil stage: referentials only, never a person."""

from django.contrib import admin

from accueil.models import Motif
from pole_social.administration import ReferentielAdmin


@admin.register(Motif)
class MotifAdmin(ReferentielAdmin):
    list_display = ("libelle", "domaine", "is_confidentiel", "ordre")
    list_select_related = ("domaine",)
