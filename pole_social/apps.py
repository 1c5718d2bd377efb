"""The ground floor as a Django application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from pole_social.partitions import after_migrate


class PoleSocialConfig(AppConfig):
    name = "pole_social"
    verbose_name = "Pôle social"

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)
