"""The administration site: accounts, lieux, referentials; never a person. Opened by role."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils import timezone


class AdministrationConfig(AdminConfig):
    default_site = "pole_social.administration.AdministrationSite"


def may_administer(request: HttpRequest) -> bool:
    """The role decides, from the métier alone: there is no `is_superuser`."""
    agent = request.user
    return agent.is_authenticated and agent.is_active and "administration" in agent.roles


class AdministrationSite(admin.AdminSite):
    """Django's admin behind the hub's own sign-in."""

    site_header = "Administration du pôle social"
    site_title = "Administration"
    index_title = "Comptes, lieux et référentiels"
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)


class HubAdmin(admin.ModelAdmin):
    """Open to the administration role, closed to the others; nothing is deleted."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """From the model's own columns only: Django admits one reverse relation, which leads to people's tables."""
        first = lookup.split(LOOKUP_SEP, 1)[0]
        try:
            own = self.model._meta.get_field(first).concrete
        except FieldDoesNotExist:
            own = False
        declared = request is not None and lookup in self.get_list_filter(request)
        return bool(own or declared) and super().lookup_allowed(lookup, value, request)


class ReferentielAdmin(HubAdmin):
    """A row edited here is no longer changed by `load_reference`."""

    search_fields = ["code"]
    readonly_fields = ("edited_at",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.edited_at = timezone.now()
        super().save_model(request, obj, form, change)
