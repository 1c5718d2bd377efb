"""What the database keeps on a parcours for its figures, always exact: its référent, the day of its last exchange."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from threading import Event
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import DateField, OuterRef, Subquery
from django.db.models.functions import Greatest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accueil.fusion import merge, unmerge
from accueil.models import Fusion
from parcours.demonstration.builders import UsagerFactory, make_ecrit, make_parcours
from parcours.file_active import charges, with_last_exchange
from parcours.fin import close, reopen
from parcours.models import Bilan, Ecrit, Intervenant, Parcours, Transmission
from parcours.transmission import accept, leave, propose
from pole_social.models import Agent, MoveRefused
from tests.parcours.test_invariant import attempted
from tests.parcours.test_pilotage import many
from tests.threads import at_once
from tests.together import together

Cercle, Modalite, Nature = Ecrit.Cercle, Ecrit.Modalite, Transmission.Nature
TEAM = ["assistant-social-2", "cesf", "educateur"]


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def differing() -> list[tuple[Any, ...]]:
    """The parcours of which what is kept is not what their écrits, their bilans and their team say, asked again."""
    ecrits = Ecrit.objects.filter(parcours=OuterRef("pk"), cercle=Cercle.EQUIPE, signed_at__isnull=False)
    exchanges = ecrits.exclude(modalite=Modalite.CONCERTATION).order_by("-done_on").values("done_on")[:1]
    bilans = Bilan.objects.filter(parcours=OuterRef("pk"), with_person=True).order_by("-held_on").values("held_on")[:1]
    team = Intervenant.objects.live().filter(parcours=OuterRef("pk"), is_referent=True).values("agent")[:1]
    days = [Subquery(rows, output_field=DateField()) for rows in (exchanges, bilans)]
    asked = Parcours._base_manager.annotate(day=Greatest(*days), leads=Subquery(team))
    rows = asked.values_list("pk", "last_exchange_on", "day", "referent_id", "leads")
    return [row for row in rows if row[1] != row[2] or row[3] != row[4]]


def kept(parcours: Parcours) -> date | None:
    return Parcours.objects.get(pk=parcours.pk).last_exchange_on


def make_bilan(parcours: Parcours, *, by: Agent, on: date, with_person: bool = True) -> Bilan:
    said = {"auteur": by, "synthese": "…", "periode": 12, "next_on": on + timedelta(days=360)}
    return Bilan.objects.create(parcours=parcours, held_on=on, with_person=with_person, **said)


@contextmanager
def without(table: str, trigger: str) -> Iterator[None]:
    """One trigger lifted, as its owner may."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


class TestWhatCounts:
    @together(("cercle", "modalite"), [(cercle, modalite) for cercle in Cercle for modalite in Modalite])
    def test_a_signed_ecrit_that_the_whole_equipe_reads(
        self, cast: SimpleNamespace, suivi: Parcours, cercle: str, modalite: str
    ) -> None:
        made = make_ecrit(
            suivi, by=cast.assistant_social_2, cercle=cercle, modalite=modalite, done_on=ago(3), signed=False
        )
        assert kept(suivi) is None, "a draft is nobody else's"
        made.sign()
        counts = cercle == Cercle.EQUIPE and modalite != Modalite.CONCERTATION
        assert kept(suivi) == (ago(3) if counts else None)
        assert not differing()

    @together("with_person", [True, False])
    def test_a_bilan_held_with_the_person(self, cast: SimpleNamespace, suivi: Parcours, with_person: bool) -> None:
        make_bilan(suivi, by=cast.assistant_social_2, on=ago(4), with_person=with_person)
        assert kept(suivi) == (ago(4) if with_person else None)
        assert not differing()

    @together("order", [(9, 2, 5), (2, 5, 9), (5, 9, 2)])
    def test_the_last_day_whatever_the_order(
        self, cast: SimpleNamespace, suivi: Parcours, order: tuple[int, ...]
    ) -> None:
        first, second, third = order
        make_ecrit(suivi, by=cast.assistant_social_2, done_on=ago(first))
        make_bilan(suivi, by=cast.assistant_social_2, on=ago(second))
        make_ecrit(suivi, by=cast.assistant_social_2, done_on=ago(third))
        assert kept(suivi) == ago(2)
        found: Any = with_last_exchange(Parcours.objects.filter(pk=suivi.pk)).get()
        # Nothing was said before it was opened, today.
        assert found.last_exchange == suivi.opened_on

    def test_what_counts_cannot_stop_counting(self, cast: SimpleNamespace, suivi: Parcours, aminata: Any) -> None:
        """That is why the day never has to go back."""
        other = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        signed = Ecrit.objects.filter(pk=make_ecrit(suivi, by=cast.assistant_social_2).pk)
        held = Bilan.objects.filter(pk=make_bilan(suivi, by=cast.assistant_social_2, on=ago(1)).pk)
        acts: list[Callable[[], Any]] = [
            partial(signed.update, signed_at=None),
            partial(signed.update, cercle=Cercle.SOCIAL),
            partial(signed.update, modalite=Modalite.CONCERTATION),
            partial(signed.update, parcours=other),
            partial(signed.update, done_on=ago(30)),
            partial(signed._raw_delete, signed.db),
            partial(held.update, with_person=False),
            partial(held._raw_delete, held.db),
        ]
        for act in acts:
            with pytest.raises(DatabaseError, match="only appended"), transaction.atomic():
                act()
        assert not differing()

    def test_no_page_of_a_colleague_is_made_stale(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        make_ecrit(suivi, by=cast.cesf)
        suivi.save_over(suivi.version, ["echeance"])
        assert kept(suivi) == timezone.localdate()


class TestWhoLeads:
    def test_from_one_to_the_next(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        assert Parcours.objects.get(pk=suivi.pk).referent == cast.assistant_social_2
        lot = propose([suivi], vers=cast.cesf, by=cast.assistant_social_2, nature=Nature.REFERENT)
        assert Parcours.objects.get(pk=suivi.pk).referent == cast.assistant_social_2, "until they accept"
        accept(Transmission.objects.get(lot=lot), by=cast.cesf)
        assert Parcours.objects.get(pk=suivi.pk).referent == cast.cesf

    def test_any_way_the_team_may_change(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        other = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.educateur)
        ci = cast.conseiller_insertion
        lead, second = Intervenant.objects.filter(parcours=suivi), suivi.add_intervenant(cast.cesf)
        ended = {"ends_at": timezone.now()}
        steps: list[tuple[Callable[[], Any], UUID | None]] = [
            (partial(lead.filter(is_referent=True).update, agent=ci), ci.pk),
            (partial(lead.filter(is_referent=True).update, **ended), None),
            (partial(lead.filter(pk=second.pk).update, is_referent=True), cast.cesf.pk),
            (partial(lead.filter(pk=second.pk).update, is_referent=False), None),
            (partial(lead.filter(pk=second.pk).update, is_referent=True), cast.cesf.pk),
            (partial(Intervenant.objects.filter(parcours=other).update, **ended), cast.cesf.pk),
            (partial(lead.filter(pk=second.pk).update, parcours=other), None),
            (partial(Intervenant.objects.filter(pk=second.pk).delete), None),
        ]
        for step, expected in steps:
            step()
            assert Parcours.objects.get(pk=suivi.pk).referent_id == expected
            assert not differing()
        assert Parcours.objects.get(pk=other.pk).referent is None


class TestNobodyWritesThem:
    def test_a_parcours_read_before_and_saved_whole(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        stale = Parcours.objects.get(pk=suivi.pk)
        make_ecrit(suivi, by=cast.assistant_social_2)
        stale.referent = cast.cesf
        stale.periode = 12
        stale.save()
        assert not differing()
        assert Parcours.objects.get(pk=suivi.pk).periode == 12
        Parcours.objects.update(last_exchange_on=ago(900), referent=None)
        assert not differing()

    def test_it_is_the_guard_that_holds(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        """The control."""
        stale = Parcours.objects.get(pk=suivi.pk)
        make_ecrit(suivi, by=cast.assistant_social_2)
        with without("parcours_parcours", "figures_kept"):
            stale.save()
            assert [row[0] for row in differing()] == [suivi.pk]

    def test_rows_loaded_in_any_order(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        """A dump, or a crowd: what names the parcours may stand before it does."""
        make_ecrit(suivi, by=cast.assistant_social_2, done_on=ago(7))
        key = uuid4()
        for below in (Ecrit.objects.get(parcours=suivi), Intervenant.objects.get(parcours=suivi)):
            below.pk, below.parcours_id = uuid4(), key
            below.save(force_insert=True)
        row = Parcours.objects.get(pk=suivi.pk)
        row.pk, row.usager, row.last_exchange_on, row.referent = key, UsagerFactory.create(), ago(1), cast.cesf
        row.save(force_insert=True)
        assert kept(row) == ago(7)
        assert not differing()


@together("table", ["parcours_ecrit", "parcours_bilan"])
def test_it_is_the_trigger_that_follows(cast: SimpleNamespace, suivi: Parcours, table: str) -> None:
    """The control: without it, the comparison above sees what is missing."""
    with without(table, "note_exchange"):
        make_ecrit(suivi, by=cast.assistant_social_2, done_on=ago(8 if table == "parcours_bilan" else 6))
        make_bilan(suivi, by=cast.assistant_social_2, on=ago(7))
        assert [row[0] for row in differing()] == [suivi.pk]


def test_what_stood_before_the_migration_is_filled_in(cast: SimpleNamespace, monkeypatch: Any) -> None:
    migration = import_module("parcours.migrations.0006_figures_backfill")
    for days in (None, 4, 40, 3):
        made = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.cesf)
        if days:
            make_ecrit(made, by=cast.cesf, done_on=ago(days))
    with without("parcours_parcours", "figures_kept"):
        Parcours.objects.update(last_exchange_on=None, referent=None)
        assert len(differing()) == 4
        monkeypatch.setattr(migration, "BATCH", 3)
        migration.fill(None, SimpleNamespace(connection=connection))
        assert not differing()


class TestFigures:
    def test_one_query_in_one_index(self, cast: SimpleNamespace) -> None:
        many(30, cast.cesf)
        leader = Agent.objects.get(username="responsable-sst")
        assert leader.supervised_unite_ids
        with CaptureQueriesContext(connection) as asked:
            (line,) = charges(leader)
        assert (line.nom, line.ouverts, len(asked)) == ("Julie Petit", 30, 1)
        read = set(re.findall(r'"parcours_parcours"."([a-z_]+)"', asked[0]["sql"]))
        (index,) = (index for index in Parcours._meta.indexes if index.name == "parcours_figures")
        # No row is looked at but through the index: one column more would read fifty thousand.
        columns: dict[str, str] = {field.name: field.column for field in Parcours._meta.concrete_fields}
        assert read == {columns[name] for name in [*index.fields, *index.include]}

    def test_a_figure_fetches_nobody(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        with CaptureQueriesContext(connection) as asked:
            assert charges(cast.responsable_accompagnement)[0].referent_id == cast.assistant_social_2.pk
        assert "nom_usage" not in asked[-1]["sql"] and "JOIN" not in asked[-1]["sql"]

    @together("username", ["gos", "assistant-social-2", "responsable-chatenay", "dpo"])
    def test_nor_counts_for_whoever_leads_nothing_here(
        self, cast: SimpleNamespace, suivi: Parcours, username: str
    ) -> None:
        assert charges(Agent.objects.get(username=username)) == []


class Dossiers(RuleBasedStateMachine):
    """Two records, perhaps of one person, and all that is done about them."""

    ends = st.integers(0, 1)
    days = st.integers(0, 6).map(ago)

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.by, self.sent_by = (Agent.objects.get(username=name) for name in (TEAM[0], "assistant-social"))
        self.parcours = [make_parcours(UsagerFactory.create(), sent_by=self.sent_by, by=self.by) for _ in range(2)]
        self.read_before = Parcours.objects.get(pk=self.parcours[0].pk)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def one(self, which: int) -> Parcours:
        return Parcours.objects.get(pk=self.parcours[which].pk)

    @rule(
        which=ends,
        cercle=st.sampled_from([Cercle.EQUIPE, Cercle.EQUIPE, Cercle.SOCIAL]),
        modalite=st.sampled_from([Modalite.VISIO, Modalite.VISIO, Modalite.CONCERTATION]),
        day=days,
        signed=st.booleans(),
    )
    def writes(self, which: int, cercle: str, modalite: str, day: date, signed: bool) -> None:
        make_ecrit(self.one(which), by=self.by, cercle=cercle, modalite=modalite, done_on=day, signed=signed)

    @rule(number=st.integers(0, 3), day=days, cercle=st.sampled_from(Cercle), sign=st.booleans())
    def edits_a_draft(self, number: int, day: date, cercle: str, sign: bool) -> None:
        for draft in Ecrit.objects.filter(signed_at=None).order_by("created_at")[number : number + 1]:
            draft.done_on, draft.cercle = day, cercle
            draft.save_over(draft.version, ["done_on", "cercle"])
            if sign:
                draft.sign()

    @rule(number=st.integers(0, 3), which=ends)
    def loses_a_draft(self, number: int, which: int) -> None:
        drafts = Ecrit.objects.filter(signed_at=None).order_by("created_at")
        Ecrit.objects.filter(pk__in=drafts.values("pk")[number : number + 1]).delete()
        drafts.update(parcours=self.parcours[which])

    @rule(which=ends, day=days, with_person=st.booleans())
    def holds_a_bilan(self, which: int, day: date, with_person: bool) -> None:
        if not Bilan.objects.filter(parcours=self.one(which), held_on=day).exists():
            make_bilan(self.one(which), by=self.by, on=day, with_person=with_person)

    @rule()
    @attempted
    def merges(self) -> None:
        merge(self.one(0).usager, self.one(1).usager, by=self.sent_by)

    @rule()
    @attempted
    def sets_apart(self) -> None:
        for fusion in Fusion.objects.filter(undone_at=None):
            unmerge(fusion, by=self.sent_by)

    @rule(which=ends, vers=st.sampled_from(TEAM))
    @attempted
    def hands_over(self, which: int, vers: str) -> None:
        receiver = Agent.objects.get(username=vers)
        lot = propose([self.one(which)], vers=receiver, by=self.by, nature=Nature.REFERENT)
        accept(Transmission.objects.get(lot=lot), by=receiver)

    @rule(which=ends, who=st.sampled_from(TEAM))
    @attempted
    def joins_or_leaves(self, which: int, who: str) -> None:
        parcours, agent = self.one(which), Agent.objects.get(username=who)
        place = parcours.intervenants.live().filter(agent=agent).first()
        if place:
            leave(place, by=agent)
        elif parcours.is_open_file:
            parcours.add_intervenant(agent)

    @rule(which=ends)
    @attempted
    def closes(self, which: int) -> None:
        close(self.one(which), motif=Parcours.MotifCloture.OBJECTIFS, by=self.by)

    @rule(which=ends, who=st.sampled_from(TEAM))
    @attempted
    def reopens(self, which: int, who: str) -> None:
        reopen(self.one(which), by=Agent.objects.get(username=who), motif="elle revient")

    @rule()
    def saves_what_was_read_before(self) -> None:
        self.read_before.refresh_from_db(fields=[f.name for f in Parcours._meta.fields if f.name not in KEPT])
        self.read_before.save()

    @invariant()
    def what_is_kept_is_what_is_so(self) -> None:
        assert not differing()


KEPT = ("last_exchange_on", "referent")


def test_whatever_is_done_in_whatever_order(cast: SimpleNamespace) -> None:
    chosen = settings(
        max_examples=15,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Dossiers, settings=chosen)  # type: ignore[no-untyped-call]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_many_hands_sign(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        """And hold a bilan, and hand it over: nobody is refused, none waits for another for ever."""
        drafts = [
            make_ecrit(suivi, by=cast.assistant_social_2, done_on=ago(day), signed=False) for day in (5, 1, 9, 3, 7)
        ]
        lot = propose([suivi], vers=cast.cesf, by=cast.assistant_social_2, nature=Nature.REFERENT)
        acts: list[Callable[[], Any]] = [draft.sign for draft in drafts]
        acts += [
            partial(make_bilan, suivi, by=cast.assistant_social_2, on=ago(2)),
            partial(accept, Transmission.objects.get(lot=lot), by=cast.cesf),
        ]
        assert not [done for done in at_once(acts) if isinstance(done, Exception)]
        assert kept(suivi) == ago(1)
        assert not differing()

    @pytest.mark.parametrize("is_kept", [True, False])
    def test_who_waited_compares_again(self, cast: SimpleNamespace, suivi: Parcours, is_kept: bool) -> None:
        """The later day may be given up by whoever was signing it: the other one then stands."""
        later, earlier = (make_ecrit(suivi, by=cast.cesf, done_on=ago(day), signed=False) for day in (1, 5))
        is_signed, waits = Event(), Event()

        def first() -> None:
            with transaction.atomic():
                later.sign()
                is_signed.set()
                waits.wait(timeout=1)
                transaction.set_rollback(not is_kept)

        def second() -> None:
            assert is_signed.wait(timeout=10)
            earlier.sign()
            waits.set()

        assert at_once([first, second]) == [None, None]
        assert kept(suivi) == (ago(1) if is_kept else ago(5))
        assert not differing()

    def test_signing_while_two_records_become_one(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        other = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        drafts = [make_ecrit(one, by=cast.cesf, done_on=ago(2), signed=False) for one in (suivi, other) * 3]
        acts: list[Callable[[], Any]] = [draft.sign for draft in drafts]
        acts.append(partial(merge, suivi.usager, other.usager, by=cast.responsable_accueil))
        assert not [done for done in at_once(acts) if isinstance(done, Exception) and not isinstance(done, MoveRefused)]
        assert not differing()
        assert kept(suivi) == kept(other) == ago(2)
