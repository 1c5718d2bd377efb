"""What the screens of the desk are tried with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time
from types import SimpleNamespace
from typing import Any
from typing import cast as typed
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import Motif, Passage, Usager
from parcours.demonstration.builders import UsagerFactory, make_passage, receive
from parcours.demonstration.clock import at
from parcours.demonstration.rendez_vous import on
from pole_social.models import Acces, Agent, Domaine

DESK_USERNAMES = ["gos", "gos-2", "assistante-administrative", "responsable-accueil"]
OTHER_SEARCHERS = ["assistant-social", "cesf", "puericultrice", "ccf", "psychologue"]
NOBODYS_SEARCHERS = ["dpo", "admin"]
# A Monday, far from any change of hour.
MONDAY = date(2027, 1, 11)
HOSTILE = ["a\x00b", "x" * 100_000, "ab\u202etxt"]


def someone(**fields: Any) -> Usager:
    """A fictional person of Issy, to whom nobody is related."""
    return typed(Usager, UsagerFactory(**fields))


def last_acces(page: str) -> Acces:
    return Acces.objects.filter(page=f"accueil:{page}").order_by("-at")[0]


def same_as_unknown(client: Client, url: str, pk: Any, *, method: str = "get") -> bool:
    """Whether what is out of scope answers, byte for byte, like what does not exist."""
    hidden = getattr(client, method)(url)
    unknown = getattr(client, method)(url.replace(str(pk), str(uuid4())))
    assert hidden.status_code == unknown.status_code == 404
    return hidden.content == unknown.content


def passage_data(motif: str = "logement", **fields: Any) -> dict[str, Any]:
    return {"motif": Motif.objects.get(code=motif).pk, "canal": "guichet", "cle": str(uuid4()), **fields}


def demande_data(**fields: Any) -> dict[str, Any]:
    domaine = Domaine.objects.get(code="logement").pk
    return {"besoin": "Impayé de loyer", "domaine": domaine, "cle": str(uuid4()), **fields}


def only_the_desk_acts(cast: SimpleNamespace, sign_in: Callable[..., Client], url: str, pk: Any) -> bool:
    """Whether an act is refused to the other roles, and unknown to the desks that are not related."""
    for username in (*OTHER_SEARCHERS, *NOBODYS_SEARCHERS):
        assert sign_in(Agent.objects.get(username=username)).post(url).status_code == 403
    strangers = (cast.gos_chatenay, cast.responsable_evaluation)
    return all(same_as_unknown(sign_in(stranger), url, pk, method="post") for stranger in strangers)


@pytest.fixture
def monday_morning() -> Iterator[None]:
    """Nine o’clock: whatever the day of the test, the desk opens."""
    with at(on(MONDAY, time(9))):
        yield


@pytest.fixture
def cesf(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Client:
    """The browser of `cesf`."""
    return sign_in(cast.cesf)


@pytest.fixture
def desk(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Client:
    """The browser of `gos`."""
    return sign_in(cast.gos)


@pytest.fixture
def received(cast: SimpleNamespace, aminata: Usager) -> Passage:
    """Aminata's passage, in the interview with `gos`."""
    return receive(make_passage(aminata, by=cast.gos), by=cast.gos)
