"""Online procedures, mandats and orientations of the demonstration, made on the days when they happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accueil.forms.mandat import later
from accueil.models import Demarche, Mandat, Orientation, Passage, Usager
from parcours.demonstration.builders import make_demande
from parcours.demonstration.clock import Today, at, just_before
from pole_social.models import Agent, Partenaire

People = dict[str, Usager]
Agents = dict[str, Agent]
Mode, Statut = Demarche.Mode, Orientation.Statut


@dataclass(frozen=True)
class Pouvoir:
    """A mandat: days ago, months it lasts, what it allows; days after which it was signed or taken back."""

    qui: str
    jours: int
    mois: int
    portee: str
    signe: int | None = 0
    revoque: int | None = None
    par: str = "gos"


MANDATS = (
    Pouvoir(
        "patricia", 690, 12, "Mon compte sur le site de la CAF : déclarer mes ressources, demander une attestation."
    ),
    Pouvoir("thi_lan", 18, 6, "Ma demande de minimum vieillesse sur le site de ma caisse de retraite.", par="gos-2"),
    Pouvoir("karim", 40, 6, "Ma demande de logement social : la renouveler, y joindre les papiers.", revoque=12),
    Pouvoir("zofia", 13, 6, "Ma demande de complémentaire santé sur le site de l’assurance maladie.", signe=None),
    Pouvoir("gerard", 420, 6, "Ma demande d’allocation logement.", par="gos-2"),
)

# Of one person, over two years: days ago, how, the site, the proof. From « pour elle » to « par elle-même ».
DEMARCHES = (
    (688, Mode.POUR, "caf.fr : déclaration de ressources", "CAF-7741-02"),
    (601, Mode.POUR, "caf.fr : déclaration de ressources", "CAF-7741-05"),
    (512, Mode.POUR, "caf.fr : attestation de paiement", ""),
    (505, Mode.AVEC, "ameli.fr : ouvrir son compte", ""),
    (418, Mode.AVEC, "caf.fr : déclaration de ressources", "CAF-8120-11"),
    (330, Mode.AVEC, "caf.fr : déclaration de ressources", "CAF-8402-02"),
    (321, Mode.AVEC, "impots.gouv.fr : déclaration de revenus", "IR-5530"),
    (233, Mode.PAR, "caf.fr : déclaration de ressources", "CAF-8633-05"),
    (148, Mode.AVEC, "impots.gouv.fr : corriger l’adresse", "IR-7718"),
    (139, Mode.PAR, "caf.fr : déclaration de ressources", "CAF-8910-08"),
    (55, Mode.PAR, "caf.fr : déclaration de ressources", "CAF-9127-11"),
    (20, Mode.PAR, "ameli.fr : attestation de droits", ""),
)


@dataclass(frozen=True)
class Envoi:
    """An orientation: from the last passage of somebody, or from an anonymous one; and its answer, days ago."""

    qui: str
    partenaire: str
    besoin: str
    domaine: str
    objet: str
    attendu: int
    reponse: tuple[int, str, str] | None = None


ENVOIS = (
    Envoi("fanta", "ccas-clamart", "Frais de centre de loisirs", "budget", "Demander l’aide aux loisirs", 15),
    Envoi("nathalie", "ccas-issy", "Retard de cantine", "budget", "« Je voudrais étaler ce que je dois »", 15),
    Envoi(
        "gerard",
        "cnav",
        "Complément de retraite",
        "acces_droits",
        "« On m’a dit qu’il manquait des années »",
        20,
        (6, Statut.VALIDEE, "Reçu le 12, un conseiller reprend sa carrière avec lui."),
    ),
    Envoi(
        "sylvain",
        "clavim",
        "Trouver une formation",
        "insertion",
        "« Je cherche une remise à niveau »",
        15,
        (10, Statut.REFUSEE, "Réservé aux moins de 30 ans ; ils conseillent France Travail."),
    ),
)


def make_demarches(people: People, agents: Agents, today: Today) -> None:
    """Mandats live, ended, revoked and to be signed; démarches; orientations waiting, late and answered."""
    mandats = {pouvoir.qui: _mandat(pouvoir, people, agents, today) for pouvoir in MANDATS}
    for jours, mode, site, preuve in DEMARCHES:
        mandat = mandats["patricia"] if mode == Mode.POUR else None
        with at(today.earlier(jours, 11)):
            _demarche(people["patricia"], agents["gos"], mode, site, preuve, mandat)
    with at(today.earlier(18, 11)):
        _demarche(
            people["thi_lan"], agents["gos-2"], Mode.POUR, "lassuranceretraite.fr", "R-20417", mandats["thi_lan"], 16
        )
    with at(today.earlier(9, 11)):
        _demarche(people["fanta"], agents["gos"], Mode.AVEC, "caf.fr : prime d’activité", "CAF-9308-11", None, 21)
    for envoi in ENVOIS:
        _orientation(envoi, people, agents["gos"], today)


def _mandat(pouvoir: Pouvoir, people: People, agents: Agents, today: Today) -> Mandat:
    by = agents[pouvoir.par]
    with at(today.earlier(pouvoir.jours, 10, 50)):
        day = timezone.localdate()
        made = Mandat.objects.create(
            usager=people[pouvoir.qui],
            unite=by.unites[0],
            portee=pouvoir.portee,
            ends_on=later(day, pouvoir.mois),
            created_by=by,
        )
        if pouvoir.signe is not None:
            made.sign(day + timedelta(days=pouvoir.signe))
    if pouvoir.revoque is not None:
        with at(today.earlier(pouvoir.revoque, 15)):
            made.revoke(by=by)
    return made


def _demarche(
    usager: Usager, by: Agent, mode: str, site: str, preuve: str, mandat: Mandat | None, due_in: int | None = None
) -> None:
    echeance = timezone.localdate() + timedelta(days=due_in) if due_in else None
    made = Demarche(
        usager=usager, unite=by.unites[0], mode=mode, site=site, preuve=preuve, mandat=mandat, echeance=echeance
    )
    made.note(by=by)


def _orientation(envoi: Envoi, people: People, by: Agent, today: Today) -> None:
    """From the visit of an earlier day, on that day."""
    usager = people[envoi.qui]
    visits = Passage.objects.filter(usagers=usager, jour__lt=today.date, unite__in=by.unite_ids)
    passage = visits.select_related("unite").latest("jour")
    with at(passage.arrived_at + timedelta(minutes=40)):
        day = timezone.localdate()
        with just_before(1):
            demande = make_demande(
                passage, by=by, usager=usager, besoin=envoi.besoin, domaine=envoi.domaine, due_on=day
            )
        made = Orientation(
            usager=usager,
            demande=demande,
            passage=passage,
            unite=passage.unite,
            partenaire=Partenaire.objects.get(code=envoi.partenaire),
            objet=envoi.objet,
            expected_on=day + timedelta(days=envoi.attendu),
        )
        made.send(by=by)
    if envoi.reponse:
        jours, statut, said = envoi.reponse
        with at(today.earlier(jours, 16)):
            made.answer(statut, by=by, reponse=said)
