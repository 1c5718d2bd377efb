"""The desk in a browser: how many gestures, what is taken back, who comes when one calls."""

from __future__ import annotations

import gzip
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from accueil.models import AppelAide, Passage, Usager
from parcours.demonstration.builders import make_passage
from tests.navigateur.conftest import Desk

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
# Longer than the ten seconds after which a list is asked again.
NEXT_REFRESH = 14_000
# What the wire carries of a first visit, in bytes.
LIGHT = 100_000


def tab_to(desk: Desk, selector: str, *, within: int) -> None:
    """Walk with Tab until the control has the focus, in so many keys at most."""
    for _ in range(within):
        desk.page.keyboard.press("Tab")
        if desk.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_returning_visitor_in_four_gestures_by_keyboard(open_desk: Any, aminata: Usager) -> None:
    # Given the desk, and somebody known who comes back
    desk = open_desk("gos")
    keys = desk.page.keyboard
    # When one types their name
    keys.press("/")
    keys.type("Traoré Aminata")
    keys.press("Enter")
    desk.page.wait_for_url("**/recherche/")
    expect(desk.page.locator(f"[data-usager='{aminata.pk}']")).to_be_visible()
    # And chooses them
    tab_to(desk, f"[data-usager='{aminata.pk}'] a[href*='passages/nouveau']", within=2)
    keys.press("Enter")
    desk.page.wait_for_url("**/passages/nouveau/**")
    desk.check()
    # And says why they come: one is there already
    expect(desk.page.locator("input[name=motif]").first).to_be_focused()
    keys.press("Space")
    # And registers
    keys.press("Enter")
    desk.page.wait_for_url("**/accueil/")
    # Then they wait with the others, and no name was ever in an address
    expect(desk.page.get_by_role("link", name="Traoré A.")).to_be_visible()
    assert Passage.objects.get().usagers.get() == aminata
    desk.check()


def test_the_desk_answers_as_one_types(open_desk: Any, aminata: Usager) -> None:
    # Given the desk, where the search box has the focus
    desk = open_desk("gos")
    keys, answers = desk.page.keyboard, desk.page.locator("#recherche-reponse")
    expect(desk.page.locator("[data-recherche]")).to_be_focused()
    # When one types, without « Entrée »
    keys.type("traore amin")
    # Then who it may be shows above the list, and is said
    expect(answers.get_by_text("Aminata Traoré").first).to_be_visible()
    expect(desk.page.locator("#recherche-nombre")).to_have_text("1 personne trouvée")
    assert desk.page.url.endswith("/accueil/")
    desk.check()
    # When one gives up, Then nothing stays of it
    keys.press("Escape")
    expect(answers).to_be_empty()
    expect(desk.page.locator("#recherche-nombre")).to_be_empty()
    expect(desk.page.locator("[data-recherche]")).to_have_value("")
    # When one types again, and goes down to the first answer
    keys.type("traore")
    expect(answers.get_by_text("Aminata Traoré").first).to_be_visible()
    keys.press("ArrowDown")
    expect(answers.get_by_role("link", name="Enregistrer un passage")).to_be_focused()
    keys.press("Enter")
    # Then the button is in sight, what is seldom asked being folded
    desk.page.set_viewport_size({"width": 1280, "height": 900})
    desk.page.wait_for_url("**/passages/nouveau/**")
    expect(desk.page.locator("form .actes").get_by_role("button", name="Enregistrer le passage")).to_be_in_viewport()
    expect(desk.page.get_by_label("Arrivée à")).to_be_hidden()
    desk.page.get_by_text("Par téléphone, par courrier").click()
    expect(desk.page.get_by_label("Arrivée à")).to_be_visible()
    desk.check()


def test_a_single_letter_asks_nothing(open_desk: Any, aminata: Usager) -> None:
    # Given the desk
    desk = open_desk("gos")
    asked: list[str] = []
    desk.page.on("request", lambda sent: asked.append(sent.url) if "recherche" in sent.url else None)
    # When one letter is typed, Then nothing is looked for
    desk.page.keyboard.type("t")
    desk.page.wait_for_timeout(800)
    assert asked == []
    # The control: with a second one, it is
    desk.page.keyboard.type("r")
    expect(desk.page.locator("#recherche-reponse").get_by_text("Aminata Traoré").first).to_be_visible()
    assert asked


def test_an_anonymous_visit_in_two_gestures(open_desk: Any) -> None:
    # Given the desk
    desk = open_desk("gos")
    # When one opens the anonymous passage, and says why
    desk.page.get_by_role("link", name="Passage anonyme").click()
    desk.check()
    desk.page.get_by_role("button", name="Logement ou hébergement").click()
    # Then somebody without a name waits
    expect(desk.page.get_by_role("link", name="Sans nom")).to_be_visible()
    assert Passage.objects.get().usagers.count() == 0
    desk.check()


def test_an_urgent_confidential_visit(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given somebody who waits, and another for longer
    make_passage(by=cast.gos)
    made = make_passage(aminata, by=cast.gos, is_prioritaire=True)
    desk = open_desk("gos")
    row = desk.page.locator("li.ligne", has_text=f"n° {made.numero}")
    expect(desk.page.locator("li.ligne").first).to_contain_text("Traoré A.")
    # When one opens the « espace confidentiel », in one action
    row.get_by_role("button", name="Confidentiel").click()
    # Then no screen names her any more
    expect(row).to_contain_text("Espace confidentiel")
    expect(desk.page.get_by_text("Traoré")).to_have_count(0)
    desk.check()
    # When she is called to an office
    desk.page.get_by_label("Je reçois").select_option(label="bureau 4")
    row.get_by_role("button", name="Appeler").click()
    # Then the public screen, which nobody signed in to, says her number and the office, and nothing else
    lieu = cast.gos.unites[0].lieu
    lieu.open_screen()
    desk.page.context.clear_cookies()
    desk.page.goto(f"{desk.address}/accueil/affichage/{lieu.jeton_affichage}/")
    expect(desk.page.get_by_text(f"n° {made.numero}")).to_be_visible()
    expect(desk.page.get_by_text("bureau 4")).to_be_visible()
    expect(desk.page.get_by_text("Traoré")).to_have_count(0)
    assert desk.page.context.cookies() == []
    desk.check()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mis_click_is_taken_back(open_desk: Any, cast: SimpleNamespace, aminata: Usager, scripts: bool) -> None:
    # Given somebody who waits, with or without JavaScript
    made = make_passage(aminata, by=cast.gos)
    desk = open_desk("gos", java_script_enabled=scripts)
    # When one says by mistake that they left
    desk.page.locator(".gestes > summary").first.click()
    desk.page.get_by_role("button", name="Parti").click()
    expect(desk.page.get_by_text("Personne n’attend.")).to_be_visible()
    # Then one gesture brings them back
    expect(desk.page.get_by_text(f"Le n° {made.numero} est parti.")).to_be_visible()
    desk.page.get_by_role("button", name="Annuler ce geste").click()
    expect(desk.page.get_by_role("link", name="Traoré A.")).to_be_visible()
    made.refresh_from_db()
    assert made.statut == Passage.Statut.EN_ATTENTE
    if scripts:
        desk.check()


def test_a_call_for_help_reaches_a_colleague(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given two colleagues, one of them typing
    caller, colleague = open_desk("gos"), open_desk("gos-2")
    colleague.page.keyboard.press("/")
    colleague.page.keyboard.type("Dupo")
    # When one calls
    caller.page.get_by_role("button", name="Besoin d’aide").click()
    expect(caller.page.get_by_text("Vous demandez de l’aide")).to_be_visible()
    caller.check()
    # Then the other sees it by itself, and loses nothing of what they type
    expect(colleague.page.get_by_text("Nadia Martin demande de l’aide")).to_be_visible(timeout=NEXT_REFRESH)
    expect(colleague.page.locator("[data-recherche]")).to_be_focused()
    expect(colleague.page.locator("[data-recherche]")).to_have_value("Dupo")
    colleague.check()
    # And says that they come
    colleague.page.get_by_role("button", name="J’y vais").click()
    expect(colleague.page.get_by_text("vous y allez")).to_be_visible()
    expect(caller.page.get_by_text("Thomas Leroy y va")).to_be_visible(timeout=NEXT_REFRESH)
    # When somebody arrives meanwhile, both lists say it
    make_passage(aminata, by=cast.assistante_administrative)
    expect(colleague.page.get_by_role("link", name="Traoré A.")).to_be_visible(timeout=NEXT_REFRESH)
    # And the call ends for both
    caller.page.get_by_role("button", name="Terminé").click()
    expect(caller.page.get_by_text("demandez de l’aide")).to_have_count(0)
    expect(colleague.page.get_by_text("demande de l’aide")).to_have_count(0, timeout=NEXT_REFRESH)
    assert AppelAide.objects.get().answered_by == cast.gos_2
    assert caller.errors == colleague.errors == []


def test_the_first_visit_is_light(open_desk: Any) -> None:
    # Given a workstation that has never opened the hub
    desk = open_desk("gos")
    context = desk.page.context.browser.new_context(storage_state=desk.page.context.storage_state())
    page = context.new_page()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    # When the desk opens
    page.goto(f"{desk.address}/accueil/", wait_until="load")
    # Then it took at most six requests, and little of the wire
    assert len(answers) <= 6, [answer.url for answer in answers]
    assert sum(_on_the_wire(answer) for answer in answers) <= LIGHT
    context.close()


def _on_the_wire(answer: Any) -> int:
    """A page goes as it is (compressed, its length would tell a secret), a file of ours compressed by WhiteNoise."""
    is_page = "text/html" in answer.headers["content-type"]
    return len(answer.body() if is_page else gzip.compress(answer.body()))
