"""Who acts for a person, and the numbers that other bodies gave them; never the NIR."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import NumeroExterne, Rattachement, Representant, Usager
from parcours.demonstration.builders import make_passage, make_relais
from pole_social.models import Acces, Agent
from tests.accueil.conftest import DESK_USERNAMES, HOSTILE, last_acces, same_as_unknown
from tests.bulk import copies
from tests.queries import count_queries
from tests.together import together

PAGES = ("representants", "numeros")


@pytest.fixture
def known(cast: SimpleNamespace, aminata: Usager) -> Usager:
    make_passage(aminata, by=cast.gos)
    return aminata


def page_of(usager: Usager, noun: str) -> str:
    return f"/accueil/usagers/{usager.pk}/{noun}/"


def representant(**fields: Any) -> dict[str, Any]:
    return {"qualite": "tuteur", "nom": "UDAF 92", "starts_on": "1er mars 2026", "cle": str(uuid4()), **fields}


def numero(**fields: Any) -> dict[str, Any]:
    return {"organisme": "caf", "numero": "7654321", "cle": str(uuid4()), **fields}


DATA = {"representants": representant, "numeros": numero}


class TestRepresentants:
    def test_notes_one(self, desk: Client, known: Usager) -> None:
        url = page_of(known, "representants")
        assert desk.post(url, representant(joindre="01 39 98 00 00")).headers["Location"] == url
        made = Representant.objects.get()
        assert (made.nom, str(made.starts_on), made.ends_on) == ("UDAF 92", "2026-03-01", None)
        page = desk.get(url).content.decode()
        for shown in ("UDAF 92", "tuteur", "01 39 98 00 00", "ne donne aucun accès"):
            assert shown in page
        row = last_acces("usager_representants")
        assert (row.action, row.usager_ids) == (Acces.Action.LECTURE, [known.pk])

    def test_being_one_gives_no_read(self, desk: Client, known: Usager) -> None:
        before = Rattachement.objects.count()
        desk.post(page_of(known, "representants"), representant())
        assert Rattachement.objects.count() == before

    def test_without_a_date_it_begins_today(self, desk: Client, known: Usager) -> None:
        desk.post(page_of(known, "representants"), representant(starts_on=""))
        assert Representant.objects.get().starts_on == timezone.localdate()

    def test_it_ends_and_stays(self, desk: Client, known: Usager) -> None:
        made = Representant.objects.create(usager=known, qualite="tuteur", nom="UDAF 92", starts_on="2026-03-01")
        url = f"/accueil/representants/{made.pk}/fin/"
        assert desk.get(url).status_code == 405
        for _ in range(2):
            assert desk.post(url).headers["Location"] == page_of(known, "representants")
        made.refresh_from_db()
        assert made.ends_on == timezone.localdate()
        assert "terminé" in desk.get(page_of(known, "representants")).content.decode()

    def test_one_to_come_ends_before_it_begins(self, desk: Client, known: Usager) -> None:
        later = timezone.localdate() + timedelta(days=10)
        made = Representant.objects.create(usager=known, qualite="tuteur", nom="UDAF 92", starts_on=later)
        assert desk.post(f"/accueil/representants/{made.pk}/fin/").status_code == 302
        made.refresh_from_db()
        assert made.ends_on == later

    @together(
        ("field", "value", "said"),
        [
            ("qualite", "", "Choisissez à quel titre"),
            ("qualite", "roi", "à corriger"),
            ("nom", "", "Écrivez le nom"),
            ("nom", "123", "avec des lettres"),
            ("starts_on", "31/02/2026", "n’existe pas"),
            ("starts_on", "1/1/10000", "à corriger"),
            ("ends_on", "1er janvier 2020", "La fin précède le début"),
            *[("nom", text, "à corriger") for text in HOSTILE],
            *[("joindre", text, "à corriger") for text in HOSTILE],
        ],
    )
    def test_bad_input_is_said(self, desk: Client, known: Usager, field: str, value: str, said: str) -> None:
        response = desk.post(page_of(known, "representants"), representant(**{"joindre": "le soir", field: value}))
        assert response.status_code == 200
        assert said in response.content.decode()
        assert 'value="le soir"' in response.content.decode() or field == "joindre"
        assert not Representant.objects.exists()


class TestNumeros:
    def test_notes_one(self, desk: Client, known: Usager) -> None:
        url = page_of(known, "numeros")
        assert desk.post(url, numero(numero=" 7654321  A ")).headers["Location"] == url
        assert NumeroExterne.objects.get().numero == "7654321 A"
        assert "n° 7654321 A" in desk.get(url).content.decode()

    @together("nir", ["1850578006084", "1 85 05 78 006 084 36", "2.91.03.2A.123.456.12", "n° 2 99 12 99 999 999"])
    def test_never_the_nir(self, desk: Client, known: Usager, nir: str) -> None:
        response = desk.post(page_of(known, "numeros"), numero(numero=nir))
        assert response.status_code == 200
        assert "jamais gardé ici" in response.content.decode()
        assert not NumeroExterne.objects.exists()

    def test_it_ends_and_stays(self, desk: Client, known: Usager) -> None:
        made = NumeroExterne.objects.create(usager=known, organisme="caf", numero="7654321")
        url = f"/accueil/numeros/{made.pk}/fin/"
        assert desk.get(url).status_code == 405
        for _ in range(2):
            assert desk.post(url).headers["Location"] == page_of(known, "numeros")
        made.refresh_from_db()
        assert made.ends_on == timezone.localdate()
        assert "7654321" not in desk.get(f"/accueil/usagers/{known.pk}/").content.decode()

    @together(
        ("field", "value"),
        [("organisme", ""), ("organisme", "nasa"), ("numero", ""), *[("numero", text) for text in HOSTILE]],
    )
    def test_bad_input_is_said(self, desk: Client, known: Usager, field: str, value: str) -> None:
        response = desk.post(page_of(known, "numeros"), numero(**{field: value}))
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert not NumeroExterne.objects.exists()


class TestBoth:
    @together("noun", PAGES)
    def test_a_double_submit_writes_one(self, desk: Client, known: Usager, noun: str) -> None:
        data = DATA[noun]()
        assert [desk.post(page_of(known, noun), data).status_code for _ in range(2)] == [302, 302]
        other = {"nom": "Autre tuteur", "numero": "111"}
        assert desk.post(page_of(known, noun), data | other).status_code == 409
        assert Representant.objects.count() + NumeroExterne.objects.count() == 1

    @together("username", DESK_USERNAMES)
    def test_opens_to_the_desk(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], known: Usager, username: str
    ) -> None:
        client = sign_in(Agent.objects.get(username=username))
        assert [client.get(page_of(known, noun)).status_code for noun in PAGES] == [200, 200]

    @together("username", ["puericultrice", "ccf", "psychologue", "dpo", "admin"])
    def test_refuses_the_other_roles(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], known: Usager, username: str
    ) -> None:
        make_relais(known, by=cast.gos, to="issy-sante")
        client = sign_in(Agent.objects.get(username=username))
        assert [client.get(page_of(known, noun)).status_code for noun in PAGES] == [403, 403]

    def test_out_of_scope(self, cast: SimpleNamespace, sign_in: Callable[..., Client], known: Usager) -> None:
        client = sign_in(cast.gos_chatenay)
        made = Representant.objects.create(usager=known, qualite="tuteur", nom="UDAF 92")
        number = NumeroExterne.objects.create(usager=known, organisme="caf", numero="7654321")
        for noun in PAGES:
            assert same_as_unknown(client, page_of(known, noun), known.pk)
            assert same_as_unknown(client, page_of(known, noun), known.pk, method="post")
        assert same_as_unknown(client, f"/accueil/representants/{made.pk}/fin/", made.pk, method="post")
        assert same_as_unknown(client, f"/accueil/numeros/{number.pk}/fin/", number.pk, method="post")
        assert not Representant.objects.exclude(ends_on=None).exists()

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_rows(self, desk: Client, known: Usager, rows: int) -> None:
        copies(Representant.objects.create(usager=known, qualite="tuteur", nom="UDAF 92"), rows)
        copies(NumeroExterne.objects.create(usager=known, organisme="caf", numero="7654321"), rows)
        for noun in PAGES:
            assert count_queries(desk, page_of(known, noun)) <= 7
