"""What is typed in a domaine outlives the browser, the network and the session."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from accueil.models import Usager
from evaluation.models import Evaluation
from parcours.demonstration.builders import explore_all, make_evaluation
from pole_social.models import Brouillon

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
TYPED = "Elle dort mal depuis la lettre."
KEPT = re.compile(r"^Brouillon enregistré à \d+ h \d\d\.$")
# What a browser keeps of a site, cookies aside. htmx notes the path of the page there, until the tab is closed.
STORED = """async () => JSON.stringify([
  { ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), await caches.keys(),
])"""


@pytest.fixture
def domaine(cast: SimpleNamespace, aminata: Usager) -> str:
    evaluation: Evaluation = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)
    return f"/evaluation/{evaluation.pk}/domaines/logement/"


def text_of(page: Page) -> Any:
    return page.get_by_role("textbox", name="Ce qui est dit")


def followed(page: Page) -> Any:
    return page.locator("[data-suivi]")


def test_what_is_typed_outlives_the_browser(open_desk: Any, domaine: str) -> None:
    # Given an evaluator who types, and sends nothing
    desk = open_desk("assistant-social")
    page = desk.page
    page.goto(desk.address + domaine)
    before, asked = page.evaluate(STORED), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    text_of(page).press_sequentially(TYPED)
    # Then it is kept, and said so within ten seconds
    expect(followed(page)).to_have_text(KEPT, timeout=10_000)
    assert [url for url in asked if "/brouillons/" in url] == [f"{desk.address}/brouillons/"]
    assert page.evaluate(STORED) == before
    assert TYPED not in before
    desk.check()
    # And nothing more is sent while nobody types
    asked.clear()
    page.wait_for_timeout(6_000)
    assert asked == []
    # When the browser is closed all at once, and the page opened in another
    page.context.close()
    again = open_desk("assistant-social")
    again.page.goto(again.address + domaine)
    # Then the text is there, and not saved yet
    expect(text_of(again.page)).to_have_value(TYPED)
    expect(again.page.get_by_role("heading", name="rien n’est encore enregistré")).to_be_visible()
    again.check()
    # When it is forgotten, the page is as it was saved
    again.page.get_by_role("button", name="Oublier ce brouillon").click()
    expect(text_of(again.page)).to_have_value("")
    expect(again.page.get_by_text("Ce que vous aviez commencé est abandonné.")).to_be_visible()
    again.check()
    assert not Brouillon.objects.exists()


def test_leaving_the_page_at_once_keeps_the_last_words(open_desk: Any, domaine: str) -> None:
    desk = open_desk("assistant-social")
    page = desk.page
    page.goto(desk.address + domaine)
    text_of(page).press_sequentially(TYPED)
    page.goto(f"{desk.address}/mon-compte/")
    page.wait_for_timeout(500)
    page.goto(desk.address + domaine)
    expect(text_of(page)).to_have_value(TYPED)
    # Sent, it is a draft no more, and a page that was sent is not kept again behind it.
    text_of(page).press_sequentially(" Encore.")
    page.get_by_label("à approfondir").check()
    page.get_by_role("button", name="Enregistrer et revenir").click()
    page.wait_for_url("**/evaluation/*/")
    page.wait_for_timeout(500)
    assert not Brouillon.objects.exists()
    desk.check()


def test_a_dead_network_is_said_and_tried_again(open_desk: Any, domaine: str) -> None:
    desk = open_desk("assistant-social")
    page = desk.page
    page.goto(desk.address + domaine)
    page.route("**/brouillons/", lambda route: route.abort())
    text_of(page).press_sequentially(TYPED)
    expect(followed(page)).to_contain_text("Pas encore enregistré", timeout=10_000)
    assert not Brouillon.objects.exists()
    # What the browser says of it in its console.
    desk.errors.clear()
    page.unroute("**/brouillons/")
    expect(followed(page)).to_have_text(KEPT, timeout=10_000)
    assert Brouillon.objects.get().contenu["dit"] == [TYPED]
    desk.check()


def test_an_expired_session_is_said_and_loses_nothing(open_desk: Any, domaine: str) -> None:
    desk = open_desk("assistant-social")
    page = desk.page
    page.goto(desk.address + domaine)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    text_of(page).press_sequentially(TYPED)
    expect(followed(page)).to_contain_text("Votre session a expiré", timeout=10_000)
    expect(text_of(page)).to_have_value(TYPED)
    desk.errors.clear()
    # Opened again, the session gives the page back as it was typed.
    page.goto(desk.address + domaine)
    page.get_by_label("Identifiant").fill("assistant-social")
    page.get_by_label("Mot de passe").fill("le-mot-de-passe-des-tests")
    page.get_by_role("button", name="Se connecter").click()
    expect(text_of(page)).to_have_value(TYPED)
    desk.check()


def test_the_relais_and_the_end_of_an_evaluation_are_kept_too(
    open_desk: Any, cast: SimpleNamespace, aminata: Usager
) -> None:
    # Given an evaluation that the evaluator is about to end, and who types why
    evaluation: Evaluation = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social)
    desk = open_desk("assistant-social")
    page = desk.page
    page.goto(f"{desk.address}/evaluation/{evaluation.pk}/")
    desk.press("Clore sans accompagnement")
    why = page.get_by_role("textbox", name="Pourquoi il n’y aura pas d’accompagnement")
    why.press_sequentially(TYPED)
    expect(followed(page)).to_have_text(KEPT, timeout=10_000)
    desk.check()
    # Then leaving loses nothing, and nothing has ended
    desk.press("Revenir sans clore")
    desk.press("Clore sans accompagnement")
    expect(why).to_have_value(TYPED)
    assert Evaluation.objects.get().is_editable
    # When it is validated instead, and its relais is begun
    desk.press("Oublier ce brouillon")
    explore_all(evaluation, by=cast.assistant_social)
    evaluation.submit(by=cast.assistant_social)
    evaluation.validate(by=cast.responsable_evaluation)
    page.goto(f"{desk.address}/evaluation/{evaluation.pk}/relais/")
    said = page.get_by_label("Ce qui a été dit")
    said.fill(f"{said.input_value()} {TYPED}")
    expect(followed(page)).to_have_text(KEPT, timeout=10_000)
    page.context.close()
    # Then another browser gives it back, for that unité alone
    again = open_desk("assistant-social")
    again.page.goto(f"{again.address}/evaluation/{evaluation.pk}/relais/")
    expect(again.page.get_by_label("Ce qui a été dit")).to_have_value(re.compile(re.escape(TYPED)))
    again.check()
    again.page.get_by_role("link", name=re.compile("santé", re.IGNORECASE)).first.click()
    expect(again.page.get_by_label("Ce qui a été dit")).to_have_value("")
    again.check()
    # And sent, it is a draft no more
    again.page.go_back()
    again.page.locator("input[name=urgence][value=rapide]").check()
    again.press("Envoyer le relais")
    assert not Brouillon.objects.exists()
    assert TYPED in evaluation.relais_envoyes.get().dit
