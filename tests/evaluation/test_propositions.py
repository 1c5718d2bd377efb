"""The section « Propositions »: what the rules propose, what is kept, what is set aside and why."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from accueil.models import Deport, Fait
from evaluation.forms.apports import EcartForm, GardeForm
from evaluation.models import Evaluation, Exploration, Fragilite, FragiliteReperee, Proposition, RegleProposition
from evaluation.views.propositions import SHOWN_AT_ONCE, SHOWN_WHEN_MORE
from parcours.constats import constats
from parcours.demonstration.builders import explore_all
from pole_social.models import Acces, MoveRefused
from tests.evaluation.conftest import HOSTILE, exploration_of, page_of, without_csrf
from tests.evaluation.test_evaluation import on_paper, text_of
from tests.queries import count_queries
from tests.together import together

FSL, APL, PLAN = "impaye_loyer_fsl", "impaye_loyer_apl", "impaye_loyer_apurement"
UNKNOWN = "Choisissez dans la liste."


def choose(client: Any, evaluation: Evaluation, **typed: str) -> Any:
    return client.post(page_of(evaluation, "propositions", "choix"), typed)


def standing(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    rows = Proposition.objects.filter(evaluation=evaluation).standing().select_related("regle")
    return [(row.regle.code if row.regle else "", row.statut, row.motif) for row in rows]


def offered(text: str, verb: str = "garder") -> list[str]:
    """The codes that the buttons of the rules' lines carry."""
    lines = text.split('<div class="ligne-actes">')
    return [
        found[1]
        for line in lines
        if (found := re.match(rf'<button type="submit" class="[^"]*petit" name="{verb}" value="(\w+)"', line))
    ]


def tell(evaluation: Evaluation, agent: Any, **said: str) -> None:
    """Facts of the catalogue, as the desk writes them down."""
    for sujet, donnee in said.items():
        where = {"unite": agent.unites[0], "recorded_by": agent}
        Fait.objects.create(usager=evaluation.usager, sujet=sujet, valeur=donnee, donnee=donnee, **where)


def withdraw(evaluation: Evaluation, code: str) -> None:
    """The fragilité is taken back, and its domaine said to be without difficulty when nothing is left there."""
    rows = FragiliteReperee.objects.filter(exploration__evaluation=evaluation, removed_at=None)
    rows.filter(fragilite__code=code).update(removed_at=timezone.now())
    left = evaluation.explorations.exclude(pk__in=rows.values("exploration"))
    left.update(etat=Exploration.Etat.SANS_DIFFICULTE)


def action_of(code: str) -> str:
    return RegleProposition.objects.get(code=code).action


class TestShows:
    def test_each_rule_of_what_was_found_and_because_of_what(self, writer, explored):
        text = text_of(writer, explored)
        assert offered(text) == [PLAN, FSL, APL]
        assert action_of(FSL) in text
        assert "proposé parce que : Impayé de loyer ou de charges" in text
        assert "à solliciter : Conseiller en économie sociale et familiale" in text
        assert "droit à vérifier\u00a0: Fonds de solidarité pour le logement" in text
        assert "3 propositions à garder ou à écarter" in text

    def test_a_fact_that_is_missing_is_asked(self, cast, writer, explored):
        assert "à préciser : Situation de logement ?" in text_of(writer, explored)
        tell(explored, cast.gos, statut_logement="locataire")
        text = text_of(writer, explored)
        assert "à préciser" not in text
        assert "Impayé de loyer ou de charges, locataire" in text

    def test_a_household_that_it_does_not_concern_is_left_in_peace(self, cast, writer, explored):
        tell(explored, cast.gos, statut_logement="proprietaire")
        assert offered(text_of(writer, explored)) == [PLAN, FSL]

    def test_the_age_comes_from_the_birth_date(self, cast, writer, evaluation):
        explore_all(evaluation, by=cast.assistant_social, fragilites=["jeune_sans_solution"])
        assert "jeune_sans_solution_cej" not in offered(text_of(writer, evaluation))
        evaluation.usager.naissance_annee = 2005
        evaluation.usager.save()
        text = text_of(writer, evaluation)
        assert "jeune_sans_solution_cej" in offered(text)
        assert re.search(r"Jeune sans emploi ni formation, 2\d ans", text)

    def test_a_level_that_is_not_reached_proposes_less(self, cast, writer, evaluation):
        explore_all(evaluation, by=cast.assistant_social, fragilites=["dossier_bloque"], niveau="vigilance")
        assert offered(text_of(writer, evaluation)) == ["dossier_bloque_relance"]
        FragiliteReperee.objects.filter(exploration__evaluation=evaluation).update(niveau="majeure")
        text = text_of(writer, evaluation)
        assert offered(text) == ["dossier_bloque_relance", "dossier_bloque_mediateur"]
        assert "Dossier bloqué ou sans réponse (fragilité majeure)" in text

    def test_grouped_by_domaine_in_their_order(self, cast, writer, evaluation):
        codes = ("deuil", "impaye_loyer", "sans_ressources")
        explore_all(evaluation, by=cast.assistant_social, fragilites=codes)
        found = re.findall(r'<h3 id="propositions-\d+">([^<]+)', text_of(writer, evaluation))
        labels = [exploration_of(evaluation, code).domaine.libelle for code in ("logement", "budget", "lien_social")]
        assert found == labels

    def test_what_the_administration_takes_out_or_breaks_is_not_proposed(self, writer, explored):
        RegleProposition.objects.filter(code=FSL).update(is_active=False)
        RegleProposition.objects.filter(code=PLAN).update(conditions={"fait": "rien"})
        assert offered(text_of(writer, explored)) == [APL]

    def test_what_was_withdrawn_proposes_nothing(self, writer, explored):
        withdraw(explored, "impaye_loyer")
        text = text_of(writer, explored)
        assert offered(text) == []
        assert "Aucune proposition gardée." in text

    def test_once_submitted_only_what_was_kept_is_shown(self, cast, writer, leader, explored):
        choose(writer, explored, garder=FSL)
        explored.submit(by=cast.assistant_social)
        for client in (writer, leader):
            text = text_of(client, explored)
            assert action_of(FSL) in text
            assert action_of(PLAN) not in text
            assert 'name="garder"' not in text and 'name="ecarter"' not in text

    def test_whoever_reads_the_metadata_reads_none(self, writer, leader, explored):
        choose(writer, explored, garder=FSL)
        assert action_of(FSL) not in text_of(leader, explored)


class TestDecides:
    def test_keep(self, cast, writer, explored):
        response = choose(writer, explored, garder=FSL)
        domaine = exploration_of(explored, "logement").domaine_id
        assert response.url == f"{page_of(explored)}#propositions-{domaine}"
        row = Proposition.objects.get(evaluation=explored)
        assert (row.statut, row.libelle, row.recorded_by) == ("gardee", action_of(FSL), cast.assistant_social)
        assert row.parce_que == "Impayé de loyer ou de charges"
        assert row.fragilite and row.fragilite.fragilite.code == "impaye_loyer"
        assert row.droit and row.droit.code == "fsl"
        assert row.metier and row.metier.code == "assistant_social"
        text = text_of(writer, explored)
        assert FSL not in offered(text)
        assert text.count(action_of(FSL)) == 1

    def test_its_reason_does_not_go_to_paper(self, cast, writer, explored):
        """It names facts of the household: a pregnancy is hers to tell."""
        choose(writer, explored, garder=FSL)
        Proposition.objects.update(parce_que="Impayé de loyer, 30 ans, grossesse")
        said = text_of(writer, explored)
        assert '<span class="a-l-ecran">proposé parce que : Impayé de loyer, 30 ans, grossesse</span>' in said

    def test_the_last_of_a_domaine_goes_back_to_the_section(self, cast, writer, evaluation):
        explore_all(evaluation, by=cast.assistant_social, fragilites=["sans_connexion"])
        assert choose(writer, evaluation, garder="sans_connexion_forfait").url.endswith("/#propositions")

    def test_set_aside_asks_why_then_says_it(self, writer, explored):
        asked = choose(writer, explored, ecarter=FSL)
        text = asked.content.decode()
        assert asked.status_code == 200
        assert "Écarter une proposition" in text and action_of(FSL) in text
        assert "Lu par les évaluateurs" in text
        assert "à corriger" not in text
        assert standing(explored) == []
        assert choose(writer, explored, ecarter=FSL, motif="Déjà demandé en mars").status_code == 302
        assert standing(explored) == [(FSL, "ecartee", "Déjà demandé en mars")]
        assert "écartée : Déjà demandé en mars" in text_of(writer, explored)

    @together("motif", ["", "   ", "\t", "x" * 301, "a\x00b", "‮renversé", "x" * 100_000])
    def test_without_a_reason_nothing_is_set_aside(self, writer, explored, motif):
        response = choose(writer, explored, ecarter=FSL, motif=motif)
        assert response.status_code == 200
        assert "La proposition n’est pas écartée : à corriger" in response.content.decode()
        assert standing(explored) == []

    def test_what_was_typed_comes_back(self, writer, explored):
        assert "zèbre" in choose(writer, explored, ecarter=FSL, motif="zèbre" * 100).content.decode()

    def test_changing_ones_mind_adds_a_row_and_dates_the_former(self, writer, explored):
        choose(writer, explored, garder=FSL)
        choose(writer, explored, ecarter=FSL, motif="Refusé par la personne")
        choose(writer, explored, garder=FSL)
        rows = Proposition.objects.filter(evaluation=explored).order_by("recorded_at")
        assert [(row.statut, row.motif, row.removed_at is None) for row in rows] == [
            ("gardee", "", False),
            ("ecartee", "Refusé par la personne", False),
            ("gardee", "", True),
        ]
        assert len({(row.libelle, row.parce_que, row.fragilite_id, row.droit_id, row.regle_id) for row in rows}) == 1

    def test_another_reason_replaces_the_first(self, writer, explored):
        for motif in ("Déjà fait", "Déjà fait, en attente"):
            choose(writer, explored, ecarter=FSL, motif=motif)
        assert standing(explored) == [(FSL, "ecartee", "Déjà fait, en attente")]

    @together("typed", [{"garder": FSL}, {"ecarter": FSL, "motif": "Déjà fait"}])
    def test_a_double_click_has_one_effect(self, writer, explored, typed):
        answers = [choose(writer, explored, **typed) for _ in range(2)]
        assert answers[0].url == answers[1].url
        assert Proposition.objects.filter(evaluation=explored).count() == 1

    def test_what_stands_can_be_decided_again_when_the_rule_is_gone(self, writer, explored):
        choose(writer, explored, garder=FSL)
        before = Proposition.objects.get(evaluation=explored).libelle
        RegleProposition.objects.filter(code=FSL).update(is_active=False, action="Autre chose")
        choose(writer, explored, ecarter=FSL, motif="Plus tard")
        assert [(row[0], row[1]) for row in standing(explored)] == [(FSL, "ecartee")]
        assert Proposition.objects.filter(evaluation=explored, libelle=before).count() == 2

    def test_the_reason_of_the_day_stays(self, writer, explored):
        choose(writer, explored, garder=FSL)
        Fragilite.objects.filter(code="impaye_loyer").update(libelle="Autrement dit")
        assert "proposé parce que : Impayé de loyer ou de charges" in text_of(writer, explored)

    def test_two_rows_of_one_rule_cannot_stand(self, cast, writer, explored):
        choose(writer, explored, garder=FSL)
        row = Proposition.objects.get(evaluation=explored)
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposition.objects.create(
                evaluation=explored, regle=row.regle, libelle="x", recorded_by=cast.assistant_social
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposition.objects.create(evaluation=explored, libelle="x", statut="ecartee", recorded_by=row.recorded_by)
        stale = Proposition.objects.get(pk=row.pk)
        row.decide("ecartee", by=cast.assistant_social, motif="Non")
        with pytest.raises(MoveRefused), transaction.atomic():
            stale.decide("ecartee", by=cast.assistant_social, motif="Autre")


class TestRefused:
    @together(
        "typed",
        [
            {"garder": "inconnue"},
            {"garder": "expulsion_dalo"},
            {"garder": HOSTILE[0]},
            {"ecarter": "inconnue"},
            {"ecarter": "expulsion_dalo", "motif": "Une raison"},
            {},
        ],
    )
    def test_a_rule_that_says_nothing_here_is_unknown(self, writer, explored, typed):
        """Of another fragilité, of none, or nothing at all: the same answer, and nothing is written."""
        response = choose(writer, explored, **typed)
        assert response.status_code == 200
        assert UNKNOWN in response.content.decode()
        assert "Une raison" not in response.content.decode()
        assert standing(explored) == []

    @pytest.mark.parametrize("form_class", [GardeForm, EcartForm])
    def test_a_damaged_one_is_unknown_too(self, form_class):
        for code in ["", "1", FSL.upper(), f"{FSL}\x00", f"'{FSL}'", *HOSTILE]:
            form = form_class(QueryDict(urlencode({"regle": code, "motif": "Une raison"})), choix={FSL: Proposition()})
            assert form.errors == {"regle": [UNKNOWN]}
        sound = form_class(QueryDict(urlencode({"regle": FSL, "motif": "Une raison"})), choix={FSL: Proposition()})
        assert sound.is_valid()

    def test_a_rule_below_the_level_is_unknown_too(self, cast, writer, evaluation):
        explore_all(evaluation, by=cast.assistant_social, fragilites=["dossier_bloque"], niveau="vigilance")
        assert UNKNOWN in choose(writer, evaluation, garder="dossier_bloque_mediateur").content.decode()
        FragiliteReperee.objects.filter(exploration__evaluation=evaluation).update(niveau="danger")
        assert choose(writer, evaluation, garder="dossier_bloque_mediateur").status_code == 302

    @together("typed", [{"garder": FSL}, {"ecarter": FSL}, {"ecarter": FSL, "motif": "Une raison tardive"}])
    def test_once_submitted_nothing_changes(self, writer, submitted, typed):
        response = choose(writer, submitted, **typed)
        assert response.status_code == 409
        assert typed.get("motif", "") in response.content.decode()
        assert standing(submitted) == []

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
    def test_each_role(self, cast, sign_in, explored, username, status):
        client = sign_in(getattr(cast, username))
        assert choose(client, explored, garder=FSL).status_code == status
        assert bool(standing(explored)) is (status == 302)

    def test_out_of_scope_is_what_does_not_exist(self, cast, sign_in, explored):
        client = sign_in(cast.assistant_social_chatenay)
        unknown = client.post(f"/evaluation/{uuid4()}/propositions/choix/", {"garder": FSL})
        assert without_csrf(choose(client, explored, garder=FSL).content) == without_csrf(unknown.content)

    def test_a_deport_wins(self, cast, writer, explored):
        assert choose(writer, explored, garder=FSL).status_code == 302
        Deport.objects.create(agent=cast.assistant_social, usager=explored.usager, lien="proche")
        assert choose(writer, explored, garder=PLAN).status_code == 404

    def test_it_is_a_post(self, writer, explored):
        assert writer.get(page_of(explored, "propositions", "choix")).status_code == 405

    def test_the_journal_says_written_and_no_content(self, writer, explored):
        choose(writer, explored, garder=FSL)
        row = Acces.objects.get()
        assert (row.action, row.usager_ids) == ("ecriture", [explored.usager_id])
        assert FSL not in str(vars(row))


class TestPaper:
    @pytest.fixture
    def dangerous(self, cast, evaluation):
        codes = ("impaye_loyer", "rupture_jeune", "violences_conjugales", "enfant_en_risque")
        return explore_all(evaluation, by=cast.assistant_social, fragilites=codes, niveau="danger")

    def test_what_is_not_decided_and_what_is_set_aside_never_print(self, writer, explored):
        choose(writer, explored, ecarter=PLAN, motif="Mots entre nous")
        screen = text_of(writer, explored)
        paper = on_paper(screen)
        for text in (action_of(FSL), action_of(PLAN), "Mots entre nous", "Propositions"):
            assert text in screen
            assert text not in paper
        choose(writer, explored, garder=FSL)
        assert action_of(FSL) in on_paper(text_of(writer, explored))

    def test_violence_and_children_at_risk_never_print_once_kept(self, writer, dangerous):
        codes = ["violences_conjugales_contact", "enfant_en_risque_parents", "violences_conjugales_abri", FSL]
        for code in codes:
            assert choose(writer, dangerous, garder=code).status_code == 302
        screen = text_of(writer, dangerous)
        paper = on_paper(screen)
        assert [action_of(code) in paper for code in codes] == [False, False, False, True]
        assert all(action_of(code) in screen for code in codes)
        assert "CRIP" not in paper and "3919" not in paper

    def test_a_withdrawn_child_at_risk_is_still_not_printed(self, writer, dangerous):
        """Its domaine is printed again; what was kept because of it is not."""
        code = "enfant_en_risque_parents"
        choose(writer, dangerous, garder=code)
        withdraw(dangerous, "enfant_en_risque")
        screen = text_of(writer, dangerous)
        assert action_of(code) in screen and action_of(code) not in on_paper(screen)

    def test_nor_what_calls_for_child_protection_elsewhere(self, cast, writer, evaluation):
        evaluation.usager.naissance_annee = 2012
        evaluation.usager.save()
        explore_all(evaluation, by=cast.assistant_social, fragilites=["rupture_jeune"], niveau="majeure")
        for code in ("rupture_jeune_mineur", "rupture_jeune_ecoute"):
            assert choose(writer, evaluation, garder=code).status_code == 302
        paper = on_paper(text_of(writer, evaluation))
        assert action_of("rupture_jeune_mineur") not in paper
        assert action_of("rupture_jeune_ecoute") in paper

    def test_nor_a_line_of_the_team_that_names_it(self, writer, explored):
        for libelle in ("Appeler le 3919 avec elle", "Reprendre contact jeudi"):
            writer.post(page_of(explored, "propositions"), {"proposition-libelle": libelle})
        paper = on_paper(text_of(writer, explored))
        assert "3919" not in paper
        assert "Reprendre contact jeudi" in paper


class TestAfter:
    def test_those_who_follow_read_only_what_was_kept(self, cast, writer, explored):
        choose(writer, explored, garder=FSL)
        choose(writer, explored, ecarter=PLAN, motif="Non")
        choose(writer, explored, garder=APL)
        choose(writer, explored, ecarter=APL, motif="Finalement non")
        read = constats(cast.assistant_social, pk=explored.pk)
        assert [one.regle.code for one in read.propositions if one.regle] == [FSL]


class TestSpeed:
    def test_the_rules_cost_one_query_whatever_they_say(self, cast, writer, evaluation):
        explore_all(evaluation, by=cast.assistant_social, fragilites=["deuil"])
        one = count_queries(writer, page_of(evaluation))
        withdraw(evaluation, "deuil")
        none = count_queries(writer, page_of(evaluation))
        assert one <= none + 1 <= 21

    def test_everything_found_stays_light(self, cast, writer, evaluation):
        """All 75 fragilités with words: some lines of each domaine at once, nothing lost, under 80 kB."""
        codes = list(Fragilite.objects.values_list("code", flat=True))
        explore_all(evaluation, by=cast.assistant_social, fragilites=codes, niveau="danger")
        rows = FragiliteReperee.objects.filter(exploration__evaluation=evaluation)
        rows.update(paroles="je ne sais plus vers qui me tourner", depuis="depuis deux ans", is_priorite=True)
        before = count_queries(writer, page_of(evaluation))
        content = writer.get(page_of(evaluation)).content
        assert len(content) < 80_000
        shown = offered(content.decode())
        assert 14 <= len(shown) <= SHOWN_WHEN_MORE
        assert "une fois celles-ci décidées" in content.decode()
        for code in shown[:2]:
            choose(writer, evaluation, garder=code)
        content = writer.get(page_of(evaluation)).content
        assert not set(shown[:2]) & set(offered(content.decode()))
        assert len(content) < 80_000
        assert count_queries(writer, page_of(evaluation)) == before <= 20

    def test_an_ordinary_evaluation_shows_them_all(self, cast, writer, evaluation):
        codes = ("impaye_loyer", "sans_ressources", "violences_conjugales", "deuil", "isolement")
        explore_all(evaluation, by=cast.assistant_social, fragilites=codes, niveau="majeure")
        text = text_of(writer, evaluation)
        assert "une fois celles-ci décidées" not in text
        assert 12 < len(offered(text)) <= SHOWN_AT_ONCE
