"""`visible_to(agent)`: the one question that every page asks before it shows a row about a person.

A read needs a role, a live `Rattachement` and, for an écrit, the circle. Each protected model says which
relationships open its rows (`allowing`) and which rows a responsable sees of their unités (`supervised`);
everything else (ends, déports, the journal) is here, once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value

from accueil.models.rattachement import Deport, Rattachement, RattachementQuerySet
from pole_social import journal
from pole_social.models import Agent
from pole_social.settled import SettledSubquery, is_whole, settle

Row = TypeVar("Row", bound=models.Model, covariant=True)


# A page asks some twenty of them: those of fifty agents at work.
SETTLED = 1024


@dataclass(frozen=True)
class Reader:
    """All that the conditions of reading know of an agent: two agents alike in this read alike."""

    pk: UUID
    famille: str
    roles: frozenset[str]
    unite_ids: tuple[int, ...]
    supervised_unite_ids: tuple[int, ...]
    territoire_ids: tuple[int, ...]
    agent: Agent = field(compare=False, repr=False)

    @classmethod
    def of(cls, agent: Agent) -> Reader:
        return cls(
            agent.pk,
            agent.famille,
            agent.roles,
            tuple(agent.unite_ids),
            tuple(agent.supervised_unite_ids),
            tuple(agent.territoire_ids),
            agent,
        )


class ProtectedQuerySet(models.QuerySet[Row]):
    """Rows about people. What it fetches after `visible_to` is told to the access journal."""

    # The path from a row to its person's id; override for rows that reach the person through another.
    usager_path: ClassVar[str] = "usager_id"
    # The roles that may ever read these rows.
    readers: ClassVar[frozenset[str]]
    _is_watched = False

    # What else its conditions depend on, beside the reader; override with it.
    variant: Hashable = None

    def visible_to(self, agent: Agent) -> Self:
        """The rows that this agent may read now. Out of it, a row does not exist for them."""
        journal.announce()
        if not self.readers & agent.roles:
            return self.none()
        if not is_whole(self):
            return self.readable_by(agent)
        found: Self = _settled(type(self), self.model, self.variant, Reader.of(agent)).all()  # type: ignore[assignment]
        return found

    def readable_by(self, agent: Agent) -> Self:
        """The conditions of `visible_to`, which asks them; override to narrow.

        They say nothing but the reader (as `Reader` does) and the present moment (`pole_social.moments`).
        """
        allowing = self.allowing(agent)
        found = self.filter(Exists(allowing) | self.supervised(agent)).without_deport(agent)
        return found.watched(self.why(allowing))

    def why(self, allowing: models.QuerySet[Any]) -> Subquery:
        """The relationship that the journal names, among those that open a row."""
        return SettledSubquery(allowing.order_by("starts_at").values("pk")[:1])

    def allowing(self, agent: Agent) -> models.QuerySet[Any]:
        """The live relationships that open a row, written with OuterRef; override to narrow."""
        return self.relationships(agent)

    def supervised(self, agent: Agent) -> Q:
        """The rows a responsable sees because their unités own them; none unless overridden."""
        return Q(pk__in=[])

    def relationships(self, agent: Agent, *natures: str) -> RattachementQuerySet:
        """The agent's live relationships with the row's person, of these natures (or any)."""
        live = Rattachement.objects.live().held_by(agent).filter(usager=OuterRef(self.usager_path))
        return live.filter(nature__in=natures) if natures else live

    def without_deport(self, agent: Agent) -> Self:
        """Never one's own file nor a relative's."""
        return self.exclude(Exists(Deport.objects.filter(agent=agent, usager=OuterRef(self.usager_path))))

    def watched(self, why: Subquery | None = None) -> Self:
        """Have the journal told of every row fetched, and of the relationship that allowed it."""
        found = self.annotate(journal_rattachement=why or Value(None, output_field=models.UUIDField()))
        if self.usager_path != "usager_id":
            found = found.annotate(journal_usager=F(self.usager_path))
        found._is_watched = True
        return found

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._is_watched = self._is_watched
        clone.variant = self.variant
        return clone

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()  # type: ignore[misc]
        if is_new and self._is_watched:
            self._tell_all(self._result_cache or [])

    def _tell_all(self, rows: Sequence[Any]) -> None:
        for row in rows:
            if isinstance(row, self.model):
                self.tell(row)
            else:
                journal.refuse_unnamed()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Row]:
        """Rows read one by one would not be told; a page never needs it."""
        if self._is_watched:
            journal.refuse_unnamed()
        return super().iterator(chunk_size)

    def first_rows(self, size: int) -> tuple[list[Any], bool]:
        """The first `size` rows, and whether there are more; the journal names the people of those rows alone."""
        quiet = self._clone()
        quiet._is_watched = False
        found = list(quiet[: size + 1])
        if self._is_watched:
            self._tell_all(found[:size])
        return found[:size], len(found) > size

    def tell(self, row: Any) -> None:
        """Tell the journal whose row this is."""
        usager_id = getattr(row, "journal_usager", None) or getattr(row, "usager_id", None)
        journal.saw(usager_id, getattr(row, "journal_rattachement", None))


@lru_cache(maxsize=SETTLED)
def _settled(
    kind: type[ProtectedQuerySet[Any]], model: type[models.Model], variant: Hashable, reader: Reader
) -> ProtectedQuerySet[Any]:
    """Every row of this model that this reader may read, its conditions written."""
    whole = kind(model)
    whole.variant = variant
    found = whole.readable_by(reader.agent)
    settle(found)
    return found
