"""Where the demonstration takes place and who works there: two territoires, their lieux, unités and agents."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from pole_social.models import Affectation, Agent, Bureau, Commune, Lieu, Metier, Partenaire, Territoire, Unite

Nature = Unite.Nature
SINCE = date(2023, 11, 8)

TERRITOIRE_2 = ("sst-chatenay", "SST Châtenay-Malabry, Sceaux, Bourg-la-Reine")
COMMUNES_2 = ("92019", "92071", "92014")

UNITES = {
    "issy": [
        Nature.ACCUEIL,
        Nature.EVALUATION,
        Nature.ACCOMPAGNEMENT,
        Nature.SANTE,
        Nature.SANTE_SEXUELLE,
        Nature.DIRECTION,
    ],
    "chatenay": [Nature.ACCUEIL, Nature.EVALUATION, Nature.ACCOMPAGNEMENT],
    "caravane": [Nature.ACCUEIL],
}
BUREAUX = {"issy": 10, "chatenay": 4, "caravane": 0}

# A lieu or a partner, by its code.
ADRESSES = [
    ("issy", "12, place de la Demande, Issy-les-Moulineaux", "01 99 00 10 01"),
    ("chatenay", "3, allée du Guichet, Châtenay-Malabry", "01 99 00 10 02"),
    ("ccas-issy", "1, rue de l’Entraide, Issy-les-Moulineaux", "01 99 00 20 01"),
    ("ccas-clamart", "8, rue de l’Écoute, Clamart", "01 99 00 20 02"),
    ("cnav", "40, avenue du Relevé, Nanterre", "01 99 00 20 03"),
]

# username, prénom, nom, métier, unité, responsable
AGENTS = [
    ("gos", "Nadia", "Martin", "gos", "issy-accueil", False),
    ("gos-2", "Thomas", "Leroy", "gos", "issy-accueil", False),
    ("assistante-administrative", "Sylvie", "Roux", "assistante_administrative", "issy-accueil", False),
    ("assistant-social", "Karim", "Haddad", "assistant_social", "issy-evaluation", False),
    ("assistant-social-2", "Claire", "Bernard", "assistant_social", "issy-accompagnement", False),
    ("cesf", "Julie", "Petit", "cesf", "issy-accompagnement", False),
    ("educateur", "Mehdi", "Garnier", "educateur_specialise", "issy-accompagnement", False),
    ("eje", "Lucie", "Fontaine", "eje", "issy-sante", False),
    ("ccf", "Anne", "Perrin", "ccf", "issy-sante_sexuelle", False),
    ("conseiller-insertion", "Olivier", "Marchand", "conseiller_insertion", "issy-accompagnement", False),
    ("puericultrice", "Hélène", "Caron", "puericultrice", "issy-sante", False),
    ("auxiliaire", "Fatou", "Ndiaye", "auxiliaire_puericulture", "issy-sante", False),
    ("sage-femme", "Marion", "Lefèvre", "sage_femme", "issy-sante", False),
    ("medecin", "Philippe", "Aubert", "medecin", "issy-sante", False),
    ("psychologue", "Élise", "Moreau", "psychologue", "issy-accompagnement", False),
    ("responsable-accueil", "Bruno", "Chevalier", "responsable_unite", "issy-accueil", True),
    ("responsable-evaluation", "Isabelle", "Gauthier", "responsable_unite", "issy-evaluation", True),
    ("responsable-accompagnement", "Laurent", "Dumas", "responsable_unite", "issy-accompagnement", True),
    ("responsable-sst", "Catherine", "Vidal", "responsable_sst", "issy-direction", True),
    ("dpo", "Paul", "Renaud", "dpo", None, False),
    ("admin", "Sophie", "Lambert", "administration_fonctionnelle", None, False),
    ("gos-chatenay", "Inès", "Colin", "gos", "chatenay-accueil", False),
    ("assistant-social-chatenay", "Hugo", "Masson", "assistant_social", "chatenay-accompagnement", False),
    ("responsable-chatenay", "Denis", "Picard", "responsable_unite", "chatenay-accompagnement", True),
]


@transaction.atomic
def build_world(password: str) -> dict[str, Agent]:
    """Make what is missing of the demonstration's world; returns its agents by username.

    Needs `load_reference` first. Every account gets `password`.
    """
    _second_territoire()
    _where_to_go()
    unites = {unite.code: unite for lieu, natures in UNITES.items() for unite in _unites(lieu, natures)}
    metiers = Metier.objects.in_bulk(field_name="code")
    made = Agent(metier_id=0)
    made.set_password(password)
    return {row[0]: _agent(row, metiers[row[3]], unites.get(row[4] or ""), made.password) for row in AGENTS}


def _second_territoire() -> None:
    code, nom = TERRITOIRE_2
    territoire, _ = Territoire.objects.get_or_create(code=code, defaults={"nom": nom})
    # Marked as an administrator's edit: the next load of the referentials leaves them there.
    by_hand = {"territoire": territoire, "edited_at": timezone.now()}
    Commune.objects.filter(code__in=COMMUNES_2).update(**by_hand)
    Lieu.objects.filter(code="chatenay").update(**by_hand)


def _where_to_go() -> None:
    """Invented addresses, and numbers that the plan keeps for fictions (Arcep, decision 2018-0881: 01 99 00 …)."""
    opened = {"horaires": "du lundi au vendredi, 8 h 30 à 17 h 30"}
    for code, adresse, telephone in ADRESSES:
        Lieu.objects.filter(code=code).update(adresse=adresse, telephone=telephone, **opened)
        Partenaire.objects.filter(code=code).update(adresse=adresse, telephone=telephone, **opened)


def _unites(code: str, natures: list[Unite.Nature]) -> list[Unite]:
    lieu = Lieu.objects.get(code=code)
    for number in range(1, BUREAUX[code] + 1):
        Bureau.objects.get_or_create(lieu=lieu, nom=f"bureau {number}")
    defaults = [(nature, {"lieu": lieu, "nature": nature}) for nature in natures]
    return [Unite.objects.get_or_create(code=f"{code}-{nature}", defaults=d)[0] for nature, d in defaults]


def _agent(
    row: tuple[str, str, str, str, str | None, bool], metier: Metier, unite: Unite | None, password: str
) -> Agent:
    username, prenom, nom, _, _, responsable = row
    fields = {"prenom": prenom, "nom": nom, "metier": metier, "password": password}
    agent, _ = Agent.objects.get_or_create(username=username, defaults=fields)
    if unite:
        defaults = {"responsable": responsable, "starts_on": SINCE}
        Affectation.objects.get_or_create(agent=agent, unite=unite, defaults=defaults)
    return agent
