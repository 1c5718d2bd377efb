"""The answer to two people acting at once gives back what was written."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from pole_social.http import is_a_text

pytestmark = pytest.mark.urls("tests.pole_social.urls_spine")


@pytest.mark.parametrize(
    "written", ["Rappelée", "Été", "Elle rappellera", "06 12 34 56 78 après 14 h", "12/03/2027", "un\ndeux", "Oui."]
)
def test_what_somebody_wrote_is_given_back(
    cast: SimpleNamespace, sign_in: Callable[[Any], Client], written: str
) -> None:
    response = sign_in(cast.gos).post("/essai/bouge/", {"dit": written, "cle": "une clé", "version": "un numéro"})
    assert response.status_code == 409
    assert response.context["saisies"] == [written]
    assert "Votre dernier geste n’a rien changé" in response.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "on",
        "1",
        "1234",
        "12 345",
        "en_entretien",
        "guichet",
        "c3c36824-35a4-40cf-80fd-e71e0ab49994",
        "ab",
        "3fbcb5a294264201be2c6c76b169b0e2",
        "3,5",
    ],
)
def test_what_nobody_wrote_is_not(sent: str) -> None:
    assert not is_a_text(sent)
