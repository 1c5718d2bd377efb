"""The pré-instruction of a passage: documents, a closing refused, « demain », closed, and the paper to take home."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from accueil.models import Demande, Fait, Passage, PieceDemandee, Usager
from parcours.demonstration.builders import UsagerFactory, make_passage, receive
from tests.navigateur.conftest import Desk

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def tell(desk: Desk) -> None:
    """What she says, by the keyboard alone: the form unfolds, one group too."""
    desk.page.get_by_text("Noter ce qui est dit").focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_label("Enfants à charge", exact=True).focus()
    desk.page.keyboard.type("2")
    group = desk.page.locator("summary").filter(has_text="Logement")
    group.focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_label("A un loyer impayé").select_option(label="oui")
    desk.check()
    desk.press("Noter ces réponses")
    assert set(Fait.objects.values_list("sujet", "donnee")) == {("enfants_a_charge", "2"), ("impaye_loyer", "oui")}


def check_the_documents(desk: Desk) -> None:
    """Each in one click, the list unfolded after it."""
    desk.page.get_by_role("textbox", name="Besoin").fill("Aide au loyer")
    desk.page.get_by_label("Domaine").select_option(label="Logement et hébergement")
    desk.page.get_by_label("Droit concerné").select_option(label="Aide au logement (APL / ALF / ALS)")
    desk.press("Noter la demande")
    desk.page.locator("details.papiers > summary").click()
    for piece in PieceDemandee.objects.exclude(libelle="RIB"):
        desk.press(f"Reçue : {piece.libelle}")
    expect(desk.page.get_by_text("2 sur 3 : manque RIB")).to_be_visible()


def test_documents_closing_and_the_paper(open_desk: Any, cast: SimpleNamespace) -> None:
    # Given Aminata in the interview
    aminata = UsagerFactory.create(nom_usage="Traoré", prenoms="Aminata", naissance_annee=1991)
    assert isinstance(aminata, Usager)
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    desk = open_desk("gos")
    desk.page.goto(f"{desk.address}/accueil/passages/{passage.pk}/")
    # When she says a few things, and asks for a right whose papers are checked one by one
    tell(desk)
    check_the_documents(desk)
    # Then the passage does not close while the demande has no next step, and says which
    desk.page.get_by_role("button", name="Terminer le passage").click()
    expect(desk.page.get_by_role("heading", name="Ce passage ne peut pas encore se terminer")).to_be_visible()
    desk.errors.clear()  # the 409 itself
    desk.check()
    # When it is taken up « demain »
    desk.press("À reprendre par moi, demain : Aide au loyer")
    # And the paper is looked at before it is printed
    desk.press("Feuille de route à remettre")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Feuille de route de Aminata Traoré")
    expect(desk.page.get_by_role("listitem").filter(has_text="RIB")).to_be_visible()
    # Then it is one A4 page
    assert desk.page.pdf(format="A4").count(b"/Type /Page\n") == 1
    # And the passage closes, its demande going on
    desk.press(f"Passage n° {passage.numero}")
    desk.press("Terminer le passage")
    assert Passage.objects.get().statut == Passage.Statut.TERMINE
    assert Demande.objects.get().agent == cast.gos
