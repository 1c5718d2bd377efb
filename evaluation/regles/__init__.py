"""The rules that propose something because of a fragilité. Pure: dataclasses in, dataclasses out, no table, no request.

One engine reads conditions, that of the rights (`accueil/regles`); here the fragilité found is what speaks first.
Nothing is decided, counted or ordered by merit: what is proposed comes out in the order of the rules.
"""

from evaluation.regles.conditions import lire
from evaluation.regles.propositions import NIVEAUX, RegleLue, Suggestion, Trouvee, proposer

__all__ = ["NIVEAUX", "RegleLue", "Suggestion", "Trouvee", "lire", "proposer"]
