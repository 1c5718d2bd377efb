"""Taking back a step of a right followed, within ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Droit, DroitSuivi, Passage, Rattachement, Usager
from parcours.demonstration.clock import at
from pole_social.models import Agent
from pole_social.templatetags.temps import date_longue
from tests.accueil.conftest import OTHER_SEARCHERS, same_as_unknown
from tests.together import together

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


TO_DEMANDE: list[tuple[str, dict[str, Any]]] = [
    (Statut.INFORME, {"echeance": 9, "non_recours": "non_connaissance"}),
    (Statut.DEMANDE, {"echeance": 30}),
]


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def dated(fields: dict[str, Any]) -> dict[str, Any]:
    """Its date counted from today, when the test runs."""
    return fields | ({"echeance": in_days(fields["echeance"])} if "echeance" in fields else {})


def values(suivi: DroitSuivi) -> tuple[Any, ...]:
    suivi.refresh_from_db()
    return suivi.statut, suivi.echeance, suivi.non_recours, suivi.montant_mensuel


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
    assert (suivi.statut, suivi.montant_mensuel, suivi.echeance) == (Statut.DEMANDE, None, in_days(30))
    assert suivi.non_recours == "non_connaissance"
    assert relationship(suivi).ends_at is None
    found = page(desk, suivi)
    assert "C’est annulé" in found
    assert BUTTON not in found
    assert "du repérage à l’obtention" not in found


STEPS: list[tuple[list[tuple[str, dict[str, Any]]], str, dict[str, Any]]] = [
    ([], Statut.INFORME, {"echeance": 3, "non_recours": "non_demande"}),
    ([], Statut.ABANDONNE, {"non_recours": "non_proposition"}),
    ([(Statut.INFORME, {"echeance": 9})], Statut.DEMANDE, {"echeance": 30, "non_recours": "non_reception"}),
    ([(Statut.INFORME, {"non_recours": "non_connaissance"})], Statut.ABANDONNE, {"non_recours": ""}),
    (TO_DEMANDE, Statut.OBTENU, {"montant_mensuel": Decimal("651.69"), "non_recours": "non_demande"}),
    (TO_DEMANDE, Statut.REFUSE, {"motif": "Ressources trop élevées"}),
    (TO_DEMANDE, Statut.ABANDONNE, {"non_recours": "non_demande"}),
]


@together(("before", "code", "said"), STEPS)
def test_each_step_gives_back_exactly_what_it_replaced(
    cast: SimpleNamespace,
    desk: Client,
    received: Passage,
    aminata: Usager,
    before: list[tuple[str, dict[str, Any]]],
    code: str,
    said: dict[str, Any],
) -> None:
    made = DroitSuivi.follow(aminata, Droit.objects.get(code="asf"), unite=received.unite, by=cast.gos)
    for step, fields in before:
        made.advance(step, by=cast.gos, **dated(fields))
    stood = values(made)
    made.advance(code, by=cast.gos, **dated(said))
    assert values(made) != stood, "the control"
    assert desk.post(url(made)).status_code == 302
    assert values(made) == stood
    assert f"prochaine étape {date_longue(stood[1])}." in page(desk, made)


def test_another_suite_given_since_stays(
    cast: SimpleNamespace, desk: Client, sign_in: SignIn, suivi: DroitSuivi
) -> None:
    """A colleague gave another date after the step: the undo takes back the step, not their word."""
    other = {"echeance": f"{in_days(5):%d/%m/%Y}", "non_recours": "non_reception", "version": suivi.version}
    assert sign_in(cast.gos_2).post(url(suivi, "suite/"), other).status_code == 302
    desk.post(url(suivi))
    assert values(suivi) == (Statut.INFORME, in_days(5), "non_reception", None)


def test_a_right_that_had_no_date_is_due_today(cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
    """Without a date it would be in no list."""
    DroitSuivi.objects.filter(pk=suivi.pk).update(echeance=None)
    suivi.refresh_from_db()
    end(suivi, cast.gos)
    desk.post(url(suivi))
    assert values(suivi)[:2] == (Statut.DEMANDE, timezone.localdate())


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
