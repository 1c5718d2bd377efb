"""A domaine and a contribution give back what was typed and not saved, to its author alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accueil.models import Deport, Rattachement
from evaluation.models import Contribution, Evaluation, Exploration
from parcours.demonstration.builders import make_contribution
from pole_social.models import Acces, Affectation, Agent, Brouillon
from tests.evaluation.conftest import HOSTILE, exploration_of, page_of, save_domaine, without_csrf
from tests.queries import CONTROL, count_queries
from tests.together import together

TYPED = "Elle dort mal depuis la lettre."
SAVED = "Menace d’expulsion."
GIVEN_BACK = "repris ici : rien n’est encore enregistré"
BEHIND = "vous verrez les deux textes côte à côte"


def type_in(client: Client, page: str, **typed: Any) -> Brouillon:
    """Seconds later, the page keeps what was typed."""
    answer = client.post("/brouillons/", {"version": "1", "brouillon": "", **typed, "brouillon_page": page})
    assert answer.status_code == 200
    return Brouillon.objects.get(pk=answer.json()["brouillon"])


def shown(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def here(evaluation: Evaluation) -> str:
    return page_of(evaluation, "domaines", "logement")


@pytest.fixture
def kept(writer: Client, here: str) -> Brouillon:
    """Half a domaine, not sent: no state yet, a level without its words, a date to be corrected."""
    return type_in(
        writer,
        here,
        dit=TYPED,
        niveau_impaye_loyer="majeure",
        paroles_impaye_loyer="je ne dors plus",
        priorite_impaye_loyer="on",
        resume_on="31/02/2027",
    )


class TestGivenBack:
    def test_as_it_was_typed_and_without_a_reproach(self, writer: Client, here: str, kept: Brouillon) -> None:
        text = shown(writer, here)
        for typed in (TYPED, "je ne dors plus", "31/02/2027", GIVEN_BACK):
            assert typed in text
        assert 'value="majeure" id="id_niveau_impaye_loyer_3" checked' in text
        assert 'id="id_priorite_impaye_loyer" checked' in text
        assert "à corriger" not in text
        assert "invalid-feedback" not in text
        assert BEHIND not in text
        assert f'name="brouillon" value="{kept.pk}"' in text

    def test_nothing_is_saved_by_it(self, writer: Client, evaluation: Evaluation, here: str, kept: Brouillon) -> None:
        shown(writer, here)
        saved = exploration_of(evaluation, "logement")
        assert (saved.dit, saved.version, saved.etat) == ("", 1, Exploration.Etat.PAS_ENCORE_ABORDE)

    def test_the_control_without_a_draft(self, writer: Client, evaluation: Evaluation, here: str) -> None:
        type_in(writer, page_of(evaluation, "domaines", "budget"), dit=TYPED)
        text = shown(writer, here)
        assert TYPED not in text
        assert GIVEN_BACK not in text
        assert 'name="brouillon" value=""' in text

    def test_a_box_unticked_since_stays_unticked(self, writer: Client, evaluation: Evaluation, here: str) -> None:
        noted = {"etat": "fragilites", "niveau_impaye_loyer": "fragilite"}
        save_domaine(writer, evaluation, "logement", dit=SAVED, priorite_impaye_loyer="on", **noted)
        assert 'id="id_priorite_impaye_loyer" checked' in shown(writer, here)
        type_in(writer, here, version="2", dit=SAVED, **noted)
        text = shown(writer, here)
        assert 'id="id_priorite_impaye_loyer"' in text
        assert 'id="id_priorite_impaye_loyer" checked' not in text

    def test_to_nobody_else(self, cast, evaluation: Evaluation, here: str, kept: Brouillon, sign_in) -> None:
        """A colleague of the same unité who works on it too, and whoever else may have a draft of it."""
        Affectation.objects.get_or_create(agent=cast.cesf, unite=cast.assistant_social.unites[0])
        Rattachement.objects.grant(Rattachement.Nature.EVALUATION, evaluation.usager_id, evaluation, agent=cast.cesf)
        colleague = sign_in(Agent.objects.get(pk=cast.cesf.pk))
        text = shown(colleague, here)
        assert TYPED not in text
        assert GIVEN_BACK not in text

    def test_after_thirty_days_no_more(self, writer: Client, here: str, kept: Brouillon) -> None:
        Brouillon.objects.update(at=timezone.now() - timedelta(days=30, minutes=1))
        assert TYPED not in shown(writer, here)

    @together("text", HOSTILE)
    def test_a_hostile_draft_is_a_text(self, writer: Client, here: str, text: str) -> None:
        Brouillon.objects.all().delete()
        long = text[:40_000].replace("\x00", "�")
        names = ("dit", "etat", "niveau_impaye_loyer", "resume_on", "version", "is_retrait")
        agent = Agent.objects.get(username="assistant-social")
        Brouillon.objects.create(agent=agent, chemin=here, contenu={name: [long] for name in names} | {"x": []})
        content = shown(writer, here)
        assert "<script>" not in content.partition("</head>")[2]
        assert GIVEN_BACK in content

    def test_the_reading_of_the_page_is_journaled_as_always(self, writer: Client, here: str, kept: Brouillon) -> None:
        before = Acces.objects.count()
        shown(writer, here)
        assert Acces.objects.count() == before + 1

    def test_one_query_more(self, writer: Client, here: str, kept: Brouillon) -> None:
        given_back = count_queries(writer, here)
        kept.delete()
        assert count_queries(writer, here) == given_back <= 10


class TestSent:
    def sent(self, kept: Brouillon, **typed: Any) -> dict[str, Any]:
        known = {name: values[0] for name, values in kept.contenu.items()}
        return known | {"etat": "fragilites", "resume_on": "", "brouillon": str(kept.pk), **typed}

    def test_it_is_forgotten_once_saved(
        self, writer: Client, evaluation: Evaluation, here: str, kept: Brouillon
    ) -> None:
        assert writer.post(here, self.sent(kept)).status_code == 302
        assert exploration_of(evaluation, "logement").dit == TYPED
        assert not Brouillon.objects.exists()

    def test_also_when_it_was_kept_while_the_form_was_being_sent(
        self, writer: Client, here: str, kept: Brouillon
    ) -> None:
        assert writer.post(here, self.sent(kept, brouillon="")).status_code == 302
        assert not Brouillon.objects.exists()

    def test_refused_it_stays(self, writer: Client, here: str, kept: Brouillon) -> None:
        answer = writer.post(here, self.sent(kept, etat=""))
        assert answer.status_code == 200
        assert f'name="brouillon" value="{kept.pk}"' in answer.content.decode()
        assert GIVEN_BACK not in answer.content.decode()
        assert Brouillon.objects.exists()

    def test_another_domaine_saved_leaves_it(
        self, writer: Client, evaluation: Evaluation, here: str, kept: Brouillon
    ) -> None:
        save_domaine(writer, evaluation, "budget", etat="sans_difficulte", brouillon="")
        save_domaine(writer, evaluation, "acces_droits", etat="sans_difficulte", brouillon=str(uuid4()))
        assert Brouillon.objects.get() == kept

    def test_nobody_else_s_is_forgotten(self, cast, writer: Client, here: str, kept: Brouillon) -> None:
        Brouillon.objects.update(agent=cast.cesf)
        assert writer.post(here, self.sent(kept)).status_code == 302
        assert Brouillon.objects.get().agent == cast.cesf

    def test_typed_over_what_was_saved_since_it_meets_both_texts(
        self, writer: Client, evaluation: Evaluation, here: str, kept: Brouillon
    ) -> None:
        save_domaine(writer, evaluation, "logement", etat="a_approfondir", dit=SAVED)
        text = shown(writer, here)
        assert BEHIND in text
        assert TYPED in text
        assert 'name="version" value="1"' in text
        answer = writer.post(here, self.sent(kept))
        assert answer.status_code == 409
        for said in (TYPED, SAVED):
            assert said in answer.content.decode()
        assert exploration_of(evaluation, "logement").dit == SAVED
        assert Brouillon.objects.exists()
        assert writer.post(here, self.sent(kept, version="2")).status_code == 302
        assert not Brouillon.objects.exists()

    def test_saving_stays_within_its_queries(self, writer: Client, here: str, kept: Brouillon) -> None:
        with CaptureQueriesContext(connection) as captured:
            assert writer.post(here, self.sent(kept)).status_code == 302
        assert sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries) <= 15


class TestForgotten:
    def test_one_comes_back_to_what_is_saved(self, writer: Client, here: str, kept: Brouillon) -> None:
        url = f"/mon-compte/brouillons/{kept.pk}/abandon/"
        assert url in shown(writer, here)
        assert writer.post(url, {"retour": "1"}).headers["Location"] == here
        assert not Brouillon.objects.exists()
        assert TYPED not in shown(writer, here)
        assert writer.post(url, {"retour": "1"}).headers["Location"] == "/mon-compte/"

    @together("chemin", ["/evaluation/x/y/", "//autre.example/", "https://autre.example/", "/deconnexion/"])
    def test_only_to_a_page_of_ours(self, writer: Client, kept: Brouillon, chemin: str) -> None:
        Brouillon.objects.update(chemin=chemin)
        answer = writer.post(f"/mon-compte/brouillons/{kept.pk}/abandon/", {"retour": "1"})
        assert answer.headers["Location"] == "/mon-compte/"

    def test_nobody_else_forgets_it(self, cast, here: str, kept: Brouillon, sign_in) -> None:
        sign_in(cast.cesf).post(f"/mon-compte/brouillons/{kept.pk}/abandon/", {"retour": "1"})
        assert Brouillon.objects.exists()


class TestNoMoreAccess:
    @pytest.mark.parametrize("how", ["removed", "deport", "role"])
    def test_the_page_answers_as_if_it_did_not_exist(
        self, cast, writer: Client, evaluation: Evaluation, here: str, kept: Brouillon, how: str
    ) -> None:
        if how == "removed":
            Rattachement.objects.filter(agent=cast.assistant_social).update(ends_at=timezone.now())
        elif how == "deport":
            Deport.objects.create(agent=cast.assistant_social, usager=evaluation.usager, lien="proche")
        else:
            Affectation.objects.filter(agent=cast.assistant_social).delete()
        answer, unknown = writer.get(here), writer.get(here.replace(str(evaluation.pk), str(uuid4())))
        assert answer.status_code == unknown.status_code == (403 if how == "role" else 404)
        assert without_csrf(answer.content) == without_csrf(unknown.content)
        assert TYPED not in answer.content.decode()

    def test_its_author_still_finds_it_without_a_word_nor_a_name(
        self, cast, writer: Client, evaluation: Evaluation, here: str, kept: Brouillon
    ) -> None:
        Rattachement.objects.filter(agent=cast.assistant_social).update(ends_at=timezone.now())
        before = Acces.objects.count()
        account, draft = shown(writer, "/mon-compte/"), shown(writer, f"/mon-compte/brouillons/{kept.pk}/")
        assert f"/mon-compte/brouillons/{kept.pk}/" in account
        assert TYPED not in draft and "ne vous est plus ouverte" in draft
        for text in (account, draft):
            assert evaluation.usager.nom_usage not in text
            assert evaluation.usager.prenoms not in text
        assert "a-l-ecran" in draft
        assert Acces.objects.count() == before


class TestContribution:
    @pytest.fixture
    def asked(self, cast, evaluation: Evaluation) -> Contribution:
        return make_contribution(evaluation, by=cast.assistant_social, of=cast.puericultrice)

    @pytest.fixture
    def health(self, cast, sign_in) -> Client:
        return sign_in(cast.puericultrice)

    @pytest.fixture
    def url(self, asked: Contribution) -> str:
        return f"/evaluation/contributions/{asked.pk}/"

    def draft(self, client: Client, asked: Contribution, url: str) -> Brouillon:
        return type_in(client, url, texte=TYPED, motif="En congé", version=str(asked.version))

    def test_the_text_and_the_reason_are_given_back(self, health: Client, asked: Contribution, url: str) -> None:
        self.draft(health, asked, url)
        text = shown(health, url)
        for typed in (TYPED, "En congé", GIVEN_BACK):
            assert typed in text

    @pytest.mark.parametrize("below", ["", "signature/", "refus/"])
    def test_sent_wherever_it_goes_it_is_forgotten(
        self, health: Client, asked: Contribution, url: str, below: str
    ) -> None:
        kept = self.draft(health, asked, url)
        sent = {"texte": TYPED, "motif": "En congé", "version": asked.version}
        assert health.post(url + below, sent | {"brouillon": str(kept.pk)}).status_code == 302
        assert not Brouillon.objects.exists()

    @pytest.mark.parametrize("below", ["", "signature/", "refus/"])
    def test_even_while_the_answer_that_marks_it_is_on_its_way(
        self, health: Client, asked: Contribution, url: str, below: str
    ) -> None:
        self.draft(health, asked, url)
        sent = {"texte": TYPED, "motif": "En congé", "version": asked.version, "brouillon": "", "brouillon_page": url}
        assert health.post(url + below, sent).status_code == 302
        assert not Brouillon.objects.exists()

    @together("page", ["", "/evaluation/", "x" * 5000, "a\x00b"])
    def test_another_page_forgets_nothing(self, health: Client, asked: Contribution, url: str, page: str) -> None:
        kept = self.draft(health, asked, url)
        sent = {"texte": TYPED, "version": asked.version, "brouillon": "", "brouillon_page": page}
        assert health.post(url + "signature/", sent).status_code < 500
        assert Brouillon.objects.filter(pk=kept.pk).exists()

    def test_declining_what_was_withdrawn_gives_the_text_back(
        self, health: Client, asked: Contribution, url: str
    ) -> None:
        sent = {"texte": TYPED, "motif": "", "version": asked.version}
        assert health.post(url + "refus/", sent).status_code == 200, "the control: awaited, the page shows it"
        asked.withdraw(by=asked.asked_by, motif="")
        Rattachement.objects.grant("evaluation", asked.evaluation.usager_id, asked.evaluation, agent=asked.agent)
        refused = health.post(url + "refus/", sent)
        assert refused.status_code == 409
        assert TYPED in refused.content.decode()

    def test_the_evaluator_reads_nothing_of_it(
        self, health: Client, writer: Client, evaluation: Evaluation, asked: Contribution, url: str
    ) -> None:
        self.draft(health, asked, url)
        assert TYPED not in shown(writer, page_of(evaluation))


class TestWhatAColleagueWrote:
    """The draft of a domaine holds the whole form: shown again only while its page opens."""

    @pytest.fixture
    def draft(self, cast: Any, sign_in: Any, writer: Client, evaluation: Evaluation, here: str) -> tuple[Client, str]:
        save_domaine(writer, evaluation, "logement", etat="a_approfondir", dit=SAVED)
        Rattachement.objects.grant("contribution", evaluation.usager_id, evaluation, agent=cast.cesf)
        client = sign_in(cast.cesf)
        kept = type_in(client, here, version="2", dit=SAVED, etat="a_approfondir")
        return client, f"/mon-compte/brouillons/{kept.pk}/"

    def test_is_shown_with_the_row_of_its_page(self, draft: tuple[Client, str], evaluation: Evaluation) -> None:
        client, page = draft
        assert SAVED in shown(client, page)
        row = Acces.objects.filter(page="evaluation:domaine").latest("at")
        assert (row.action, row.usager_ids) == ("lecture", [evaluation.usager_id])

    def test_is_shown_no_more_after_a_deport(
        self, cast: Any, draft: tuple[Client, str], evaluation: Evaluation
    ) -> None:
        client, page = draft
        Deport.objects.create(agent=cast.cesf, usager=evaluation.usager, lien="proche")
        rows = Acces.objects.count()
        text = shown(client, page)
        assert SAVED not in text
        assert "ne vous est plus ouverte" in text and "Envoyer de nouveau" not in text
        assert Acces.objects.count() == rows
        assert client.post(f"{page}abandon/").status_code == 302
        assert not Brouillon.objects.exists()

    def test_nor_once_the_evaluation_is_left(self, draft: tuple[Client, str], evaluation: Evaluation) -> None:
        client, page = draft
        Rattachement.objects.end(evaluation)
        assert SAVED not in shown(client, page)
