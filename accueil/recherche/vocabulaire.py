"""From the words typed to the words that people bear: one question to the vocabulary for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection
from rapidfuzz.distance import OSA

from accueil.recherche.ressemblance import SAME_SOUND, spelling

# A word typed gives this many words of the vocabulary, then that many when nobody was found.
NARROW, WIDE = 12, 30
# Beyond, the other words only cost.
MAX_WORDS = 6
# Of a shorter word, too many words begin with it.
MIN_PREFIX = 3

# The typed words in their order, each with the words it may have been: with one letter wrong (both lose a letter
# and meet), of the same sound, or longer. Each branch has its index.
NEIGHBOURS = f"""
WITH saisis AS MATERIALIZED (
    SELECT mot, rang, public.son(mot) AS son, public.suppressions(mot) || mot AS voisins
    FROM unnest(string_to_array(public.normalise(%s), ' ')) WITH ORDINALITY AS parts (mot, rang)
    WHERE rang <= {MAX_WORDS} AND mot <> ''
)
SELECT saisis.mot, saisis.son, voisin.mot, voisin.frequence, voisin.son
FROM saisis LEFT JOIN LATERAL (
    SELECT mot, frequence, son FROM accueil_mot WHERE mot = ANY (saisis.voisins)
    UNION SELECT mot, frequence, son FROM accueil_mot WHERE suppressions && saisis.voisins
    UNION (SELECT mot, frequence, son FROM accueil_mot WHERE son = saisis.son ORDER BY frequence DESC LIMIT {WIDE})
    UNION (
        SELECT mot, frequence, son FROM accueil_mot
        WHERE mot > saisis.mot AND mot < saisis.mot || chr(1114111) AND char_length(saisis.mot) >= {MIN_PREFIX}
        ORDER BY frequence DESC LIMIT {WIDE}
    )
) AS voisin ON true
ORDER BY saisis.rang
"""  # noqa: S608


@dataclass
class Mots:
    """What was typed, word by word, and for each the words near it, those to look for first coming first."""

    typed: list[str] = field(default_factory=list)
    near: dict[str, dict[str, float]] = field(default_factory=dict)

    def expanded(self, word: str, count: int) -> list[str]:
        """Without the words typed exactly beside it: « martn marie » does not look for Marin Marie's other Marie."""
        others = set(self.typed) - {word}
        return [near for near in self.near[word] if near not in others][:count]

    def trusted(self, word: str, count: int) -> list[str]:
        """Only itself when somebody bears it."""
        return [word] if word in self.near[word] else self.expanded(word, count)


def expand(text: str) -> Mots:
    """The words of `text`, normalised, and their neighbours in the vocabulary."""
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBOURS, [text])
        rows = cursor.fetchall()
    mots = Mots()
    found: dict[str, list[tuple[bool, bool, int, str, float]]] = {}
    for typed, son, mot, frequence, its_son in rows:
        if typed not in found:
            mots.typed.append(typed)
        listed = found.setdefault(typed, [])
        if mot and (value := nearness(typed, mot, same_sound=bool(son) and son == its_son)):
            # Itself, then what it may have been, then the longer words that it may begin; the most borne first.
            longer = value != SAME_SOUND and OSA.distance(typed, mot) > 1
            listed.append((mot != typed, longer, -frequence, mot, value))
    for typed, listed in found.items():
        mots.near[typed] = {mot: value for *_, mot, value in sorted(listed)}
    return mots


def nearness(typed: str, word: str, *, same_sound: bool) -> float:
    """0 for a word that only shares what two words lose: at two letters, another word."""
    if typed == word:
        return 1.0
    close = OSA.distance(typed, word) <= 1 or word.startswith(typed)
    value = spelling(typed, word) if close else 0.0
    return max(value, SAME_SOUND) if same_sound else value
