"""From the fragilités found, what is known of the household and the age: what a colleague would propose.

Three answers, never a score: a rule proposes, proposes while something is still to ask, or stays silent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accueil.regles import Baremes, Constat, Possibilites, Savoir, constater
from accueil.regles import RegleLue as ConditionsLues

# From the lightest word to the gravest, as a professional says them.
NIVEAUX = ("vigilance", "fragilite", "majeure", "danger")
# No condition names an amount (`conditions.lire`): none is looked for.
NO_BAREME = Baremes(date.min)


@dataclass(frozen=True)
class Trouvee:
    """A fragilité that the evaluation found: its code, its words, the level that was said."""

    code: str
    libelle: str
    niveau: str
    niveau_dit: str = ""


@dataclass(frozen=True)
class RegleLue:
    """One rule: said of one fragilité, from a level on (empty: any), in some households (empty: all)."""

    code: str
    fragilite: str
    niveau_minimum: str = ""
    possibilites: Possibilites = ()


@dataclass(frozen=True)
class Suggestion:
    """What one rule says: because of what, and the facts to ask before believing it (`a_preciser`)."""

    regle: str
    fragilite: str
    parce_que: tuple[str, ...]
    a_preciser: tuple[str, ...] = ()


def proposer(regles: Iterable[RegleLue], trouvees: Iterable[Trouvee], savoir: Savoir) -> list[Suggestion]:
    """What the rules propose, in their order; a rule of which nothing speaks is left out."""
    found = {trouvee.code: trouvee for trouvee in trouvees}
    near = [regle for regle in regles if regle.fragilite in found and _reaches(found[regle.fragilite], regle)]
    constats = _constats(near, savoir)
    said = (_suggestion(regle, found[regle.fragilite], constats.get(regle.code)) for regle in near)
    return [suggestion for suggestion in said if suggestion]


def _reaches(trouvee: Trouvee, regle: RegleLue) -> bool:
    """A level that nobody knows reaches nothing but a rule said at any level."""
    if not regle.niveau_minimum:
        return True
    known = trouvee.niveau in NIVEAUX and regle.niveau_minimum in NIVEAUX
    return known and NIVEAUX.index(trouvee.niveau) >= NIVEAUX.index(regle.niveau_minimum)


def _constats(regles: Iterable[RegleLue], savoir: Savoir) -> dict[str, Constat]:
    """What the household says of each rule that has conditions.

    Every missing fact may be asked: the fragilité, told to an evaluator, is the reason to ask it.
    """
    read = [ConditionsLues(regle.code, regle.possibilites) for regle in regles if regle.possibilites]
    asked = {regle.droit for regle in read}
    return {constat.droit: constat for constat in constater(read, savoir, NO_BAREME, demandes=asked)}


def _suggestion(regle: RegleLue, trouvee: Trouvee, constat: Constat | None) -> Suggestion | None:
    if regle.possibilites and constat is None:
        return None
    because = trouvee.libelle
    if regle.niveau_minimum:
        because = f"{because} ({trouvee.niveau_dit or trouvee.niveau})"
    household = constat.parce_que if constat else ()
    return Suggestion(regle.code, trouvee.code, (because, *household), constat.manque if constat else ())
