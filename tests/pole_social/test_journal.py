"""The access journal: one row per request, in the same transaction, that no view can forget."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accueil.models import Rattachement, Usager
from parcours.demonstration.builders import UsagerFactory, make_passage
from pole_social import journal
from pole_social.journal import UnwatchedResponse
from pole_social.models import Acces
from pole_social.partitions import ensure_partitions, months_from

pytestmark = pytest.mark.urls("tests.pole_social.urls_spine")

SignIn = Callable[[Any], Client]
MONTH = f"pole_social_acces_{timezone.localdate():%Y_%m}"


def next_month() -> str:
    return f"pole_social_acces_{months_from(timezone.localdate(), 2)[1]:%Y_%m}"


REFUSED = [f"/essai/{path}/" for path in ("flux", "plus-tard", "valeurs", "premieres-valeurs", "un-par-un")]


def rows(page: str) -> list[Acces]:
    return list(Acces.objects.filter(page=page))


class TestReading:
    def test_a_page_about_a_person_leaves_one_row(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        passage = make_passage(aminata, by=cast.gos)
        response = sign_in(cast.gos_2).get(f"/essai/{aminata.pk}/")
        assert response.content.decode() == "Aminata Traoré"
        (row,) = rows("fiche")
        assert row.agent_id == cast.gos_2.pk
        assert row.action == Acces.Action.LECTURE
        assert row.objet_id == aminata.pk
        assert row.usager_ids == [aminata.pk]
        allowing = Rattachement.objects.get(source_id=passage.pk)
        assert row.rattachement_id == allowing.pk

    def test_a_list_names_everybody_it_shows(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        shown = UsagerFactory.create_batch(3)
        UsagerFactory()
        for usager in shown:
            make_passage(usager, by=cast.gos)
        sign_in(cast.gos).get("/essai/liste/")
        (row,) = rows("liste")
        assert row.action == Acces.Action.LISTE
        assert row.usager_ids == sorted(usager.pk for usager in shown)

    def test_asking_without_showing_leaves_a_row_too(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        sign_in(cast.gos).get("/essai/oubli/")
        assert [row.usager_ids for row in rows("oubli")] == [[]]

    def test_an_unchanged_refresh_leaves_none(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        make_passage(aminata, by=cast.gos)
        assert sign_in(cast.gos).get("/essai/inchange/").status_code == 204
        assert rows("inchange") == []

    def test_a_page_without_people_leaves_none(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        assert sign_in(cast.gos).get("/essai/sans-personne/").status_code == 200
        assert rows("sans_personne") == []

    def test_a_page_of_a_list_names_those_it_shows_not_the_next(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        people = [UsagerFactory.create(nom_usage=name) for name in ("Alba", "Bana", "Coly")]
        for usager in people:
            make_passage(usager, by=cast.gos)
        assert sign_in(cast.gos).get("/essai/premiers/").content.decode() == "['Alba', 'Bana'] True"
        (row,) = rows("premiers")
        assert row.usager_ids == sorted(usager.pk for usager in people[:2])
        assert row.rattachement_id is not None

    @pytest.mark.parametrize("path", REFUSED)
    def test_an_answer_that_cannot_be_journaled_is_refused(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, path: str
    ) -> None:
        make_passage(aminata, by=cast.gos)
        with pytest.raises(UnwatchedResponse):
            sign_in(cast.gos).get(path)

    def test_nothing_typed_or_named_is_in_a_row(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        make_passage(aminata, by=cast.gos)
        sign_in(cast.gos).get(f"/essai/{aminata.pk}/?q=Traoré")
        (row,) = rows("fiche")
        said = " ".join(str(getattr(row, field.name)) for field in Acces._meta.fields)
        assert "Traoré" not in said
        assert "Aminata" not in said


class TestNoJournalNoPage:
    def test_a_journal_that_cannot_be_written_stops_the_page(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_passage(aminata, by=cast.gos)
        client = sign_in(cast.gos)
        client.raise_request_exception = False

        def fail(*args: Any, **kwargs: Any) -> None:
            raise DatabaseError("disk full")

        # The control: with its journal the same page answers.
        assert client.get(f"/essai/{aminata.pk}/").status_code == 200
        monkeypatch.setattr(journal, "_write", fail)
        response = client.get(f"/essai/{aminata.pk}/")
        assert response.status_code == 500
        assert b"Aminata" not in response.content

    @pytest.mark.django_db(transaction=True)
    def test_the_row_goes_with_its_transaction(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        make_passage(aminata, by=cast.gos)
        client = sign_in(cast.gos)
        client.raise_request_exception = False
        before = Acces.objects.filter(page="panne").count()
        assert client.post(f"/essai/{aminata.pk}/panne/").status_code == 500
        assert Acces.objects.filter(page="panne").count() == before
        assert Usager.objects.get(pk=aminata.pk).langue == ""


class TestRefusals:
    def test_a_wrong_role_is_journaled(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        assert sign_in(cast.dpo).get(f"/essai/{aminata.pk}/").status_code == 403
        (row,) = rows("fiche")
        assert (row.action, row.motif, row.usager_ids) == (Acces.Action.REFUS, "role", [])
        assert row.objet_id == aminata.pk

    def test_out_of_scope_is_journaled(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        make_passage(aminata, by=cast.gos)
        assert sign_in(cast.gos_chatenay).get(f"/essai/{aminata.pk}/").status_code == 404
        (row,) = rows("fiche")
        assert (row.action, row.motif) == (Acces.Action.REFUS, "hors_perimetre")
        assert row.agent_id == cast.gos_chatenay.pk

    @pytest.mark.django_db(transaction=True)
    def test_the_refusal_stays_when_the_view_is_rolled_back(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        unknown = uuid4()
        assert sign_in(cast.gos).get(f"/essai/{unknown}/").status_code == 404
        assert Acces.objects.filter(objet_id=unknown, action=Acces.Action.REFUS).count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_an_act_that_came_too_late_is_journaled(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        client, before = sign_in(cast.gos), Acces.objects.filter(page="bouge").count()
        assert client.post("/essai/bouge/").status_code == 409
        assert Acces.objects.filter(page="bouge").count() == before + 1
        row = Acces.objects.filter(page="bouge").latest("at")
        assert (row.action, row.motif, row.agent_id) == (Acces.Action.REFUS, "conflit", cast.gos.pk)

    def test_the_control_an_act_that_fails_is_no_refusal(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        make_passage(aminata, by=cast.gos)
        client = sign_in(cast.gos)
        client.raise_request_exception = False
        assert client.post(f"/essai/{aminata.pk}/panne/").status_code == 500
        assert not Acces.objects.filter(page="panne", action=Acces.Action.REFUS).exists()

    def test_an_unknown_address_is_nobody_s_refusal(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        before = Acces.objects.count()
        assert sign_in(cast.gos).get("/nulle-part/").status_code == 404
        assert Acces.objects.count() == before


class TestTable:
    def insert(self, cast: SimpleNamespace, **fields: Any) -> Acces:
        return Acces.objects.create(agent_id=cast.gos.pk, action=Acces.Action.LECTURE, page="essai", **fields)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE pole_social_acces SET motif = 'autre'",
            "DELETE FROM pole_social_acces",
            "TRUNCATE pole_social_acces",
            "DELETE FROM pole_social_acces_default",
            "TRUNCATE pole_social_acces_default",
            f"DELETE FROM {MONTH}",
            f"TRUNCATE {MONTH}",
            f"TRUNCATE {next_month()}",
        ],
    )
    def test_it_is_only_appended(self, cast: SimpleNamespace, statement: str) -> None:
        self.insert(cast)
        self.insert(cast, at=timezone.now() - timedelta(days=4000))
        with pytest.raises(DatabaseError, match="only appended"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert Acces.objects.filter(page="essai").count() == 2

    def test_the_control_without_its_trigger_a_partition_can_be_emptied(self, cast: SimpleNamespace) -> None:
        self.insert(cast)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER acces_never_emptied ON {MONTH}")
            cursor.execute(f"TRUNCATE {MONTH}")
        assert not Acces.objects.filter(page="essai").exists()

    def test_a_row_lands_in_its_month(self, cast: SimpleNamespace) -> None:
        row = self.insert(cast)
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM pole_social_acces WHERE id = %s", [row.pk])
            assert cursor.fetchone()[0] == f"pole_social_acces_{timezone.localdate():%Y_%m}"

    def test_a_forgotten_month_lands_in_the_default_partition(self, cast: SimpleNamespace) -> None:
        row = self.insert(cast, at=timezone.now() + timedelta(days=400))
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM pole_social_acces WHERE id = %s", [row.pk])
            assert cursor.fetchone()[0] == "pole_social_acces_default"

    def test_partitions_are_made_once(self, db: None) -> None:
        assert ensure_partitions() == []

    def test_a_missing_partition_takes_back_its_rows(self, cast: SimpleNamespace) -> None:
        name = f"pole_social_acces_{timezone.localdate():%Y_%m}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {name}")
        row = self.insert(cast)
        assert ensure_partitions() == [name]
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM pole_social_acces WHERE id = %s", [row.pk])
            assert cursor.fetchone()[0] == name
            cursor.execute("SELECT count(*) FROM pole_social_acces WHERE id = %s", [row.pk])
            assert cursor.fetchone()[0] == 1

    @pytest.mark.parametrize("statement", ["DELETE FROM", "TRUNCATE"])
    def test_the_rebuilt_partition_is_append_only_too(self, cast: SimpleNamespace, statement: str) -> None:
        name = f"pole_social_acces_{timezone.localdate():%Y_%m}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {name}")
        ensure_partitions()
        self.insert(cast)
        with pytest.raises(DatabaseError, match="only appended"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement} {name}")

    def test_there_is_no_foreign_key(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'pole_social_acces'::regclass"
            )
            assert cursor.fetchone()[0] == 0

    def test_a_role_with_insert_alone_can_write(self, cast: SimpleNamespace) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE essai_insert")
            cursor.execute("GRANT INSERT ON pole_social_acces TO essai_insert")
            cursor.execute("SET LOCAL ROLE essai_insert")
            try:
                self.insert(cast)
                # The control: the role really has nothing else.
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    Acces.objects.count()
            finally:
                cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    ("year", "month", "expected"),
    [(2026, 11, ["2026-11", "2026-12", "2027-01"]), (2026, 1, ["2026-01", "2026-02", "2026-03"])],
)
def test_months_cross_the_year(year: int, month: int, expected: list[str]) -> None:
    first = date(year, month, 15)
    assert [f"{day:%Y-%m}" for day in months_from(first, 3)] == expected
