"""Strengths and propositions, added beside the domaines."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from evaluation.models import PointAppui, Proposition, RegleProposition
from evaluation.opening import open_from
from parcours.demonstration.builders import make_relais
from pole_social.models import Acces
from tests.evaluation.conftest import HOSTILE, page_of, person, without_csrf
from tests.evaluation.test_evaluation import on_paper, text_of
from tests.queries import count_queries
from tests.together import together

LINE = "Reprendre contact jeudi avec le zèbre"


def add(client, evaluation, what: str, **typed: str):
    prefix = {"appuis": "appui", "propositions": "proposition"}[what]
    return client.post(page_of(evaluation, what), {f"{prefix}-{name}": value for name, value in typed.items()})


def own_line(evaluation, *, by, **fields):
    return Proposition.objects.create(evaluation=evaluation, libelle=LINE, recorded_by=by, **fields)


def act_url(evaluation, line, what="retrait"):
    return page_of(evaluation, "propositions", str(line.pk), what)


def act(client, evaluation, line, what="retrait"):
    return client.post(act_url(evaluation, line, what))


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
    assert "proposé parce que : Impayé de loyer ou de charges" in text
    assert "à solliciter : Conseiller en économie sociale et familiale" in text


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


class TestTakenBack:
    """A line of one's own: its author takes it back while the evaluation is being made, and may take it up again."""

    @pytest.fixture
    def mine(self, cast, explored):
        return own_line(explored, by=cast.assistant_social)

    def test_it_goes_from_the_page_and_stays_in_the_history(self, writer, explored, mine):
        assert act_url(explored, mine) in writer.get(page_of(explored)).content.decode()
        assert act(writer, explored, mine).url == f"{page_of(explored)}#propositions"
        mine.refresh_from_db()
        assert mine.is_withdrawn and mine.libelle == LINE
        context = writer.get(page_of(explored)).context
        assert (context["gardees"], context["retirees"]) == ([], [mine])
        assert not Proposition.objects.kept().exists()

    def test_nor_is_it_printed_or_read_by_anybody_else(self, cast, writer, sign_in, explored, mine):
        act(writer, explored, mine)
        assert LINE not in on_paper(text_of(writer, explored))
        assert LINE not in writer.get(page_of(explored, "synthese")).content.decode()
        explored.submit(by=cast.assistant_social)
        assert LINE not in text_of(sign_in(cast.responsable_evaluation), explored)
        assert LINE not in text_of(writer, explored), "decided there, it is only history"

    def test_the_control_one_that_stands_is_read_by_both(self, cast, writer, sign_in, explored, mine):
        assert LINE in on_paper(text_of(writer, explored))
        assert LINE in writer.get(page_of(explored, "synthese")).content.decode()
        explored.submit(by=cast.assistant_social)
        assert LINE in text_of(sign_in(cast.responsable_evaluation), explored)

    @together("what", ["retrait", "remise"])
    def test_a_double_click_has_one_effect(self, writer, explored, mine, what):
        answers = [act(writer, explored, mine, what) for _ in range(2)]
        first = Proposition.objects.get().removed_at
        assert [answer.status_code for answer in answers] == [302, 302]
        act(writer, explored, mine, what)
        assert Proposition.objects.get().removed_at == first

    def test_a_mis_click_is_taken_back(self, writer, explored, mine):
        act(writer, explored, mine)
        text = text_of(writer, explored)
        assert "1 proposition retirée par vous" in text
        assert act_url(explored, mine, "remise") in text
        act(writer, explored, mine, "remise")
        assert list(Proposition.objects.kept()) == [mine]
        assert "retirée par vous" not in text_of(writer, explored)

    @together("what", ["retrait", "remise"])
    def test_what_is_not_mine_is_what_does_not_exist(self, cast, writer, explored, mine, what):
        theirs = own_line(explored, by=cast.assistant_social_2)
        withdrawn = own_line(explored, by=cast.assistant_social_2, removed_at=timezone.now())
        ruled = RegleProposition.objects.get(code="impaye_loyer_fsl")
        decided = own_line(explored, by=cast.assistant_social, regle=ruled)
        unknown = act(writer, explored, Proposition(pk=uuid4()), what)
        for other in (theirs, withdrawn, decided):
            stood = other.removed_at
            response = act(writer, explored, other, what)
            assert (response.status_code, without_csrf(response.content)) == (404, without_csrf(unknown.content))
            other.refresh_from_db()
            assert other.removed_at == stood
        text = text_of(writer, explored)
        assert act_url(explored, theirs) not in text and act_url(explored, mine) in text
        assert act(writer, explored, mine, what).status_code == 302, "the control"

    def test_nor_what_is_of_another_evaluation(self, cast, writer, explored, mine):
        other = open_from(make_relais(person(), by=cast.gos), by=cast.assistant_social)
        assert act(writer, other, mine).status_code == 404
        assert act(writer, explored, mine).status_code == 302

    @together("what", ["retrait", "remise"])
    def test_once_submitted_nothing_changes(self, cast, writer, explored, mine, what):
        explored.submit(by=cast.assistant_social)
        assert act(writer, explored, mine, what).status_code == 409
        assert act_url(explored, mine) not in text_of(writer, explored)
        assert Proposition.objects.get().removed_at is None

    @together(
        ("username", "status"),
        [
            ("gos", 403),
            ("puericultrice", 403),
            ("responsable_evaluation", 403),
            ("dpo", 403),
            ("admin", 403),
            ("assistant_social_2", 404),
            ("assistant_social_chatenay", 404),
            ("assistant_social", 302),
        ],
    )
    @together("what", ["retrait", "remise"])
    def test_each_role(self, cast, sign_in, explored, mine, what, username, status):
        client = sign_in(getattr(cast, username))
        assert act(client, explored, mine, what).status_code == status
        assert client.get(act_url(explored, mine, what)).status_code == 405

    def test_the_journal_says_written_and_no_content(self, writer, explored, mine):
        act(writer, explored, mine)
        row = Acces.objects.get()
        assert (row.action, row.usager_ids) == ("ecriture", [explored.usager_id])
        assert LINE not in str(vars(row))

    def test_those_taken_back_cost_nothing(self, cast, writer, explored, mine):
        few = count_queries(writer, page_of(explored))
        for number in range(10):
            own_line(explored, by=cast.assistant_social, removed_at=timezone.now() if number % 2 else None)
        assert count_queries(writer, page_of(explored)) == few
