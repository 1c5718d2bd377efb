"""The search: from the narrowest question to the widest, stopping at the first that finds good answers.

Measured against a trigram index on 1,000,000 people (`manage.py bench --search`, docs/performance.md). Every step
asks only among the people whom this agent may be proposed (`UsagerQuerySet.proposable_to`): the ORM writes that
scope, once, and each step is one SQL question around it, whose values are always parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from accueil.models.usager import UsagerQuerySet
from accueil.recherche.ressemblance import FLOOR, GOOD, SURE, Comparison, Nom
from accueil.recherche.vocabulaire import NARROW, WIDE, Mots, expand
from pole_social.dates import PartialDate

BY_PREFIX, BY_WORDS = 60, 600
# With fewer, the name may have been another: the next step is asked too.
ENOUGH = 5
# How much less a name answers when its birth is not quite the one typed.
BESIDE = 0.1
PREFIX_COLUMNS = ("recherche_nom_prenoms", "recherche_prenoms_nom", "recherche_naissance")
# What the ranking reads, then what the steps ask about.
READ = ("id", "recherche_nom_prenoms", "recherche_naissance", "naissance_annee", "naissance_mois", "naissance_jour")
COLUMNS = (*READ, "recherche_prenoms_nom", "recherche_mots")
# A condition on the people of the scope, with its parameters, and what to do of the rows.
Condition = tuple[str, list[Any], str]


class Cascade:
    """One search among these people, by these words."""

    def __init__(self, people: UsagerQuerySet, text: str) -> None:
        self.people, self.text, self.typed = people, text, list[str]()
        self.among(people)
        self._mots: Mots | None = None

    def among(self, people: UsagerQuerySet) -> None:
        """Search these people instead, by the same words."""
        self.scope, self.params = "", ()
        try:
            self.scope, self.params = people.order_by().values(*COLUMNS).query.sql_with_params()
        except EmptyResultSet:
            # Whoever may be proposed nobody finds nobody.
            return

    @property
    def mots(self) -> Mots:
        """The words typed and their neighbours, asked once, when the first steps found nobody."""
        if self._mots is None:
            self._mots = expand(self.text)
        return self._mots

    def by_name(self) -> list[Nom]:
        """Those of that name, the most alike first: what a step finds is kept, and too few ask for the next."""
        return self._by_steps(self._beginnings, self._trusting, self._neighbours, self._wider)

    def without_birth(self) -> list[Nom]:
        """The same in fewer steps, when nobody was born on the date typed."""
        return self._by_steps(self._beginnings, self._neighbours)

    def _by_steps(self, *steps: Callable[[], list[Nom]]) -> list[Nom]:
        found: dict[Any, Nom] = {}
        for step in steps:
            # The widest only for nobody at all.
            if len(found) >= ENOUGH or (found and step == self._wider):
                break
            found |= {nom.pk: nom for nom in step()}
        return Comparison(self.typed, self._mots.near if self._mots else None).ranked(found.values(), FLOOR)

    def by_birth(self, typed: PartialDate) -> list[Nom]:
        """Those born that day whose name resembles; without a sure one, those too whose birth may be mistyped."""
        born = typed.complete
        if born is None:
            return self._born_about(typed)
        noms = self._read(exactly(born))
        if best := Comparison(self.typed).ranked(noms, SURE):
            return best
        beside = self._read(nearly(born))
        return Comparison(self.typed).ranked([*noms, *beside], FLOOR, {nom.pk: BESIDE for nom in beside})

    def _born_about(self, typed: PartialDate) -> list[Nom]:
        """Among those born that year, or that month."""
        everybody = self.scope, self.params
        self.among(self.people.born(typed))
        found = self._by_steps(self._beginnings, self._neighbours)
        self.scope, self.params = everybody
        return found

    def same(self, born: PartialDate | None) -> list[Nom]:
        """Those whose names resemble wholly, and whose birth, where both know it, is the same or nearly."""
        found = self.by_birth(born) if born and born.complete else []
        found = found or [nom for nom in self.by_name() if may_be_born(nom, born)]
        return Comparison(self.mots.typed, self.mots.near).ranked(found, GOOD)

    def _beginnings(self) -> list[Nom]:
        """Names that begin with what was typed, in either order, by either name."""
        # What is normalised holds no sign that LIKE would read as another.
        starts = [(f"{name} LIKE public.normalise(%s) || '%%'", name) for name in PREFIX_COLUMNS]
        return self._read(*[(sql, [self.text], f"ORDER BY {name} LIMIT {BY_PREFIX}") for sql, name in starts])

    def _trusting(self) -> list[Nom]:
        """Names that hold the words typed, where somebody bears them, and a near word for the others."""
        return self._of_words(self._groups(self.mots.trusted, NARROW))

    def _neighbours(self) -> list[Nom]:
        """Names of which each word is near a word typed."""
        return self._of_words(self._groups(self.mots.expanded, NARROW))

    def _wider(self) -> list[Nom]:
        """More neighbours; of three words or more, one may be wrong altogether."""
        groups = self._groups(self.mots.expanded, WIDE)
        fewer = combinations(groups, len(groups) - 1) if len(groups) > 2 else [groups]
        return self._of_words(*fewer)

    def _groups(self, choose: Callable[[str, int], list[str]], count: int) -> list[list[str]]:
        """For each word typed, what to look for. One letter is an initial: it only ranks, unless it stands alone."""
        words = [word for word in self.mots.typed if len(word) > 1] or self.mots.typed
        return [choose(word, count) for word in words]

    def _of_words(self, *ways: Sequence[list[str]]) -> list[Nom]:
        """The names that hold a word of each group, in one of these ways.

        A condition for each group: one tsquery of them all costs twice as much to the index.
        """
        possible = [way for way in ways if way and all(way)]
        if not possible:
            return []
        holds = "recherche_mots @@ to_tsquery('simple', %s)"
        sql = " OR ".join(f"({' AND '.join([holds] * len(way))})" for way in possible)
        queries = [" | ".join(f"'{word}'" for word in group) for way in possible for group in way]
        return self._read((f"({sql})", queries, f"LIMIT {BY_WORDS}"))

    def _read(self, *conditions: Condition) -> list[Nom]:
        """The names of the people of the scope who fulfil one of these."""
        if not self.scope:
            return []
        asked = []
        params: list[Any] = [*self.params, self.text]
        for condition, values, end in conditions:
            asked.append(f"(SELECT * FROM personnes WHERE {condition} {end})")  # noqa: S608
            params += values
        # The words typed come back as the database normalises them: they are compared with its columns.
        sql = f"WITH personnes AS NOT MATERIALIZED ({self.scope}) SELECT public.normalise(%s), {', '.join(READ)} FROM "  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} ({' UNION ALL '.join(asked)}) AS trouves", params)
            rows = cursor.fetchall()
        if rows:
            self.typed = rows[0][0].split()
        # Without a word, every name begins with it.
        return [Nom(*row[1:]) for row in rows] if self.typed else []


def may_be_born(nom: Nom, born: PartialDate | None) -> bool:
    """Whether nothing known of two births differs: what nobody knows contradicts nothing."""
    if born is None or nom.annee is None:
        return True
    parts = ((nom.annee, born.annee), (nom.mois, born.mois), (nom.jour, born.jour))
    return all(one == other for one, other in parts if one and other)


def exactly(born: date) -> Condition:
    """Born that day."""
    return _births([(born.year, born.month, born.day)])


def nearly(born: date) -> Condition:
    """Day and month inverted, the year before or after, or a birth of which less is known.

    Not the years around a 1 January: that day stands for births nobody knows.
    """
    days: list[tuple[int, int | None, int | None]] = [(born.year, None, None), (born.year, born.month, None)]
    if born.day <= 12 and born.day != born.month:
        days.append((born.year, born.day, born.month))
    if (born.month, born.day) != (1, 1):
        days += [(born.year - 1, born.month, born.day), (born.year + 1, born.month, born.day)]
    return _births(days)


def _births(days: list[tuple[int, int | None, int | None]]) -> Condition:
    parts = ("naissance_annee", "naissance_mois", "naissance_jour")
    births = [
        " AND ".join(f"{part} = %s" if value else f"{part} IS NULL" for part, value in zip(parts, day, strict=True))
        for day in days
    ]
    return f"(({') OR ('.join(births)}))", [value for day in days for value in day if value], ""
