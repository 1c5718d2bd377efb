"""A session that expires while one writes: nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from accueil.models import Demande, Usager
from parcours.demonstration.builders import make_passage, receive

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
# What the page does by itself every ten seconds.
ASK_AGAIN = "htmx.ajax('GET', '/accueil/aide/', {source: '#entraide', target: '#entraide'})"
BESOIN = "Frais de cantine"


def test_what_is_being_written_outlives_the_session(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given an agent who writes a need
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    desk = open_desk("gos")
    page = desk.page
    page.goto(f"{desk.address}/accueil/passages/{passage.pk}/")
    page.get_by_role("textbox", name="Besoin").press_sequentially(BESOIN)
    # When the session expires, and a list of the page is asked again meanwhile
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    with page.expect_response("**/accueil/aide/"):
        page.evaluate(ASK_AGAIN)
    # Then the page stays, with the text
    page.wait_for_timeout(300)
    expect(page.get_by_role("textbox", name="Besoin")).to_have_value(BESOIN)
    # When it is sent, it is kept, and given back after unlocking
    page.get_by_role("button", name="Noter la demande").click()
    expect(page.get_by_text("ce que vous aviez écrit est gardé")).to_be_visible()
    desk.errors.clear()
    desk.sign_in("gos")
    page.goto(f"{desk.address}/mon-compte/")
    page.locator("a[href*='/brouillons/']").first.click()
    expect(page.get_by_text(BESOIN).first).to_be_visible()
    desk.check()
    assert not Demande.objects.exists()
