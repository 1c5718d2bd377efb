"""The public screen: numbers and offices, and nothing else, without signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accueil.models import Passage, Usager
from parcours.demonstration.builders import make_passage, receive
from parcours.demonstration.clock import at
from pole_social.models import Acces, Agent, Bureau, Lieu
from tests.accueil.conftest import OTHER_SEARCHERS
from tests.together import together

ECRAN = "/accueil/ecran/"


@pytest.fixture
def lieu(cast: SimpleNamespace) -> Lieu:
    found: Lieu = cast.gos.unites[0].lieu
    found.open_screen()
    return found


@pytest.fixture
def screen(lieu: Lieu) -> str:
    return f"/accueil/affichage/{lieu.jeton_affichage}/"


def shown(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200
    return response.content.decode()


class TestScreen:
    def test_says_the_number_and_the_office(
        self, cast: SimpleNamespace, screen: str, lieu: Lieu, aminata: Usager
    ) -> None:
        assert "Aucun numéro" in shown(screen)
        made = make_passage(aminata, by=cast.gos)
        bureau = Bureau.objects.get(lieu=lieu, nom="bureau 4")
        made.move("appele", by=cast.gos, agent=cast.gos, bureau=bureau)
        page = shown(screen)
        assert f"n° {made.numero}" in page
        assert "bureau 4" in page

    def test_and_nothing_of_anybody(self, cast: SimpleNamespace, screen: str, aminata: Usager) -> None:
        made = make_passage(aminata, by=cast.gos, motif="parler_en_prive", is_prioritaire=True)
        made.move("appele", by=cast.gos, agent=cast.gos)
        page = shown(screen)
        assert f"n° {made.numero}" in page
        for secret in ("Traoré", "Aminata", "Martin", "privé", "prioritaire", "confidentiel", str(made.pk), "10 h"):
            assert secret not in page

    def test_not_those_who_wait(self, cast: SimpleNamespace, screen: str) -> None:
        made = make_passage(by=cast.gos)
        assert f"n° {made.numero}" not in shown(screen)

    def test_the_last_ones_stay_a_while_below(self, cast: SimpleNamespace, screen: str) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        page = shown(screen)
        assert page.index("Déjà appelés") < page.index(f"n° {made.numero}")
        made.close(by=cast.gos)
        assert f"n° {made.numero}" not in shown(screen)

    def test_the_latest_call_is_first(self, cast: SimpleNamespace, screen: str) -> None:
        one, two = make_passage(by=cast.gos), make_passage(by=cast.gos)
        two.move("appele", by=cast.gos)
        one.move("appele", by=cast.gos)
        page = shown(screen)
        assert page.index(f"n° {one.numero}") < page.index(f"n° {two.numero}")

    def test_neither_yesterday_s_nor_another_lieu_s(self, cast: SimpleNamespace, screen: str) -> None:
        with at(timezone.now() - timedelta(days=1)):
            make_passage(by=cast.gos)
            old = make_passage(by=cast.gos)
        old.move("appele", by=cast.gos)
        make_passage(by=cast.gos_chatenay).move("appele", by=cast.gos_chatenay)
        assert "Aucun numéro" in shown(screen)

    def test_a_phone_call_is_not_called(self, cast: SimpleNamespace, screen: str) -> None:
        made = make_passage(by=cast.gos, canal="telephone")
        assert f"n° {made.numero}" not in shown(screen)


class TestAddress:
    def test_no_account_no_cookie_no_journal(self, cast: SimpleNamespace, screen: str) -> None:
        receive(make_passage(by=cast.gos), by=cast.gos)
        client = Client()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(screen)
        asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
        assert len(asked) <= 2
        assert not any("usager" in sql for sql in asked)
        assert not client.cookies
        assert not response.cookies
        assert not Acces.objects.exists()
        assert response.headers["Cache-Control"] == "no-store, private"

    @together("jeton", ["x", "a" * 43, "a" * 2_000, "logement"])
    def test_an_unknown_one_is_like_no_page(self, screen: str, jeton: str) -> None:
        unknown = Client().get(f"/accueil/affichage/{jeton}/")
        nowhere = Client().get("/nulle-part/")
        assert unknown.status_code == nowhere.status_code == 404
        assert unknown.content == nowhere.content

    def test_a_lieu_without_screen_has_no_empty_address(self, cast: SimpleNamespace) -> None:
        assert Client().get("/accueil/affichage/None/").status_code == 404

    def test_by_get_only(self, screen: str) -> None:
        assert Client().post(screen).status_code == 405

    def test_a_signed_in_agent_sees_the_same(self, desk: Client, screen: str) -> None:
        assert desk.get(screen).content == Client().get(screen).content

    @together("jeton", ["a\x00b", "é", "..", "%2e%2e"])
    def test_hostile_ones_are_not_found(self, screen: str, jeton: str) -> None:
        assert Client().get(f"/accueil/affichage/{jeton}/").status_code == 404


class TestPageOfTheScreen:
    @pytest.fixture
    def head(self, cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Client:
        return sign_in(cast.responsable_accueil)

    def jeton(self, cast: SimpleNamespace) -> str | None:
        return Lieu.objects.get(pk=cast.gos.unites[0].lieu_id).jeton_affichage

    def test_makes_renews_and_removes_the_address(self, cast: SimpleNamespace, head: Client) -> None:
        assert "n’a pas d’écran public" in head.get(ECRAN).content.decode()
        head.post(ECRAN, {"acte": "ouvrir"})
        first = self.jeton(cast)
        assert first
        assert len(first) == 43
        assert first in head.get(ECRAN).content.decode()
        head.post(ECRAN, {"acte": "ouvrir"})
        second = self.jeton(cast)
        assert second != first
        assert Client().get(f"/accueil/affichage/{first}/").status_code == 404
        assert Client().get(f"/accueil/affichage/{second}/").status_code == 200
        head.post(ECRAN, {"acte": "retirer"})
        assert self.jeton(cast) is None
        assert Client().get(f"/accueil/affichage/{second}/").status_code == 404

    @together("acte", ["", "autre", "ouvrir\x00"])
    def test_an_unknown_act_changes_nothing(self, cast: SimpleNamespace, head: Client, acte: str) -> None:
        assert head.post(ECRAN, {"acte": acte}).status_code == 404
        assert self.jeton(cast) is None

    def test_only_the_responsable_of_the_desk(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], head: Client
    ) -> None:
        for username in ["gos", "gos-2", "assistante-administrative", *OTHER_SEARCHERS, "dpo", "admin"]:
            assert sign_in(Agent.objects.get(username=username)).get(ECRAN).status_code == 403
        assert "aucune unité d’accueil" in sign_in(cast.responsable_evaluation).get(ECRAN).content.decode()
        assert head.get(ECRAN).status_code == 200
        assert head.delete(ECRAN).status_code == 405

    def test_whoever_leads_elsewhere_and_works_at_the_desk_does_not_hold_its_screen(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client]
    ) -> None:
        cast.gos.affectations.create(unite=cast.responsable_evaluation.unites[0], responsable=True)
        client = sign_in(cast.gos)
        assert client.get(ECRAN).status_code == 404
        client.post(ECRAN, {"acte": "ouvrir"})
        assert self.jeton(cast) is None


def test_the_screen_reads_no_person(cast: SimpleNamespace, aminata: Usager) -> None:
    made = make_passage(aminata, by=cast.gos)
    made.move("appele", by=cast.gos)
    calls = Passage.on_screen(cast.gos.unites[0].lieu)
    assert [vars(call) for call in calls] == [{"numero": made.numero, "bureau": "accueil", "is_called": True}]
