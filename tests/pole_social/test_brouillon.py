"""An expired session is a lock: what was typed is kept as the agent's, and given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Passage, Usager
from parcours.demonstration.builders import make_passage, receive
from pole_social import brouillons
from pole_social.models import Acces, Affectation, Agent, Brouillon, Domaine, Metier
from tests.conftest import PASSWORD
from tests.queries import count_queries
from tests.together import together

SignIn = Callable[[Any], Client]


def expire(ago: timedelta = timedelta(minutes=1)) -> None:
    """Every session ended that long ago; its row still stands."""
    Session.objects.update(expire_date=timezone.now() - ago)


def sign_in_again(client: Client, address: str, username: str = "gos") -> Any:
    return client.post(address, {"username": username, "password": PASSWORD})


def demande(**fields: Any) -> dict[str, Any]:
    domaine = Domaine.objects.get(code="logement").pk
    return {"besoin": "Impayé de loyer", "domaine": domaine, "cle": str(uuid4()), **fields}


@pytest.fixture
def desk(cast: SimpleNamespace, sign_in: SignIn) -> Client:
    return sign_in(cast.gos)


@pytest.fixture
def received(cast: SimpleNamespace, aminata: Usager) -> Passage:
    return receive(make_passage(aminata, by=cast.gos), by=cast.gos)


@pytest.fixture
def url(received: Passage) -> str:
    return f"/accueil/passages/{received.pk}/demandes/"


@pytest.fixture
def kept(desk: Client, url: str) -> Brouillon:
    """A demande that `gos` sent after the end of their session."""
    expire()
    desk.post(url, demande())
    return Brouillon.objects.get()


class TestKeeping:
    def test_what_was_sent_is_kept_and_said(self, cast: SimpleNamespace, desk: Client, url: str) -> None:
        expire()
        data = demande() | {"csrfmiddlewaretoken": "x", "password": "secret"}
        response = desk.post(url, data)
        kept = Brouillon.objects.get()
        assert response.headers["Location"] == f"/connexion/?brouillon={kept.pk}"
        assert (kept.agent, kept.chemin) == (cast.gos, url)
        assert kept.contenu == {name: [str(value)] for name, value in demande(cle=data["cle"]).items()}
        assert "ce que vous aviez écrit est gardé" in desk.get(response.headers["Location"]).content.decode()
        assert not Demande.objects.exists()

    def test_the_token_of_the_page_still_holds(self, cast: SimpleNamespace, received: Passage, url: str) -> None:
        """The CSRF check comes first: with the page's own token the text is kept, without it nothing is."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.gos)
        page = client.get(f"/accueil/passages/{received.pk}/").content.decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        expire()
        assert client.post(url, demande()).status_code == 403
        assert not Brouillon.objects.exists()
        assert client.post(url, demande(csrfmiddlewaretoken=token)).status_code == 302
        assert Brouillon.objects.get().agent == cast.gos

    def test_it_is_kept_though_another_tab_asked_first(self, desk: Client, url: str) -> None:
        expire()
        for page in ("/accueil/", "/connexion/"):
            desk.get(page)
        desk.post(url, demande())
        assert Brouillon.objects.count() == 1

    @pytest.mark.parametrize("how", ["locked", "tampered", "forged", "unsigned", "long_ago", "password", "closed"])
    def test_without_proof_of_who_typed_nothing_is_kept(
        self, cast: SimpleNamespace, desk: Client, url: str, how: str
    ) -> None:
        expire(timedelta(days=5) if how == "long_ago" else timedelta(minutes=1))
        if how == "locked":
            desk.force_login(cast.gos)
            desk.post("/deconnexion/")
        elif how == "tampered":
            desk.cookies["session"] = str(desk.cookies["session"].value)[:-1] + "!"
        elif how == "forged":
            desk.cookies["session"] = "a" * 32
        elif how == "unsigned":
            Session.objects.update(session_data=Session.objects.get().session_data[:-3] + "abc")
        elif how == "password":
            cast.gos.set_password("un-autre-mot-de-passe")
            cast.gos.save()
        elif how == "closed":
            Agent.objects.filter(pk=cast.gos.pk).update(is_active=False)
        assert desk.post(url, demande()).headers["Location"] == "/connexion/"
        assert not Brouillon.objects.exists()

    def test_the_control_with_proof_it_is(self, kept: Brouillon) -> None:
        assert kept.contenu["besoin"] == ["Impayé de loyer"]

    def test_a_live_session_keeps_nothing(self, desk: Client, url: str) -> None:
        desk.post(url, demande())
        assert Demande.objects.count() == 1
        assert not Brouillon.objects.exists()

    @together("key", ["", "x" * 5000, "é" * 32, "../../etc"])
    def test_a_hostile_key_is_answered_like_no_key(self, client: Client, url: str, key: str) -> None:
        client.cookies["session"] = key
        assert client.post(url, demande()).headers["Location"] == "/connexion/"

    @together(
        ("page", "data"),
        [
            ("/accueil/recherche/", {"q": "Traoré Aminata"}),
            ("/accueil/usagers/nouveau/", {"q": "Traoré Aminata"}),
            ("/administration/pole_social/agent/add/", {"nom": "Martin", "cle": "x"}),
            ("/mon-compte/unite/", {"unite": "1"}),
            ("/deconnexion/", {"nom": "Martin"}),
        ],
    )
    def test_a_search_a_click_or_an_account_is_not_a_draft(self, desk: Client, page: str, data: dict[str, str]) -> None:
        expire()
        desk.post(page, data)
        assert not Brouillon.objects.exists()

    def test_nor_is_the_click_of_a_move(self, desk: Client, received: Passage) -> None:
        expire()
        desk.post(f"/accueil/passages/{received.pk}/etape/", {"vers": "en_pause"})
        assert not Brouillon.objects.exists()

    def test_too_long_is_said(self, desk: Client, url: str) -> None:
        expire()
        response = desk.post(url, demande(besoin="x" * (brouillons.MAX_CHARACTERS + 1)))
        assert response.headers["Location"] == "/connexion/?brouillon=trop-long"
        assert "trop long pour être gardé" in desk.get(response.headers["Location"]).content.decode()
        assert not Brouillon.objects.exists()

    def test_what_cannot_be_stored_does_not_break(self, desk: Client, url: str) -> None:
        expire()
        assert desk.post(url, demande(besoin="a\x00b \U0001f600 \u202e")).status_code == 302
        assert "\x00" not in Brouillon.objects.get().contenu["besoin"][0]

    def test_the_same_form_sent_twice_is_one_draft(self, desk: Client, url: str) -> None:
        expire()
        cle = str(uuid4())
        for besoin in ("Impayé de loyer", "Impayé de loyer et dettes"):
            desk.post(url, demande(besoin=besoin, cle=cle))
        assert Brouillon.objects.get().contenu["besoin"] == ["Impayé de loyer et dettes"]

    def test_two_forms_of_one_page_are_two_drafts(self, desk: Client, url: str) -> None:
        """Two tabs, two people: neither takes the place of the other."""
        expire()
        for besoin in ("Impayé de loyer", "Dettes d’énergie"):
            desk.post(url, demande(besoin=besoin))
        assert sorted(kept.contenu["besoin"][0] for kept in Brouillon.objects.all()) == [
            "Dettes d’énergie",
            "Impayé de loyer",
        ]

    def test_whatever_the_prefix_of_the_form(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        """Two sections of the evaluation's page have one each: the second does not take the place of the first."""
        page, keys = f"/evaluation/{uuid4()}/appuis/", [str(uuid4()), str(uuid4())]
        for key in (*keys, keys[0]):
            contents = {"appui-cle": [key], "appui-libelle": ["Une sœur tout près"]}
            brouillons.keep(cast.assistant_social, page, contents)
        assert sorted(str(one.cle) for one in Brouillon.objects.all()) == sorted(keys)
        held = Brouillon.objects.get(cle=keys[0])
        said = sign_in(cast.assistant_social).get(f"/mon-compte/brouillons/{held.pk}/").content.decode()
        assert "Une sœur tout près" in said
        assert said.count(keys[0]) == 1, "sent again with its key, and shown to nobody"

    @together("cle", ["", "x" * 5000, "a\x00b", "{%}"])
    def test_a_damaged_key_is_no_key(self, desk: Client, url: str, cle: str) -> None:
        expire()
        assert desk.post(url, demande(cle=cle)).status_code == 302
        assert Brouillon.objects.get().cle is None

    def test_old_ones_are_forgotten(self, cast: SimpleNamespace, desk: Client, url: str) -> None:
        old = timezone.now() - timedelta(days=31)
        Brouillon.objects.create(agent=cast.gos, chemin="/ancien/", at=old)
        Brouillon.objects.bulk_create(
            Brouillon(agent=cast.gos, chemin=f"/{n}/") for n in range(brouillons.MAX_PER_AGENT)
        )
        other = Brouillon.objects.create(agent=cast.gos_2, chemin="/ancien/", at=old)
        expire()
        desk.post(url, demande())
        mine = Brouillon.objects.filter(agent=cast.gos)
        assert mine.count() == brouillons.MAX_PER_AGENT
        assert mine.filter(chemin=url).exists()
        assert not mine.filter(chemin="/ancien/").exists()
        assert Brouillon.objects.filter(pk=other.pk).exists()


class TestGivingBack:
    def test_signing_in_leads_to_what_was_typed(self, desk: Client, kept: Brouillon) -> None:
        response = sign_in_again(desk, f"/connexion/?brouillon={kept.pk}")
        assert response.headers["Location"] == f"/mon-compte/brouillons/{kept.pk}/"
        page = desk.get(response.headers["Location"]).content.decode()
        for shown in ("Impayé de loyer", "Besoin", "Domaine", "Logement", "Envoyer de nouveau"):
            assert shown in page
        assert kept.contenu["cle"][0] not in page.split("<dl")[1].split("</dl>")[0]

    def test_it_is_sent_once(self, desk: Client, kept: Brouillon) -> None:
        sign_in_again(desk, "/connexion/")
        sent = {name: values[0] for name, values in kept.contenu.items()} | {"brouillon": kept.pk}
        first, second = desk.post(kept.chemin, sent), desk.post(kept.chemin, sent)
        assert first.headers["Location"] == second.headers["Location"]
        assert Demande.objects.get().besoin == "Impayé de loyer"
        assert not Brouillon.objects.exists()

    def test_a_form_that_is_refused_stays_a_draft(self, desk: Client, kept: Brouillon) -> None:
        sign_in_again(desk, "/connexion/")
        desk.post(kept.chemin, {"cle": kept.contenu["cle"][0], "besoin": "", "brouillon": kept.pk})
        assert Brouillon.objects.count() == 1

    def test_an_edit_meets_what_was_saved_since(
        self, cast: SimpleNamespace, desk: Client, sign_in: SignIn, received: Passage
    ) -> None:
        usager = received.usagers.get()
        page = f"/accueil/usagers/{usager.pk}/identite/"
        data = {"nom_usage": "Traoré", "prenoms": "Aminata", "naissance": "1991", "contact_sur": "", "version": "1"}
        expire()
        desk.post(page, data | {"langue": "soninké"})
        sign_in(cast.gos_2).post(page, data | {"langue": "bambara"})
        kept = Brouillon.objects.get()
        sign_in_again(desk, "/connexion/")
        sent = {name: values[0] for name, values in kept.contenu.items()} | {"brouillon": str(kept.pk)}
        response = desk.post(page, sent)
        assert response.status_code == 409
        assert "bambara" in response.content.decode()
        assert Brouillon.objects.exists()
        assert desk.post(page, sent | {"version": "2"}).status_code == 302
        assert not Brouillon.objects.exists()

    def test_an_edit_of_what_a_colleague_closed_is_still_read(
        self, cast: SimpleNamespace, desk: Client, sign_in: SignIn, kept: Brouillon
    ) -> None:
        client = sign_in(cast.gos)
        client.post(kept.chemin, {name: values[0] for name, values in kept.contenu.items()})
        asked = Demande.objects.get()
        page = f"/accueil/demandes/{asked.pk}/suite/"
        held = Brouillon.objects.create(agent=cast.gos, chemin=page, contenu={"besoin": ["Deux mois de retard"]})
        asked.move(Demande.Statut.CLASSEE, by=cast.gos_2)
        assert client.get(page).status_code == 409
        seen = Acces.objects.count()
        said = client.get(f"/mon-compte/brouillons/{held.pk}/")
        assert "Deux mois de retard" in said.content.decode()
        assert Acces.objects.count() == seen + 1
        assert client.post(f"/mon-compte/brouillons/{held.pk}/abandon/").status_code == 302

    def test_another_agent_never_sees_it(self, cast: SimpleNamespace, desk: Client, kept: Brouillon) -> None:
        response = sign_in_again(desk, f"/connexion/?brouillon={kept.pk}", "gos-2")
        assert response.headers["Location"] == "/"
        hidden = desk.get(f"/mon-compte/brouillons/{kept.pk}/")
        unknown = desk.get(f"/mon-compte/brouillons/{uuid4()}/")
        assert (hidden.status_code, hidden.content) == (404, unknown.content)
        assert "Ce que vous aviez commencé" not in desk.get("/mon-compte/").content.decode()
        desk.post(f"/mon-compte/brouillons/{kept.pk}/abandon/")
        desk.post(kept.chemin, demande(brouillon=str(kept.pk), cle=kept.contenu["cle"][0]))
        assert Brouillon.objects.filter(pk=kept.pk).exists()

    def test_the_control_its_author_does(self, cast: SimpleNamespace, sign_in: SignIn, kept: Brouillon) -> None:
        client = sign_in(cast.gos)
        assert client.get(f"/mon-compte/brouillons/{kept.pk}/").status_code == 200
        assert "Ce que vous aviez commencé" in client.get("/mon-compte/").content.decode()

    def test_after_thirty_days_it_is_no_more(self, cast: SimpleNamespace, sign_in: SignIn, kept: Brouillon) -> None:
        client = sign_in(cast.gos)
        Brouillon.objects.update(at=timezone.now() - timedelta(days=30, minutes=1))
        assert client.get(f"/mon-compte/brouillons/{kept.pk}/").status_code == 404
        Brouillon.objects.update(at=timezone.now() - timedelta(days=29))
        assert client.get(f"/mon-compte/brouillons/{kept.pk}/").status_code == 200

    def test_it_can_be_dropped(self, cast: SimpleNamespace, sign_in: SignIn, kept: Brouillon) -> None:
        client, url = sign_in(cast.gos), f"/mon-compte/brouillons/{kept.pk}/abandon/"
        assert client.get(url).status_code == 405
        for _ in range(2):
            assert client.post(url).headers["Location"] == "/mon-compte/"
        assert not Brouillon.objects.exists()

    def test_a_role_that_is_no_more_is_refused(self, cast: SimpleNamespace, desk: Client, kept: Brouillon) -> None:
        Agent.objects.filter(pk=cast.gos.pk).update(metier=Metier.objects.filter(famille="social")[0])
        Affectation.objects.filter(agent=cast.gos).update(responsable=False)
        sign_in_again(desk, "/connexion/")
        sent = {name: values[0] for name, values in kept.contenu.items()}
        assert desk.post(kept.chemin, sent).status_code == 403
        assert Acces.objects.filter(action=Acces.Action.REFUS, agent_id=cast.gos.pk).exists()
        assert Brouillon.objects.exists()

    def test_a_page_that_is_no_more_is_said(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        kept = Brouillon.objects.create(agent=cast.gos, chemin="/n/existe/plus/", contenu={"note": ["Trois mots ici"]})
        page = sign_in(cast.gos).get(f"/mon-compte/brouillons/{kept.pk}/").content.decode()
        assert "Trois mots ici" in page
        assert "Envoyer de nouveau" not in page

    def test_what_was_typed_is_shown_as_text(self, cast: SimpleNamespace, sign_in: SignIn, kept: Brouillon) -> None:
        hostile = {"besoin": ["<script>alert(1)</script>"], "domaine": ["9" * 40], "cle": ["x"], "<b>": ['"><i>']}
        Brouillon.objects.update(contenu=hostile)
        page = sign_in(cast.gos).get(f"/mon-compte/brouillons/{kept.pk}/").content.decode()
        assert "<script>alert" not in page
        assert "<i>" not in page
        assert "&lt;script&gt;" in page

    def test_a_person_chosen_is_not_named(self, cast: SimpleNamespace, sign_in: SignIn, aminata: Usager) -> None:
        contents = {"usagers": [str(aminata.pk)], "motif": ["1"], "canal": ["guichet"], "is_prioritaire": ["on"]}
        kept = Brouillon.objects.create(agent=cast.gos, chemin="/accueil/passages/nouveau/", contenu=contents)
        page = sign_in(cast.gos).get(f"/mon-compte/brouillons/{kept.pk}/").content.decode()
        assert "Traoré" not in page
        assert "au guichet, sans rendez-vous" in page
        assert "<dd>oui</dd>" in page

    @pytest.mark.parametrize("rows", [1, 40])
    def test_the_account_s_queries_do_not_depend_on_the_drafts(
        self, cast: SimpleNamespace, sign_in: SignIn, rows: int
    ) -> None:
        Brouillon.objects.bulk_create(Brouillon(agent=cast.gos, chemin=f"/{n}/") for n in range(rows))
        client = sign_in(cast.gos)
        client.get("/mon-compte/")
        assert count_queries(client, "/mon-compte/") <= 4


def test_a_draft_says_nothing_in_its_address(kept: Brouillon) -> None:
    assert isinstance(kept.pk, UUID)
    assert kept.pk.version == 4


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(desk: Client) -> None:
    """The desk asks for its lists every ten seconds: the sign-in form must not stand in their place."""
    expire()
    answer = desk.get("/accueil/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"], answer.content) == (204, "true", b"")
    assert desk.get("/accueil/").headers["Location"] == "/connexion/?next=/accueil/"
