"""What opens a parcours: a relais that is accepted (the act crosses the three stages), or a dated entrée directe."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accueil.models import Relais, Usager
from evaluation.opening import take_up_again
from parcours.models import EntreeDirecte, Parcours
from parcours.models.parcours import FIRST_BILAN
from pole_social.models import Agent, Unite


@transaction.atomic
def open_from(relais: Relais, *, by: Agent) -> Parcours:
    """Accept `relais`; open the person's parcours of that unité's nature, with `by` as its référent.

    A person has one open parcours per nature: a second relais attaches to it, and `by` joins its team.
    Raises MoveRefused if the relais has been accepted, returned or cancelled meanwhile.
    """
    relais.accept(by=by)
    _wait_for_the_person(relais.usager_id)
    same = _standing_held(relais.usager_id, relais.vers_unite)
    parcours = same or _open(relais.usager_id, relais.vers_unite, Parcours.Entree.RELAIS, by)
    parcours.relais_recus.add(relais)
    if not parcours.intervenants.live().filter(agent=by).exists():
        parcours.add_intervenant(by)
    _release_evaluators(relais, by)
    return parcours


@transaction.atomic
def open_directly(entree: EntreeDirecte, *, usager: Usager, unite: Unite, by: Agent) -> Parcours:
    """Write `entree`; open the person's parcours of that nature, with `by` as its référent.

    Where one is open already, the entrée is attached to it and its team reads it. `by` does not let themselves
    in: nobody sent them, and one is called into a team by its members.
    """
    _wait_for_the_person(usager.pk)
    parcours = _standing_held(usager.pk, unite) or _open(usager.pk, unite, entree.source, by)
    entree.parcours, entree.recorded_by = parcours, by
    entree.save(force_insert=True)
    return parcours


def standing(usager_id: UUID, unite: Unite) -> Parcours | None:
    """The person's open parcours of the nature of `unite`, with the name of its référent."""
    same = Parcours.objects.open().filter(usager=usager_id, nature=unite.nature)
    return same.with_referent().select_related("unite__lieu").first()


def _standing_held(usager_id: UUID, unite: Unite) -> Parcours | None:
    """The same, held until the commit: one that is being closed is none."""
    same = Parcours.objects.open().filter(usager=usager_id, nature=unite.nature)
    return same.select_for_update(of=("self",), no_key=True).first()


def _wait_for_the_person(usager_id: UUID) -> None:
    """Two openings for one person at once: the second waits, then attaches."""
    Usager.objects.select_for_update(of=("self",)).get(pk=usager_id)


def _open(usager_id: UUID, unite: Unite, entree: str, by: Agent) -> Parcours:
    parcours = Parcours.objects.create(
        usager_id=usager_id,
        unite=unite,
        entree=entree,
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
