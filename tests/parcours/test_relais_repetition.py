"""The acts on a relais look at its scope before the key of the form."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import Deport, Relais
from parcours.models import Parcours
from pole_social.models import Envoi
from tests.parcours.aides import assert_does_not_exist

Browse = Callable[[str], Client]


def page(recu: Relais, act: str) -> str:
    return f"/parcours/relais/{recu.pk}/{act}/"


@pytest.mark.parametrize("act", ["acceptation", "retour"])
def test_out_of_scope_keeps_nothing_of_what_was_sent(browse: Browse, recu: Relais, act: str) -> None:
    client = browse("assistant-social-chatenay")
    typed = {"cle": str(uuid4()), "motif": "Erreur d’unité."}
    assert client.post(page(recu, act), typed).status_code == 404
    assert_does_not_exist(client, page(recu, act), recu.pk, "post")
    assert not Envoi.objects.exists()
    # The control: the unité's own professional is answered.
    assert browse("cesf").post(page(recu, act), typed).status_code == 302
    assert Envoi.objects.count() == 1


def test_what_was_accepted_is_not_compared_after_a_deport(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    client, typed = browse("cesf"), {"cle": str(uuid4()), "objectif": "Garder le logement"}
    assert client.post(page(recu, "acceptation"), typed).status_code == 302
    other = {**typed, "objectif": "Autre chose"}
    assert client.post(page(recu, "acceptation"), other).status_code == 409, "the control: still in scope"
    Deport.objects.create(agent=cast.cesf, usager=recu.usager, lien=Deport.Lien.SOI)
    for sent in (typed, other):
        answer = client.post(page(recu, "acceptation"), sent)
        assert answer.status_code == 404
        assert "Garder le logement" not in answer.content.decode()
    assert Parcours.objects.count() == 1


def test_only_the_exact_repetition_of_a_return_is_answered(browse: Browse, recu: Relais) -> None:
    """The return itself has ended the access: everything else about it does not exist any more."""
    client, typed = browse("cesf"), {"cle": str(uuid4()), "motif": "Erreur d’unité."}
    for _ in range(2):
        assert client.post(page(recu, "retour"), typed).headers["Location"] == "/parcours/"
    assert client.post(page(recu, "retour"), {**typed, "motif": "Autre motif."}).status_code == 404
    assert client.post(page(recu, "retour"), {**typed, "cle": str(uuid4())}).status_code == 404
    assert browse("educateur").post(page(recu, "retour"), typed).status_code == 404
    assert recu.etapes.filter(vers=Relais.Statut.RETOURNE).count() == 1
