"""Phones, e-mails and addresses: noted, corrected, ended, kept secret."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import Coordonnee, Usager
from accueil.numeros import UnreadableNumber, looks_like_nir, telephone
from parcours.demonstration.builders import make_passage, make_relais
from pole_social.models import Acces, Agent
from tests.accueil.conftest import (
    DESK_USERNAMES,
    HOSTILE,
    NOBODYS_SEARCHERS,
    last_acces,
    same_as_unknown,
    someone,
)
from tests.bulk import copies
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together


@pytest.fixture
def known(cast: SimpleNamespace, aminata: Usager) -> Usager:
    make_passage(aminata, by=cast.gos)
    return aminata


@pytest.fixture
def phone(known: Usager) -> Coordonnee:
    return Coordonnee.objects.create(usager=known, nature="telephone", valeur="06 39 98 00 14")


def page_of(usager: Usager) -> str:
    return f"/accueil/usagers/{usager.pk}/coordonnees/"


def typed(**fields: Any) -> dict[str, Any]:
    return {"nature": "telephone", "valeur": "06 39 98 00 14", "cle": str(uuid4()), **fields}


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("0639980014", "06 39 98 00 14"),
            ("06.39.98.00.14", "06 39 98 00 14"),
            ("06-39-98-00-14", "06 39 98 00 14"),
            ("+33 6 39 98 00 14", "06 39 98 00 14"),
            ("+33 (0)6 39 98 00 14", "06 39 98 00 14"),
            ("0033639980014", "06 39 98 00 14"),
            ("06 39 98 00 14", "06 39 98 00 14"),
            ("+221 77 123 45 67", "+221771234567"),
            ("00221771234567", "+221771234567"),
        ],
    )
    def test_a_phone_has_one_form(self, text: str, shown: str) -> None:
        assert telephone(text) == shown

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "0639",
            "06399800141",
            "zéro six",
            "+0639980014",
            "+" + "1" * 16,
            "٠٦٣٩٩٨٠٠١٤",
            "06a39980014",
        ],
    )
    def test_what_is_no_phone_is_said(self, text: str) -> None:
        with pytest.raises(UnreadableNumber, match="dix chiffres"):
            telephone(text)

    @pytest.mark.parametrize(
        "text",
        ["1850578006084", "185057800608436", "1 85 05 78 006 084 36", "2.91.03.2A.123.456", "NIR : 2 99 12 99 999 999"],
    )
    def test_the_shape_of_a_nir_is_known(self, text: str) -> None:
        assert looks_like_nir(text)

    @pytest.mark.parametrize(
        "text", ["7654321", "1234567B", "9850578006084", "0921123456789123", "92040123456789012345"]
    )
    def test_other_numbers_are_not_taken_for_one(self, text: str) -> None:
        assert not looks_like_nir(text)


class TestList:
    def test_notes_one(self, desk: Client, known: Usager) -> None:
        response = desk.post(page_of(known), typed(valeur="+33 6.39.98.00.14", is_shared="on"))
        assert response.headers["Location"] == page_of(known)
        made = Coordonnee.objects.get()
        assert (made.valeur, made.is_shared, made.is_protected) == ("06 39 98 00 14", True, False)
        page = desk.get(page_of(known)).content.decode()
        assert "06 39 98 00 14" in page
        assert "partagé avec quelqu’un d’autre" in page
        assert last_acces("coordonnees").usager_ids == [known.pk]

    def test_sharing_names_nobody(self, cast: SimpleNamespace, desk: Client, phone: Coordonnee) -> None:
        """That somebody else has the same number is said by this row's own flag, never by the other's existence."""
        other = someone(nom_usage="Autrement")
        make_passage(other, by=cast.gos)
        Coordonnee.objects.create(usager=other, nature="telephone", valeur=phone.valeur)
        page = desk.get(page_of(phone.usager)).content.decode()
        assert "Autrement" not in page
        assert "partagé avec" not in page

    @together(
        ("nature", "valeur", "said"),
        [
            ("telephone", "06 39", "dix chiffres"),
            ("courriel", "aminata", "un courriel entier"),
            ("courriel", "a@b", "un courriel entier"),
            ("adresse", "12", "comme sur une enveloppe"),
            ("pigeon", "06 39 98 00 14", "à corriger"),
            ("", "06 39 98 00 14", "Choisissez : téléphone"),
            ("telephone", "", "Écrivez le numéro"),
            *[("adresse", text, "à corriger") for text in HOSTILE],
            *[("telephone", text, "à corriger") for text in HOSTILE],
        ],
    )
    def test_bad_input_is_kept_and_said(self, desk: Client, known: Usager, nature: str, valeur: str, said: str) -> None:
        response = desk.post(page_of(known), typed(nature=nature, valeur=valeur))
        assert response.status_code == 200
        assert said in response.content.decode()
        assert f'value="{valeur}"' in response.content.decode() or valeur in HOSTILE or not valeur
        assert not Coordonnee.objects.exists()

    @pytest.mark.parametrize(
        ("nature", "valeur"), [("courriel", "a.traore@example.org"), ("adresse", "14, rue du Moulin\n92140 Clamart")]
    )
    def test_the_control_good_input_is_noted(self, desk: Client, known: Usager, nature: str, valeur: str) -> None:
        assert desk.post(page_of(known), typed(nature=nature, valeur=valeur)).status_code == 302
        assert Coordonnee.objects.get().nature == nature

    def test_a_double_submit_notes_one_and_another_content_shows_both(self, desk: Client, known: Usager) -> None:
        data = typed()
        assert [desk.post(page_of(known), data).status_code for _ in range(2)] == [302, 302]
        assert desk.post(page_of(known), data | {"valeur": "06 39 98 00 15"}).status_code == 409
        assert Coordonnee.objects.count() == 1

    def test_the_same_value_is_one_row(self, desk: Client, phone: Coordonnee) -> None:
        assert desk.post(page_of(phone.usager), typed()).status_code == 302
        assert Coordonnee.objects.get() == phone

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_rows(self, desk: Client, phone: Coordonnee, rows: int) -> None:
        copies(phone, rows)
        assert count_queries(desk, page_of(phone.usager)) <= 7


class TestCorrecting:
    def url(self, row: Coordonnee) -> str:
        return f"/accueil/coordonnees/{row.pk}/"

    def test_another_value_keeps_the_former(self, desk: Client, phone: Coordonnee) -> None:
        desk.post(self.url(phone), {"valeur": "0639980099", "version": "1"})
        phone.refresh_from_db()
        made = Coordonnee.objects.get(ends_on=None)
        assert (phone.valeur, made.valeur) == ("06 39 98 00 14", "06 39 98 00 99")
        assert phone.ends_on is not None
        page = desk.get(page_of(phone.usager)).content.decode()
        assert page.index("06 39 98 00 99") < page.index("Ce qui n’est plus bon") < page.index("06 39 98 00 14")

    def test_a_box_is_ticked_in_place(self, desk: Client, phone: Coordonnee) -> None:
        desk.post(self.url(phone), {"valeur": "06 39 98 00 14", "is_protected": "on", "version": "1"})
        made = Coordonnee.objects.get()
        assert (made.pk, made.is_protected, made.version) == (phone.pk, True, 2)

    def test_a_double_click_makes_one(self, desk: Client, phone: Coordonnee) -> None:
        data = {"valeur": "0639980099", "version": "1"}
        assert [desk.post(self.url(phone), data).status_code for _ in range(2)] == [302, 302]
        assert Coordonnee.objects.count() == 2

    def test_a_stale_save_shows_both(self, desk: Client, phone: Coordonnee) -> None:
        desk.post(self.url(phone), {"valeur": phone.valeur, "is_shared": "on", "version": "1"})
        response = desk.post(self.url(phone), {"valeur": "0639980099", "version": "1"})
        assert response.status_code == 409
        assert "0639980099" in response.content.decode()
        assert Coordonnee.objects.count() == 1

    @together("valeur", ["", "06", "zéro", *HOSTILE])
    def test_bad_input_writes_nothing(self, desk: Client, phone: Coordonnee, valeur: str) -> None:
        assert desk.post(self.url(phone), {"valeur": valeur, "version": "1"}).status_code == 200
        assert Coordonnee.objects.get().valeur == phone.valeur

    def test_ending_it_keeps_it(self, desk: Client, phone: Coordonnee) -> None:
        for _ in range(2):
            assert desk.post(f"{self.url(phone)}fin/").headers["Location"] == page_of(phone.usager)
        phone.refresh_from_db()
        assert (phone.ends_on is not None, phone.version) == (True, 2)
        assert "Aucune coordonnée connue" in desk.get(page_of(phone.usager)).content.decode()
        assert desk.get(f"{self.url(phone)}fin/").status_code == 405


class TestProtected:
    @pytest.fixture
    def secret(self, known: Usager) -> Coordonnee:
        return Coordonnee.objects.create(usager=known, nature="adresse", valeur="3 rue Tue, Issy", is_protected=True)

    def test_it_shows_only_when_asked(self, desk: Client, secret: Coordonnee) -> None:
        for url in (page_of(secret.usager), f"/accueil/usagers/{secret.usager_id}/"):
            page = desk.get(url).content.decode()
            assert "3 rue Tue" not in page
            assert "tenue secrète" in page
        assert not Acces.objects.filter(page="accueil:coordonnee_affichage").exists()
        assert "3 rue Tue" in desk.get(f"/accueil/coordonnees/{secret.pk}/affichage/").content.decode()
        row = last_acces("coordonnee_affichage")
        assert (row.objet_id, row.usager_ids, row.action) == (secret.pk, [secret.usager_id], Acces.Action.LECTURE)

    def test_ended_it_stays_secret(self, desk: Client, secret: Coordonnee) -> None:
        desk.post(f"/accueil/coordonnees/{secret.pk}/fin/")
        assert "3 rue Tue" not in desk.get(page_of(secret.usager)).content.decode()

    def test_it_is_not_printed(self, desk: Client, secret: Coordonnee) -> None:
        page = desk.get(f"/accueil/coordonnees/{secret.pk}/affichage/").content.decode()
        assert '<section class="carte a-l-ecran" aria-labelledby="valeur">' in page


class TestWho:
    def routes(self, phone: Coordonnee) -> list[str]:
        one = f"/accueil/coordonnees/{phone.pk}/"
        return [page_of(phone.usager), one, f"{one}affichage/"]

    @together("username", DESK_USERNAMES)
    def test_opens_to_the_desk(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], phone: Coordonnee, username: str
    ) -> None:
        client = sign_in(Agent.objects.get(username=username))
        assert [client.get(url).status_code for url in self.routes(phone)] == [200, 200, 200]

    @together("username", NOBODYS_SEARCHERS)
    def test_never_to_these(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], phone: Coordonnee, username: str
    ) -> None:
        client = sign_in(Agent.objects.get(username=username))
        assert [client.get(url).status_code for url in self.routes(phone)] == [403, 403, 403]

    def test_a_nurse_in_a_relais_may_ask_for_it_and_not_change_it(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], phone: Coordonnee
    ) -> None:
        make_relais(phone.usager, by=cast.gos, to="issy-sante")
        client = sign_in(cast.puericultrice)
        assert [client.get(url).status_code for url in self.routes(phone)] == [403, 403, 200]

    def test_out_of_scope(self, cast: SimpleNamespace, sign_in: Callable[..., Client], phone: Coordonnee) -> None:
        client = sign_in(cast.gos_chatenay)
        assert same_as_unknown(client, page_of(phone.usager), phone.usager_id)
        assert same_as_unknown(client, page_of(phone.usager), phone.usager_id, method="post")
        for url in self.routes(phone)[1:]:
            assert same_as_unknown(client, url, phone.pk)
        assert same_as_unknown(client, f"/accueil/coordonnees/{phone.pk}/fin/", phone.pk, method="post")
        phone.refresh_from_db()
        assert phone.ends_on is None


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_correct_it_at_once(
    cast: SimpleNamespace, sign_in: Callable[..., Client], phone: Coordonnee
) -> None:
    url = f"/accueil/coordonnees/{phone.pk}/"
    acts: list[Callable[[], Any]] = [
        partial(sign_in(agent).post, url, {"valeur": valeur, "version": "1"})
        for agent, valeur in ((cast.gos, "0639980001"), (cast.gos_2, "0639980002"))
    ]
    assert sorted(answer.status_code for answer in at_once(acts)) == [302, 409]  # type: ignore[union-attr]
    assert Coordonnee.objects.filter(ends_on=None).count() == 1
    assert Coordonnee.objects.count() == 2
