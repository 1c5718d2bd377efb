"""Amounts that depend on the household: a closed catalogue of named functions, fed by barèmes.

Each reads facts of the person and barèmes by code; nothing is written in the data but its name. While a fact is
missing the amount is computed with its least favourable answer (`minimum`): under that floor, one is under the
amount whatever the answer; above it, the answer has to be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from accueil.regles.baremes import Alerte, Baremes
from accueil.regles.savoir import Savoir, is_sensible

Reponses = Mapping[str, str]
Tarif = Callable[[str], Decimal]


class TarifInconnu(Exception):
    """A barème that this household needs has no value; carries its code."""


@dataclass(frozen=True)
class Montant:
    """One derived amount."""

    code: str
    libelle: str
    calcul: Callable[[Reponses, Tarif], Decimal]
    # The facts it reads, each with the answers among which the least amount is found.
    minimum: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Calcule:
    """An amount computed for one person: how much, the facts still supposed, what is wrong with its barèmes."""

    valeur: Decimal | None
    manque: tuple[str, ...] = ()
    alertes: tuple[Alerte, ...] = ()


class _Lecture(Mapping[str, str]):
    """Answers that remember which were read: what this household's amount does not need is not asked."""

    def __init__(self, reponses: Mapping[str, str], read: set[str]) -> None:
        self.reponses, self.read = reponses, read

    def __getitem__(self, code: str) -> str:
        self.read.add(code)
        return self.reponses[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.reponses)

    def __len__(self) -> int:
        return len(self.reponses)


def calculer(code: str, savoir: Savoir, baremes: Baremes) -> Calcule:
    """Compute a named amount, the least one while facts are missing.

    The value is None when a barème is unknown: never zero in its place.
    """
    montant = MONTANTS[code]
    known = {fait: str(answer) for fait in montant.minimum if (answer := savoir.valeur(fait)) is not None}
    alertes: dict[str, Alerte] = {}

    def tarif(name: str) -> Decimal:
        if alerte := baremes.alerte(name):
            alertes[name] = alerte
        value = baremes.valeur(name)
        if value is None:
            raise TarifInconnu(name)
        return value

    read: set[str] = set()
    choices = [(known[fait],) if fait in known else least for fait, least in montant.minimum.items()]
    valeur: Decimal | None
    try:
        valeur = min(
            montant.calcul(_Lecture(dict(zip(montant.minimum, answers, strict=True)), read), tarif)
            for answers in product(*choices)
        )
    except TarifInconnu:
        valeur = None
    manque = [fait for fait in montant.minimum if fait in read and fait not in known]
    return Calcule(valeur, _discreet(manque), tuple(alertes.values()))


def _discreet(manque: list[str]) -> tuple[str, ...]:
    """What anybody may be asked comes first; the rest only when nothing else would tell more."""
    return tuple(fait for fait in manque if not is_sensible(fait)) or tuple(manque)


def rsa_montant_forfaitaire(reponses: Reponses, tarif: Tarif) -> Decimal:
    """Montant forfaitaire of the household (CASF R262-1); raised for a parent alone with a child under 3 or pregnant.

    EUR a month. The raise also holds 12 months from the separation, which is not asked: to be checked with the CAF.
    """
    base = tarif("rsa_montant_forfaitaire_1_personne")
    enfants = int(Decimal(reponses["enfants_a_charge"]))
    en_couple = reponses["en_couple"] == "oui"
    if not en_couple and _is_isole(reponses, enfants):
        return base * (tarif("rsa_parent_isole") + enfants * tarif("rsa_parent_isole_par_enfant"))
    return base * (1 + _rsa_majorations(en_couple, enfants, tarif))


def _is_isole(reponses: Reponses, enfants: int) -> bool:
    """A parent alone: a child under 3, or one to come."""
    return (enfants > 0 and Decimal(reponses["age_plus_jeune"]) < 3) or reponses["grossesse"] == "oui"


def _rsa_majorations(en_couple: bool, enfants: int, tarif: Tarif) -> Decimal:
    """The parts added for each person of the household after the first."""
    part = Decimal(0)
    if en_couple or enfants:
        part += tarif("rsa_majoration_2e_personne")
    # Alone, the first child is the second person of the household.
    premiers = min(enfants, 2) if en_couple else max(min(enfants, 2) - 1, 0)
    if premiers:
        part += premiers * tarif("rsa_majoration_couple_1_enfant_ou_2e_enfant")
    if enfants > 2:
        part += (enfants - 2) * tarif("rsa_majoration_enfant_supplementaire")
    return part


def ars_plafond(reponses: Reponses, tarif: Tarif) -> Decimal:
    """Ceiling of the allocation de rentrée scolaire: a base, and a part of it per child. EUR a year, year N-2."""
    enfants = Decimal(reponses["enfants_a_charge"])
    return tarif("ars_plafond_base") * (1 + enfants * tarif("ars_plafond_majoration_par_enfant"))


def _seul_ou_couple(seul: str, couple: str) -> Callable[[Reponses, Tarif], Decimal]:
    def plafond(reponses: Reponses, tarif: Tarif) -> Decimal:
        return tarif(couple if reponses["en_couple"] == "oui" else seul)

    return plafond


def c2s_plafond(reponses: Reponses, tarif: Tarif) -> Decimal:
    """Ceiling of the complémentaire santé solidaire, by the size of the household (CSS R861-3). EUR a year.

    That of the right with a financial participation: whether there is one, the caisse says.
    """
    personnes = 1 + int(reponses["en_couple"] == "oui") + int(Decimal(reponses["enfants_a_charge"]))
    part = Decimal(1)
    if personnes > 1:
        part += tarif("c2s_majoration_2e_personne")
    if personnes > 2:
        part += min(personnes - 2, 2) * tarif("c2s_majoration_3e_et_4e_personne")
    if personnes > 4:
        part += (personnes - 4) * tarif("c2s_majoration_personne_supplementaire")
    return tarif("c2s_plafond_personne_seule") * part * (1 + tarif("c2s_majoration_participation"))


def complement_familial_plafond(reponses: Reponses, tarif: Tarif) -> Decimal:
    """Ceiling of the complément familial (CSS R522-2). EUR a year, year N-2.

    The higher of the two, that of a parent alone or of a couple with two incomes: which one applies, the CAF says.
    """
    enfants = int(Decimal(reponses["enfants_a_charge"]))
    part = 1 + min(enfants, 2) * tarif("complement_familial_majoration_2_premiers_enfants")
    if enfants > 2:
        part += (enfants - 2) * tarif("complement_familial_majoration_enfant_supplementaire")
    base = tarif("complement_familial_plafond_base")
    return base * part + tarif("complement_familial_majoration_deux_revenus")


_COUPLE = {"en_couple": ("non",)}
_FOYER = {**_COUPLE, "enfants_a_charge": ("0",)}
# A parent alone may have more than a couple: either may be the least.
_RSA = {**_FOYER, "en_couple": ("non", "oui"), "age_plus_jeune": ("3",), "grossesse": ("non",)}
_ASPA = _seul_ou_couple("aspa_plafond_personne_seule", "aspa_plafond_couple")
_ASI = _seul_ou_couple("asi_plafond_personne_seule", "asi_plafond_couple")
_REVERSION = _seul_ou_couple("reversion_plafond_personne_seule", "reversion_plafond_couple")
_CF = {"enfants_a_charge": ("3",)}
MONTANTS: dict[str, Montant] = {
    montant.code: montant
    for montant in (
        Montant("rsa_montant_forfaitaire", "le montant forfaitaire du foyer", rsa_montant_forfaitaire, _RSA),
        Montant("ars_plafond", "le plafond de rentrée scolaire", ars_plafond, {"enfants_a_charge": ("1",)}),
        Montant("aspa_plafond", "le plafond de l’ASPA", _ASPA, _COUPLE),
        Montant("asi_plafond", "le plafond de l’ASI", _ASI, _COUPLE),
        Montant("c2s_plafond", "le plafond de la complémentaire santé solidaire", c2s_plafond, _FOYER),
        Montant("complement_familial_plafond", "le plafond du complément familial", complement_familial_plafond, _CF),
        Montant("reversion_plafond", "le plafond de la pension de réversion", _REVERSION, _COUPLE),
    )
}
