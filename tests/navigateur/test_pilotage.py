"""By keyboard alone: a responsable finds what is overdue, and gives it to a colleague who accepts it."""

from __future__ import annotations

from datetime import datetime, time
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from accueil.models import Usager
from parcours.demonstration.builders import UsagerFactory, make_ecrit, make_objectif, make_parcours, make_passage
from parcours.demonstration.clock import at
from parcours.models import Intervenant, Parcours, Transmission
from parcours.observatoire import _months
from pole_social.models import Agent
from tests.navigateur.clavier import button, choose, enter, link, pick, title, write
from tests.navigateur.conftest import Desk
from tests.parcours.conftest import after_seven_months, send_to_accompagnement

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

GOAL = "Garder le logement"


def referent(parcours: Parcours) -> Agent:
    return Intervenant.objects.live().get(parcours=parcours, is_referent=True).agent


def row(desk: Desk, name: str) -> Locator:
    return desk.page.get_by_role("group", name="Parcours ouverts").get_by_role("row", name=name)


def find_the_overdue(desk: Desk) -> None:
    # Given the file active, which says how many are late, and whose
    title(desk).to_have_text("File active, accompagnement")
    expect(desk.page.get_by_text("1 bilan en retard")).to_be_visible()
    desk.check()
    enter(desk, desk.page.get_by_role("group", name="Par référent").get_by_role("link", name="Claire Bernard"))
    expect(row(desk, "Traoré A.")).to_contain_text("en retard de 20 jours")
    expect(row(desk, "Zola M.")).to_have_count(0)
    # When it is looked for among what is to be chased
    enter(desk, link(desk, "À relancer"))
    late = desk.page.get_by_role("region", name="Bilans en retard")
    expect(late.get_by_role("listitem")).to_have_count(1)
    expect(late).to_contain_text("prévu le")
    # Then its page says its dates and its team, and nothing of what is said there
    enter(desk, late.get_by_role("link", name="Traoré A."))
    expect(desk.page.get_by_text("Vous voyez l’état, les dates et l’équipe.")).to_be_visible()
    expect(desk.page.get_by_role("region", name="Équipe")).to_contain_text("Claire Bernard")
    expect(desk.page.locator("main")).not_to_contain_text(GOAL)


def reassign(desk: Desk, overdue: Parcours) -> None:
    # When it is proposed to a colleague, from where one is
    enter(desk, link(desk, "Réaffecter ce parcours"))
    offered = desk.page.get_by_role("group", name="Parcours à transmettre")
    expect(offered.get_by_role("checkbox")).to_have_count(3)
    expect(offered.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(offered.get_by_role("checkbox", name="Traoré A.")).to_be_checked()
    choose(desk, desk.page.get_by_label("changement de référent"))
    pick(desk, "À qui", "Petit Julie")
    write(desk, "Message", "Bilan à faire dès que possible.")
    enter(desk, button(desk, "Proposer"))
    # Then it is said, and nothing has changed yet
    expect(desk.page.get_by_role("status")).to_contain_text("1 parcours proposé à Julie Petit.")
    assert referent(overdue) == Transmission.objects.get().de


def accept(desk: Desk) -> None:
    expect(desk.page.get_by_text("1 parcours vous est proposé.")).to_be_visible()
    enter(desk, link(desk, "Répondre"))
    enter(desk, button(desk, "Accepter Traoré A."))
    enter(desk, link(desk, "Parcours"))
    expect(desk.page.locator("li.ligne", has_text="Traoré A.")).to_contain_text("référent : vous")


def test_the_overdue_is_found_and_reassigned(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given a parcours whose bilan is late, another of the same référente and one of somebody else, which are not
    overdue = after_seven_months(send_to_accompagnement(cast, aminata), by=cast.assistant_social_2)
    make_objectif(overdue, by=cast.assistant_social_2, libelle=GOAL)
    for name, agent in (("Hugo", cast.assistant_social_2), ("Zola", cast.educateur)):
        made = make_parcours(
            UsagerFactory.create(nom_usage=name, prenoms="Max"), sent_by=cast.assistant_social, by=agent
        )
        make_ecrit(made, by=agent)
    manager = open_desk("responsable-accompagnement")
    # When their responsable finds it and gives it to a colleague
    find_the_overdue(manager)
    reassign(manager, overdue)
    # And she accepts
    accept(open_desk("cesf"))
    # Then it is hers, the others are where they were, and the file active says so
    assert referent(overdue) == cast.cesf
    assert [referent(one) for one in Parcours.objects.exclude(pk=overdue.pk).order_by("usager__nom_usage")] == [
        cast.assistant_social_2,
        cast.educateur,
    ]
    manager.page.goto(f"{manager.address}/pilotage/")
    expect(row(manager, "Traoré A.")).to_contain_text("Julie Petit")
    manager.check()


def test_figures_fit_a_phone(open_desk: Any) -> None:
    """Tables scroll in their own box, what is kept back and read aloud included."""
    gos = Agent.objects.get(username="gos")
    for month in _months(timezone.localdate()):
        with at(timezone.make_aware(datetime.combine(month, time(12)))):
            make_passage(UsagerFactory.create(), by=gos)
    desk = open_desk("responsable-sst", viewport={"width": 375, "height": 720})
    for page in ("", "a-relancer/", "observatoire/"):
        desk.page.goto(f"{desk.address}/pilotage/{page}")
        desk.check()
    expect(desk.page.get_by_text("non montré").first).to_be_attached()
