"""Suspending, closing and reopening a parcours: who stops reading it, and who still does."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from accueil.models import Rattachement, Usager
from accueil.models.rattachement import AFTER_REFERENT
from parcours.models import Action, Intervenant, Parcours
from parcours.models.parcours import FIRST_BILAN
from parcours.transmission import locked, withdraw_all
from pole_social.models import Agent, MoveRefused

Nature = Rattachement.Nature


def suspend(parcours: Parcours, *, until: date, by: Agent, motif: str = "") -> None:
    """Set it aside until a day: it stays in its lists, with that day as a next date. Raises MoveRefused."""
    parcours.move(Parcours.Statut.SUSPENDU, by=by, motif=motif, wakes_on=until)


def resume(parcours: Parcours, *, by: Agent) -> None:
    """Take it up again, before its day or after. Raises MoveRefused."""
    if parcours.statut != Parcours.Statut.SUSPENDU:
        raise MoveRefused
    parcours.move(Parcours.Statut.ACTIF, by=by, wakes_on=None)


@transaction.atomic
def close(parcours: Parcours, *, motif: str, by: Agent, precision: str = "") -> None:
    """End it: its team stops reading, its référent reads 30 days more and may reopen it. Raises MoveRefused.

    A former référent keeps the end of their own 30 days. Covers that have not begun never do.

    The steps still open are given up with it, each with its dated row; what was proposed to a colleague is withdrawn.
    """
    parcours = locked(parcours)
    parcours.move(
        Parcours.Statut.CLOS,
        by=by,
        motif=precision,
        motif_cloture=Parcours.MotifCloture(motif),
        closed_on=timezone.localdate(),
        wakes_on=None,
    )
    for step in parcours.actions.filter(statut__in=Action.open_states()):
        step.move(Action.Statut.ABANDONNEE, by=by, motif="parcours clos")
    withdraw_all(parcours, by=by)
    now = timezone.now()
    referent = parcours.intervenants.live().filter(is_referent=True).first()
    parcours.intervenants.live().update(ends_at=now)
    _end_reading(parcours)
    if referent:
        until = now + AFTER_REFERENT
        Rattachement.objects.grant(
            Nature.FIN_DE_RELAIS, parcours.usager_id, parcours, agent=referent.agent, until=until
        )


@transaction.atomic
def reopen(parcours: Parcours, *, by: Agent, motif: str) -> None:
    """Take a closed one up again, with `by` as its référent. Raises MoveRefused.

    Refused when the person has another open one of this nature: that one goes on.
    """
    Usager.objects.select_for_update(of=("self",)).get(pk=parcours.usager_id)
    same = Parcours.objects.open().filter(usager=parcours.usager_id, nature=parcours.nature)
    if same.exists():
        raise MoveRefused
    parcours.move(
        Parcours.Statut.ACTIF,
        by=by,
        motif=motif,
        motif_cloture="",
        closed_on=None,
        echeance=timezone.localdate() + FIRST_BILAN,
    )
    mine = Rattachement.objects.from_source(parcours).live().filter(nature=Nature.FIN_DE_RELAIS, agent=by)
    mine.update(ends_at=timezone.now())
    parcours.add_intervenant(by, is_referent=True)


def last_referent(parcours: OuterRef) -> Subquery:
    """The agent who led this closed parcours when it ended, for a query on parcours."""
    led = Intervenant.objects.filter(parcours=parcours, is_referent=True)
    return Subquery(led.order_by("-ends_at", "-starts_at").values("agent")[:1])


def _end_reading(parcours: Parcours) -> None:
    """Of the team and of those who cover, now or later; what had not begun never does."""
    now = timezone.now()
    standing = Rattachement.objects.from_source(parcours).exclude(ends_at__lte=now)
    standing.exclude(nature=Nature.FIN_DE_RELAIS).update(ends_at=Greatest(F("starts_at"), now))
