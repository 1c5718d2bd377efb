"""The agenda: whose, which days, and nothing that the reader may not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import RendezVous, Usager
from parcours.demonstration.clock import at
from parcours.demonstration.rendez_vous import make_rendez_vous, on
from pole_social.models import Acces, Affectation, Agent, Bureau, Lieu, Unite
from tests.accueil.conftest import HOSTILE, MONDAY, NOBODYS_SEARCHERS, last_acces, someone
from tests.bulk import copies, related_alike
from tests.queries import count_queries
from tests.together import together

AGENDA = "/accueil/rendez-vous/"
pytestmark = pytest.mark.usefixtures("monday_morning")


def shown(client: Client, **asked: Any) -> str:
    response = client.get(AGENDA, asked)
    assert response.status_code == 200
    return response.content.decode()


class TestMine:
    def test_my_week(self, cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
        bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4")
        made = make_rendez_vous(aminata, by=cast.cesf, bureau=bureau)
        make_rendez_vous(someone(nom_usage="Prochaine"), by=cast.cesf, starts_at=on(date(2027, 1, 18)))
        page = shown(cesf)
        for said in ("Mon agenda", "semaine du lundi 11 janvier 2027", "Mar. 12 janv.", "Traoré A.", "bureau 4"):
            assert said in page
        assert f"/accueil/rendez-vous/{made.pk}/" in page
        assert "Sam." not in page
        assert "Prochaine" not in page
        assert "Prochaine" in shown(cesf, jour="18/01/2027")

    def test_the_journal_names_everybody_shown(self, cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
        make_rendez_vous(aminata, by=cast.cesf)
        cesf.get(AGENDA)
        row = last_acces("agenda")
        assert (row.action, row.usager_ids) == (Acces.Action.LISTE, [aminata.pk])

    def test_one_day(self, cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
        make_rendez_vous(aminata, by=cast.cesf)
        assert "Traoré A." in shown(cesf, vue="jour", jour="12/01/2027")
        assert "Traoré A." not in shown(cesf, vue="jour")

    def test_a_colleague_of_two_unites_is_offered_once(self, cast: SimpleNamespace, cesf: Client) -> None:
        name = cast.educateur.nom_complet
        before = shown(cesf).count(f"{name}, ")
        other = Unite.objects.get(code="issy-evaluation")
        Affectation.objects.create(agent=cast.educateur, unite=other, starts_on=date(2024, 1, 1))
        assert shown(cesf).count(f"{name}, ") == before == 1

    def test_before_and_after(self, cesf: Client) -> None:
        page = shown(cesf)
        assert "jour=2027-01-04" in page
        assert "jour=2027-01-18" in page
        for said in ("12/01/2027", "12/01/27", "demain"):
            day = shown(cesf, vue="jour", jour=said)
            assert "jour=2027-01-11" in day
            assert "jour=2027-01-13" in day

    def test_the_week_end_only_when_somebody_is_expected(
        self, cast: SimpleNamespace, cesf: Client, aminata: Usager
    ) -> None:
        make_rendez_vous(aminata, by=cast.cesf, starts_at=on(date(2027, 1, 16)))
        page = shown(cesf)
        assert "Sam. 16 janv." in page
        assert "Dim." not in page

    def test_the_cancelled_ones_are_not_there(self, cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
        made = make_rendez_vous(aminata, by=cast.cesf)
        made.cancel(RendezVous.Statut.ANNULE_USAGER, by=cast.cesf, motif="")
        assert "Traoré A." not in shown(cesf)

    def test_empty_says_what_to_do(self, cesf: Client) -> None:
        assert "cherchez la personne" in shown(cesf)

    def test_what_is_over_and_not_noted_says_so(self, cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
        make_rendez_vous(aminata, by=cast.cesf, starts_at=on(MONDAY, time(10)))
        assert "à noter" not in shown(cesf)
        with at(on(MONDAY, time(11))):
            assert "à noter" in shown(cesf)


class TestOthers:
    def test_of_a_colleague_only_what_i_may_see(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        make_rendez_vous(aminata, by=cast.cesf)
        make_rendez_vous(someone(nom_usage="Inconnue"), by=cast.cesf, starts_at=on(date(2027, 1, 13)))
        make_rendez_vous(aminata, by=cast.educateur, starts_at=on(date(2027, 1, 14)))
        page = shown(sign_in(cast.educateur), agent=cast.cesf.pk)
        assert "Agenda de Julie Petit" in page
        assert "Traoré A." in page
        assert "Inconnue" not in page
        assert "1 rendez-vous" in page
        assert "occupé" not in page

    def test_of_the_lieu_the_desk_sees_today(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        issy = Lieu.objects.get(code="issy").pk
        make_rendez_vous(aminata, by=cast.puericultrice, starts_at=on(MONDAY))
        make_rendez_vous(someone(nom_usage="Demain"), by=cast.cesf)
        page = shown(desk, lieu=issy)
        assert "Traoré A." in page
        assert "Hélène Caron" in page
        assert "Demain" not in page
        day = shown(desk, lieu=issy, vue="jour")
        assert ">Hélène Caron</h2>" in day
        # Not somebody of the same building without a desk.
        assert "Traoré A." not in shown(sign_in(cast.conseiller_insertion), lieu=issy)

    def test_health_is_not_revealed_by_an_agenda(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        make_rendez_vous(aminata, by=cast.cesf)
        make_rendez_vous(aminata, by=cast.medecin, starts_at=on(date(2027, 1, 13)))
        cesf = sign_in(cast.cesf)
        assert "0 rendez-vous" in shown(cesf, agent=cast.medecin.pk)
        # Byte for byte the agenda of somebody who expects nobody, but for their name.
        empty = shown(cesf, agent=cast.sage_femme.pk)
        other = shown(cesf, agent=cast.medecin.pk)
        lines = set(other.splitlines()) ^ set(empty.splitlines())
        assert all("option" in line or "Agenda de" in line or "agent=" in line for line in lines if "csrf" not in line)
        assert "Traoré A." in shown(sign_in(cast.medecin))

    def test_nobody_of_another_territoire_can_be_asked_for(self, cast: SimpleNamespace, cesf: Client) -> None:
        page = shown(cesf, agent=cast.assistant_social_chatenay.pk)
        assert "Choisissez un professionnel de la liste." in page
        assert "Hugo Masson" not in page
        unknown = shown(cesf, agent=uuid4())
        assert "Choisissez un professionnel de la liste." in unknown

    @together(
        ("name", "value"),
        [
            ("jour", "31/02/2027"),
            ("jour", "1/1/10000"),
            ("jour", "31/12/2100"),
            ("jour", "1/1/1900"),
            ("vue", "siècle"),
            ("lieu", "999999"),
            ("lieu", "x"),
            ("agent", "x"),
            *[(name, text) for name in ("jour", "vue", "agent", "lieu") for text in HOSTILE],
        ],
    )
    def test_hostile_addresses_are_answered(self, cesf: Client, name: str, value: str) -> None:
        assert cesf.get(AGENDA, {name: value}).status_code == 200

    def test_roles(self, cast: SimpleNamespace, cesf: Client, sign_in: Callable[..., Client]) -> None:
        assert cesf.post(AGENDA).status_code == 405
        for username in NOBODYS_SEARCHERS:
            assert sign_in(Agent.objects.get(username=username)).get(AGENDA).status_code == 403
        for username in ("gos", "medecin", "psychologue", "responsable-sst"):
            assert sign_in(Agent.objects.get(username=username)).get(AGENDA).status_code == 200


class TestCost:
    @pytest.mark.parametrize("rows", [10, 300])
    def test_queries_do_not_depend_on_the_rows(
        self, cast: SimpleNamespace, cesf: Client, aminata: Usager, rows: int
    ) -> None:
        made = make_rendez_vous(aminata, by=cast.cesf, minutes=1)
        people = copies(aminata, rows, reference=lambda i: f"R{i:07}")
        others = copies(
            made,
            rows,
            usager_id=[person.pk for person in people],
            starts_at=lambda i: on(date(2027, 1, 13), time(8 + i // 60, i % 60)),
            ends_at=lambda i: on(date(2027, 1, 13), time(8 + (i + 1) // 60, (i + 1) % 60)),
        )
        related_alike(made, others)
        assert shown(cesf).count("data-usager") == rows + 1
        assert count_queries(cesf, AGENDA) <= 10
        issy = Lieu.objects.get(code="issy").pk
        assert count_queries(cesf, f"{AGENDA}?lieu={issy}&vue=jour&agent={cast.cesf.pk}") <= 10
