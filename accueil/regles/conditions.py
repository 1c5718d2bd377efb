"""Conditions as data: reading them, and refusing in French what cannot be read.

A rule is a list of possibilities; each is a list of conditions that must all hold. A condition is
`{"fait": code, "est": operator, "valeur": constant or {"bareme": code} or {"montant": code}}`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accueil.catalogue import Definition, Genre
from accueil.regles.montants import MONTANTS
from accueil.regles.savoir import LU, NUMERIQUES, nombre

EGAL, PARMI, MOINS_DE, AU_PLUS, AU_MOINS = "egal", "parmi", "moins_de", "au_plus", "au_moins"
SEUILS = (MOINS_DE, AU_PLUS, AU_MOINS)
OPERATEURS = (EGAL, PARMI, *SEUILS)
CLES = {"fait", "est", "valeur"}
# Nobody can check a rule longer than that.
MAX_LISTE = 20


class ConditionInvalide(Exception):
    """A rule that cannot be read; carries a French sentence that says where and why."""


@dataclass(frozen=True)
class Reference:
    """An amount named by the rule rather than written in it."""

    nature: str  # « bareme » or « montant »
    code: str


@dataclass(frozen=True)
class Condition:
    """One comparison of a fact."""

    fait: str
    est: str
    valeur: str | Decimal | tuple[str, ...] | Reference


Possibilites = tuple[tuple[Condition, ...], ...]


def lire(donnees: Any, *, baremes: Collection[str] | None = None) -> Possibilites:
    """The conditions of a rule. Raises ConditionInvalide.

    `baremes` are the codes that exist; without them, an unknown one is left for the evaluation to tell.
    """
    if not isinstance(donnees, list) or not donnees:
        raise ConditionInvalide("Écrivez une liste d’au moins une possibilité.")
    if len(donnees) > MAX_LISTE:
        raise ConditionInvalide(f"Une règle a au plus {MAX_LISTE} possibilités.")
    return tuple(_possibilite(rank, liste, baremes) for rank, liste in enumerate(donnees, 1))


def _possibilite(rank: int, liste: Any, baremes: Collection[str] | None) -> tuple[Condition, ...]:
    where = f"Possibilité {rank}"
    if not isinstance(liste, list) or not liste:
        raise ConditionInvalide(f"{where} : écrivez une liste d’au moins une condition.")
    if len(liste) > MAX_LISTE:
        raise ConditionInvalide(f"{where} : au plus {MAX_LISTE} conditions.")
    return tuple(_condition(f"{where}, condition {number}", row, baremes) for number, row in enumerate(liste, 1))


def _condition(where: str, row: Any, baremes: Collection[str] | None) -> Condition:
    if not isinstance(row, dict) or set(row) != CLES:
        raise ConditionInvalide(f"{where} : écrivez « fait », « est » et « valeur », et rien d’autre.")
    fait, est, valeur = row["fait"], row["est"], row["valeur"]
    if not isinstance(fait, str) or fait not in LU:
        raise ConditionInvalide(f"{where} : le fait {_cite(fait)} n’est pas dans le catalogue.")
    if not isinstance(est, str) or est not in OPERATEURS:
        raise ConditionInvalide(f"{where} : l’opérateur {_cite(est)} n’existe pas ; {_liste(OPERATEURS)}.")
    return Condition(fait, est, _valeur(where, LU[fait], est, valeur, baremes))


def _valeur(
    where: str, fait: Definition, est: str, valeur: Any, baremes: Collection[str] | None
) -> str | Decimal | tuple[str, ...] | Reference:
    if fait.genre in NUMERIQUES:
        if est == PARMI:
            raise ConditionInvalide(f"{where} : « {fait.libelle} » est un nombre ; {_liste((EGAL, *SEUILS))}.")
        return _reference(where, est, valeur, baremes) if isinstance(valeur, dict) else _nombre(where, valeur)
    if est in SEUILS:
        raise ConditionInvalide(f"{where} : « {fait.libelle} » n’est pas un nombre ; {_liste((EGAL, PARMI))}.")
    answers = ("oui", "non") if fait.genre == Genre.OUI_NON else tuple(code for code, _ in fait.choix)
    if est == EGAL:
        return _reponse(where, valeur, answers)
    if not isinstance(valeur, list) or not valeur:
        raise ConditionInvalide(f"{where} : « parmi » demande une liste de réponses.")
    return tuple(_reponse(where, each, answers) for each in valeur[: len(answers) + 1])


def _reponse(where: str, valeur: Any, answers: tuple[str, ...]) -> str:
    if not isinstance(valeur, str) or valeur not in answers:
        raise ConditionInvalide(f"{where} : la réponse {_cite(valeur)} n’est pas prévue ; {_liste(answers)}.")
    return valeur


def _nombre(where: str, valeur: Any) -> Decimal:
    found = None if isinstance(valeur, bool) else nombre(valeur)
    if found is None:
        raise ConditionInvalide(f"{where} : {_cite(valeur)} n’est pas un nombre.")
    return found


def _reference(where: str, est: str, valeur: dict[str, Any], baremes: Collection[str] | None) -> Reference:
    nature, code = next(iter(valeur.items()), ("", ""))
    if len(valeur) != 1 or nature not in ("bareme", "montant"):
        raise ConditionInvalide(f"{where} : écrivez un nombre, un « bareme » ou un « montant ».")
    if nature == "montant" and (not isinstance(code, str) or code not in MONTANTS):
        raise ConditionInvalide(f"{where} : le montant {_cite(code)} n’existe pas ; {_liste(tuple(MONTANTS))}.")
    if nature == "montant" and est not in (MOINS_DE, AU_PLUS):
        # While facts are missing the amount is a floor: it can only say who is under it.
        raise ConditionInvalide(f"{where} : un « montant » est un plafond ; {_liste((MOINS_DE, AU_PLUS))}.")
    if nature == "bareme" and (not isinstance(code, str) or (baremes is not None and code not in baremes)):
        raise ConditionInvalide(f"{where} : le barème {_cite(code)} n’existe pas.")
    return Reference(nature, code)


def _cite(valeur: Any) -> str:
    """What was written, shortened: it may be anything."""
    return f"« {str(valeur)[:40]} »".replace("\x00", "�")


def _liste(codes: tuple[str, ...]) -> str:
    return "au choix : " + ", ".join(codes)
