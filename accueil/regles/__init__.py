"""The rules that say which rights to check. Pure: dataclasses in, dataclasses out, no table, no request.

A rule is data: an OR (list) of ANDs (lists) of conditions over the closed catalogue of facts
(`accueil/catalogue.py`), a closed list of operators, dated barèmes and named amounts. It never
concludes: it says « à vérifier » or « peut-être », because of what was said, and what is missing to know more.
"""

from accueil.regles.baremes import Alerte, BaremeLu, Baremes
from accueil.regles.conditions import Condition, ConditionInvalide, Possibilites, lire
from accueil.regles.constats import Constat, Niveau, RegleLue, constater, faits_lus
from accueil.regles.savoir import AGE, Savoir, question

__all__ = [
    "AGE",
    "Alerte",
    "BaremeLu",
    "Baremes",
    "Condition",
    "ConditionInvalide",
    "Constat",
    "Niveau",
    "Possibilites",
    "RegleLue",
    "Savoir",
    "constater",
    "faits_lus",
    "lire",
    "question",
]
