"""One effect per creating form: double clicks, refreshes, two tabs, two sendings at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accueil.models import Usager
from pole_social.models import Envoi
from tests.threads import at_once

pytestmark = pytest.mark.urls("tests.pole_social.urls_spine")

SignIn = Callable[[Any], Client]
URL = "/essai/note/"


def made() -> int:
    return Usager.objects.filter(prenoms="Note").count()


def content(**changes: str) -> dict[str, str]:
    return {"cle": str(uuid4()), "nom": "Premier", "couleur": "bleu"} | changes


def test_one_sending_has_one_effect(cast: SimpleNamespace, sign_in: SignIn) -> None:
    response = sign_in(cast.gos).post(URL, content())
    assert response.status_code == 302
    assert made() == 1


def test_the_same_key_and_content_get_the_same_answer(cast: SimpleNamespace, sign_in: SignIn) -> None:
    client, sent = sign_in(cast.gos), content()
    first, second = client.post(URL, sent), client.post(URL, sent)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert made() == 1


def test_another_key_is_another_effect(cast: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(cast.gos)
    client.post(URL, content())
    client.post(URL, content())
    assert made() == 2


def test_the_same_key_with_another_content_shows_both(cast: SimpleNamespace, sign_in: SignIn) -> None:
    client, sent = sign_in(cast.gos), content()
    client.post(URL, sent)
    response = client.post(URL, sent | {"nom": "Second", "couleur": "vert"})
    assert response.status_code == 409
    rows = [(row.libelle, row.enregistre, row.saisi) for row in response.context["conflit"]]
    assert rows == [("nom", "Premier", "Second"), ("couleur", "Bleu", "Vert")]
    assert made() == 1


def test_what_was_typed_second_can_be_recorded_too(cast: SimpleNamespace, sign_in: SignIn) -> None:
    client, sent = sign_in(cast.gos), content()
    client.post(URL, sent)
    refused = client.post(URL, sent | {"nom": "Second"})
    form = refused.context["form"]
    assert form["cle"].value() != sent["cle"]
    assert form["nom"].value() == "Second"
    client.post(URL, {"cle": form["cle"].value(), "nom": "Second", "couleur": "bleu"})
    assert made() == 2


def test_an_invalid_form_uses_no_key(cast: SimpleNamespace, sign_in: SignIn) -> None:
    client, sent = sign_in(cast.gos), content(couleur="rouge")
    assert client.post(URL, sent).status_code == 200
    assert client.post(URL, sent | {"couleur": "vert"}).status_code == 302
    assert made() == 1


def test_a_missing_key_is_a_new_form(cast: SimpleNamespace, sign_in: SignIn) -> None:
    assert sign_in(cast.gos).post(URL, {"nom": "Premier", "couleur": "bleu"}).status_code == 302
    assert made() == 1


def test_a_damaged_key_is_refused_by_the_form(cast: SimpleNamespace, sign_in: SignIn) -> None:
    assert sign_in(cast.gos).post(URL, content(cle="pas-une-clé")).status_code == 200
    assert made() == 0


def test_a_colleague_s_key_is_not_mine(cast: SimpleNamespace, sign_in: SignIn) -> None:
    sent = content()
    sign_in(cast.gos).post(URL, sent)
    response = sign_in(cast.gos_2).post(URL, sent | {"nom": "Autre"})
    assert response.status_code == 302
    assert made() == 2


def test_what_was_typed_is_kept_one_day_only(cast: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(cast.gos)
    client.post(URL, content())
    assert Envoi.objects.get().contenu == {"nom": ["Premier"], "couleur": ["bleu"]}
    Envoi.objects.update(at=timezone.now() - timedelta(days=1, minutes=1))
    client.post(URL, content(nom="Second"))
    assert [envoi.contenu.get("nom") for envoi in Envoi.objects.order_by("at")] == [None, ["Second"]]


@pytest.mark.parametrize("hostile", ["\x00", "a\x00b", "\ufffd"])
def test_a_nul_among_the_values_is_kept_as_what_stands_for_it(
    cast: SimpleNamespace, sign_in: SignIn, hostile: str
) -> None:
    """Of a name sent twice the field reads the last value; the first is kept beside it."""
    response = sign_in(cast.gos).post(URL, content() | {"couleur": [hostile, "vert"]})
    assert response.status_code == 302
    assert Envoi.objects.get().contenu["couleur"] == [hostile.replace("\x00", "\ufffd"), "vert"]


def test_a_nul_read_as_a_text_is_refused(cast: SimpleNamespace, sign_in: SignIn) -> None:
    response = sign_in(cast.gos).post(URL, content(nom="a\x00b"))
    assert "caractère invisible" in response.content.decode()
    assert (made(), Envoi.objects.count()) == (0, 0)


@pytest.mark.parametrize("half", [b"\xed\xa0\x80", b"\xff"])
def test_bytes_that_are_no_text_are_no_error(cast: SimpleNamespace, sign_in: SignIn, half: bytes) -> None:
    body = f"cle={uuid4()}&nom=Premier&couleur=".encode() + half + b"&couleur=vert"
    response = sign_in(cast.gos).generic("POST", URL, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 302
    assert made() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_sendings_at_once_have_one_effect(cast: SimpleNamespace, sign_in: SignIn) -> None:
    sent = content()
    clients = [sign_in(cast.gos) for _ in range(10)]

    def send(client: Client) -> Callable[[], HttpResponse]:
        return lambda: client.post(URL, sent)  # type: ignore[return-value]

    answers = at_once([send(client) for client in clients])
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 10
    assert made() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_different_keys_at_once_have_ten_effects(cast: SimpleNamespace, sign_in: SignIn) -> None:
    """The control: it is the key that makes the effect single, not a lock on everything."""
    clients = [sign_in(cast.gos) for _ in range(10)]

    def send(client: Client) -> Callable[[], HttpResponse]:
        return lambda: client.post(URL, content())  # type: ignore[return-value]

    at_once([send(client) for client in clients])
    assert made() == 10
