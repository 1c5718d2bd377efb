"""A crowd of fictional people, for measuring: as many as asked, always the same for the same seed.

The names are spread as in France: a few heads that many bear, a long tail of rare ones; compound names, birth
names beside married ones, several prénoms, incomplete births. The tail is made of syllables, of nobody's register.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

GRAINE = 20231108
NOMS = """Martin Traoré Bernard Diallo Dubois Thomas Robert Petit Durand Richard Leroy Moreau Simon Laurent Lefebvre
Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet
François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Müller Henry Roussel Nicolas Perrin Morin
Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis
Lemaire Duval Joly Gautier Roger Roche Roy Noël Meyer Lucas Meunier Jean Pérez Marchand Dufour Blanchard
Marie Barbier Brun Dumas Brunet Schmitt Leroux Colas Fernandez Pierre Renard Arnaud Rolland Caron Aubert
Giraud Leclerc Vidal Bourgeois Renaud Lemoine Picard Gaillard Philippe Leclercq Lacroix Fabre Dupuis Olivier
Rodriguez Da_Silva Hubert Louis Charles Guillot Rivière Le_Gall Guillaume Adam Rey Moulin Coulibaly Cissé
Konaté Touré Camara Diarra Keïta Koné Sow Bâ Barry Sissoko Ndiaye Diop Fofana Kanté Doumbia Dembélé Haddad
Ben_Salah Benali Mansouri El_Amrani Bouzid Hamdi Saïdi Belkacem Cherif Khelifi Ziani Bakkali Slimani Amrani
Mebarki Ferreira Pereira Dos_Santos Fernandes Gonçalves Rodrigues Costa Lopes Ribeiro Kowalski Nowak Popescu
Ionescu Tran Pham Le Yilmaz Kaya Demir Singh Kumar Rahman Hossain Islam Mbemba Nkounkou Mabiala Ilunga
Kabongo De_la_Tour Le_Goff Le_Roux D’Angelo O’Brien Saint-Martin Lévy Cohen Benhamou Renault Deschamps
Delaunay Besson Carpentier Collet Poirier Marty"""
FEMMES = """Marie Jeanne Fatoumata Catherine Nathalie Aminata Isabelle Sylvie Monique Françoise Christine Martine Sophie
Fatima Anne Sandrine Nicole Stéphanie Valérie Céline Julie Véronique Aurélie Chantal Camille Léa Mariam
Élodie Aïcha Émilie Laura Mélanie Pauline Sarah Khadija Caroline Hélène Dominique Brigitte Patricia Corinne
Florence Laurence Virginie Delphine Karine Emma Manon Chloé Inès Zoé Jade Louise Alice Lina Nadia Samira
Naïma Rachida Malika Kadiatou Awa Bintou Oumou Thérèse Simone Yvonne Geneviève Madeleine Paulette Denise
Suzanne Jacqueline Bernadette Ana Maria Rosa Teresa Thi Linh Lucie Charlotte Mathilde Noémie Clara Juliette
Amandine Jessica Vanessa Audrey Ophélie Agnès Solange Odette Colette"""
HOMMES = """Jean Pierre Michel Mohamed Philippe Alain Patrick Nicolas Christophe Christian Daniel Bernard Mamadou Éric
Frédéric Laurent Stéphane David Pascal Gérard Thierry Olivier Julien Thomas Sébastien Alexandre Guillaume
Ahmed Ibrahima François Jacques André Marc Antoine Vincent Maxime Kevin Ousmane Bruno Franck Jérôme Fabrice
Dominique Didier Serge Lucas Hugo Louis Gabriel Arthur Jules Adam Raphaël Paul Nathan Rayan Yanis Karim
Rachid Youssef Abdoulaye Moussa Boubacar Cheikh Amadou Seydou Samba Ali Hassan Omar Mehdi Sofiane Bilal
Georges Roger Marcel René Robert Henri Joseph Raymond Lucien Maurice Claude José Antonio Manuel João Carlos
Van Minh Mathieu Matthieu Benoît Romain Quentin Clément Valentin"""
DEBUTS = """Bar Ber Bon Bou Bré Cha Char Che Clé Cor Cou Dal Del Des Du Fau Fer Fon Gal Gau Gi Gou Gra Gué Guil Ha Jac
Jo La Lan Le Lor Lou Ma Mal Mar Mé Mon Mou Na No Pa Par Pel Per Pi Por Pré Qué Ra Ri Ro Ros Sa Sau Ser So Ta
Ter Thi Tou Tré Va Ver Vi Yé Ki Ngo Dia Ka Ba Si Za"""
MILIEUX = """bi bo can cha che da di do fa gi go gue la li lo ma me mi na ni no nou pa pi que ra ré ri ro sa se ta te ti
tri va vi za lle rra ssi ndo mba"""
FINS = """ard aud ault ay eau el elle enne ert et ette euil eux ier ière ieu in ine is ois oix on ot otte oud our oy
ré ron uc ut val ville zy a é i o ane ou an ski ez"""
RARES = 80_000
PARTICULES = ("De ", "Le ", "Ben ", "El ", "Da ")


@dataclass(frozen=True)
class Fictif:
    """One row of the crowd; `part` in [0, 1) says in which territoire."""

    cle: uuid.UUID
    reference: str
    nom_usage: str
    nom_naissance: str
    prenoms: str
    annee: int | None
    mois: int | None
    jour: int | None
    part: float


class Tirage:
    """Draws among ranked words (Zipf, Mandelbrot): the one of rank r in proportion to 1 / (r + head) ** 1.15."""

    def __init__(self, rng: Random, words: list[str], head: int) -> None:
        self.rng, self.words = rng, words
        self.cumulated = list(accumulate((rank + head) ** -1.15 for rank in range(1, len(words) + 1)))

    def __call__(self) -> str:
        return self.rng.choices(self.words, cum_weights=self.cumulated)[0]


def people(count: int, alphabet: str, graine: int = GRAINE) -> Iterator[Fictif]:
    """`count` fictional people, drawn one by one."""
    rng = Random(graine)  # noqa: S311 (it measures, it keeps no secret)
    noms = Tirage(rng, _read(NOMS) + _rare(rng, RARES, 2), head=5)
    prenoms = [Tirage(rng, _read(text) + _rare(rng, 900, 1), head=2) for text in (FEMMES, HOMMES)]
    start = rng.randrange(len(alphabet) ** 8)
    for index in range(count):
        sexe = rng.randrange(2)
        nom = _nom(rng, noms)
        annee, mois, jour = _naissance(rng)
        yield Fictif(
            cle=uuid.UUID(int=rng.getrandbits(128), version=4),
            reference=_reference(start + index, alphabet),
            nom_usage=nom,
            nom_naissance=_nom_naissance(rng, noms, nom, sexe),
            prenoms=_prenoms(rng, prenoms[sexe]),
            annee=annee,
            mois=mois,
            jour=jour,
            part=rng.random(),
        )


def _read(text: str) -> list[str]:
    return [word.replace("_", " ") for word in text.split()]


def _rare(rng: Random, count: int, middles: int) -> list[str]:
    """Words nobody chose, that could be said in French."""
    starts, between, ends = DEBUTS.split(), MILIEUX.split(), FINS.split()
    made: dict[str, None] = {}
    while len(made) < count:
        middle = "".join(rng.choices(between, k=rng.randint(0, middles)))
        made[rng.choice(starts) + middle + rng.choice(ends)] = None
    return list(made)


def _nom(rng: Random, noms: Tirage) -> str:
    chance = rng.random()
    if chance < 0.05:
        return f"{noms()}-{noms()}"
    if chance < 0.07:
        return f"{noms()} {noms()}"
    return rng.choice(PARTICULES) + noms() if chance < 0.09 else noms()


def _nom_naissance(rng: Random, noms: Tirage, nom: str, sexe: int) -> str:
    """Four women in ten bear another name than at birth; some names are written down though they are the same."""
    chance = rng.random()
    if chance < (0.03 if sexe else 0.4):
        return _nom(rng, noms)
    return nom if chance > 0.9 else ""


def _prenoms(rng: Random, prenoms: Tirage) -> str:
    chance = rng.random()
    if chance < 0.08:
        return f"{prenoms()}-{prenoms()}"
    return f"{prenoms()} {prenoms()}" if chance < 0.2 else prenoms()


def _naissance(rng: Random) -> tuple[int | None, int | None, int | None]:
    """Three in a hundred were born « on 1 January », three know the year only, one does not know it."""
    annee, chance = int(rng.triangular(1930, 2024, 1985)), rng.random()
    if chance < 0.01:
        return None, None, None
    if chance < 0.04:
        return annee, None, None
    return (annee, 1, 1) if chance < 0.07 else (annee, rng.randint(1, 12), rng.randint(1, 28))


def _reference(number: int, alphabet: str) -> str:
    """Scattered, and never twice the same: the factor shares no divisor with the number of references."""
    rest, letters = number * 1_000_000_007 % len(alphabet) ** 8, []
    for _ in range(8):
        rest, place = divmod(rest, len(alphabet))
        letters.append(alphabet[place])
    return "".join(letters)
