"""The call for help between colleagues on site, and the sheet about an act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import AppelAide, Incident
from accueil.models.entraide import CALL_LASTS
from pole_social.models import Acces, Agent, Bureau, Lieu
from tests.accueil.conftest import DESK_USERNAMES, HOSTILE, NOBODYS_SEARCHERS, OTHER_SEARCHERS
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together

AIDE = "/accueil/aide/"
INCIDENT = "/accueil/incidents/nouveau/"
INCIDENTS = "/accueil/incidents/"


def call(client: Client, **headers: str) -> Any:
    return client.post(AIDE, headers=headers)


@pytest.fixture
def colleague(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Client:
    return sign_in(cast.gos_2)


class TestCall:
    def test_is_seen_by_colleagues_with_the_office(
        self, cast: SimpleNamespace, desk: Client, colleague: Client
    ) -> None:
        bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4")
        session = desk.session
        session["bureau"] = bureau.pk
        session.save()
        assert call(desk).status_code == 302
        shown = colleague.get("/accueil/").content.decode()
        assert "Nadia Martin demande de l’aide" in shown
        assert "bureau 4" in shown
        assert "J’y vais" in shown
        mine = desk.get("/accueil/").content.decode()
        assert "Vous demandez de l’aide" in mine
        assert "J’y vais" not in mine

    def test_reaches_those_of_the_lieu_only(
        self, cast: SimpleNamespace, desk: Client, colleague: Client, sign_in: Callable[..., Client]
    ) -> None:
        call(desk)
        assert "demande de l’aide" in colleague.get(AIDE).content.decode()
        assert sign_in(cast.gos_chatenay).get(AIDE).status_code == 204

    def test_is_one_however_often_one_presses(self, desk: Client) -> None:
        for _ in range(3):
            call(desk)
        assert AppelAide.objects.count() == 1

    def test_is_answered_then_ended(self, cast: SimpleNamespace, desk: Client, colleague: Client) -> None:
        call(desk)
        made = AppelAide.objects.get()
        colleague.post(f"{AIDE}{made.pk}/reponse/")
        made.refresh_from_db()
        assert made.answered_by == cast.gos_2
        assert "Thomas Leroy y va" in desk.get("/accueil/").content.decode()
        desk.post(f"{AIDE}{made.pk}/fin/")
        desk.post(f"{AIDE}{made.pk}/fin/")
        assert "demandez de l’aide" not in desk.get("/accueil/").content.decode()

    def test_the_first_to_answer_goes(self, cast: SimpleNamespace, desk: Client, colleague: Client) -> None:
        call(desk)
        made = AppelAide.objects.get()
        AppelAide.objects.filter(pk=made.pk).update(answered_by=cast.assistante_administrative)
        colleague.post(f"{AIDE}{made.pk}/reponse/")
        made.refresh_from_db()
        assert made.answered_by == cast.assistante_administrative

    def test_who_called_does_not_answer(self, desk: Client) -> None:
        call(desk)
        made = AppelAide.objects.get()
        desk.post(f"{AIDE}{made.pk}/reponse/")
        made.refresh_from_db()
        assert made.answered_by is None

    def test_an_old_one_is_silent(self, cast: SimpleNamespace, desk: Client) -> None:
        call(desk)
        AppelAide.objects.update(at=timezone.now() - CALL_LASTS - timedelta(minutes=1))
        assert desk.get(AIDE).status_code == 204

    @together("act", ["reponse", "fin"])
    def test_of_another_lieu_does_not_exist(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], act: str
    ) -> None:
        call(desk)
        made = AppelAide.objects.get()
        other = sign_in(cast.gos_chatenay)
        hidden, unknown = (other.post(f"{AIDE}{pk}/{act}/") for pk in (made.pk, uuid4()))
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.content == unknown.content
        assert desk.post(f"{AIDE}{made.pk}/{act}/").status_code == 302


class TestRefresh:
    def test_nothing_new_is_an_empty_answer(self, desk: Client, colleague: Client) -> None:
        assert colleague.get(AIDE).status_code == 204
        call(desk)
        first = colleague.get(AIDE)
        mark = first.content.decode().split('"If-None-Match": "')[1].split('"')[0]
        assert first.status_code == 200
        assert colleague.get(AIDE, headers={"If-None-Match": mark}).status_code == 204
        colleague.post(f"{AIDE}{AppelAide.objects.get().pk}/reponse/")
        assert colleague.get(AIDE, headers={"If-None-Match": mark}).status_code == 200

    def test_with_htmx_the_page_stays(self, desk: Client) -> None:
        response = call(desk, **{"HX-Request": "true"})
        assert response.status_code == 200
        assert "<html" not in response.content.decode()
        assert "Vous demandez de l’aide" in response.content.decode()

    @together(
        ("referer", "back"),
        [
            ("http://testserver/accueil/passages/nouveau/", "http://testserver/accueil/passages/nouveau/"),
            ("https://ailleurs.example/", "/"),
            ("", "/"),
        ],
    )
    def test_without_it_one_comes_back_where_one_was(self, desk: Client, referer: str, back: str) -> None:
        assert call(desk, Referer=referer).url == back

    def test_few_queries_and_no_journal(self, desk: Client) -> None:
        call(desk)
        assert count_queries(desk, AIDE) <= 5
        assert not Acces.objects.exists()


@pytest.mark.parametrize(
    "url", [AIDE, f"{AIDE}{uuid4()}/reponse/", f"{AIDE}{uuid4()}/fin/"], ids=["appel", "va", "fin"]
)
def test_nobody_s_roles_are_refused(cast: SimpleNamespace, sign_in: Callable[..., Client], url: str) -> None:
    for username in NOBODYS_SEARCHERS:
        assert sign_in(Agent.objects.get(username=username)).post(url).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_ten_answers_at_once_make_one(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    call(sign_in(cast.gos))
    made = AppelAide.objects.get()
    agents = [cast.gos_2, cast.assistante_administrative, cast.responsable_accueil] * 3
    acts = [partial(sign_in(agent).post, f"{AIDE}{made.pk}/reponse/") for agent in agents]
    assert {getattr(answer, "status_code", answer) for answer in at_once(acts)} == {302}
    made.refresh_from_db()
    assert made.answered_by in agents


def sheet(**fields: Any) -> dict[str, Any]:
    return {"nature": "verbale", "jour": "1er mars 2026", "heure": "9 h 05", "recit": "Des cris au guichet.", **fields}


class TestIncident:
    def test_is_written_down(self, cast: SimpleNamespace, desk: Client) -> None:
        response = desk.post(INCIDENT, sheet(suites="Le vigile est venu."), follow=True)
        assert "La fiche d’incident est enregistrée" in response.content.decode()
        made = Incident.objects.get()
        assert made.lieu == cast.gos.unites[0].lieu
        assert made.created_by == cast.gos
        assert f"{timezone.localtime(made.happened_at):%d/%m/%Y %H:%M}" == "01/03/2026 09:05"

    def test_its_nature_is_chosen_among_what_it_can_be(self, desk: Client) -> None:
        page = desk.get(INCIDENT).content.decode()
        assert page.count('type="radio"') == len(Incident.Nature.choices)
        assert "Choisir…" not in page

    def test_names_no_person_by_construction(self) -> None:
        related = {field.related_model for field in Incident._meta.get_fields() if field.is_relation}
        assert related == {Lieu, Agent}

    @together(
        ("field", "value", "said"),
        [
            ("nature", "", "Choisissez la nature de l’acte."),
            ("nature", "<b>", "Choisissez dans la liste."),
            ("recit", "", "Dites ce qui s’est passé."),
            ("jour", "31/02/2026", "jour"),
            ("jour", f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}", "pas encore passé"),
            ("heure", "25 h 00", "9 h 05"),
            *(("recit", value, "") for value in HOSTILE),
        ],
    )
    def test_bad_input_is_kept_and_explained(self, desk: Client, field: str, value: str, said: str) -> None:
        response = desk.post(INCIDENT, sheet(suites="Le vigile est venu.") | {field: value})
        assert response.status_code == 200
        assert said in response.content.decode()
        assert "Le vigile est venu." in response.content.decode()
        assert not Incident.objects.exists()

    def test_a_double_submit_makes_one(self, desk: Client) -> None:
        data = sheet(cle=str(uuid4()))
        assert [desk.post(INCIDENT, data).status_code for _ in range(2)] == [302, 302]
        assert Incident.objects.count() == 1
        assert desk.post(INCIDENT, data | {"recit": "Autre chose."}).status_code == 409

    def test_is_read_by_its_author_and_by_the_managers_of_the_lieu(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client]
    ) -> None:
        desk.post(INCIDENT, sheet())
        readers = [cast.gos, cast.responsable_accueil, cast.responsable_evaluation, cast.responsable_sst]
        others = [cast.gos_2, cast.responsable_chatenay, cast.gos_chatenay]
        for agent in readers:
            assert "Des cris au guichet." in sign_in(agent).get(INCIDENTS).content.decode(), agent
        for agent in others:
            assert "Des cris au guichet." not in sign_in(agent).get(INCIDENTS).content.decode(), agent

    @together("url", [INCIDENT, INCIDENTS])
    def test_opens_to_the_desk_and_to_no_other_role(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], url: str
    ) -> None:
        for username in DESK_USERNAMES:
            assert sign_in(Agent.objects.get(username=username)).get(url).status_code == 200
        for username in [*OTHER_SEARCHERS, *NOBODYS_SEARCHERS]:
            assert sign_in(Agent.objects.get(username=username)).get(url).status_code == 403

    def test_wrong_methods(self, desk: Client) -> None:
        assert desk.post(INCIDENTS).status_code == 405
        assert desk.delete(INCIDENT).status_code == 405

    @pytest.mark.parametrize("rows", [10, 500])
    def test_constant_queries(self, cast: SimpleNamespace, desk: Client, rows: int) -> None:
        lieu = cast.gos.unites[0].lieu
        Incident.objects.bulk_create(
            Incident(lieu=lieu, happened_at=timezone.now(), nature="autre", recit="x", created_by=cast.gos)
            for _ in range(rows)
        )
        assert count_queries(desk, INCIDENTS) <= 6
