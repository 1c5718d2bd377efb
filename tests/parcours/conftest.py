"""Aminata's thread, as far as a parcours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Relais, Usager
from evaluation.models import NiveauReleve
from parcours.demonstration.builders import make_evaluation, make_parcours, make_relais
from parcours.models import Parcours
from parcours.opening import open_from
from pole_social.models import Agent


def send_to_accompagnement(cast: SimpleNamespace, usager: Usager, **fields: object) -> Relais:
    """The whole way: desk, evaluation explored and validated, relais to accompagnement."""
    evaluation = make_evaluation(usager, sent_by=cast.gos, by=cast.assistant_social, explored=True)
    evaluation.submit(by=cast.assistant_social)
    evaluation.validate(by=cast.responsable_evaluation)
    relais = make_relais(usager, by=cast.assistant_social, to="issy-accompagnement", **fields)  # type: ignore[arg-type]
    evaluation.relais_envoyes.add(relais)
    return relais


def after_seven_months(relais: Relais, *, by: Agent) -> Parcours:
    """The parcours that `by` opened from it, as it stands seven months later: its first bilan is overdue."""
    made, today = open_from(relais, by=by), timezone.localdate()
    dates = {"opened_on": today - timedelta(days=210), "echeance": today - timedelta(days=20)}
    Parcours.objects.filter(pk=made.pk).update(**dates)
    NiveauReleve._base_manager.update(releve_on=today - timedelta(days=211))
    return Parcours.objects.select_related("usager").get(pk=made.pk)


@pytest.fixture
def recu(cast: SimpleNamespace, aminata: Usager) -> Relais:
    """A relais about Aminata that waits for accompagnement, with an evaluation behind it."""
    return send_to_accompagnement(cast, aminata)


@pytest.fixture
def suivi(cast: SimpleNamespace, aminata: Usager) -> Parcours:
    """Aminata's social parcours; its référent is assistant_social_2."""
    return make_parcours(aminata, sent_by=cast.assistant_social, by=cast.assistant_social_2)


@pytest.fixture
def browse(cast: SimpleNamespace, sign_in: Callable[[Agent], Client]) -> Callable[[str], Client]:
    """A browser by username: `browse("cesf")`."""
    return lambda username: sign_in(getattr(cast, username.replace("-", "_")))
