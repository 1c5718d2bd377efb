"""The proof of completeness, the decision, and ending without accompagnement."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accueil.models import Deport, Rattachement
from evaluation.models import Evaluation, Exploration
from pole_social.models import Acces, Affectation, Metier
from tests.evaluation.conftest import HOSTILE, all_domaines, page_of, save_domaine
from tests.queries import count_queries
from tests.together import together

Statut = Evaluation.Statut


def state_of(evaluation: Evaluation) -> str:
    return Evaluation.objects.get(pk=evaluation.pk).statut


def submit(client, evaluation):
    return client.post(page_of(evaluation, "validation"))


class TestCompleteness:
    @pytest.mark.parametrize("code", ["acces_droits", "logement", "violences", "lien_social"])
    def test_one_missing_domaine_is_enough_to_refuse(self, writer, explored, code):
        missing = explored.explorations.select_related("domaine").get(domaine__code=code)
        Exploration.objects.filter(pk=missing.pk).update(etat="pas_encore_aborde")
        response = submit(writer, explored)
        assert response.status_code == 409
        assert f"<li>{missing.domaine.libelle}</li>".replace("'", "&#x27;") in response.content.decode()
        assert state_of(explored) == Statut.EN_COURS
        assert explored.etapes.count() == 1

    @pytest.mark.parametrize("etat", [etat for etat in Exploration.Etat if etat != "pas_encore_aborde"])
    def test_every_other_state_is_a_proof(self, writer, explored, etat):
        reason = {"empechement": "fatigue", "resume_on": "2030-01-01"} if etat == "non_aborde" else {}
        explored.explorations.filter(domaine__code="mobilite").update(etat=etat, **reason)
        assert submit(writer, explored).status_code == 302
        assert state_of(explored) == Statut.A_VALIDER

    def test_nothing_explored_names_all_fourteen(self, writer, evaluation):
        text = submit(writer, evaluation).content.decode()
        assert text.split('id="refus"')[1].split("</ul>")[0].count("<li>") == 14

    @pytest.mark.parametrize(
        "typed",
        [{"force": "1"}, {"statut": "a_valider"}, {"etat": "sans_difficulte"}, {"decision": "valider"}],
    )
    def test_no_field_gets_round_it(self, writer, evaluation, typed):
        assert writer.post(page_of(evaluation, "validation"), typed).status_code == 409
        assert state_of(evaluation) == Statut.EN_COURS

    def test_no_other_act_gets_round_it(self, writer, leader, evaluation):
        """Every act of the evaluation, tried on one that nobody has explored."""
        decided = leader.post(page_of(evaluation, "decision"), {"decision": "valider"})
        sent = writer.post(page_of(evaluation, "relais"), {"dit": "Un texte", "vers_unite": "issy-accompagnement"})
        assert (decided.status_code, sent.status_code) == (409, 409)
        assert state_of(evaluation) == Statut.EN_COURS
        assert not evaluation.relais_envoyes.exists()

    def test_a_withdrawn_proof_is_missing_again(self, writer, leader, submitted):
        leader.post(page_of(submitted, "decision"), {"decision": "renvoyer", "motif": "À revoir"})
        save_domaine(writer, submitted, "budget", etat="pas_encore_aborde")
        assert submit(writer, submitted).status_code == 409

    def test_whoever_no_longer_reads_it_does_not_submit_it(self, writer, cast, evaluation):
        """A former evaluator who became responsable sees no content: nothing missing to their eyes is no proof."""
        agent = cast.assistant_social
        agent.metier = Metier.objects.get(code="responsable_unite")
        agent.save()
        Affectation.objects.filter(agent=agent).update(responsable=True)
        assert submit(writer, evaluation).status_code == 403
        agent.metier = Metier.objects.get(code="cesf")
        agent.save()
        assert submit(writer, evaluation).status_code == 409

    def test_each_domaine_is_named_once_in_the_referential(self, db):
        assert len(set(all_domaines())) == 14


class TestSubmitting:
    def test_gives_the_responsable_the_reading(self, writer, cast, explored):
        assert submit(writer, explored).url == page_of(explored)
        granted = Rattachement.objects.live().filter(nature="validation", source_id=explored.pk)
        assert [row.agent for row in granted] == [cast.responsable_evaluation]
        assert explored.etapes.count() == 2

    def test_twice_is_once(self, writer, submitted):
        assert submit(writer, submitted).url == page_of(submitted)
        assert submitted.etapes.count() == 2

    def test_a_validated_one_is_not_submitted(self, writer, validated):
        assert submit(writer, validated).status_code == 409

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
    def test_each_role(self, cast, sign_in, explored, username, status):
        assert submit(sign_in(getattr(cast, username)), explored).status_code == status

    def test_it_is_a_post(self, writer, explored):
        assert writer.get(page_of(explored, "validation")).status_code == 405


class TestDeciding:
    def test_validating(self, leader, cast, submitted):
        response = leader.post(page_of(submitted, "decision"), {"decision": "valider"})
        assert response.url == page_of(submitted)
        assert state_of(submitted) == Statut.VALIDEE
        assert submitted.etapes.last().by == cast.responsable_evaluation
        assert not Rattachement.objects.live().filter(nature="validation").exists()

    def test_sending_back_says_why(self, leader, submitted):
        refused = leader.post(page_of(submitted, "decision"), {"decision": "renvoyer", "motif": "  "})
        assert refused.status_code == 200
        assert "Dites ce qu’il faut reprendre." in refused.content.decode()
        assert state_of(submitted) == Statut.A_VALIDER
        leader.post(page_of(submitted, "decision"), {"decision": "renvoyer", "motif": "Préciser le budget"})
        assert state_of(submitted) == Statut.A_REPRENDRE
        assert submitted.etapes.last().motif == "Préciser le budget"

    @pytest.mark.parametrize("decision", ["", "peut-être", "\x00"])
    def test_another_decision_is_refused(self, leader, submitted, decision):
        response = leader.post(page_of(submitted, "decision"), {"decision": decision, "motif": "Un texte gardé"})
        assert response.status_code == 200
        assert "Choisissez de valider ou de renvoyer." in response.content.decode()
        assert "Un texte gardé" in response.content.decode()

    @together("typed", HOSTILE)
    def test_hostile_reasons(self, leader, submitted, typed):
        content = {"decision": "renvoyer", "motif": f"Début {typed}"}
        assert leader.post(page_of(submitted, "decision"), content).status_code in (200, 302)

    def test_twice_is_once(self, leader, submitted):
        for _ in range(2):
            assert leader.post(page_of(submitted, "decision"), {"decision": "valider"}).status_code == 302
        assert submitted.etapes.count() == 3

    def test_a_validated_one_is_not_sent_back_by_hand(self, leader, validated):
        """Only its relais coming back opens it again."""
        content = {"decision": "renvoyer", "motif": "Finalement non"}
        assert leader.post(page_of(validated, "decision"), content).status_code == 409
        assert state_of(validated) == Statut.VALIDEE

    @together(
        ("username", "status"),
        [
            ("gos", 403),
            ("assistant_social", 403),
            ("assistant_social_2", 403),
            ("puericultrice", 403),
            ("responsable_accueil", 404),
            ("responsable_accompagnement", 404),
            ("responsable_chatenay", 404),
            ("responsable_sst", 302),
            ("responsable_evaluation", 302),
        ],
    )
    def test_each_role(self, cast, sign_in, submitted, username, status):
        client = sign_in(getattr(cast, username))
        assert client.post(page_of(submitted, "decision"), {"decision": "valider"}).status_code == status

    def test_a_deport_wins(self, leader, cast, submitted):
        Deport.objects.create(agent=cast.responsable_evaluation, usager=submitted.usager, lien="proche")
        assert leader.post(page_of(submitted, "decision"), {"decision": "valider"}).status_code == 404

    def test_it_is_a_post(self, leader, submitted):
        assert leader.get(page_of(submitted, "decision")).status_code == 405


class TestWithoutAccompagnement:
    def test_needs_a_reason_and_ends_the_reading(self, writer, evaluation):
        refused = writer.post(page_of(evaluation, "sans-accompagnement"), {"motif": ""})
        assert "Dites pourquoi l’évaluation s’arrête ici." in refused.content.decode()
        response = writer.post(page_of(evaluation, "sans-accompagnement"), {"motif": "Ne souhaite pas de suivi."})
        assert response.url == "/evaluation/"
        assert state_of(evaluation) == Statut.SANS_ACCOMPAGNEMENT
        assert evaluation.etapes.last().motif == "Ne souhaite pas de suivi."
        assert writer.get(page_of(evaluation)).status_code == 404

    @pytest.mark.parametrize("fixture", ["submitted", "validated"])
    def test_not_once_it_has_been_sent(self, request, writer, fixture):
        found = request.getfixturevalue(fixture)
        response = writer.post(page_of(found, "sans-accompagnement"), {"motif": "Trop tard"})
        assert response.status_code == 409
        assert "Trop tard" in response.content.decode()

    @together(
        ("username", "status"),
        [("gos", 403), ("responsable_evaluation", 403), ("assistant_social_2", 404), ("assistant_social", 302)],
    )
    def test_each_role(self, cast, sign_in, evaluation, username, status):
        response = sign_in(getattr(cast, username)).post(
            page_of(evaluation, "sans-accompagnement"), {"motif": "Une raison"}
        )
        assert response.status_code == status

    def test_its_page_says_what_ends_and_who_reads_why(self, writer, evaluation):
        assert page_of(evaluation, "sans-accompagnement") in writer.get(page_of(evaluation)).content.decode()
        text = writer.get(page_of(evaluation, "sans-accompagnement")).content.decode()
        assert "Lu par : ceux qui travaillent sur l’évaluation." in text
        assert "à corriger" not in text
        assert Acces.objects.filter(page="evaluation:sans_accompagnement").latest("at").action == "lecture"
        assert count_queries(writer, page_of(evaluation, "sans-accompagnement")) <= 10

    def test_a_second_click_finds_it_closed(self, writer, evaluation):
        """They read it no more: the first answer again, not a page that does not exist."""
        typed = {"motif": "Ne souhaite pas de suivi.", "cle": str(uuid4())}
        answers = [writer.post(page_of(evaluation, "sans-accompagnement"), typed) for _ in range(2)]
        assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/evaluation/")] * 2
        assert evaluation.etapes.filter(vers="sans_accompagnement").count() == 1
        other = writer.post(page_of(evaluation, "sans-accompagnement"), typed | {"motif": "Une autre raison"})
        assert other.status_code == 404

    @together("motif", ["", "   ", "a\x00b", "\u202erenversé", "x" * 100_000])
    def test_a_bad_reason_ends_nothing(self, writer, evaluation, motif):
        response = writer.post(page_of(evaluation, "sans-accompagnement"), {"motif": motif})
        assert response.status_code == 200
        assert "L’évaluation n’est pas close" in response.content.decode()
        assert state_of(evaluation) == Statut.EN_COURS

    @pytest.mark.parametrize("fixture", ["submitted", "validated"])
    def test_its_page_leads_back_once_it_has_been_sent(self, request, writer, fixture):
        found = request.getfixturevalue(fixture)
        assert writer.get(page_of(found, "sans-accompagnement")).url == page_of(found)

    def test_other_methods(self, writer, evaluation):
        assert writer.put(page_of(evaluation, "sans-accompagnement")).status_code == 405


class TestWhoDecides:
    def holders(self, evaluation: Evaluation) -> set[str]:
        live = Rattachement.objects.live().from_source(evaluation).filter(nature=Rattachement.Nature.VALIDATION)
        return {rattachement.agent.username for rattachement in live if rattachement.agent}

    def test_the_unite_s_responsable(self, submitted):
        assert self.holders(submitted) == {"responsable-evaluation"}

    def test_the_direction_of_the_territoire_where_the_unite_has_none(self, cast, explored):
        Affectation.objects.filter(agent=cast.responsable_evaluation).update(responsable=False)
        explored.submit(by=cast.assistant_social)
        assert self.holders(explored) == {"responsable-sst"}
        assert Exploration.objects.visible_to(cast.responsable_sst).count() == 14
