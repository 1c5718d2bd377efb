"""The distinct words of all the names: where a mistyped word finds the words it may have been."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Mot(models.Model):
    """One normalised word, how many people bear it, what it gives with one letter less, and how it sounds.

    Kept by triggers on the people (migration 0003): no code writes here.
    """

    mot = models.TextField("mot", primary_key=True, db_collation="C")
    frequence = models.PositiveIntegerField("porté par", default=0)
    suppressions = ArrayField(models.TextField(), verbose_name="une lettre de moins")
    son = models.TextField("tel qu’il s’entend", db_collation="C")

    class Meta:
        verbose_name = "mot du vocabulaire"
        verbose_name_plural = "vocabulaire"
        indexes: ClassVar = [
            GinIndex(fields=["suppressions"], name="mot_suppressions"),
            # Without the count, which changes at each new person: the indexes are then left as they are.
            models.Index(fields=["son"], name="mot_son"),
        ]

    def __str__(self) -> str:
        return self.mot
