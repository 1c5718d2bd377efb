"""The invariant of the thread (domain, "The thread, and who pulls"), asked of every open item of the database."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.models import F
from django.utils import timezone

from accueil.models import Demande, Passage, Rattachement, Relais
from evaluation.models import Contribution, Evaluation
from parcours.models import Intervenant, Parcours

Nature = Rattachement.Nature


def forgotten() -> list[str]:
    """What is in no list: open items that lack their unité, their owner or queue, or their next date."""
    found = [*_passages(), *_demandes(), *_relais(), *_evaluations(), *_contributions(), *_parcours()]
    return [f"{row._meta.label} {row.pk} : {lack}" for row, lack in found]


def _held_by(source: models.Model, **holder: object) -> bool:
    return Rattachement.objects.from_source(source).live().filter(**holder).exists()


def _passages() -> Iterator[tuple[models.Model, str]]:
    """An open passage is of today; until somebody calls, it is the desk's queue."""
    for passage in Passage.objects.filter(statut__in=Passage.open_states()):
        if passage.jour != timezone.localdate(passage.arrived_at):
            yield passage, "day of another date"
        if passage.statut != Passage.Statut.EN_ATTENTE and passage.agent is None:
            yield passage, "nobody receives it"
        for usager in passage.usagers.all():
            if not _held_by(passage, usager=usager, unite=passage.unite_id):
                yield passage, "its unité is not related to the person"


def _demandes() -> Iterator[tuple[models.Model, str]]:
    for demande in Demande.objects.open():
        if demande.echeance is None:
            yield demande, "no next date"
        if demande.usager_id and not _held_by(demande, usager=demande.usager_id, unite=demande.unite_id):
            yield demande, "its unité is not related to the person"


def _relais() -> Iterator[tuple[models.Model, str]]:
    """In the list of the unité it is addressed to; its sender follows it."""
    for relais in Relais.objects.waiting():
        for unite in (relais.vers_unite_id, relais.de_unite_id):
            if not _held_by(relais, usager=relais.usager_id, unite=unite):
                yield relais, "a unité cannot read it"


def _evaluations() -> Iterator[tuple[models.Model, str]]:
    for evaluation in Evaluation.objects.open():
        if not _held_by(evaluation, nature=Nature.EVALUATION, agent=evaluation.evaluateur_id):
            yield evaluation, "its evaluator cannot read it"
        deciders = Rattachement.objects.from_source(evaluation).live().filter(nature=Nature.VALIDATION)
        if evaluation.statut == Evaluation.Statut.A_VALIDER and not deciders.exists():
            yield evaluation, "nobody can decide"


def _contributions() -> Iterator[tuple[models.Model, str]]:
    """In the list of whoever is asked, as long as the evaluation that waits for it is being made."""
    for contribution in Contribution.objects.waiting().select_related("evaluation"):
        evaluation = contribution.evaluation
        if not evaluation.is_editable:
            yield contribution, "its evaluation waits for nothing any more"
        if not _held_by(evaluation, nature=Nature.CONTRIBUTION, agent=contribution.agent_id):
            yield contribution, "whoever is asked cannot read it"


def _parcours() -> Iterator[tuple[models.Model, str]]:
    """With its référent, or in the queue of an unité that somebody leads."""
    for parcours in Parcours.objects.open():
        referent = Intervenant.objects.live().filter(parcours=parcours, is_referent=True).first()
        if referent and not _held_by(parcours, nature=Nature.REFERENT, agent=referent.agent_id):
            yield parcours, "its référent cannot read it"
        if referent is None and not parcours.unite.affectations.current().filter(responsable=True).exists():
            yield parcours, "neither référent nor responsable"
    yield from ((row, "of another nature") for row in Parcours.objects.exclude(nature=F("unite__nature")))
