"""What an evaluation says to the person on paper: in plain words, and nothing that could harm them at home."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from evaluation.forms.domaine import KEPT_OFF_PAPER, VIOLENCES
from evaluation.models import Exploration, FragiliteReperee, PointAppui, Proposition
from evaluation.views.lignes import Ligne
from pole_social.access import Role
from pole_social.models import Partenaire

Etat = Exploration.Etat
Niveau = FragiliteReperee.Niveau

NIVEAUX: dict[str, str] = {
    Niveau.VIGILANCE: "nous y restons attentifs avec vous",
    Niveau.FRAGILITE: "c’est une difficulté aujourd’hui",
    Niveau.MAJEURE: "c’est une grande difficulté aujourd’hui",
    Niveau.DANGER: "c’est urgent",
}
NOT_SPOKEN_OF: dict[str, str] = {
    Etat.PAS_ENCORE_ABORDE: "nous n’en avons pas encore parlé",
    Etat.NON_ABORDE: "nous n’en avons pas parlé cette fois",
    Etat.NON_SOUHAITE: "vous avez préféré ne pas en parler ; vous pourrez y revenir quand vous voudrez",
    Etat.A_APPROFONDIR: "nous aimerions en reparler avec vous",
}
# A profession can say the motive: of the others, the paper tells what is proposed and not with whom.
NAMED_METIERS = {Role.SOCIAL, Role.SANTE}
# Whom it calls for tells why.
NEVER_PRINTED = (Partenaire.Type.VIOLENCES, Partenaire.Type.PROTECTION_ENFANCE)
# A free text stands in any domaine. The paper does without the one that names what a violent relative, or a
# parent, must not find there; a harmless one left out is said aloud.
# A worry about a child is told by a professional, who judges when (CASF L.226-2-1): the reader may be the parent.
NEVER_HANDED = {"enfant_en_risque", "violences_enfant"}
ABOUT_A_CHILD = re.compile(
    r"\b119\b|\bcrip\b|préoccupante|signalement|procureur|protection de l.enfance|"
    r"\bplac(é|ée|és|ées|ement)\b|juge des enfants|\baemo\b|"
    r"assistance\s+éducative|mesure\s+éducative|familles?\s+d.accueil|foyer\s+de\s+l.enfance|"
    # Said in full, shortened (« aide à l’enfance »), in initials with or without points, before a département's number.
    r"\baide\s+(sociale\s+|soc\.\s*)?[àa]\s+l.\s?enfance|\base(\d\d)?\b|\ba\.\s?s\.\s?e\b",
    re.IGNORECASE,
)
HARMFUL = re.compile(
    f"{ABOUT_A_CHILD.pattern}|"
    r"violen|frapp|\bcoups\b|\b(bats?|batt[a-zé]*)\b|gifl|cogn|\bviols?\b|\bviol(e|é|ée|eur)\b|agress|menac|harc[eè]l|"
    r"maltrait|\babus|insult|humili|étrangl|\btu(er|é|ée)\b|danger|contact s[uû]r|m(is|et)[a-z]* à l.abri|"
    r"\bpeur (de (lui|mon|ma|mes|son|sa|ses)\b|d.elle|qu.il|qu.elle)|"
    r"\b3919\b|\bplaintes?\b|main courante|ordonnance de protection|"
    r"mariage forcé|marie[rz]? de force|victim|\btap(e|es|é|ée|er|ait)\b|séquestr|enferm|excis|prostitu|"
    r"\bcidff\b|solidarité femmes|"
    # Health that is hers to tell: the law gives a minor the secret of it towards her parents (CSP L.2212-7, L.5134-1).
    r"enceinte|grossesse|sage.femme|prénat|\bivg\b|avort|échograph|accouch|maternité|contracept|\bpilules?\b|"
    r"préservatif|\bstérilet|planning familial|\bist\b|\bmst\b|\bvih\b|\bsida\b|dépistage|gynéco",
    re.IGNORECASE,
)


def is_harmless(text: str) -> bool:
    """Whether a free text may lie on a kitchen table."""
    return not HARMFUL.search(text)


@dataclass(frozen=True)
class Dit:
    """One fragilité as the person reads it."""

    domaine: str
    phrase: str
    niveau: str
    depuis: str
    paroles: str


@dataclass(frozen=True)
class Angle:
    """One domaine that has not been spoken of, or not enough."""

    domaine: str
    mots: str
    resume_on: date | None


@dataclass
class Papier:
    """The synthesis in the order in which it is read: what matters to the person first."""

    priorites: list[Dit] = field(default_factory=list)
    dits: list[tuple[str, list[Dit]]] = field(default_factory=list)
    calmes: list[str] = field(default_factory=list)
    angles: list[Angle] = field(default_factory=list)
    appuis: list[PointAppui] = field(default_factory=list)
    propositions: list[tuple[str, str]] = field(default_factory=list)


def papier_of(
    lignes: Sequence[Ligne],
    appuis: Iterable[PointAppui],
    propositions: Iterable[Proposition],
    *,
    is_complete: bool = False,
) -> Papier:
    """The paper of these rows; complete, nearly nothing is left out: she asked for it, alone.

    A domaine left out leaves no trace: the lists are by what was said, not by number.
    """
    page = Papier()
    for ligne in lignes:
        if is_complete or not ligne.is_kept_off_paper:
            _add(page, ligne, is_complete)
    off = off_paper(lignes)
    page.appuis = [one for one in appuis if _may_be_said(one.libelle) and (is_complete or is_harmless(one.libelle))]
    page.propositions = [
        (_proposed(one), _with_whom(one, is_complete))
        for one in propositions
        if _may_be_handed(one) and (is_complete or not is_kept_off_paper(one, off, _proposed(one)))
    ]
    return page


def off_paper(lignes: Iterable[Ligne]) -> set[int]:
    """The domaines that leave no trace on paper."""
    return {ligne.exploration.domaine_id for ligne in lignes if ligne.is_kept_off_paper}


def is_kept_off_paper(one: Proposition, off: set[int], said: str) -> bool:
    """Because of what is not printed, about it, or calling for those who deal with it; `said` is what paper would say.

    A child at risk by its code too: the domaine is printed again once that fragilité is withdrawn. A line of the
    team by its words: nothing else tells what it is about.
    """
    because = [row.fragilite for row in (one.fragilite, one.regle) if row]
    if any(fragilite.domaine_id in off or fragilite.code in KEPT_OFF_PAPER for fragilite in because):
        return True
    droit = one.droit
    if droit is not None and (droit.domaine_id in off or droit.domaine.code == VIOLENCES):
        return True
    return one.partenaire_type in NEVER_PRINTED or not is_harmless(said)


def _proposed(one: Proposition) -> str:
    """As it is said to the person. A rule without such words stays between professionals, asked for or not:
    « Ne prévenir aucun parent… » is not for a parent to read.
    """
    return one.regle.action_usager if one.regle else one.libelle


def _add(page: Papier, ligne: Ligne, is_complete: bool) -> None:
    etat = ligne.exploration.etat
    handed = [found for found in ligne.fragilites if found.fragilite.code not in NEVER_HANDED]
    said = [_said(ligne, found, is_complete) for found in handed]
    first = [dit for dit, found in zip(said, handed, strict=True) if found.is_priorite]
    page.priorites += first
    if others := [dit for dit in said if dit not in first]:
        page.dits.append((ligne.libelle, others))
    if etat == Etat.SANS_DIFFICULTE:
        page.calmes.append(ligne.libelle)
    elif mots := NOT_SPOKEN_OF.get(etat):
        page.angles.append(Angle(ligne.libelle, mots, ligne.exploration.resume_on))


def _said(ligne: Ligne, found: FragiliteReperee, is_complete: bool) -> Dit:
    def printed(text: str) -> str:
        return text if is_complete or is_harmless(text) else ""

    phrase = found.fragilite.libelle_usager or found.fragilite.libelle
    niveau = NIVEAUX[found.niveau]
    return Dit(ligne.libelle, phrase, niveau, printed(found.depuis), printed(found.paroles))


def _may_be_handed(one: Proposition) -> bool:
    """Even to her, alone: by the fragilité it answers, or by its words where the team wrote it."""
    because = [row.fragilite.code for row in (one.fragilite, one.regle) if row]
    return bool(_proposed(one)) and not NEVER_HANDED & set(because) and _may_be_said(_proposed(one))


def _may_be_said(text: str) -> bool:
    """Whether a professional's words may be handed at all: her own always are."""
    return not ABOUT_A_CHILD.search(text)


def _with_whom(one: Proposition, is_complete: bool) -> str:
    if one.metier is None:
        return ""
    named = one.metier.famille in NAMED_METIERS and is_harmless(one.metier.libelle)
    return one.metier.libelle if named or is_complete else ""
