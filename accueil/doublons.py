"""Which records may be one person's, made twice: looked for around the newest, on the indexed columns.

A fact about two records (the same names, the same birth, the same phone), never a score: people decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from accueil.recherche.ressemblance import near_names

# How many of the newest records are compared with all the others in one page.
COMPARED = 500
# Of one record: a very common name would otherwise be the whole page.
PER_RECORD = 10
PAIRS_SHOWN = 25

WINDOW = """
SELECT u.id FROM accueil_usager u
WHERE u.territoire_id = ANY(%(territoires)s) AND NOT u.is_sealed AND u.fusionne_vers_id IS NULL
AND (%(apres)s::uuid IS NULL OR EXISTS (
    SELECT 1 FROM accueil_usager p WHERE p.id = %(apres)s::uuid
    AND (u.created_at < p.created_at OR (u.created_at = p.created_at AND u.id > p.id))))
ORDER BY u.created_at DESC, u.id LIMIT %(limit)s
"""

NEAR_BIRTH = """(
    a.naissance_annee IS NULL OR b.naissance_annee IS NULL OR abs(a.naissance_annee - b.naissance_annee) <= 1
    OR (a.naissance_mois, a.naissance_jour) = (b.naissance_mois, b.naissance_jour)
)"""
OTHER = """b.id <> a.id AND b.territoire_id = a.territoire_id AND NOT b.is_sealed AND b.fusionne_vers_id IS NULL
AND (%(autre)s::uuid IS NULL OR b.id = %(autre)s::uuid)"""


def _same(theirs: str, mine: str, extra: str = "true") -> str:
    """The records whose column is equal to this record's: one index lookup for each."""
    return (
        f"SELECT b.* FROM accueil_usager b WHERE b.{theirs} = a.{mine} "  # noqa: S608
        f"AND {OTHER} AND {extra} AND {NEAR_BIRTH} LIMIT {PER_RECORD}"
    )


# On the 1st of January are born hundreds of people: of those of one date, the ones with a name that begins alike.
SAME_DATE = f"""SELECT b.* FROM accueil_usager b
WHERE (b.naissance_annee, b.naissance_mois, b.naissance_jour) = (a.naissance_annee, a.naissance_mois, a.naissance_jour)
AND ARRAY[left(a.recherche_nom_prenoms, 2), left(a.recherche_prenoms_nom, 2), left(a.recherche_naissance, 2)]
&& ARRAY[left(b.recherche_nom_prenoms, 2), left(b.recherche_prenoms_nom, 2), left(b.recherche_naissance, 2)]
AND {OTHER} LIMIT {2 * PER_RECORD}"""  # noqa: S608
# The nine last digits, written backwards: +33 6… and 06… are one phone. A protected number is not compared.
SAME_PHONE = f"""SELECT b.* FROM accueil_coordonnee c
JOIN accueil_coordonnee d ON d.nature = 'telephone' AND d.recherche_chiffres >= left(c.recherche_chiffres, 9)
AND d.recherche_chiffres < left(c.recherche_chiffres, 9) || ':' AND NOT d.is_protected AND d.ends_on IS NULL
JOIN accueil_usager b ON b.id = d.usager_id
WHERE c.usager_id = a.id AND c.nature = 'telephone' AND NOT c.is_protected AND c.ends_on IS NULL
AND length(c.recherche_chiffres) >= 9 AND {OTHER} LIMIT {PER_RECORD}"""  # noqa: S608

BY_NAME, BY_DATE, BY_PHONE = "nom", "date", "telephone"
BRANCHES = [
    (BY_NAME, _same("recherche_nom_prenoms", "recherche_nom_prenoms")),
    (BY_NAME, _same("recherche_prenoms_nom", "recherche_nom_prenoms")),
    (BY_NAME, _same("recherche_nom_prenoms", "recherche_naissance", "a.nom_naissance <> ''")),
    (BY_NAME, _same("recherche_naissance", "recherche_nom_prenoms", "b.nom_naissance <> ''")),
    (BY_NAME, _same("recherche_naissance", "recherche_naissance", "a.nom_naissance <> '' AND b.nom_naissance <> ''")),
    (BY_DATE, SAME_DATE),
    (BY_PHONE, SAME_PHONE),
]
# Without a birth name, the first names would stand alone in its column and be everybody's.
SHOWN = """{0}.recherche_nom_prenoms,
CASE WHEN {0}.nom_naissance = '' THEN {0}.recherche_nom_prenoms ELSE {0}.recherche_naissance END,
{0}.naissance_annee, {0}.naissance_mois, {0}.naissance_jour"""
MATCHES = " UNION ALL ".join(
    f"SELECT '{by}' AS par, a.id, b.id, {SHOWN.format('a')}, {SHOWN.format('b')} "  # noqa: S608
    f"FROM accueil_usager a JOIN LATERAL ({branch}) b ON true WHERE a.id = ANY(%(ids)s) AND NOT EXISTS ("
    "SELECT 1 FROM accueil_distincts x WHERE x.un_id = least(a.id, b.id) AND x.autre_id = greatest(a.id, b.id))"
    # Constants of this file only; what is asked travels beside, as parameters.
    for by, branch in BRANCHES
)

Born = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Paire:
    """Two records, the newest first, and the facts that bring them together."""

    un: UUID
    autre: UUID
    raisons: tuple[str, ...]


@dataclass(frozen=True)
class Proches:
    """The pairs of one page; `suite` is the last record compared, where there are older ones."""

    paires: list[Paire]
    has_more: bool
    suite: UUID | None


def likely(territoires: Iterable[int], apres: UUID | None = None) -> Proches:
    """The pairs around the newest records of these territoires, or around those older than `apres`."""
    with connection.cursor() as cursor:
        scope = {"territoires": list(territoires), "apres": apres, "limit": COMPARED + 1}
        cursor.execute(WINDOW, scope)
        ids = [key for (key,) in cursor.fetchall()]
        compared = ids[:COMPARED]
        cursor.execute(MATCHES, {"ids": compared, "autre": None})
        rows = cursor.fetchall()
    rank = {key: index for index, key in enumerate(compared)}
    paires = sorted(_pairs(rows, rank), key=lambda paire: rank[paire.un])
    suite = compared[-1] if len(ids) > COMPARED else None
    return Proches(paires[:PAIRS_SHOWN], len(paires) > PAIRS_SHOWN, suite)


def reasons_for(un: UUID, autre: UUID) -> tuple[str, ...]:
    """What brings these two records together; nothing for two that the list would not show."""
    with connection.cursor() as cursor:
        cursor.execute(MATCHES, {"ids": [un], "autre": autre})
        paires = _pairs(cursor.fetchall(), {})
    return paires[0].raisons if paires else ()


def _pairs(rows: list[tuple[Any, ...]], rank: dict[UUID, int]) -> list[Paire]:
    """Each pair once, the newest record first, with everything that brings it together."""
    found: dict[tuple[UUID, UUID], set[str]] = {}
    for par, un, autre, *shown in rows:
        if raisons := _reasons(par, shown[:2], tuple(shown[2:5]), shown[5:7], tuple(shown[7:10])):
            first, second = sorted((un, autre), key=lambda key: (rank.get(key, len(rank)), key))
            found.setdefault((first, second), set()).update(raisons)
    return [Paire(*keys, tuple(sorted(raisons))) for keys, raisons in found.items()]


def _reasons(par: str, names: list[str], born: Born, other_names: list[str], other_born: Born) -> set[str]:
    """What to say of two records; nothing when they only share a date, a phone or a common name."""
    same = bool({names[0], *names[1:]} & set(other_names)) or sorted(names[0].split()) == sorted(other_names[0].split())
    if not same and not any(near_names(one, other) for one in names for other in other_names):
        return set()
    if par == BY_NAME and not near_births(born, other_born):
        return set()
    raisons = {"mêmes noms" if same else "noms proches"}
    if par == BY_PHONE:
        raisons.add("même numéro de téléphone")
    if all(born) and born == other_born:
        raisons.add("même date de naissance")
    return raisons


def near_births(one: Born, other: Born) -> bool:
    """Whether what both know of the birth is the same but for one part, or but for day and month exchanged."""
    differing = sum(mine != theirs for mine, theirs in zip(one, other, strict=True) if mine and theirs)
    exchanged = one[0] == other[0] and (one[1], one[2]) == (other[2], other[1])
    return differing <= 1 or exchanged
