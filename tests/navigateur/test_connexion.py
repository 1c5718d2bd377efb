"""The first page of the morning, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_an_agent_signs_in_and_locks(open_desk: Any, scheme: str, width: int) -> None:
    # Given an agent at a workstation or a phone, by day or in the dark
    desk = open_desk("gos", color_scheme=scheme, viewport={"width": width, "height": 800})
    # Then the desk of the day is open
    expect(desk.page).to_have_url(f"{desk.address}/accueil/")
    desk.check()
    # When they lock
    if width < 1024:
        desk.page.locator("header details > summary").first.click()
    desk.page.get_by_role("button", name="Verrouiller").click()
    # Then nothing personal stays, even going back
    expect(desk.page).to_have_url(f"{desk.address}/connexion/")
    desk.page.go_back()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    desk.check()


def test_the_keyboard_is_enough(open_desk: Any) -> None:
    # Given an agent at the desk: the search box is ready
    desk = open_desk("gos")
    expect(desk.page.get_by_role("searchbox")).to_be_focused()
    # When they press Tab on another page, the skip link comes first and works
    desk.page.goto(f"{desk.address}/mon-compte/")
    desk.page.keyboard.press("Tab")
    expect(desk.page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("main")).to_be_focused()
    # When they press /, the search box is ready
    desk.page.keyboard.press("/")
    expect(desk.page.get_by_role("searchbox")).to_be_focused()
    # Then what they type stays out of the address
    desk.page.keyboard.type("Traoré")
    desk.page.keyboard.press("Enter")
    expect(desk.page).to_have_url(f"{desk.address}/accueil/recherche/")
    desk.check()


def test_a_wrong_password_is_said_and_focused(open_desk: Any) -> None:
    desk = open_desk("personne")
    expect(desk.page.get_by_role("alert")).to_be_focused()
    expect(desk.page.get_by_role("alert")).to_contain_text("ne correspond pas")
    expect(desk.page.get_by_label("Identifiant")).to_have_value("personne")
    desk.check()
