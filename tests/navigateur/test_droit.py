"""A right from « repéré » to « obtenu »: found from what is said, followed, its months of money written down."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accueil.models import DroitSuivi, Usager
from parcours.demonstration.builders import make_passage, receive
from tests.navigateur.conftest import Desk

LATER = f"{timezone.localdate() + timedelta(days=14):%d/%m/%Y}"
pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def step(desk: Desk, name: str) -> None:
    """Open the page of a step."""
    desk.page.get_by_role("link", name=name).click()
    desk.check()


def write(desk: Desk, name: str, state: str) -> None:
    """The button says the act again; the right then stands there."""
    desk.page.get_by_role("button", name=name).click()
    expect(desk.page.get_by_text("L’étape est notée.")).to_be_visible()
    expect(desk.page.locator(".tete-etat .etat").first).to_have_text(state)
    desk.check()


def test_a_right_is_noticed_followed_and_obtained(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given Aminata in the interview, who says that she has two children
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    desk = open_desk("gos")
    page = desk.page
    page.goto(f"{desk.address}/accueil/passages/{passage.pk}/")
    page.get_by_text("Noter ce qui est dit").click()
    page.get_by_label("Enfants à charge", exact=True).fill("2")
    page.get_by_role("button", name="Noter ces réponses").click()
    # Then the right to check appears, with its reason, and never as something due
    right = page.locator("#droits li.ligne").filter(has_text="Allocations familiales").first
    expect(right).to_contain_text("parce que")
    expect(page.locator("#droits")).not_to_contain_text("avez droit")
    # When it is followed
    right.get_by_role("button", name="Suivre ce droit").click()
    expect(page.get_by_text("Le droit est suivi")).to_be_visible()
    desk.check()
    # And goes from step to step
    page.get_by_role("link", name="Allocations familiales").first.click()
    step(desk, "Informer la personne")
    page.get_by_label("ne le connaissait pas").check()
    page.get_by_label("Prochaine étape le").fill(LATER)
    write(desk, "Informer la personne", "personne informée")
    step(desk, "Noter la demande")
    page.get_by_label("Réponse attendue le").fill(LATER)
    write(desk, "Noter la demande", "demandé")
    step(desk, "Noter que le droit est obtenu")
    page.get_by_label("Montant par mois").fill("148,52")
    write(desk, "Noter que le droit est obtenu", "obtenu")
    # Then the person's page says what it brings
    made = DroitSuivi.objects.get()
    assert (made.statut, made.montant_mensuel) == (DroitSuivi.Statut.OBTENU, Decimal("148.52"))
    assert made.non_recours == DroitSuivi.NonRecours.NON_CONNAISSANCE
    page.goto(f"{desk.address}/accueil/usagers/{aminata.pk}/")
    expect(page.get_by_text("148,52 €").first).to_be_visible()
    desk.check()
