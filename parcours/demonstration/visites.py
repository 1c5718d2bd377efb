"""Who came to the desk of the demonstration on earlier days, and what they said."""

from __future__ import annotations

from parcours.demonstration.venues import Besoin, Canal, Etat, Visite

VISITES = (
    Visite(
        "aminata",
        203,
        "acces_droits",
        (
            ("logement", "locataire du parc social à Clamart, deux pièces"),
            ("foyer", "vit avec ses deux enfants, Moussa et Awa"),
            ("ressources", "salaire à temps partiel et prime d’activité"),
            ("activite", "agente d’entretien, 24 heures par semaine, horaires du matin"),
        ),
        (
            Besoin(
                "Renouveler la complémentaire santé solidaire",
                "sante",
                Etat.REPONSE_IMMEDIATE,
                "Dossier complété avec elle et envoyé à la CPAM ; accusé de réception remis.",
            ),
        ),
    ),
    Visite(
        "stephane",
        10,
        "logement",
        (
            ("logement", "locataire du parc privé, bail depuis 2019"),
            ("dettes", "trois loyers de retard, soit 2 340 €"),
            ("ressources", "allocation chômage jusqu’en janvier"),
        ),
        (
            Besoin(
                "Comprendre le courrier du commissaire de justice",
                "logement",
                Etat.RELAIS,
                dit=(
                    "A reçu un commandement de payer le mois dernier. Il a repris un échange avec son bailleur et "
                    "voudrait proposer un échéancier, mais ne sait pas à quel montant s’engager. Vient seul, "
                    "préfère être appelé en fin de matinée."
                ),
            ),
        ),
        par="gos-2",
    ),
    Visite(
        "nathalie",
        36,
        "budget",
        (
            ("logement", "locataire du parc social à Clamart"),
            ("foyer", "élève seule son fils Enzo"),
            ("activite", "vendeuse, heures réduites depuis l’été"),
        ),
        (
            Besoin(
                "Étaler une facture d’électricité",
                "budget",
                Etat.REPONSE_IMMEDIATE,
                "Délai d’un mois obtenu avec elle par téléphone.",
            ),
        ),
    ),
    Visite(
        "ana",
        2,
        "pmi",
        (("logement", "hébergée chez sa sœur à Vanves"), ("couverture_sante", "droits ouverts")),
        (
            Besoin(
                "Rencontrer une sage-femme",
                "perinatalite",
                Etat.RELAIS,
                vers="issy-sante",
                dit=(
                    "Souhaite un premier rendez-vous avec une sage-femme de PMI. Le téléphone est aussi celui de sa "
                    "sœur : elle est d’accord pour qu’on y laisse un message."
                ),
                jours=5,
            ),
        ),
        par="gos-2",
    ),
    Visite(
        "rita",
        4,
        "insertion",
        (("activite", "intérim, missions courtes"), ("logement", "locataire, héberge sa sœur")),
        (
            Besoin(
                "Faire le point sur ses droits et sa garde d’enfants à venir",
                "insertion",
                Etat.RELAIS,
                dit=(
                    "Les missions d’intérim s’espacent. Elle voudrait une formation d’auxiliaire de vie et demande "
                    "comment tenir son budget pendant ce temps."
                ),
                jours=12,
            ),
        ),
    ),
    Visite(
        "sana",
        8,
        "sante",
        (("logement", "colocataire à Issy"), ("activite", "recherche un premier emploi")),
        (
            Besoin(
                "Rencontrer une conseillère conjugale et familiale",
                "sante",
                Etat.RELAIS,
                vers="issy-sante_sexuelle",
                dit="Souhaite un entretien avec une conseillère, plutôt en fin de journée.",
                jours=15,
            ),
        ),
        par="gos-2",
    ),
    Visite(
        "fanta",
        9,
        "budget",
        (
            ("foyer", "vit avec ses deux enfants"),
            ("ressources", "RSA et allocations familiales"),
            ("logement", "locataire du parc social"),
        ),
        (
            Besoin("Aide pour la cantine des enfants", "budget", Etat.EN_INSTRUCTION, jours=16),
            Besoin("Inscription au centre de loisirs", "famille", Etat.ORIENTEE, "Adressée au CCAS de Clamart."),
        ),
    ),
    Visite(
        "gerard",
        24,
        "budget",
        (("ressources", "retraite et petite complémentaire"), ("logement", "propriétaire de son appartement")),
        (Besoin("Aide pour remplacer le chauffe-eau", "budget", Etat.EN_INSTRUCTION),),
        par="gos-2",
    ),
    Visite(
        "zofia",
        13,
        "acces_droits",
        (("activite", "aide à domicile"), ("couverture_sante", "sans complémentaire depuis mars")),
        (Besoin("Aide au paiement d’une facture d’eau", "budget", Etat.EN_INSTRUCTION, jours=14),),
    ),
    Visite(
        "thi_lan",
        18,
        "courrier_dossier",
        (("ressources", "minimum vieillesse"), ("foyer", "vit seule ; sa fille habite Lyon")),
        (Besoin("Courrier de la caisse de retraite à relire", "acces_droits", Etat.EN_ATTENTE_PIECES, jours=21),),
        par="gos-2",
    ),
    Visite(
        "dragan",
        15,
        "acces_droits",
        (("logement", "hébergé par roulement, domicilié au CCAS"), ("ressources", "RSA")),
        (
            Besoin("Renouveler la domiciliation", "acces_droits", Etat.PRETE, jours=20),
            Besoin(
                "Place en hébergement",
                "logement",
                Etat.CLOSE_PAR_USAGER,
                "Préfère rester chez ses amis pour le moment ; sait qu’il peut revenir.",
            ),
        ),
    ),
    Visite(
        "sylvain",
        30,
        "insertion",
        (("activite", "sans emploi depuis six mois"), ("logement", "locataire")),
        (Besoin("Aide pour le permis de conduire", "mobilite", Etat.EN_INSTRUCTION),),
    ),
    Visite(
        "jean_baptiste",
        6,
        "autonomie",
        (("foyer", "vit seul"), ("logement", "locataire, troisième étage sans ascenseur")),
        (
            Besoin("Se renseigner sur une aide à domicile", "autonomie", Etat.A_PRE_INSTRUIRE, jours=9),
            Besoin(
                "Duplicata d’une carte de transport", "mobilite", Etat.CLASSEE, "Carte retrouvée pendant l’entretien."
            ),
        ),
    ),
    Visite(
        "wang",
        3,
        "courrier_dossier",
        (("foyer", "vit seule ; une voisine traduit parfois"),),
        (Besoin("Avis d’impôt à faire corriger", "acces_droits", Etat.EN_ATTENTE_PIECES, jours=14),),
        par="assistante-administrative",
        canal=Canal.RENDEZ_VOUS,
    ),
    Visite(
        "giulia",
        5,
        "logement",
        (("logement", "locataire à Châtenay-Malabry"),),
        (
            Besoin(
                "Logement devenu trop petit",
                "logement",
                Etat.RELAIS,
                vers="chatenay-evaluation",
                dit="Vit avec son fils dans un studio. La demande de logement social date de 2022.",
                jours=9,
            ),
        ),
        par="gos-chatenay",
    ),
)
