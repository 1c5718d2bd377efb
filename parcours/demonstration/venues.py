"""Who comes to the desk of the demonstration today, and what a need or a visit is made of."""

from __future__ import annotations

from dataclasses import dataclass

from accueil.models import Demande, Passage, Relais

Canal, Statut, Etat = Passage.Canal, Passage.Statut, Demande.Statut
Urgence = Relais.Urgence


@dataclass(frozen=True)
class Besoin:
    """One need told, and what became of it. `jours`: its next date, from the day it was told."""

    libelle: str
    domaine: str
    issue: str = Etat.A_PRE_INSTRUIRE
    reponse: str = ""
    jours: int = 7
    # Of a relais:
    vers: str = "issy-evaluation"
    dit: str = ""
    urgence: str = Urgence.NORMALE


@dataclass(frozen=True)
class Visite:
    """A visit of an earlier day: facts told once, and needs."""

    qui: str
    jours: int
    motif: str
    faits: tuple[tuple[str, str], ...] = ()
    besoins: tuple[Besoin, ...] = ()
    par: str = "gos"
    canal: str = Canal.GUICHET


@dataclass(frozen=True)
class Venue:
    """Somebody who came today. Times are minutes ago; `qui` may name several people, or nobody."""

    arrivee: int
    motif: str
    qui: tuple[str, ...] = ()
    par: str = "gos"
    canal: str = Canal.GUICHET
    prioritaire: bool = False
    confidentiel: bool = False
    appel: int | None = None
    entretien: int | None = None
    pause: int | None = None
    fin: int | None = None
    issue: str = Statut.TERMINE
    bureau: str = ""
    besoins: tuple[Besoin, ...] = ()


RECUS_CE_MATIN = (
    Venue(
        225,
        "budget",
        ("carlos", "elena"),
        appel=221,
        entretien=220,
        fin=188,
        bureau="bureau 2",
        besoins=(
            Besoin("Régularisation de charges de 640 €", "budget", Etat.EN_ATTENTE_PIECES),
            Besoin("Chèque énergie non reçu", "acces_droits", Etat.PRETE, jours=4),
        ),
    ),
    Venue(
        214,
        "acces_droits",
        ("patricia",),
        "gos-2",
        appel=209,
        entretien=208,
        fin=191,
        bureau="bureau 3",
        besoins=(
            Besoin(
                "Attestation de droits à imprimer",
                "numerique",
                Etat.REPONSE_IMMEDIATE,
                "Attestation imprimée avec elle depuis son compte ; elle sait maintenant la retrouver.",
            ),
        ),
    ),
    Venue(
        197,
        "autre_service",
        (),
        "assistante-administrative",
        appel=196,
        entretien=196,
        fin=190,
        besoins=(
            Besoin(
                "Où retirer un dossier de domiciliation",
                "acces_droits",
                Etat.REPONSE_IMMEDIATE,
                "Horaires et adresse du CCAS remis sur papier.",
            ),
        ),
    ),
    Venue(
        182,
        "famille",
        ("camille",),
        "gos-2",
        appel=178,
        entretien=177,
        fin=150,
        bureau="bureau 3",
        besoins=(
            Besoin("Demander une place en crèche", "famille", Etat.ORIENTEE, "Adressée au relais petite enfance."),
            Besoin("Préparer une simulation de prestations", "acces_droits", Etat.A_PRE_INSTRUIRE, jours=1),
        ),
    ),
    Venue(
        163,
        "budget",
        ("nathalie",),
        appel=158,
        entretien=157,
        fin=129,
        bureau="bureau 2",
        besoins=(
            Besoin(
                "Éviter la coupure d’électricité",
                "budget",
                Etat.RELAIS,
                dit=(
                    "Le fournisseur annonce une coupure avant la fin de la semaine. Elle a demandé un délai par "
                    "téléphone, sans réponse. Deux factures en retard depuis la baisse de ses heures de travail. "
                    "Son fils ne connaît pas la situation : ne pas appeler après 17 h."
                ),
                urgence=Urgence.IMMEDIATE,
                jours=0,
            ),
        ),
    ),
    Venue(140, "autre_service", (), "assistante-administrative", issue=Statut.ORIENTE, fin=138),
    Venue(122, "depot_pieces", ("karim",), appel=115, entretien=114, fin=104, bureau="bureau 2"),
    Venue(96, "acces_droits", (), issue=Statut.PARTI, fin=61),
)

EN_ENTRETIEN = (
    Venue(
        74,
        "logement",
        ("mohamed",),
        appel=33,
        entretien=32,
        bureau="bureau 4",
        besoins=(Besoin("Congé donné par le propriétaire", "logement", jours=3),),
    ),
    Venue(
        58,
        "insertion",
        ("sana",),
        "gos-2",
        appel=17,
        entretien=16,
        bureau="bureau 3",
        besoins=(Besoin("S’inscrire comme demandeuse d’emploi", "insertion", jours=7),),
    ),
    Venue(12, "autonomie", ("robert",), "responsable-accueil", Canal.TELEPHONE),
    Venue(88, "acces_droits", ("gerard",), appel=52, entretien=51, pause=34, bureau="bureau 2"),
)

EN_ATTENTE = (
    Venue(48, "budget", ("florence", "grace"), prioritaire=True),
    Venue(46, "parler_en_prive", confidentiel=True),
    Venue(43, "pmi", ("chloe", "jules")),
    Venue(41, "logement", ("oumar", "mariama")),
    Venue(39, "rdv", ("zofia",), "assistante-administrative", Canal.RENDEZ_VOUS, appel=1, bureau="bureau 5"),
    Venue(36, "courrier_dossier", ("thi_lan",)),
    Venue(31, "autre_service", par="assistante-administrative"),
    Venue(27, "budget", ("fanta",)),
    Venue(22, "autonomie", ("jean_baptiste",), "gos-2"),
    Venue(18, "acces_droits", ("hassan",), prioritaire=True),
    Venue(14, "depot_pieces", ("dragan",), "assistante-administrative"),
    Venue(11, "mineur_seul", ("maksym",), prioritaire=True, confidentiel=True),
    Venue(7, "parler_en_prive", par="gos-2", prioritaire=True, confidentiel=True),
    Venue(3, "insertion", ("sylvain",), "assistante-administrative"),
)

CHATENAY = (
    Venue(
        35,
        "acces_droits",
        ("thierry",),
        "gos-chatenay",
        appel=20,
        entretien=19,
        besoins=(Besoin("Refaire une carte d’identité", "acces_droits", jours=10),),
    ),
    Venue(16, "famille", ("aurelie",), "gos-chatenay", prioritaire=True),
    Venue(6, "insertion", ("mamadou",), "gos-chatenay"),
)
