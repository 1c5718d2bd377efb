"""What the screens of the desk are tried with."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from typing import cast as typed
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import Motif, Passage, Usager
from parcours.demonstration.builders import UsagerFactory, make_passage, receive
from pole_social.models import Acces, Domaine

DESK_USERNAMES = ["gos", "gos-2", "assistante-administrative", "responsable-accueil"]
OTHER_SEARCHERS = ["assistant-social", "cesf", "puericultrice", "ccf", "psychologue"]
NOBODYS_SEARCHERS = ["dpo", "admin"]
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


@pytest.fixture
def desk(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Client:
    """The browser of `gos`."""
    return sign_in(cast.gos)


@pytest.fixture
def received(cast: SimpleNamespace, aminata: Usager) -> Passage:
    """Aminata's passage, in the interview with `gos`."""
    return receive(make_passage(aminata, by=cast.gos), by=cast.gos)
