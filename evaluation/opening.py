"""Accepting a relais opens an evaluation: the act crosses accueil and évaluation."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accueil.models import Rattachement, Relais, Usager
from evaluation.models import Evaluation, Exploration
from evaluation.models.evaluation import DAYS_TO_EVALUATE
from pole_social.models import Agent, Domaine


@transaction.atomic
def open_from(relais: Relais, *, by: Agent) -> Evaluation:
    """Accept `relais` and open the person's evaluation, its 14 domaines not explored yet.

    A person has one open evaluation: a second relais attaches to it. Raises MoveRefused if the relais has
    been accepted, returned or cancelled meanwhile.
    """
    relais.accept(by=by)
    # Two relais of one person accepted at once: the second waits, then attaches.
    Usager.objects.select_for_update(of=("self",)).get(pk=relais.usager_id)
    standing = Evaluation.objects.open().filter(usager=relais.usager_id).first()
    evaluation = standing or _open(relais, by)
    evaluation.relais_recus.add(relais)
    is_mine = evaluation.evaluateur_id == by.pk
    nature = Rattachement.Nature.EVALUATION if is_mine else Rattachement.Nature.CONTRIBUTION
    Rattachement.objects.grant(nature, relais.usager_id, evaluation, agent=by)
    return evaluation


@transaction.atomic
def take_up_again(relais: Relais, *, by: Agent, motif: str) -> None:
    """A relais came back: the evaluation it came from is to be taken up again, with the reason.

    If the person has another evaluation open meanwhile, it is that one that goes on: it shows the relais.
    """
    Usager.objects.select_for_update(of=("self",)).get(pk=relais.usager_id)
    standing = Evaluation.objects.open().filter(usager=relais.usager_id).first()
    if standing:
        standing.relais_envoyes.add(relais)
        return
    for evaluation in relais.evaluations_envoyees.filter(statut=Evaluation.Statut.VALIDEE):
        evaluation.reopen(by=by, motif=motif)


@transaction.atomic
def cancel(relais: Relais, *, by: Agent, motif: str) -> None:
    """The evaluator takes a relais back before it is accepted. Raises MoveRefused."""
    relais.cancel(by=by, motif=motif)
    take_up_again(relais, by=by, motif=motif)


def _open(relais: Relais, by: Agent) -> Evaluation:
    evaluation = Evaluation.objects.create(
        usager_id=relais.usager_id,
        unite=relais.vers_unite,
        evaluateur=by,
        echeance=timezone.localdate() + timedelta(days=DAYS_TO_EVALUATE),
    )
    evaluation.begin(by=by)
    Exploration.objects.bulk_create(
        Exploration(evaluation=evaluation, domaine=domaine) for domaine in Domaine.objects.all()
    )
    return evaluation
