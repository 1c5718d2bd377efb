"""By keyboard alone: a parcours closed with its last bilan, found again by its référente, and reopened."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from accueil.models import Usager
from parcours.demonstration.builders import make_action, make_objectif
from parcours.models import Action, Bilan, Parcours
from tests.navigateur.clavier import button, choose, enter, link, pick, title, write
from tests.navigateur.conftest import Desk
from tests.parcours.conftest import after_seven_months, send_to_accompagnement

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

END = "Le loyer est à jour, elle garde son logement."
AGAIN = "Elle est revenue : le bailleur a repris la procédure."


def close(desk: Desk) -> None:
    enter(desk, link(desk, "Traoré A."))
    enter(desk, link(desk, "Clôturer"))
    # Given what will be given up with it, and who will read the last bilan
    given_up = desk.page.get_by_role("region", name="Seront abandonnées avec lui")
    expect(given_up).to_contain_text("Appeler le bailleur, Claire Bernard")
    expect(desk.page.get_by_text("Lu par : vous et Julie Petit (2 personnes)")).to_be_visible()
    # When no reason is given, it is not closed
    enter(desk, button(desk, "Clôturer le parcours"))
    summary = desk.page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Choisissez un motif.")
    # When it is, with the last bilan
    choose(desk, desk.page.get_by_label("objectifs atteints"))
    write(desk, "Où en est-on à la fin", END)
    choose(desk, desk.page.get_by_role("group", name="Garder le logement", exact=True).get_by_label("atteint"))
    impaye = desk.page.get_by_role("group", name="Impayé de loyer ou de charges", exact=True)
    choose(desk, impaye.get_by_label("levée"))
    enter(desk, button(desk, "Clôturer le parcours"))
    # Then it is said, with what it leaves
    expect(desk.page.get_by_role("status")).to_contain_text("Le parcours est clos. Son référent le lit encore 30 jours")


def find_again(desk: Desk) -> None:
    """Closed, it leaves the list of what is to be done; its référente finds it among those that ended lately."""
    mine = desk.page.get_by_role("region", name="Mes parcours").get_by_role("link", name="Traoré A.")
    expect(mine).to_have_count(0)
    pick(desk, "État", "Clos, que je peux rouvrir")
    enter(desk, button(desk, "Afficher ces parcours"))
    expect(desk.page.locator("li.ligne", has_text="Traoré A.")).to_contain_text("clos")
    enter(desk, mine)


def reopen(desk: Desk) -> None:
    expect(desk.page.get_by_role("link", name="Écrire")).to_have_count(0)
    enter(desk, link(desk, "Bilan de fin"))
    expect(desk.page.get_by_text(END)).to_be_visible()
    enter(desk, link(desk, "Parcours : Aminata Traoré"))
    enter(desk, link(desk, "Rouvrir le parcours"))
    # When nothing is said of why, it is not
    enter(desk, button(desk, "Rouvrir le parcours"))
    expect(desk.page.get_by_role("alert")).to_contain_text("Dites pourquoi le parcours reprend.")
    # And when it is, it is open again, hers, with its history
    write(desk, "Pourquoi reprendre", AGAIN)
    enter(desk, button(desk, "Rouvrir le parcours"))
    title(desk).to_have_text("Parcours : Aminata Traoré")
    expect(desk.page.get_by_text("référent : Claire Bernard")).to_be_visible()
    expect(desk.page.get_by_role("region", name="Chronologie")).to_contain_text(AGAIN)
    expect(link(desk, "Écrire")).to_be_visible()


def find_nobody(desk: Desk, parcours: Parcours) -> None:
    """The team reads it no more, closed or taken up again without them."""
    expect(desk.page.get_by_text("Traoré A.")).to_have_count(0)
    answer = desk.page.goto(f"{desk.address}/parcours/{parcours.pk}/")
    assert answer is not None and answer.status == 404
    # What the browser says in its console of a page that is not found.
    desk.errors.clear()


def test_closed_then_reopened(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given a parcours of seven months with a team, a goal and a step to come
    parcours = after_seven_months(send_to_accompagnement(cast, aminata), by=cast.assistant_social_2)
    parcours.add_intervenant(cast.cesf)
    make_objectif(parcours, by=cast.assistant_social_2)
    step = make_action(parcours, by=cast.assistant_social_2)
    referent = open_desk("assistant-social-2")
    # When its référente closes it
    close(referent)
    # Then its last bilan is held, what was to be done is given up, and the team reads it no more
    parcours.refresh_from_db()
    assert (parcours.statut, parcours.motif_cloture) == (Parcours.Statut.CLOS, Parcours.MotifCloture.OBJECTIFS)
    assert (Bilan.objects.get().nature, Bilan.objects.get().synthese) == (Bilan.Nature.FINAL, END)
    assert Action.objects.get(pk=step.pk).statut == Action.Statut.ABANDONNEE
    find_nobody(open_desk("cesf"), parcours)
    # And when the person comes back, she finds it and reopens it
    find_again(referent)
    reopen(referent)
    parcours.refresh_from_db()
    assert parcours.statut == Parcours.Statut.ACTIF
    assert [one.agent for one in parcours.intervenants.live()] == [cast.assistant_social_2]
    find_nobody(open_desk("cesf"), parcours)
