"""Several métiers contribute to one evaluation: asked, signed, declined, no longer awaited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accueil.fusion import merge
from accueil.models import Deport, Rattachement, Relais, Usager
from evaluation.models import (
    Contribution,
    Evaluation,
    Exploration,
    FragiliteReperee,
    PointAppui,
    Proposition,
)
from evaluation.opening import open_from
from parcours.demonstration.builders import make_contribution, make_evaluation, make_relais
from pole_social.models import Acces, Affectation, Agent, MoveRefused
from tests.bulk import copies, related_alike
from tests.evaluation.conftest import HOSTILE, page_of, person, save_domaine, without_csrf
from tests.queries import count_queries
from tests.together import together

Statut = Contribution.Statut
LISTE = "/evaluation/contributions/"
TEXTE = "Le sommeil de Léo est à suivre ; la courbe de poids est rassurante."
# On the evaluation's page and in its rows, what a puéricultrice must never get.
SOCIAL = ("Impayé de loyer", "Sa sœur habite à côté", "commandement de payer", "Logement")

CONTENT: tuple[Any, ...] = (Evaluation, Exploration, FragiliteReperee, PointAppui, Proposition)


def url_of(contribution: Contribution, *below: str) -> str:
    return "/".join([LISTE.rstrip("/"), str(contribution.pk), *below, ""])


def again(contribution: Contribution) -> Contribution:
    return Contribution.objects.select_related("evaluation").get(pk=contribution.pk)


def ask(client, evaluation, agent, /, **typed):
    due = timezone.localdate() + timedelta(days=5)
    sent = {"agent": agent.pk if isinstance(agent, Agent) else agent, "objet": "Un avis", "echeance": f"{due:%d/%m/%Y}"}
    return client.post(page_of(evaluation, "contributions", "nouvelle"), sent | typed)


def sign(client, contribution, texte=TEXTE, **typed):
    typed.setdefault("version", again(contribution).version)
    return client.post(url_of(contribution, "signature"), {"texte": texte, **typed})


def keep(client, contribution, texte=TEXTE, **typed):
    typed.setdefault("version", again(contribution).version)
    return client.post(url_of(contribution), {"texte": texte, **typed})


def is_related(contribution: Contribution) -> bool:
    live = Rattachement.objects.live().from_source(contribution.evaluation)
    return live.filter(agent=contribution.agent, nature="contribution").exists()


@pytest.fixture
def asked(cast, evaluation) -> Contribution:
    """Asked of the puéricultrice by the evaluator."""
    return make_contribution(evaluation, by=cast.assistant_social, of=cast.puericultrice)


@pytest.fixture
def health(cast, sign_in):
    """The puéricultrice's browser."""
    return sign_in(cast.puericultrice)


@pytest.fixture
def colleague(cast, sign_in):
    """The browser of a social worker of another unité."""
    return sign_in(cast.cesf)


class TestAsking:
    def test_it_is_in_the_list_of_whoever_is_asked(self, cast, writer, health, evaluation):
        response = ask(writer, evaluation, cast.puericultrice, objet="Votre regard sur Léo")
        assert response.url == page_of(evaluation) + "#contributions"
        made = Contribution.objects.get()
        assert (made.agent, made.asked_by, made.evaluation) == (cast.puericultrice, cast.assistant_social, evaluation)
        assert [etape.vers for etape in made.etapes.all()] == ["demandee"]
        assert is_related(made)
        assert "Votre regard sur Léo" in health.get(LISTE).content.decode()
        assert "La demande est dans la liste de Hélène Caron." in writer.get(page_of(evaluation)).content.decode()

    @together("username", ["puericultrice", "medecin", "ccf", "psychologue", "cesf", "eje", "sage_femme"])
    def test_every_metier_of_care(self, cast, writer, evaluation, username):
        assert ask(writer, evaluation, getattr(cast, username)).status_code == 302
        assert Contribution.objects.get().agent == getattr(cast, username)

    @together(
        "username",
        ["gos", "responsable_evaluation", "responsable_sst", "dpo", "admin", "assistant_social_chatenay"],
    )
    def test_nobody_else_is_offered(self, cast, writer, evaluation, username):
        agent = getattr(cast, username)
        page = writer.get(page_of(evaluation, "contributions", "nouvelle")).content.decode()
        assert str(agent.pk) not in page
        assert str(cast.puericultrice.pk) in page
        response = ask(writer, evaluation, agent)
        assert "Choisissez un professionnel de la liste." in response.content.decode()
        assert not Contribution.objects.exists()

    def test_nor_whoever_works_on_it_already(self, cast, writer, evaluation, asked):
        open_from(make_relais(evaluation.usager, by=cast.gos), by=cast.cesf)
        page = writer.get(page_of(evaluation, "contributions", "nouvelle")).content.decode()
        for agent in (cast.assistant_social, cast.cesf, cast.puericultrice):
            assert str(agent.pk) not in page
        assert str(cast.medecin.pk) in page
        for agent in (cast.assistant_social, cast.cesf):
            assert "de la liste" in ask(writer, evaluation, agent).content.decode()

    def test_nor_whoever_has_left(self, cast, writer, evaluation):
        yesterday = timezone.localdate() - timedelta(days=1)
        Affectation.objects.filter(agent=cast.medecin).update(ends_on=yesterday)
        Agent.objects.filter(pk=cast.sage_femme.pk).update(is_active=False)
        page = writer.get(page_of(evaluation, "contributions", "nouvelle")).content.decode()
        assert str(cast.medecin.pk) not in page and str(cast.sage_femme.pk) not in page
        assert str(cast.puericultrice.pk) in page

    def test_a_deport_is_answered_like_an_unknown_agent(self, cast, writer, evaluation):
        Deport.objects.create(agent=cast.medecin, usager=evaluation.usager, lien=Deport.Lien.PROCHE)
        key = str(uuid4())
        answers = [ask(writer, evaluation, agent, cle=key) for agent in (cast.medecin, uuid4(), "inconnu", cast.gos)]
        assert {answer.status_code for answer in answers} == {200}
        pages = [without_csrf(answer.content) for answer in answers]
        assert all(page == pages[0] for page in pages)
        assert not Contribution.objects.exists()
        # Negative control: of another person, the same agent is asked.
        other = make_evaluation(person(), sent_by=cast.gos, by=cast.assistant_social)
        assert ask(writer, other, cast.medecin).status_code == 302

    def test_a_deport_from_a_record_merged_since(self, cast, writer, evaluation):
        twin = person()
        Deport.objects.create(agent=cast.medecin, usager=twin, lien=Deport.Lien.PROCHE)
        assert str(cast.medecin.pk) in writer.get(page_of(evaluation, "contributions", "nouvelle")).content.decode()
        merge(evaluation.usager, twin, by=cast.responsable_accueil)
        assert str(cast.medecin.pk) not in writer.get(page_of(evaluation, "contributions", "nouvelle")).content.decode()

    def test_whoever_has_signed_may_be_asked_again(self, cast, writer, health, evaluation, asked):
        sign(health, asked)
        assert ask(writer, evaluation, cast.puericultrice, objet="Une précision").status_code == 302
        second = Contribution.objects.waiting().get()
        second.decline(by=cast.puericultrice, motif="Rien à ajouter")
        assert is_related(second), "they still read what they signed"

    @together(
        ("typed", "message"),
        [
            ({"agent": ""}, "Choisissez un professionnel."),
            ({"objet": ""}, "Dites ce que vous demandez."),
            ({"objet": "x" * 301}, "300"),
            ({"echeance": ""}, "Dites pour quand."),
            ({"echeance": "31/02/2027"}, "À corriger"),
            ({"echeance": "01/01/2020"}, "Cette date est passée"),
            ({"echeance": "01/01/2099"}, "trop lointaine"),
            ({"echeance": "12/12/10000"}, "À corriger"),
        ],
    )
    def test_refused_with_what_was_typed(self, cast, writer, evaluation, typed, message):
        response = ask(writer, evaluation, cast.puericultrice, **({"objet": "Gardé sur la page"} | typed))
        text = response.content.decode()
        assert response.status_code == 200
        assert message.lower() in text.lower()
        assert "Gardé sur la page" in text or "objet" in typed
        assert not Contribution.objects.exists()

    @together("typed", HOSTILE)
    @together("name", ["agent", "objet", "echeance", "cle"])
    def test_hostile(self, cast, writer, evaluation, name, typed):
        assert ask(writer, evaluation, cast.puericultrice, **{name: typed}).status_code in (200, 302)

    def test_the_same_sending_twice_is_one(self, cast, writer, evaluation):
        key = str(uuid4())
        answers = [ask(writer, evaluation, cast.puericultrice, cle=key) for _ in range(2)]
        assert answers[0].url == answers[1].url
        assert Contribution.objects.count() == 1

    def test_another_content_under_the_same_key_shows_both(self, cast, writer, evaluation):
        key = str(uuid4())
        ask(writer, evaluation, cast.puericultrice, objet="Le premier objet", cle=key)
        response = ask(writer, evaluation, cast.puericultrice, objet="Le second objet", cle=key)
        assert response.status_code == 409
        assert "Le premier objet" in response.content.decode() and "Le second objet" in response.content.decode()
        assert Contribution.objects.count() == 1

    def test_a_colleague_asked_the_same_agent_first(self, cast, writer, evaluation, asked):
        response = ask(writer, evaluation, cast.puericultrice, objet="Une seconde demande")
        assert response.status_code == 409
        assert "Une seconde demande" in response.content.decode()
        assert Contribution.objects.count() == 1

    def test_only_while_the_evaluation_is_made(self, cast, writer, submitted):
        page = page_of(submitted, "contributions", "nouvelle")
        assert writer.get(page).url == page_of(submitted)
        response = ask(writer, submitted, cast.puericultrice, objet="Une demande trop tard")
        assert response.status_code == 409
        assert "Une demande trop tard" in response.content.decode()
        submitted.send_back(by=cast.responsable_evaluation, motif="Préciser la santé")
        assert ask(writer, submitted, cast.puericultrice).status_code == 302

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
    def test_each_role(self, cast, sign_in, evaluation, username, status):
        assert ask(sign_in(getattr(cast, username)), evaluation, cast.medecin).status_code == status

    def test_out_of_scope_is_not_found(self, cast, sign_in, evaluation):
        client = sign_in(cast.assistant_social_2)
        unknown = Evaluation(pk=uuid4())
        pages = [client.get(page_of(one, "contributions", "nouvelle")) for one in (evaluation, unknown)]
        assert [page.status_code for page in pages] == [404, 404]
        assert pages[0].content == pages[1].content


class TestContributor:
    def test_the_page_says_who_asks_what_for(self, health, asked):
        asked.evaluation.usager.contact_sur = "sms"
        asked.evaluation.usager.save()
        text = health.get(url_of(asked)).content.decode()
        for said in ("Aminata Traoré", "Karim Haddad", asked.objet, "Contact sûr", "vous seulement"):
            assert said in text

    def test_overdue_is_loud(self, cast, health, evaluation, asked):
        late = timezone.localdate() - timedelta(days=3)
        Contribution.objects.filter(pk=asked.pk).update(echeance=late)
        for page in (LISTE, "/parcours/", url_of(asked)):
            assert "en retard depuis 3 jours" in health.get(page).content.decode()

    def test_kept_without_signing_nobody_else_reads_it(self, writer, health, asked):
        assert keep(health, asked).url == url_of(asked)
        assert again(asked).statut == Statut.DEMANDEE
        assert TEXTE in health.get(url_of(asked)).content.decode()
        page = writer.get(page_of(asked.evaluation)).content.decode()
        assert TEXTE not in page and "Hélène Caron" in page
        sign(health, asked)
        assert TEXTE in writer.get(page_of(asked.evaluation)).content.decode()

    def test_signed_it_changes_no_more(self, cast, health, asked):
        assert sign(health, asked).url == url_of(asked)
        signed = again(asked)
        assert (signed.statut, signed.texte) == (Statut.SIGNEE, TEXTE)
        assert signed.etapes.get(vers="signee").by == cast.puericultrice
        page = health.get(url_of(asked)).content.decode()
        assert TEXTE in page and "<textarea" not in page
        assert "Signées ces trente derniers jours" in health.get(LISTE).content.decode()
        with pytest.raises(DatabaseError), transaction.atomic():
            Contribution.objects.filter(pk=asked.pk).update(texte="Un autre texte")

    def test_signing_twice_is_once(self, health, asked):
        version = asked.version
        assert [sign(health, asked, version=version).url for _ in range(2)] == [url_of(asked)] * 2
        assert asked.etapes.filter(vers="signee").count() == 1

    def test_another_text_once_signed_is_given_back(self, health, asked):
        sign(health, asked)
        for act in (sign, keep):
            response = act(health, asked, texte="Un second texte")
            assert response.status_code == 409
            assert TEXTE in response.content.decode() and "Un second texte" in response.content.decode()
        assert again(asked).texte == TEXTE

    @together("typed", ["", "   ", "x" * 4001])
    def test_not_signed_without_words_nor_with_too_many(self, health, asked, typed):
        response = sign(health, asked, texte=typed)
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert (typed.strip() or "Écrivez votre contribution avant de la signer.") in response.content.decode()
        assert again(asked).statut == Statut.DEMANDEE

    def test_two_tabs_both_texts(self, health, asked):
        keep(health, asked, texte="Le texte du premier onglet", version=1)
        for act in (keep, sign):
            response = act(health, asked, texte="Le texte du second onglet", version=1)
            assert response.status_code == 409
            text = response.content.decode()
            assert "Le texte du premier onglet" in text and "Le texte du second onglet" in text
            assert (again(asked).texte, again(asked).statut) == ("Le texte du premier onglet", Statut.DEMANDEE)
        assert sign(health, asked, texte="Le texte du second onglet").status_code == 302

    def test_declining_says_why_and_closes_the_file(self, cast, writer, health, asked):
        assert is_related(asked)
        response = health.post(url_of(asked, "refus"), {"motif": "Je ne suis pas cet enfant", "texte": "Un début"})
        assert response.url == LISTE
        assert not is_related(asked)
        assert health.get(url_of(asked)).status_code == 404
        assert not Usager.objects.visible_to(Agent.objects.get(pk=cast.puericultrice.pk)).exists()
        page = writer.get(page_of(asked.evaluation)).content.decode()
        assert "Je ne suis pas cet enfant" in page and "Un début" not in page
        # The second click of a double click.
        assert health.post(url_of(asked, "refus"), {"motif": "Je ne suis pas cet enfant"}).url == LISTE
        assert asked.etapes.filter(vers="declinee").count() == 1

    def test_declining_without_a_reason_keeps_the_text(self, health, asked):
        response = health.post(url_of(asked, "refus"), {"motif": "", "texte": "Un début de texte", "version": 1})
        text = response.content.decode()
        assert "Dites pourquoi : l’évaluateur saura à qui demander." in text and "Un début de texte" in text
        assert again(asked).statut == Statut.DEMANDEE

    @together("typed", HOSTILE)
    @together(
        ("below", "name"),
        [((), "texte"), ((), "version"), (("signature",), "texte"), (("signature",), "version"), (("refus",), "motif")],
    )
    def test_hostile(self, health, asked, below, name, typed):
        sent = {"texte": "Un texte", "version": 1, "motif": "Une raison", name: typed}
        assert health.post(url_of(asked, *below), sent).status_code in (200, 302)

    @together("below", ["signature", "refus", "retrait"])
    def test_acts_are_posts(self, writer, health, asked, below):
        assert {client.get(url_of(asked, below)).status_code for client in (writer, health)} == {405}

    @together(
        ("username", "status"),
        [("gos", 403), ("responsable_evaluation", 403), ("medecin", 404), ("cesf", 404), ("puericultrice", 200)],
    )
    def test_each_role(self, cast, sign_in, asked, username, status):
        client = sign_in(getattr(cast, username))
        assert client.get(url_of(asked)).status_code == status
        if status != 200:
            assert sign(client, asked).status_code == status
            assert client.post(url_of(asked, "refus"), {"motif": "Non"}).status_code == status
            assert again(asked).statut == Statut.DEMANDEE

    def test_the_evaluator_does_not_sign_for_them(self, cast, writer, asked):
        assert sign(writer, asked).status_code == 404
        with pytest.raises(MoveRefused):
            asked.sign(by=cast.assistant_social, texte=TEXTE)
        with pytest.raises(MoveRefused):
            asked.decline(by=cast.assistant_social, motif="Non")

    def test_out_of_scope_is_not_found(self, cast, sign_in, asked):
        client = sign_in(cast.medecin)
        pages = [client.get(url_of(one)) for one in (asked, Contribution(pk=uuid4()))]
        assert [page.status_code for page in pages] == [404, 404]
        assert pages[0].content == pages[1].content

    def test_the_journal_names_the_relationship(self, health, asked):
        health.get(url_of(asked))
        row = Acces.objects.get(page="evaluation:contribution")
        granted = Rattachement.objects.get(source_id=asked.evaluation_id, nature="contribution")
        assert (row.usager_ids, row.rattachement_id) == ([asked.evaluation.usager_id], granted.pk)
        assert row.objet_id == asked.pk


class TestSecrecy:
    @pytest.fixture
    def rich(self, cast, explored) -> Evaluation:
        """An evaluation that has something of everything."""
        PointAppui.objects.create(
            evaluation=explored, libelle="Sa sœur habite à côté", recorded_by=cast.assistant_social
        )
        Proposition.objects.create(evaluation=explored, libelle="Demander le FSL", recorded_by=cast.assistant_social)
        return explored

    @together("username", ["puericultrice", "ccf", "psychologue"])
    def test_another_metier_gets_nothing_of_the_social_content(self, cast, sign_in, rich, username):
        agent = getattr(cast, username)
        mine = make_contribution(rich, by=cast.assistant_social, of=agent)
        client = sign_in(agent)
        for page in (LISTE, url_of(mine)):
            text = client.get(page).content.decode()
            assert "Traoré" in text
            assert not [said for said in (*SOCIAL, "FSL") if said in text]
        assert client.get(page_of(rich)).status_code == 403
        assert client.get(page_of(rich, "domaines", "logement")).status_code == 403
        assert not any(model.objects.visible_to(agent).exists() for model in CONTENT)
        assert Contribution.objects.visible_to(agent).get() == mine

    def test_a_social_contributor_gets_it_all(self, cast, colleague, rich):
        """The negative control: the same question, of the métier that reads it."""
        assert colleague.get(page_of(rich)).status_code == 404
        mine = make_contribution(rich, by=cast.assistant_social, of=cast.cesf)
        text = colleague.get(page_of(rich)).content.decode()
        assert [said for said in SOCIAL if said in text] == list(SOCIAL)
        assert "Écrire ma contribution" in text
        assert all(model.objects.visible_to(cast.cesf).exists() for model in CONTENT)
        assert page_of(rich) in colleague.get(url_of(mine)).content.decode()

    def test_and_explores_domaines_in_their_own_name(self, cast, writer, colleague, evaluation):
        make_contribution(evaluation, by=cast.assistant_social, of=cast.cesf)
        assert save_domaine(colleague, evaluation, "budget", etat="a_approfondir").status_code == 302
        row = writer.get(page_of(evaluation)).content.decode().split('id="budget"')[1].split("</li>")[0]
        assert "par Julie Petit" in row

    def test_nobody_else_s_contribution(self, cast, sign_in, rich):
        make_contribution(rich, by=cast.assistant_social, of=cast.puericultrice)
        theirs = make_contribution(rich, by=cast.assistant_social, of=cast.medecin)
        assert sign_in(cast.puericultrice).get(url_of(theirs)).status_code == 404
        # A responsable of santé contributes like any other professional of santé.
        Affectation.objects.filter(agent=cast.puericultrice).update(responsable=True)
        leader = Agent.objects.get(pk=cast.puericultrice.pk)
        assert [one.agent for one in Contribution.objects.visible_to(leader)] == [leader]
        assert Contribution.objects.visible_to(cast.assistant_social).count() == 2

    def test_the_responsable_reads_it_until_the_decision(self, cast, leader, health, rich):
        mine = make_contribution(rich, by=cast.assistant_social, of=cast.puericultrice)
        sign(health, mine)

        def reads() -> bool:
            return TEXTE in leader.get(page_of(rich)).content.decode()

        assert not reads()
        rich.submit(by=cast.assistant_social)
        assert reads()
        rich.validate(by=cast.responsable_evaluation)
        assert not reads()

    def test_a_deport_declared_since_closes_it(self, cast, health, asked):
        assert health.get(url_of(asked)).status_code == 200
        Deport.objects.create(agent=cast.puericultrice, usager=asked.evaluation.usager, lien=Deport.Lien.PROCHE)
        assert health.get(url_of(asked)).status_code == 404
        assert sign(health, asked).status_code == 404
        assert "Traoré" not in health.get(LISTE).content.decode()

    def test_never_printed(self, writer, asked, health):
        sign(health, asked)
        section = writer.get(page_of(asked.evaluation)).content.decode().split('aria-labelledby="contributions"')[0]
        assert section.rsplit("<section", 1)[1].strip() == 'class="section a-l-ecran"'


class TestWithdrawing:
    def test_no_longer_awaited(self, cast, writer, health, asked):
        page = writer.get(page_of(asked.evaluation)).content.decode()
        assert "Ne plus l’attendre" in page
        response = writer.post(url_of(asked, "retrait"), {"motif": "Vue en équipe"})
        assert response.url == page_of(asked.evaluation) + "#contributions"
        assert again(asked).statut == Statut.RETIREE
        assert not is_related(asked)
        assert "Vue en équipe" in writer.get(page_of(asked.evaluation)).content.decode()
        # Twice is once.
        assert writer.post(url_of(asked, "retrait"), {"motif": "Vue en équipe"}).status_code == 302
        assert asked.etapes.filter(vers="retiree").count() == 1

    def test_a_reason_is_needed_and_the_others_stay_closed(self, cast, writer, asked):
        make_contribution(asked.evaluation, by=cast.assistant_social, of=cast.medecin)
        text = writer.post(url_of(asked, "retrait"), {"motif": "x" * 2001}).content.decode()
        assert text.count("x" * 2001) == 1
        assert text.count("Cette contribution reste attendue : à corriger") == 1
        assert "Dites pourquoi vous n’attendez plus" in writer.post(url_of(asked, "retrait")).content.decode()
        assert again(asked).statut == Statut.DEMANDEE

    @together("below", [(), ("signature",), ("refus",)])
    def test_what_was_being_typed_is_given_back(self, cast, health, asked, below):
        asked.withdraw(by=cast.assistant_social, motif="Trop tard")
        sent = {"texte": "Écrit pendant ce temps", "motif": "Écrit pendant ce temps", "version": 1}
        response = health.post(url_of(asked, *below), sent)
        assert response.status_code == 409
        assert "Écrit pendant ce temps" in response.content.decode()
        assert "Traoré" not in response.content.decode()
        assert again(asked).statut == Statut.RETIREE

    def test_not_once_signed(self, writer, health, asked):
        sign(health, asked)
        assert writer.post(url_of(asked, "retrait"), {"motif": "Trop tard"}).status_code == 409
        assert again(asked).statut == Statut.SIGNEE

    @together(
        ("username", "status"),
        [
            ("gos", 403),
            ("puericultrice", 403),
            ("responsable_evaluation", 403),
            ("cesf", 404),
            ("assistant_social", 302),
        ],
    )
    def test_each_role(self, cast, sign_in, asked, username, status):
        client = sign_in(getattr(cast, username))
        assert client.post(url_of(asked, "retrait"), {"motif": "Une raison"}).status_code == status
        assert (again(asked).statut == Statut.RETIREE) is (status == 302)

    @together("typed", HOSTILE)
    def test_hostile(self, writer, asked, typed):
        assert writer.post(url_of(asked, "retrait"), {"motif": typed}).status_code in (200, 302)

    def test_whoever_accepted_a_relais_too_still_works_on_it(self, cast, evaluation):
        second = make_relais(evaluation.usager, by=cast.gos)
        asked = make_contribution(evaluation, by=cast.assistant_social, of=cast.cesf)
        Affectation.objects.create(agent=cast.cesf, unite=evaluation.unite)
        open_from(second, by=Agent.objects.get(pk=cast.cesf.pk))
        asked.withdraw(by=cast.assistant_social, motif="Une raison")
        assert is_related(asked)
        assert Relais.objects.get(pk=second.pk).statut == Relais.Statut.ACCEPTE


class TestSubmitting:
    def test_not_while_one_is_awaited(self, cast, writer, health, explored):
        asked = make_contribution(explored, by=cast.assistant_social, of=cast.puericultrice)
        page = writer.get(page_of(explored)).content.decode()
        assert 'aria-disabled="true"' in page
        assert "1 contribution attendue (Hélène Caron)" in page
        response = writer.post(page_of(explored, "validation"))
        text = response.content.decode()
        assert response.status_code == 409
        assert "<li>Contribution de Hélène Caron (" in text and "Ne plus l’attendre" in text
        assert Evaluation.objects.get(pk=explored.pk).statut == "en_cours"
        sign(health, asked)
        assert writer.post(page_of(explored, "validation")).status_code == 302

    @together("act", ["decline", "withdraw"])
    def test_nor_after_it_is_given_up(self, cast, writer, explored, act):
        asked = make_contribution(explored, by=cast.assistant_social, of=cast.puericultrice)
        by = cast.puericultrice if act == "decline" else cast.assistant_social
        getattr(asked, act)(by=by, motif="Une raison")
        assert writer.post(page_of(explored, "validation")).status_code == 302

    def test_domaines_and_contributions_are_named_together(self, cast, writer, evaluation, asked):
        text = writer.post(page_of(evaluation, "validation")).content.decode()
        assert text.split('id="refus"')[1].split("</ul>")[0].count("<li>") == 15

    def test_a_signature_after_it_was_sent_is_refused_with_the_text(self, health, asked):
        """No act leads there; a row written otherwise would."""
        Evaluation.objects.filter(pk=asked.evaluation_id).update(statut="a_valider")
        response = sign(health, asked)
        assert response.status_code == 409
        assert TEXTE in response.content.decode()
        assert (again(asked).statut, again(asked).texte) == (Statut.DEMANDEE, "")


class TestEnding:
    def test_without_accompagnement_withdraws_what_is_awaited(self, cast, writer, health, evaluation, asked):
        writer.post(page_of(evaluation, "sans-accompagnement"), {"motif": "Un secret de l’évaluation"})
        closed = again(asked)
        assert closed.statut == Statut.RETIREE
        assert closed.etapes.get(vers="retiree").motif == "évaluation close sans accompagnement"
        assert health.get(url_of(asked)).status_code == 404
        assert "Traoré" not in health.get(LISTE).content.decode()

    def test_letting_go_ends_the_contributors_reading(self, cast, health, explored):
        asked = make_contribution(explored, by=cast.assistant_social, of=cast.puericultrice)
        sign(health, asked)
        explored.submit(by=cast.assistant_social)
        explored.validate(by=cast.responsable_evaluation)
        relais = make_relais(explored.usager, by=cast.assistant_social, to="issy-accompagnement")
        explored.relais_envoyes.add(relais)
        assert health.get(url_of(asked)).status_code == 200
        relais.accept(by=cast.assistant_social_2)
        explored.release(by=cast.assistant_social)
        assert health.get(url_of(asked)).status_code == 404
        assert again(asked).statut == Statut.SIGNEE

    def test_nothing_awaited_is_left_behind(self, cast, validated):
        """Whatever a release finds awaited, it withdraws."""
        relais = make_relais(validated.usager, by=cast.assistant_social, to="issy-accompagnement")
        validated.relais_envoyes.add(relais)
        relais.accept(by=cast.assistant_social_2)
        Evaluation.objects.filter(pk=validated.pk).update(statut="en_cours")
        asked = make_contribution(Evaluation.objects.get(pk=validated.pk), by=cast.assistant_social, of=cast.medecin)
        Evaluation.objects.filter(pk=validated.pk).update(statut="validee")
        validated.release(by=cast.assistant_social)
        assert again(asked).statut == Statut.RETIREE
        assert again(asked).etapes.get(vers="retiree").motif == "évaluation terminée"

    def test_a_merge_takes_it_along(self, cast, health, asked):
        kept = person(nom_usage="Gardé", prenoms="Zoé")
        merge(kept, asked.evaluation.usager, by=cast.responsable_accueil)
        assert "Gardé" in health.get(LISTE).content.decode()
        assert sign(health, asked).status_code == 302
        assert again(asked).statut == Statut.SIGNEE


class TestLists:
    def test_the_way_to_it(self, cast, health, sign_in, evaluation, asked):
        make_contribution(evaluation, by=cast.assistant_social, of=cast.cesf, objet="Un regard sur le budget")
        for client, page in (
            (health, "/parcours/"),
            (sign_in(cast.cesf), "/parcours/"),
            (sign_in(cast.cesf), "/evaluation/"),
        ):
            text = client.get(page).content.decode()
            assert "Contributions qu’on me demande" in text and "Traoré" in text
        for client, page in ((sign_in(cast.medecin), "/parcours/"), (sign_in(cast.assistant_social), "/evaluation/")):
            assert "Contributions qu’on me demande" not in client.get(page).content.decode()

    def test_the_first_date_first(self, cast, health, evaluation, asked):
        other = make_evaluation(person(nom_usage="Zola"), sent_by=cast.gos, by=cast.assistant_social)
        make_contribution(other, by=cast.assistant_social, of=cast.puericultrice, due_in=-2)
        text = health.get(LISTE).content.decode()
        assert text.index("Zola") < text.index("Traoré")

    def test_what_was_signed_long_ago_leaves(self, health, asked, monkeypatch):
        sign(health, asked)
        assert "Traoré" in health.get(LISTE).content.decode()
        later = timezone.now() + timedelta(days=31)
        monkeypatch.setattr("evaluation.models.contribution.timezone.now", lambda: later)
        assert "Traoré" not in health.get(LISTE).content.decode()

    def test_empty(self, health):
        assert "Aucune contribution ne vous est demandée." in health.get(LISTE).content.decode()

    def test_only_get(self, health):
        assert health.post(LISTE).status_code == 405

    def test_the_journal_of_a_list(self, health, asked):
        health.get(LISTE)
        row = Acces.objects.get(page="evaluation:contributions")
        assert (row.action, row.usager_ids) == ("liste", [asked.evaluation.usager_id])

    def test_constant_queries(self, cast, health, writer, explored):
        asked = make_contribution(explored, by=cast.assistant_social, of=cast.puericultrice)
        before = [count_queries(health, page) for page in (LISTE, "/parcours/", url_of(asked))]
        people = [person() for _ in range(2)]
        others = copies(explored, 300, usager_id=lambda index: people[index % 2].pk, fusion=lambda index: uuid4())
        related_alike(explored, others)
        copies(asked, 300, evaluation_id=[other.pk for other in others])
        assert [count_queries(health, page) for page in (LISTE, "/parcours/", url_of(asked))] == before
        assert before[0] <= 10 and before[1] <= 11 and before[2] <= 12

    def test_the_evaluation_s_page_stays_in_its_budget(self, cast, writer, explored):
        alone = count_queries(writer, page_of(explored))
        for username in ("puericultrice", "medecin", "ccf", "psychologue"):
            asked = make_contribution(explored, by=cast.assistant_social, of=getattr(cast, username))
        asked.sign(by=cast.psychologue, texte=TEXTE)
        assert count_queries(writer, page_of(explored)) == alone <= 20


class TestWhatIsAskedIsFreeText:
    @together("page", [LISTE, "/parcours/"])
    def test_it_is_never_printed_in_a_list(self, cast, sign_in, evaluation, page):
        make_contribution(evaluation, by=cast.assistant_social, of=cast.cesf, objet="Depuis les coups")
        html = sign_in(cast.cesf).get(page).content.decode()
        before = html.split("Depuis les coups", 1)[0]
        assert before.rsplit("<div", 1)[1].strip().startswith('class="ligne-detail a-l-ecran"')

    def test_nor_once_signed(self, health, asked):
        Contribution.objects.filter(pk=asked.pk).update(objet="Depuis les coups")
        sign(health, asked)
        before = health.get(LISTE).content.decode().split("Depuis les coups", 1)[0]
        assert before.rsplit("<div", 1)[1].strip().startswith('class="ligne-detail a-l-ecran"')


class TestWhyItIsNoLongerAwaited:
    """Said to those who read the evaluation; whoever had signed another part keeps that part alone."""

    @pytest.fixture
    def second(self, cast, health, evaluation, asked) -> Contribution:
        sign(health, asked)
        made = make_contribution(evaluation, by=cast.assistant_social, of=cast.puericultrice)
        made.withdraw(by=cast.assistant_social, motif="La dette est réglée")
        return made

    def test_another_metier_does_not_read_it(self, health, second):
        read = health.get(url_of(second)).content.decode()
        assert "Cette contribution n’est plus attendue" in read
        assert "La dette" not in read

    def test_a_reader_of_the_evaluation_does(self, writer, second):
        assert "La dette est réglée" in writer.get(page_of(second.evaluation)).content.decode()
