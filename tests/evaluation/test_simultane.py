"""Two people at once, on the real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accueil.models import Rattachement, Relais
from evaluation.models import Contribution, EtapeEvaluation, Evaluation, Exploration, FragiliteReperee, Relecture
from evaluation.opening import open_from
from evaluation.views import relais as relais_views
from parcours.demonstration.builders import explore_all, make_contribution, make_relais
from pole_social.models import Acces, Affectation, Agent
from tests.evaluation.conftest import exploration_of, page_of, person, save_domaine
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agents() -> dict[str, Agent]:
    found = {agent.username: agent for agent in Agent.objects.all()}
    # A second evaluator in the same unité.
    unite = found["assistant-social"].unites[0]
    Affectation.objects.get_or_create(agent=found["cesf"], unite=unite)
    return {agent.username: agent for agent in Agent.objects.all()}


@pytest.fixture
def browsers(agents) -> list[Client]:
    """The evaluator's and their colleague's."""
    made = []
    for username in ("assistant-social", "cesf"):
        client = Client()
        client.force_login(agents[username])
        made.append(client)
    return made


def statuses(answers: list[Any]) -> list[int]:
    assert all(isinstance(answer, HttpResponse) for answer in answers), answers
    return sorted(answer.status_code for answer in answers if isinstance(answer, HttpResponse))


def accepting(client: Client, relais: Relais) -> Callable[[], Any]:
    return lambda: client.post(f"/evaluation/relais/{relais.pk}/acceptation/")


@pytest.fixture
def meeting(monkeypatch) -> None:
    """Nobody begins to look for their relais before both are at it."""
    together = Barrier(2, timeout=20)
    real = relais_views.answered

    def waited(agent: Agent):
        together.wait()
        return real(agent)

    monkeypatch.setattr(relais_views, "answered", waited)


def test_two_accept_one_relais(agents, browsers, meeting):
    """One evaluation; the other is told that the situation has changed (or no longer finds it)."""
    relais = make_relais(person(), by=agents["gos"])
    answers = at_once([accepting(client, relais) for client in browsers])
    assert statuses(answers) in ([302, 409], [302, 404])
    opened = Evaluation.objects.get(usager=relais.usager)
    assert relais.etapes.filter(vers=Relais.Statut.ACCEPTE).count() == 1
    assert opened.explorations.count() == 14
    assert Rattachement.objects.filter(source_id=opened.pk).count() == 1


def test_one_accepts_while_the_other_has_already_read_it(agents, browsers, monkeypatch):
    """Both hold the page of a waiting relais: the second gets 409, exactly."""
    relais = make_relais(person(), by=agents["gos"])
    real, accepted = relais_views.open_from, []

    def slow(found, *, by):
        accepted.append(by)
        return real(found, by=by)

    monkeypatch.setattr(relais_views, "answered", relais_views.received)  # without the lock: both fetch it
    together = Barrier(2, timeout=20)
    monkeypatch.setattr(relais_views, "open_from", lambda found, by: (together.wait(), slow(found, by=by))[1])
    answers = at_once([accepting(client, relais) for client in browsers])
    assert statuses(answers) == [302, 409]
    assert len(accepted) == 2
    assert Evaluation.objects.filter(usager=relais.usager).count() == 1


def test_two_relais_of_one_person(agents, browsers, meeting):
    usager = person()
    both = [make_relais(usager, by=agents["gos"]) for _ in range(2)]
    answers = at_once([accepting(client, one) for client, one in zip(browsers, both, strict=True)])
    assert statuses(answers) == [302, 302]
    opened = Evaluation.objects.get(usager=usager)
    assert Exploration.objects.filter(evaluation__usager=usager).count() == 14
    assert set(opened.relais_recus.all()) == set(both)
    natures = Rattachement.objects.live().filter(source_id=opened.pk).values_list("nature", flat=True)
    assert sorted(natures) == ["contribution", "evaluation"]


@pytest.fixture
def evaluation(agents) -> Evaluation:
    """One that assistant-social and cesf both write in."""
    usager = person()
    first, second = (make_relais(usager, by=agents["gos"]) for _ in range(2))
    opened = open_from(first, by=agents["assistant-social"])
    open_from(second, by=agents["cesf"])
    return opened


def test_two_save_the_same_domaine(browsers, evaluation):
    texts = ["Une version des faits.", "Une autre version."]
    levels = ["fragilite", "danger"]

    def saving(client: Client, text: str, niveau: str) -> Callable[[], Any]:
        typed = {"etat": "fragilites", "dit": text, "niveau_impaye_loyer": niveau, "version": 1}
        return lambda: save_domaine(client, evaluation, "logement", **typed)

    answers = at_once([saving(*row) for row in zip(browsers, texts, levels, strict=True)])
    assert statuses(answers) == [302, 409]
    refused = next(a for a in answers if isinstance(a, HttpResponse) and a.status_code == 409)
    assert all(text in refused.content.decode() for text in texts)
    saved = exploration_of(evaluation, "logement")
    assert saved.version == 2
    standing = FragiliteReperee.objects.get(exploration=saved)
    assert (saved.dit, standing.niveau) in list(zip(texts, levels, strict=True))


def test_two_save_different_domaines(browsers, evaluation):
    codes = ["logement", "budget"]

    def saving(client: Client, code: str) -> Callable[[], Any]:
        return lambda: save_domaine(client, evaluation, code, etat="a_approfondir", version=1)

    assert statuses(at_once([saving(*row) for row in zip(browsers, codes, strict=True)])) == [302, 302]
    assert all(exploration_of(evaluation, code).version == 2 for code in codes)


def asking(client: Client, evaluation: Evaluation, agent: Agent, objet: str) -> Callable[[], Any]:
    due = timezone.localdate() + timedelta(days=3)
    typed = {"agent": agent.pk, "objet": objet, "echeance": f"{due:%d/%m/%Y}"}
    return lambda: client.post(page_of(evaluation, "contributions", "nouvelle"), typed)


def test_two_evaluators_ask_the_same_agent(agents, browsers, evaluation):
    asked = [asking(client, evaluation, agents["medecin"], f"Une demande {n}") for n, client in enumerate(browsers)]
    answers = at_once(asked)
    assert statuses(answers) == [302, 409]
    made = Contribution.objects.get(evaluation=evaluation)
    assert made.etapes.count() == 1
    assert Rattachement.objects.live().filter(source_id=evaluation.pk, agent=agents["medecin"]).count() == 1


@pytest.fixture
def health(agents) -> Client:
    client = Client()
    client.force_login(agents["puericultrice"])
    return client


def signing(client: Client, asked: Contribution) -> Callable[[], Any]:
    typed = {"texte": "Le texte signé", "version": 1}
    return lambda: client.post(f"/evaluation/contributions/{asked.pk}/signature/", typed)


@pytest.mark.parametrize("attempt", range(5))
def test_one_signs_what_the_other_withdraws(agents, browsers, health, evaluation, attempt):
    """Exactly one effect; the other is told, and a text that was not signed comes back."""
    asked = make_contribution(evaluation, by=agents["assistant-social"], of=agents["puericultrice"])
    withdrawing = f"/evaluation/contributions/{asked.pk}/retrait/"
    answers = at_once([signing(health, asked), lambda: browsers[0].post(withdrawing, {"motif": "Vue en équipe"})])
    assert statuses(answers) == [302, 409]
    moved = asked.etapes.exclude(de="").get()
    found = Contribution.objects.get(pk=asked.pk)
    assert found.statut == moved.vers
    is_signed = found.statut == Contribution.Statut.SIGNEE
    assert found.texte == ("Le texte signé" if is_signed else "")
    assert Rattachement.objects.live().filter(agent=agents["puericultrice"]).exists() is is_signed
    signed = answers[0]
    assert is_signed or (isinstance(signed, HttpResponse) and "Le texte signé" in signed.content.decode())


@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.parametrize("act", ["validation", "sans-accompagnement"])
def test_one_signs_while_the_other_sends_or_closes(agents, browsers, health, evaluation, act, attempt):
    """A submitted evaluation has its signature; a closed one awaits nothing."""
    explore_all(evaluation, by=agents["assistant-social"], fragilites=())
    asked = make_contribution(evaluation, by=agents["assistant-social"], of=agents["puericultrice"])
    moving = [signing(health, asked), lambda: browsers[0].post(page_of(evaluation, act), {"motif": "Une raison"})]
    answers = at_once(moving)
    found, state = Contribution.objects.get(pk=asked.pk), Evaluation.objects.get(pk=evaluation.pk).statut
    is_signed = found.statut == Contribution.Statut.SIGNEE
    assert asked.etapes.exclude(de="").count() == 1
    if act == "validation":
        assert statuses(answers) in ([302, 302], [302, 409])
        assert is_signed
        assert (state == Evaluation.Statut.A_VALIDER) is (statuses(answers) == [302, 302])
    else:
        assert state == Evaluation.Statut.SANS_ACCOMPAGNEMENT
        assert statuses(answers) == ([302, 302] if is_signed else [302, 409])


def test_a_double_click_signs_once(agents, health, evaluation):
    asked = make_contribution(evaluation, by=agents["assistant-social"], of=agents["puericultrice"])
    assert statuses(at_once([signing(health, asked) for _ in range(2)])) == [302, 302]
    assert asked.etapes.filter(vers="signee").count() == 1


def test_submitting_twice_is_one_etape(agents, browsers, evaluation):
    explore_all(evaluation, by=agents["assistant-social"])

    def submitting(client: Client) -> Callable[[], Any]:
        return lambda: client.post(page_of(evaluation, "validation"))

    answers = at_once([submitting(client) for client in browsers])
    assert statuses(answers) == [302, 302]
    assert EtapeEvaluation.objects.filter(objet=evaluation, vers="a_valider").count() == 1
    assert Rattachement.objects.filter(source_id=evaluation.pk, nature="validation").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_domaine_withdrawn_while_it_is_submitted(agents, browsers, evaluation, attempt):
    """Whoever comes first, an evaluation submitted has its fourteen domaines."""
    explore_all(evaluation, by=agents["assistant-social"], fragilites=())
    version = exploration_of(evaluation, "budget").version
    answers = at_once(
        [
            lambda: browsers[0].post(page_of(evaluation, "validation")),
            lambda: save_domaine(browsers[1], evaluation, "budget", etat="pas_encore_aborde", version=version),
        ]
    )
    assert statuses(answers) == [302, 409]
    is_submitted = Evaluation.objects.get(pk=evaluation.pk).statut == Evaluation.Statut.A_VALIDER
    assert is_submitted is exploration_of(evaluation, "budget").is_explored


def test_two_note_the_same_reading_of_the_synthesis(browsers, evaluation):
    """One row: the first who noted it."""
    day = {"relue_on": f"{timezone.localdate():%d/%m/%Y}"}

    def noting(client: Client) -> Callable[[], Any]:
        return lambda: client.post(page_of(evaluation, "synthese", "relecture"), day)

    assert statuses(at_once([noting(client) for client in browsers])) == [302, 302]
    assert Relecture.objects.filter(evaluation=evaluation).count() == 1


def test_the_complete_synthesis_is_given_to_one_of_two_clicks(browsers, evaluation):
    asked = {"is_demande": "on", "cle": str(uuid4())}
    twice = [lambda: browsers[0].post(page_of(evaluation, "synthese"), asked)] * 2
    assert statuses(at_once(twice)) == [200, 302]
    assert Acces.objects.filter(page="evaluation:synthese", motif="a_sa_demande").count() == 1
