"""Why the other parcours of the demonstration were opened, and what was done: told once, lived by several people."""

from __future__ import annotations

from dataclasses import dataclass

from parcours.demonstration.dossiers import FRAGILITE, MAJEURE, VIGILANCE
from parcours.models import Ecrit

Cercle, Modalite = Ecrit.Cercle, Ecrit.Modalite


@dataclass(frozen=True)
class Theme:
    """`par` are the référents in turn, `traces` what they write as time goes, the first one first."""

    par: tuple[str, ...]
    besoin: tuple[str, str, str]
    reperes: tuple[tuple[str, str, str], ...]
    but: str
    pas: tuple[str, ...]
    traces: tuple[str, ...]
    avec: tuple[str, ...] = ()
    # Taken up straight from the desk by this unité, without an evaluation.
    direct: str = ""
    cercle: str = Cercle.EQUIPE
    modalite: str = Modalite.RENDEZ_VOUS


THEMES = (
    Theme(
        ("assistant-social-2", "cesf"),
        ("Rester dans son logement", "logement", "Trois loyers en retard après une perte d’heures de travail."),
        (("impaye_loyer", "logement", MAJEURE), ("baisse_ressources", "budget", FRAGILITE)),
        "Garder son logement et solder la dette",
        ("Proposer un plan de paiement au bailleur", "Déposer le dossier au fonds de solidarité logement"),
        (
            "Premier rendez-vous. Le bail, les quittances et les relances sont posés sur la table, dans l’ordre.",
            "Le bailleur accepte un échelonnement sur dix-huit mois. La première mensualité est versée.",
            "L’aide du fonds est accordée. Reste la régularisation des charges.",
            "Six mensualités tenues. Le loyer courant est payé le 5 de chaque mois.",
        ),
    ),
    Theme(
        ("cesf",),
        ("Y voir clair dans son budget", "budget", "Découvert chaque mois, plusieurs crédits, courrier non ouvert."),
        (("surendettement", "budget", MAJEURE), ("gestion_budget", "budget", FRAGILITE)),
        "Un budget qui tient jusqu’à la fin du mois",
        ("Ouvrir ensemble le courrier en retard", "Préparer le dossier de surendettement"),
        (
            "Nous avons ouvert vingt-deux lettres. Quatre demandaient une réponse, elle est partie.",
            "Le dossier de surendettement est recevable. Les prélèvements sont suspendus.",
            "Le plan prévoit des remboursements tenables. Un carnet de dépenses est tenu.",
        ),
    ),
    Theme(
        ("conseiller-insertion",),
        ("Retrouver un emploi", "insertion", "Sans emploi depuis deux ans, souhaite changer de métier."),
        (("sans_emploi_long", "insertion", FRAGILITE), ("sans_qualification", "insertion", VIGILANCE)),
        "Entrer en formation",
        ("Visiter le centre de formation", "Refaire le CV", "Demander la prise en charge des transports"),
        (
            "Nous avons repris le parcours depuis l’école. Le métier d’agent hospitalier revient trois fois.",
            "Immersion d’une semaine : le retour de l’équipe est bon, la fatigue aussi.",
            "Entrée en formation confirmée. La garde du plus jeune est réglée.",
        ),
    ),
    Theme(
        ("educateur",),
        ("Être soutenu comme parent", "famille", "Se sent seule devant les colères de son fils de six ans."),
        (("parentalite", "famille", FRAGILITE), ("monoparentalite", "famille", VIGILANCE)),
        "Des soirées plus calmes à la maison",
        ("Rencontrer l’école avec le parent", "Essayer le lieu d’accueil enfants-parents"),
        (
            "Premier échange à la maison. Les matins se passent bien ; c’est le soir qui pèse.",
            "Le lieu d’accueil du samedi plaît aux deux. Ils y retournent sans moi.",
            "L’enseignante voit un enfant plus disponible. Le parent demande moins de rendez-vous.",
        ),
        avec=("eje",),
        modalite=Modalite.DOMICILE,
    ),
    Theme(
        ("assistant-social-2",),
        (
            "Faire valoir ses droits",
            "acces_droits",
            "Retraite incomplète, minimum vieillesse jamais demandé.",
        ),
        (("droits_non_ouverts", "acces_droits", MAJEURE), ("demarches_en_ligne", "numerique", FRAGILITE)),
        "Une retraite complète",
        ("Reconstituer la carrière", "Demander l’allocation de solidarité"),
        (
            "Nous avons retrouvé deux employeurs des années soixante-dix. Les bulletins sont photocopiés.",
            "La caisse reconnaît huit trimestres de plus.",
            "Premier versement de l’allocation : deux cent quatre euros de plus par mois.",
        ),
    ),
    Theme(
        ("assistant-social-2", "educateur"),
        (
            "Sortir de l’hébergement chez des proches",
            "logement",
            "Dort chez une cousine, puis chez une autre.",
        ),
        (("heberge_tiers", "logement", MAJEURE), ("acces_logement", "logement", FRAGILITE)),
        "Une adresse à soi",
        ("Actualiser la demande de logement social", "Saisir la commission de médiation"),
        (
            "La demande de logement est à jour. Les pièces manquantes étaient chez un ancien employeur.",
            "Place en résidence sociale proposée. Visite prévue ensemble.",
            "Entrée dans les lieux. Le premier mois est payé avec l’aide à l’installation.",
        ),
    ),
    Theme(
        ("cesf", "assistant-social-2"),
        ("Souffler", "autonomie", "S’occupe de sa mère tous les jours, a réduit son travail."),
        (("aidant_epuise", "autonomie", FRAGILITE), ("isolement", "lien_social", VIGILANCE)),
        "Une journée à soi par semaine",
        ("Demander l’allocation personnalisée d’autonomie", "Visiter l’accueil de jour"),
        (
            "Nous avons compté les heures : quarante-deux par semaine. Le dire a fait du bien.",
            "Le plan d’aide est accordé. L’auxiliaire de vie commence lundi.",
            "L’accueil de jour du jeudi est adopté. Elle a repris la chorale.",
        ),
        modalite=Modalite.TELEPHONE,
    ),
    Theme(
        ("puericultrice", "auxiliaire"),
        ("Un suivi après la naissance", "perinatalite", "Première naissance, famille loin, demande des conseils."),
        (),
        "Des débuts sereins",
        ("Pesée à domicile", "Présenter la halte-garderie"),
        (
            "Visite à domicile. Le sommeil se règle, les parents se relaient.",
            "Courbe régulière. Le deuxième mois est plus doux que le premier.",
            "Les vaccins sont à jour. La famille connaît maintenant les horaires de la consultation.",
        ),
        direct="issy-sante",
        cercle=Cercle.SANTE,
        modalite=Modalite.DOMICILE,
    ),
    Theme(
        ("conseiller-insertion", "assistant-social-2"),
        ("Parler et lire le français", "langue", "Comprend bien, écrit peu, renonce à des emplois pour cela."),
        (("langue_ecrite", "langue", FRAGILITE), ("travail_precaire", "insertion", VIGILANCE)),
        "Écrire une lettre sans aide",
        ("S’inscrire à l’atelier du centre social", "Passer l’évaluation de niveau"),
        (
            "L’évaluation donne un niveau plus élevé qu’attendu. La confiance manque plus que les mots.",
            "Quatre ateliers suivis sur cinq. Première lettre écrite à l’école des enfants.",
        ),
    ),
    Theme(
        ("sage-femme",),
        ("Une grossesse suivie de près", "perinatalite", "Vient d’arriver à Issy, souhaite être suivie par la PMI."),
        (),
        "Préparer l’arrivée du bébé",
        ("Inscrire à la maternité", "Préparer la valise ensemble"),
        (
            "Première visite. Les examens sont repris depuis le début, rien d’inquiétant.",
            "Inscription à la maternité faite. Elle viendra aux séances de préparation.",
        ),
        direct="issy-sante",
        cercle=Cercle.SANTE,
        modalite=Modalite.DOMICILE,
    ),
    Theme(
        ("educateur",),
        ("Trouver sa voie à dix-huit ans", "enfance_jeunes", "A quitté le lycée, vit chez une tante."),
        (("jeune_sans_solution", "insertion", FRAGILITE), ("rupture_jeune", "enfance_jeunes", VIGILANCE)),
        "Un projet choisi, une adresse sûre",
        ("Rencontrer la mission locale", "Ouvrir un compte bancaire"),
        (
            "Il parle de mécanique pendant une heure. Nous avons trouvé trois garages qui prennent des apprentis.",
            "Contrat d’engagement jeune signé. La carte de transport est demandée.",
            "Apprentissage confirmé. Il se lève à cinq heures et demie.",
        ),
        modalite=Modalite.EXTERIEUR,
    ),
    Theme(
        ("assistant-social-2", "cesf"),
        ("Reprendre des soins", "sante", "A renoncé à des soins dentaires, plus de complémentaire depuis un an."),
        (("sans_complementaire", "sante", FRAGILITE), ("renoncement_soins", "sante", FRAGILITE)),
        "Des soins commencés et payés",
        ("Demander la complémentaire santé solidaire", "Prendre le premier rendez-vous"),
        (
            "La demande de complémentaire est partie, avec l’avis d’imposition retrouvé.",
            "Complémentaire accordée. Le premier rendez-vous est pris au centre de santé.",
            "Trois séances faites. Elle mange de nouveau des pommes.",
        ),
    ),
)
