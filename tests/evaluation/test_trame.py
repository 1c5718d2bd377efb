"""The blank paper frame, and the question that opens each domaine."""

from __future__ import annotations

from evaluation.models import Fragilite
from pole_social.models import Acces, Domaine
from tests.evaluation.conftest import page_of
from tests.queries import count_queries
from tests.together import together

URL = "/evaluation/trame/"


def text_of(client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


def test_every_domaine_has_its_question_its_boxes_and_its_fragilites(writer):
    html = text_of(writer)
    assert html.count('class="trame-domaine"') == 14
    for domaine in Domaine.objects.all():
        assert f"{domaine.ordre}. {domaine.libelle}" in html
        assert domaine.question_ouverte in html
    for fragilite in Fragilite.objects.all():
        assert f"<li>{fragilite.libelle}</li>" in html
    for case in ("aucune difficulté", "fragilité(s)", "à approfondir", "non souhaité", "pas cette fois"):
        assert html.count(f"<li>{case}</li>") == 14


def test_every_question_opens_and_supposes_nothing(db):
    questions = list(Domaine.objects.values_list("question_ouverte", flat=True))
    assert len(questions) == 14
    for question in questions:
        assert question.endswith("?")
        assert "’" in question or "'" not in question
    violence = Domaine.objects.get(code="violences").question_ouverte
    assert "à tout le monde" in violence
    assert "en tête à tête" in violence


def test_it_is_about_nobody(writer, evaluation):
    assert "Traoré" not in text_of(writer)
    assert not Acces.objects.filter(page="evaluation:trame").exists()


def test_a_domaine_without_question_keeps_its_place(writer):
    Domaine.objects.update(question_ouverte="")
    html = text_of(writer)
    assert html.count('class="trame-domaine"') == 14
    assert "trame-question" not in html


def test_the_question_stands_at_the_top_of_its_domaine(writer, evaluation):
    html = writer.get(page_of(evaluation, "domaines", "logement")).content.decode()
    assert "Où vivez-vous en ce moment, et comment cela se passe-t-il ?" in html


def test_the_list_leads_to_it(writer):
    assert f'href="{URL}"' in writer.get("/evaluation/").content.decode()


@together(
    ("username", "status"),
    [
        ("gos", 403),
        ("puericultrice", 403),
        ("ccf", 403),
        ("dpo", 403),
        ("assistant_social", 200),
        ("cesf", 200),
        ("responsable_evaluation", 200),
    ],
)
def test_each_role(cast, sign_in, username, status):
    assert sign_in(getattr(cast, username)).get(URL).status_code == status


def test_other_methods(writer):
    assert writer.post(URL).status_code == 405


def test_queries(writer):
    assert count_queries(writer, URL) <= 6
