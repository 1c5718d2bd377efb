"""What the evaluators of the demonstration kept of what the rules propose, and set aside with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.models import Evaluation, FragiliteReperee, Proposition, RegleProposition
from pole_social.models import Agent

Statut = Proposition.Statut


@dataclass(frozen=True)
class Choix:
    """One decision, by the code of the rule; a reason sets aside."""

    regle: str
    motif: str = ""


CHOIX: dict[str, tuple[Choix, ...]] = {
    "laure": (
        Choix("violences_conjugales_contact"),
        Choix("violences_conjugales_juge", "Déjà demandée, l’audience est fixée"),
        Choix("enfant_expose_soin"),
    ),
    "robert": (
        Choix("isolement_visites"),
        Choix("deuil_parole", "Il ne le souhaite pas pour le moment"),
    ),
    "marie_ange": (
        Choix("impaye_loyer_apurement"),
        Choix("impaye_loyer_apl", "Vérifié avec la CAF le mois dernier"),
        Choix("baisse_ressources_signaler"),
    ),
}


def choose(evaluation: Evaluation, qui: str, *, by: Agent) -> None:
    """Decide, as the evaluator does on the page."""
    rows = FragiliteReperee.objects.filter(exploration__evaluation=evaluation, removed_at=None)
    reperees = {reperee.fragilite.code: reperee for reperee in rows.select_related("fragilite")}
    regles = RegleProposition.objects.select_related("fragilite", "metier", "droit").in_bulk(field_name="code")
    for choix in CHOIX.get(qui, ()):
        regle = regles[choix.regle]
        proposed = regle.propose(evaluation, reperees[regle.fragilite.code], regle.fragilite.libelle)
        proposed.decide(Statut.ECARTEE if choix.motif else Statut.GARDEE, by=by, motif=choix.motif)
