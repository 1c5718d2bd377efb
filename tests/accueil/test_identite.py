"""Who a person is: edited by two at once, and nothing that is replaced is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accueil.models import Correction, Usager
from parcours.demonstration.builders import make_passage, make_relais
from pole_social.models import Acces
from tests.accueil.conftest import HOSTILE, last_acces, same_as_unknown
from tests.bulk import copies
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together


@pytest.fixture
def known(cast: SimpleNamespace, aminata: Usager) -> Usager:
    """Aminata, whose passage is at the desk of Issy."""
    make_passage(aminata, by=cast.gos)
    return aminata


IDENTITE = {
    "nom_usage": "Traoré",
    "prenoms": "Aminata",
    "naissance": "mars 1991",
    "contact_sur": "",
    "version": "1",
}


class TestIdentite:
    def url(self, usager: Usager) -> str:
        return f"/accueil/usagers/{usager.pk}/identite/"

    def test_writes_what_changed(self, desk: Client, known: Usager) -> None:
        data = IDENTITE | {"nom_naissance": "Diop", "contact_sur": "sms", "langue": "bambara"}
        assert desk.post(self.url(known), data).url == f"/accueil/usagers/{known.pk}/"  # type: ignore[attr-defined]
        known.refresh_from_db()
        assert (known.nom_naissance, str(known.naissance), known.version) == ("Diop", "03/1991", 2)
        assert (known.contact_sur, known.langue) == ("sms", "bambara")
        assert last_acces("usager_identite").action == Acces.Action.ECRITURE

    def test_shows_the_birth_as_it_is_known(self, desk: Client, known: Usager) -> None:
        Usager.objects.filter(pk=known.pk).update(naissance_annee=None, naissance_mois=None, naissance_jour=None)
        assert 'value="inconnue"' in desk.get(self.url(known)).content.decode()

    def test_a_stale_save_shows_both_and_loses_nothing(self, desk: Client, known: Usager) -> None:
        desk.post(self.url(known), IDENTITE | {"langue": "bambara"})
        response = desk.post(self.url(known), IDENTITE | {"langue": "soninké", "naissance": "1992"})
        page = response.content.decode()
        assert response.status_code == 409
        assert "bambara" in page
        assert "soninké" in page
        assert "03/1991" in page
        known.refresh_from_db()
        assert known.langue == "bambara"
        assert desk.post(self.url(known), IDENTITE | {"langue": "soninké", "version": "2"}).status_code == 302

    @together(
        ("field", "value"),
        [
            ("nom_usage", ""),
            ("prenoms", ""),
            ("naissance", "31/02/1981"),
            ("naissance", ""),
            ("commune", "999999"),
            ("commune", "x"),
            ("contact_sur", "pigeon"),
            ("version", "x"),
            ("version", "99999999999"),
            ("naissance", "2099"),
            ("deceased_on", "2099-01-01"),
            ("deceased_on", "1991"),
            ("adresse_type", "chateau"),
            ("adresse_type", "domiciliation"),
            ("domiciliation", "CCAS d’Issy"),
            ("prenoms", "123"),
            *[("domiciliation", text) for text in HOSTILE],
            *[("contact_sur_alias", text) for text in HOSTILE],
            *[("langue", text) for text in HOSTILE],
        ],
    )
    def test_bad_input_writes_nothing(self, desk: Client, known: Usager, field: str, value: str) -> None:
        response = desk.post(self.url(known), IDENTITE | {"nom_naissance": "Diop", field: value})
        assert response.status_code == 200
        assert 'value="Diop"' in response.content.decode()
        known.refresh_from_db()
        assert (known.nom_naissance, known.version) == ("", 1)

    def test_the_control_good_input_writes(self, desk: Client, known: Usager) -> None:
        assert desk.post(self.url(known), IDENTITE | {"nom_naissance": "Diop"}).status_code == 302

    def test_the_desk_and_social_workers_edit_nobody_else(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], known: Usager
    ) -> None:
        make_relais(known, by=cast.gos)
        make_relais(known, by=cast.gos, to="issy-sante")
        assert sign_in(cast.assistant_social).get(self.url(known)).status_code == 200
        assert sign_in(cast.puericultrice).get(self.url(known)).status_code == 403
        assert sign_in(cast.puericultrice).get(f"/accueil/usagers/{known.pk}/").status_code == 200

    def test_out_of_scope(self, cast: SimpleNamespace, sign_in: Callable[..., Client], known: Usager) -> None:
        client = sign_in(cast.gos_chatenay)
        assert same_as_unknown(client, self.url(known), known.pk)
        assert same_as_unknown(client, self.url(known), known.pk, method="post")
        assert client.put(self.url(known)).status_code == 405


def unchanged(usager: Usager, **fields: Any) -> dict[str, Any]:
    """The identity as it stands, but for these fields."""
    return IDENTITE | {"naissance": str(usager.naissance), "commune": usager.commune_id or ""} | fields


class TestCorrections:
    def url(self, usager: Usager) -> str:
        return f"/accueil/usagers/{usager.pk}/identite/"

    def test_each_replaced_value_is_written_down(self, cast: SimpleNamespace, desk: Client, known: Usager) -> None:
        born = str(known.naissance)
        first = unchanged(known, contact_sur="sms", langue="bambara", naissance="mars 1991")
        desk.post(self.url(known), first)
        written = {row.champ: (row.avant, row.apres, row.by) for row in Correction.objects.all()}
        assert written == {
            "naissance": (born, "03/1991", cast.gos),
            "contact_sur": ("", "SMS seulement", cast.gos),
            "langue": ("", "bambara", cast.gos),
        }
        desk.post(self.url(known), first | {"contact_sur": "courrier", "version": "2"})
        last = Correction.objects.get(avant="SMS seulement")
        assert (last.champ, last.apres, last.libelle) == ("contact_sur", "courrier", "contact sûr")

    def test_nothing_changed_writes_nothing(self, desk: Client, known: Usager) -> None:
        desk.post(self.url(known), unchanged(known))
        assert not Correction.objects.exists()

    def test_a_double_click_writes_it_once(self, desk: Client, known: Usager) -> None:
        for _ in range(2):
            desk.post(self.url(known), unchanged(known, langue="bambara"))
        assert Correction.objects.count() == 1

    def test_the_former_safe_contact_is_said_to_those_who_edit(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], known: Usager
    ) -> None:
        Correction.objects.create(usager=known, champ="contact_sur", avant="appel", apres="SMS seulement", by=cast.gos)
        Correction.objects.create(usager=known, champ="naissance", avant="1990", apres="1991", by=cast.gos)
        page = desk.get(self.url(known)).content.decode()
        assert "Contact sûr, avant : « appel », remplacé par « SMS seulement »" in page
        assert page.index("« appel »") < page.index("« 1990 »")
        make_relais(known, by=cast.gos, to="issy-sante")
        nurse = sign_in(cast.puericultrice)
        assert "« appel »" not in nurse.get(f"/accueil/usagers/{known.pk}/").content.decode()
        assert nurse.get(self.url(known)).status_code == 403

    def test_they_are_only_appended(self, cast: SimpleNamespace, known: Usager) -> None:
        made = Correction.objects.create(usager=known, champ="langue", avant="a", apres="b", by=cast.gos)
        for change in (made.delete, partial(Correction.objects.update, avant="z")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert Correction.objects.get().avant == "a"

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_history(
        self, cast: SimpleNamespace, desk: Client, known: Usager, rows: int
    ) -> None:
        made = Correction.objects.create(usager=known, champ="langue", avant="a", apres="b", by=cast.gos)
        copies(made, rows)
        assert count_queries(desk, self.url(known)) <= 8


class TestAddress:
    def test_a_domiciliation_and_an_interpreter(self, desk: Client, known: Usager) -> None:
        data = IDENTITE | {
            "adresse_type": "domiciliation",
            "domiciliation": "CCAS d’Issy",
            "langue": "tigrinya",
            "needs_interprete": "on",
            "interprete": "ISM, confirmé pour mardi",
        }
        assert desk.post(f"/accueil/usagers/{known.pk}/identite/", data).status_code == 302
        known.refresh_from_db()
        assert (known.adresse_type, known.domiciliation) == ("domiciliation", "CCAS d’Issy")
        assert (known.needs_interprete, known.interprete) == (True, "ISM, confirmé pour mardi")

    def test_a_death_is_a_day_that_has_come(self, desk: Client, known: Usager) -> None:
        url = f"/accueil/usagers/{known.pk}/identite/"
        assert "à venir" in desk.post(url, IDENTITE | {"deceased_on": "1/1/2100"}).content.decode()
        assert desk.post(url, IDENTITE | {"deceased_on": "2 janvier 2026"}).status_code == 302
        known.refresh_from_db()
        assert str(known.deceased_on) == "2026-01-02"


@pytest.mark.django_db(transaction=True)
def test_two_agents_who_save_at_once_lose_nothing(
    cast: SimpleNamespace, sign_in: Callable[..., Client], known: Usager
) -> None:
    """Exactly one of four writes; the others are shown both texts, and one correction says what was replaced."""
    url = f"/accueil/usagers/{known.pk}/identite/"
    clients = [sign_in(agent) for agent in (cast.gos, cast.gos_2, cast.assistante_administrative, cast.gos)]
    langues = ["bambara", "soninké", "peul", "wolof"]
    acts: list[Callable[[], Any]] = [
        partial(client.post, url, unchanged(known, langue=langue))
        for client, langue in zip(clients, langues, strict=True)
    ]
    answers = at_once(acts)
    assert sorted(answer.status_code for answer in answers) == [302, 409, 409, 409]  # type: ignore[union-attr]
    known.refresh_from_db()
    correction = Correction.objects.get()
    assert (correction.avant, correction.apres, known.version) == ("", known.langue, 2)
