"""The levels that an evaluation leaves behind, and the later one that starts from them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accueil.fusion import merge, unmerge
from accueil.models import Deport, Usager
from evaluation.models import Evaluation, Exploration, Fragilite, FragiliteReperee, NiveauReleve
from parcours.demonstration.builders import explore_all, make_evaluation
from parcours.demonstration.clock import at
from pole_social.models import Acces
from tests.bulk import copies
from tests.evaluation.conftest import HOSTILE, exploration_of, page_of, person, save_domaine
from tests.evaluation.test_evaluation import on_paper, text_of
from tests.queries import CONTROL, count_queries
from tests.together import together

ALONE = {"is_seul_a_seul": "on"}
HEADING = "Depuis la dernière fois"
Rows = list[tuple[str, str]]


def levels(usager: Usager, **filters: Any) -> Rows:
    """Fragilité and word, in the order in which they were said."""
    rows = NiveauReleve.objects.of(usager.pk).filter(**filters).select_related("fragilite")
    return [(row.fragilite.code, row.niveau) for row in rows.order_by("releve_on", "fragilite__code")]


def today(usager: Usager) -> Rows:
    return levels(usager, releve_on=timezone.localdate())


def evaluate(cast: Any, usager: Usager, *fragilites: str, niveau: str = "majeure", days: int = 400) -> Evaluation:
    """An evaluation validated so many days ago, by the real acts."""
    with at(timezone.now() - timedelta(days=days)):
        made = make_evaluation(usager, sent_by=cast.gos, by=cast.assistant_social)
        explore_all(made, by=cast.assistant_social, fragilites=fragilites, niveau=niveau)
        made.submit(by=cast.assistant_social)
        made.validate(by=cast.responsable_evaluation)
    return made


@pytest.fixture
def earlier(cast, aminata) -> Evaluation:
    return evaluate(cast, aminata, "impaye_loyer", "expulsion", "isolement")


@pytest.fixture
def now(cast, aminata, earlier) -> Evaluation:
    """The person's second evaluation, nothing explored yet."""
    return make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)


def finish(cast: Any, evaluation: Evaluation) -> None:
    evaluation.submit(by=cast.assistant_social)
    evaluation.validate(by=cast.responsable_evaluation)


class TestRecording:
    def test_validation_writes_one_row_per_fragilite(self, cast, explored):
        assert not NiveauReleve.objects.exists()
        explored.submit(by=cast.assistant_social)
        assert not NiveauReleve.objects.exists()
        explored.validate(by=cast.responsable_evaluation)
        row = NiveauReleve.objects.get()
        assert (row.usager, row.fragilite.code, row.niveau) == (explored.usager, "impaye_loyer", "majeure")
        assert (row.releve_on, row.recorded_by) == (timezone.localdate(), cast.responsable_evaluation)
        assert (row.source_type, row.source_id) == ("evaluation.evaluation", explored.pk)

    def test_so_does_ending_without_accompagnement(self, writer, explored):
        writer.post(page_of(explored, "sans-accompagnement"), {"motif": "Ne souhaite pas de suivi."})
        assert levels(explored.usager) == [("impaye_loyer", "majeure")]

    def test_sending_back_writes_nothing(self, cast, submitted):
        submitted.send_back(by=cast.responsable_evaluation, motif="Préciser")
        assert levels(submitted.usager) == []

    def test_a_withdrawn_fragilite_is_not_said(self, cast, submitted):
        FragiliteReperee.objects.filter(exploration__evaluation=submitted).update(removed_at=timezone.now())
        submitted.validate(by=cast.responsable_evaluation)
        assert levels(submitted.usager) == []

    @together(
        ("etat", "is_over"),
        [
            ("sans_difficulte", True),
            ("fragilites", True),
            ("pas_encore_aborde", False),
            ("a_approfondir", False),
            ("non_souhaite", False),
            ("non_aborde", False),
        ],
    )
    def test_over_only_where_it_was_spoken_of(self, cast, aminata, now, etat, is_over):
        explore_all(now, by=cast.assistant_social, fragilites=["isolement"], niveau="vigilance")
        explored = now.explorations.filter(domaine__code="logement")
        explored.update(etat=etat, empechement="fatigue", resume_on=timezone.localdate())
        finish(cast, now)
        over = [("expulsion", "levee"), ("impaye_loyer", "levee")] if is_over else []
        assert today(aminata) == sorted([("isolement", "vigilance"), *over])

    def test_what_is_over_is_said_once(self, cast, aminata, now):
        explore_all(now, by=cast.assistant_social, fragilites=[])
        finish(cast, now)
        assert len(today(aminata)) == 3
        with at(timezone.now() + timedelta(days=30)):
            third = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social, explored=True)
            finish(cast, third)
            assert today(aminata) == [("impaye_loyer", "fragilite")]

    def test_another_person_s_are_left_alone(self, cast, now):
        other = person()
        evaluate(cast, other, "impaye_loyer")
        explore_all(now, by=cast.assistant_social, fragilites=[])
        finish(cast, now)
        assert levels(other) == [("impaye_loyer", "majeure")]

    def test_queries_do_not_grow(self, cast, evaluation):
        codes = list(Fragilite.objects.values_list("code", flat=True))
        explore_all(evaluation, by=cast.assistant_social, fragilites=codes)
        with CaptureQueriesContext(connection) as captured:
            NiveauReleve.objects.record(evaluation, by=cast.responsable_evaluation)
        assert len(captured.captured_queries) <= 4
        assert NiveauReleve.objects.count() == 75


class TestTakenUpAgain:
    def again(self, cast: Any, evaluation: Evaluation) -> None:
        evaluation.reopen(by=cast.assistant_social, motif="Relais retourné")

    def test_the_same_day_its_last_word_stays(self, cast, validated):
        self.again(cast, validated)
        FragiliteReperee.objects.filter(exploration__evaluation=validated).update(niveau="vigilance")
        finish(cast, validated)
        assert levels(validated.usager) == [("impaye_loyer", "vigilance")]

    def test_the_same_word_twice_is_one_row(self, cast, validated):
        self.again(cast, validated)
        finish(cast, validated)
        assert NiveauReleve.objects.count() == 1

    def test_what_is_withdrawn_is_over(self, cast, validated):
        self.again(cast, validated)
        FragiliteReperee.objects.filter(exploration__evaluation=validated).update(removed_at=timezone.now())
        finish(cast, validated)
        assert levels(validated.usager) == [("impaye_loyer", "levee")]

    def test_another_day_is_another_row(self, cast, validated):
        with at(timezone.now() + timedelta(days=3)):
            self.again(cast, validated)
            FragiliteReperee.objects.filter(exploration__evaluation=validated).update(niveau="danger")
            finish(cast, validated)
        assert levels(validated.usager) == [("impaye_loyer", "majeure"), ("impaye_loyer", "danger")]

    def test_and_its_own_words_are_not_the_last_time(self, cast, writer, validated):
        self.again(cast, validated)
        assert HEADING not in text_of(writer, validated)


class TestNoting:
    """What a bilan writes down, from the floor above."""

    def note(self, cast: Any, evaluation: Evaluation, niveau: str, **given: Any) -> None:
        rent = Fragilite.objects.get(code="impaye_loyer")
        given.setdefault("source", evaluation)
        NiveauReleve.objects.note(evaluation.usager_id, rent, niveau, by=cast.assistant_social_2, **given)

    def test_a_day_a_source_a_word(self, cast, evaluation):
        self.note(cast, evaluation, "vigilance")
        self.note(cast, evaluation, "levee")
        self.note(cast, evaluation, "danger", on=timezone.localdate() - timedelta(days=9))
        assert levels(evaluation.usager) == [("impaye_loyer", "danger"), ("impaye_loyer", "levee")]

    def test_two_sources_of_one_day_are_two_rows(self, cast, evaluation, relais):
        self.note(cast, evaluation, "vigilance")
        self.note(cast, evaluation, "danger", source=relais)
        assert NiveauReleve.objects.count() == 2

    @together("niveau", ["", "rouge", "\x00", "x" * 100_000, "5", "Danger"])
    def test_another_word_is_refused(self, cast, evaluation, niveau):
        with pytest.raises(ValueError, match="valid"):
            self.note(cast, evaluation, niveau)
        assert not NiveauReleve.objects.exists()

    def test_the_last_known_is_the_last_by_date(self, cast, evaluation, relais):
        """Noted late, an older word does not take the place of a newer one."""
        self.note(cast, evaluation, "vigilance")
        self.note(cast, evaluation, "danger", on=timezone.localdate() - timedelta(days=9), source=relais)
        assert [row.niveau for row in NiveauReleve.objects.of(evaluation.usager_id).last_known()] == ["vigilance"]


class TestStartingPoint:
    def domaine(self, client: Any, evaluation: Evaluation, code: str = "logement") -> str:
        return client.get(page_of(evaluation, "domaines", code)).content.decode()

    def chosen(self, text: str) -> list[str]:
        inputs = [part.split(">")[0] for part in text.split("<input")[1:]]
        return [part.split('value="')[1].split('"')[0] for part in inputs if " checked" in part and 'value="' in part]

    def test_the_last_level_is_said_and_chosen_beforehand(self, writer, now):
        text = self.domaine(writer, now)
        assert f"La dernière fois ({now.opened_on.year - 1}" not in text
        assert "fragilité majeure</p>" in text
        assert "point de départ" in text
        assert self.chosen(text).count("majeure") == 2

    def test_the_state_is_never_chosen_beforehand(self, writer, now):
        assert not set(self.chosen(self.domaine(writer, now))) & set(Exploration.Etat.values) - {"pas_encore_aborde"}

    def test_reading_records_nothing(self, writer, now):
        self.domaine(writer, now)
        assert exploration_of(now, "logement").etat == "pas_encore_aborde"
        assert not FragiliteReperee.objects.filter(exploration__evaluation=now).exists()

    def test_a_first_evaluation_starts_from_nothing(self, writer, evaluation):
        text = self.domaine(writer, evaluation)
        assert "La dernière fois" not in text
        assert "majeure" not in self.chosen(text)

    def test_once_something_is_noted_that_is_what_is_shown(self, writer, now):
        save_domaine(writer, now, "logement", etat="fragilites", niveau_impaye_loyer="vigilance")
        text = self.domaine(writer, now)
        assert text.count("La dernière fois (") == 2
        assert "point de départ" not in text
        assert "majeure" not in self.chosen(text)

    def test_what_was_over_is_said_and_not_chosen(self, cast, writer, aminata, earlier):
        evaluate(cast, aminata, days=30)
        text = self.domaine(writer, make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social))
        assert text.count(" : levée</p>") == 2
        assert "majeure" not in self.chosen(text)
        assert "point de départ" not in text

    def test_confirmed_as_it_was(self, writer, now):
        typed = {"niveau_impaye_loyer": "majeure", "niveau_expulsion": "majeure"}
        assert save_domaine(writer, now, "logement", etat="fragilites", **typed).status_code == 302
        live = FragiliteReperee.objects.filter(exploration__evaluation=now, removed_at=None)
        assert live.count() == 2

    @together("etat", ["a_approfondir", "non_souhaite", "pas_encore_aborde", "non_aborde"])
    def test_untouched_it_counts_for_nothing_where_nothing_is_concluded(self, cast, writer, aminata, now, etat):
        typed = {"niveau_impaye_loyer": "majeure", "niveau_expulsion": "majeure"}
        if etat == "non_aborde":
            typed |= {"empechement": "fatigue", "resume_on": "12/12/2090"}
        assert save_domaine(writer, now, "logement", etat=etat, **typed).status_code == 302
        assert not FragiliteReperee.objects.filter(exploration__evaluation=now).exists()
        finish(cast, now)
        assert today(aminata) == []

    @together("typed", HOSTILE)
    def test_hostile_levels_record_nothing(self, writer, now, typed):
        for etat in ("fragilites", "non_souhaite", typed):
            content = {"etat": etat, "niveau_impaye_loyer": typed, "niveau_expulsion": "majeure"}
            assert save_domaine(writer, now, "logement", **content).status_code == 200
        assert not FragiliteReperee.objects.filter(exploration__evaluation=now).exists()

    def test_touched_it_has_to_be_said(self, writer, now):
        typed = {"niveau_impaye_loyer": "danger", "niveau_expulsion": "majeure"}
        response = save_domaine(writer, now, "logement", etat="non_souhaite", **typed)
        assert "Des fragilités sont notées plus bas" in response.content.decode()

    def test_no_difficulty_asks_that_it_be_over(self, cast, writer, aminata, now):
        """Nobody lifts a fragilité by not looking down the page."""
        typed = {"niveau_impaye_loyer": "majeure", "niveau_expulsion": "majeure"}
        refused = save_domaine(writer, now, "logement", etat="sans_difficulte", **typed)
        assert "« Les fragilités de la dernière fois ne sont plus là ».</" in refused.content.decode()
        assert exploration_of(now, "logement").etat == "pas_encore_aborde"
        response = save_domaine(writer, now, "logement", etat="sans_difficulte", is_retrait="on", **typed)
        assert response.status_code == 302
        finish(cast, now)
        assert today(aminata) == [("expulsion", "levee"), ("impaye_loyer", "levee")]

    def test_it_calls_no_protocol_until_it_is_said(self, cast, writer, aminata):
        evaluate(cast, aminata, "violences_conjugales", niveau="danger")
        now = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)
        assert "Danger : le protocole" not in self.domaine(writer, now, "violences")
        assert "Danger : le protocole" not in text_of(writer, now)
        typed = {"niveau_violences_conjugales": "danger", **ALONE}
        response = save_domaine(writer, now, "violences", etat="fragilites", **typed)
        assert response.url.endswith("#protocole")
        for text in (self.domaine(writer, now, "violences"), text_of(writer, now)):
            assert "Danger : le protocole" in text
            assert "Aucun contact sûr n’est noté." in text
        assert "Danger : le protocole" not in self.domaine(writer, now, "logement")

    def test_a_deport_wins(self, cast, writer, now):
        Deport.objects.create(agent=cast.assistant_social, usager=now.usager, lien="proche")
        assert writer.get(page_of(now, "domaines", "logement")).status_code == 404

    def test_queries(self, writer, now):
        assert count_queries(writer, page_of(now, "domaines", "logement")) <= 10
        typed = {"etat": "fragilites", "niveau_impaye_loyer": "danger", "suivant": "1", "version": "1"}
        with CaptureQueriesContext(connection) as captured:
            assert save_domaine(writer, now, "logement", **typed).status_code == 302
        assert sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries) <= 15


class TestSideBySide:
    def test_no_section_without_an_earlier_one(self, writer, explored):
        assert HEADING not in text_of(writer, explored)

    def section(self, client: Any, evaluation: Evaluation) -> str:
        text = text_of(client, evaluation)
        assert HEADING in text
        return text.split('<table class="tableau evolution">')[1].split("</table>")[0]

    def test_the_last_time_then_now(self, cast, writer, now):
        """Less, still there, over, new: each in a word."""
        save_domaine(writer, now, "logement", etat="fragilites", niveau_impaye_loyer="vigilance")
        save_domaine(writer, now, "budget", etat="fragilites", niveau_gestion_budget="fragilite")
        section = self.section(writer, now)
        for said in ("moins marquée", "levée", "nouvelle", "non relevée", "pas encore abordé"):
            assert said in section
        assert section.count("fragilité majeure") == 3
        assert section.count("<path") == section.count('scope="row"') == 4

    def test_as_many_words_as_were_said(self, cast, writer, aminata, earlier):
        evaluate(cast, aminata, "impaye_loyer", niveau="danger", days=200)
        evaluate(cast, aminata, "impaye_loyer", niveau="fragilite", days=100)
        now = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)
        section = self.section(writer, now)
        assert section.index("fragilité<br>") < section.index("avant : danger (") < section.index("fragilité majeure (")
        assert "Procédure d’expulsion" not in section  # over, and not back

    def test_an_old_evaluation_is_read_as_it_was(self, cast, writer, aminata, earlier):
        evaluate(cast, aminata, "impaye_loyer", niveau="danger", days=100)
        assert HEADING not in text_of(writer, earlier)

    def test_no_number_is_made_of_it(self, writer, now):
        assert not {"score", "moyenne", "total", "%"} & set(self.section(writer, now).split())

    def test_violence_and_children_stay_off_paper(self, cast, writer, aminata):
        codes = ("violences_conjugales", "enfant_en_risque", "impaye_loyer")
        evaluate(cast, aminata, *codes, niveau="danger")
        now = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)
        screen = text_of(writer, now)
        paper = on_paper(screen)
        for secret in ("Violences au sein du couple", "Enfant en danger ou en risque de danger"):
            assert secret in screen
            assert secret not in paper
        assert "Impayé de loyer" in paper.split(HEADING)[1]

    def test_alone_they_leave_no_heading(self, cast, writer, aminata):
        evaluate(cast, aminata, "violences_conjugales", niveau="danger")
        now = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)
        screen = text_of(writer, now)
        assert HEADING in screen
        assert HEADING not in on_paper(screen)

    def test_one_query_more_and_it_fits(self, cast, writer, aminata, earlier):
        codes = list(Fragilite.objects.values_list("code", flat=True))
        now = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)
        explore_all(now, by=cast.assistant_social, niveau="vigilance")
        few = count_queries(writer, page_of(now))
        row = NiveauReleve.objects.all()[0]
        others = Fragilite.objects.exclude(code__in=["impaye_loyer", "expulsion", "isolement"])
        copies(row, 72, fragilite_id=list(others.values_list("pk", flat=True)))
        FragiliteReperee.objects.filter(exploration__evaluation=now).delete()
        explore_all(now, by=cast.assistant_social, fragilites=codes, niveau="vigilance")
        assert count_queries(writer, page_of(now)) == few <= 20
        assert self.section(writer, now).count("moins marquée") == 75
        assert len(writer.get(page_of(now)).content) < 80_000


class TestWhoReads:
    def seen(self, agent: Any) -> int:
        return NiveauReleve.objects.visible_to(agent).count()

    @together(
        ("username", "sees"),
        [
            ("assistant_social", True),
            ("assistant_social_2", False),
            ("gos", False),
            ("cesf", False),
            ("puericultrice", False),
            ("psychologue", False),
            ("medecin", False),
            ("responsable_evaluation", False),
            ("responsable_sst", False),
            ("assistant_social_chatenay", False),
            ("dpo", False),
            ("admin", False),
        ],
    )
    def test_each_role(self, cast, now, username, sees):
        assert bool(self.seen(getattr(cast, username))) is sees

    @together(("username", "sees"), [("assistant_social_2", True), ("cesf", True), ("puericultrice", False)])
    def test_the_team_of_a_parcours_by_famille(self, cast, now, username, sees):
        agent = getattr(cast, username)
        now.usager.rattachements.create(
            nature="intervenant", agent=agent, source_type="parcours.parcours", source_id=uuid4()
        )
        assert bool(self.seen(agent)) is sees

    def test_a_health_contributor_reads_none(self, cast, now):
        for agent in (cast.puericultrice, cast.cesf):
            now.usager.rattachements.create(
                nature="contribution", agent=agent, source_type="evaluation.evaluation", source_id=now.pk
            )
        assert not self.seen(cast.puericultrice)
        assert self.seen(cast.cesf)

    def test_the_responsable_reads_this_evaluation_and_not_the_time_before(self, cast, writer, leader, now):
        explore_all(now, by=cast.assistant_social, fragilites=["impaye_loyer"], niveau="vigilance")
        now.submit(by=cast.assistant_social)
        read = text_of(leader, now)
        assert "Impayé de loyer ou de charges : vigilance" in read
        for before in (HEADING, "fragilité majeure", "moins marquée"):
            assert before not in read
            assert before in text_of(writer, now)

    def test_a_deport_wins(self, cast, now):
        assert self.seen(cast.assistant_social)
        Deport.objects.create(agent=cast.assistant_social, usager=now.usager, lien="proche")
        assert not self.seen(cast.assistant_social)

    def test_the_journal_names_the_person_once(self, writer, now):
        text_of(writer, now)
        assert Acces.objects.get(page="evaluation:evaluation").usager_ids == [now.usager_id]


def test_a_merge_brings_the_levels_together(cast, writer, aminata, earlier):
    double = person(nom_usage="Traore", prenoms="Aminata")
    evaluate(cast, double, "surendettement", niveau="danger", days=90)
    merge(aminata, double, by=cast.responsable_accueil)
    assert ("surendettement", "danger") in levels(aminata)
    assert levels(double) == []


def test_what_an_evaluation_said_since_the_merge_leaves_with_it(cast, aminata, earlier):
    """Two people after all: neither reads the other's."""
    double = person(nom_usage="Traore", prenoms="Aminata")
    open_one = make_evaluation(double, sent_by=cast.gos, by=cast.assistant_social)
    fusion = merge(aminata, double, by=cast.responsable_accueil)
    again = Evaluation.objects.get(pk=open_one.pk)
    explore_all(again, by=cast.assistant_social, fragilites=["surendettement"], niveau="danger")
    finish(cast, again)
    assert ("surendettement", "danger") in levels(aminata)
    unmerge(fusion, by=cast.responsable_accueil)
    assert ("surendettement", "danger") not in levels(aminata)
    assert ("surendettement", "danger") in levels(double)
    assert ("impaye_loyer", "majeure") in levels(aminata)
