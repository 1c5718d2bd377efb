"""Accepting a relais opens a parcours: the act crosses the three stages."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accueil.models import Relais, Usager
from evaluation.opening import take_up_again
from parcours.models import Parcours
from parcours.models.parcours import FIRST_BILAN
from pole_social.models import Agent, Unite


@transaction.atomic
def open_from(relais: Relais, *, by: Agent) -> Parcours:
    """Accept `relais`; open the person's parcours of that unité's nature, with `by` as its référent.

    A person has one open parcours per nature: a second relais attaches to it, and `by` joins its team.
    Raises MoveRefused if the relais has been accepted, returned or cancelled meanwhile.
    """
    relais.accept(by=by)
    # Two relais of one person accepted at once: the second waits, then attaches.
    Usager.objects.select_for_update(of=("self",)).get(pk=relais.usager_id)
    same = Parcours.objects.open().filter(usager=relais.usager_id, nature=relais.vers_unite.nature)
    parcours = same.first() or _open(relais, by)
    parcours.relais_recus.add(relais)
    if not parcours.intervenants.live().filter(agent=by).exists():
        parcours.add_intervenant(by)
    _release_evaluators(relais, by)
    return parcours


def _open(relais: Relais, by: Agent) -> Parcours:
    parcours = Parcours.objects.create(
        usager_id=relais.usager_id,
        unite=relais.vers_unite,
        entree=Parcours.Entree.RELAIS,
        echeance=timezone.localdate() + FIRST_BILAN,
    )
    parcours.begin(by=by)
    parcours.add_intervenant(by, is_referent=True)
    return parcours


def _release_evaluators(relais: Relais, by: Agent) -> None:
    """The evaluators let go once accompagnement has taken over and nobody else has to answer.

    A relais to PMI alone ends nothing: the social hand-over may still come, and the evaluator says when it
    will not (`Evaluation.release`).
    """
    if relais.vers_unite.nature != Unite.Nature.ACCOMPAGNEMENT:
        return
    for evaluation in relais.evaluations_envoyees.all():
        if evaluation.is_handed_over:
            evaluation.release(by=by)


@transaction.atomic
def send_back(relais: Relais, *, by: Agent, motif: str) -> None:
    """Return a relais; the evaluation it came from is to be taken up again. Raises MoveRefused."""
    relais.send_back(by=by, motif=motif)
    take_up_again(relais, by=by, motif=motif)
