"""What became of the demandes of the demonstration: their papers, their money, the dates that others set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accueil.models import AideFinanciere, Demande, Droit, Motif, Passage, PieceDemandee, Usager
from parcours.demonstration.builders import make_demande
from parcours.demonstration.clock import Today, at
from parcours.demonstration.rendez_vous import working_day
from pole_social.models import Agent

People = dict[str, Usager]
Agents = dict[str, Agent]
Fonds, Statut, Etat = AideFinanciere.Fonds, Demande.Statut, PieceDemandee.Etat
RECUE, VUE, MANQUANTE = Etat.RECUE, Etat.VUE, Etat.MANQUANTE


@dataclass(frozen=True)
class Papiers:
    """The list of one demande: where each document stands; those of its right are asked for first."""

    qui: str
    besoin: str
    etats: Mapping[str, str] = field(default_factory=dict)
    droit: str = ""


PAPIERS = (
    Papiers(
        "carlos",
        "Régularisation de charges de 640 €",
        {"Décompte annuel des charges": RECUE, "Dernière quittance de loyer": VUE, "RIB": MANQUANTE},
    ),
    Papiers(
        "thi_lan",
        "Courrier de la caisse de retraite à relire",
        {"Courrier de la caisse de retraite": VUE, "Relevé de carrière": MANQUANTE},
    ),
    Papiers(
        "wang",
        "Avis d’impôt à faire corriger",
        {"Avis d’impôt": VUE, "Numéro fiscal": RECUE, "Justificatif de domicile": MANQUANTE},
    ),
    Papiers("dragan", "Renouveler la domiciliation", {"Pièce d’identité": VUE, "Attestation en cours": RECUE}),
    Papiers("jean_baptiste", "Se renseigner sur une aide à domicile", droit="apa"),
    Papiers("fanta", "Aide pour la cantine des enfants", {"Facture de cantine": RECUE, "Attestation CAF": RECUE}),
)


@dataclass(frozen=True)
class Pas:
    """One step of an aide, days ago: what is written (a whole number is a day from today), and the decision."""

    jours: int
    ecrit: Mapping[str, Any] = field(default_factory=dict)
    decision: str = ""
    motif: str = ""


@dataclass(frozen=True)
class Aide:
    """Money asked for, from the first amount to the last date."""

    qui: str
    besoin: str
    fonds: str
    demande: str
    pas: tuple[Pas, ...] = ()
    urgente: bool = False
    par: str = "gos"


AIDES = (
    Aide("carlos", "Régularisation de charges de 640 €", Fonds.FSL, "640.00"),
    Aide(
        "fanta",
        "Aide pour la cantine des enfants",
        Fonds.CCAS,
        "186.40",
        (Pas(5, {"commission_on": 4}),),
        urgente=True,
    ),
    Aide(
        "zofia",
        "Aide au paiement d’une facture d’eau",
        Fonds.FSL,
        "312.75",
        (
            Pas(11, {"commission_on": -6}),
            Pas(6, decision=Statut.AJOURNEE, motif="Réexaminée quand la facture de régularisation sera jointe."),
        ),
    ),
    Aide(
        "gerard",
        "Aide pour remplacer le chauffe-eau",
        Fonds.DEPARTEMENT,
        "690.00",
        (
            Pas(22, {"commission_on": -17}),
            Pas(17, {"montant_accorde": Decimal("480.00")}, Statut.ACCORDEE, "480 € versés à l’artisan, sur devis."),
            Pas(15, {"notified_on": -15, "recours_until": 45}),
            Pas(8, {"paid_on": -8}),
        ),
        par="gos-2",
    ),
    Aide(
        "sylvain",
        "Aide pour le permis de conduire",
        Fonds.DEPARTEMENT,
        "800.00",
        (
            Pas(27, {"commission_on": -21}),
            Pas(21, decision=Statut.REFUSEE, motif="Pas de promesse d’embauche jointe à la demande."),
            Pas(20, {"notified_on": -20, "recours_until": 40}),
            Pas(6, {"recours_on": -6}),
        ),
    ),
)


@dataclass(frozen=True)
class Courrier:
    """A letter about somebody absent, days ago, and the date that it sets, in working days from today."""

    qui: str
    jours: int
    besoin: str
    le: int
    par: str = "assistante-administrative"


COURRIERS = (
    # A référent follows the first: she reads the date on her own page.
    Courrier("mariama", 1, "Assignation : audience au tribunal de proximité", 8),
    Courrier("stephane", 3, "Terme du commandement de payer", 3),
)


def make_instruction(people: People, agents: Agents, today: Today) -> None:
    """Documents at each state, aides at several steps, dates imposed by a letter."""
    for papiers in PAPIERS:
        _papers(papiers, people[papiers.qui])
    for aide in AIDES:
        _money(aide, people[aide.qui], agents[aide.par], today)
    for courrier in COURRIERS:
        _letter(courrier, people[courrier.qui], agents[courrier.par], today)


def _told(usager: Usager, besoin: str) -> Demande:
    return Demande.objects.select_related("created_by").get(usager=usager, besoin=besoin)


def _papers(papiers: Papiers, usager: Usager) -> None:
    """Asked for and looked at during the interview."""
    demande = _told(usager, papiers.besoin)
    by = demande.created_by
    with at(demande.created_at):
        if papiers.droit:
            demande.droit = Droit.objects.get(code=papiers.droit)
            demande.save_over(demande.version, ["droit"])
            PieceDemandee.objects.ask_for(demande, demande.droit.papiers, by=by)
        PieceDemandee.objects.ask_for(demande, papiers.etats, by=by)
        for piece in PieceDemandee.objects.filter(demande=demande, libelle__in=papiers.etats):
            if papiers.etats[piece.libelle] != MANQUANTE:
                piece.mark(papiers.etats[piece.libelle], by=by)


def _money(aide: Aide, usager: Usager, by: Agent, today: Today) -> None:
    demande = _told(usager, aide.besoin)
    made = AideFinanciere(
        demande=demande, fonds=aide.fonds, montant_demande=Decimal(aide.demande), is_urgente=aide.urgente
    )
    made.save(force_insert=True)
    for pas in aide.pas:
        with at(today.earlier(pas.jours, 14, 30)):
            _write(made, pas, today)
            _decide(demande, pas, by, today)


def _write(aide: AideFinanciere, pas: Pas, today: Today) -> None:
    for name, value in pas.ecrit.items():
        setattr(aide, name, _day(value, today) if isinstance(value, int) else value)
    if pas.ecrit:
        aide.save_over(aide.version, list(pas.ecrit))


def _decide(demande: Demande, pas: Pas, by: Agent, today: Today) -> None:
    if pas.decision == Statut.AJOURNEE:
        back = working_day(today, 6)
        demande.move(pas.decision, by=by, motif=pas.motif, echeance=back)
    elif pas.decision:
        demande.finish(pas.decision, by=by, motif=pas.motif)


def _day(jours: int, today: Today) -> date:
    """Past, the day on which it was worked at; to come, counted in working days up to a fortnight."""
    if jours <= 0:
        return timezone.localdate(today.earlier(-jours))
    return working_day(today, jours) if jours < 15 else today.date + timedelta(days=jours)


def _letter(courrier: Courrier, usager: Usager, by: Agent, today: Today) -> None:
    """Opened without the person; its date becomes the deadline, and stays in the unité's list."""
    with at(today.earlier(courrier.jours, 9, 15)):
        passage = Passage(
            unite=by.unites[0],
            motif=Motif.objects.get(code="courrier_dossier"),
            canal=Passage.Canal.COURRIER,
            jour=timezone.localdate(),
        )
        passage.register([usager], by=by, absents={usager.pk})
    with at(today.earlier(courrier.jours, 9, 25)):
        demande = make_demande(passage, by=by, usager=usager, besoin=courrier.besoin)
        demande.echeance, demande.is_echeance_imposee = working_day(today, courrier.le), True
        demande.save_over(demande.version, ["echeance", "is_echeance_imposee"])
        passage.close(by=by)
