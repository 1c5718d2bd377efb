"""The parcours of the demonstration: ten of different ages at Issy, one in the second territoire."""

from __future__ import annotations

from dataclasses import dataclass

from parcours.demonstration.dossiers import FRAGILITE, MAJEURE, VIGILANCE, Note, Repere
from parcours.models import Action, Ecrit, Parcours

Cercle, Modalite, Porteur = Ecrit.Cercle, Ecrit.Modalite, Action.Porteur


@dataclass(frozen=True)
class Pas:
    """One step; `dans` is its date, in days from today."""

    libelle: str
    dans: int
    porteur: str = Porteur.PROFESSIONNEL
    partenaire: str = ""
    statut: str = Action.Statut.PREVUE


@dataclass(frozen=True)
class But:
    """One goal and its steps."""

    libelle: str
    pas: tuple[Pas, ...] = ()


@dataclass(frozen=True)
class Trace:
    """One écrit, signed `jours` ago (or still a draft)."""

    jours: int
    par: str
    texte: str
    cercle: str = Cercle.EQUIPE
    modalite: str = Modalite.RENDEZ_VOUS
    signe: bool = True
    nommes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suivi:
    """One parcours, opened `jours` ago by `par`; `bilan` is its next review, in days from today."""

    qui: str
    jours: int
    par: str
    bilan: int
    besoin: tuple[str, str, str]
    notes: tuple[Note, ...] = ()
    buts: tuple[But, ...] = ()
    traces: tuple[Trace, ...] = ()
    equipe: tuple[str, ...] = ()
    statut: str = Parcours.Statut.ACTIF
    mot: str = ""
    reprise: int = 0
    # A direct relais from the desk, without an evaluation.
    direct: str = ""


SUIVIS = (
    Suivi(
        "mariama",
        430,
        "assistant-social-2",
        6,
        (
            "Trouver un logement plus grand",
            "logement",
            "Cinq personnes dans un deux-pièces. Demande de logement social ancienne, jamais actualisée.",
        ),
        (
            Note(
                "logement", "", (Repere("suroccupation", MAJEURE, "« les devoirs se font sur le palier »", "", True),)
            ),
            Note("enfance_jeunes", "", (Repere("decrochage", VIGILANCE),)),
            Note("famille", "Les trois enfants sont scolarisés.", (Repere("parentalite", VIGILANCE),)),
        ),
        (
            But(
                "Obtenir un logement adapté à cinq personnes",
                (
                    Pas("Actualiser la demande de logement social", -20, statut=Action.Statut.EN_COURS),
                    Pas("Rassembler les trois derniers bulletins de salaire", 9, Porteur.PERSONNE),
                    Pas("Étudier le dossier en commission", 25, Porteur.PARTENAIRE, "siao-92"),
                ),
            ),
            But("Que Fatoumata retrouve le goût de l’école", (Pas("Rencontrer l’équipe éducative", 12),)),
        ),
        (
            Trace(
                400,
                "assistant-social-2",
                "Premier rendez-vous avec M. et Mme Diallo. Nous avons repris ensemble ce qui avait été dit à "
                "l’évaluation et choisi de commencer par le logement. Ils apportent la demande de 2019.",
            ),
            Trace(
                120,
                "assistant-social-2",
                "Point avec le service social du bailleur : la demande est recevable au titre de la suroccupation. "
                "Argumentaire à préparer avec la famille.",
                Cercle.SOCIAL,
                Modalite.TELEPHONE,
            ),
            Trace(
                62,
                "puericultrice",
                "Visite à domicile. Binta grandit bien, les vaccins sont à jour. La chambre est partagée à cinq ; "
                "le sommeil des enfants est à suivre.",
                Cercle.SANTE,
                Modalite.DOMICILE,
            ),
            Trace(
                41,
                "psychologue",
                "Deuxième entretien avec Fatoumata. Elle accepte de revenir après les vacances.",
                Cercle.PSYCHOLOGIE,
            ),
            Trace(
                30,
                "assistant-social-2",
                "Échange avec l’école au sujet des absences de Fatoumata. La famille y a pris part.",
                Cercle.PROTECTION,
                Modalite.TIERS,
                nommes=("assistant-social-2", "puericultrice"),
            ),
            Trace(
                8,
                "assistant-social-2",
                "La commission examinera le dossier à la fin du mois. Mme Diallo a relu et complété l’argumentaire.",
            ),
        ),
        ("puericultrice", "psychologue"),
    ),
    Suivi(
        "monique",
        1060,
        "cesf",
        48,
        ("Tenir à deux", "autonomie", "S’occupe de son mari malade. Ne s’est pas reposée depuis deux ans."),
        (
            Note("autonomie", "", (Repere("aidant_epuise", MAJEURE, "« je tiens, mais tout juste »", "", True),)),
            Note("lien_social", "", (Repere("isolement", FRAGILITE),)),
        ),
        (But("Souffler une demi-journée par semaine", (Pas("Faire le point sur l’accueil de jour", 15),)),),
        (
            Trace(
                700,
                "cesf",
                "L’aide à domicile passe maintenant trois fois par semaine. Mme Lemoine a repris la marche.",
            ),
            Trace(
                34,
                "cesf",
                "Visite chez M. et Mme Lemoine. L’accueil de jour convient ; à maintenir.",
                modalite=Modalite.DOMICILE,
            ),
        ),
    ),
    Suivi(
        "elena",
        690,
        "conseiller-insertion",
        -6,
        ("Reprendre un travail", "insertion", "Sans emploi depuis la fermeture de l’atelier où elle était couturière."),
        (Note("insertion", "", (Repere("sans_emploi_long", FRAGILITE, "« mes mains savent encore »", "", True),)),),
        (
            But(
                "Retrouver un emploi de couturière",
                (
                    Pas("Essai de deux semaines à l’atelier d’insertion", 18, Porteur.PARTENAIRE, "france-travail"),
                    Pas("Mettre à jour le CV", 5, Porteur.PERSONNE, statut=Action.Statut.EN_COURS),
                ),
            ),
        ),
        (
            Trace(
                55,
                "conseiller-insertion",
                "L’atelier d’insertion de Meudon propose un essai. Mme Martinez est partante.",
            ),
        ),
    ),
    Suivi(
        "julien",
        205,
        "educateur",
        60,
        ("Garder sa place de père", "famille", "Séparé, accueille son fils une semaine sur deux dans un studio."),
        (Note("famille", "", (Repere("separation", FRAGILITE, "", "", True),)),),
        (
            But(
                "Un espace à soi pour Léo",
            ),
        ),
        (
            Trace(
                90,
                "educateur",
                "La médiation familiale a commencé. M. Dubois souhaite une pause pendant son déplacement.",
            ),
        ),
        statut=Parcours.Statut.SUSPENDU,
        mot="Déplacement professionnel de deux mois ; il reprend contact à son retour.",
        reprise=20,
    ),
    Suivi(
        "michel",
        540,
        "assistant-social-2",
        60,
        ("Avoir un toit", "logement", "À la rue depuis l’hiver. Accepte de parler d’un hébergement."),
        (
            Note("logement", "", (Repere("sans_abri", MAJEURE, "« une porte qui ferme »", "", True),)),
            Note("acces_droits", "", (Repere("sans_domiciliation", FRAGILITE),)),
            Note("budget", "", (Repere("sans_ressources", MAJEURE),)),
            Note("insertion", "", (Repere("sans_emploi_long", VIGILANCE),)),
            Note("lien_social", "", (Repere("isolement", MAJEURE, "« je parle aux pigeons »"),)),
            Note("sante", "", (Repere("renoncement_soins", FRAGILITE),)),
        ),
        (),
        (
            Trace(
                70,
                "assistant-social-2",
                "Bail signé en pension de famille. M. Garreau a invité l’équipe à prendre un café.",
            ),
        ),
        statut=Parcours.Statut.CLOS,
        mot="Objectifs atteints",
    ),
    Suivi(
        "yasmina",
        46,
        "puericultrice",
        45,
        (
            "Un suivi pour Rayan",
            "perinatalite",
            "Sortie de maternité il y a peu. Souhaite la visite d’une puéricultrice.",
        ),
        buts=(But("Un premier hiver serein avec Rayan", (Pas("Pesée et conseils à domicile", 4),)),),
        traces=(
            Trace(
                38,
                "puericultrice",
                "Visite à domicile. Allaitement bien installé, courbe de poids rassurante.",
                Cercle.SANTE,
                Modalite.DOMICILE,
            ),
        ),
        equipe=("auxiliaire",),
        direct="issy-sante",
    ),
    Suivi(
        "yasmina",
        31,
        "cesf",
        60,
        ("Équilibrer le budget à trois", "budget", "Le congé parental réduit les revenus du couple."),
        (Note("budget", "", (Repere("baisse_ressources", FRAGILITE, "", "depuis la naissance", True),)),),
        (But("Un budget qui tient jusqu’à la reprise du travail", (Pas("Établir le budget avec le couple", 7),)),),
        (
            Trace(
                20,
                "cesf",
                "Premier rendez-vous. Le couple tient ses comptes sur un carnet, que nous avons repris ensemble.",
            ),
        ),
    ),
    Suivi(
        "sophie",
        96,
        "assistant-social-2",
        -1,
        ("Concilier travail et garde", "famille", "Horaires décalés d’aide-soignante, garde de son fils à organiser."),
        (
            Note(
                "insertion",
                "",
                (Repere("frein_garde", FRAGILITE, "« je pars avant l’ouverture de l’étude »", "", True),),
            ),
            Note("famille", "", (Repere("separation", VIGILANCE),)),
        ),
        (But("Une solution de garde le matin", (Pas("Appeler la caisse des écoles", -3),)),),
        (Trace(60, "assistant-social-2", "La mairie ouvre une place à l’accueil du matin en janvier."),),
    ),
    Suivi(
        "florence",
        262,
        "cesf",
        21,
        ("Sortir des découverts", "budget", "Trois crédits en cours et des frais bancaires chaque mois."),
        (
            Note(
                "budget", "", (Repere("surendettement", MAJEURE, "« je ne veux plus ouvrir le courrier »", "", True),)
            ),
            Note("famille", "", (Repere("monoparentalite", VIGILANCE),)),
        ),
        (
            But(
                "Déposer un dossier de surendettement complet",
                (
                    Pas("Vérifier l’état des dettes ligne à ligne", 3, statut=Action.Statut.EN_COURS),
                    Pas("Apporter les contrats de crédit", 2, Porteur.PERSONNE),
                ),
            ),
        ),
        (Trace(14, "cesf", "Deux créanciers sur trois ont répondu. Le dossier sera prêt au prochain rendez-vous."),),
        ("conseiller-insertion",),
    ),
    Suivi(
        "seung_ho",
        3,
        "educateur",
        88,
        ("Se faire connaître de ses voisins", "lien_social", "Vient d’arriver à Issy. Ne connaît personne."),
        (Note("lien_social", "", (Repere("isolement", FRAGILITE, "« je parle surtout à mon chat »", "", True),)),),
        (
            But(
                "Une activité par semaine avec d’autres",
                (Pas("Visiter la maison de quartier", 10, Porteur.PARTENAIRE, "clavim"),),
            ),
        ),
        (Trace(2, "educateur", "Premier échange. Nous irons ensemble à la maison de quartier.", signe=False),),
    ),
)

CHATENAY = Suivi(
    "aurelie",
    75,
    "assistant-social-chatenay",
    16,
    ("Être accompagnée après une séparation", "famille", "Vit avec sa fille, cherche à se rapprocher de son travail."),
    direct="chatenay-accompagnement",
    buts=(But("Un logement plus près du travail", (Pas("Déposer la demande de mutation", 8),)),),
)
