"""The access journal: who read whom, when, through which page and by which relationship."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class Acces(models.Model):
    """One line of the append-only journal: ids and reasons, never a name, a content or a search term.

    Its table is partitioned by month and refuses UPDATE and DELETE (migration 0001); its key is made in
    Python and it has no foreign key, so that the application's database role can be left with INSERT alone.
    """

    class Action(models.TextChoices):
        LECTURE = "lecture", "lecture"
        LISTE = "liste", "liste"
        RECHERCHE = "recherche", "recherche"
        ECRITURE = "ecriture", "écriture"
        IMPRESSION = "impression", "impression"
        EXPORT = "export", "export"
        REFUS = "refus", "refus"

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("date et heure", default=timezone.now)
    agent_id = models.UUIDField("agent")
    action = models.CharField("action", max_length=12, choices=Action)
    page = models.CharField("page", max_length=80)
    objet_id = models.UUIDField("objet", null=True)
    usager_ids = ArrayField(models.UUIDField(), verbose_name="usagers", default=list)
    rattachement_id = models.UUIDField("rattachement", null=True)
    motif = models.CharField("motif", max_length=60, blank=True)

    class Meta:
        verbose_name = "accès"
        verbose_name_plural = "accès"
        managed = False
        db_table = "pole_social_acces"
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {self.page}"
