"""Online procedures: noted, dated, made for, with or by the person; and her autonomy, in counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accueil import autonomie
from accueil.models import Demarche, Droit, Mandat, Passage, Rattachement, Usager
from accueil.views.demarche import demarches_of, demarches_of_usager
from parcours.demonstration.builders import make_demarche, make_mandat, make_passage, receive
from parcours.demonstration.clock import at
from pole_social.models import Acces, Agent, MoveRefused
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown, someone
from tests.bulk import copies
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together

Mode = Demarche.Mode
SOON = timezone.localdate() + timedelta(days=10)


def url(passage: Passage) -> str:
    return f"/accueil/passages/{passage.pk}/demarches/nouvelle/"


def url_of(usager: Usager) -> str:
    return f"/accueil/usagers/{usager.pk}/demarches/nouvelle/"


def done_url(demarche: Demarche) -> str:
    return f"/accueil/demarches/{demarche.pk}/echeance/"


def demarche_data(**fields: Any) -> dict[str, Any]:
    return {"cle": str(uuid4()), "site": "caf.fr", "mode": "avec", **fields}


class TestNoting:
    def test_from_a_passage(self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager) -> None:
        droit = Droit.objects.create(
            code="test-c2s", libelle="Complémentaire", organisme="CPAM", domaine_id=_any_domaine(), a_verifier_quand="-"
        )
        data = demarche_data(site="", droit=droit.pk, preuve="D-4512", echeance=f"{SOON:%d/%m/%Y}")
        response = desk.post(url(received), data)
        made = Demarche.objects.get()
        assert response.url == f"/accueil/passages/{received.pk}/"  # type: ignore[attr-defined]
        assert (made.usager, made.passage, made.unite) == (aminata, received, received.unite)
        assert (made.droit, made.mode, made.preuve, made.echeance) == (droit, "avec", "D-4512", SOON)
        assert (made.done_by, made.mandat, made.sujet) == (cast.gos, None, "Complémentaire")
        row = last_acces("demarche_nouvelle")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [aminata.pk])

    def test_from_the_page_of_the_person(self, desk: Client, received: Passage, aminata: Usager) -> None:
        assert "Aminata Traoré" in desk.get(url_of(aminata)).content.decode()
        response = desk.post(url_of(aminata), demarche_data(mode="par"))
        assert response.url == f"/accueil/usagers/{aminata.pk}/"  # type: ignore[attr-defined]
        assert Demarche.objects.get().passage is None

    def test_without_a_deadline_nobody_is_related(self, desk: Client, received: Passage) -> None:
        before = Rattachement.objects.count()
        desk.post(url(received), demarche_data())
        assert Rattachement.objects.count() == before

    def test_an_anonymous_passage_says_why_not(self, cast: SimpleNamespace, desk: Client) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        for response in (desk.get(url(made)), desk.post(url(made), demarche_data())):
            assert "Ce passage est anonyme" in response.content.decode()
        assert not Demarche.objects.exists()

    def test_of_a_couple_one_person_is_chosen(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        other = someone()
        made = receive(make_passage(aminata, other, by=cast.gos), by=cast.gos)
        assert "Choisissez la personne." in desk.post(url(made), demarche_data()).content.decode()
        desk.post(url(made), demarche_data(usager=str(other.pk)))
        assert Demarche.objects.get().usager == other

    @together(
        ("field", "value"),
        [
            ("site", ""),
            ("mode", ""),
            ("mode", "contre"),
            *[("droit", value) for value in ("999999", "x", "-1", "9" * 30)],
            *[("site", text) for text in ("x" * 121, *HOSTILE)],
            *[("preuve", text) for text in ("x" * 81, *HOSTILE)],
            *[("echeance", text) for text in ("31/02/2027", "1/1/2020", "1/1/10000", "mars 2027", "a\x00b")],
        ],
    )
    def test_bad_input_notes_nothing_and_keeps_the_text(
        self, desk: Client, received: Passage, field: str, value: str
    ) -> None:
        response = desk.post(url(received), demarche_data(**{"preuve": "D-4512", field: value}))
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert field == "preuve" or "D-4512" in page
        assert not Demarche.objects.exists()

    def test_a_double_submit_notes_once_and_another_text_is_said(self, desk: Client, received: Passage) -> None:
        data = demarche_data()
        first, second = desk.post(url(received), data), desk.post(url(received), data)
        assert first.url == second.url  # type: ignore[attr-defined]
        assert desk.post(url(received), data | {"site": "ameli.fr"}).status_code == 409
        assert Demarche.objects.count() == 1

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage, aminata: Usager
    ) -> None:
        for address, pk in ((url(received), received.pk), (url_of(aminata), aminata.pk)):
            assert desk.get(address).status_code == 200
            assert desk.put(address).status_code == 405
            for username in (*OTHER_SEARCHERS, "dpo", "admin"):
                assert sign_in(Agent.objects.get(username=username)).get(address).status_code == 403
            assert same_as_unknown(sign_in(cast.gos_chatenay), address, pk)


def _any_domaine() -> int:
    return Droit._meta.get_field("domaine").related_model._base_manager.first().pk  # type: ignore[union-attr]


class TestForThePerson:
    """« Pour la personne » asks for a live mandat of hers, given to this structure."""

    def test_with_it(self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager) -> None:
        mandat = make_mandat(aminata, by=cast.gos)
        assert mandat.portee in desk.get(url(received)).content.decode()
        desk.post(url(received), demarche_data(mode="pour", mandat=str(mandat.pk)))
        assert Demarche.objects.get().mandat == mandat

    def test_otherwise_the_mandat_is_not_named(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        mandat = make_mandat(aminata, by=cast.gos)
        desk.post(url(received), demarche_data(mode="par", mandat=str(mandat.pk)))
        assert Demarche.objects.get().mandat is None

    def test_without_it_the_field_says_so(self, desk: Client, received: Passage) -> None:
        assert "demande un mandat en cours" in desk.get(url(received)).content.decode()
        response = desk.post(url(received), demarche_data(mode="pour"))
        assert "mode" in response.context["form"].errors
        assert not Demarche.objects.exists()

    @together(
        "fields",
        [
            {"signed": False},
            {"starts_on": timezone.localdate() - timedelta(days=9), "days": -1},
            {"starts_on": timezone.localdate() + timedelta(days=1)},
            {"revoked_at": timezone.now()},
            {"of": "gos_chatenay"},
            {"whose": "another"},
        ],
    )
    def test_a_mandat_that_does_not_hold_is_no_mandat(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, fields: dict[str, Any]
    ) -> None:
        given = dict(fields)
        by = getattr(cast, given.pop("of", "gos"))
        whose = someone() if given.pop("whose", "") else aminata
        mandat = make_mandat(whose, by=by, **given)
        response = desk.post(url(received), demarche_data(mode="pour", mandat=str(mandat.pk)))
        assert response.status_code == 200
        assert not Demarche.objects.exists()
        with pytest.raises(MoveRefused):
            make_demarche(aminata, by=cast.gos, mode=Mode.POUR, mandat=mandat)

    def test_of_a_couple_it_is_the_mandat_of_the_right_one(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        other = someone()
        made = receive(make_passage(aminata, other, by=cast.gos), by=cast.gos)
        mandat = make_mandat(aminata, by=cast.gos)
        data = demarche_data(mode="pour", mandat=str(mandat.pk))
        assert "celui d’une autre personne" in desk.post(url(made), data | {"usager": str(other.pk)}).content.decode()
        desk.post(url(made), data | {"usager": str(aminata.pk)})
        assert Demarche.objects.get().usager == aminata

    def test_the_database_refuses_too(self, cast: SimpleNamespace, received: Passage, aminata: Usager) -> None:
        row = Demarche(usager=aminata, unite=received.unite, site="caf.fr", mode="pour", done_by=cast.gos)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
        row.mode, row.site = "par", ""
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


class TestDeadline:
    def test_keeps_the_read_of_the_unite_until_it_is_done_and_seven_days(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        made = make_demarche(aminata, by=cast.gos, due_in=20, passage=received)
        now = timezone.now()
        with at(now + timedelta(days=30)):
            assert Demarche.objects.visible_to(cast.gos).exists()
            assert not Demarche.objects.visible_to(cast.gos_chatenay).exists()
            for _ in range(2):
                made.keep_deadline(by=cast.gos)
        related = Rattachement.objects.from_source(made).get()
        assert (related.nature, related.unite) == (Rattachement.Nature.DEMANDE, made.unite)
        assert related.ends_at == now + timedelta(days=37)

    def test_done_in_one_click_and_only_once(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage, aminata: Usager
    ) -> None:
        made = make_demarche(aminata, by=cast.gos, due_in=20, passage=received)
        assert "C’est fait" in desk.get(f"/accueil/passages/{received.pk}/").content.decode()
        for browser in (desk, sign_in(cast.gos_2)):
            response = browser.post(done_url(made))
            assert response.url == f"/accueil/usagers/{aminata.pk}/"  # type: ignore[attr-defined]
        made.refresh_from_db()
        assert (made.echeance_done_by, made.has_deadline) == (cast.gos, False)

    def test_late_is_read_from_the_date(self, cast: SimpleNamespace, aminata: Usager) -> None:
        made = make_demarche(aminata, by=cast.gos, due_in=3)
        assert not made.is_late
        with at(timezone.now() + timedelta(days=4)):
            assert made.is_late
        made.keep_deadline(by=cast.gos)
        assert not made.is_late

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage, aminata: Usager
    ) -> None:
        made = make_demarche(aminata, by=cast.gos, due_in=3)
        assert desk.get(done_url(made)).status_code == 405
        for nobody in (cast.dpo, cast.cesf):
            assert sign_in(nobody).post(done_url(made)).status_code == 403
        for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
            assert same_as_unknown(sign_in(stranger), done_url(made), made.pk, method="post")
        without = make_demarche(aminata, by=cast.gos)
        assert desk.post(done_url(without)).status_code == 404


class TestSections:
    def test_of_a_passage_what_was_done_and_what_is_due(
        self,
        cast: SimpleNamespace,
        received: Passage,
        aminata: Usager,
        django_assert_num_queries: Callable[..., Any],
    ) -> None:
        here = make_demarche(aminata, by=cast.gos, passage=received)
        due = make_demarche(aminata, by=cast.gos, due_in=5)
        make_demarche(aminata, by=cast.gos)
        make_demarche(someone(), by=cast.gos, due_in=5)
        mandat = make_mandat(aminata, by=cast.gos)
        make_mandat(aminata, by=cast.gos, revoked_at=timezone.now())
        with django_assert_num_queries(2):
            shown = demarches_of(cast.gos, received, [aminata])
        assert set(shown["demarches"]) == {here, due}
        assert shown["mandats"] == [mandat]
        assert not any(demarches_of(cast.gos_chatenay, received, [aminata]).values())

    @pytest.mark.parametrize("rows", [10, 500])
    def test_of_the_person_whatever_the_rows(
        self,
        cast: SimpleNamespace,
        desk: Client,
        received: Passage,
        aminata: Usager,
        rows: int,
        django_assert_num_queries: Callable[..., Any],
    ) -> None:
        copies(make_demarche(aminata, by=cast.gos, passage=received), rows)
        copies(make_mandat(aminata, by=cast.gos), 9)
        with django_assert_num_queries(2):
            shown = demarches_of_usager(cast.gos, aminata)
        assert len(shown["demarches"]) == rows + 1
        assert len(shown["dernieres"]) == 3
        assert count_queries(desk, url(received)) <= 14


class TestAutonomy:
    def test_counts_by_quarter_and_nothing_made_of_them(self, cast: SimpleNamespace, aminata: Usager) -> None:
        days = {Mode.POUR: ["2025-02-03", "2025-03-31"], Mode.AVEC: ["2025-05-06"], Mode.PAR: ["2026-11-02"] * 3}
        rows = [
            Demarche(mode=mode, done_at=timezone.make_aware(datetime.fromisoformat(day)))
            for mode, listed in days.items()
            for day in listed
        ]
        shown = autonomie.trimestres(rows, date(2026, 11, 22))
        table = {one.libelle: [barre.nombre for barre in one.barres] for one in shown}
        assert list(table) == [f"T{n} {year}" for year in (2025, 2026) for n in (1, 2, 3, 4)]
        assert table["T1 2025"] == [0, 0, 2]
        assert table["T2 2025"] == [0, 1, 0]
        assert table["T4 2026"] == [3, 0, 0]
        assert sum(sum(counts) for counts in table.values()) == 6
        assert {type(count) for counts in table.values() for count in counts} == {int}
        assert autonomie.first_day(date(2026, 11, 22)) == date(2025, 1, 1)
        assert [rangee.mot for rangee in autonomie.rangees()] == ["par elle-même", "avec elle", "pour elle"]

    def test_nobody_did_anything(self) -> None:
        shown = autonomie.trimestres([], date(2026, 1, 1))
        assert [barre.nombre for one in shown for barre in one.barres] == [0] * 24

    def test_what_is_drawn_stays_in_the_drawing(self) -> None:
        rows = [Demarche(mode=mode, done_at=timezone.now()) for mode in Mode for _ in range(500)]
        bars = [barre for one in autonomie.trimestres(rows, timezone.localdate()) for barre in one.barres]
        assert all(barre.dessus >= 0 and barre.y + barre.hauteur <= 160 and barre.x + 22 <= 480 for barre in bars)

    def test_the_page_says_counts_and_no_score(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        mandat = make_mandat(aminata, by=cast.gos)
        for mode in (Mode.PAR, Mode.PAR, Mode.AVEC):
            make_demarche(aminata, by=cast.gos, mode=mode)
        make_demarche(aminata, by=cast.gos, mode=Mode.POUR, mandat=mandat)
        page = desk.get(f"/accueil/usagers/{aminata.pk}/").content.decode()
        section = page.split('aria-labelledby="demarches"')[1].split("</section>")[0]
        assert "par elle-même" in section
        assert "<table" in section
        said = re.sub(r"<[^>]+>", " ", section)
        forbidden = r"%|\bscore|\bnote sur|\bindice|\btaux|\bmoyenne|\bniveau|\bsur 10|autonome à|progress|mieux|pire"
        assert not re.search(forbidden, said, re.IGNORECASE)

    def test_no_model_field_holds_one(self) -> None:
        names = {field.name for model in (Demarche, Mandat) for field in model._meta.fields}
        assert not [name for name in names if re.search(r"score|autonom|niveau|indice|rang", name)]


@pytest.mark.django_db(transaction=True)
def test_revoking_while_a_demarche_is_noted_has_exactly_one_outcome(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    """Noted before the revocation, or not at all: nothing is done for her after she took her power back."""
    made = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    noting, revoking = sign_in(cast.gos), sign_in(cast.gos_2)
    outcomes = set()
    for _ in range(4):
        mandat = make_mandat(aminata, by=cast.gos)
        data = demarche_data(mode="pour", mandat=str(mandat.pk))
        statuses = at_once(
            [
                lambda data=data: noting.post(url(made), data).status_code,  # type: ignore[misc]
                lambda mandat=mandat: revoking.post(f"/accueil/mandats/{mandat.pk}/revocation/").status_code,  # type: ignore[misc]
            ]
        )
        mandat.refresh_from_db()
        noted = list(Demarche.objects.filter(mandat=mandat))
        assert statuses[1] == 302
        assert mandat.revoked_at is not None
        assert statuses[0] in (302, 200, 409), statuses
        assert len(noted) == (1 if statuses[0] == 302 else 0)
        assert all(demarche.done_at <= mandat.revoked_at for demarche in noted)
        outcomes.add(statuses[0])
    assert outcomes
