"""The administration site: by role, never a person, and what is edited there stays."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client

from accueil.models import Usager
from pole_social.administration import HubAdmin
from pole_social.models import Affectation, Agent, Metier, Partenaire, Unite
from tests.together import together

SignIn = Callable[[Any], Client]
SECTIONS = ["agent", "lieu", "unite", "bureau", "metier", "domaine", "partenaire", "commune", "territoire"]


@together("section", SECTIONS)
def test_each_section_opens_for_the_administration(cast: SimpleNamespace, sign_in: SignIn, section: str) -> None:
    client = sign_in(cast.admin)
    for page in (f"/administration/pole_social/{section}/", f"/administration/pole_social/{section}/add/"):
        assert client.get(page).status_code == 200


def test_it_wears_our_icon(cast: SimpleNamespace, sign_in: SignIn) -> None:
    """Without one the browser asks for /favicon.ico, which is nowhere."""
    client = sign_in(cast.admin)
    for page in ("", "pole_social/agent/", "pole_social/agent/add/"):
        assert 'rel="icon" href="/static/favicon.svg"' in client.get(f"/administration/{page}").content.decode()


@pytest.mark.parametrize("username", ["gos", "medecin", "responsable_sst", "dpo"])
def test_the_others_are_sent_back(cast: SimpleNamespace, sign_in: SignIn, username: str) -> None:
    response = sign_in(getattr(cast, username)).get("/administration/pole_social/agent/")
    assert response.status_code in (302, 403)


def test_no_person_is_in_it(db: None) -> None:
    shown = set(admin.site._registry)
    people = {model for model in shown if model._meta.app_label in ("accueil", "evaluation", "parcours")}
    referentials = {"Motif", "Fragilite", "Droit", "Bareme", "Regle", "RegleProposition"}
    assert {model.__name__ for model in people} == referentials
    assert Usager not in shown


@together(
    "query",
    [
        "agent/?deports__isnull=False",
        "agent/?affectations__unite__isnull=False",
        "agent/?password__startswith=a",
        "commune/?usager=00000000-0000-4000-8000-000000000000",
        "commune/?usager__isnull=False",
        "lieu/?commune__usager__isnull=False",
        "partenaire/?logentry__isnull=False",
    ],
)
def test_a_filter_reaches_no_other_table(cast: SimpleNamespace, sign_in: SignIn, query: str) -> None:
    assert sign_in(cast.admin).get(f"/administration/pole_social/{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["agent/?is_active__exact=1", "agent/?metier__id__exact=1", "lieu/?type__exact=sst", "commune/?q=Issy"]
)
def test_the_control_the_sections_own_filters_answer(cast: SimpleNamespace, sign_in: SignIn, query: str) -> None:
    assert sign_in(cast.admin).get(f"/administration/pole_social/{query}").status_code == 200


def test_the_control_django_alone_would_answer(
    cast: SimpleNamespace, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(HubAdmin, "lookup_allowed")
    assert sign_in(cast.admin).get("/administration/pole_social/commune/?usager__isnull=False").status_code != 400


def test_an_account_is_made_with_its_affectation(cast: SimpleNamespace, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    response = client.post(
        "/administration/pole_social/agent/add/",
        {
            "username": "nouvelle",
            "prenom": "Rose",
            "nom": "Diallo",
            "metier": Metier.objects.get(code="gos").pk,
            "usable_password": "true",
            "password1": "un-mot-de-passe-long",
            "password2": "un-mot-de-passe-long",
            "affectations-TOTAL_FORMS": "1",
            "affectations-INITIAL_FORMS": "0",
            "affectations-0-unite": Unite.objects.get(code="issy-accueil").pk,
            "affectations-0-starts_on": "01/01/2024",
        },
    )
    assert response.status_code == 302, response.context and response.context["errors"]
    agent = Agent.objects.get(username="nouvelle")
    assert agent.check_password("un-mot-de-passe-long")
    assert agent.roles == {"accueil"}
    assert Affectation.objects.filter(agent=agent).count() == 1


def test_nothing_is_deleted(cast: SimpleNamespace, sign_in: SignIn) -> None:
    response = sign_in(cast.admin).post(f"/administration/pole_social/agent/{cast.gos.pk}/delete/", {"post": "yes"})
    assert response.status_code == 403
    assert Agent.objects.filter(pk=cast.gos.pk).exists()


def test_what_is_edited_is_not_loaded_over(cast: SimpleNamespace, sign_in: SignIn) -> None:
    caf = Partenaire.objects.get(code="caf-92")
    response = sign_in(cast.admin).post(
        f"/administration/pole_social/partenaire/{caf.pk}/change/",
        {"code": "caf-92", "nom": "CAF 92, nouveau nom", "type": "caf"},
    )
    assert response.status_code == 302
    call_command("load_reference", verbosity=0)
    caf.refresh_from_db()
    assert caf.nom == "CAF 92, nouveau nom"
    assert caf.edited_at is not None


def test_the_first_account_administers_and_reads_no_person(db: None, sign_in: SignIn) -> None:
    call_command("createsuperuser", "--noinput", username="premiere", nom="Ba", prenom="Awa", verbosity=0)
    agent = Agent.objects.get(username="premiere")
    assert agent.roles == {"administration"}
    client = sign_in(agent)
    assert client.get("/administration/").status_code == 200
    assert client.get("/accueil/").status_code == 403
