"""By keyboard alone: twenty parcours handed over in one act, and accepted in one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from parcours.demonstration.builders import UsagerFactory, make_parcours
from parcours.models import Intervenant, Parcours, Transmission
from pole_social.models import Agent
from tests.navigateur.clavier import button, choose, enter, link, pick, tick, title, write
from tests.navigateur.conftest import Desk

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

TWENTY = 20
MESSAGE = "Je change de poste le mois prochain. Merci à toi."


def a_caseload(cast: SimpleNamespace) -> list[Parcours]:
    """Names in order, one more than is handed over."""
    people = [UsagerFactory.create(nom_usage=f"Personne{chr(65 + rank)}", prenoms="Ana") for rank in range(TWENTY + 1)]
    return [make_parcours(one, sent_by=cast.assistant_social, by=cast.assistant_social_2) for one in people]


def led_by(agent: Agent) -> int:
    return Intervenant.objects.live().filter(agent=agent, is_referent=True).count()


def propose(desk: Desk, kept: Parcours) -> None:
    enter(desk, link(desk, "Transmissions"))
    enter(desk, link(desk, "Transmettre des parcours"))
    # When nobody is chosen, it is said, and what was ticked stays
    boxes = desk.page.get_by_role("group", name="Parcours à transmettre").get_by_role("checkbox")
    expect(boxes).to_have_count(TWENTY + 1)
    for rank in range(TWENTY + 1):
        if boxes.nth(rank).get_attribute("value") != str(kept.pk):
            tick(desk, boxes.nth(rank))
    choose(desk, desk.page.get_by_label("changement de référent"))
    enter(desk, button(desk, "Proposer"))
    summary = desk.page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Choisissez un professionnel de la liste.")
    assert boxes.locator(":scope:checked").count() == TWENTY
    # And when a colleague is, all are proposed in one act
    pick(desk, "À qui", "Petit Julie")
    write(desk, "Message", MESSAGE)
    enter(desk, button(desk, "Proposer"))
    expect(desk.page.get_by_role("status")).to_contain_text("20 parcours proposés à Julie Petit.")
    expect(desk.page.get_by_text("réponse attendue")).to_have_count(TWENTY)


def accept_all(desk: Desk) -> None:
    # Given what is proposed, with its message, and whose parcours they are, nothing of what they hold
    expect(desk.page.get_by_text("20 parcours vous sont proposés.")).to_be_visible()
    enter(desk, link(desk, "Répondre"))
    title(desk).to_have_text("Transmissions")
    lot = desk.page.get_by_role("region", name="20 parcours, de Claire Bernard")
    expect(lot).to_contain_text(MESSAGE)
    expect(lot.get_by_role("link")).to_have_count(0)
    # When all are accepted
    enter(desk, button(desk, "Tout accepter (20)"))
    expect(desk.page.get_by_role("status")).to_contain_text("20 parcours acceptés.")
    # Then they are in the list
    enter(desk, link(desk, "Parcours"))
    expect(desk.page.get_by_text("référent : vous")).to_have_count(TWENTY)


def test_twenty_parcours_change_hands(open_desk: Any, cast: SimpleNamespace) -> None:
    # Given a référente of twenty-one parcours
    held = a_caseload(cast)
    kept, given = held[7], held[0]
    former = open_desk("assistant-social-2")
    # When she hands over twenty of them
    propose(former, kept)
    # Then nothing changes for anybody until her colleague answers
    assert Transmission.objects.waiting().values("lot").distinct().count() == 1
    assert (led_by(cast.assistant_social_2), led_by(cast.cesf)) == (TWENTY + 1, 0)
    # When her colleague accepts all
    accept_all(open_desk("cesf"))
    # Then each has one référente, and the one that was kept has not moved
    assert (led_by(cast.assistant_social_2), led_by(cast.cesf)) == (1, TWENTY)
    assert kept.intervenants.live().get().agent == cast.assistant_social_2
    # And the former one still reads, and writes no more
    enter(former, link(former, "Parcours"))
    expect(former.page.locator("[data-usager]")).to_have_count(1)
    former.page.goto(f"{former.address}/parcours/{given.pk}/")
    expect(link(former, "Écrire")).to_have_count(0)
    former.check()
