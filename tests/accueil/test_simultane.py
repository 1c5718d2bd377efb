"""Several desks at the same second, on the real database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accueil.models import (
    AideFinanciere,
    CompteurPassage,
    Demande,
    Passage,
    PieceDemandee,
    Rattachement,
    Relais,
    Usager,
)
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

    def test_desks_that_crash_lose_their_connection_and_no_number(self, cast: SimpleNamespace) -> None:
        """The machine stops between the number and the commit: the database itself gives the number back."""

        def crash() -> int:
            with transaction.atomic():
                make_passage(by=cast.gos)
                connection.close()
            return 0

        acts = [crash if turn % 5 == 0 else partial(self.register, cast.gos) for turn in range(DESKS)]
        at_once(acts)
        kept = DESKS - DESKS // 5
        assert sorted(Passage.objects.values_list("numero", flat=True)) == list(range(1, kept + 1))
        assert CompteurPassage.objects.get().dernier == kept

    def test_each_lieu_counts_its_own(self, cast: SimpleNamespace) -> None:
        agents = [cast.gos, cast.gos_chatenay] * 10
        at_once([partial(self.register, agent) for agent in agents])
        for agent in (cast.gos, cast.gos_chatenay):
            numbers = Passage.objects.filter(unite=agent.unites[0]).values_list("numero", flat=True)
            assert sorted(numbers) == list(range(1, 11))

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


def test_two_undo_at_once_take_one_move_back(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    made = make_passage(by=cast.gos)
    made.move(Passage.Statut.APPELE, by=cast.gos, agent=cast.gos)
    acts = [partial(sign_in(cast.gos).post, f"/accueil/passages/{made.pk}/annulation/") for _ in range(8)]
    assert statuses(acts) == [302] * 8
    assert made.etapes.count() == 3
    made.refresh_from_db()
    assert made.statut == Passage.Statut.EN_ATTENTE


def test_a_double_click_on_a_document_marks_it_once(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    demande = make_demande(receive(make_passage(aminata, by=cast.gos), by=cast.gos), by=cast.gos)
    PieceDemandee.objects.ask_for(demande, ["bail"], by=cast.gos)
    url = f"/accueil/pieces/{PieceDemandee.objects.get().pk}/etat/"
    acts = [partial(sign_in(agent).post, url, {"etat": "recue"}) for agent in (cast.gos, cast.gos_2) for _ in "ab"]
    assert statuses(acts) == [302] * 4
    assert PieceDemandee.objects.get().version == 2


def test_two_agents_ask_for_the_same_aide(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    """Neither saw one: one is kept, the other gets both texts."""
    demande = make_demande(receive(make_passage(aminata, by=cast.gos), by=cast.gos), by=cast.gos)
    url = f"/accueil/demandes/{demande.pk}/aide-financiere/"
    typed = [(cast.gos, "100"), (cast.gos_2, "900")]
    acts = [
        partial(sign_in(agent).post, url, {"fonds": "fsl", "montant_demande": amount, "version": 0})
        for agent, amount in typed
    ]
    assert statuses(acts) == [302, 409]
    assert AideFinanciere.objects.get().version == 1


def test_two_agents_edit_the_same_aide(cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
    demande = make_demande(receive(make_passage(aminata, by=cast.gos), by=cast.gos), by=cast.gos)
    AideFinanciere.objects.create(demande=demande, fonds="fsl")
    url = f"/accueil/demandes/{demande.pk}/aide-financiere/"
    acts = [
        partial(sign_in(agent).post, url, {"fonds": "fsl", "montant_demande": amount, "version": 1})
        for agent, amount in [(cast.gos, "100"), (cast.gos_2, "900")]
    ]
    assert statuses(acts) == [302, 409]
    assert AideFinanciere.objects.get().version == 2


def test_two_agents_decide_the_same_demande(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    demande = make_demande(receive(make_passage(aminata, by=cast.gos), by=cast.gos), by=cast.gos)
    for step in ("prete", "en_instruction"):
        demande.move(step, by=cast.gos)
    url = f"/accueil/demandes/{demande.pk}/decision/"
    decisions = [(cast.gos, {"vers": "accordee"}), (cast.gos_2, {"vers": "refusee", "motif": "Hors plafond."})]
    assert statuses([partial(sign_in(agent).post, url, data) for agent, data in decisions]) == [302, 409]
    demande.refresh_from_db()
    assert demande.etapes.filter(vers__in=["accordee", "refusee"]).get().vers == demande.statut
