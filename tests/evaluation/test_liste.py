"""The unité's page: what waits for me, by role."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accueil.models import Deport
from accueil.models.usager import make_reference
from evaluation.models import Evaluation
from parcours.demonstration.builders import make_evaluation, make_relais
from parcours.opening import open_from as open_parcours
from pole_social.models import Acces
from tests.bulk import copies, related_alike
from tests.evaluation.conftest import person
from tests.queries import count_queries
from tests.together import together

URL = "/evaluation/"


def text_of(client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


def test_shows_the_waiting_relais_and_who_sent_it(writer, relais):
    text = text_of(writer)
    assert "Traoré A." in text
    assert "Nadia Martin" in text
    assert "en retard" not in text


def test_the_oldest_promise_comes_first_and_late_says_so(writer, cast, relais):
    late = make_relais(person(nom_usage="Ancien"), by=cast.gos, promised_in=-3)
    text = text_of(writer)
    assert text.index("Ancien") < text.index("Traoré")
    assert "en retard" in text
    late.cancel(by=cast.gos, motif="Erreur")
    assert "Ancien" not in text_of(writer)


def test_relais_of_other_natures_are_elsewhere(writer, cast):
    make_relais(person(nom_usage="Ailleurs"), by=cast.gos, to="issy-accompagnement")
    assert "Ailleurs" not in text_of(writer)


def test_my_evaluations_leave_the_list_once_taken_up(writer, cast, sign_in, validated):
    assert "validée, à envoyer" in text_of(writer)
    sent = make_relais(validated.usager, by=cast.assistant_social, to="issy-accompagnement")
    validated.relais_envoyes.add(sent)
    assert "validée, relais envoyé" in text_of(writer)
    open_parcours(sent, by=cast.assistant_social_2)
    assert "Traoré" not in text_of(writer)


def test_a_relais_not_accepted_in_time_is_late_on_both_sides(writer, leader, cast, sign_in, validated):
    sent = make_relais(validated.usager, by=cast.assistant_social, to="issy-accompagnement", promised_in=2)
    validated.relais_envoyes.add(sent)
    sides = [writer, leader, sign_in(cast.responsable_sst)]
    assert not any("relais en retard" in text_of(client) for client in sides)
    sent.promised_on = timezone.localdate() - timedelta(days=1)
    sent.save(update_fields=["promised_on"])
    assert all("relais en retard" in text_of(client) for client in sides)
    assert "en retard" in sign_in(cast.responsable_accompagnement).get("/pilotage/").content.decode()
    open_parcours(sent, by=cast.assistant_social_2)
    assert "relais en retard" not in text_of(leader)


def test_the_desk_and_both_responsables_see_that_its_relais_is_late(cast, sign_in, leader):
    make_relais(person(nom_usage="Attend"), by=cast.gos, promised_in=-1)
    assert "en retard" in text_of(leader)
    for agent in (cast.gos, cast.responsable_accueil):
        desk = sign_in(agent).get("/accueil/").content.decode()
        assert "Attend" in desk
        assert "en retard" in desk


def test_counts_my_domaines(writer, evaluation):
    assert "0 domaine abordé sur 14" in text_of(writer)


def test_a_contributor_finds_it_too(cast, sign_in, evaluation):
    other = sign_in(cast.assistant_social_2)
    assert "Traoré" not in text_of(other)
    evaluation.usager.rattachements.create(
        nature="contribution",
        agent=cast.assistant_social_2,
        source_type="evaluation.evaluation",
        source_id=evaluation.pk,
    )
    assert "Traoré" in text_of(other)


def test_the_responsable_sees_what_waits_for_a_decision(leader, submitted):
    text = text_of(leader)
    assert "Lire et décider" in text
    assert "Karim Haddad" in text


def test_the_responsable_sees_the_open_ones_without_their_content(leader, explored):
    text = text_of(leader)
    assert "Traoré" in text
    assert "abordés sur 14" not in text


@pytest.mark.parametrize(
    ("username", "empty"),
    [
        ("assistant_social", "Acceptez un relais"),
        ("assistant_social", "Aucun relais n’attend."),
        ("responsable_evaluation", "Aucune évaluation n’attend votre décision."),
        ("responsable_evaluation", "Aucune évaluation n’est en cours."),
    ],
)
def test_empty_states_say_what_to_do(cast, sign_in, username, empty):
    assert empty in text_of(sign_in(getattr(cast, username)))


@together(
    ("username", "status"),
    [
        ("gos", 403),
        ("assistante_administrative", 403),
        ("assistant_social", 200),
        ("assistant_social_2", 200),
        ("eje", 200),
        ("puericultrice", 403),
        ("psychologue", 403),
        ("ccf", 403),
        ("responsable_evaluation", 200),
        ("responsable_accueil", 200),
        ("responsable_sst", 200),
        ("dpo", 403),
        ("admin", 403),
        ("assistant_social_chatenay", 200),
    ],
)
def test_each_role(cast, sign_in, relais, evaluation, username, status):
    response = sign_in(getattr(cast, username)).get(URL)
    assert response.status_code == status
    related = username in ("assistant_social", "responsable_evaluation", "responsable_sst")
    assert ("Traoré" in response.content.decode()) is related


def test_a_deport_wins(writer, cast, relais):
    assert "Traoré" in text_of(writer)
    Deport.objects.create(agent=cast.assistant_social, usager=relais.usager, lien="proche")
    assert "Traoré" not in text_of(writer)


def test_an_overdue_evaluation_says_so(writer, evaluation):
    yesterday = timezone.localdate() - timedelta(days=1)
    Evaluation.objects.filter(pk=evaluation.pk).update(echeance=yesterday)
    assert "en retard" in text_of(writer)


def test_post_is_refused(writer):
    assert writer.post(URL).status_code == 405


def test_the_journal_names_everybody_on_the_list(writer, relais):
    text_of(writer)
    row = Acces.objects.get(page="evaluation:liste")
    assert row.action == Acces.Action.LISTE
    assert row.usager_ids == [relais.usager_id]
    assert row.rattachement_id is not None


def fill(cast: SimpleNamespace, number: int) -> None:
    """`number` evaluations that go on, as many relais that wait, of as many people."""
    opened = make_evaluation(person(), sent_by=cast.gos, by=cast.assistant_social)
    relais = make_relais(person(), by=cast.gos)
    people = copies(relais.usager, number - 1, reference=lambda _: make_reference())
    related_alike(relais, copies(relais, number - 1, usager=people))
    others = copies(opened, number - 1, usager=people)
    for exploration in opened.explorations.all():
        copies(exploration, number - 1, evaluation=others)
    related_alike(opened, others)


def test_constant_queries(cast, sign_in):
    clients = [sign_in(agent) for agent in (cast.assistant_social, cast.responsable_evaluation, cast.responsable_sst)]
    fill(cast, 10)
    few = [count_queries(client, URL) for client in clients]
    fill(cast, 490)
    assert [count_queries(client, URL) for client in clients] == few
    assert max(few) <= 12
