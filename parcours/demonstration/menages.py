"""The 60 fictional people of the demonstration, household by household.

Names are invented; phone numbers are of the range that the ARCEP keeps for fiction (06 39 98), e-mails of
example.org. A birth date may be incomplete; « -70 » is a baby born 70 days ago.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accueil.models import MembreFoyer, Usager

Lien = MembreFoyer.Lien
ISSY, CLAMART, MEUDON, VANVES = "92040", "92023", "92048", "92075"
CHATENAY, SCEAUX, BOURG = "92019", "92071", "92014"


@dataclass(frozen=True)
class Personne:
    """One person: `cle` names them in the demonstration's other tables."""

    cle: str
    nom: str
    prenoms: str
    ne: str
    lien: str = Lien.PERSONNE
    naissance: str = ""
    tel: str = ""
    courriel: str = ""
    autre: dict[str, Any] = field(default_factory=dict)

    @property
    def is_parent(self) -> bool:
        return self.lien in (Lien.PERSONNE, Lien.CONJOINT)


@dataclass(frozen=True)
class Menage:
    """One household, and where it lives. `aussi` names the children who live here half of the time."""

    commune: str
    adresse: str
    personnes: tuple[Personne, ...]
    aussi: tuple[str, ...] = ()
    depuis: int = 900


P, M = Personne, Menage
CONJOINT, ENFANT = Lien.CONJOINT, Lien.ENFANT

# Laure left with her children: whoever answers her phone must not learn where the call comes from.
SAFE = {
    "contact_sur": Usager.CanalSur.TELEPHONE,
    "contact_sur_horaires": "du lundi au vendredi, de 10 h à 12 h",
    "contact_sur_sans_message": True,
    "contact_sur_alias": "la bibliothèque, au sujet d’un livre réservé",
}
SMS = {"contact_sur": Usager.CanalSur.SMS, "contact_sur_sans_message": True}

MENAGES = (
    M(
        CLAMART,
        "14, rue du Moulin de Pierre",
        (
            P("aminata", "Traoré", "Aminata", "14/03/1991", naissance="Koné", tel="06 39 98 00 14", autre=SMS),
            P("moussa", "Traoré", "Moussa", "02/09/2017", ENFANT),
            P("awa", "Traoré", "Awa", "25/01/2021", ENFANT),
        ),
    ),
    M(
        ISSY,
        "3, allée des Tilleuls",
        (
            # One phone and one e-mail for two.
            P("carlos", "Martinez", "Carlos", "11/02/1968", tel="06 39 98 01 20", courriel="martinez@example.org"),
            P(
                "elena",
                "Martinez",
                "Elena",
                "30/10/1971",
                CONJOINT,
                "Ruiz",
                "06 39 98 01 20",
                "martinez@example.org",
            ),
        ),
    ),
    M(
        ISSY,
        "27, rue Kléber",
        (
            P("sophie", "Dubois-Lambert", "Sophie", "30/07/1985", naissance="Lambert", tel="06 39 98 02 31"),
            P("leo", "Dubois", "Léo", "18/05/2014", ENFANT),
        ),
    ),
    # Léo lives at his mother's and here, one week in two.
    M(
        MEUDON,
        "8, sentier des Jardies",
        (
            P("julien", "Dubois", "Julien", "05/11/1983", tel="06 39 98 02 47"),
            P("camille", "Roy", "Camille", "21/06/1988", CONJOINT),
        ),
        aussi=("leo",),
    ),
    M(
        VANVES,
        "41, rue Jean Bleuzen",
        (
            P("yasmina", "Benali", "Yasmina", "09/10/1994", naissance="Cherif", tel="06 39 98 03 09"),
            P("karim", "Benali", "Karim", "17/01/1990", CONJOINT, tel="06 39 98 03 10"),
            P("rayan", "Benali", "Rayan", "-70", ENFANT),
        ),
    ),
    M(
        ISSY,
        "62, boulevard Rodin",
        (
            P(
                "thi_lan",
                "Nguyen",
                "Thi Lan",
                "1959",
                tel="06 39 98 04 18",
                autre={"langue": "vietnamien", "needs_interprete": True},
            ),
        ),
    ),
    M(
        CLAMART,
        "5, place du Garde",
        (
            P(
                "wang",
                "王",
                "秀英",
                "mai 1962",
                tel="06 39 98 04 62",
                autre={"langue": "chinois (mandarin)", "needs_interprete": True},
            ),
        ),
    ),
    M(ISSY, "19, rue Diderot", (P("seung_ho", "O", "Seung-ho", "03/12/1979", tel="06 39 98 05 03"),)),
    M(
        MEUDON,
        "",
        (
            P("laure", "Vasseur", "Laure", "27/04/1989", naissance="Picot", tel="06 39 98 06 27", autre=SAFE),
            P("manon", "Vasseur", "Manon", "08/03/2015", ENFANT),
            P("tom", "Vasseur", "Tom", "12/11/2019", ENFANT),
        ),
        depuis=40,
    ),
    M(
        ISSY,
        "CCAS, 47, rue du Général Leclerc",
        (
            P(
                "dragan",
                "Petrović",
                "Dragan",
                "19/08/1975",
                tel="06 39 98 07 19",
                autre={"adresse_type": Usager.Adresse.DOMICILIATION, "langue": "serbe"},
            ),
        ),
    ),
    M(
        ISSY,
        "",
        (P("michel", "Garreau", "Michel", "1961", autre={"adresse_type": Usager.Adresse.SANS}),),
    ),
    M(
        CLAMART,
        "2, avenue de la Division Leclerc",
        (
            P("monique", "Lemoine", "Monique", "24/12/1944", naissance="Bertin", tel="06 39 98 08 44"),
            P("jacques", "Lemoine", "Jacques", "02/06/1941", CONJOINT, tel="06 39 98 08 44"),
        ),
    ),
    M(
        VANVES,
        "10, rue Sadi Carnot",
        (
            P("marie_ange", "d’Almeida", "Marie-Ange", "16/07/1978", tel="06 39 98 09 16"),
            P("ruben", "d’Almeida", "Ruben", "22/04/2010", ENFANT),
        ),
    ),
    M(
        ISSY,
        "Foyer de jeunes travailleurs, 21, rue Rouget de Lisle",
        (
            P(
                "kevin",
                "Morel",
                "Kévin",
                "15/09/2006",
                tel="06 39 98 10 15",
                autre={"contact_sur": Usager.CanalSur.SMS},
            ),
        ),
    ),
    M(
        CLAMART,
        "88, avenue du Général de Gaulle",
        (
            P("mariama", "Diallo", "Mariama", "12/02/1987", naissance="Bah", tel="06 39 98 11 12"),
            P("oumar", "Diallo", "Oumar", "01/01/1982", CONJOINT, tel="06 39 98 11 13"),
            P("ibrahima", "Diallo", "Ibrahima", "06/06/2010", ENFANT),
            P("fatoumata", "Diallo", "Fatoumata", "19/09/2013", ENFANT),
            P("binta", "Diallo", "Binta", "28/02/2018", ENFANT),
        ),
    ),
    M(
        VANVES,
        "33, rue Antoine Fratacci",
        (
            P("ana", "Pereira da Silva", "Ana", "06/05/1996", tel="06 39 98 12 06"),
            P("rita", "Pereira da Silva", "Rita", "14/08/1993", Lien.AUTRE, tel="06 39 98 12 06"),
        ),
    ),
    M(
        MEUDON,
        "Hôtel social, 4, rue de la Verrerie",
        (
            P(
                "olena",
                "Kovalenko",
                "Olena",
                "23/02/1988",
                tel="06 39 98 13 23",
                autre={"langue": "ukrainien", "needs_interprete": True},
            ),
            P("maksym", "Kovalenko", "Maksym", "01/07/2012", ENFANT, autre={"langue": "ukrainien"}),
        ),
        depuis=200,
    ),
    M(ISSY, "7, rue Ernest Renan", (P("jean_baptiste", "Le Goff", "Jean-Baptiste", "20/11/1957"),)),
    M(
        CLAMART,
        "16, rue de Meudon",
        (
            P("nathalie", "Charpentier", "Nathalie", "30/01/1974", tel="06 39 98 15 30"),
            P("enzo", "Charpentier", "Enzo", "10/10/2011", ENFANT),
        ),
    ),
    M(ISSY, "50, rue Hoche", (P("sana", "Ben Youssef", "Sana", "08/08/1999", tel="06 39 98 16 08"),)),
    M(ISSY, "1, rue Telles de la Poterie", (P("robert", "Delmas", "Robert", "17/03/1949", tel="06 39 98 17 17"),)),
    M(
        VANVES,
        "25, rue Larmeroux",
        (
            P("florence", "Nkoulou", "Florence", "26/06/1980", tel="06 39 98 18 26"),
            P("grace", "Nkoulou", "Grâce", "13/05/2011", ENFANT),
        ),
    ),
    M(
        CLAMART,
        "12, rue Condorcet",
        (
            P("mohamed", "El Amrani", "Mohamed", "1970", tel="06 39 98 19 70"),
            P("khadija", "El Amrani", "Khadija", "02/12/1977", CONJOINT, "Tazi", "06 39 98 19 77"),
        ),
    ),
    M(
        ISSY,
        "9, promenade des Vertugadins",
        (
            P("chloe", "Bonnet", "Chloé", "29/03/2001", tel="06 39 98 20 29"),
            P("jules", "Bonnet", "Jules", "-200", ENFANT),
        ),
    ),
    M(
        MEUDON,
        "Chez un tiers, 6, rue des Galons",
        (P("hassan", "Mahmoudi", "Hassan", "1992", autre={"langue": "dari", "needs_interprete": True}),),
    ),
    M(ISSY, "30, rue Aristide Briand", (P("patricia", "Leclerc", "Patricia", "11/11/1966", tel="06 39 98 22 11"),)),
    M(VANVES, "18, avenue Pasteur", (P("stephane", "Rivière", "Stéphane", "04/04/1979", tel="06 39 98 23 04"),)),
    M(ISSY, "77, avenue Victor Cresson", (P("zofia", "Wiśniewska", "Zofia", "15/01/1984", tel="06 39 98 24 15"),)),
    M(
        CLAMART,
        "4, rue Paul Vaillant-Couturier",
        (
            P("fanta", "Touré", "Fanta", "10/06/1990", tel="06 39 98 25 10"),
            P("aicha", "Touré", "Aïcha", "16/02/2016", ENFANT),
            P("ismael", "Touré", "Ismaël", "05/09/2022", ENFANT),
        ),
    ),
    M(MEUDON, "20, rue Marcel Allégot", (P("gerard", "Pinto", "Gérard", "09/09/1953", tel="06 39 98 26 09"),)),
    M(ISSY, "11, sentier des Épinettes", (P("sylvain", "Aubin", "Sylvain", "21/07/1987", tel="06 39 98 27 21"),)),
    # The second territoire.
    M(
        CHATENAY,
        "5, rue de l’Orangerie",
        (
            P("giulia", "Rossi", "Giulia", "18/10/1986", tel="06 39 98 40 18"),
            P("matteo", "Rossi", "Matteo", "07/04/2016", ENFANT),
        ),
    ),
    M(SCEAUX, "2, rue des Imbergères", (P("thierry", "Blanchard", "Thierry", "12/12/1964"),)),
    M(
        BOURG,
        "31, rue de la Bièvre",
        (
            P("aurelie", "Hoarau", "Aurélie", "03/03/1992", tel="06 39 98 42 03"),
            P("lina", "Hoarau", "Lina", "19/06/2020", ENFANT),
        ),
    ),
    M(CHATENAY, "15, avenue Roger Salengro", (P("mamadou", "Sow", "Mamadou", "1998", tel="06 39 98 43 98"),)),
)
