"""The creating forms of the desk take raw values that no field looks at as a text, and keep them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import Demande, Motif, Passage
from parcours.demonstration.builders import make_passage, receive
from pole_social.models import Domaine, Envoi

SignIn = Callable[[Any], Client]
NEW = "/accueil/passages/nouveau/"


def passage_data(**fields: Any) -> dict[str, Any]:
    return {"motif": Motif.objects.get(code="logement").pk, "canal": "guichet", "cle": str(uuid4()), **fields}


def demande_data(**fields: Any) -> dict[str, Any]:
    domaine = Domaine.objects.get(code="logement").pk
    return {"besoin": "Impayé de loyer", "domaine": domaine, "cle": str(uuid4()), **fields}


@pytest.mark.parametrize("fields", [{"is_prioritaire": "\x00"}, {"canal": ["\x00", "guichet"]}])
def test_a_passage(cast: SimpleNamespace, sign_in: SignIn, fields: dict[str, Any]) -> None:
    assert sign_in(cast.gos).post(NEW, passage_data(**fields)).status_code == 302
    assert Passage.objects.count() == 1
    ((name, value),) = fields.items()
    assert Envoi.objects.get().contenu[name] == ["\ufffd", *value[1:]]


def test_the_control_a_nul_that_is_read_is_refused(cast: SimpleNamespace, sign_in: SignIn) -> None:
    response = sign_in(cast.gos).post(NEW, passage_data(canal=["guichet", "\x00"]))
    assert response.status_code == 200
    assert "canal" in response.context["form"].errors
    assert not Passage.objects.exists()


def test_a_demande(cast: SimpleNamespace, sign_in: SignIn, aminata: Any) -> None:
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    client, url = sign_in(cast.gos), f"/accueil/passages/{passage.pk}/demandes/"
    assert client.post(url, demande_data(besoin="Impayé\x00")).status_code == 200
    assert not Demande.objects.exists()
    assert client.post(url, demande_data(besoin=["\x00", "Impayé de loyer"])).status_code == 302
    assert Demande.objects.count() == 1
