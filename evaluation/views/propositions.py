"""What the evaluation's page shows of the propositions: those of the rules, those decided, those of the team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accueil.models import Fait, Usager
from accueil.regles import Savoir, question
from evaluation.models import Evaluation, FragiliteReperee, Proposition, RegleProposition
from evaluation.models.proposition import PropositionQuerySet
from evaluation.regles import Suggestion, Trouvee, proposer
from evaluation.views.lignes import Ligne, fragilites_of
from evaluation.views.papier import is_kept_off_paper, off_paper
from pole_social.models import Agent, Domaine

# Beyond this many lines, each domaine shows its first ones and says how many follow: they come as one decides.
SHOWN_AT_ONCE = 40
SHOWN_WHEN_MORE = 20


@dataclass(frozen=True)
class Piste:
    """What one rule proposes here, not decided yet."""

    regle: RegleProposition
    reperee: FragiliteReperee
    suggestion: Suggestion

    @property
    def raisons(self) -> str:
        return ", ".join(self.suggestion.parce_que)

    @property
    def questions(self) -> str:
        return " ".join(question(code) for code in self.suggestion.a_preciser)

    def as_proposition(self, evaluation: Evaluation) -> Proposition:
        """The row that a decision would write."""
        return self.regle.propose(evaluation, self.reperee, self.raisons)


@dataclass
class Groupe:
    """One domaine, with what the rules propose there and the page shows of it."""

    domaine: Domaine
    pistes: list[Piste]
    montrees: list[Piste]

    @property
    def restent(self) -> int:
        return len(self.pistes) - len(self.montrees)


def decided_in(found: Evaluation, agent: Agent) -> list[Proposition]:
    """What stands: kept, set aside, or added by the team."""
    return _with_names(Proposition.objects.visible_to(agent).filter(evaluation=found).standing())


def _with_names(found: PropositionQuerySet) -> list[Proposition]:
    return list(found.select_related("fragilite__fragilite", "regle__fragilite", "metier", "droit__domaine"))


def pistes_of(lignes: list[Ligne], usager: Usager, faits: Iterable[Fait]) -> list[Piste]:
    """What the rules propose, decided or not, in the order of the referential."""
    found = {reperee.fragilite.code: reperee for reperee in fragilites_of(lignes)}
    concerned = [reperee.fragilite_id for reperee in found.values()]
    rows = RegleProposition.objects.active().filter(fragilite__in=concerned)
    regles = {regle.code: regle for regle in rows.select_related("fragilite", "metier", "droit")}
    said = proposer(
        (read for regle in regles.values() if (read := regle.read())),
        (_trouvee(reperee) for reperee in found.values()),
        Savoir(usager.age_on(timezone.localdate()), {fait.sujet: fait.donnee for fait in faits}),
    )
    return [Piste(regles[one.regle], found[one.fragilite], one) for one in said]


def _trouvee(reperee: FragiliteReperee) -> Trouvee:
    return Trouvee(reperee.fragilite.code, reperee.fragilite.libelle, reperee.niveau, reperee.get_niveau_display())


def groupes_of(lignes: list[Ligne], pistes: list[Piste]) -> list[Groupe]:
    """By domaine, in the order of the page."""
    by_domaine: defaultdict[int, list[Piste]] = defaultdict(list)
    for piste in pistes:
        by_domaine[piste.regle.fragilite.domaine_id].append(piste)
    each = len(pistes)
    if each > SHOWN_AT_ONCE:
        each = max(1, SHOWN_WHEN_MORE // len(by_domaine))
    concerned = [ligne.exploration.domaine for ligne in lignes if ligne.exploration.domaine_id in by_domaine]
    return [Groupe(domaine, by_domaine[domaine.pk], by_domaine[domaine.pk][:each]) for domaine in concerned]


def propositions_of(
    found: Evaluation, agent: Agent, lignes: list[Ligne], faits: Iterable[Fait], *, can_edit: bool
) -> dict[str, Any]:
    """The section: the rules' lines while they can be decided, then what was decided."""
    rows = _with_names(Proposition.objects.visible_to(agent).filter(evaluation=found).shown_to(agent))
    decided = [one for one in rows if not one.is_withdrawn]
    settled = {one.regle_id for one in decided if one.regle_id}
    pistes = pistes_of(lignes, found.usager, faits) if can_edit else []
    waiting = [piste for piste in pistes if piste.regle.pk not in settled]
    off = off_paper(lignes)
    kept = [
        (one, is_kept_off_paper(one, off, one.libelle)) for one in decided if one.statut == Proposition.Statut.GARDEE
    ]
    return {
        "groupes": groupes_of(lignes, waiting),
        "n_a_decider": len(waiting),
        "gardees": kept,
        "ecartees": [one for one in decided if one.statut == Proposition.Statut.ECARTEE],
        "retirees": [one for one in rows if one.is_withdrawn] if can_edit else [],
        "has_printed_propositions": any(not hidden for _, hidden in kept),
    }
