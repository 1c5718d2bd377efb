"""Several desks at the same second, on the real database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accueil.models import Demande, Passage, Rattachement, Relais, Usager
from parcours.demonstration.builders import make_demande, make_passage, receive
from pole_social.models import Agent
from tests.accueil.conftest import demande_data, passage_data
from tests.accueil.test_relais import relais_data
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DESKS = 50


class GivenUp(Exception):
    """The desk changed its mind after its number was given."""


def statuses(acts: Sequence[Callable[[], Any]]) -> list[int]:
    """The HTTP status of each act, in order of size."""
    answers = at_once(acts)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    return sorted(answer.status_code for answer in answers)  # type: ignore[union-attr]


class TestNumbers:
    def register(self, agent: Agent, *, give_up: bool = False) -> int:
        with transaction.atomic():
            made = make_passage(by=agent)
            if give_up:
                raise GivenUp
        return made.numero

    def test_fifty_desks_get_one_to_fifty(self, cast: SimpleNamespace) -> None:
        numbers = at_once([partial(self.register, cast.gos)] * DESKS)
        assert sorted(numbers) == list(range(1, DESKS + 1))  # type: ignore[type-var]

    def test_a_number_given_back_leaves_no_gap(self, cast: SimpleNamespace) -> None:
        acts = [partial(self.register, cast.gos, give_up=turn % 2 == 0) for turn in range(DESKS)]
        numbers = [number for number in at_once(acts) if not isinstance(number, GivenUp)]
        assert sorted(numbers) == list(range(1, DESKS // 2 + 1))  # type: ignore[type-var]

    def test_through_the_page_too(self, cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
        clients = [sign_in(agent) for agent in (cast.gos, cast.gos_2, cast.assistante_administrative)]
        acts = [partial(client.post, "/accueil/passages/nouveau/", passage_data()) for client in clients]
        assert statuses(acts) == [302, 302, 302]
        assert sorted(Passage.objects.values_list("numero", flat=True)) == [1, 2, 3]


def test_a_double_click_registers_one_passage(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    data = passage_data()
    acts = [partial(sign_in(cast.gos).post, "/accueil/passages/nouveau/", data) for _ in range(4)]
    assert statuses(acts) == [302] * 4
    assert Passage.objects.count() == 1


def test_a_double_click_makes_one_person(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    data = {"nom_usage": "Lopez", "prenoms": "Inès", "naissance": "1981", "q": "Lopez", "cle": passage_data()["cle"]}
    acts = [partial(sign_in(cast.gos).post, "/accueil/usagers/nouveau/", data) for _ in range(4)]
    assert statuses(acts) == [302] * 4
    assert Usager.objects.count() == 1


def test_two_desks_call_the_same_person(cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
    made = make_passage(aminata, by=cast.gos)
    clients = [sign_in(agent) for agent in (cast.gos, cast.gos_2)]
    acts = [partial(client.post, f"/accueil/passages/{made.pk}/etape/", {"vers": "appele"}) for client in clients]
    assert statuses(acts) == [302, 302]
    made.refresh_from_db()
    assert made.etapes.filter(vers="appele").get().by == made.agent


def test_closing_while_a_demande_is_noted_loses_nothing(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    made = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    note = partial(sign_in(cast.gos_2).post, f"/accueil/passages/{made.pk}/demandes/", demande_data())
    close = partial(sign_in(cast.gos).post, f"/accueil/passages/{made.pk}/cloture/")
    # Whoever is second is refused: either the passage has ended, or a demande waits.
    assert statuses([note, close]) == [302, 409]
    made.refresh_from_db()
    assert made.is_open == Demande.objects.exists()


def test_one_demande_leaves_by_one_relais(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    made = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    demande = make_demande(made, by=cast.gos)
    url = f"/accueil/passages/{made.pk}/relais/"
    acts = [partial(sign_in(agent).post, url, relais_data(demande)) for agent in (cast.gos, cast.gos_2)]
    assert statuses(acts) == [302, 409]
    assert Relais.objects.count() == 1
    assert Rattachement.objects.live().filter(nature=Rattachement.Nature.RELAIS).count() == 2
