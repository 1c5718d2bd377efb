"""The evaluation's page: what it shows, to whom, and what it keeps off paper."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from accueil.models import Deport
from evaluation.models import Fragilite, FragiliteReperee, PointAppui, Proposition
from parcours.demonstration.builders import explore_all, make_relais
from parcours.opening import open_from as open_parcours
from pole_social.models import Acces
from tests.evaluation.conftest import exploration_of, page_of, without_csrf
from tests.queries import count_queries
from tests.together import together

NOT_SHOWN = "Le contenu n’est pas affiché."


def text_of(client, evaluation) -> str:
    response = client.get(page_of(evaluation))
    assert response.status_code == 200
    return response.content.decode()


def on_paper(text: str) -> str:
    """What is left of a page once every element marked « a-l-ecran » is taken out."""
    kept, depth, hidden = [], 0, None
    for part in re.split(r"(<[^>]+>)", text):
        tag = re.match(r"<(/?)(\w+)", part)
        if tag and tag[2] not in ("input", "br", "meta", "link", "path", "img", "circle"):
            depth += -1 if tag[1] else 1
            if hidden is None and not tag[1] and "a-l-ecran" in part:
                hidden = depth
            if hidden is not None and depth < hidden:
                hidden = None
                continue
        if hidden is None:
            kept.append(part)
    return "".join(kept)


class TestShows:
    def test_state_and_what_was_said(self, writer, evaluation):
        text = text_of(writer, evaluation)
        for said in (
            "Évaluation : Aminata Traoré",
            "0 domaine abordé sur 14",
            "Karim Haddad",
            "prochaine date",
            "commandement de payer",
            "Nadia Martin",
            "Impayé de loyer",
            "locataire du parc social",
        ):
            assert said in text

    def test_fourteen_domaines_and_their_wheel(self, writer, explored):
        text = text_of(writer, explored)
        assert text.split('<figure class="roue">')[1].split("</figure>")[0].count("<path") == 14
        assert text.count('<span class="ligne-repere">') == 14
        assert "14 domaines abordés sur 14" in text
        assert "Impayé de loyer ou de charges : fragilité majeure" in text
        assert text.count("aucune difficulté</span>") == 13

    def test_her_words_and_her_priority(self, writer, explored):
        rows = FragiliteReperee.objects.filter(exploration__evaluation=explored)
        rows.update(paroles="je dors mal", is_priorite=True, depuis="depuis mars")
        text = text_of(writer, explored)
        for said in ("« je dors mal »", "sa priorité", "(depuis mars)"):
            assert said in text

    def test_blind_spots_with_their_reason_and_date(self, writer, explored):
        explored.explorations.filter(domaine__code="sante").update(etat="non_souhaite")
        explored.explorations.filter(domaine__code="langue").update(
            etat="non_aborde", empechement="interprete_absent", resume_on="2030-03-04"
        )
        text = text_of(writer, explored)
        assert "Ce que nous ne savons pas encore" in text
        assert "non abordé cette fois (interprète absent), à reprendre le lun. 4 mars 2030" in text
        assert "non souhaité par la personne" in text

    def test_the_primary_act_follows_the_state(self, writer, leader, cast, explored):
        exploration_of(explored, "sante")
        assert "Envoyer à la validation" in text_of(writer, explored)
        explored.submit(by=cast.assistant_social)
        assert "Envoyer à la validation" not in text_of(writer, explored)
        assert "Valider l’évaluation" in text_of(leader, explored)
        explored.validate(by=cast.responsable_evaluation)
        assert "Envoyer à l’accompagnement" in text_of(writer, explored)
        assert "Valider l’évaluation" not in text_of(leader, explored)

    def test_disabled_says_which_domaines_are_missing(self, writer, explored):
        explored.explorations.filter(domaine__code="sante").update(etat="pas_encore_aborde")
        text = text_of(writer, explored)
        assert 'aria-disabled="true" aria-describedby="pourquoi"' in text
        assert "Pas encore : 1 domaine à aborder (Santé et accès aux soins)." in text

    def test_sent_back_shows_why(self, writer, cast, submitted):
        submitted.send_back(by=cast.responsable_evaluation, motif="Précisez la procédure.")
        text = text_of(writer, submitted)
        assert "À reprendre, Isabelle Gauthier" in text
        assert "Précisez la procédure." in text


class TestSecrecy:
    def test_the_responsable_reads_while_validation_lasts(self, cast, leader, writer, explored):
        def reads() -> bool:
            text = text_of(leader, explored)
            assert (NOT_SHOWN in text) is ("Impayé de loyer ou de charges" not in text)
            return NOT_SHOWN not in text

        assert not reads()
        explored.submit(by=cast.assistant_social)
        assert reads()
        explored.send_back(by=cast.responsable_evaluation, motif="Préciser")
        assert not reads()
        explored.submit(by=cast.assistant_social)
        explored.validate(by=cast.responsable_evaluation)
        assert not reads()
        assert NOT_SHOWN not in text_of(writer, explored)

    def test_metadata_reveal_nothing(self, leader, explored):
        explored.usager.contact_sur = "sms"
        explored.usager.save()
        text = text_of(leader, explored)
        for secret in ("abordés sur 14", "roue", "commandement de payer", "Contact sûr", "locataire", "FSL"):
            assert secret not in text
        assert "Karim Haddad" in text

    @together(
        ("username", "status"),
        [
            ("gos", 403),
            ("gos_2", 403),
            ("puericultrice", 403),
            ("psychologue", 403),
            ("ccf", 403),
            ("dpo", 403),
            ("admin", 403),
            ("assistant_social_2", 404),
            ("cesf", 404),
            ("eje", 404),
            ("assistant_social_chatenay", 404),
            ("responsable_chatenay", 404),
            ("responsable_accueil", 404),
            ("responsable_accompagnement", 404),
            ("responsable_evaluation", 200),
            ("responsable_sst", 200),
            ("assistant_social", 200),
        ],
    )
    def test_each_role(self, cast, sign_in, explored, username, status):
        response = sign_in(getattr(cast, username)).get(page_of(explored))
        assert response.status_code == status
        reads = "Impayé de loyer ou de charges" in response.content.decode()
        assert reads is (username == "assistant_social")

    def test_the_team_of_the_parcours_reads(self, cast, sign_in, validated):
        team = sign_in(cast.assistant_social_2)
        assert team.get(page_of(validated)).status_code == 404
        sent = make_relais(validated.usager, by=cast.assistant_social, to="issy-accompagnement")
        validated.relais_envoyes.add(sent)
        open_parcours(sent, by=cast.assistant_social_2)
        text = text_of(team, validated)
        assert "Impayé de loyer ou de charges" in text
        assert "Ajouter une proposition" not in text
        assert "/domaines/" not in text

    def test_out_of_scope_is_what_does_not_exist(self, cast, sign_in, explored):
        client = sign_in(cast.assistant_social_chatenay)
        real, unknown = client.get(page_of(explored)), client.get(f"/evaluation/{uuid4()}/")
        assert without_csrf(real.content) == without_csrf(unknown.content)

    @pytest.mark.parametrize("who", ["assistant_social", "responsable_evaluation"])
    def test_a_deport_wins(self, cast, sign_in, submitted, who):
        agent = getattr(cast, who)
        assert sign_in(agent).get(page_of(submitted)).status_code == 200
        Deport.objects.create(agent=agent, usager=submitted.usager, lien="proche")
        assert sign_in(agent).get(page_of(submitted)).status_code == 404

    def test_wrong_method(self, writer, evaluation):
        assert writer.post(page_of(evaluation)).status_code == 405

    def test_the_journal_names_the_person_and_why(self, writer, explored):
        text_of(writer, explored)
        row = Acces.objects.get(page="evaluation:evaluation")
        assert (row.usager_ids, row.objet_id) == ([explored.usager_id], explored.pk)
        assert row.rattachement_id is not None


class TestPaper:
    @pytest.fixture
    def dangerous(self, cast, evaluation):
        """Violence and a child at risk, each with words, a proposition, and a contact sûr."""
        codes = ("impaye_loyer", "violences_conjugales", "enfant_en_risque")
        explore_all(evaluation, by=cast.assistant_social, fragilites=codes, niveau="danger")
        rows = FragiliteReperee.objects.filter(exploration__evaluation=evaluation)
        for row in rows:
            row.paroles = f"mots sur {row.fragilite.code}"
            row.save()
            Proposition.objects.create(
                evaluation=evaluation,
                fragilite=row,
                libelle=f"proposer {row.fragilite.code}",
                recorded_by=cast.assistant_social,
            )
        evaluation.usager.contact_sur = "sms"
        evaluation.usager.save()
        return evaluation

    def test_violence_and_contact_sur_never_print(self, writer, dangerous):
        screen = text_of(writer, dangerous)
        paper = on_paper(screen)
        for secret in (
            "mots sur violences_conjugales",
            "mots sur enfant_en_risque",
            "mots sur impaye_loyer",
            "proposer violences_conjugales",
            "proposer enfant_en_risque",
            "Violences au sein du couple",
            "seul à seul",
            "Contact sûr",
            "SMS seulement",
            "le protocole",
            "3919",
            "commandement de payer",
        ):
            assert secret in screen
            assert secret not in paper
        for printed in ("Impayé de loyer", "proposer impaye_loyer", "Aminata Traoré", "réf. "):
            assert printed in paper

    def test_paper_shows_no_gap(self, writer, dangerous):
        """The rows of violence and childhood read like those of a domaine where nothing was said."""
        paper = on_paper(text_of(writer, dangerous))
        rows = re.findall(r'<li class="ligne" id="(\w+)">(.*?)</li>', paper, re.S)
        plain = {code: re.sub(r"\s+|\d+", "", re.sub(r"<[^>]+>|<!--.*?-->", "", row)) for code, row in rows}
        assert len(plain) == 14

        def left(code: str) -> str:
            name = exploration_of(dangerous, code).domaine.libelle
            return plain[code].replace(re.sub(r"\s+", "", name), "").replace("&#x27;", "'")

        assert left("violences") == left("enfance_jeunes") == left("mobilite")
        assert left("violences") != left("logement")

    def test_a_blind_spot_on_violence_alone_leaves_no_heading(self, writer, explored):
        explored.explorations.filter(domaine__code="violences").update(
            etat="non_aborde", empechement="tiers_present", resume_on="2030-03-04"
        )
        screen = text_of(writer, explored)
        assert "tiers présent" in screen.lower()
        paper = on_paper(screen)
        assert "tiers présent" not in paper.lower()
        assert "Ce que nous ne savons pas encore" not in paper


class TestSpeed:
    @pytest.mark.parametrize("username", ["assistant_social", "responsable_evaluation", "responsable_sst"])
    def test_queries(self, cast, sign_in, submitted, username):
        assert count_queries(sign_in(getattr(cast, username)), page_of(submitted)) <= 20

    def test_everything_found_fits_and_costs_no_more(self, cast, writer, evaluation):
        few = count_queries(writer, page_of(evaluation))
        codes = list(Fragilite.objects.values_list("code", flat=True))
        assert len(codes) == 75
        explore_all(evaluation, by=cast.assistant_social, fragilites=codes, niveau="danger")
        rows = FragiliteReperee.objects.filter(exploration__evaluation=evaluation)
        rows.update(paroles="je ne sais plus vers qui me tourner", depuis="depuis deux ans", is_priorite=True)
        for number in range(20):
            PointAppui.objects.create(
                evaluation=evaluation, libelle=f"appui {number}", recorded_by=cast.assistant_social
            )
            Proposition.objects.create(
                evaluation=evaluation,
                libelle=f"proposition {number}",
                fragilite=rows[number],
                recorded_by=cast.assistant_social,
            )
        # The rules of the propositions are read once something was found.
        assert few <= count_queries(writer, page_of(evaluation)) <= min(few + 1, 20)
        assert len(writer.get(page_of(evaluation)).content) < 80_000
