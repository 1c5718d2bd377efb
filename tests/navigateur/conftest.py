"""A real browser on the real pages: the system's chromium, driven by Playwright.

Without chromium the journeys are skipped with the reason; with CI or REQUIRE_BROWSER=1 they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.conftest import PASSWORD

# Playwright's synchronous interface runs an event loop in this thread, which Django takes for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        reason = "no chromium on this machine (Debian: apt install chromium)"
        if os.environ.get("REQUIRE_BROWSER") == "1" or os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


class Desk:
    """One agent at one browser. Any console error or failed request fails the journey."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.address = address
        self.errors: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def sign_in(self, username: str) -> Page:
        self.page.goto(f"{self.address}/connexion/")
        self.page.get_by_label("Identifiant").fill(username)
        self.page.get_by_label("Mot de passe").fill(PASSWORD)
        self.page.get_by_role("button", name="Se connecter").click()
        self.page.wait_for_load_state()
        return self.page

    def press(self, name: str, *, last: bool = False) -> None:
        """Press the first button (or the last), or follow the link, of that name; look at the page it leads to."""
        named = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        (named.last if last else named.first).click()
        self.page.wait_for_load_state()
        self.check()

    def check(self) -> None:
        """The page as it stands is accessible, fits its width and made no error."""
        found = Axe().run(self.page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == [], self.page.url
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, f"{self.page.url} scrolls sideways"
        assert self.errors == []


@pytest.fixture
def open_desk(chromium: Any, live_server: LiveServer) -> Iterator[Any]:
    """Open browsers, each with its own session: `open_desk("gos")`, signed in."""
    contexts: list[BrowserContext] = []

    def opened(username: str, **options: Any) -> Desk:
        context = chromium.new_context(locale="fr-FR", timezone_id="Europe/Paris", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        desk = Desk(context, live_server.url)
        desk.sign_in(username)
        return desk

    yield opened
    for context in contexts:
        context.close()
