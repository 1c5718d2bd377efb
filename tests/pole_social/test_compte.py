"""Signing in, landing, the account, the unité one works in."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from pole_social.models import Affectation, Unite
from tests.conftest import PASSWORD
from tests.together import together

SignIn = Callable[[Any], Client]

LANDINGS = {
    "gos": "/accueil/",
    "assistante_administrative": "/accueil/",
    "responsable_accueil": "/accueil/",
    "assistant_social": "/evaluation/",
    "responsable_evaluation": "/evaluation/",
    "assistant_social_2": "/parcours/",
    "cesf": "/parcours/",
    "puericultrice": "/parcours/",
    "psychologue": "/parcours/",
    "ccf": "/parcours/",
    "responsable_accompagnement": "/pilotage/",
    "responsable_sst": "/pilotage/",
    "dpo": "/mon-compte/",
    "admin": "/administration/",
    "gos_chatenay": "/accueil/",
}


class TestLanding:
    @together(("username", "landing"), LANDINGS.items())
    def test_each_opens_the_page_of_their_morning(
        self, cast: SimpleNamespace, sign_in: SignIn, username: str, landing: str
    ) -> None:
        client = sign_in(getattr(cast, username))
        response = client.get("/")
        assert response.headers["Location"] == landing
        assert client.get(landing).status_code == 200

    def test_without_affectation_one_lands_on_one_s_account(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        Affectation.objects.filter(agent=cast.gos).delete()
        assert sign_in(cast.gos).get("/").headers["Location"] == "/mon-compte/"
        assert sign_in(cast.gos).get("/mon-compte/").status_code == 200


class TestConnexion:
    def credentials(self, **changes: str) -> dict[str, str]:
        return {"username": "gos", "password": PASSWORD} | changes

    def test_the_right_password_opens(self, cast: SimpleNamespace, client: Client) -> None:
        response = client.post("/connexion/", self.credentials())
        assert response.headers["Location"] == "/"

    def test_one_goes_back_where_one_was(self, cast: SimpleNamespace, client: Client) -> None:
        response = client.post("/connexion/?next=/mon-compte/", self.credentials(next="/mon-compte/"))
        assert response.headers["Location"] == "/mon-compte/"

    @pytest.mark.parametrize("next_page", ["https://ailleurs.example.org/", "//ailleurs.example.org", "javascript:1"])
    def test_never_elsewhere(self, cast: SimpleNamespace, client: Client, next_page: str) -> None:
        assert client.post("/connexion/", self.credentials(next=next_page)).headers["Location"] == "/"

    @together(
        "changes",
        [
            {"password": "autre"},
            {"username": "personne"},
            {"username": "GOS"},
            {"username": ""},
            {"password": ""},
            {"username": "gos\x00"},
            {"username": "x" * 100_000},
            {"username": "\u202esog"},
        ],
    )
    def test_a_wrong_one_says_one_thing_and_keeps_the_name(
        self, cast: SimpleNamespace, client: Client, changes: dict[str, str]
    ) -> None:
        response = client.post("/connexion/", self.credentials(**changes))
        assert response.status_code == 200
        assert response.context["form"].errors
        assert not response.wsgi_request.user.is_authenticated

    def test_a_closed_account_says_the_same(self, cast: SimpleNamespace, client: Client) -> None:
        wrong = client.post("/connexion/", self.credentials(password="autre")).context["form"].errors
        type(cast.gos).objects.filter(pk=cast.gos.pk).update(is_active=False)
        closed = client.post("/connexion/", self.credentials()).context["form"].errors
        assert closed == wrong

    def test_leaving_is_a_post(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        client = sign_in(cast.gos)
        assert client.get("/deconnexion/").status_code == 405
        assert client.post("/deconnexion/").headers["Location"] == "/connexion/"
        assert client.get("/mon-compte/").status_code == 302

    @pytest.mark.parametrize("act", ["/deconnexion/", "/mon-compte/unite/", "/accueil/passages/nouveau/"])
    def test_an_act_of_a_session_that_is_over_leads_to_one_s_page(
        self, cast: SimpleNamespace, client: Client, act: str
    ) -> None:
        """Signing in ends on a page that answers, not on the GET of an act."""
        response = client.post(act)
        assert response.headers["Location"] == "/connexion/"
        landed = client.post("/connexion/", self.credentials(), follow=True)
        assert (landed.status_code, landed.redirect_chain[0][0]) == (200, "/")

    def test_the_address_of_an_act_is_not_gone_back_to(self, client: Client, db: None) -> None:
        assert client.get("/mon-compte/unite/").headers["Location"] == "/connexion/"

    def test_the_control_a_page_is_gone_back_to(self, client: Client, db: None) -> None:
        assert client.get("/mon-compte/").headers["Location"] == "/connexion/?next=/mon-compte/"

    def test_no_page_stays_in_a_cache(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        response = sign_in(cast.gos).get("/mon-compte/")
        assert response.headers["Cache-Control"] == "no-store, private"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Frame-Options"] == "DENY"


class TestUnite:
    def second(self, cast: SimpleNamespace) -> Unite:
        unite = Unite.objects.get(code="issy-evaluation")
        Affectation.objects.create(agent=cast.gos, unite=unite, starts_on="2024-01-01")
        return unite

    def test_one_works_in_another_of_one_s_unites(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        unite, client = self.second(cast), sign_in(cast.gos)
        assert client.get("/").headers["Location"] == "/accueil/"
        client.post("/mon-compte/unite/", {"unite": unite.pk})
        assert client.get("/mon-compte/").context["cadre"]["unite"] == unite

    @together("chosen", ["", "0", "-1", "abc", "1 OR 1=1", "9" * 40, "٣"])
    def test_not_in_one_that_is_not_mine(self, cast: SimpleNamespace, sign_in: SignIn, chosen: str) -> None:
        assert sign_in(cast.gos).post("/mon-compte/unite/", {"unite": chosen}).status_code == 404

    def test_nor_in_a_real_one_of_another_team(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        other = Unite.objects.get(code="chatenay-accueil")
        assert sign_in(cast.gos).post("/mon-compte/unite/", {"unite": other.pk}).status_code == 404


class TestFrame:
    def entries(self, client: Client) -> list[str]:
        return [entry.libelle for entry in client.get("/mon-compte/").context["cadre"]["pages"]]

    @together(
        ("username", "expected"),
        [
            ("gos", ["Accueil", "Agenda"]),
            ("assistant_social", ["Évaluation", "Agenda"]),
            ("assistant_social_2", ["Parcours", "Agenda"]),
            ("puericultrice", ["Parcours", "Agenda"]),
            ("responsable_accueil", ["Accueil", "File active", "Doublons"]),
            ("responsable_evaluation", ["Évaluation", "File active"]),
            ("responsable_accompagnement", ["Parcours", "File active"]),
            ("responsable_sst", ["Accueil", "Évaluation", "Parcours", "File active", "Doublons"]),
            ("dpo", []),
            ("admin", ["Administration"]),
        ],
    )
    def test_it_shows_the_few_pages_of_one_s_role(
        self, cast: SimpleNamespace, sign_in: SignIn, username: str, expected: list[str]
    ) -> None:
        assert self.entries(sign_in(getattr(cast, username))) == expected

    @pytest.mark.parametrize(
        ("username", "searches"), [("gos", True), ("medecin", True), ("dpo", False), ("admin", False)]
    )
    def test_the_search_box_is_for_those_who_search(
        self, cast: SimpleNamespace, sign_in: SignIn, username: str, searches: bool
    ) -> None:
        page = sign_in(getattr(cast, username)).get("/mon-compte/").content.decode()
        assert ('action="/accueil/recherche/"' in page) is searches
