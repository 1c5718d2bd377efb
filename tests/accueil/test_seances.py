"""Hors-les-murs: outings planned, contacts in two taps, a name given later with agreement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import Demande, Motif, Passage, PassageUsager, Seance, Usager
from parcours.demonstration.builders import make_demande, make_passage
from parcours.demonstration.clock import at
from parcours.demonstration.rendez_vous import caravane, make_contact, make_seance, on
from pole_social.models import Agent, Lieu, Partenaire, Unite
from tests.accueil.conftest import HOSTILE, NOBODYS_SEARCHERS, last_acces, same_as_unknown, someone
from tests.bulk import copies
from tests.queries import count_queries
from tests.together import together

SEANCES = "/accueil/seances/"
MONDAY = date(2027, 1, 11)


@pytest.fixture(autouse=True)
def _monday_morning() -> Any:
    with at(on(MONDAY, time(10, 30))):
        yield


@pytest.fixture
def tour(cast: SimpleNamespace) -> Unite:
    """The caravane, where `gos` and the conseiller d’insertion also work."""
    return caravane([cast.gos, cast.conseiller_insertion])


@pytest.fixture
def outdoors(tour: Unite, sign_in: Callable[..., Client]) -> Client:
    """The browser of `gos`, who goes out."""
    return sign_in(Agent.objects.get(username="gos"))


@pytest.fixture
def seance(cast: SimpleNamespace, tour: Unite) -> Seance:
    return make_seance(tour, by=cast.gos)


def gos() -> Agent:
    return Agent.objects.get(username="gos")


def page_of(seance: Seance, act: str = "") -> str:
    return f"/accueil/seances/{seance.pk}/{act}"


def planned(tour: Unite, **fields: Any) -> dict[str, Any]:
    return {
        "cle": str(uuid4()),
        "unite": tour.pk,
        "jour": "13/01/2027",
        "starts_at": "10 h",
        "ends_at": "13h",
        "endroit": "marché Sainte-Lucie",
        "partenaires": [],
        **fields,
    }


def motif(code: str = "budget") -> int:
    return Motif.objects.get(code=code).pk


class TestPlanning:
    def test_an_outing_with_its_partners(self, outdoors: Client, tour: Unite) -> None:
        on_board = Partenaire.objects.get(code="ccas-clamart")
        response = outdoors.post(f"{SEANCES}nouvelle/", planned(tour, partenaires=[on_board.pk]))
        made = Seance.objects.get()
        assert response.url == page_of(made)  # type: ignore[attr-defined]
        assert (made.jour, made.starts_at, made.ends_at) == (date(2027, 1, 13), time(10), time(13))
        assert list(made.partenaires.all()) == [on_board]
        page = outdoors.get(SEANCES).content.decode()
        assert "marché Sainte-Lucie" in page
        assert "CCAS de Clamart" in page

    @together(
        ("field", "value", "said"),
        [
            ("unite", "", "Choisissez la tournée"),
            ("unite", "999999", "Choisissez dans la liste."),
            ("jour", "10/01/2027", "Cette date est passée"),
            ("jour", "31/02/2027", "n’existe pas"),
            ("jour", "1/1/2029", "trop loin"),
            ("starts_at", "tôt", "Écrivez l’heure"),
            ("ends_at", "9 h", "précède son début"),
            ("ends_at", "", "l’heure de la fin"),
            ("endroit", "", "Écrivez où"),
            ("partenaires", ["999999"], "Choisissez des partenaires"),
            ("partenaires", ["x"], "Choisissez des partenaires"),
            *[(name, text, "à corriger") for name in ("jour", "starts_at", "endroit", "unite") for text in HOSTILE],
        ],
    )
    def test_bad_input_plans_nothing_and_keeps_the_rest(
        self, outdoors: Client, tour: Unite, field: str, value: Any, said: str
    ) -> None:
        response = outdoors.post(f"{SEANCES}nouvelle/", planned(tour) | {field: value})
        page = response.content.decode()
        assert response.status_code == 200
        assert said in page
        assert "marché Sainte-Lucie" in page or field == "endroit"
        assert not Seance.objects.exists()

    def test_a_closed_lieu_goes_nowhere_that_day(self, outdoors: Client, tour: Unite) -> None:
        day = date(2027, 1, 13)
        Lieu.objects.filter(pk=tour.lieu_id).update(closed_from=day, closed_until=day, fermeture="révision du véhicule")
        page = outdoors.post(f"{SEANCES}nouvelle/", planned(tour)).content.decode()
        assert "est fermé ce jour-là : révision du véhicule." in page
        assert outdoors.post(f"{SEANCES}nouvelle/", planned(tour, jour="14/01/2027")).status_code == 302

    def test_not_twice_at_the_same_hour(self, outdoors: Client, tour: Unite) -> None:
        data = planned(tour)
        first, second = (outdoors.post(f"{SEANCES}nouvelle/", data) for _ in range(2))
        assert first.url == second.url  # type: ignore[attr-defined]
        again = outdoors.post(f"{SEANCES}nouvelle/", planned(tour))
        assert "commence déjà à cette heure-là" in again.content.decode()
        Seance.objects.update(is_cancelled=True)
        assert outdoors.post(f"{SEANCES}nouvelle/", planned(tour)).status_code == 302

    def test_a_desk_that_does_not_go_out_is_told_so(self, cast: SimpleNamespace, desk: Client, tour: Unite) -> None:
        Agent.objects.get(username="gos").affectations.filter(unite=tour).delete()
        assert "aucune tournée ni permanence" in desk.get(SEANCES).content.decode()
        assert desk.get(f"{SEANCES}nouvelle/").url == SEANCES  # type: ignore[attr-defined]
        data = planned(tour, unite=cast.gos.unites[0].pk)
        assert desk.post(f"{SEANCES}nouvelle/", data).status_code == 302
        assert not Seance.objects.exists()

    def test_the_desk_of_a_building_is_no_outing(self, cast: SimpleNamespace, outdoors: Client, tour: Unite) -> None:
        data = planned(tour, unite=cast.gos.unites[0].pk)
        assert "Choisissez dans la liste." in outdoors.post(f"{SEANCES}nouvelle/", data).content.decode()


class TestCancelling:
    def test_before_anybody_was_met(self, outdoors: Client, seance: Seance) -> None:
        for _ in range(2):
            assert outdoors.post(page_of(seance, "annulation/")).url == SEANCES  # type: ignore[attr-defined]
        seance.refresh_from_db()
        assert seance.is_cancelled
        assert outdoors.post(page_of(seance, "contact/"), {"motif": motif()}).status_code == 409
        assert not Passage.objects.exists()

    def test_not_afterwards(self, outdoors: Client, seance: Seance) -> None:
        make_contact(seance, by=gos())
        assert outdoors.post(page_of(seance, "annulation/")).status_code == 409
        seance.refresh_from_db()
        assert not seance.is_cancelled


class TestContact:
    def test_in_two_taps(self, outdoors: Client, seance: Seance) -> None:
        assert "Contact anonyme" in outdoors.get(page_of(seance)).content.decode()
        form = outdoors.get(page_of(seance, "contact/"))
        assert form.content.decode().count('name="motif"') == Motif.objects.count()
        key = str(form.context["form"]["cle"].value())
        response = outdoors.post(page_of(seance, "contact/"), {"cle": key, "motif": motif()})
        assert response.url == page_of(seance)  # type: ignore[attr-defined]
        made = Passage.objects.get()
        assert (made.canal, made.seance, made.numero) == ("hors_les_murs", seance, 1)
        assert (made.statut, made.unite) == ("termine", seance.unite)
        assert not made.usagers.exists()
        page = outdoors.get(page_of(seance)).content.decode()
        assert "1 contact" in page
        assert "n° 1" in page

    def test_staying_opens_its_passage(self, outdoors: Client, seance: Seance) -> None:
        data = {"cle": str(uuid4()), "motif": motif(), "reste": "on"}
        response = outdoors.post(page_of(seance, "contact/"), data)
        made = Passage.objects.get()
        assert response.url == f"/accueil/passages/{made.pk}/"  # type: ignore[attr-defined]
        assert made.statut == "en_entretien"

    def test_a_double_tap_is_one_contact(self, outdoors: Client, seance: Seance) -> None:
        data = {"cle": str(uuid4()), "motif": motif()}
        for _ in range(3):
            assert outdoors.post(page_of(seance, "contact/"), data).status_code == 302
        assert Passage.objects.count() == 1
        assert outdoors.post(page_of(seance, "contact/"), data | {"motif": motif("logement")}).status_code == 409

    def test_numbers_are_the_lieu_s_own(self, cast: SimpleNamespace, outdoors: Client, seance: Seance) -> None:
        make_passage(by=cast.gos)
        for _ in range(2):
            outdoors.post(page_of(seance, "contact/"), {"cle": str(uuid4()), "motif": motif()})
        assert sorted(seance.passages.values_list("numero", flat=True)) == [1, 2]

    @together("value", ["", "999999", "x", *HOSTILE])
    def test_a_hostile_motive_notes_nothing(self, outdoors: Client, seance: Seance, value: str) -> None:
        response = outdoors.post(page_of(seance, "contact/"), {"cle": str(uuid4()), "motif": value})
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert not Passage.objects.exists()

    def test_only_that_day(self, outdoors: Client, tour: Unite) -> None:
        later = make_seance(tour, by=gos(), jour=date(2027, 1, 12))
        assert "n’est pas aujourd’hui" in outdoors.get(page_of(later, "contact/")).content.decode()
        assert outdoors.post(page_of(later, "contact/"), {"motif": motif()}).status_code == 409


class TestLinking:
    @pytest.fixture
    def contact(self, seance: Seance) -> Passage:
        return make_contact(seance, by=gos())

    def url(self, contact: Passage) -> str:
        return f"/accueil/passages/{contact.pk}/rattachement/"

    @pytest.fixture
    def marie(self, cast: SimpleNamespace) -> Usager:
        return someone(nom_usage="Duchemin", prenoms="Marie-Ange")

    def chosen(self, usager: Usager, **fields: Any) -> dict[str, Any]:
        return {"q": "Duchemin", "usager": str(usager.pk), "accord": "on", "choisir": "1", **fields}

    def test_days_later_with_her_agreement(
        self, outdoors: Client, sign_in: Callable[..., Client], contact: Passage, marie: Usager
    ) -> None:
        demande = make_demande(contact, by=gos())
        with at(on(date(2027, 1, 20), time(11))):
            later = sign_in(gos())
            found = later.post(self.url(contact), {"q": "Duchemin"}).content.decode()
            assert "Marie-Ange Duchemin" in found
            assert "à corriger" not in found
            response = later.post(self.url(contact), self.chosen(marie))
            assert response.url == f"/accueil/passages/{contact.pk}/"  # type: ignore[attr-defined]
            assert later.post(self.url(contact), self.chosen(marie)).status_code == 302
            assert "Marie-Ange Duchemin" in later.get(f"/accueil/passages/{contact.pk}/").content.decode()
            assert Demande.objects.visible_to(gos()).filter(pk=demande.pk).exists()
        link = PassageUsager.objects.get()
        assert (link.usager, link.linked_by) == (marie, gos())
        assert link.linked_at == on(date(2027, 1, 20), time(11))
        # What was noted without a name follows, and its unité keeps reading.
        demande.refresh_from_db()
        assert demande.usager == marie
        row = last_acces("passage_rattachement")
        assert (row.action, row.usager_ids, row.objet_id) == ("recherche", [marie.pk], contact.pk)

    def test_without_it_the_contact_stays_anonymous(self, outdoors: Client, contact: Passage, marie: Usager) -> None:
        data = self.chosen(marie)
        del data["accord"]
        page = outdoors.post(self.url(contact), data).content.decode()
        assert "Sans son accord, le contact reste anonyme." in page
        assert not PassageUsager.objects.exists()

    def test_counts_and_nothing_else(self, outdoors: Client, seance: Seance, contact: Passage, marie: Usager) -> None:
        make_contact(seance, by=gos())
        contact.link(marie, by=gos())
        page = outdoors.get(page_of(seance)).content.decode()
        assert "2 contacts" in page
        assert "dont 1 rattaché" in page
        assert "%" not in page.split("<main", 1)[1]
        assert "2 contacts, 1 rattaché depuis" in outdoors.get(SEANCES).content.decode()

    @together(
        ("field", "value"),
        [("usager", ""), ("usager", "x"), ("usager", str(uuid4())), *[("usager", text) for text in HOSTILE]],
    )
    def test_a_tampered_choice_links_nobody(
        self, outdoors: Client, contact: Passage, marie: Usager, field: str, value: str
    ) -> None:
        response = outdoors.post(self.url(contact), self.chosen(marie) | {field: value})
        assert response.status_code == 200
        assert "Choisissez" in response.content.decode()
        assert not PassageUsager.objects.exists()

    @together("typed", ["", "a", *HOSTILE])
    def test_a_hostile_search_is_answered(self, outdoors: Client, contact: Passage, typed: str) -> None:
        assert outdoors.post(self.url(contact), {"q": typed}).status_code == 200
        assert not PassageUsager.objects.exists()

    def test_nobody_outside_the_search_can_be_linked(self, outdoors: Client, contact: Passage, marie: Usager) -> None:
        hidden = someone(nom_usage="Duchemin", prenoms="Marie-Ange", is_sealed=True)
        outdoors.post(self.url(contact), self.chosen(hidden))
        assert not PassageUsager.objects.exists()
        outdoors.post(self.url(contact), self.chosen(marie))
        assert PassageUsager.objects.get().usager == marie

    def test_who_may_not(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], outdoors: Client, contact: Passage
    ) -> None:
        assert outdoors.put(self.url(contact)).status_code == 405
        for stranger in (cast.gos_2, cast.assistant_social, cast.gos_chatenay):
            assert same_as_unknown(sign_in(stranger), self.url(contact), contact.pk)
        for username in NOBODYS_SEARCHERS:
            assert sign_in(Agent.objects.get(username=username)).get(self.url(contact)).status_code == 403


class TestReading:
    def test_only_the_unite_that_goes_out(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], outdoors: Client, seance: Seance
    ) -> None:
        assert outdoors.get(page_of(seance)).status_code == 200
        assert sign_in(Agent.objects.get(username="conseiller-insertion")).get(page_of(seance)).status_code == 200
        for act in ("", "contact/"):
            assert same_as_unknown(sign_in(cast.gos_2), page_of(seance, act), seance.pk)
        assert same_as_unknown(sign_in(cast.gos_2), page_of(seance, "annulation/"), seance.pk, method="post")
        assert "marché" not in sign_in(cast.gos_2).get(SEANCES).content.decode()

    def test_roles_and_methods(self, sign_in: Callable[..., Client], outdoors: Client, seance: Seance) -> None:
        assert outdoors.post(SEANCES).status_code == 405
        assert outdoors.post(page_of(seance)).status_code == 405
        assert outdoors.get(page_of(seance, "annulation/")).status_code == 405
        for username in NOBODYS_SEARCHERS:
            stranger = sign_in(Agent.objects.get(username=username))
            for url in (SEANCES, f"{SEANCES}nouvelle/", page_of(seance), page_of(seance, "contact/")):
                assert stranger.get(url).status_code == 403
            assert stranger.post(page_of(seance, "annulation/")).status_code == 403

    def test_an_anonymous_contact_stays_readable_by_its_unite_only(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], outdoors: Client, seance: Seance
    ) -> None:
        contact = make_contact(seance, by=gos())
        elsewhere = make_passage(by=cast.gos_2)
        elsewhere.move("parti", by=cast.gos_2)
        with at(on(date(2027, 1, 20), time(11))):
            assert sign_in(gos()).get(f"/accueil/passages/{contact.pk}/").status_code == 200
            assert sign_in(cast.gos_2).get(f"/accueil/passages/{contact.pk}/").status_code == 404
            # The control: an anonymous passage of a desk does not outlive its day.
            assert sign_in(gos()).get(f"/accueil/passages/{elsewhere.pk}/").status_code == 404

    @pytest.mark.parametrize("rows", [10, 200])
    def test_queries_do_not_depend_on_the_rows(self, outdoors: Client, seance: Seance, rows: int) -> None:
        contact = make_contact(seance, by=gos())
        copies(contact, rows, numero=lambda i: i + 2)
        copies(seance, 20, jour=lambda i: MONDAY + timedelta(days=i + 1 if i % 2 else -i - 1))
        assert count_queries(outdoors, page_of(seance)) <= 9
        assert count_queries(outdoors, SEANCES) <= 8
        assert partial(outdoors.get, SEANCES)().content.decode().count('class="ligne"') == 21
