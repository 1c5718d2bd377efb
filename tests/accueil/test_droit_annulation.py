"""Taking back a step of a right followed, within ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Droit, DroitSuivi, Passage, Rattachement, Usager
from parcours.demonstration.clock import at
from pole_social.models import Agent
from tests.accueil.conftest import OTHER_SEARCHERS, same_as_unknown

SignIn = Callable[..., Client]
Statut = DroitSuivi.Statut
BUTTON = "Annuler mon dernier geste"


@pytest.fixture
def suivi(cast: SimpleNamespace, received: Passage, aminata: Usager) -> DroitSuivi:
    """The RSA of Aminata, asked for in her name by `gos`."""
    made = DroitSuivi.follow(aminata, Droit.objects.get(code="rsa"), unite=received.unite, by=cast.gos)
    made.advance(Statut.INFORME, by=cast.gos, non_recours="non_connaissance")
    made.advance(Statut.DEMANDE, by=cast.gos, echeance=timezone.localdate() + timedelta(days=30))
    return made


def url(suivi: DroitSuivi, act: str = "annulation/") -> str:
    return f"/accueil/droits/{suivi.pk}/{act}"


def page(client: Client, suivi: DroitSuivi) -> str:
    return client.get(url(suivi, "")).content.decode()


def end(suivi: DroitSuivi, by: Any) -> None:
    suivi.advance(Statut.OBTENU, by=by, montant_mensuel=Decimal("651.69"))


def relationship(suivi: DroitSuivi) -> Rattachement:
    return Rattachement.objects.from_source(suivi).get()


def test_an_end_is_taken_back_with_what_it_alone_said(cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
    end(suivi, cast.gos)
    assert relationship(suivi).ends_at
    assert BUTTON in page(desk, suivi)
    assert desk.post(url(suivi)).headers["Location"] == url(suivi, "")
    suivi.refresh_from_db()
    # Due today: without a date it would be in no list.
    assert (suivi.statut, suivi.montant_mensuel, suivi.echeance) == (Statut.DEMANDE, None, timezone.localdate())
    assert suivi.non_recours == "non_connaissance"
    assert relationship(suivi).ends_at is None
    found = page(desk, suivi)
    assert "C’est annulé" in found
    assert BUTTON not in found
    assert "du repérage à l’obtention" not in found


def test_a_step_on_the_way_keeps_its_date(cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
    desk.post(url(suivi))
    suivi.refresh_from_db()
    assert (suivi.statut, suivi.echeance) == (Statut.INFORME, timezone.localdate() + timedelta(days=30))


def test_a_cause_given_with_the_end_goes_with_it(cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
    suivi.advance(Statut.ABANDONNE, by=cast.gos, non_recours="non_demande")
    desk.post(url(suivi))
    suivi.refresh_from_db()
    assert (suivi.statut, suivi.non_recours) == (Statut.DEMANDE, "")


def test_the_history_keeps_both(cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
    end(suivi, cast.gos)
    desk.post(url(suivi))
    steps = suivi.etapes.order_by("at", "pk").values_list("de", "vers", "motif")
    assert list(steps)[-2:] == [("demande", "obtenu", ""), ("obtenu", "demande", "geste annulé")]


def test_a_double_click_takes_one_step_back(cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
    end(suivi, cast.gos)
    assert [desk.post(url(suivi)).status_code for _ in range(2)] == [302, 302]
    suivi.refresh_from_db()
    assert suivi.statut == Statut.DEMANDE
    assert suivi.etapes.filter(motif="geste annulé").count() == 1


def test_the_delay_counts_to_the_day_it_was_really_obtained(
    cast: SimpleNamespace, desk: Client, suivi: DroitSuivi
) -> None:
    with at(timezone.now() - timedelta(days=3)):
        end(suivi, cast.gos)
        suivi.undo(by=cast.gos)
    DroitSuivi.objects.update(created_at=timezone.localtime() - timedelta(days=40))
    end(suivi, cast.gos)
    assert "40 jours, du repérage à l’obtention" in page(desk, suivi)


@pytest.mark.parametrize("why", ["somebody else's", "too old", "only noticed", "followed anew"])
def test_is_refused(
    cast: SimpleNamespace, desk: Client, sign_in: SignIn, suivi: DroitSuivi, aminata: Usager, why: str
) -> None:
    with at(timezone.now() - timedelta(minutes=11 if why == "too old" else 0)):
        end(suivi, cast.gos)
    client, target = desk, suivi
    if why == "somebody else's":
        client = sign_in(cast.gos_2)
    elif why in ("only noticed", "followed anew"):
        again = DroitSuivi.follow(aminata, suivi.droit, unite=suivi.unite, by=cast.gos)
        target = again if why == "only noticed" else suivi
    before = target.statut
    if why != "followed anew":
        assert BUTTON not in page(client, target)
    assert client.post(url(target)).status_code == 409
    target.refresh_from_db()
    assert target.statut == before


def test_who_may_not(cast: SimpleNamespace, sign_in: SignIn, desk: Client, suivi: DroitSuivi) -> None:
    for username in (*OTHER_SEARCHERS, "dpo", "admin"):
        assert sign_in(Agent.objects.get(username=username)).post(url(suivi)).status_code == 403
    assert same_as_unknown(sign_in(cast.gos_chatenay), url(suivi), suivi.pk, method="post")
    assert desk.get(url(suivi)).status_code == 405
    assert desk.post(url(suivi)).status_code == 302, "the control"
