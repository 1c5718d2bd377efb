"""The synthesis that the person takes home: in plain words, and nothing that could harm them."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from accueil.models import Deport, RendezVous, Usager
from evaluation.forms.domaine import KEPT_OFF_PAPER
from evaluation.models import (
    Evaluation,
    Exploration,
    Fragilite,
    FragiliteReperee,
    PointAppui,
    Proposition,
    RegleProposition,
    Relecture,
)
from evaluation.views.papier import is_harmless
from parcours.demonstration.builders import explore_all, make_relais
from parcours.opening import open_from as open_parcours
from pole_social.models import Acces, Metier, Unite
from tests.bulk import copies
from tests.evaluation.conftest import HOSTILE, page_of, without_csrf
from tests.queries import count_queries
from tests.reading import one_line
from tests.together import together

Etat = Exploration.Etat
# What neither the page nor its paper may hold, in whatever part of it.
HARMFUL = re.compile(
    r"violen|frapp|mise à l’abri|ordonnance|sécurité d’un enfant|contact sûr|mardi matin|3919|\b119\b|"
    r"aide sociale à l.enfance|\base\b|\ba\.s\.e\b",
    re.I,
)
FOUND = ("impaye_loyer", "mode_accueil", "isolement", "violences_conjugales", "enfant_en_risque")
ASKED = {"is_demande": "on"}


def fragilite_of(found: Evaluation, code: str) -> FragiliteReperee:
    return FragiliteReperee.objects.get(exploration__evaluation=found, fragilite__code=code)


def say(found: Evaluation, code: str, **said: object) -> None:
    FragiliteReperee.objects.filter(pk=fragilite_of(found, code).pk).update(**said)


def set_etat(found: Evaluation, code: str, **values: object) -> None:
    found.explorations.filter(domaine__code=code).update(**values)


def propose(found: Evaluation, libelle: str, code: str = "", metier: str = "", **fields: object) -> Proposition:
    return Proposition.objects.create(
        evaluation=found,
        libelle=libelle,
        fragilite=fragilite_of(found, code) if code else None,
        metier=Metier.objects.filter(code=metier).first(),
        recorded_by=found.evaluateur,
        **fields,
    )


@pytest.fixture
def told(cast: SimpleNamespace, evaluation: Evaluation) -> Evaluation:
    """Rent, childcare, loneliness; violence and a child at risk; a safe contact; propositions about all of it."""
    explore_all(evaluation, by=cast.assistant_social, fragilites=FOUND, niveau="majeure")
    say(evaluation, "mode_accueil", is_priorite=True, paroles="la petite n’a pas de place")
    say(evaluation, "isolement", paroles="depuis qu’il me frappe je ne vois plus personne", depuis="cet été")
    say(evaluation, "violences_conjugales", paroles="il contrôle mon téléphone", niveau="danger", is_priorite=True)
    set_etat(evaluation, "violences", dit="Violences depuis deux ans.")
    propose(evaluation, "Chercher une place en crèche", "mode_accueil", "puericultrice")
    propose(evaluation, "Un temps d’écoute", "isolement", "psychologue")
    propose(evaluation, "Partir quelques jours chez sa sœur", "violences_conjugales")
    propose(evaluation, "Rencontrer l’école", "enfant_en_risque")
    propose(evaluation, "Demander une ordonnance de protection")
    PointAppui.objects.create(
        evaluation=evaluation, libelle="Sa sœur habite tout près", recorded_by=cast.assistant_social
    )
    Usager.objects.filter(pk=evaluation.usager_id).update(contact_sur="sms", contact_sur_horaires="le mardi matin")
    return evaluation


def url(found: Evaluation) -> str:
    return page_of(found, "synthese")


def words(response) -> str:
    """What is read, without the tags."""
    assert response.status_code == 200
    body = response.content.decode().split("<main", 1)[1]
    return one_line(re.sub(r"<[^>]*>", " ", body))


def text_of(client, found: Evaluation) -> str:
    return words(client.get(url(found)))


def complete(client, found: Evaluation, **typed: str):
    return client.post(url(found), ASKED | typed)


def reread(client, found: Evaluation, day: str = "", **typed: str):
    return client.post(page_of(found, "synthese", "relecture"), {"relue_on": day} | typed)


def today(**ago: int) -> str:
    return f"{timezone.localdate() - timedelta(**ago):%d/%m/%Y}"


class TestWhatIsSaid:
    def test_to_the_person_in_plain_words(self, writer, told) -> None:
        text = text_of(writer, told)
        for said in (
            "Synthèse pour Aminata Traoré",
            "Vous avez parlé de votre situation avec Karim Haddad (assistant de service social)",
            "Vous avez un loyer ou des charges en retard. C’est une grande difficulté aujourd’hui.",
            "« la petite n’a pas de place »",
            "Vous ne nous avez pas dit de difficulté pour : Accès aux droits",
            "Sa sœur habite tout près",
            "Chercher une place en crèche (avec : infirmière puéricultrice)",
            "Nous nous reparlons au plus tard le",
            "Pôle social d’Issy-les-Moulineaux",
        ):
            assert said in text
        assert "Impayé de loyer ou de charges" not in text, "the professionals’ word"

    def test_their_priorities_come_first(self, writer, told) -> None:
        text = text_of(writer, told)
        assert text.index("Ce qui compte d’abord") < text.index("mode de garde") < text.index("loyer ou des charges")

    def test_blind_spots_by_themselves_with_their_date(self, writer, told) -> None:
        set_etat(told, "mobilite", etat=Etat.NON_ABORDE, empechement="tiers_present", resume_on="2027-03-12")
        set_etat(told, "langue", etat=Etat.NON_SOUHAITE)
        set_etat(told, "budget", etat=Etat.PAS_ENCORE_ABORDE)
        set_etat(told, "sante", etat=Etat.A_APPROFONDIR)
        text = text_of(writer, told)
        assert "Mobilité : nous n’en avons pas parlé cette fois ; à reprendre le vendredi 12 mars 2027." in text
        assert "Langue, lecture et écriture : vous avez préféré ne pas en parler" in text
        assert "Ressources et budget : nous n’en avons pas encore parlé." in text
        assert "Santé et accès aux soins : nous aimerions en reparler" in text
        assert "tiers présent" not in text, "the one who was there may read it"

    def test_only_what_was_kept_is_proposed(self, writer, told) -> None:
        propose(told, "Voir la mission locale", statut="ecartee", motif="Déjà fait")
        propose(told, "Ancienne idée", removed_at=timezone.now())
        text = text_of(writer, told)
        assert "Un temps d’écoute" in text
        for gone in ("Voir la mission locale", "Déjà fait", "Ancienne idée"):
            assert gone not in text

    def test_a_profession_that_tells_the_motive_is_not_named(self, writer, told) -> None:
        assert "psychologue" not in text_of(writer, told).lower()
        assert "(avec : psychologue)" in words(complete(writer, told))

    def test_nothing_found_says_so_without_a_gap(self, cast, writer, evaluation) -> None:
        explore_all(evaluation, by=cast.assistant_social, fragilites=())
        text = text_of(writer, evaluation)
        assert "Nous allons chercher avec vous" in text
        assert "Ce qui compte d’abord" not in text

    @together(
        ("statut", "days", "said"),
        [
            ("en_cours", 3, "Nous nous reparlons au plus tard"),
            ("a_reprendre", 3, "Nous nous reparlons au plus tard"),
            ("a_valider", 3, "Nous relisons cette page en équipe"),
            ("validee", 3, "Vous aurez de nos nouvelles au plus tard"),
            ("validee", -1, "Notre réponse est en retard"),
            ("en_cours", 0, "Nous nous reparlons"),
        ],
    )
    def test_the_next_date(self, writer, told, statut, days, said) -> None:
        due = timezone.localdate() + timedelta(days=days)
        Evaluation.objects.filter(pk=told.pk).update(statut=statut, echeance=due)
        assert said in text_of(writer, told)

    def test_appointments_say_when_and_where_never_with_whom(self, cast, writer, told) -> None:
        start = timezone.now() + timedelta(days=2)
        for agent, code in ((cast.assistant_social, "issy-evaluation"), (cast.ccf, "issy-sante_sexuelle")):
            RendezVous.objects.create(
                usager=told.usager,
                agent=agent,
                unite=Unite.objects.get(code=code),
                starts_at=start,
                ends_at=start + timedelta(minutes=30),
                created_by=cast.assistant_social,
            )
        said = re.findall(r"rendez-vous sur place[^.]*\.", text_of(writer, told))
        assert sorted(said) == ["rendez-vous sur place, Pôle social d’Issy-les-Moulineaux.", "rendez-vous sur place."]

    def test_the_paper_has_its_place_its_date_and_names_nobody_in_its_title(self, writer, told) -> None:
        html = writer.get(url(told)).content.decode()
        assert "<title>Synthèse · Pôle social</title>" in html
        assert f'<span class="reference">réf. {told.usager.reference}</span>' in html
        assert 'class="impression"><span>Pôle social d’Issy-les-Moulineaux</span>' in html


class TestWordsWithoutShame:
    def test_every_fragilite_has_its_sentence(self, db) -> None:
        found = list(Fragilite.objects.all())
        assert len(found) == 75
        for one in found:
            assert one.libelle_usager.endswith("."), one.code
            assert one.libelle_usager != one.libelle

    def test_outside_violence_and_childhood_no_sentence_is_harmful(self, db) -> None:
        others = Fragilite.objects.exclude(domaine__code="violences").exclude(code__in=KEPT_OFF_PAPER)
        assert [one.code for one in others if not is_harmless(one.libelle_usager)] == []

    def test_a_fragilite_added_by_the_administration_says_its_label(self, writer, told) -> None:
        Fragilite.objects.filter(code="impaye_loyer").update(libelle_usager="")
        assert "Impayé de loyer ou de charges" in text_of(writer, told)

    def test_a_rule_says_it_to_the_person_or_says_nothing(self, db) -> None:
        """What is written for a colleague (« avec elle », « le responsable ») is never what is handed over."""
        to_colleagues = re.compile(r"la personne\b|avec elle\b|\blui\b|responsable|\ble jeune\b|\bIP\b", re.I)
        said = RegleProposition.objects.exclude(action_usager="")
        assert [one.code for one in said if to_colleagues.search(one.action_usager)] == []
        assert said.count() > 150
        for domaine, code in (("enfance_jeunes", "enfant_en_risque"), ("violences", "violences_enfant")):
            assert not said.filter(fragilite__domaine__code=domaine, fragilite__code=code).exists()
        told = said.exclude(fragilite__domaine__code="violences").exclude(fragilite__code__in=KEPT_OFF_PAPER)
        kept_off = [one.code for one in told if not is_harmless(one.action_usager)]
        by_its_words = {"sans_abri_grossesse", "addiction_exprimee_grossesse"}
        assert set(kept_off) == by_its_words, "not printed by its own words"

    def test_the_visit_after_a_birth_is_printed_with_the_difficulty_that_it_answers(
        self, cast, writer, evaluation
    ) -> None:
        """Everybody at home knows of the birth; whose visit it is says nothing of another pregnancy."""
        explore_all(evaluation, by=cast.assistant_social, fragilites=["postpartum"])
        regle = RegleProposition.objects.get(code="postpartum_visite")
        propose(evaluation, regle.action, "postpartum", regle=regle)
        text = text_of(writer, evaluation)
        assert "Les semaines après la naissance sont difficiles." in text
        assert "Une visite chez vous d’une professionnelle de la PMI cette semaine" in text
        assert "sage-femme" not in text.lower()

    def test_what_a_rule_proposed_is_said_in_its_words_to_the_person(self, writer, told) -> None:
        for code, fragilite in (
            ("impaye_loyer_apurement", "impaye_loyer"),
            ("enfant_en_risque_responsable", "enfant_en_risque"),
            ("rupture_jeune_mineur", "isolement"),
            ("violences_conjugales_juge", "violences_conjugales"),
        ):
            regle = RegleProposition.objects.get(code=code)
            propose(told, regle.action, fragilite, regle=regle)
        plan = "Proposer à votre bailleur un plan de paiement que votre budget permet de tenir"
        discreet, whole = text_of(writer, told), words(complete(writer, told))
        assert plan in discreet
        assert "Une ordonnance de protection, possible sans plainte" in whole
        for text in (discreet, whole):
            assert "responsable" not in text, "between professionals, asked for or not"
            assert "Prendre contact avec le bailleur" not in text


class TestWhatNeverShows:
    def test_no_word_of_violence_nor_of_a_child_at_risk_nor_of_the_safe_contact(self, writer, told) -> None:
        text = text_of(writer, told)
        assert HARMFUL.findall(text) == []
        for hidden in ("il contrôle", "chez sa sœur", "Rencontrer l’école", "Enfants, adolescents"):
            assert hidden not in text

    def test_complete_it_holds_them_all(self, writer, told) -> None:
        """The negative control of the test above."""
        text = words(complete(writer, told))
        for shown in (
            "Vous vivez ou avez vécu des violences dans votre couple. C’est urgent.",
            "« il contrôle mon téléphone »",
            "« depuis qu’il me frappe je ne vois plus personne »",
            "Partir quelques jours chez sa sœur",
            "Demander une ordonnance de protection",
            "SMS",
            "le mardi matin",
            "3919",
        ):
            assert shown in text
        assert "Violences depuis deux ans." not in text, "the professional’s own text stays in the evaluation"
        for told_by_somebody in ("la sécurité d’un enfant", "Rencontrer l’école"):
            assert told_by_somebody not in text, "a worry about a child is not handed over"

    @together("said", ["Transmettre une IP à la CRIP", "Écrire au procureur", "Préparer le placement", "Le 119"])
    def test_a_worry_about_a_child_is_not_handed_in_a_line_of_the_team_either(self, cast, writer, told, said) -> None:
        """Her own words are hers: only what professionals wrote is kept from the reader, who may be the parent."""
        propose(told, said)
        propose(told, "Revoir la CAF")
        PointAppui.objects.create(evaluation=told, libelle=said, recorded_by=cast.assistant_social)
        text = words(complete(writer, told))
        assert said not in text
        assert "Revoir la CAF" in text

    def test_no_pregnancy_but_at_her_demand(self, cast, writer, evaluation) -> None:
        """Hers to tell: a parent, or a husband, may find the page."""
        explore_all(evaluation, by=cast.assistant_social, fragilites=["grossesse_non_suivie", "impaye_loyer"])
        said = Fragilite.objects.get(code="grossesse_non_suivie").libelle_usager
        text = text_of(writer, evaluation)
        assert "loyer" in text
        assert said not in text and "rossesse" not in text and "érinatalité" not in text
        assert said in words(complete(writer, evaluation))

    @together("etat", list(Etat))
    def test_whatever_the_state_of_the_domaine(self, writer, told, etat) -> None:
        FragiliteReperee.objects.filter(exploration__domaine__code="violences").update(removed_at=timezone.now())
        set_etat(told, "violences", etat=etat, empechement="tiers_present", resume_on="2027-03-12")
        assert "iolence" not in text_of(writer, told)

    def test_nobody_reads_that_something_is_left_out(self, cast, writer, told) -> None:
        """The page of somebody who told nothing of the kind offers the same acts, in the same words."""
        acts = text_of(writer, told).split("Noter la relecture", 1)[1]
        told.usager.contact_sur = ""
        FragiliteReperee.objects.all().update(removed_at=timezone.now())
        set_etat(told, "violences", etat=Etat.SANS_DIFFICULTE)
        assert text_of(writer, told).split("Noter la relecture", 1)[1] == acts

    @together(
        ("text", "harmless"),
        [
            ("je dors mal à cause de la lettre", True),
            ("du coup je ne sors plus", True),
            ("on débattait du loyer", True),
            ("j’ai peur de perdre mon logement", True),
            ("la batterie du téléphone est morte", False),
            ("il me FRAPPE", False),
            ("j’ai pris des coups", False),
            ("il m’a battue", False),
            ("j’ai peur de lui", False),
            ("j’ai peur qu’il revienne", False),
            ("il me menace", False),
            ("j’ai porté plainte", False),
            ("il m’a violée", False),
            ("appeler le 119", False),
            ("au 119 bis rue de Paris", False),
            ("une IP est partie à la CRIP", False),
            ("mon fils est placé", False),
            ("une association d’aide aux victimes", False),
            ("je suis enceinte", False),
            ("mise à l’abri ce soir", False),
            ("mettre à l'abri les enfants", False),
            ("confié à l’aide sociale à l’enfance", False),
            ("un rendez-vous à l'Aide sociale a l'enfance", False),
            ("l’aide à l’enfance doit passer", False),
            ("l’ASE vient jeudi", False),
            ("une mesure ase", False),
            ("l’A.S.E. vient jeudi", False),
            ("un dossier ASE92", False),
            ("l’aide sociale à l’hébergement est demandée", True),
            ("la caution est à la base de la phrase", True),
            ("une nouvelle aide sociale, à la rentrée", True),
            ("l’assistante du CASE et l’aisance", True),
            ("une aide à l’entrée dans les lieux", True),
        ],
    )
    def test_a_free_text_that_names_it_is_not_printed(self, writer, told, text, harmless) -> None:
        assert is_harmless(text) is harmless
        say(told, "impaye_loyer", paroles=text)
        assert (f"« {text} »" in text_of(writer, told)) is harmless


class TestTheCompleteVersion:
    def test_needs_the_box(self, writer, told) -> None:
        response = writer.post(url(told), {})
        assert "Cochez la case" in words(response)
        assert HARMFUL.findall(words(response)) == []

    def test_is_given_once(self, writer, told) -> None:
        key = str(uuid4())
        assert "3919" in words(complete(writer, told, cle=key))
        again = complete(writer, told, cle=key)
        assert (again.status_code, again.url) == (302, url(told))
        assert complete(writer, told, cle=key, is_demande="1").status_code == 409
        assert "3919" in words(complete(writer, told)), "she may ask again: another sending"

    def test_leaves_no_address(self, writer, told) -> None:
        complete(writer, told)
        for address in (url(told), url(told) + "?is_demande=on", url(told) + "?complete=1"):
            assert HARMFUL.findall(words(writer.get(address))) == []
        assert "no-store" in complete(writer, told).headers["Cache-Control"]

    def test_offers_no_act(self, writer, told) -> None:
        text = words(complete(writer, told))
        assert "Version complète, affichée une seule fois." in text
        assert "Noter la relecture" not in text

    def test_the_journal_says_so(self, writer, told) -> None:
        writer.get(url(told))
        writer.post(url(told), {})
        complete(writer, told)
        rows = Acces.objects.filter(page="evaluation:synthese").order_by("at")
        assert [(row.action, row.motif) for row in rows] == [
            ("impression", ""),
            ("impression", ""),
            ("impression", "a_sa_demande"),
        ]
        assert {tuple(row.usager_ids) for row in rows} == {(told.usager_id,)}
        assert all(row.rattachement_id and row.objet_id == told.pk for row in rows)

    @together("typed", HOSTILE)
    @together("name", ["is_demande", "cle"])
    def test_hostile(self, writer, told, name, typed) -> None:
        assert complete(writer, told, **{name: typed}).status_code in (200, 302)

    def test_the_responsable_reads_and_does_not_hand_over(self, cast, leader, told) -> None:
        told.submit(by=cast.assistant_social)
        assert "loyer" in text_of(leader, told)
        assert "version complète" not in text_of(leader, told)
        assert complete(leader, told).status_code == 403


class TestReread:
    def test_notes_the_day_and_prints_it(self, cast, writer, told) -> None:
        assert f'value="{today()}"' in writer.get(url(told)).content.decode()
        assert "Relue avec vous le : …" in text_of(writer, told)
        assert reread(writer, told, today()).url == url(told)
        (row,) = Relecture.objects.filter(evaluation=told)
        assert (row.relue_on, row.recorded_by) == (timezone.localdate(), cast.assistant_social)
        assert re.search(r"Relue avec vous le \w+ \d", text_of(writer, told))

    def test_once_a_day_whoever_notes_it(self, cast, sign_in, writer, told) -> None:
        key = str(uuid4())
        for typed in ({"cle": key}, {"cle": key}, {}):
            assert reread(writer, told, today(), **typed).status_code == 302
        told.usager.rattachements.create(
            nature="contribution", agent=cast.cesf, source_type="evaluation.evaluation", source_id=told.pk
        )
        assert reread(sign_in(cast.cesf), told, today()).status_code == 302
        assert [row.recorded_by for row in Relecture.objects.all()] == [cast.assistant_social]

    def test_several_days(self, writer, told) -> None:
        Evaluation.objects.filter(pk=told.pk).update(opened_on=timezone.localdate() - timedelta(days=9))
        for ago in (1, 0):
            reread(writer, told, today(days=ago))
        assert re.search(r"Relue avec vous le .*, puis le .*\.", text_of(writer, told))

    def test_same_key_other_day_shows_both(self, writer, told) -> None:
        Evaluation.objects.filter(pk=told.pk).update(opened_on=timezone.localdate() - timedelta(days=9))
        key = str(uuid4())
        reread(writer, told, today(), cle=key)
        assert reread(writer, told, today(days=1), cle=key).status_code == 409
        assert Relecture.objects.count() == 1

    @together(
        ("typed", "message"),
        [
            (today(days=-1), "Ce jour n’est pas encore venu"),
            (today(days=1), "L’évaluation n’était pas ouverte"),
            ("31/02/2026", "existe pas"),
            ("12/12/10000", "lisible"),
            ("mars 2026", "Indiquez le jour"),
            ("", "nécessaire"),
        ],
    )
    def test_refused_keeps_what_was_typed(self, writer, told, typed, message) -> None:
        response = reread(writer, told, typed)
        assert message in words(response) or (not typed and "obligatoire" in words(response))
        assert f'value="{typed}"' in response.content.decode() or not typed
        assert HARMFUL.findall(words(response)) == []
        assert not Relecture.objects.exists()

    @together("typed", HOSTILE)
    @together("name", ["relue_on", "cle"])
    def test_hostile(self, writer, told, name, typed) -> None:
        day = {"relue_on": today()} | {name: typed}
        assert writer.post(page_of(told, "synthese", "relecture"), day).status_code in (200, 302)

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
    def test_by_whoever_works_on_it(self, cast, sign_in, told, username, status) -> None:
        assert reread(sign_in(getattr(cast, username)), told, today()).status_code == status

    def test_journal(self, writer, told) -> None:
        reread(writer, told, today())
        row = Acces.objects.get(page="evaluation:relecture")
        assert (row.action, row.usager_ids) == ("ecriture", [told.usager_id])


class TestWhoReads:
    @together(
        ("username", "status"),
        [
            ("gos", 403),
            ("puericultrice", 403),
            ("psychologue", 403),
            ("dpo", 403),
            ("admin", 403),
            ("assistant_social_2", 404),
            ("assistant_social_chatenay", 404),
            ("responsable_accueil", 404),
            ("responsable_evaluation", 404),
            ("responsable_sst", 404),
            ("assistant_social", 200),
        ],
    )
    def test_each_role(self, cast, sign_in, told, username, status) -> None:
        client = sign_in(getattr(cast, username))
        assert client.get(url(told)).status_code == status
        is_social = status != 403 and not username.startswith("responsable")
        assert complete(client, told).status_code == (status if is_social else 403)

    def test_the_responsable_while_a_decision_waits_and_no_longer(self, cast, leader, told) -> None:
        told.submit(by=cast.assistant_social)
        assert leader.get(url(told)).status_code == 200
        told.validate(by=cast.responsable_evaluation)
        assert leader.get(url(told)).status_code == 404

    def test_the_referent_once_it_is_handed_over_and_the_evaluator_no_longer(self, cast, sign_in, writer, told) -> None:
        told.submit(by=cast.assistant_social)
        told.validate(by=cast.responsable_evaluation)
        sent = make_relais(told.usager, by=cast.assistant_social, to="issy-accompagnement")
        told.relais_envoyes.add(sent)
        open_parcours(sent, by=cast.assistant_social_2)
        assert "loyer" in text_of(sign_in(cast.assistant_social_2), told)
        assert writer.get(url(told)).status_code == 404

    def test_out_of_scope_is_what_does_not_exist(self, cast, sign_in, leader, told) -> None:
        """For a responsable too, who sees that the evaluation exists and not what it says."""
        for client in (leader, sign_in(cast.assistant_social_2)):
            answers = [client.get(url(told)), client.get(f"/evaluation/{uuid4()}/synthese/")]
            assert without_csrf(answers[0].content) == without_csrf(answers[1].content)
        assert Acces.objects.filter(page="evaluation:synthese", action="refus", usager_ids=[]).count() == 4

    def test_a_deport_wins(self, cast, writer, told) -> None:
        Deport.objects.create(agent=cast.assistant_social, usager=told.usager, lien="proche")
        assert writer.get(url(told)).status_code == 404
        assert reread(writer, told, today()).status_code == 404

    def test_other_methods(self, writer, told) -> None:
        assert writer.put(url(told)).status_code == 405
        assert writer.get(page_of(told, "synthese", "relecture")).status_code == 405

    def test_a_link_leads_to_it_for_whoever_reads_the_content(self, leader, writer, told) -> None:
        assert url(told) in writer.get(page_of(told)).content.decode()
        assert url(told) not in leader.get(page_of(told)).content.decode()


def test_constant_queries(cast, writer, told) -> None:
    few = count_queries(writer, url(told))
    copies(PointAppui.objects.get(), 200)
    copies(Proposition.objects.get(libelle="Un temps d’écoute"), 200)
    copies(FragiliteReperee.objects.filter(fragilite__code="isolement").get(), 30, removed_at=lambda _: timezone.now())
    assert count_queries(writer, url(told)) == few <= 15


class TestAPregnancyIsHersToTell:
    def test_nothing_stays_of_the_one_that_was_withdrawn(self, cast, writer, evaluation) -> None:
        explore_all(evaluation, by=cast.assistant_social, fragilites=("isolement", "grossesse_non_suivie"))
        propose(evaluation, "Un entretien confidentiel", "grossesse_non_suivie", "puericultrice")
        propose(evaluation, "Un temps d’échange", "isolement", "puericultrice")
        FragiliteReperee.objects.filter(fragilite__code="grossesse_non_suivie").update(removed_at=timezone.now())
        read = text_of(writer, evaluation)
        assert "Un temps d’échange (avec : infirmière puéricultrice)" in read
        assert "Un entretien confidentiel" not in read

    def test_the_midwife_is_not_named(self, writer, told) -> None:
        propose(told, "En parler avec la sage-femme", "isolement")
        propose(told, "Un rendez-vous rapide", "isolement", "sage_femme")
        read = text_of(writer, told)
        assert "Un rendez-vous rapide" in read
        assert "sage-femme" not in read.lower()
        assert "(avec : sage-femme)" in words(complete(writer, told))

    def test_whom_it_calls_for_tells_why(self, writer, told) -> None:
        propose(told, "Un accueil le mardi", "isolement", partenaire_type="violences")
        propose(told, "Un accueil le jeudi", "isolement", partenaire_type="ccas")
        read = text_of(writer, told)
        assert "Un accueil le jeudi" in read
        assert "Un accueil le mardi" not in read
