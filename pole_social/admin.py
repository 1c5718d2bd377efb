"""What the administration site shows of the ground floor."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.http import HttpRequest

from pole_social.administration import HubAdmin, ReferentielAdmin
from pole_social.models import (
    Affectation,
    Agent,
    Bureau,
    Commune,
    Domaine,
    Lieu,
    Metier,
    Partenaire,
    Territoire,
    Unite,
)


class AffectationInline(admin.TabularInline):
    """The affectations of one agent; an ended one is dated, not removed."""

    model = Affectation
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_view_permission


@admin.register(Agent)
class AgentAdmin(HubAdmin, UserAdmin):
    """Accounts. There are no groups and no permissions: the métier and the affectations decide."""

    list_display = ("username", "nom", "prenom", "metier", "is_active")
    list_filter = ("metier", "is_active")
    list_select_related = ("metier",)
    search_fields = ("username", "nom", "prenom")
    ordering = ("nom", "prenom")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Identité", {"fields": ("prenom", "nom", "metier", "is_active")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("username", "prenom", "nom", "metier", "usable_password", "password1", "password2")},
        ),
    )
    add_form = AdminUserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (AffectationInline,)


@admin.register(Lieu)
class LieuAdmin(ReferentielAdmin):
    list_display = ("nom", "type", "territoire", "commune", "closed_from", "closed_until")
    list_filter = ("type", "territoire")
    list_select_related = ("territoire", "commune")


@admin.register(Unite)
class UniteAdmin(ReferentielAdmin):
    list_display = ("code", "lieu", "nature")
    list_select_related = ("lieu",)


@admin.register(Bureau)
class BureauAdmin(HubAdmin):
    list_display = ("nom", "lieu")
    list_select_related = ("lieu",)


@admin.register(Metier)
class MetierAdmin(ReferentielAdmin):
    list_display = ("libelle", "famille", "base_du_secret")


@admin.register(Domaine)
class DomaineAdmin(ReferentielAdmin):
    list_display = ("ordre", "libelle")


@admin.register(Partenaire)
class PartenaireAdmin(ReferentielAdmin):
    list_display = ("nom", "type")
    list_filter = ("type",)


@admin.register(Commune)
class CommuneAdmin(ReferentielAdmin):
    list_display = ("nom", "code_postal", "territoire")
    list_select_related = ("territoire",)
    search_fields = ["nom", "code", "code_postal"]


@admin.register(Territoire)
class TerritoireAdmin(ReferentielAdmin):
    list_display = ("nom", "code")
