"""Households: made, joined, left; and nobody is revealed who may not be seen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Foyer, MembreFoyer, Usager
from parcours.demonstration.builders import make_passage, make_relais
from pole_social.models import Agent
from tests.accueil.conftest import DESK_USERNAMES, HOSTILE, last_acces, same_as_unknown, someone
from tests.bulk import copies
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together


@pytest.fixture
def known(cast: SimpleNamespace, aminata: Usager) -> Usager:
    make_passage(aminata, by=cast.gos)
    return aminata


@pytest.fixture
def place(known: Usager) -> MembreFoyer:
    """Aminata's place in her household."""
    return MembreFoyer.objects.create(
        foyer=Foyer.objects.create(), usager=known, lien="personne", starts_on="2024-01-01"
    )


@pytest.fixture
def moussa(cast: SimpleNamespace) -> Usager:
    """Her son, who came today too."""
    made = someone(nom_usage="Traoré", prenoms="Moussa", naissance_annee=2017)
    make_passage(made, by=cast.gos)
    return made


def page_of(usager: Usager) -> str:
    return f"/accueil/usagers/{usager.pk}/foyer/"


def add_url(place: MembreFoyer) -> str:
    return f"/accueil/membres/{place.pk}/ajout/"


def typed(**fields: Any) -> dict[str, Any]:
    return {"lien": "enfant", "cle": str(uuid4()), **fields}


def chosen(usager: Usager, **fields: Any) -> dict[str, Any]:
    return typed(membre=str(usager.pk), q="Traoré Moussa", **fields)


class TestMaking:
    def test_begins_with_one_person(self, desk: Client, known: Usager) -> None:
        data = typed(lien="personne", has_autorite_parentale="on", starts_on="mai 2024")
        assert "le jour, le mois" in desk.post(page_of(known), data).content.decode()
        assert desk.post(page_of(known), data | {"starts_on": "1er mai 2024"}).headers["Location"] == page_of(known)
        made = MembreFoyer.objects.get()
        assert (made.usager, made.lien, made.has_autorite_parentale) == (known, "personne", True)
        assert str(made.starts_on) == "2024-05-01"
        assert "a l’autorité parentale" in desk.get(page_of(known)).content.decode()
        assert last_acces("usager_foyer").usager_ids == [known.pk]

    def test_only_a_child_is_in_two(self, desk: Client, place: MembreFoyer, moussa: Usager) -> None:
        page = desk.post(page_of(place.usager), typed(lien="conjoint")).content.decode()
        assert "seul un enfant" in page
        for _ in range(2):
            assert desk.post(page_of(moussa), typed()).status_code == 302
        assert "seul un enfant" in desk.post(page_of(moussa), typed()).content.decode()
        assert MembreFoyer.objects.filter(usager=moussa).count() == 2
        page = desk.get(page_of(moussa)).content.decode()
        assert "Foyer 1" in page
        assert "Foyer 2" in page

    def test_a_double_submit_makes_one(self, desk: Client, known: Usager) -> None:
        data = typed(lien="personne")
        assert [desk.post(page_of(known), data).status_code for _ in range(2)] == [302, 302]
        assert Foyer.objects.count() == 1

    @together(
        ("field", "value"),
        [
            ("lien", ""),
            ("lien", "chef"),
            ("starts_on", "31/02/2024"),
            ("starts_on", "1/1/10000"),
            ("ends_on", "1/1/1950"),
            *[("starts_on", text) for text in HOSTILE],
        ],
    )
    def test_bad_input_makes_none(self, desk: Client, known: Usager, field: str, value: str) -> None:
        response = desk.post(page_of(known), typed(**{field: value}))
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert not Foyer.objects.exists()


class TestAdding:
    def test_is_found_by_a_search_then_added(self, desk: Client, place: MembreFoyer, moussa: Usager) -> None:
        assert "Chercher la personne" in desk.get(add_url(place)).content.decode()
        page = desk.post(add_url(place), {"q": "Traoré Moussa"}).content.decode()
        assert f'value="{moussa.pk}"' in page
        response = desk.post(add_url(place), chosen(moussa, starts_on="2 septembre 2024"))
        assert response.headers["Location"] == page_of(place.usager)
        made = MembreFoyer.objects.get(usager=moussa)
        assert (made.foyer, made.lien, str(made.starts_on)) == (place.foyer, "enfant", "2024-09-02")
        assert "Moussa Traoré" in desk.get(page_of(place.usager)).content.decode()

    def test_only_people_whom_one_may_open(self, desk: Client, place: MembreFoyer) -> None:
        stranger = someone(nom_usage="Traoré", prenoms="Moussa")
        page = desk.post(add_url(place), {"q": "Traoré Moussa"}).content.decode()
        assert "enregistrez d’abord son passage" in page
        assert str(stranger.pk) not in page
        assert desk.post(add_url(place), chosen(stranger)).status_code == 200
        assert not MembreFoyer.objects.filter(usager=stranger).exists()

    def test_a_tampered_choice_is_refused_like_an_unknown_one(
        self, cast: SimpleNamespace, desk: Client, place: MembreFoyer, moussa: Usager
    ) -> None:
        stranger = someone(nom_usage="Ailleurs")
        pages = [desk.post(add_url(place), chosen(moussa) | {"membre": pk}) for pk in (stranger.pk, uuid4(), "x")]
        for page in pages:
            assert page.status_code == 200
            assert "Choisissez une personne de la liste" in page.content.decode()
            assert "Ailleurs" not in page.content.decode()
        assert MembreFoyer.objects.count() == 1

    def test_nobody_is_there_twice(self, desk: Client, place: MembreFoyer, moussa: Usager) -> None:
        data = chosen(moussa)
        assert [desk.post(add_url(place), data).status_code for _ in range(2)] == [302, 302]
        page = desk.post(add_url(place), chosen(moussa)).content.decode()
        assert "déjà dans ce foyer" in page
        assert MembreFoyer.objects.filter(usager=moussa).count() == 1

    @together("q", ["", "%", "a", *HOSTILE])
    def test_a_search_that_is_none_is_said(self, desk: Client, place: MembreFoyer, q: str) -> None:
        response = desk.post(add_url(place), {"q": q})
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()

    def test_a_place_that_has_ended_takes_nobody(self, desk: Client, place: MembreFoyer) -> None:
        MembreFoyer.objects.update(ends_on="2025-01-01")
        assert desk.get(add_url(place)).status_code == 404


class TestLeaving:
    def test_ends_and_stays_in_the_table(self, desk: Client, place: MembreFoyer) -> None:
        url = f"/accueil/membres/{place.pk}/fin/"
        assert desk.get(url).status_code == 405
        for _ in range(2):
            assert desk.post(url).headers["Location"] == page_of(place.usager)
        place.refresh_from_db()
        assert place.ends_on == timezone.localdate()

    def test_one_who_left_may_come_back(self, desk: Client, place: MembreFoyer, moussa: Usager) -> None:
        desk.post(add_url(place), chosen(moussa))
        desk.post(f"/accueil/membres/{MembreFoyer.objects.get(usager=moussa).pk}/fin/")
        assert desk.post(add_url(place), chosen(moussa)).status_code == 302
        assert MembreFoyer.objects.filter(usager=moussa, ends_on=None).count() == 1


class TestSecret:
    def test_a_member_out_of_scope_leaves_no_trace(
        self, cast: SimpleNamespace, desk: Client, place: MembreFoyer
    ) -> None:
        """The page of a household of one and of one with a hidden member are the same, byte for byte."""

        def shown() -> str:
            page = desk.get(page_of(place.usager)).content.decode()
            return page[page.index("Qui vit là") : page.index("</main>")]

        def without_tokens(page: str) -> str:
            return "\n".join(line for line in page.splitlines() if "csrf" not in line and 'name="cle"' not in line)

        before = without_tokens(shown())
        hidden = someone(nom_usage="Cachée", is_sealed=True)
        MembreFoyer.objects.create(foyer=place.foyer, usager=hidden, lien="conjoint")
        assert without_tokens(shown()) == before
        make_passage(hidden, by=cast.gos)
        assert "Cachée" in shown()

    def test_the_place_of_a_hidden_member_does_not_exist(
        self, cast: SimpleNamespace, desk: Client, place: MembreFoyer
    ) -> None:
        hidden = MembreFoyer.objects.create(foyer=place.foyer, usager=someone(), lien="conjoint")
        assert same_as_unknown(desk, add_url(hidden), hidden.pk)
        assert same_as_unknown(desk, f"/accueil/membres/{hidden.pk}/fin/", hidden.pk, method="post")
        assert desk.get(add_url(place)).status_code == 200

    @together("username", DESK_USERNAMES)
    def test_opens_to_the_desk(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], place: MembreFoyer, username: str
    ) -> None:
        client = sign_in(Agent.objects.get(username=username))
        assert [client.get(url).status_code for url in (page_of(place.usager), add_url(place))] == [200, 200]

    @together("username", ["puericultrice", "psychologue", "ccf", "dpo", "admin"])
    def test_refuses_the_other_roles(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], place: MembreFoyer, username: str
    ) -> None:
        make_relais(place.usager, by=cast.gos, to="issy-sante")
        client = sign_in(Agent.objects.get(username=username))
        assert [client.get(url).status_code for url in (page_of(place.usager), add_url(place))] == [403, 403]

    def test_out_of_scope(self, cast: SimpleNamespace, sign_in: Callable[..., Client], place: MembreFoyer) -> None:
        client = sign_in(cast.gos_chatenay)
        assert same_as_unknown(client, page_of(place.usager), place.usager_id)
        assert same_as_unknown(client, page_of(place.usager), place.usager_id, method="post")
        assert same_as_unknown(client, add_url(place), place.pk, method="post")


@pytest.mark.parametrize("rows", [10, 500])
def test_queries_do_not_depend_on_the_members(
    cast: SimpleNamespace, desk: Client, place: MembreFoyer, moussa: Usager, rows: int
) -> None:
    copies(
        MembreFoyer.objects.create(
            foyer=place.foyer, usager=moussa, lien="enfant", starts_on="2024-01-01", ends_on="2099-01-01"
        ),
        rows,
    )
    assert count_queries(desk, page_of(place.usager)) <= 8


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_add_the_same_child_at_once_make_one_place(
    cast: SimpleNamespace, sign_in: Callable[..., Client], place: MembreFoyer, moussa: Usager
) -> None:
    acts: list[Callable[[], Any]] = [
        partial(sign_in(agent).post, add_url(place), chosen(moussa)) for agent in (cast.gos, cast.gos_2)
    ]
    answers = at_once(acts)
    # The second finds it done, or is told so.
    assert {answer.status_code for answer in answers} <= {200, 302}  # type: ignore[union-attr]
    assert MembreFoyer.objects.filter(usager=moussa).count() == 1
