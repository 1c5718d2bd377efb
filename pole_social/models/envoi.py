"""The sendings of creating forms: what makes a double click have one effect."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone


class Envoi(models.Model):
    """One sending of a creating form, known by the key that the form carried.

    The same key with the same content gets the same answer; with another content, both are shown. The
    content is kept one day for that purpose only, then emptied (see `pole_social.once`).
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    cle = models.UUIDField("clé du formulaire")
    agent = models.ForeignKey("pole_social.Agent", verbose_name="agent", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField("date et heure", default=timezone.now)
    page = models.CharField("page", max_length=80)
    empreinte = models.CharField("empreinte du contenu", max_length=64)
    contenu = models.JSONField("contenu", default=dict)
    answer = models.CharField("adresse de la réponse", max_length=300, blank=True)

    class Meta:
        verbose_name = "envoi"
        verbose_name_plural = "envois"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agent", "cle"], name="envoi_once_per_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["agent", "at"], name="envoi_agent_at")]

    def __str__(self) -> str:
        return f"{self.page} {self.at:%Y-%m-%d %H:%M}"
