"""Rights of the demonstration: what people told, in answers that the rules read, and rights at each state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accueil.catalogue import CATALOGUE, Genre
from accueil.models import Droit, DroitSuivi, Fait, Passage, Usager
from parcours.demonstration.clock import Today, at

Statut, NonRecours = DroitSuivi.Statut, DroitSuivi.NonRecours


@dataclass(frozen=True)
class Etape:
    """One step of a right, so many days after it was noticed; `suite` is its next date, in days from today."""

    vers: str
    apres: int = 0
    champs: Mapping[str, Any] = field(default_factory=dict)
    motif: str = ""
    suite: int | None = None


@dataclass(frozen=True)
class Suivi:
    """One right, noticed at the person's first visit."""

    droit: str
    etapes: tuple[Etape, ...] = ()


@dataclass(frozen=True)
class Parole:
    """What one person told at their first visit, and the rights that came of it."""

    qui: str
    donnees: Mapping[str, str]
    suivis: tuple[Suivi, ...] = ()


PAROLES = (
    Parole(
        "aminata",
        {
            "statut_logement": "locataire",
            "aide_logement": "non",
            "en_couple": "non",
            "enfants_a_charge": "2",
            "age_plus_jeune": "5",
            "pension_alimentaire": "non",
            "emploi": "salarie",
            "ressources_mensuelles": "980.00",
            "assurance_maladie": "oui",
            "complementaire": "non",
        },
        (
            Suivi(
                "prime_activite",
                (
                    Etape(Statut.INFORME, 0, {"non_recours": NonRecours.NON_CONNAISSANCE}),
                    Etape(Statut.DEMANDE, 7),
                    Etape(Statut.OBTENU, 39, {"montant_mensuel": Decimal("412.30")}),
                ),
            ),
            Suivi(
                "asf",
                (
                    Etape(Statut.INFORME, 0, {"non_recours": NonRecours.NON_PROPOSITION}),
                    Etape(Statut.DEMANDE, 150, suite=10),
                ),
            ),
        ),
    ),
    Parole(
        "sylvain",
        {"emploi": "chomage", "statut_logement": "locataire", "factures_energie": "oui", "ressources_modestes": "oui"},
        (
            Suivi(
                "rsa",
                (
                    Etape(Statut.INFORME),
                    Etape(Statut.DEMANDE, 4),
                    Etape(Statut.REFUSE, 20, motif="Ressources du foyer au-dessus du montant forfaitaire."),
                ),
            ),
            Suivi("cheque_energie", (Etape(Statut.ABANDONNE, 4, {"non_recours": NonRecours.NON_DEMANDE}),)),
        ),
    ),
    Parole(
        "gerard",
        {"perte_autonomie": "oui", "pension_retraite": "oui", "ressources_annuelles": "11400.00", "en_couple": "non"},
        (Suivi("apa", (Etape(Statut.INFORME, 3, suite=-2),)),),
    ),
    Parole("zofia", {"assurance_maladie": "oui", "complementaire": "non", "emploi": "salarie"}, (Suivi("c2s"),)),
    Parole(
        "dragan",
        {"percoit_rsa": "oui", "statut_logement": "heberge", "adresse_stable": "oui"},
        (Suivi("tarif_transport", (Etape(Statut.INFORME), Etape(Statut.DEMANDE, 1, suite=4))),),
    ),
)


def make_droits(people: dict[str, Usager], today: Today) -> None:
    """Facts that the rules read, and at least one right at each state, through the real acts."""
    for parole in PAROLES:
        usager = people[parole.qui]
        passage = Passage.objects.filter(usagers=usager).select_related("unite", "created_by").earliest("arrived_at")
        _tell(usager, passage, parole.donnees)
        for suivi in parole.suivis:
            _follow(usager, passage, suivi, today)


def _tell(usager: Usager, passage: Passage, donnees: Mapping[str, str]) -> None:
    told = {"usager": usager, "passage": passage, "unite": passage.unite, "recorded_by": passage.created_by}
    said_at = passage.arrived_at + timedelta(minutes=30)
    for sujet, donnee in donnees.items():
        Fait.objects.create(sujet=sujet, donnee=donnee, valeur=_words(sujet, donnee), said_at=said_at, **told)


def _words(sujet: str, donnee: str) -> str:
    """As the desk shows the answer."""
    definition = CATALOGUE[sujet]
    if definition.genre == Genre.MONTANT:
        return f"{Decimal(donnee):.0f} €"
    return dict(definition.choix).get(donnee, donnee)


def _follow(usager: Usager, passage: Passage, suivi: Suivi, today: Today) -> None:
    by = passage.created_by
    with at(passage.arrived_at + timedelta(minutes=35)):
        made = DroitSuivi.follow(usager, Droit.objects.get(code=suivi.droit), unite=passage.unite, by=by)
    for etape in suivi.etapes:
        champs = dict(etape.champs)
        if not DroitSuivi.MOVES.get(etape.vers):
            champs["echeance"] = None
        elif etape.suite is not None:
            champs["echeance"] = today.date + timedelta(days=etape.suite)
        with at(today.earlier(_days_ago(passage.jour, etape.apres, today), 11, 35)):
            made.advance(etape.vers, by=by, motif=etape.motif, **champs)


def _days_ago(noticed: date, apres: int, today: Today) -> int:
    return max((today.date - noticed).days - apres, 0)
