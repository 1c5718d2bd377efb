"""One click on a passage, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import EtapePassage, Passage, Rattachement, Usager
from parcours.demonstration.builders import make_demande, make_passage, receive
from parcours.demonstration.clock import at
from pole_social.models import UNDONE, Acces, Agent, Bureau, MoveRefused
from pole_social.models.base import UNDO_WITHIN
from tests.accueil.conftest import DESK_USERNAMES, OTHER_SEARCHERS, last_acces, same_as_unknown, someone
from tests.together import together

Statut = Passage.Statut


def url(passage: Passage, act: str) -> str:
    return f"/accueil/passages/{passage.pk}/{act}/"


def undo(client: Client, passage: Passage) -> int:
    return client.post(url(passage, "annulation")).status_code


class TestUndo:
    def test_a_call_goes_back_to_the_queue(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        made = make_passage(aminata, by=cast.gos)
        desk.post(url(made, "etape"), {"vers": "appele"})
        shown = desk.get("/accueil/").content.decode()
        assert f"Le n° {made.numero} est appelé." in shown
        assert url(made, "annulation") in shown
        assert undo(desk, made) == 302
        made.refresh_from_db()
        assert (made.statut, made.agent, made.bureau) == (Statut.EN_ATTENTE, None, None)
        assert "est de nouveau en attente" in desk.get("/accueil/").content.decode()

    def test_it_is_a_dated_row_that_says_so(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_passage(by=cast.gos)
        desk.post(url(made, "etape"), {"vers": "appele"})
        undo(desk, made)
        trace = list(made.etapes.order_by("at").values_list("de", "vers", "motif"))
        assert trace == [
            ("", "en_attente", ""), ("en_attente", "appele", ""), ("appele", "en_attente", UNDONE),
        ]  # fmt: skip

    def test_the_agent_and_the_office_come_back(self, cast: SimpleNamespace, desk: Client) -> None:
        bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4")
        made = make_passage(by=cast.gos)
        desk.post(url(made, "etape"), {"vers": "appele", "bureau": bureau.pk})
        desk.post(url(made, "etape"), {"vers": "en_attente"})
        assert Passage.objects.get(pk=made.pk).bureau is None
        undo(desk, made)
        made.refresh_from_db()
        assert (made.statut, made.agent, made.bureau) == (Statut.APPELE, cast.gos, bureau)

    @together("final", [Statut.PARTI, Statut.ORIENTE])
    def test_a_final_state_too(self, cast: SimpleNamespace, desk: Client, aminata: Usager, final: str) -> None:
        made = make_passage(aminata, by=cast.gos)
        desk.post(url(made, "etape"), {"vers": final})
        assert "Traoré" not in desk.get("/accueil/").content.decode().replace("recherche", "")
        undo(desk, made)
        assert "Traoré A." in desk.get("/accueil/").content.decode()

    def test_a_closed_passage_is_whole_again(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        demande = make_demande(received, by=cast.gos, due_on=timezone.localdate() + timedelta(days=3))
        before = [(row.pk, row.ends_at) for row in Rattachement.objects.live().order_by("pk")]
        desk.post(url(received, "cloture"))
        assert undo(desk, received) == 302
        received.refresh_from_db()
        assert (received.statut, received.agent) == (Statut.EN_ENTRETIEN, cast.gos)
        assert [(row.pk, row.ends_at) for row in Rattachement.objects.live().order_by("pk")] == before
        assert "Aminata Traoré" in desk.get(f"/accueil/passages/{received.pk}/").content.decode()
        demande.refresh_from_db()
        assert demande.is_open

    def test_twice_is_once(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_passage(by=cast.gos)
        desk.post(url(made, "etape"), {"vers": "appele"})
        assert [undo(desk, made), undo(desk, made)] == [302, 302]
        assert made.etapes.count() == 3

    def test_only_its_author(self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client]) -> None:
        made = make_passage(by=cast.gos)
        desk.post(url(made, "etape"), {"vers": "appele"})
        assert undo(sign_in(cast.gos_2), made) == 409
        assert undo(desk, made) == 302

    def test_only_while_nothing_moved_since(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client]
    ) -> None:
        made = make_passage(by=cast.gos)
        desk.post(url(made, "etape"), {"vers": "appele"})
        sign_in(cast.gos_2).post(url(made, "etape"), {"vers": "en_entretien"})
        assert undo(desk, made) == 409
        made.refresh_from_db()
        assert made.statut == Statut.EN_ENTRETIEN

    @pytest.mark.parametrize(("late", "status"), [(timedelta(seconds=-5), 302), (timedelta(seconds=5), 409)])
    def test_for_ten_minutes(self, cast: SimpleNamespace, desk: Client, late: timedelta, status: int) -> None:
        now = timezone.now()
        with at(now - UNDO_WITHIN - late):
            made = make_passage(by=cast.gos)
        with at(now - UNDO_WITHIN - late + timedelta(microseconds=1)):
            made.move(Statut.APPELE, by=cast.gos, agent=cast.gos)
        # The anonymous passage is of today, whatever the hour of the test.
        Passage.objects.filter(pk=made.pk).update(jour=timezone.localdate())
        assert undo(desk, made) == status

    def test_an_arrival_is_no_move(self, cast: SimpleNamespace, desk: Client) -> None:
        assert undo(desk, make_passage(by=cast.gos)) == 409


class TestUndoOfTheModel:
    """The rule stands on `WithMoves`: whatever moves can be taken back."""

    def test_of_a_demande(self, cast: SimpleNamespace, received: Passage) -> None:
        demande = make_demande(received, by=cast.gos)
        demande.move("prete", by=cast.gos)
        demande.undo(by=cast.gos)
        demande.refresh_from_db()
        assert demande.statut == "a_pre_instruire"
        assert demande.etapes.filter(motif=UNDONE).count() == 1

    def test_a_copy_that_is_behind_is_refused(self, cast: SimpleNamespace) -> None:
        made = make_passage(by=cast.gos)
        behind = Passage.objects.get(pk=made.pk)
        made.move(Statut.APPELE, by=cast.gos)
        with pytest.raises(MoveRefused):
            behind.undo(by=cast.gos)
        assert made.etapes.count() == 2

    def test_undoing_is_not_undone(self, cast: SimpleNamespace) -> None:
        made = make_passage(by=cast.gos)
        made.move(Statut.PARTI, by=cast.gos)
        made.undo(by=cast.gos)
        with pytest.raises(MoveRefused):
            made.undo(by=cast.gos)
        made.move(Statut.APPELE, by=cast.gos)
        made.undo(by=cast.gos)
        assert made.statut == Statut.EN_ATTENTE


class TestConfidential:
    def test_one_action_opens_and_closes_it(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        made = make_passage(aminata, by=cast.gos)
        assert "Traoré A." in desk.get("/accueil/").content.decode()
        response = desk.post(url(made, "confidentiel"), {"confidentiel": "oui"})
        assert response.url == "/accueil/"  # type: ignore[attr-defined]
        shown = desk.get("/accueil/").content.decode()
        assert "Traoré" not in shown
        assert f"n° {made.numero}" in shown
        desk.post(url(made, "confidentiel"), {"confidentiel": "non"})
        assert "Traoré A." in desk.get("/accueil/").content.decode()

    def test_a_double_click_has_one_effect(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_passage(by=cast.gos)
        for _ in range(2):
            desk.post(url(made, "confidentiel"), {"confidentiel": "oui"})
        assert Passage.objects.get(pk=made.pk).is_confidentiel

    def test_from_its_page_it_comes_back_there(self, desk: Client, received: Passage) -> None:
        response = desk.post(url(received, "confidentiel"), {"de": "passage"})
        assert response.url == f"/accueil/passages/{received.pk}/"  # type: ignore[attr-defined]


ACTS = ["annulation", "confidentiel"]


@pytest.mark.parametrize("act", ACTS)
class TestWhoMay:
    def test_the_desk(self, cast: SimpleNamespace, sign_in: Callable[..., Client], act: str) -> None:
        for username in DESK_USERNAMES:
            agent = Agent.objects.get(username=username)
            made = make_passage(someone(), by=agent)
            made.move(Statut.APPELE, by=agent)
            assert sign_in(agent).post(url(made, act)).status_code == 302

    def test_not_the_others(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], act: str, received: Passage
    ) -> None:
        for username in [*OTHER_SEARCHERS, "dpo", "admin"]:
            agent = Agent.objects.get(username=username)
            assert sign_in(agent).post(url(received, act)).status_code == 403
        assert Acces.objects.filter(action=Acces.Action.REFUS).count() == len(OTHER_SEARCHERS) + 2

    def test_out_of_scope_is_like_unknown(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], act: str, received: Passage
    ) -> None:
        assert same_as_unknown(sign_in(cast.gos_chatenay), url(received, act), received.pk, method="post")

    def test_by_post_only(self, desk: Client, act: str, received: Passage) -> None:
        assert desk.get(url(received, act)).status_code == 405

    def test_it_is_journaled(self, desk: Client, act: str, received: Passage, aminata: Usager) -> None:
        desk.post(url(received, "etape"), {"vers": "en_pause"})
        desk.post(url(received, act))
        row: Any = last_acces(f"passage_{act}")
        assert (row.action, row.usager_ids, row.objet_id) == (Acces.Action.ECRITURE, [aminata.pk], received.pk)


def test_the_history_keeps_what_each_move_replaced(cast: SimpleNamespace) -> None:
    made = receive(make_passage(by=cast.gos), by=cast.gos)
    made.move(Statut.EN_PAUSE, by=cast.gos)
    before = list(EtapePassage.objects.filter(objet=made).order_by("at").values_list("vers", "agent_avant__username"))
    assert before == [("en_attente", None), ("appele", None), ("en_entretien", "gos"), ("en_pause", "gos")]
