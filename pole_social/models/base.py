"""What every row shares: a random key, a version against lost updates, a history of states."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

# A mis-click is seen at once; later, what was done is done, and corrected by another move.
UNDO_WITHIN = timedelta(minutes=10)
UNDONE = "geste annulé"


class StaleVersion(Exception):
    """Somebody saved this record since it was read; nothing has been written."""


class MoveRefused(Exception):
    """The state asked for cannot be reached from the state the record is in now."""


class PersonRow(models.Model):
    """A row about a person: its key is random, so that nothing can be guessed or counted from it."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """An editable record. `save_over` writes only if nobody saved since `version` was read."""

    version = models.PositiveIntegerField("version", default=1, editable=False)

    class Meta:
        abstract = True

    def save_over(self, version: int, fields: list[str]) -> None:
        """Write `fields` if the stored version is still `version`, and count one more.

        Raises StaleVersion, without writing, when it is not.
        """
        values: dict[str, Any] = {name: getattr(self, name) for name in fields}
        mine = type(self)._base_manager.filter(pk=self.pk, version=version)
        if not mine.update(**values, version=version + 1):
            raise StaleVersion
        self.version = version + 1


class Etape(PersonRow):
    """One dated move of a record, with its author; appended, never changed."""

    de = models.CharField("état quitté", max_length=30, blank=True)
    vers = models.CharField("état atteint", max_length=30)
    at = models.DateTimeField("date et heure", default=timezone.now)
    by = models.ForeignKey("pole_social.Agent", verbose_name="auteur", on_delete=models.PROTECT, related_name="+")
    motif = models.TextField("motif", blank=True, max_length=2000)

    class Meta:
        abstract = True
        ordering: ClassVar = ["at"]

    @property
    def libelle(self) -> str:
        """The state that it led to, as people say it."""
        records: Any = self._meta.get_field("objet").related_model
        return str(records.Statut(self.vers).label)


class WithMoves(models.Model):
    """A record with a `statut`, the table of its moves and its history in `etapes`.

    `MOVES` maps each state to those it may reach (domain, "States"). A state without an entry is final.
    """

    MOVES: ClassVar[dict[str, tuple[str, ...]]]
    statut: Any
    etapes: Any

    class Meta:
        abstract = True

    @classmethod
    def open_states(cls) -> list[str]:
        """The states from which something can still be done."""
        return [state for state, reachable in cls.MOVES.items() if reachable]

    @property
    def is_open(self) -> bool:
        return bool(self.MOVES.get(self.statut))

    def can_move(self, to: str) -> bool:
        return to in self.MOVES.get(self.statut, ())

    def begin(self, *, by: Any, at: datetime | None = None) -> Self:
        """Record the first state of a row that has just been created."""
        self.etapes.create(de="", vers=self.statut, by=by, at=at or timezone.now())
        return self

    @transaction.atomic
    def move(self, to: str, *, by: Any, motif: str = "", at: datetime | None = None, **fields: Any) -> None:
        """Go to `to`, set `fields` in the same statement, and append the dated row.

        Raises MoveRefused when the table does not allow it, or when somebody moved the record first: the
        state is compared in the UPDATE itself, so that of two clicks at once exactly one has an effect.
        """
        if not self.can_move(to):
            raise MoveRefused
        here = type(self)._base_manager.filter(Q(statut=self.statut), pk=self.pk)
        if not here.update(statut=to, **fields):
            raise MoveRefused
        moved_at = at or timezone.now()
        self.etapes.create(de=self.statut, vers=to, by=by, motif=motif, at=moved_at, **self.standing())
        self.statut = to
        for name, value in fields.items():
            setattr(self, name, value)

    def standing(self) -> dict[str, Any]:
        """What the dated row of a move keeps of the fields that a move may replace; nothing unless overridden."""
        return {}

    def restored(self, last: Any) -> dict[str, Any]:
        """The fields that undoing the move `last` gives back; nothing unless overridden."""
        return {}

    def last_move(self) -> Any:
        """The dated row of the move that led to this state, None for a row without history.

        By the state first: two moves may bear the same instant (a clock that is set).
        """
        return self.etapes.filter(vers=self.statut).order_by("-at", "-pk").first()

    def last_among(self, etapes: Sequence[Any]) -> Any:
        """The same, among the dated rows that a page has read, the oldest first."""
        return next((etape for etape in reversed(etapes) if etape.vers == self.statut), None)

    def can_undo(self, last: Any, *, by: Any) -> bool:
        """Whether `by` may still take `last` back: their own, recent, and not itself a taking back."""
        is_move = bool(last and last.de) and last.motif != UNDONE
        return is_move and last.by_id == by.pk and timezone.now() - last.at <= UNDO_WITHIN

    @transaction.atomic
    def undo(self, *, by: Any) -> None:
        """Take back one's own latest move, from a final state too: the reverse move, with its dated row.

        Raises MoveRefused for the move of somebody else, an older one, or when something moved since.
        """
        type(self)._base_manager.select_for_update().get(pk=self.pk)
        last = self.last_move()
        if not self.can_undo(last, by=by) or last.vers != self.statut:
            raise MoveRefused
        fields = self.restored(last)
        here = type(self)._base_manager.filter(Q(statut=self.statut), pk=self.pk)
        if not here.update(statut=last.de, **fields):
            raise MoveRefused
        self.etapes.create(de=self.statut, vers=last.de, by=by, motif=UNDONE, **self.standing())
        self.statut = last.de
        for name, value in fields.items():
            setattr(self, name, value)


class Referentiel(models.Model):
    """A list that the administration keeps: loaded from facts, then edited by people."""

    code = models.SlugField("code", max_length=60, unique=True)
    edited_at = models.DateTimeField(
        "modifié à la main le",
        null=True,
        blank=True,
        editable=False,
        help_text="Une ligne modifiée à la main n’est plus changée par le chargement des données de référence.",
    )

    class Meta:
        abstract = True
