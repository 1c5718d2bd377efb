"""A condition written once asks the same as one written each time: of the present moment, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.db.models import Exists, F, QuerySet, Value
from django.utils import timezone

from accueil.models import Rattachement, Usager
from accueil.models.visibility import Reader
from parcours.demonstration.builders import make_passage
from parcours.demonstration.clock import at
from pole_social.models import Affectation, Agent
from pole_social.moments import CurrentDay, CurrentInstant
from pole_social.settled import is_whole, settle


def read_by(agent: Agent) -> set[str]:
    """As at their next request: nothing of the agent is cached."""
    return {usager.nom_usage for usager in Usager.objects.visible_to(Agent.objects.get(pk=agent.pk))}


def related(agent: Agent, usager: Usager, **dates: Any) -> Rattachement:
    return Rattachement.objects.create(
        agent=agent, usager=usager, nature="evaluation", source_type="x", source_id=usager.pk, **dates
    )


class TestMoments:
    def test_is_the_moment_when_it_is_asked(self, db: None) -> None:
        moment = timezone.now() - timedelta(days=400, minutes=3)
        asked = Affectation.objects.annotate(instant=CurrentInstant(), jour=CurrentDay()).values_list("instant", "jour")
        with at(moment):
            assert asked.all()[0] == (moment, timezone.localdate(moment))
        assert asked.all()[0][1] == timezone.localdate()

    def test_keeps_its_type_among_others(self, db: None) -> None:
        """A plain day or hour in the same statement stays one."""
        day = date(2026, 2, 28)
        found = Affectation.objects.annotate(jour=CurrentDay(), autre=Value(day), instant=CurrentInstant())
        assert found.filter(jour__gt=F("autre"), instant__gt=F("jour")).values_list("autre", flat=True)[0] == day

    def test_a_relationship_ends_by_itself_under_the_same_condition(
        self, cast: SimpleNamespace, aminata: Usager
    ) -> None:
        now = timezone.now()
        related(cast.psychologue, aminata, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
        agent = Agent.objects.get(pk=cast.psychologue.pk)
        seen = []
        for minutes in (0, 90, 150, 90):
            with at(now + timedelta(minutes=minutes)):
                seen.append(Usager.objects.visible_to(agent).count())
        assert seen == [0, 1, 0, 1]


class TestSettled:
    def test_is_written_once(self, cast: SimpleNamespace, aminata: Usager) -> None:
        related(cast.psychologue, aminata, starts_at=timezone.now())
        agent = Agent.objects.get(pk=cast.psychologue.pk)
        assert read_by(agent) == {aminata.nom_usage}
        with mock.patch.object(Exists, "as_sql", side_effect=AssertionError("written again")):
            assert [one.pk for one in Usager.objects.visible_to(agent).filter(pk=aminata.pk)] == [aminata.pk]
            with pytest.raises(AssertionError, match="written again"):
                list(Usager.objects.all().readable_by(agent))

    def test_asks_every_time(self, cast: SimpleNamespace, aminata: Usager) -> None:
        """The text is kept, never an answer."""
        agent = Agent.objects.get(pk=cast.psychologue.pk)
        assert not read_by(agent)
        row = related(cast.psychologue, aminata, starts_at=timezone.now())
        assert read_by(agent) == {aminata.nom_usage}
        Rattachement.objects.filter(pk=row.pk).update(ends_at=timezone.now())
        assert not read_by(agent)

    def test_two_readers_never_share_one(self, cast: SimpleNamespace, aminata: Usager) -> None:
        related(cast.psychologue, aminata, starts_at=timezone.now())
        assert [read_by(agent) for agent in (cast.psychologue, cast.medecin, cast.psychologue)] == [
            {aminata.nom_usage},
            set(),
            {aminata.nom_usage},
        ]

    def test_who_changes_unite_reads_otherwise_at_once(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos)
        assert read_by(cast.gos) == {aminata.nom_usage}
        Affectation.objects.filter(agent=cast.gos).update(unite=cast.gos_chatenay.unites[0])
        assert not read_by(cast.gos)

    def test_whoever_leads_is_another_reader(self, cast: SimpleNamespace) -> None:
        before = Reader.of(Agent.objects.get(pk=cast.assistant_social.pk))
        assert before == Reader.of(Agent.objects.get(pk=cast.assistant_social.pk))
        Affectation.objects.filter(agent=cast.assistant_social).update(responsable=True)
        after = Reader.of(Agent.objects.get(pk=cast.assistant_social.pk))
        assert before != after and after.supervised_unite_ids and "encadrement" in after.roles

    def test_what_is_narrowed_first_is_narrowed_all_the_same(self, cast: SimpleNamespace, aminata: Usager) -> None:
        related(cast.psychologue, aminata, starts_at=timezone.now())
        agent = Agent.objects.get(pk=cast.psychologue.pk)
        assert Usager.objects.filter(pk=aminata.pk).visible_to(agent).exists()
        assert not Usager.objects.exclude(pk=aminata.pk).visible_to(agent).exists()
        assert Usager.objects.visible_to(agent).filter(pk=aminata.pk).exists()
        assert not Usager.objects.visible_to(agent).exclude(pk=aminata.pk).exists()
        assert not Usager.objects.none().visible_to(agent).exists()
        nobody = Exists(Agent.objects.filter(username="personne"))
        assert not Usager.objects.filter(nobody).visible_to(agent).exists()

    def test_within_another_question(self, cast: SimpleNamespace, aminata: Usager) -> None:
        related(cast.psychologue, aminata, starts_at=timezone.now())
        for agent, count in ((cast.psychologue, 1), (cast.medecin, 0)):
            read = Usager.objects.visible_to(Agent.objects.get(pk=agent.pk))
            assert Usager.objects.filter(pk__in=read.values("pk")).count() == count
            assert (Usager.objects.none() | read).count() == (read & Usager.objects.all()).count() == count

    @pytest.mark.parametrize("moment", [timezone.now(), date(2026, 11, 23)], ids=["instant", "day"])
    def test_a_moment_that_would_stay_is_refused(self, db: None, moment: date) -> None:
        with pytest.raises(ValueError, match="moment"):
            settle(Affectation.objects.filter(ends_on__gt=moment))
        passing = Affectation.objects.filter(ends_on__gt=CurrentDay())
        settle(passing)
        assert "ends_on" in str(passing.query)

    def test_what_reads_nothing_is_left_alone(self, db: None) -> None:
        nothing = Affectation.objects.filter(pk__in=[])
        settle(nothing)
        assert not nothing.exists()


ASKED: dict[str, Callable[[QuerySet[Any]], QuerySet[Any]]] = {
    "filtered": lambda rows: rows.filter(responsable=True),
    "excluded": lambda rows: rows.exclude(responsable=True),
    "ordered": lambda rows: rows.order_by("pk"),
    "unordered": lambda rows: rows.order_by(),
    "reversed": lambda rows: rows.reverse(),
    "annotated": lambda rows: rows.annotate(un=Value(1)),
    "joined": lambda rows: rows.select_related("agent"),
    "prefetched": lambda rows: rows.prefetch_related("agent"),
    "columns": lambda rows: rows.values("pk"),
    "deferred": lambda rows: rows.defer("starts_on"),
    "cut": lambda rows: rows[:3],
    "distinct": lambda rows: rows.distinct(),
    "united": lambda rows: rows.union(rows),
    "none": lambda rows: rows.none(),
    "conditional": lambda rows: rows.filter(Exists(Agent.objects.filter(is_active=True))),
    "locked": lambda rows: rows.select_for_update(),
    "alias": lambda rows: rows.alias(un=Value(1)),
    "elsewhere": lambda rows: rows.using("default"),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_whole_is_all_of_it(db: None, asked: Callable[[QuerySet[Any]], QuerySet[Any]]) -> None:
    assert is_whole(Affectation.objects.all())
    assert not is_whole(asked(Affectation.objects.all()))


def test_the_rows_of_somebody_are_not_all_of_them(cast: SimpleNamespace) -> None:
    assert not is_whole(cast.gos.affectations.all())
