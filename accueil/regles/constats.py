"""From what one person said: the rights to check, because of what, and what is missing to know more.

Three answers, never two: a condition is true, false, or unknown because a fact or a barème is missing. Nothing
here is a score, an order of merit or a decision: the rights come out in the order of the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from accueil.regles.baremes import Alerte, Baremes
from accueil.regles.conditions import AU_MOINS, AU_PLUS, EGAL, MOINS_DE, Condition, Possibilites, Reference
from accueil.regles.montants import MONTANTS, Calcule, calculer
from accueil.regles.savoir import AGE, LU, NUMERIQUES, Savoir, is_sensible


class Niveau(StrEnum):
    """What a rule may say. There is no third word: nobody « a droit » here."""

    A_VERIFIER = "a_verifier"
    PEUT_ETRE = "peut_etre"


class Reponse(StrEnum):
    """The three answers of a condition."""

    VRAI = "vrai"
    FAUX = "faux"
    INCONNU = "inconnu"


@dataclass(frozen=True)
class RegleLue:
    """The rule of one right."""

    droit: str
    possibilites: Possibilites


@dataclass(frozen=True)
class Constat:
    """What the rule says of one right for one person."""

    droit: str
    niveau: Niveau
    parce_que: tuple[str, ...]
    manque: tuple[str, ...] = ()
    alertes: tuple[Alerte, ...] = ()


@dataclass(frozen=True)
class _Essai:
    """One condition, or a whole possibility, tried on what is known."""

    reponse: Reponse
    parce_que: tuple[str, ...] = ()
    manque: tuple[str, ...] = ()
    alertes: tuple[Alerte, ...] = ()
    # Whether something that the person said speaks for it: an age alone proposes nothing.
    is_told: bool = False


def faits_lus(possibilites: Possibilites) -> set[str]:
    """Every fact that a rule reads, those of its amounts included; never the age, which nobody says."""
    read = set()
    for condition in (condition for conditions in possibilites for condition in conditions):
        read.add(condition.fait)
        if isinstance(condition.valeur, Reference) and condition.valeur.nature == "montant":
            read.update(MONTANTS[condition.valeur.code].minimum)
    return read - {AGE}


def constater(
    regles: Iterable[RegleLue], savoir: Savoir, baremes: Baremes, *, demandes: Collection[str] = ()
) -> list[Constat]:
    """What the rules say, in their order; a right of which nothing speaks is left out.

    For the rights that the person came for (`demandes`) every missing fact is asked, the sensitive ones too;
    for the others, a right that hangs on a sensitive fact not said stays silent.
    """
    said = (_constat(regle, savoir, baremes, asked=regle.droit in demandes) for regle in regles)
    return [constat for constat in said if constat]


def _constat(regle: RegleLue, savoir: Savoir, baremes: Baremes, *, asked: bool) -> Constat | None:
    essais = [_possibilite(conditions, savoir, baremes) for conditions in regle.possibilites]
    true = [essai for essai in essais if essai.reponse == Reponse.VRAI]
    if true:
        return Constat(regle.droit, Niveau.A_VERIFIER, _union(true, "parce_que"), (), _union(true, "alertes"))
    near = [essai for essai in essais if essai.reponse == Reponse.INCONNU and (asked or _may_be_proposed(essai))]
    if not near:
        return None
    least = min(near, key=lambda essai: len(essai.manque))
    return Constat(regle.droit, Niveau.PEUT_ETRE, least.parce_que, least.manque, least.alertes)


def _may_be_proposed(essai: _Essai) -> bool:
    return essai.is_told and not any(is_sensible(fait) for fait in essai.manque)


def _union(essais: Iterable[_Essai], name: str) -> tuple:  # type: ignore[type-arg]
    """The values of all of them, each once, in order."""
    return tuple(dict.fromkeys(value for essai in essais for value in getattr(essai, name)))


def _possibilite(conditions: Iterable[Condition], savoir: Savoir, baremes: Baremes) -> _Essai:
    """All must hold: one false makes it false, whatever is unknown."""
    essais = [_condition(condition, savoir, baremes) for condition in conditions]
    answers = {essai.reponse for essai in essais}
    if Reponse.FAUX in answers:
        return _Essai(Reponse.FAUX)
    return _Essai(
        Reponse.INCONNU if Reponse.INCONNU in answers else Reponse.VRAI,
        _union(essais, "parce_que"),
        _union(essais, "manque"),
        _union(essais, "alertes"),
        any(essai.is_told for essai in essais),
    )


def _condition(condition: Condition, savoir: Savoir, baremes: Baremes) -> _Essai:
    known = savoir.valeur(condition.fait)
    if known is None:
        return _Essai(Reponse.INCONNU, manque=(condition.fait,))
    said = condition.fait != AGE
    if LU[condition.fait].genre not in NUMERIQUES:
        wanted = condition.valeur if isinstance(condition.valeur, tuple) else (condition.valeur,)
        return _dit(condition.fait, str(known)) if known in wanted else _Essai(Reponse.FAUX)
    assert isinstance(known, Decimal)
    seuil = _seuil(condition, savoir, baremes)
    if seuil.valeur is None:
        return _Essai(Reponse.INCONNU, manque=seuil.manque, alertes=seuil.alertes, is_told=said)
    if _compare(known, condition.est, seuil.valeur):
        return _Essai(Reponse.VRAI, (_parce_que(condition, known),), (), seuil.alertes, said)
    if seuil.manque or seuil.alertes:
        # Above the least amount, or above one that is out of date: that does not say no.
        return _Essai(Reponse.INCONNU, (), seuil.manque, seuil.alertes, said)
    return _Essai(Reponse.FAUX)


def _dit(fait: str, donnee: str) -> _Essai:
    return _Essai(Reponse.VRAI, (LU[fait].est_dit(donnee),), is_told=True)


def _seuil(condition: Condition, savoir: Savoir, baremes: Baremes) -> Calcule:
    """What the answer is compared with."""
    valeur = condition.valeur
    if not isinstance(valeur, Reference):
        assert isinstance(valeur, Decimal)
        return Calcule(valeur)
    if valeur.nature == "montant":
        return calculer(valeur.code, savoir, baremes)
    alerte = baremes.alerte(valeur.code)
    return Calcule(baremes.valeur(valeur.code), alertes=(alerte,) if alerte else ())


def _compare(known: Decimal, est: str, seuil: Decimal) -> bool:
    return {EGAL: known == seuil, MOINS_DE: known < seuil, AU_PLUS: known <= seuil, AU_MOINS: known >= seuil}[est]


def _parce_que(condition: Condition, known: Decimal) -> str:
    """« 67 ans », « enfants à charge : 2 », « ressources sous le plafond de l’ASPA »."""
    definition = LU[condition.fait]
    if condition.fait == AGE:
        return f"{known} ans"
    if isinstance(condition.valeur, Reference) and condition.est in (MOINS_DE, AU_PLUS):
        of_household = condition.valeur.nature == "montant"
        seuil = MONTANTS[condition.valeur.code].libelle if of_household else "le plafond"
        return f"ressources sous {seuil}"
    return definition.est_dit(f"{known:f}")
