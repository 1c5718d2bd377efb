"""What the administration site shows of the accueil stage: referentials only, never a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accueil.catalogue import Genre
from accueil.forms.regle import RegleForm
from accueil.models import Bareme, Droit, Motif, Regle
from accueil.regles.conditions import OPERATEURS
from accueil.regles.montants import MONTANTS
from accueil.regles.savoir import LU
from pole_social.administration import ReferentielAdmin


@admin.register(Motif)
class MotifAdmin(ReferentielAdmin):
    list_display = ("libelle", "domaine", "is_confidentiel", "ordre")
    list_select_related = ("domaine",)


class NamedAdmin(ReferentielAdmin):
    """A referential whose rows are named by their code elsewhere: it is chosen once."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "code") if obj else tuple(self.readonly_fields)


@admin.register(Droit)
class DroitAdmin(NamedAdmin):
    list_display = ("libelle", "organisme", "domaine", "is_active", "edited_at")
    list_filter = ("domaine", "is_active")
    list_select_related = ("domaine",)
    search_fields = ["code", "libelle", "organisme"]


@admin.register(Bareme)
class BaremeAdmin(NamedAdmin):
    list_display = ("__str__", "valeur", "mesure", "starts_on", "ends_on", "source", "etat")
    search_fields = ["code", "libelle"]

    @admin.display(description="état")
    def etat(self, bareme: Bareme) -> str:
        if not bareme.is_known():
            return "à renseigner"
        return "périmé" if bareme.is_out_of_date(timezone.localdate()) else "en vigueur"


@admin.register(Regle)
class RegleAdmin(NamedAdmin):
    form = RegleForm
    list_display = ("code", "droit", "edited_at")
    list_select_related = ("droit",)
    search_fields = ["code", "droit__libelle"]
    readonly_fields = ("edited_at", "faits", "operateurs", "montants")  # type: ignore[assignment]
    fieldsets = (
        (None, {"fields": ("code", "droit", "conditions", "edited_at")}),
        ("Ce qu’une condition peut dire", {"fields": ("faits", "operateurs", "montants")}),
    )

    @admin.display(description="faits")
    def faits(self, regle: Regle) -> SafeString:
        rows = ((code, known.libelle, _answers(code)) for code, known in LU.items())
        return format_html_join("", "<div><code>{}</code> : {}{}</div>", rows)

    @admin.display(description="opérateurs")
    def operateurs(self, regle: Regle) -> str:
        return ", ".join(OPERATEURS)

    @admin.display(description="montants du foyer")
    def montants(self, regle: Regle) -> SafeString:
        rows = ((montant.code, montant.libelle) for montant in MONTANTS.values())
        return format_html_join("", "<div><code>{}</code> : {}</div>", rows)


def _answers(code: str) -> str:
    """The answers that a fact may have, as the rules name them."""
    known = LU[code]
    if known.genre == Genre.OUI_NON:
        return " (oui, non)"
    return f" ({', '.join(answer for answer, _ in known.choix)})" if known.choix else ""
