"""An appointment given, then the person at the desk; and a contact in two taps on a telephone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accueil.models import Passage, RendezVous
from parcours.demonstration.builders import UsagerFactory
from parcours.demonstration.rendez_vous import caravane, make_rendez_vous, make_seance, on
from tests.navigateur.conftest import Desk

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 375, "height": 720}, "has_touch": True}


def give(desk: Desk) -> None:
    # Given Aminata, whom the search finds
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("Traoré Aminata")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/recherche/")
    desk.press("Donner un rendez-vous à Aminata Traoré", last=True)
    # When a professional, a day and one of the free hours are chosen
    choice = desk.page.get_by_label("Avec")
    choice.select_option(value=choice.locator("option", has_text="Julie Petit").get_attribute("value"))
    desk.page.get_by_label("Jour").fill("jeudi")
    desk.press("Voir les heures libres", last=True)
    desk.press("10 h 30", last=True)
    expect(desk.page.locator("#id_heure")).to_have_value("10 h 30")
    desk.press("Donner ce rendez-vous", last=True)
    # Then it is said, and stands in the agenda of that professional
    expect(desk.page.get_by_text("Le rendez-vous est donné")).to_be_visible()
    made = RendezVous.objects.get(agent__username="cesf")
    assert timezone.localtime(made.starts_at).strftime("%w %H:%M") == "4 10:30"


def test_given_then_arrived(open_desk: Any, cast: SimpleNamespace) -> None:
    aminata = UsagerFactory.create(nom_usage="Traoré", prenoms="Aminata", naissance_annee=1991)
    expected = make_rendez_vous(aminata, by=cast.assistant_social, starts_at=on(timezone.localdate()))
    desk = open_desk("gos")
    give(desk)
    # Given the same person expected today, on the desk
    desk.page.goto(f"{desk.address}/accueil/")
    # When she arrives, one key
    desk.page.locator(f"#arrivee-{expected.pk}").click()
    # Then she waits, on appointment
    expect(desk.page.get_by_role("status").first).to_contain_text("rendez-vous de 10 h 00")
    desk.check()
    expected.refresh_from_db()
    assert expected.statut == RendezVous.Statut.HONORE
    assert expected.passage and expected.passage.canal == Passage.Canal.RENDEZ_VOUS
    # And the agenda of the one who expects her shows it
    colleague = open_desk("assistant-social")
    colleague.press("Agenda", last=True)
    expect(colleague.page.get_by_text("honoré")).to_be_visible()


def test_two_taps_outdoors(open_desk: Any, cast: SimpleNamespace) -> None:
    # Given today's outing, on a telephone
    seance = make_seance(caravane([cast.gos]), by=cast.gos)
    desk = open_desk("gos", **PHONE)
    desk.page.goto(f"{desk.address}/accueil/")
    desk.page.get_by_role("link", name="Hors les murs").tap()
    desk.page.wait_for_url("**/seances/")
    desk.check()
    # When somebody asks something, two taps
    desk.page.get_by_role("link", name="Contact anonyme").tap()
    desk.page.wait_for_url("**/contact/")
    desk.check()
    desk.page.get_by_role("button", name="Budget ou aide financière").tap()
    # Then it is counted, without a name
    expect(desk.page.get_by_text("1 contact", exact=True)).to_be_visible()
    desk.check()
    made = Passage.objects.get()
    assert (made.seance, made.statut, made.usagers.count()) == (seance, Passage.Statut.TERMINE, 0)
