"""Makes the screenshots of the README from a running demonstration.

    DEMO_PASSWORD=… make demo            # in one terminal
    DEMO_PASSWORD=… .venv/bin/python docs/captures/make_captures.py http://127.0.0.1:8000

Needs chromium and the packages of requirements-dev.txt.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PAGES = [
    ("accueil", "gos", "/accueil/"),
    ("evaluation", "assistant-social", "/evaluation/"),
    ("file-active", "responsable-accompagnement", "/pilotage/"),
]


def main(address: str, password: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, username, path in PAGES:
            page = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}).new_page()
            page.goto(f"{address}/connexion/")
            page.get_by_label("Identifiant").fill(username)
            page.get_by_label("Mot de passe").fill(password)
            page.get_by_role("button", name="Se connecter").click()
            page.goto(address + path)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], os.environ["DEMO_PASSWORD"])
