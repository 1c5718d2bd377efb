"""Strengths and propositions, added beside the domaines."""

from __future__ import annotations

from uuid import uuid4

import pytest

from evaluation.models import PointAppui, Proposition
from pole_social.models import Acces
from tests.evaluation.conftest import HOSTILE, page_of
from tests.together import together


def add(client, evaluation, what: str, **typed: str):
    prefix = {"appuis": "appui", "propositions": "proposition"}[what]
    return client.post(page_of(evaluation, what), {f"{prefix}-{name}": value for name, value in typed.items()})


def test_a_strength(writer, cast, evaluation):
    response = add(writer, evaluation, "appuis", libelle="Sa sœur habite à côté")
    assert response.url == page_of(evaluation) + "#appuis"
    made = PointAppui.objects.get()
    assert (made.libelle, made.recorded_by, made.evaluation) == (
        "Sa sœur habite à côté",
        cast.assistant_social,
        evaluation,
    )
    assert "Sa sœur habite à côté" in writer.get(page_of(evaluation)).content.decode()


def test_a_proposition_says_because_of_what_and_who(writer, explored):
    add(writer, explored, "propositions", libelle="Demander le FSL", fragilite="impaye_loyer", metier="cesf")
    made = Proposition.objects.get()
    assert made.fragilite is not None and made.metier is not None
    assert made.fragilite.fragilite.code == "impaye_loyer"
    assert made.metier.code == "cesf"
    text = writer.get(page_of(explored)).content.decode()
    assert "proposé parce que : Impayé de loyer ou de charges" in text
    assert "à solliciter : Conseiller en économie sociale et familiale" in text


def test_a_proposition_of_nothing_in_particular(writer, explored):
    assert add(writer, explored, "propositions", libelle="Reprendre contact").status_code == 302
    made = Proposition.objects.get()
    assert (made.fragilite, made.metier) == (None, None)


@together(
    ("what", "typed", "message"),
    [
        ("appuis", {"libelle": ""}, "Écrivez le point d’appui."),
        ("appuis", {"libelle": "   "}, "Écrivez le point d’appui."),
        ("appuis", {"libelle": "x" * 201}, "200"),
        ("propositions", {"libelle": ""}, "Écrivez ce que vous proposez."),
        ("propositions", {"libelle": "Gardé", "fragilite": "expulsion"}, "Choisissez dans la liste."),
        ("propositions", {"libelle": "Gardé", "fragilite": "inconnue"}, "Choisissez dans la liste."),
        ("propositions", {"libelle": "Gardé", "metier": "gos"}, "Choisissez dans la liste."),
        ("propositions", {"libelle": "Gardé", "metier": "inconnu"}, "Choisissez dans la liste."),
    ],
)
def test_refused_on_the_same_page(writer, explored, what, typed, message):
    response = add(writer, explored, what, **typed)
    text = response.content.decode()
    assert response.status_code == 200
    assert message in text
    assert "à corriger" in text
    assert ("Gardé" in text) is ("Gardé" in typed.values())
    assert not PointAppui.objects.exists() and not Proposition.objects.exists()


@together("typed", HOSTILE)
@together(
    ("what", "name"),
    [
        ("appuis", "libelle"),
        ("appuis", "cle"),
        ("propositions", "libelle"),
        ("propositions", "fragilite"),
        ("propositions", "metier"),
    ],
)
def test_hostile(writer, explored, what, name, typed):
    assert add(writer, explored, what, **{"libelle": "Un texte", name: typed}).status_code in (200, 302)


@pytest.mark.parametrize(("what", "model"), [("appuis", PointAppui), ("propositions", Proposition)])
class TestSentTwice:
    def test_the_same_content_is_one(self, writer, evaluation, what, model):
        key = str(uuid4())
        answers = [add(writer, evaluation, what, libelle="Une fois", cle=key) for _ in range(2)]
        assert answers[0].url == answers[1].url
        assert model.objects.count() == 1

    def test_another_content_shows_both(self, writer, evaluation, what, model):
        key = str(uuid4())
        add(writer, evaluation, what, libelle="Le premier", cle=key)
        response = add(writer, evaluation, what, libelle="Le second", cle=key)
        assert response.status_code == 409
        assert "Le premier" in response.content.decode() and "Le second" in response.content.decode()
        assert model.objects.count() == 1

    def test_once_submitted_the_text_comes_back(self, writer, submitted, what, model):
        response = add(writer, submitted, what, libelle="Un texte trop tard")
        assert response.status_code == 409
        assert "Un texte trop tard" in response.content.decode()
        assert not model.objects.exists()

    @together(
        ("username", "status"),
        [
            ("gos", 403),
            ("puericultrice", 403),
            ("responsable_evaluation", 403),
            ("assistant_social_2", 404),
            ("assistant_social_chatenay", 404),
            ("assistant_social", 302),
        ],
    )
    def test_each_role(self, cast, sign_in, evaluation, what, model, username, status):
        client = sign_in(getattr(cast, username))
        assert add(client, evaluation, what, libelle="Un texte").status_code == status
        assert model.objects.exists() is (status == 302)

    def test_it_is_a_post(self, writer, evaluation, what, model):
        assert writer.get(page_of(evaluation, what)).status_code == 405

    def test_the_journal_says_written(self, writer, evaluation, what, model):
        add(writer, evaluation, what, libelle="Un texte")
        row = Acces.objects.get()
        assert (row.action, row.usager_ids) == ("ecriture", [evaluation.usager_id])
