"""The conditions of a proposition: those of the rights, on the age and the household, without amounts."""

from __future__ import annotations

from typing import Any

from accueil.regles import ConditionInvalide, Possibilites
from accueil.regles import lire as read_conditions
from accueil.regles.conditions import Reference

# An amount belongs to a right, which keeps its own rule and its dated barèmes; here it would ask for them again.
WITHOUT_AMOUNT = "Écrivez un nombre : les barèmes et les montants se vérifient avec le droit, qui a sa propre règle."


def lire(donnees: Any) -> Possibilites:
    """The conditions of a rule, empty for « always ». Raises ConditionInvalide, with a French sentence."""
    if donnees == []:
        return ()
    possibilites = read_conditions(donnees)
    if any(isinstance(one.valeur, Reference) for conditions in possibilites for one in conditions):
        raise ConditionInvalide(WITHOUT_AMOUNT)
    return possibilites
