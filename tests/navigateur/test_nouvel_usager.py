"""A new visitor whom somebody known resembles; and a session that ends while an agent is writing."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from accueil.models import Demande, Passage, Usager
from parcours.demonstration.builders import UsagerFactory, make_passage, receive
from pole_social.models import Brouillon
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def test_a_new_visitor_after_a_near_duplicate_warning(cast: SimpleNamespace, open_desk: Any) -> None:
    # Given Inès Lopez, known, and a visitor of nearly the same name, born the same day
    UsagerFactory(nom_usage="Lopez", prenoms="Inès", naissance_annee=1981, naissance_mois=3, naissance_jour=12)
    desk = open_desk("gos")
    page = desk.page
    # When the agent looks for her and says that she is new
    page.keyboard.press("/")
    page.keyboard.type("Lopes Inès 12/03/1981")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche/")
    page.get_by_role("button", name="Nouvel usager").click()
    expect(page.get_by_label("Nom d’usage")).to_have_value("Lopes")
    desk.check()
    page.get_by_role("button", name="Enregistrer la personne").click()
    # Then the page asks whether it is the same person, the results still beside
    expect(page.get_by_role("heading", name="Est-ce la même personne")).to_be_visible()
    expect(page.get_by_text("Inès Lopez").first).to_be_visible()
    assert Usager.objects.count() == 1
    desk.check()
    # When the agent has checked, then she is made, and her passage registered
    page.get_by_label("c’est une autre personne").check()
    page.get_by_role("button", name="Enregistrer la personne").click()
    page.wait_for_url("**/passages/nouveau/**")
    assert Usager.objects.count() == 2
    page.get_by_label("Autonomie", exact=True).check()
    page.get_by_role("button", name="Enregistrer le passage").click()
    page.wait_for_load_state()
    assert Passage.objects.get().usagers.get().nom_usage == "Lopes"
    desk.check()


def test_a_session_that_ends_keeps_what_was_typed(cast: SimpleNamespace, open_desk: Any, aminata: Usager) -> None:
    # Given a demande that an agent is writing
    received = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    desk = open_desk("gos")
    page = desk.page
    page.goto(f"{desk.address}/accueil/passages/{received.pk}/")
    besoin = page.get_by_role("textbox", name="Besoin")
    if not besoin.is_visible():
        page.get_by_text("Ajouter une demande").click()
    besoin.fill("Impayé de loyer, deux mois")
    page.get_by_label("Domaine").select_option(label="Logement et hébergement")
    # When their session ends before they send it
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    page.get_by_role("button", name="Noter la demande").click()
    # Then it is kept, and said so
    expect(page.get_by_text("ce que vous aviez écrit est gardé")).to_be_visible()
    assert (Demande.objects.count(), Brouillon.objects.get().agent) == (0, cast.gos)
    desk.check()
    # When they sign in again, then what they wrote is there, in words
    page.get_by_label("Identifiant").fill("gos")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Ce que vous aviez commencé")).to_be_visible()
    expect(page.get_by_text("Impayé de loyer, deux mois")).to_be_visible()
    desk.check()
    page.goto(f"{desk.address}/mon-compte/")
    desk.check()
    # When they send it again, twice, then it is saved once and the draft is gone
    page.get_by_role("link", name="Formulaire écrit").click()
    page.get_by_role("button", name="Envoyer de nouveau").dblclick()
    expect(page.get_by_text("Impayé de loyer, deux mois").first).to_be_visible()
    page.wait_for_url(f"**/passages/{received.pk}/**")
    assert Demande.objects.get().besoin == "Impayé de loyer, deux mois"
    assert not Brouillon.objects.exists()
