"""« Est arrivé »: from the agenda to the waiting list; and what other pages show of appointments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accueil.models import Passage, Rattachement, RendezVous, Usager
from accueil.views.rendez_vous import of_the_day, rendezvous_of, rendezvous_of_usager
from parcours.demonstration.builders import make_passage, unite
from parcours.demonstration.clock import at
from parcours.demonstration.rendez_vous import make_rendez_vous, on
from tests.accueil.conftest import MONDAY, last_acces, same_as_unknown, someone
from tests.bulk import copies, related_alike

pytestmark = pytest.mark.usefixtures("monday_morning")
Statut = RendezVous.Statut


@pytest.fixture
def expected(cast: SimpleNamespace, aminata: Usager) -> RendezVous:
    return make_rendez_vous(aminata, by=cast.assistant_social, starts_at=on(MONDAY, time(9, 30)))


def arrival(made: RendezVous) -> str:
    return f"/accueil/rendez-vous/{made.pk}/arrivee/"


class TestArrival:
    def test_registers_the_passage_and_keeps_the_appointment(
        self, cast: SimpleNamespace, desk: Client, expected: RendezVous, aminata: Usager
    ) -> None:
        assert desk.post(arrival(expected)).url == "/accueil/"  # type: ignore[attr-defined]
        passage = Passage.objects.get()
        assert (passage.canal, passage.statut, passage.numero) == ("rendez_vous", "en_attente", 1)
        assert (passage.unite, passage.created_by, passage.motif.code) == (unite("issy-accueil"), cast.gos, "rdv")
        assert list(passage.usagers.all()) == [aminata]
        expected.refresh_from_db()
        assert (expected.statut, expected.passage) == (Statut.HONORE, passage)
        row = last_acces("rendez_vous_arrivee")
        assert (row.action, row.usager_ids, row.objet_id) == ("ecriture", [aminata.pk], expected.pk)

    def test_a_double_click_is_one_passage(self, desk: Client, expected: RendezVous) -> None:
        answers = [desk.post(arrival(expected)) for _ in range(3)]
        assert {answer.url for answer in answers} == {"/accueil/"}  # type: ignore[attr-defined]
        assert Passage.objects.count() == 1
        assert expected.etapes.filter(vers="honore").count() == 1

    def test_the_passage_does_not_tell_of_an_appointment_that_only_its_team_reads(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        make_passage(aminata, by=cast.gos)
        hidden = make_rendez_vous(aminata, by=cast.psychologue, starts_at=on(MONDAY, time(9, 30)))
        assert desk.post(arrival(hidden)).status_code == 302
        passage = Passage.objects.get(motif__code="autre_service")
        assert passage.canal == "guichet"
        hidden.refresh_from_db()
        assert hidden.passage == passage

    def test_cannot_be_undone_once_the_passage_stands(
        self, cast: SimpleNamespace, desk: Client, expected: RendezVous
    ) -> None:
        desk.post(arrival(expected))
        assert desk.post(f"/accueil/rendez-vous/{expected.pk}/retablissement/").status_code == 409

    def test_only_that_day(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos)
        later = make_rendez_vous(aminata, by=cast.cesf)
        assert desk.post(arrival(later)).status_code == 409
        assert Passage.objects.count() == 1

    def test_a_cancelled_one_does_not_arrive(self, cast: SimpleNamespace, desk: Client, expected: RendezVous) -> None:
        expected.cancel(Statut.ANNULE_USAGER, by=cast.assistant_social, motif="")
        assert desk.post(arrival(expected)).status_code == 409
        assert not Passage.objects.exists()

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], expected: RendezVous
    ) -> None:
        assert desk.get(arrival(expected)).status_code == 405
        assert sign_in(cast.assistant_social).post(arrival(expected)).status_code == 403
        assert same_as_unknown(sign_in(cast.gos_chatenay), arrival(expected), expected.pk, method="post")
        # A responsable without a reception desk is told so.
        assert "affecté à aucune unité" in sign_in(cast.responsable_sst).post(arrival(expected)).content.decode()
        assert not Passage.objects.exists()


class TestOfTheDay:
    def test_who_is_expected_here_today_in_order(
        self, cast: SimpleNamespace, expected: RendezVous, aminata: Usager
    ) -> None:
        early = make_rendez_vous(someone(), by=cast.puericultrice, starts_at=on(MONDAY, time(9, 15)))
        make_rendez_vous(someone(), by=cast.cesf)
        make_rendez_vous(someone(), by=cast.educateur, starts_at=on(MONDAY), modalite="telephone")
        gone = make_rendez_vous(someone(), by=cast.psychologue, starts_at=on(MONDAY))
        gone.cancel(Statut.ANNULE_USAGER, by=cast.psychologue, motif="")
        assert of_the_day(cast.gos, unite("issy-accueil")) == [early, expected]
        assert of_the_day(cast.gos_chatenay, unite("chatenay-accueil")) == []
        assert of_the_day(cast.gos_chatenay, unite("issy-accueil")) == []

    def test_in_one_query_whatever_the_rows(self, cast: SimpleNamespace, expected: RendezVous) -> None:
        people = [someone() for _ in range(30)]
        others = copies(
            expected,
            30,
            usager_id=[person.pk for person in people],
            starts_at=lambda i: on(MONDAY, time(10, i)),
            ends_at=lambda i: on(MONDAY, time(10, i + 1)),
        )
        related_alike(expected, others)
        desk = unite("issy-accueil")
        assert cast.gos.unite_ids
        with CaptureQueriesContext(connection) as captured:
            rows = of_the_day(cast.gos, desk)
            assert len({(row.usager.nom_court, row.agent.metier.libelle, row.unite.lieu.nom) for row in rows}) > 20
        assert len(captured.captured_queries) == 1


class TestElsewhere:
    def test_on_a_passage_what_is_to_come(self, cast: SimpleNamespace, expected: RendezVous, aminata: Usager) -> None:
        passage = make_passage(aminata, by=cast.gos)
        seen = Passage.objects.visible_to(cast.gos).get(pk=passage.pk)
        assert cast.gos.unite_ids
        with CaptureQueriesContext(connection) as captured:
            context = rendezvous_of(cast.gos, seen, [aminata])
        assert len(captured.captured_queries) == 1
        assert (context["rendez_vous"], context["rendez_vous_pour"]) == ([expected], [aminata])
        assert context["passage_anonyme"] is None

    def test_on_a_person_to_come_then_past(self, cast: SimpleNamespace, expected: RendezVous, aminata: Usager) -> None:
        later = make_rendez_vous(aminata, by=cast.cesf)
        missed = make_rendez_vous(aminata, by=cast.educateur, starts_at=on(MONDAY, time(9, 5)))
        with at(on(MONDAY, time(9, 30))):
            missed.miss("sans_nouvelles", by=cast.educateur)
        make_passage(aminata, by=cast.gos)
        assert cast.gos.unite_ids
        with CaptureQueriesContext(connection) as captured:
            context = rendezvous_of_usager(cast.gos, aminata)
        assert len(captured.captured_queries) == 1
        assert context == {"rendez_vous_a_venir": [expected, later], "rendez_vous_passes": [missed]}

    def test_without_a_relationship_nothing(self, cast: SimpleNamespace, expected: RendezVous, aminata: Usager) -> None:
        assert rendezvous_of_usager(cast.assistant_social_2, aminata)["rendez_vous_a_venir"] == []
        assert Rattachement.objects.live().held_by(cast.assistant_social_2).count() == 0
