"""The closed catalogue of facts: what may be asked at the desk, and how the rules read the answer.

Pure: no table, no request. A fact has a code, a question in French and a kind; `Fait.sujet` holds its code,
`Fait.valeur` the words shown, `Fait.donnee` what the rules read. The age is no fact: it comes from the birth date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Genre(StrEnum):
    """What an answer is."""

    TEXTE = "texte"  # free words; the rules do not read them
    OUI_NON = "oui_non"  # donnee: « oui » or « non »
    NOMBRE = "nombre"  # donnee: a whole number, zero included
    MONTANT = "montant"  # donnee: euros with a point, « 651.69 »
    CHOIX = "choix"  # donnee: the code of one of `choix`


@dataclass(frozen=True)
class Definition:
    """One fact of the catalogue."""

    code: str
    libelle: str
    groupe: str
    genre: Genre = Genre.TEXTE
    choix: tuple[tuple[str, str], ...] = ()
    # Asked at the desk only inside a demande that needs it (domain, « Usager »).
    is_sensible: bool = False
    # How a « parce que… » says the answer, where the label would not do.
    si_oui: str = ""
    si_non: str = ""

    def est_dit(self, donnee: str) -> str:
        """The answer as words after « parce que : »."""
        if self.genre == Genre.OUI_NON:
            said = self.si_oui if donnee == "oui" else self.si_non
            return said or f"{self.libelle} : {donnee}"
        if self.genre == Genre.CHOIX:
            return dict(self.choix).get(donnee, donnee)
        return f"{self.libelle} : {donnee}"


def _oui_non(
    code: str, libelle: str, groupe: str, si_oui: str, si_non: str = "", *, is_sensible: bool = False
) -> Definition:
    return Definition(code, libelle, groupe, Genre.OUI_NON, is_sensible=is_sensible, si_oui=si_oui, si_non=si_non)


LOGEMENT, RESSOURCES, ACTIVITE, FOYER = "Logement", "Ressources", "Activité", "Foyer"
SANTE, AUTONOMIE, DROITS = "Santé", "Autonomie", "Accès aux droits"
JEUNESSE, VIOLENCES = "Jeunesse et protection de l’enfance", "Violences"

_LOGEMENTS = (
    ("proprietaire", "propriétaire"),
    ("locataire", "locataire"),
    ("foyer", "résident en foyer"),
    ("heberge", "hébergé chez quelqu’un"),
    ("structure", "hébergé en structure ou à l’hôtel"),
    ("sans", "sans logement"),
)
_EMPLOIS = (
    ("salarie", "en emploi salarié"),
    ("independant", "travailleur indépendant"),
    ("formation", "en études ou en formation"),
    ("chomage", "inscrit à France Travail"),
    ("sans_emploi", "sans emploi ni formation"),
    ("arret", "en arrêt de travail ou en congé"),
    ("retraite", "à la retraite"),
)
_NATIONALITES = (("francaise", "française"), ("ue", "de l’Union européenne"), ("hors_ue", "hors Union européenne"))
_TITRES = (
    ("valable", "titre de séjour valable"),
    ("a_renouveler", "titre de séjour expiré ou à renouveler"),
    ("sans_titre", "en France sans titre depuis plus de 3 mois"),
    ("non_concerne", "pas concerné par un titre de séjour"),
)

_DEFINITIONS = (
    Definition("logement", "logement", LOGEMENT),
    Definition("statut_logement", "situation de logement", LOGEMENT, Genre.CHOIX, _LOGEMENTS),
    _oui_non(
        "aide_logement", "reçoit une aide au logement", LOGEMENT, "aide au logement reçue", "aide au logement non reçue"
    ),
    _oui_non("impaye_loyer", "a un loyer impayé", LOGEMENT, "loyer impayé", "loyer à jour"),
    _oui_non("impaye_energie", "a une facture d’énergie impayée", LOGEMENT, "énergie impayée", "énergie à jour"),
    _oui_non("factures_energie", "paie ses factures d’énergie", LOGEMENT, "factures d’énergie à sa charge"),
    _oui_non("acces_logement", "entre bientôt dans un logement", LOGEMENT, "accès à un logement"),
    _oui_non(
        "mal_loge", "est dans un logement inadapté (trop petit, trop cher, insalubre)", LOGEMENT, "logement inadapté"
    ),
    _oui_non("suroccupation", "vit dans un logement suroccupé", LOGEMENT, "logement suroccupé"),
    _oui_non("expulsion", "a reçu un jugement d’expulsion", LOGEMENT, "jugement d’expulsion"),
    _oui_non(
        "hebergement_prolonge", "est en structure d’hébergement depuis longtemps", LOGEMENT, "hébergement prolongé"
    ),
    _oui_non(
        "delai_logement",
        "attend un logement social au-delà du délai préfectoral",
        LOGEMENT,
        "délai préfectoral dépassé",
    ),
    _oui_non("hebergement_ce_soir", "sait où dormir ce soir", LOGEMENT, "hébergement ce soir", "sans hébergement"),
    _oui_non(
        "adresse_stable",
        "peut recevoir son courrier à une adresse stable",
        LOGEMENT,
        "adresse stable",
        "sans domicile stable",
    ),
    Definition("ressources", "ressources", RESSOURCES),
    Definition(
        "ressources_mensuelles",
        "ressources du foyer par mois, en moyenne sur 3 mois",
        RESSOURCES,
        Genre.MONTANT,
    ),
    Definition("ressources_annuelles", "ressources du foyer sur les 12 derniers mois", RESSOURCES, Genre.MONTANT),
    Definition("ressources_n_2", "ressources du foyer d’il y a deux ans", RESSOURCES, Genre.MONTANT),
    _oui_non(
        "ressources_modestes",
        "dit avoir des ressources modestes",
        RESSOURCES,
        "ressources modestes",
        "ressources suffisantes",
    ),
    _oui_non("besoin_urgent", "a un besoin urgent (se nourrir, se loger, se déplacer)", RESSOURCES, "besoin urgent"),
    Definition("dettes", "dettes et impayés", RESSOURCES),
    _oui_non(
        "dettes_impossibles", "a des dettes impossibles à rembourser", RESSOURCES, "dettes impossibles à rembourser"
    ),
    _oui_non("percoit_rsa", "perçoit le RSA", RESSOURCES, "RSA perçu", "RSA non perçu"),
    _oui_non("percoit_ass", "perçoit l’ASS", RESSOURCES, "ASS perçue", "ASS non perçue"),
    _oui_non("pension_retraite", "perçoit une retraite", RESSOURCES, "retraite perçue", "pas encore de retraite"),
    Definition("activite", "activité", ACTIVITE),
    Definition("emploi", "situation d’emploi", ACTIVITE, Genre.CHOIX, _EMPLOIS),
    _oui_non("revenus_activite", "a des revenus d’activité", ACTIVITE, "revenus d’activité", "aucun revenu d’activité"),
    _oui_non("perte_emploi", "a perdu son emploi récemment", ACTIVITE, "perte d’emploi récente"),
    _oui_non("fin_droits_chomage", "est en fin de droits au chômage", ACTIVITE, "fin de droits au chômage"),
    _oui_non(
        "activite_2_ans_sur_3",
        "a travaillé 2 ans sur les 3 dernières années",
        ACTIVITE,
        "2 ans d’activité sur les 3 dernières années",
    ),
    Definition("foyer", "composition du foyer", FOYER),
    _oui_non("en_couple", "vit en couple", FOYER, "en couple", "sans conjoint"),
    Definition("enfants_a_charge", "enfants à charge", FOYER, Genre.NOMBRE),
    Definition("age_plus_jeune", "âge du plus jeune enfant", FOYER, Genre.NOMBRE),
    Definition("enfants_3_21", "enfants à charge de 3 à 21 ans", FOYER, Genre.NOMBRE),
    Definition("enfants_scolarises", "enfants scolarisés de 6 à 18 ans", FOYER, Genre.NOMBRE),
    _oui_non("enfant_garde", "fait garder un enfant", FOYER, "enfant gardé", "aucun enfant gardé"),
    _oui_non(
        "pension_alimentaire",
        "reçoit une pension pour les enfants",
        FOYER,
        "pension versée pour les enfants",
        "aucune pension versée pour les enfants",
    ),
    _oui_non("conjoint_decede", "son mari ou sa femme, même divorcé, est décédé", FOYER, "(ex-)conjoint marié décédé"),
    _oui_non("grossesse", "grossesse en cours", FOYER, "grossesse", "pas de grossesse", is_sensible=True),
    Definition("couverture_sante", "couverture santé", SANTE),
    _oui_non(
        "assurance_maladie",
        "a une assurance maladie à jour",
        SANTE,
        "assurance maladie à jour",
        "sans couverture maladie à jour",
    ),
    _oui_non(
        "complementaire", "a une complémentaire santé", SANTE, "complémentaire santé", "sans complémentaire santé"
    ),
    _oui_non(
        "percoit_c2s",
        "a la complémentaire santé solidaire",
        SANTE,
        "complémentaire santé solidaire",
        "sans complémentaire santé solidaire",
    ),
    _oui_non(
        "percoit_ame",
        "a l’aide médicale de l’État",
        SANTE,
        "aide médicale de l’État",
        "sans aide médicale de l’État",
        is_sensible=True,
    ),
    _oui_non(
        "perte_autonomie",
        "a besoin d’aide pour les gestes du quotidien",
        AUTONOMIE,
        "besoin d’aide au quotidien",
        "aucun besoin d’aide au quotidien",
    ),
    _oui_non("handicap", "déclare un handicap", AUTONOMIE, "handicap déclaré", is_sensible=True),
    _oui_non(
        "enfant_handicap",
        "un enfant de moins de 20 ans a un handicap",
        AUTONOMIE,
        "enfant en situation de handicap",
        is_sensible=True,
    ),
    _oui_non(
        "inaptitude",
        "est inapte au travail, ou a une incapacité d’au moins 50 %",
        AUTONOMIE,
        "inaptitude ou incapacité de 50 %",
        is_sensible=True,
    ),
    _oui_non(
        "pension_invalidite",
        "perçoit une pension d’invalidité",
        AUTONOMIE,
        "pension d’invalidité",
        is_sensible=True,
    ),
    _oui_non("procedure_justice", "a ou va avoir une procédure en justice", DROITS, "procédure en justice"),
    Definition("nationalite", "nationalité", DROITS, Genre.CHOIX, _NATIONALITES, is_sensible=True),
    Definition("titre_sejour", "titre de séjour", DROITS, Genre.CHOIX, _TITRES, is_sensible=True),
    _oui_non(
        "soutien_familial",
        "peut compter sur le soutien de sa famille",
        JEUNESSE,
        "soutien familial",
        "sans soutien familial",
    ),
    _oui_non(
        "confie_ase",
        "a été confié à l’aide sociale à l’enfance avant 18 ans",
        JEUNESSE,
        "confié à l’aide sociale à l’enfance avant 18 ans",
        is_sensible=True,
    ),
    _oui_non(
        "violences_conjoint",
        "subit des violences du conjoint ou de l’ex, même sans vivre ensemble",
        VIOLENCES,
        "violences du conjoint ou de l’ex",
        is_sensible=True,
    ),
    _oui_non(
        "mariage_force", "est sous la menace d’un mariage forcé", VIOLENCES, "menace de mariage forcé", is_sensible=True
    ),
)
CATALOGUE: dict[str, Definition] = {definition.code: definition for definition in _DEFINITIONS}
# In the order of the catalogue.
ORDRE: dict[str, int] = {code: rank for rank, code in enumerate(CATALOGUE)}


def libelle(code: str) -> str:
    """The label of a fact; its code if it has left the catalogue since."""
    return CATALOGUE[code].libelle if code in CATALOGUE else code
