"""One person of Issy, sent by the desk, at each moment of an evaluation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accueil.models import Relais, Usager
from evaluation.models import Evaluation, Exploration
from evaluation.opening import open_from
from parcours.demonstration.builders import (
    UsagerFactory,
    explore_all,
    make_demande,
    make_fait,
    make_passage,
    make_relais,
)
from pole_social.models import Domaine


@pytest.fixture
def relais(cast: SimpleNamespace, aminata: Usager) -> Relais:
    """A relais of the desk with one demande, waiting in the unité évaluation."""
    passage = make_passage(aminata, by=cast.gos)
    make_fait(aminata, by=cast.gos, valeur="locataire du parc social")
    return make_relais(aminata, by=cast.gos, demandes=[make_demande(passage, by=cast.gos)])


@pytest.fixture
def evaluation(cast: SimpleNamespace, relais: Relais) -> Evaluation:
    """Just opened by assistant-social, nothing explored."""
    return open_from(relais, by=cast.assistant_social)


@pytest.fixture
def explored(cast: SimpleNamespace, evaluation: Evaluation) -> Evaluation:
    """The 14 domaines explored: unpaid rent, a major fragilité."""
    return explore_all(evaluation, by=cast.assistant_social, niveau="majeure")


@pytest.fixture
def submitted(cast: SimpleNamespace, explored: Evaluation) -> Evaluation:
    explored.submit(by=cast.assistant_social)
    return explored


@pytest.fixture
def validated(cast: SimpleNamespace, submitted: Evaluation) -> Evaluation:
    submitted.validate(by=cast.responsable_evaluation)
    return submitted


@pytest.fixture
def writer(cast: SimpleNamespace, sign_in) -> Client:
    """The evaluator's browser."""
    return sign_in(cast.assistant_social)


@pytest.fixture
def leader(cast: SimpleNamespace, sign_in) -> Client:
    """The browser of the unité's responsable."""
    return sign_in(cast.responsable_evaluation)


def person(**fields: Any) -> Any:
    """A fictional person to whom nobody is related yet."""
    return UsagerFactory(**fields)


def page_of(evaluation: Evaluation, *below: str) -> str:
    return "/".join(["/evaluation", str(evaluation.pk), *below, ""])


def exploration_of(evaluation: Evaluation, code: str) -> Exploration:
    return evaluation.explorations.get(domaine__code=code)


def save_domaine(client: Client, evaluation: Evaluation, code: str, **typed: Any) -> Any:
    """Send the form of a domaine, at the version that stands unless one is given."""
    typed.setdefault("version", exploration_of(evaluation, code).version)
    return client.post(page_of(evaluation, "domaines", code), typed)


def all_domaines() -> list[str]:
    return list(Domaine.objects.values_list("code", flat=True))


def without_csrf(content: bytes) -> list[bytes]:
    """A page's lines but those that hold a token: two answers can then be compared byte for byte."""
    return [line for line in content.splitlines() if b"csrfmiddlewaretoken" not in line]


HOSTILE = ["\x00", "a\x00b", "‮renversé", "x" * 100_000, "31/02/2027", "12/12/10000", "<script>", "' OR 1=1 --"]
