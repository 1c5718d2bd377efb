"""The written power to act online: written, printed, signed, revoked, over by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accueil.forms.mandat import later
from accueil.models import Mandat, Passage, Rattachement, Usager
from parcours.demonstration.builders import make_mandat, make_passage, unite
from parcours.demonstration.clock import at
from pole_social.models import Acces, Agent, MoveRefused
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown
from tests.bulk import copies
from tests.queries import count_queries
from tests.reading import one_line
from tests.threads import at_once
from tests.together import together

TODAY_TYPED = f"{timezone.localdate():%d/%m/%Y}"


def new_url(usager: Usager) -> str:
    return f"/accueil/usagers/{usager.pk}/mandats/nouveau/"


def page_url(mandat: Mandat, act: str = "") -> str:
    return f"/accueil/mandats/{mandat.pk}/{act}"


def mandat_data(**fields: Any) -> dict[str, Any]:
    return {"cle": str(uuid4()), "portee": "Le compte CAF.", "duree": "six_mois", **fields}


@pytest.fixture
def mandat(cast: SimpleNamespace, received: Passage, aminata: Usager) -> Mandat:
    return make_mandat(aminata, by=cast.gos)


class TestWriting:
    def test_six_months_are_proposed(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        assert 'value="six_mois" checked' in one_line(desk.get(new_url(aminata)).content.decode()) or (
            desk.get(new_url(aminata)).context["form"]["duree"].value() == "six_mois"
        )
        response = desk.post(new_url(aminata), mandat_data())
        made = Mandat.objects.get()
        assert response.url == page_url(made)  # type: ignore[attr-defined]
        assert (made.usager, made.unite, made.created_by) == (aminata, received.unite, cast.gos)
        assert (made.starts_on, made.ends_on) == (timezone.localdate(), later(timezone.localdate(), 6))
        assert (made.signed_on, made.is_for_demarche, made.etat) == (None, False, "à signer")
        row = last_acces("mandat_nouveau")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [aminata.pk])

    def test_it_relates_nobody(self, desk: Client, received: Passage, aminata: Usager) -> None:
        before = Rattachement.objects.count()
        desk.post(new_url(aminata), mandat_data())
        assert Rattachement.objects.count() == before

    def test_the_time_of_the_demarche_may_be_longer(self, desk: Client, received: Passage, aminata: Usager) -> None:
        in_two_years = later(timezone.localdate(), 24)
        data = mandat_data(duree="demarche", ends_on=f"{in_two_years:%d/%m/%Y}")
        desk.post(new_url(aminata), data)
        made = Mandat.objects.get()
        assert (made.ends_on, made.is_for_demarche) == (in_two_years, True)
        assert "jusqu’à la fin de ces démarches, et au plus tard le" in desk.get(page_url(made)).content.decode()

    @together(
        ("field", "value"),
        [
            *[("portee", text) for text in ("", "  ", "x" * 401, *HOSTILE)],
            *[("duree", value) for value in ("", "toujours", "a\x00b")],
            ("ends_on", "hier"),
            *[("ends_on", value) for value in ("31/02/2027", "1/1/10000", "mars 2027", "x" * 100_000, "1/1/2020")],
            ("ends_on", ""),
            ("ends_on", f"{later(timezone.localdate(), 12) + timedelta(days=1):%d/%m/%Y}"),
        ],
    )
    def test_bad_input_writes_nothing_and_keeps_the_text(
        self, desk: Client, received: Passage, aminata: Usager, field: str, value: str
    ) -> None:
        data = mandat_data(**{"duree": "date", "ends_on": TODAY_TYPED, field: value})
        response = desk.post(new_url(aminata), data)
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert field == "portee" or "Le compte CAF." in page
        assert not Mandat.objects.exists()

    def test_one_year_at_most_is_accepted(self, desk: Client, received: Passage, aminata: Usager) -> None:
        in_a_year = later(timezone.localdate(), 12)
        desk.post(new_url(aminata), mandat_data(duree="date", ends_on=f"{in_a_year:%d/%m/%Y}"))
        assert Mandat.objects.get().ends_on == in_a_year

    def test_a_double_submit_writes_once_and_another_text_is_said(
        self, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        data = mandat_data()
        first, second = desk.post(new_url(aminata), data), desk.post(new_url(aminata), data)
        assert first.url == second.url  # type: ignore[attr-defined]
        response = desk.post(new_url(aminata), data | {"portee": "Tout."})
        assert response.status_code == 409
        assert "Tout." in response.content.decode()
        assert Mandat.objects.count() == 1

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage, aminata: Usager
    ) -> None:
        assert desk.get(new_url(aminata)).status_code == 200
        assert desk.put(new_url(aminata)).status_code == 405
        for username in (*OTHER_SEARCHERS, "dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).get(new_url(aminata)).status_code == 403
        assert same_as_unknown(sign_in(cast.gos_chatenay), new_url(aminata), aminata.pk)
        # Out of their scope before anything is said of desks.
        assert same_as_unknown(sign_in(cast.responsable_evaluation), new_url(aminata), aminata.pk)

    def test_months_end_where_they_end(self) -> None:
        assert later(date(2026, 8, 31), 6) == date(2027, 2, 28)
        assert later(date(2028, 2, 29), 12) == date(2029, 2, 28)
        assert later(date(2026, 12, 5), 1) == date(2027, 1, 5)

    def test_the_end_never_precedes_the_beginning(self, cast: SimpleNamespace, aminata: Usager) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_mandat(aminata, by=cast.gos, days=-1)


class TestPage:
    def test_says_in_plain_words_what_how_long_and_how_to_stop(self, desk: Client, mandat: Mandat) -> None:
        page = desk.get(page_url(mandat)).content.decode()
        for said in (
            "Aminata Traoré",
            "Le compte CAF : déclarer ses ressources.",
            "Ce qui est permis",
            "Ce qui n’est pas permis",
            "Je peux changer d’avis à tout moment",
            "Je n’ai pas à dire pourquoi",
            "Signature",
            "Pour la structure",
        ):
            assert said in page
        assert page.split("<title>")[1].startswith("Mandat · Pôle social")
        assert "CAF" not in page.split("<h1>")[1].split("</h1>")[0]

    def test_the_journal_says_a_print(self, desk: Client, mandat: Mandat, aminata: Usager) -> None:
        desk.get(page_url(mandat))
        row = last_acces("mandat")
        assert (row.action, row.usager_ids, row.objet_id) == (Acces.Action.IMPRESSION, [aminata.pk], mandat.pk)
        assert row.rattachement_id

    def test_having_signed_is_no_reason_to_read(
        self, cast: SimpleNamespace, desk: Client, mandat: Mandat, aminata: Usager
    ) -> None:
        assert desk.get(page_url(mandat)).status_code == 200
        with at(timezone.now() + timedelta(days=2)):
            assert not Mandat.objects.visible_to(cast.gos).exists()
            assert mandat.is_live

    def test_who_may_read(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], mandat: Mandat
    ) -> None:
        assert sign_in(cast.gos_2).get(page_url(mandat)).status_code == 200
        assert desk.post(page_url(mandat)).status_code == 405
        for stranger in (cast.gos_chatenay, cast.assistant_social, cast.puericultrice, cast.responsable_sst):
            assert same_as_unknown(sign_in(stranger), page_url(mandat), mandat.pk)
        for nobody in (cast.dpo, cast.admin):
            assert sign_in(nobody).get(page_url(mandat)).status_code == 403

    def test_a_related_professional_reads_it_and_may_only_revoke(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], mandat: Mandat, aminata: Usager
    ) -> None:
        nature = Rattachement.Nature.REFERENT
        Rattachement.objects.grant(nature, aminata.pk, mandat, agent=cast.cesf)
        browser = sign_in(cast.cesf)
        assert "Révoquer le mandat" in browser.get(page_url(mandat)).content.decode()
        assert browser.post(page_url(mandat, "signature/"), {"signed_on": TODAY_TYPED}).status_code == 403
        browser.post(page_url(mandat, "revocation/"))
        mandat.refresh_from_db()
        assert mandat.revoked_by == cast.cesf

    def test_who_noted_a_revocation_does_not_tell_who_follows_her(
        self, cast: SimpleNamespace, desk: Client, mandat: Mandat
    ) -> None:
        assert cast.gos.nom_complet in desk.get(page_url(mandat)).content.decode()
        mandat.revoke(by=cast.puericultrice)
        page = desk.get(page_url(mandat)).content.decode()
        assert "révoqué" in page
        assert cast.puericultrice.nom_complet not in page

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_rows(self, desk: Client, mandat: Mandat, rows: int) -> None:
        copies(mandat, rows)
        assert count_queries(desk, page_url(mandat)) <= 8


class TestSigning:
    def test_nothing_is_allowed_before(self, cast: SimpleNamespace, desk: Client, mandat: Mandat) -> None:
        Mandat.objects.update(signed_on=None)
        assert not Mandat.objects.live().exists()
        assert "mandat à signer" in desk.get(page_url(mandat)).content.decode()
        for _ in range(2):
            assert desk.post(page_url(mandat, "signature/"), {"signed_on": TODAY_TYPED}).status_code == 302
        mandat.refresh_from_db()
        assert (mandat.signed_on, mandat.etat) == (timezone.localdate(), "en cours")
        assert Mandat.objects.live().get() == mandat

    def test_another_day_is_refused_once_noted(self, desk: Client, mandat: Mandat) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        assert desk.post(page_url(mandat, "signature/"), {"signed_on": f"{yesterday:%d/%m/%Y}"}).status_code == 409

    @together("typed", ["", "31/02/2027", "1/1/10000", "mars 2026", "demain", *HOSTILE, "1/1/2099"])
    def test_bad_input_signs_nothing(self, desk: Client, mandat: Mandat, typed: str) -> None:
        Mandat.objects.update(signed_on=None)
        response = desk.post(page_url(mandat, "signature/"), {"signed_on": typed})
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert not Mandat.objects.live().exists()

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], mandat: Mandat
    ) -> None:
        url = page_url(mandat, "signature/")
        assert desk.get(url).status_code == 405
        for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
            assert same_as_unknown(sign_in(stranger), url, mandat.pk, method="post")


class TestRevoking:
    def test_is_immediate_and_asks_nothing(self, cast: SimpleNamespace, desk: Client, mandat: Mandat) -> None:
        response = desk.post(page_url(mandat, "revocation/"))
        assert response.url == page_url(mandat)  # type: ignore[attr-defined]
        mandat.refresh_from_db()
        assert (mandat.revoked_by, mandat.etat, mandat.is_live) == (cast.gos, "révoqué", False)
        assert not Mandat.objects.live().exists()
        page = desk.get(page_url(mandat)).content.decode()
        assert "Ce mandat n’autorise plus rien" in page
        assert "Révoquer le mandat" not in page

    def test_the_first_click_is_kept(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], mandat: Mandat
    ) -> None:
        desk.post(page_url(mandat, "revocation/"))
        sign_in(cast.gos_2).post(page_url(mandat, "revocation/"))
        mandat.refresh_from_db()
        assert mandat.revoked_by == cast.gos

    def test_a_revoked_paper_is_not_signed(self, desk: Client, mandat: Mandat) -> None:
        Mandat.objects.update(signed_on=None)
        desk.post(page_url(mandat, "revocation/"))
        assert desk.post(page_url(mandat, "signature/"), {"signed_on": TODAY_TYPED}).status_code == 409

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], mandat: Mandat
    ) -> None:
        url = page_url(mandat, "revocation/")
        assert desk.get(url).status_code == 405
        for nobody in (cast.dpo, cast.admin):
            assert sign_in(nobody).post(url).status_code == 403
        for stranger in (cast.gos_chatenay, cast.puericultrice):
            assert same_as_unknown(sign_in(stranger), url, mandat.pk, method="post")
        mandat.refresh_from_db()
        assert mandat.is_live


class TestDates:
    @together(
        ("fields", "etat"),
        [
            ({}, "en cours"),
            ({"days": 0}, "en cours"),
            ({"signed": False}, "à signer"),
            ({"starts_on": timezone.localdate() + timedelta(days=1)}, "à venir"),
            ({"starts_on": timezone.localdate() - timedelta(days=9), "days": -1}, "terminé"),
            ({"revoked_at": timezone.now()}, "révoqué"),
        ],
    )
    def test_the_state_is_read_from_the_dates(
        self, cast: SimpleNamespace, aminata: Usager, fields: dict[str, Any], etat: str
    ) -> None:
        made = make_mandat(aminata, by=cast.gos, **fields)
        assert made.etat == etat
        assert Mandat.objects.live().filter(pk=made.pk).exists() == made.is_live == (etat == "en cours")
        assert made.is_over == (etat in ("terminé", "révoqué"))

    def test_it_binds_the_structure_and_no_other(self, cast: SimpleNamespace, aminata: Usager) -> None:
        made = make_mandat(aminata, by=cast.gos)
        assert Mandat.objects.given_to(unite("issy-evaluation").lieu).get() == made
        assert not Mandat.objects.given_to(unite("chatenay-accueil").lieu).exists()

    def test_signing_what_is_over_is_refused(self, cast: SimpleNamespace, aminata: Usager) -> None:
        begun = timezone.localdate() - timedelta(days=9)
        made = make_mandat(aminata, by=cast.gos, starts_on=begun, days=-1, signed=False)
        with pytest.raises(MoveRefused):
            made.sign(timezone.localdate())


@pytest.mark.django_db(transaction=True)
def test_of_two_revocations_at_once_one_is_written(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    make_passage(aminata, by=cast.gos)
    made = make_mandat(aminata, by=cast.gos)
    browsers = [sign_in(cast.gos), sign_in(cast.gos_2)]

    def revoke(browser: Client) -> Callable[[], int]:
        return lambda: browser.post(page_url(made, "revocation/")).status_code

    assert at_once([revoke(browser) for browser in browsers]) == [302, 302]
    made.refresh_from_db()
    assert made.revoked_by in (cast.gos, cast.gos_2)
    assert Mandat.objects.filter(revoked_at__isnull=False).count() == 1
