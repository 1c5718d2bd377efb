"""A form is kept while its agent types: where, for whom, and what is never kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pole_social import brouillons
from pole_social.models import Acces, Agent, Brouillon
from tests.queries import CONTROL
from tests.threads import at_once
from tests.together import together

URL = "/brouillons/"
RDV = "/accueil/rendez-vous/nouveau/"
DOMAINE = f"/evaluation/{uuid4()}/domaines/logement/"
ECRIT = f"/parcours/{uuid4()}/ecrits/nouveau/"
TYPED = "Elle dort mal depuis la lettre."


def type_in(client: Client, page: str, **typed: Any) -> Any:
    """What the page sends by itself, seconds after something was typed."""
    return client.post(URL, {"version": "1", "dit": TYPED, "brouillon": "", **typed, "brouillon_page": page})


@pytest.fixture
def client_of(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Callable[[str], Client]:
    return lambda username: sign_in(getattr(cast, username))


@pytest.fixture
def evaluator(client_of: Callable[[str], Client]) -> Client:
    return client_of("assistant_social")


class TestKeeping:
    def test_what_is_typed_is_kept_and_said(self, cast: SimpleNamespace, evaluator: Client) -> None:
        answer = type_in(evaluator, DOMAINE)
        kept = Brouillon.objects.get()
        assert (kept.agent, kept.chemin, kept.cle) == (cast.assistant_social, DOMAINE, None)
        assert kept.contenu == {"version": ["1"], "dit": [TYPED]}
        assert answer.status_code == 200
        assert answer.json()["brouillon"] == str(kept.pk)
        now = timezone.localtime(kept.at)
        assert answer.json()["dit"] == f"Brouillon enregistré à {now.hour} h {now.minute:02}."
        assert answer.headers["Cache-Control"] == "no-store, private"

    def test_the_draft_of_a_form_is_one_however_often_it_is_kept(self, evaluator: Client) -> None:
        for text in ("Elle", "Elle dort", TYPED):
            type_in(evaluator, DOMAINE, dit=text)
        assert Brouillon.objects.get().contenu["dit"] == [TYPED]

    def test_two_creating_forms_of_one_page_are_two_drafts(self, client_of: Callable[[str], Client]) -> None:
        desk, keys = client_of("gos"), (str(uuid4()), str(uuid4()))
        for key in (*keys, keys[0]):
            desk.post(URL, {"cle": key, "motif": TYPED, "brouillon_page": RDV})
        assert sorted(str(kept.cle) for kept in Brouillon.objects.all()) == sorted(keys)

    def test_it_reads_nobody_and_saves_nothing_else(self, evaluator: Client) -> None:
        before = Acces.objects.count()
        type_in(evaluator, DOMAINE)
        assert Acces.objects.count() == before

    def test_a_form_emptied_is_a_draft_too(self, evaluator: Client) -> None:
        type_in(evaluator, DOMAINE)
        type_in(evaluator, DOMAINE, dit="")
        assert Brouillon.objects.get().contenu["dit"] == [""]

    def test_few_queries_and_fewer_the_second_time(self, evaluator: Client) -> None:
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as captured:
                type_in(evaluator, DOMAINE)
            counts.append(sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries))
        first, second = counts
        assert second < first <= 10
        assert second <= 6

    def test_the_oldest_make_room(self, cast: SimpleNamespace, evaluator: Client) -> None:
        old = timezone.now() - timedelta(days=1)
        Brouillon.objects.bulk_create(
            Brouillon(agent=cast.assistant_social, chemin=f"/{n}/", at=old) for n in range(brouillons.MAX_PER_AGENT)
        )
        type_in(evaluator, DOMAINE)
        mine = Brouillon.objects.filter(agent=cast.assistant_social)
        assert mine.count() == brouillons.MAX_PER_AGENT
        assert mine.filter(chemin=DOMAINE).exists()

    def test_typing_is_an_act_and_prolongs_the_session(self, evaluator: Client) -> None:
        """Nothing is sent of a page where nobody types: an abandoned desk still locks."""
        nearly = timedelta(minutes=1)
        Session.objects.update(expire_date=timezone.now() + nearly)
        Agent.objects.update(last_login=timezone.now() - timedelta(hours=3))
        type_in(evaluator, DOMAINE)
        assert Session.objects.get().expire_date > timezone.now() + timedelta(hours=1)


class TestWhere:
    @together(
        ("username", "page", "status"),
        [
            ("assistant_social", DOMAINE, 200),
            ("gos", DOMAINE, 404),
            ("puericultrice", DOMAINE, 404),
            ("responsable_evaluation", DOMAINE, 404),
            ("dpo", DOMAINE, 404),
            ("admin", DOMAINE, 404),
            ("gos", RDV, 200),
            ("dpo", RDV, 404),
            ("puericultrice", ECRIT, 200),
            ("responsable_accompagnement", ECRIT, 404),
        ],
    )
    def test_for_the_roles_of_the_page_itself(
        self, client_of: Callable[[str], Client], username: str, page: str, status: int
    ) -> None:
        assert type_in(client_of(username), page).status_code == status
        assert Brouillon.objects.exists() == (status == 200)

    @together(
        "page",
        [
            "",
            "x",
            "/",
            "/accueil/",
            "/n/existe/pas/",
            f"//autre.example{DOMAINE}",
            f"https://autre.example{DOMAINE}",
            f"{DOMAINE}?q=Traor%C3%A9",
            f"{DOMAINE}#x",
            f"{DOMAINE}\n",
            f"{DOMAINE}\x00",
            DOMAINE.replace("logement", "x" * 300),
            "/evaluation/../accueil/",
            "javascript:alert(1)",
            "/connexion/",
            "/deconnexion/",
            "/brouillons/",
            "/mon-compte/",
            "/mon-compte/unite/",
            "/administration/pole_social/agent/add/",
            "/administration/login/",
            "/accueil/recherche/",
            "/evaluation/trame/",
            "/" * 100_000,
        ],
    )
    def test_only_a_form_of_the_stages(self, evaluator: Client, page: str) -> None:
        answer = type_in(evaluator, page)
        assert (answer.status_code, answer.json()) == (404, {})
        assert not Brouillon.objects.exists()

    def test_whether_the_object_exists_is_not_said(self, evaluator: Client) -> None:
        """Out of scope or unknown, the answer is that of one's own: a draft gives only what its author typed."""
        answers = [type_in(evaluator, f"/evaluation/{uuid4()}/domaines/{code}/") for code in ("logement", "inconnu")]
        assert [answer.status_code for answer in answers] == [200, 200]

    def test_wrong_method(self, evaluator: Client) -> None:
        for method in ("get", "put", "delete"):
            assert getattr(evaluator, method)(URL).status_code == 405

    def test_not_from_another_site(self, cast: SimpleNamespace) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.assistant_social)
        assert type_in(client, DOMAINE).status_code == 403
        assert not Brouillon.objects.exists()


class TestWhatIsTyped:
    def test_secrets_and_the_hub_s_own_fields_are_not_kept(self, evaluator: Client) -> None:
        type_in(evaluator, DOMAINE, csrfmiddlewaretoken="x", password="secret", mdp="secret", brouillon=str(uuid4()))
        assert set(Brouillon.objects.get().contenu) == {"version", "dit"}

    @together("typed", [{"q": "Traoré Aminata"}, {"vers": "en_pause"}, {}])
    def test_a_search_or_a_click_is_not_a_draft(self, evaluator: Client, typed: dict[str, str]) -> None:
        assert evaluator.post(URL, typed | {"brouillon_page": DOMAINE}).status_code == 204
        assert not Brouillon.objects.exists()

    @together("text", ["a\x00b", "\u202erenversé", "\U0001f600", "<script>alert(1)</script>", "' OR 1=1 --", "\ud800"])
    def test_a_hostile_text_is_kept_as_a_text(self, evaluator: Client, text: str) -> None:
        sent = text.encode("utf-8", "surrogatepass")
        body = b"version=1&brouillon_page=" + DOMAINE.encode() + b"&dit=" + sent.replace(b"&", b"%26")
        answer = evaluator.post(URL, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200
        assert "\x00" not in Brouillon.objects.get().contenu["dit"][0]
        assert evaluator.get(f"/mon-compte/brouillons/{answer.json()['brouillon']}/").status_code == 200

    def test_a_long_one_is_kept_and_a_longer_one_is_said(self, evaluator: Client) -> None:
        nearly, more = brouillons.MAX_CHARACTERS - 20, brouillons.MAX_CHARACTERS + 1
        assert type_in(evaluator, DOMAINE, dit="é" * nearly).status_code == 200
        answer = type_in(evaluator, DOMAINE, dit="é" * more)
        assert answer.status_code == 413
        assert "trop long" in answer.json()["dit"]
        assert len(Brouillon.objects.get().contenu["dit"][0]) == nearly

    def test_what_no_form_sends_is_refused(self, evaluator: Client) -> None:
        assert type_in(evaluator, DOMAINE, dit="x" * 1_100_000).status_code == 413
        assert type_in(evaluator, DOMAINE, **{f"champ{n}": "x" for n in range(600)}).status_code == 400
        assert not Brouillon.objects.exists()

    def test_nothing_of_it_reaches_the_log(self, evaluator: Client, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG, logger="django.request"):
            type_in(evaluator, "/n/existe/pas/")
        said = " ".join(record.getMessage() for record in caplog.records)
        assert "existe" not in said
        assert TYPED not in said


class TestExpired:
    @pytest.fixture
    def expired(self, evaluator: Client) -> Client:
        Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
        return evaluator

    def test_what_is_typed_after_the_end_is_kept_by_the_same_proof(
        self, cast: SimpleNamespace, expired: Client
    ) -> None:
        """The text is that of the page it goes to, and the sign-in page is told which."""
        for text in ("Elle dort", TYPED):
            answer = type_in(expired, DOMAINE, dit=text)
        kept = Brouillon.objects.get()
        assert answer.headers["Location"] == f"/connexion/?brouillon={kept.pk}"
        assert (kept.agent, kept.chemin, kept.contenu["dit"]) == (cast.assistant_social, DOMAINE, [TYPED])

    @together("page", ["", "/administration/", RDV.replace("nouveau", "absent"), f"/accueil/passages/{uuid4()}/aide/"])
    def test_but_for_no_other_page_than_before_it(self, expired: Client, page: str) -> None:
        assert type_in(expired, page).headers["Location"] == "/connexion/"
        assert not Brouillon.objects.exists()

    def test_a_locked_session_keeps_nothing(self, evaluator: Client) -> None:
        evaluator.post("/deconnexion/")
        assert type_in(evaluator, DOMAINE).headers["Location"] == "/connexion/"
        assert not Brouillon.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_kept_twice_at_once_it_is_one_draft() -> None:
    agent = Agent.objects.get(username="assistant-social")
    contents = {"version": ["1"], "dit": [TYPED]}
    answers = at_once([lambda: brouillons.keep(agent, DOMAINE, contents)] * 4)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Brouillon.objects.count() == 1
