"""What the administration site shows of the évaluation stage: referentials only, never a person."""

from django.contrib import admin

from accueil.admin import RegleAdmin
from evaluation.forms.regle import ReglePropositionForm
from evaluation.models import Fragilite, RegleProposition
from pole_social.administration import ReferentielAdmin


@admin.register(Fragilite)
class FragiliteAdmin(ReferentielAdmin):
    list_display = ("libelle", "domaine")
    list_filter = ("domaine",)
    list_select_related = ("domaine",)


@admin.register(RegleProposition)
class ReglePropositionAdmin(RegleAdmin):
    """Conditions are written and explained as those of the rights; the amounts are theirs alone."""

    form = ReglePropositionForm  # type: ignore[assignment]
    list_display = ("action", "fragilite", "niveau_minimum", "is_active", "edited_at")  # type: ignore[assignment]
    list_filter = ("fragilite__domaine", "is_active", "niveau_minimum")
    list_select_related = ("fragilite",)
    search_fields = ["code", "action", "fragilite__libelle"]
    fieldsets = (
        (None, {"fields": (*ReglePropositionForm.Meta.fields, "edited_at")}),
        ("Ce qu’une condition peut dire", {"fields": ("faits", "operateurs")}),
    )
