"""How much words resemble: those typed and those of a name, then those of two names. Pure; it says nothing of a person.

A search shows too many rather than too few, in order; two records are said to have names alike, or not. Hence two
measures of the same distance: a likeness from 0 to 1, and a number of wrong letters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

SAME_SOUND = 0.88
# A word with one wrong letter in five resembles at .8; below, it is another word.
WORD_FLOOR = 0.55
# From this on, the names are those that were typed, or nearly.
GOOD = 0.8
# So near that nobody else need be looked for.
SURE = 0.9
# Below, it is another name: one word of two, beside the same birth, still is enough (a married name, a nickname).
FLOOR = 0.6
# Of people who resemble equally, nothing of the name is left unsaid by the first.
UNSAID = 0.02

# Of two names written down, a word may have one wrong letter in so many, and so many in all: « Léa » is not « Léo ».
LETTERS_FOR_ONE_WRONG, MAX_WRONG = 4, 2

# For each typed word, the words of the vocabulary that are near it, and how near.
Near = Mapping[str, Mapping[str, float]]


class Nom(NamedTuple):
    """One person's names, normalised, and when they were born. Searches make them by the thousand."""

    pk: Any
    nom_prenoms: str
    naissance: str = ""
    annee: int | None = None
    mois: int | None = None
    jour: int | None = None

    @property
    def words(self) -> list[str]:
        return f"{self.nom_prenoms} {self.naissance}".split()


class Comparison:
    """The words of one search, compared with many names: with all of their words at once."""

    def __init__(self, typed: Sequence[str], near: Near | None = None) -> None:
        # The longest first: it says most, and chooses first among the words of the name.
        self.typed = sorted(typed, key=len, reverse=True)
        self.weight = sum(len(word) for word in typed)
        # The neighbours of the vocabulary know the sounds; a spelling only its letters.
        self.near = {word: dict((near or {}).get(word, {})) for word in typed}
        self.met: set[str] = set()

    def likeness(self, nom: Nom) -> float:
        """From 0 to 1: each typed word with the word of the name that resembles it most, in any order."""
        self._meet([nom])
        return self._alike(nom.nom_prenoms, nom.naissance)

    def _meet(self, noms: Iterable[Nom]) -> None:
        """Compare the words typed with those of these names: a word that is then not near one is another word."""
        new = {word for nom in noms for word in nom.words} - self.met
        self.met |= new
        self.near = {typed: spellings(typed, new) | near for typed, near in self.near.items()}

    def _alike(self, nom_prenoms: str, naissance: str) -> float:
        usual = nom_prenoms.split()
        left = usual + [word for word in naissance.split() if word not in usual]
        total = 0.0
        for typed in self.typed:
            values = [self.near[typed].get(word, 0.0) for word in left]
            best = max(values, default=0.0)
            if best:
                del left[values.index(best)]
            total += best * len(typed)
        unsaid = sum(word in usual for word in left)
        return (total / self.weight if self.weight else 0.0) - UNSAID * unsaid

    def ranked(self, noms: Iterable[Nom], floor: float, behind: Mapping[Any, float] | None = None) -> list[Nom]:
        """Those who resemble enough, the most alike first, then in the order of the names; some stand `behind`."""
        late, listed = behind or {}, list(noms)
        self._meet(listed)
        near = {word for words in self.near.values() for word in words}
        alike = {}
        # Homonyms are many: their names are weighed once.
        weighed: dict[tuple[str, str], float] = {}
        for nom in listed:
            # Most of those born that year bear no word that resembles.
            if near.isdisjoint(nom.words):
                continue
            names = (nom.nom_prenoms, nom.naissance)
            if names not in weighed:
                weighed[names] = self._alike(*names)
            value = weighed[names]
            if value >= floor:
                alike[nom.pk] = (round(late.get(nom.pk, 0) - value, 3), nom.nom_prenoms, nom.pk, nom)
        return [each[-1] for each in sorted(alike.values())]


def spelling(typed: str, word: str) -> float:
    """1 for the same word; less for a beginning of it, and for letters wrong, missing, added or inverted."""
    return spellings(typed, [word]).get(word, 0.0)


def spellings(typed: str, words: Collection[str]) -> dict[str, float]:
    """The same of each of these words, those that are another word left out: by thousands, no loop of ours."""
    alike = process.extract(typed, words, scorer=OSA.normalized_similarity, score_cutoff=WORD_FLOOR, limit=None)
    found = {word: float(value) for word, value, _ in alike}
    for word in words:
        if word.startswith(typed) and word != typed:
            found[word] = max(found.get(word, 0.0), 0.85 + 0.1 * len(typed) / len(word))
    return found


def near_names(one: str, other: str) -> bool:
    """Whether each word of the shorter name is a word of the longer one, a letter or two aside, in any order."""
    short, long = sorted((one.split(), other.split()), key=len)
    if len(short) < 2:
        return False
    left = list(long)
    for word in short:
        match = next((known for known in left if near_words(word, known)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def near_words(one: str, other: str) -> bool:
    """Whether two words of a name may be one, written twice."""
    allowed = min(len(one) // LETTERS_FOR_ONE_WRONG, len(other) // LETTERS_FOR_ONE_WRONG, MAX_WRONG)
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed
