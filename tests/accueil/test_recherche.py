"""Search first."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accueil.forms.recherche import Typed, guess_identity, split
from accueil.models import Coordonnee, Deport, Usager
from parcours.demonstration.builders import UsagerFactory, make_passage
from pole_social.dates import PartialDate
from pole_social.models import Acces, Agent, Territoire
from tests.accueil.conftest import (
    DESK_USERNAMES,
    HOSTILE,
    NOBODYS_SEARCHERS,
    OTHER_SEARCHERS,
    last_acces,
    someone,
)
from tests.queries import CONTROL
from tests.together import together

URL = "/accueil/recherche/"


def search(client: Client, q: str) -> HttpResponse:
    response = client.post(URL, {"q": q})
    assert response.status_code == 200
    return response  # type: ignore[return-value]


def found(client: Client, q: str) -> list[str]:
    """The ids proposed, in order."""
    return re.findall(r'data-usager="([^"]+)"', search(client, q).content.decode())


@together("username", [*DESK_USERNAMES, *OTHER_SEARCHERS, "responsable-sst"])
def test_opens_to_those_who_search(
    cast: SimpleNamespace, sign_in: Callable[..., Client], username: str, aminata: Usager
) -> None:
    client = sign_in(Agent.objects.get(username=username))
    assert client.get(URL).status_code == 200
    assert found(client, "Traoré") == [str(aminata.pk)]


@pytest.mark.parametrize("username", NOBODYS_SEARCHERS)
def test_refuses_those_who_never_search(cast: SimpleNamespace, sign_in: Callable[..., Client], username: str) -> None:
    client = sign_in(Agent.objects.get(username=username))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"q": "Traoré"}).status_code == 403


def test_refuses_another_method(desk: Client) -> None:
    assert desk.delete(URL).status_code == 405


@together(
    "q",
    [
        "Traoré Aminata",
        "aminata traore",
        "TRAORÉ",
        "tra",
        "Traoré 1991",
        "Traoré 12/03/1991",
        "12 mars 1991",
        "née le 12/03/1991",
        "Traoré, Aminata 1991-03-12",
        "mars 1991",
        "Diop",
    ],
)
def test_finds_by_names_and_birth(desk: Client, q: str) -> None:
    wanted = someone(
        nom_usage="Traoré",
        nom_naissance="Diop",
        prenoms="Aminata",
        naissance_annee=1991,
        naissance_mois=3,
        naissance_jour=12,
    )
    someone(nom_usage="Lopez", naissance_annee=1970)
    assert found(desk, q) == [str(wanted.pk)]


def test_a_wrong_date_is_set_aside_and_said(desk: Client, aminata: Usager) -> None:
    page = search(desk, "Traoré 1955").content.decode()
    assert str(aminata.pk) in page
    assert "sans la date" in page


def test_a_date_alone_that_nobody_has_proposes_nobody(desk: Client, aminata: Usager) -> None:
    assert found(desk, "1/1/1901") == []


def test_the_names_come_in_order(desk: Client) -> None:
    for prenoms in ("Zoé", "Alice", "Marc"):
        someone(nom_usage="Martin", prenoms=prenoms)
    someone(nom_usage="Martineau", prenoms="Aaron")
    page = search(desk, "martin").content.decode()
    names = ["Alice Martin", "Marc Martin", "Zoé Martin", "Aaron Martineau"]
    assert [page.index(name) for name in names] == sorted(page.index(name) for name in names)


def test_ten_at_most_and_it_says_so(desk: Client) -> None:
    UsagerFactory.create_batch(10, nom_usage="Martin")
    assert len(found(desk, "Martin")) == 10
    assert "Précisez" not in search(desk, "Martin").content.decode()
    someone(nom_usage="Martin")
    assert len(found(desk, "Martin")) == 10
    assert "Précisez" in search(desk, "Martin").content.decode()


class TestMasked:
    def test_shows_names_year_and_commune_only(self, cast: SimpleNamespace, desk: Client) -> None:
        usager = someone(
            nom_usage="Traoré", nom_naissance="Diop", prenoms="Aminata", naissance_annee=1991, naissance_mois=7
        )
        Coordonnee.objects.create(usager=usager, nature="telephone", valeur="06 11 22 33 44")
        page = search(desk, "Traoré").content.decode()
        for shown in ("Aminata Traoré", "nom de naissance : Diop", "naissance en 1991", "Issy-les-Moulineaux"):
            assert shown in page
        for hidden in ("06 11 22 33 44", f"/07/{usager.naissance_annee}", usager.reference):
            assert hidden not in page

    def test_opens_only_with_a_relationship(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        link = f'href="/accueil/usagers/{aminata.pk}/"'
        assert link not in search(desk, "Traoré").content.decode()
        make_passage(aminata, by=cast.gos)
        assert link in search(desk, "Traoré").content.decode()

    def test_the_other_roles_are_told_how(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        page = search(sign_in(cast.cesf), "Traoré").content.decode()
        assert "passez par l’accueil" in page
        assert "Enregistrer un passage" not in page
        assert "Nouvel usager" not in page
        page = search(desk, "Traoré").content.decode()
        assert "Enregistrer un passage" in page
        assert "Nouvel usager" in page

    @pytest.mark.parametrize("hidden", ["sealed", "elsewhere", "deport"])
    def test_some_are_in_no_list(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager, hidden: str
    ) -> None:
        assert found(desk, "Traoré") == [str(aminata.pk)]
        if hidden == "sealed":
            Usager.objects.filter(pk=aminata.pk).update(is_sealed=True)
        elif hidden == "elsewhere":
            Usager.objects.update(territoire=Territoire.objects.get(code="sst-chatenay"))
        else:
            Deport.objects.create(agent=cast.gos, usager=aminata, lien=Deport.Lien.SOI)
        assert found(desk, "Traoré") == []

    def test_always_says_whom_to_call(self, desk: Client) -> None:
        assert "poste de garde" in desk.get(URL).content.decode()
        assert "poste de garde" in search(desk, "Inconnu").content.decode()


class TestDiscretion:
    def test_what_is_typed_reaches_no_address_title_or_journal(self, desk: Client, aminata: Usager) -> None:
        response = search(desk, "Traoré")
        title = re.search(r"<title>(.*?)</title>", response.content.decode())
        assert title
        assert "Traoré" not in title[1]
        row = last_acces("recherche")
        assert row.action == Acces.Action.RECHERCHE
        assert row.usager_ids == [aminata.pk]
        assert "traor" not in " ".join(str(value).lower() for value in vars(row).values())

    def test_a_search_in_the_address_is_not_read(self, desk: Client, aminata: Usager) -> None:
        assert str(aminata.pk) not in desk.get(URL, {"q": "Traoré"}).content.decode()


class TestBadInput:
    @together("q", ["", "a", "%", "_", "%%%", "__", "é", "🙂🙂🙂", "''", "ʼʼ", "-- ;"])
    def test_too_little_is_said(self, desk: Client, aminata: Usager, q: str) -> None:
        page = search(desk, q).content.decode()
        assert "au moins deux lettres" in page
        assert "data-usager" not in page

    @pytest.mark.parametrize("q", HOSTILE)
    def test_hostile_text_is_refused_beside_the_field(self, desk: Client, q: str) -> None:
        assert "invalid-feedback" in search(desk, q).content.decode()

    @pytest.mark.parametrize("q", ["Traoré 31/02/1981", "12/13/1981", "Traoré 1/1/10000", "75", "1981 1982"])
    def test_a_date_that_is_none_is_said_and_kept(self, desk: Client, q: str) -> None:
        response = search(desk, q)
        assert "invalid-feedback" in response.content.decode()
        assert f'value="{q}"' in response.content.decode()

    @pytest.mark.parametrize("q", ["Tra%", "Tra_ré", "tr%o"])
    def test_signs_are_not_wildcards(self, desk: Client, q: str) -> None:
        someone(nom_usage="Trzzz")
        assert found(desk, q) == []


class TestAsOneTypes:
    """htmx asks the same page and gets only the answer."""

    def ask(self, desk: Client, q: str) -> str:
        response = desk.post(URL, {"q": q}, headers={"HX-Request": "true"})
        assert response.status_code == 200
        return response.content.decode()

    def test_only_the_answer_and_how_many(self, desk: Client, aminata: Usager) -> None:
        part = self.ask(desk, "Traoré")
        assert f'data-usager="{aminata.pk}"' in part
        assert "1 personne trouvée" in part
        assert "<html" not in part and "<title" not in part
        assert "Nouvel usager" in part
        assert last_acces("recherche").usager_ids == [aminata.pk]

    @together("q", ["T", "", "Traoré 31/02/1981", *HOSTILE])
    def test_what_is_not_finished_is_said_quietly(self, desk: Client, aminata: Usager, q: str) -> None:
        part = self.ask(desk, q)
        assert "data-usager" not in part and "Nouvel usager" not in part
        assert 'role="alert"' not in part and "data-premier" not in part
        assert 'class="discret"' in part

    def test_the_page_says_how_to_ask(self, desk: Client) -> None:
        page = desk.get(URL).content.decode()
        assert 'hx-trigger="input delay:250ms"' in page
        assert 'id="recherche-reponse"' in page
        assert "autofocus" in page


class TestWithoutTheDate:
    def test_is_always_offered_beside_a_date(self, desk: Client) -> None:
        someone(nom_usage="Traoré", naissance_annee=1991, naissance_mois=3, naissance_jour=12)
        page = search(desk, "Traoré 12/03/1991").content.decode()
        assert "Chercher sans la date" in page
        assert '<input type="hidden" name="q" value="Traoré">' in page

    @together("q", ["Traoré", "12/03/1991", "Traoré 1955"])
    def test_but_not_where_it_would_change_nothing(self, desk: Client, q: str) -> None:
        someone(nom_usage="Traoré", naissance_annee=1991, naissance_mois=3, naissance_jour=12)
        assert "Chercher sans la date" not in search(desk, q).content.decode()


def test_a_phone_finds_and_is_never_shown(desk: Client, aminata: Usager) -> None:
    Coordonnee.objects.create(usager=aminata, nature="telephone", valeur="06 11 22 33 44")
    page = search(desk, "0611223344").content.decode()
    results = page[page.index("data-usager") :]
    assert str(aminata.pk) in results
    assert "33 44" not in results


@together("q", ["Martin 1900", "xyzt aminatu diop", "xyzt aminatu 12/03/1955", "martn marei"])
def test_the_budget_holds_however_far_one_looks(desk: Client, q: str) -> None:
    UsagerFactory.create_batch(3, nom_usage="Martin", prenoms="Marie")
    someone(nom_usage="Diopp", prenoms="Aminate")
    with CaptureQueriesContext(connection) as captured:
        search(desk, q)
    assert sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries) <= 10


def test_queries_do_not_depend_on_the_rows(desk: Client) -> None:
    UsagerFactory.create_batch(60, nom_usage="Martin")
    with CaptureQueriesContext(connection) as captured:
        search(desk, "Martin 1900")
    assert sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries) <= 10


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Traoré", Typed("Traoré", None)),
        ("Traoré 12/03/81", Typed("Traoré", PartialDate(1981, 3, 12))),
        ("12 mars 1981 Traoré", Typed("Traoré", PartialDate(1981, 3, 12))),
        ("Traoré 12 03 1981", Typed("Traoré", PartialDate(1981, 3, 12))),
        ("Traoré mars 1981", Typed("Traoré", PartialDate(1981, 3))),
        ("Traoré né en 1981", Typed("Traoré", PartialDate(1981))),
        ("Martin Marsan", Typed("Martin Marsan", None)),
    ],
)
def test_sets_the_date_apart(typed: str, expected: Typed) -> None:
    assert split(typed) == expected


@pytest.mark.parametrize(
    ("typed", "nom", "prenoms"),
    [
        ("traoré aminata", "Traoré", "Aminata"),
        ("Aminata TRAORÉ", "Traoré", "Aminata"),
        ("TRAORE", "Traore", ""),
        ("de la Tour Jean", "de la Tour", "Jean"),
        ("", "", ""),
    ],
)
def test_guesses_which_word_is_the_name(typed: str, nom: str, prenoms: str) -> None:
    assert guess_identity(Typed(typed, None)) == {"nom_usage": nom, "prenoms": prenoms, "naissance": ""}
