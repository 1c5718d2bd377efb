"""Handing over one parcours or many: proposed by one, accepted by the other; nobody is ever without an owner.

Until the receiver accepts, the former référent stays. Then the former one reads for 30 days more (domain, "Hand-over").
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from accueil.models import Deport, Rattachement
from accueil.models.rattachement import AFTER_REFERENT, RattachementQuerySet
from parcours.lecteurs import working_agents
from parcours.models import Action, Intervenant, Parcours, Transmission
from parcours.models.parcours import ParcoursQuerySet
from pole_social.access import CARE
from pole_social.models import Affectation, Agent, MoveRefused

Nature = Rattachement.Nature
Statut = Transmission.Statut
TO_REFERENT, TO_COVER = Transmission.Nature.REFERENT, Transmission.Nature.ABSENCE


def locked(parcours: Parcours) -> Parcours:
    """The parcours as it stands, held until the commit: who holds it does not change meanwhile."""
    return Parcours.objects.select_for_update(of=("self",), no_key=True).get(pk=parcours.pk)


def locked_open(parcours: Parcours) -> Parcours:
    """The same, of one that is not closed. Raises MoveRefused if it was closed meanwhile."""
    held = locked(parcours)
    if not held.is_open_file:
        raise MoveRefused
    return held


def place(parcours: Parcours) -> tuple[str, int | None]:
    """Where it may be carried: the unités of that nature, in the same territoire."""
    return parcours.nature, parcours.unite.lieu.territoire_id


def receivers(parcours: Iterable[Parcours]) -> QuerySet[Agent]:
    """Who may hold them: the professions of care at work in one of their places."""
    there = Q(pk__in=[])
    for nature, territoire in {place(one) for one in parcours}:
        there |= Q(unite__nature=nature, unite__lieu__territoire=territoire)
    current = Affectation.objects.current().filter(there, agent=OuterRef("pk"))
    return working_agents().filter(Exists(current), metier__famille__in=CARE)


@transaction.atomic
def propose(
    parcours: Iterable[Parcours],
    *,
    vers: Agent,
    by: Agent,
    nature: str,
    du: date | None = None,
    au: date | None = None,
    message: str = "",
) -> UUID:
    """Propose these parcours to one colleague, in one act; its key. All or none.

    Raises MoveRefused when one of them is closed, already proposed, already theirs or already covered by
    them on one of these days, about somebody they stepped aside from, or when there is nobody to stand in for.
    """
    lot = uuid.uuid4()
    for one in sorted(parcours, key=lambda row: row.pk):
        held = locked(one)
        referent = current_referent(held)
        de = referent.agent if referent else None
        waiting = held.transmissions.filter(statut=Statut.PROPOSEE, nature=nature)
        if not held.is_open_file or de == vers or stepped_aside(vers, held) or waiting.exists():
            raise MoveRefused
        if nature == TO_COVER and (de is None or _covers_already(held, vers, du, au)):
            raise MoveRefused
        # They see whose parcours it is, and decide; the person's pages open when they accept.
        Transmission.objects.create(
            parcours=held, nature=nature, lot=lot, de=de, vers=vers, du=du, au=au, message=message, proposed_by=by
        ).begin(by=by)
    return lot


@transaction.atomic
def accept(transmission: Transmission, *, by: Agent) -> None:
    """Take it over, or cover it on its dates.

    Raises MoveRefused: withdrawn, not theirs, stepped aside from the person or gone from such a unité since.
    """
    parcours = locked(transmission.parcours)
    if transmission.vers_id != by.pk or not parcours.is_open_file or stepped_aside(by, parcours):
        raise MoveRefused
    if not receivers([parcours]).filter(pk=by.pk).exists():
        raise MoveRefused
    if transmission.nature == TO_COVER and (transmission.au is None or transmission.au < timezone.localdate()):
        raise MoveRefused
    transmission.move(Statut.ACCEPTEE, by=by)
    if transmission.nature == TO_REFERENT:
        _replace_referent(parcours, by)
    else:
        _cover(parcours, transmission)


@transaction.atomic
def refuse(transmission: Transmission, *, by: Agent, motif: str = "") -> None:
    """Leave it with whoever has it. Raises MoveRefused, for a cover agreed too: that one is ended."""
    if transmission.vers_id != by.pk or transmission.statut != Statut.PROPOSEE:
        raise MoveRefused
    transmission.move(Statut.REFUSEE, by=by, motif=motif)


@transaction.atomic
def cancel(transmission: Transmission, *, by: Agent) -> None:
    """Take back a proposal, or end a cover before its last day. Raises MoveRefused."""
    was_cover = transmission.nature == TO_COVER and transmission.statut == Statut.ACCEPTEE
    if transmission.statut == Statut.ACCEPTEE and not is_live_cover(transmission):
        raise MoveRefused
    transmission.move(Statut.ANNULEE, by=by)
    if was_cover:
        _end(_cover_rows(transmission))


def is_live_cover(transmission: Transmission) -> bool:
    """Agreed, and not over: what is past stays as it was."""
    agreed = transmission.nature == TO_COVER and transmission.statut == Statut.ACCEPTEE
    return agreed and transmission.au is not None and transmission.au >= timezone.localdate()


def withdraw_all(parcours: Parcours, *, by: Agent) -> None:
    """Take back what was proposed, and end the covers: the parcours ends, or its référent changes."""
    waiting = parcours.transmissions.waiting()
    agreed = parcours.transmissions.filter(nature=TO_COVER, statut=Statut.ACCEPTEE, au__gte=timezone.localdate())
    for transmission in [*waiting, *agreed]:
        cancel(transmission, by=by)


@transaction.atomic
def leave(intervenant: Intervenant, *, by: Agent) -> None:
    """Leave the team, or be thanked. Raises MoveRefused for the référent, who hands over, and for who has left."""
    parcours = locked(intervenant.parcours)
    live = parcours.intervenants.live().filter(pk=intervenant.pk, is_referent=False)
    if not live.exists():
        raise MoveRefused
    _part(parcours, intervenant, Nature.INTERVENANT)
    referent = current_referent(parcours)
    if referent:
        _hand_steps(parcours, intervenant.agent, referent.agent)


def without_referent_present(found: ParcoursQuerySet) -> ParcoursQuerySet:
    """Those whose référent is nobody, or somebody who does not work here today: their responsable owns them."""
    current = Affectation.objects.current().filter(agent=OuterRef("pk"))
    present = Agent.objects.filter(Exists(current), is_active=True).order_by()
    return found.exclude(referent__in=present.values("pk"))


def current_referent(parcours: Parcours) -> Intervenant | None:
    return parcours.intervenants.live().filter(is_referent=True).select_related("agent").first()


def _replace_referent(parcours: Parcours, by: Agent) -> None:
    former = current_referent(parcours)
    if former:
        _part(parcours, former, Nature.REFERENT)
        until = timezone.now() + AFTER_REFERENT
        Rattachement.objects.grant(Nature.FIN_DE_RELAIS, parcours.usager_id, parcours, agent=former.agent, until=until)
        # The absence was the former one's.
        withdraw_all(parcours, by=by)
    place = parcours.intervenants.live().filter(agent=by).first()
    if place:
        _part(parcours, place, Nature.INTERVENANT)
    _end(_relationships(parcours, by, Nature.FIN_DE_RELAIS))
    parcours.add_intervenant(by, is_referent=True)
    if former:
        _hand_steps(parcours, former.agent, by)


def _hand_steps(parcours: Parcours, de: Agent, vers: Agent) -> None:
    """What they still had to do has somebody to do it."""
    steps = parcours.actions.filter(agent=de, statut__in=Action.open_states())
    steps.update(agent=vers, version=F("version") + 1)


def _part(parcours: Parcours, place: Intervenant, nature: str) -> None:
    parcours.intervenants.filter(pk=place.pk).update(ends_at=timezone.now())
    _end(_relationships(parcours, place.agent, nature))


def _cover(parcours: Parcours, transmission: Transmission) -> None:
    """From the first day to the end of the last: it ends by itself."""
    du, au = transmission.du, transmission.au
    assert du is not None and au is not None
    Rattachement.objects.create(
        nature=Nature.DELEGATION,
        usager_id=parcours.usager_id,
        agent=transmission.vers,
        source_type=parcours._meta.label_lower,
        source_id=parcours.pk,
        # A cover agreed late opens nothing before it was agreed.
        starts_at=max(_morning(du), timezone.now()),
        ends_at=_evening(au),
    )


def _covers_already(parcours: Parcours, agent: Agent, du: date | None, au: date | None) -> bool:
    """On one of these days: two covers of one colleague would end together."""
    agreed = parcours.transmissions.filter(nature=TO_COVER, statut=Statut.ACCEPTEE, vers=agent)
    return agreed.filter(du__lte=au, au__gte=du).exists()


def _cover_rows(transmission: Transmission) -> RattachementQuerySet:
    assert transmission.au is not None
    rows = _relationships(transmission.parcours, transmission.vers, Nature.DELEGATION)
    return rows.filter(ends_at=_evening(transmission.au))


def _relationships(parcours: Parcours, agent: Agent, nature: str) -> RattachementQuerySet:
    """Those that stand or are to come."""
    found = Rattachement.objects.from_source(parcours).filter(agent=agent, nature=nature)
    return found.exclude(ends_at__lte=timezone.now())


def _end(rows: RattachementQuerySet) -> None:
    """Now; what had not begun never does."""
    rows.update(ends_at=Greatest(F("starts_at"), timezone.now()))


def stepped_aside(agent: Agent, parcours: Parcours) -> bool:
    return Deport.objects.filter(agent=agent, usager=parcours.usager_id).exists()


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
