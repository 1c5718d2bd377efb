"""Two at once, on the real database: exact counts, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client

from accueil.models import Relais, Usager
from parcours.demonstration.builders import UsagerFactory, make_ecrit, make_parcours, make_relais
from parcours.models import Action, Ecrit, Intervenant, Objectif, Parcours
from pole_social.models import Agent
from tests.parcours.conftest import send_to_accompagnement

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], int]


def together(*acts: Act) -> list[int]:
    """Run each act in its own thread and connection, from the same moment; the statuses, sorted."""
    barrier, statuses = threading.Barrier(len(acts)), []

    def run(act: Act) -> None:
        try:
            barrier.wait(timeout=20)
            statuses.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(statuses)


def post(agent: Agent, url: str, typed: Mapping[str, object] | None = None) -> Act:
    client = Client()
    client.force_login(agent)
    return lambda: client.post(url, typed or {}).status_code


@pytest.fixture
def person(cast: SimpleNamespace) -> Usager:
    return UsagerFactory.create()


def accept(agent: Agent, relais: Relais) -> Act:
    typed = {"objectif": "Un objectif", "action": "Une action", "echeance": "12/03/2027"}
    return post(agent, f"/parcours/relais/{relais.pk}/acceptation/", typed)


def test_two_accept_one_relais(cast: SimpleNamespace, person: Usager) -> None:
    relais = send_to_accompagnement(cast, person)
    statuses = together(accept(cast.cesf, relais), accept(cast.educateur, relais))
    assert statuses[0] == 302
    assert statuses[1] in (404, 409), "too late: taken (409), or no longer related (404)"
    assert (Parcours.objects.count(), Intervenant.objects.count()) == (1, 1)
    assert (Objectif.objects.count(), Action.objects.count()) == (1, 1)
    assert relais.etapes.filter(vers=Relais.Statut.ACCEPTE).count() == 1


def test_two_relais_of_one_person_make_one_parcours(cast: SimpleNamespace, person: Usager) -> None:
    first, second = (make_relais(person, by=cast.assistant_social, to="issy-accompagnement") for _ in range(2))
    assert together(accept(cast.cesf, first), accept(cast.educateur, second)) == [302, 302]
    parcours = Parcours.objects.get()
    assert parcours.relais_recus.count() == 2
    assert parcours.intervenants.filter(is_referent=True).count() == 1
    assert {one.agent for one in parcours.intervenants.all()} == {cast.cesf, cast.educateur}


def test_two_relais_accepted_by_one_person_at_once(cast: SimpleNamespace, person: Usager) -> None:
    relais = [make_relais(person, by=cast.assistant_social, to="issy-accompagnement") for _ in range(2)]
    assert together(*(accept(cast.cesf, one) for one in relais)) == [302, 302]
    assert (Parcours.objects.count(), Intervenant.objects.count()) == (1, 1)


def test_accept_and_send_back_at_once(cast: SimpleNamespace, person: Usager) -> None:
    relais = send_to_accompagnement(cast, person)
    back = post(cast.educateur, f"/parcours/relais/{relais.pk}/retour/", {"motif": "Pas pour nous."})
    statuses = together(accept(cast.cesf, relais), back)
    assert statuses[0] == 302
    assert statuses[1] in (404, 409)
    relais.refresh_from_db()
    assert Parcours.objects.count() == (1 if relais.statut == Relais.Statut.ACCEPTE else 0)


def test_same_intervenant_twice_at_once(cast: SimpleNamespace, person: Usager) -> None:
    """From two colleagues, with two keys: the second waits, then finds them in the team."""
    parcours = make_parcours(person, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    parcours.add_intervenant(cast.cesf)
    url, typed = f"/parcours/{parcours.pk}/equipe/", {"agent": str(cast.medecin.pk)}
    assert together(post(cast.assistant_social_2, url, typed), post(cast.cesf, url, typed)) == [302, 302]
    assert parcours.intervenants.filter(agent=cast.medecin).count() == 1


def test_signing_twice_at_once(cast: SimpleNamespace, person: Usager) -> None:
    parcours = make_parcours(person, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    draft = make_ecrit(parcours, by=cast.assistant_social_2, signed=False)
    url = f"/parcours/{parcours.pk}/ecrits/{draft.pk}/signature/"
    typed = {"cercle": "equipe", "modalite": "visio", "done_on": "12/03/2026", "version": 1}
    statuses = together(
        *(post(cast.assistant_social_2, url, {**typed, "texte": text}) for text in ("Le premier.", "Le second."))
    )
    assert statuses[0] == 302
    assert statuses[1] in (302, 409)
    signed = Ecrit.objects.get()
    assert signed.is_signed
    assert signed.texte in ("Le premier.", "Le second.")
    assert signed.version == 3, "one edit and one signature"


def test_one_key_sent_twice_at_once(cast: SimpleNamespace, person: Usager) -> None:
    parcours = make_parcours(person, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    url = f"/parcours/{parcours.pk}/objectifs/"
    typed = {"libelle": "Garder le logement", "cle": "5f0c8a52-3b0c-4b2e-9d2a-4f3f9a2d7c11"}
    assert together(*(post(cast.assistant_social_2, url, typed) for _ in range(2))) == [302, 302]
    assert Objectif.objects.count() == 1
