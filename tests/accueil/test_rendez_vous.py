"""One appointment, from its booking to what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.forms.rendez_vous import receiving
from accueil.models import Deport, Rattachement, RendezVous, Usager
from accueil.views.rendez_vous import rendezvous_of_usager
from parcours.demonstration.builders import make_passage, unite
from parcours.demonstration.clock import at
from parcours.demonstration.rendez_vous import make_rendez_vous, on
from pole_social.models import Agent, Bureau, Lieu
from tests.accueil.conftest import HOSTILE, MONDAY, NOBODYS_SEARCHERS, last_acces, same_as_unknown, someone
from tests.queries import count_queries
from tests.together import together

NEW = "/accueil/rendez-vous/nouveau/"
Statut = RendezVous.Statut
pytestmark = pytest.mark.usefixtures("monday_morning")


def affectation(agent: Agent, usager: Usager) -> int:
    return receiving(usager).get(agent=agent).pk


def booking(usager: Usager, avec: Agent, **fields: Any) -> dict[str, Any]:
    return {
        "cle": str(uuid4()),
        "usager": str(usager.pk),
        "avec": affectation(avec, usager),
        "jour": "12/01/2027",
        "heure": "9h30",
        "duree": "30",
        "modalite": "sur_place",
        "bureau": "",
        **fields,
    }


def page_of(made: RendezVous, act: str = "") -> str:
    return f"/accueil/rendez-vous/{made.pk}/{act}"


class TestBooking:
    def test_somebody_found_by_search_is_given_an_hour(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        assert "Donner un rendez-vous à Aminata Traoré" in desk.get(NEW, {"usager": str(aminata.pk)}).content.decode()
        response = desk.post(NEW, booking(aminata, cast.assistant_social, bureau=Bureau.objects.first().pk))  # type: ignore[union-attr]
        made = RendezVous.objects.get()
        assert (made.agent, made.created_by, made.usager) == (cast.assistant_social, cast.gos, aminata)
        assert made.starts_at == on(date(2027, 1, 12), time(9, 30))
        assert made.ends_at - made.starts_at == timedelta(minutes=30)
        assert (made.unite, made.statut) == (cast.assistant_social.unites[0], Statut.A_VENIR)
        assert made.etapes.get().by == cast.gos
        # The one who gave it is not related to her: their part ends here.
        assert response.url == "/accueil/rendez-vous/"  # type: ignore[attr-defined]
        assert last_acces("rendez_vous_nouveau").usager_ids == [aminata.pk]

    def test_relates_its_agent_at_once_and_the_desk_that_day(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        desk.post(NEW, booking(aminata, cast.assistant_social))
        agents, desks = Rattachement.objects.filter(unite=None).get(), Rattachement.objects.filter(agent=None).get()
        tonight = on(date(2027, 1, 13), time.min)
        assert (agents.agent, agents.nature, agents.ends_at) == (cast.assistant_social, "rendez_vous", tonight)
        assert (desks.unite, desks.starts_at) == (unite("issy-accueil"), on(date(2027, 1, 12), time.min))
        assert desks.ends_at == tonight
        url = f"/accueil/usagers/{aminata.pk}/"
        assert sign_in(cast.assistant_social).get(url).status_code == 200
        assert desk.get(url).status_code == 404
        with at(on(date(2027, 1, 12), time(8))):
            assert sign_in(cast.gos).get(url).status_code == 200
            assert sign_in(cast.assistant_social_2).get(url).status_code == 404
        with at(on(date(2027, 1, 13), time(8))):
            assert sign_in(cast.assistant_social).get(url).status_code == 404
            assert sign_in(cast.gos).get(url).status_code == 404

    @pytest.mark.parametrize(("username", "is_offered"), [("assistant-social", True), ("gos", False)])
    def test_a_professional_is_offered_their_own_agenda(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager, username: str, is_offered: bool
    ) -> None:
        client = sign_in(Agent.objects.get(username=username))
        make_rendez_vous(aminata, by=cast.assistant_social)
        form = client.get(NEW, {"usager": str(aminata.pk)}).context["form"]
        own = receiving(aminata).get(agent=cast.assistant_social).pk
        assert form["avec"].value() == (own if is_offered else None)
        asked = receiving(aminata).get(agent=cast.cesf).pk
        form = client.get(NEW, {"usager": str(aminata.pk), "avec": str(asked)}).context["form"]
        assert form["avec"].value() == str(asked), "from a colleague's agenda"

    def test_by_telephone_the_desk_has_nothing_to_see(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_rendez_vous(aminata, by=cast.cesf, modalite="telephone")
        assert [row.agent for row in Rattachement.objects.all()] == [cast.cesf]

    @together(
        ("jour", "heure", "expected"),
        [
            ("demain", "14 h", (12, 14, 0)),
            ("jeudi", "9h", (14, 9, 0)),
            ("lundi", "10:15", (18, 10, 15)),
            ("12/01", "9 h 05", (12, 9, 5)),
            ("12 janv.", "midi", (12, 12, 0)),
            ("mar. 12 janv.", "14", (12, 14, 0)),
            ("12/1/27", "9:30", (12, 9, 30)),
            ("12 janvier 2027", "9h30", (12, 9, 30)),
            ("aujourd’hui", "16h", (11, 16, 0)),
        ],
    )
    def test_a_day_and_an_hour_as_they_are_said(
        self,
        cast: SimpleNamespace,
        desk: Client,
        aminata: Usager,
        jour: str,
        heure: str,
        expected: tuple[int, int, int],
    ) -> None:
        desk.post(NEW, booking(aminata, cast.cesf, jour=jour, heure=heure))
        starts_at = timezone.localtime(RendezVous.objects.get().starts_at)
        assert (starts_at.day, starts_at.hour, starts_at.minute) == expected

    def test_a_day_of_which_the_year_is_not_said_is_the_next_one(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        desk.post(NEW, booking(aminata, cast.cesf, jour="4 janvier"))
        assert RendezVous.objects.get().jour == date(2028, 1, 4)

    @together(
        ("field", "value"),
        [
            ("avec", ""),
            ("avec", "999999"),
            ("avec", "x"),
            ("jour", ""),
            ("jour", "10/01/2027"),
            ("jour", "31/02/2027"),
            ("jour", "30 février"),
            ("jour", "12 brumaire"),
            ("jour", "1/1/10000"),
            ("jour", "1/1/2029"),
            ("jour", "janvier 2027"),
            ("heure", ""),
            ("heure", "25 h"),
            ("heure", "3 h"),
            ("heure", "9 h 75"),
            ("heure", "bientôt"),
            ("duree", "7"),
            ("duree", ""),
            ("modalite", "pigeon"),
            ("bureau", "999999"),
            ("bureau", "x"),
            *[(name, text) for name in ("jour", "heure", "avec", "bureau") for text in HOSTILE],
        ],
    )
    def test_bad_input_gives_nothing_and_keeps_the_rest(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, field: str, value: str
    ) -> None:
        data = booking(aminata, cast.cesf, duree="45")
        response = desk.post(NEW, data | {field: value})
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert 'value="12/01/2027"' in page or field == "jour"
        assert not RendezVous.objects.exists()

    def test_an_hour_gone_by_is_refused(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        page = desk.post(NEW, booking(aminata, cast.cesf, jour="aujourd’hui", heure="8 h")).content.decode()
        assert "Cette heure est déjà passée." in page

    def test_a_closed_lieu_receives_nobody_but_calls(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        Lieu.objects.filter(code="issy").update(closed_from=date(2027, 1, 12), closed_until=date(2027, 1, 12))
        assert "est fermé ce jour-là" in desk.post(NEW, booking(aminata, cast.cesf)).content.decode()
        desk.post(NEW, booking(aminata, cast.cesf, modalite="telephone"))
        assert RendezVous.objects.count() == 1

    def test_an_office_is_of_the_lieu_and_only_on_the_spot(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        here, elsewhere = (Bureau.objects.filter(lieu__code=code).first() for code in ("issy", "chatenay"))
        assert here and elsewhere
        telephone = booking(aminata, cast.cesf, bureau=here.pk, modalite="telephone")
        assert "que pour un rendez-vous sur place" in desk.post(NEW, telephone).content.decode()
        page = desk.post(NEW, booking(aminata, cast.cesf, bureau=elsewhere.pk)).content.decode()
        assert "Choisissez un bureau de la liste." in page
        assert not RendezVous.objects.exists()

    def test_the_dead_are_given_nothing(self, cast: SimpleNamespace, desk: Client) -> None:
        gone = someone(deceased_on=date(2026, 12, 1))
        assert "est décédée" in desk.post(NEW, booking(gone, cast.cesf)).content.decode()

    def test_one_who_stepped_aside_is_not_offered(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        data = booking(aminata, cast.cesf)
        Deport.objects.create(agent=cast.cesf, usager=aminata, lien="proche")
        assert "Choisissez un professionnel de la liste." in desk.post(NEW, data).content.decode()
        assert "Julie Petit" not in desk.get(NEW, {"usager": str(aminata.pk)}).content.decode()

    def test_nobody_of_another_territoire_is_offered(self, desk: Client, aminata: Usager) -> None:
        page = desk.get(NEW, {"usager": str(aminata.pk)}).content.decode()
        assert "Hélène Caron" in page
        assert "Hugo Masson" not in page
        assert "Paul Renaud" not in page

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        assert desk.put(NEW).status_code == 405
        assert desk.get(NEW).url == "/accueil/recherche/"  # type: ignore[attr-defined]
        data = booking(aminata, cast.cesf)
        for username in NOBODYS_SEARCHERS:
            assert sign_in(Agent.objects.get(username=username)).post(NEW, data).status_code == 403
        stranger = sign_in(cast.gos_chatenay)
        assert stranger.post(NEW, data).status_code == 404
        hidden, unknown = (stranger.get(NEW, {"usager": str(pk)}) for pk in (aminata.pk, uuid4()))
        assert hidden.content == unknown.content
        assert desk.post(NEW, {"usager": "x"}).status_code == 404
        assert not RendezVous.objects.exists()

    def test_a_sealed_person_is_in_no_search(self, desk: Client) -> None:
        assert desk.get(NEW, {"usager": str(someone(is_sealed=True).pk)}).status_code == 404
        assert desk.get(NEW, {"usager": str(someone().pk)}).status_code == 200

    def test_queries_do_not_depend_on_the_agenda(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        url = f"{NEW}?usager={aminata.pk}&avec={affectation(cast.cesf, aminata)}&jour=12/01/2027"
        for hour in range(7, 20):
            make_rendez_vous(aminata, by=cast.cesf, starts_at=on(date(2027, 1, 12), time(hour)))
        assert count_queries(desk, url) <= 14


class TestFreeHours:
    def asked(self, desk: Client, usager: Usager, avec: Agent, **more: str) -> str:
        return desk.post(NEW, booking(usager, avec, heure="") | {"voir": "1", **more}).content.decode()

    def test_shows_what_is_taken_without_saying_by_whom(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        hidden = someone(nom_usage="Secret", prenoms="Personne")
        make_rendez_vous(hidden, by=cast.puericultrice, starts_at=on(date(2027, 1, 12), time(9, 30)))
        page = self.asked(desk, aminata, cast.puericultrice)
        assert "9 h 30 occupé" in page
        assert 'value="10 h 00"' in page
        assert "Secret" not in page
        assert "à corriger" not in page
        assert last_acces("rendez_vous_nouveau").usager_ids == [aminata.pk]

    def test_choosing_one_writes_it_in_its_field(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        page = desk.post(NEW, booking(aminata, cast.cesf, heure="") | {"creneau": "14 h 30"}).content.decode()
        assert 'name="heure" value="14 h 30"' in page
        assert not RendezVous.objects.exists()

    def test_a_longer_one_needs_a_longer_gap(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        make_rendez_vous(aminata, by=cast.cesf, starts_at=on(date(2027, 1, 12), time(10)))
        assert "9 h 30 occupé" not in self.asked(desk, aminata, cast.cesf)
        assert "9 h 30 occupé" in self.asked(desk, aminata, cast.cesf, duree="60")

    @together(("jour", "said"), [("16/01/2027", "week-end"), ("x", "demandez à voir"), ("", "demandez à voir")])
    def test_says_why_there_is_none(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, jour: str, said: str
    ) -> None:
        assert said in self.asked(desk, aminata, cast.cesf, jour=jour)

    def test_the_hours_gone_by_are_left_out(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        with at(on(MONDAY, time(10, 15))):
            page = self.asked(desk, aminata, cast.cesf, jour="aujourd’hui")
        assert 'value="10 h 00"' not in page
        assert 'value="10 h 30"' in page

    def test_hostile_values_are_only_shown_again(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        for hostile in HOSTILE:
            data = booking(aminata, cast.cesf, jour=hostile, heure=hostile, duree=hostile) | {"avec": hostile}
            assert desk.post(NEW, data | {"voir": "1"}).status_code == 200
            assert desk.post(NEW, data | {"creneau": hostile}).status_code == 200


class TestNeverTwice:
    def test_of_an_agent(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        other = someone(nom_usage="Secret")
        make_rendez_vous(other, by=cast.cesf, starts_at=on(date(2027, 1, 12), time(9, 45)))
        response = desk.post(NEW, booking(aminata, cast.cesf))
        page = response.content.decode()
        assert "Julie Petit a déjà un rendez-vous de 9 h 45 à 10 h 15 ce jour-là." in page
        assert "Secret" not in page
        assert RendezVous.objects.count() == 1
        desk.post(NEW, booking(aminata, cast.cesf, heure="10 h 15"))
        assert RendezVous.objects.count() == 2

    def test_of_an_office(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4")
        starts_at = on(date(2027, 1, 12), time(9, 30))
        make_rendez_vous(someone(), by=cast.cesf, bureau=bureau, starts_at=starts_at)
        page = desk.post(NEW, booking(aminata, cast.educateur, bureau=bureau.pk)).content.decode()
        assert "Le bureau 4 est déjà pris de 9 h 30 à 10 h 00 ce jour-là." in page
        assert RendezVous.objects.count() == 1

    def test_a_cancelled_one_leaves_its_hour(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        first = make_rendez_vous(someone(), by=cast.cesf, starts_at=on(date(2027, 1, 12), time(9, 30)))
        first.cancel(Statut.ANNULE_USAGER, by=cast.cesf, motif="")
        desk.post(NEW, booking(aminata, cast.cesf))
        assert RendezVous.objects.filter(statut=Statut.A_VENIR).count() == 1

    def test_a_double_submit_gives_one(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        data = booking(aminata, cast.cesf)
        first, second = desk.post(NEW, data), desk.post(NEW, data)
        assert first.url == second.url  # type: ignore[attr-defined]
        assert RendezVous.objects.count() == 1
        changed = desk.post(NEW, data | {"heure": "15 h"})
        assert changed.status_code == 409
        assert "15 h" in changed.content.decode()
        assert RendezVous.objects.count() == 1


class TestPage:
    def test_shows_when_where_and_with_whom(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        made = make_rendez_vous(aminata, by=cast.gos, avec=cast.cesf)
        page = sign_in(cast.cesf).get(page_of(made)).content.decode()
        for shown in ("Aminata Traoré", "mardi 12 janvier 2027", "Julie Petit", "Pôle social", "Déplacer"):
            assert shown in page
        row = last_acces("rendez_vous")
        assert (row.action, row.usager_ids, row.objet_id) == ("lecture", [aminata.pk], made.pk)
        assert row.rattachement_id == Rattachement.objects.get(agent=cast.cesf).pk

    def test_health_appointments_are_a_secret_outside_the_team(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        make_passage(aminata, by=cast.gos)
        for agent in (cast.puericultrice, cast.psychologue, cast.ccf):
            made = make_rendez_vous(aminata, by=agent, starts_at=on(date(2027, 1, 13)))
            ordinary = make_rendez_vous(aminata, by=cast.cesf, starts_at=on(date(2027, 1, 13)), modalite="telephone")
            desk = sign_in(cast.gos)
            assert same_as_unknown(desk, page_of(made), made.pk)
            # The control: the same relationship opens an ordinary one.
            assert desk.get(page_of(ordinary)).status_code == 200
            shown = rendezvous_of_usager(cast.gos, aminata)["rendez_vous_a_venir"]
            assert shown == [ordinary]
            assert sign_in(agent).get(page_of(made)).status_code == 200
            ordinary.cancel(Statut.ANNULE_USAGER, by=cast.cesf, motif="")

    def test_that_day_the_desk_sees_who_is_expected(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        made = make_rendez_vous(aminata, by=cast.puericultrice)
        with at(on(date(2027, 1, 12), time(8))):
            assert sign_in(cast.gos).get(page_of(made)).status_code == 200
            assert sign_in(cast.gos_chatenay).get(page_of(made)).status_code == 404

    def test_a_responsable_sees_their_unites_but_not_health(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        made = make_rendez_vous(aminata, by=cast.cesf)
        sante = make_rendez_vous(aminata, by=cast.sage_femme)
        psy = make_rendez_vous(aminata, by=cast.psychologue)
        for responsable in (cast.responsable_accompagnement, cast.responsable_sst):
            client = sign_in(responsable)
            assert client.get(page_of(made)).status_code == 200
            assert client.get(page_of(sante)).status_code == 404
            assert client.get(page_of(psy)).status_code == 404
        assert sign_in(cast.responsable_evaluation).get(page_of(made)).status_code == 404

    def test_one_who_stepped_aside_sees_nothing(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        made = make_rendez_vous(aminata, by=cast.cesf)
        assert sign_in(cast.cesf).get(page_of(made)).status_code == 200
        Deport.objects.create(agent=cast.cesf, usager=aminata, lien="proche")
        assert sign_in(cast.cesf).get(page_of(made)).status_code == 404

    def test_roles_and_methods(self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
        made = make_rendez_vous(aminata, by=cast.cesf)
        client = sign_in(cast.cesf)
        assert client.post(page_of(made)).status_code == 405
        for act in ("etape/", "retablissement/", "arrivee/"):
            assert client.get(page_of(made, act)).status_code == 405
        for username in NOBODYS_SEARCHERS:
            stranger = sign_in(Agent.objects.get(username=username))
            for act in ("", "annulation/", "deplacement/"):
                assert stranger.get(page_of(made, act)).status_code == 403
            for act in ("etape/", "retablissement/", "arrivee/"):
                assert stranger.post(page_of(made, act)).status_code == 403
        assert client.post(page_of(made, "arrivee/")).status_code == 403

    def test_queries(self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
        made = make_rendez_vous(aminata, by=cast.cesf)
        assert count_queries(sign_in(cast.cesf), page_of(made)) <= 9


class TestMoves:
    @pytest.fixture
    def made(self, cast: SimpleNamespace, aminata: Usager) -> RendezVous:
        return make_rendez_vous(aminata, by=cast.cesf, starts_at=on(MONDAY, time(10)))

    def test_she_came(self, cast: SimpleNamespace, cesf: Client, made: RendezVous) -> None:
        for _ in range(2):
            assert cesf.post(page_of(made, "etape/"), {"vers": "honore"}).url == page_of(made)  # type: ignore[attr-defined]
        made.refresh_from_db()
        assert made.statut == Statut.HONORE
        assert made.etapes.filter(vers="honore").get().by == cast.cesf

    @together("absence", ["excuse", "sans_nouvelles"])
    def test_she_did_not_and_nothing_else_follows(self, cesf: Client, made: RendezVous, absence: str) -> None:
        early = cesf.post(page_of(made, "etape/"), {"vers": absence})
        assert early.status_code == 409
        before = Rattachement.objects.count()
        with at(on(MONDAY, time(10, 20))):
            for _ in range(2):
                cesf.post(page_of(made, "etape/"), {"vers": absence})
        made.refresh_from_db()
        assert (made.statut, made.absence) == (Statut.NON_HONORE, absence)
        assert made.etapes.filter(vers="non_honore").count() == 1
        assert Rattachement.objects.count() == before
        page = cesf.get(page_of(made)).content.decode()
        assert "Donner un autre rendez-vous" in page

    @together("vers", ["", "a_venir", "annule_usager", "x", "a\x00b", "x" * 100_000])
    def test_any_other_word_moves_nothing(self, cesf: Client, made: RendezVous, vers: str) -> None:
        assert cesf.post(page_of(made, "etape/"), {"vers": vers}).status_code == 409
        made.refresh_from_db()
        assert made.statut == Statut.A_VENIR

    def test_not_before_its_day(self, cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
        later = make_rendez_vous(aminata, by=cast.cesf)
        assert cesf.post(page_of(later, "etape/"), {"vers": "honore"}).status_code == 409

    def test_cancelled_by_the_person(self, cast: SimpleNamespace, cesf: Client, made: RendezVous) -> None:
        assert cesf.get(page_of(made, "annulation/")).status_code == 200
        for _ in range(2):
            cesf.post(page_of(made, "annulation/"), {"par": "annule_usager", "motif": ""})
        made.refresh_from_db()
        assert made.statut == Statut.ANNULE_USAGER
        assert made.etapes.filter(vers="annule_usager").count() == 1

    def test_the_service_owes_a_reason(self, cesf: Client, made: RendezVous) -> None:
        page = cesf.post(page_of(made, "annulation/"), {"par": "annule_service", "motif": ""}).content.decode()
        assert "Écrivez pourquoi le service annule" in page
        cesf.post(page_of(made, "annulation/"), {"par": "annule_service", "motif": "Formation ce jour-là."})
        made.refresh_from_db()
        assert made.statut == Statut.ANNULE_SERVICE
        assert made.etapes.get(vers="annule_service").motif == "Formation ce jour-là."

    @together(
        ("field", "value"),
        [("par", ""), ("par", "honore"), ("par", "non_honore"), *[("motif", text) for text in HOSTILE]],
    )
    def test_bad_input_cancels_nothing(self, cesf: Client, made: RendezVous, field: str, value: str) -> None:
        data = {"par": "annule_usager", "motif": "Empêchée."} | {field: value}
        response = cesf.post(page_of(made, "annulation/"), data)
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        made.refresh_from_db()
        assert made.statut == Statut.A_VENIR

    def test_cancelled_the_desk_will_never_be_related(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        later = make_rendez_vous(aminata, by=cast.cesf)
        later.cancel(Statut.ANNULE_USAGER, by=cast.cesf, motif="")
        url = f"/accueil/usagers/{aminata.pk}/"
        # Until tonight its agent can still undo a mis-click.
        assert sign_in(cast.cesf).get(url).status_code == 200
        with at(on(date(2027, 1, 12), time(8))):
            assert sign_in(cast.gos).get(url).status_code == 404
            assert sign_in(cast.cesf).get(url).status_code == 404

    def test_a_mis_click_is_undone(
        self, cast: SimpleNamespace, cesf: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        later = make_rendez_vous(aminata, by=cast.cesf)
        cesf.post(page_of(later, "annulation/"), {"par": "annule_usager", "motif": ""})
        assert "Revenir sur ce geste" in cesf.get(page_of(later)).content.decode()
        cesf.post(page_of(later, "retablissement/"))
        later.refresh_from_db()
        assert later.statut == Statut.A_VENIR
        with at(on(date(2027, 1, 12), time(8))):
            assert sign_in(cast.gos).get(f"/accueil/usagers/{aminata.pk}/").status_code == 200

    def test_unless_the_hour_was_given_to_another(self, cast: SimpleNamespace, cesf: Client, made: RendezVous) -> None:
        cesf.post(page_of(made, "annulation/"), {"par": "annule_usager", "motif": ""})
        make_rendez_vous(someone(), by=cast.cesf, starts_at=on(MONDAY, time(10)))
        response = cesf.post(page_of(made, "retablissement/"))
        assert response.status_code == 409
        assert "donnée à quelqu’un d’autre" in response.content.decode()
        made.refresh_from_db()
        assert made.statut == Statut.ANNULE_USAGER

    def test_seeing_is_not_acting(self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
        """Somebody of another unité, related to her by their own appointment, reads and does not act."""
        made = make_rendez_vous(aminata, by=cast.cesf)
        make_rendez_vous(aminata, by=cast.assistant_social)
        other = sign_in(cast.assistant_social)
        page = other.get(page_of(made))
        assert page.status_code == 200
        assert "Déplacer" not in page.content.decode()
        for act in ("etape/", "annulation/", "deplacement/", "retablissement/"):
            assert other.post(page_of(made, act), {"vers": "honore"}).status_code == 404
        # A colleague of the unité who may see it acts.
        make_rendez_vous(aminata, by=cast.educateur)
        assert "Déplacer" in sign_in(cast.educateur).get(page_of(made)).content.decode()

    @together("act", ["etape/", "annulation/", "deplacement/", "retablissement/", "arrivee/"])
    def test_out_of_scope_does_not_exist(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], made: RendezVous, act: str
    ) -> None:
        assert same_as_unknown(sign_in(cast.gos_chatenay), page_of(made, act), made.pk, method="post")


class TestMoving:
    def moving(self, made: RendezVous, **fields: Any) -> dict[str, Any]:
        data = booking(made.usager, made.agent, jour="13/01/2027", heure="11 h")
        return data | {"par": "annule_usager", "motif": "Enfant malade.", **fields}

    def test_cancels_and_gives_in_one_act(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        first = make_rendez_vous(aminata, by=cast.cesf)
        cesf = sign_in(cast.cesf)
        assert "prévu mar. 12 janv. à 10 h 00" in cesf.get(page_of(first, "deplacement/")).content.decode()
        data = self.moving(first)
        answers = [cesf.post(page_of(first, "deplacement/"), data) for _ in range(2)]
        second = RendezVous.objects.get(statut=Statut.A_VENIR)
        assert {answer.url for answer in answers} == {page_of(second)}  # type: ignore[attr-defined]
        first.refresh_from_db()
        assert first.statut == Statut.ANNULE_USAGER
        assert first.etapes.get(vers="annule_usager").motif == "Enfant malade."
        assert second.starts_at == on(date(2027, 1, 13), time(11))
        assert RendezVous.objects.count() == 2

    def test_half_an_hour_later_its_own_hour_is_no_obstacle(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        first = make_rendez_vous(aminata, by=cast.cesf, minutes=60)
        sign_in(cast.cesf).post(page_of(first, "deplacement/"), self.moving(first, jour="12/01", heure="10 h 30"))
        assert RendezVous.objects.get(statut=Statut.A_VENIR).starts_at == on(date(2027, 1, 12), time(10, 30))

    def test_to_an_hour_that_is_taken_nothing_is_lost(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        first = make_rendez_vous(aminata, by=cast.cesf)
        make_rendez_vous(someone(), by=cast.cesf, starts_at=on(date(2027, 1, 13), time(11)))
        page = sign_in(cast.cesf).post(page_of(first, "deplacement/"), self.moving(first)).content.decode()
        assert "Julie Petit a déjà un rendez-vous de 11 h 00 à 11 h 30" in page
        first.refresh_from_db()
        assert first.statut == Statut.A_VENIR

    def test_one_that_is_over_is_not_moved(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        first = make_rendez_vous(aminata, by=cast.cesf)
        first.cancel(Statut.ANNULE_USAGER, by=cast.cesf, motif="")
        cesf = sign_in(cast.cesf)
        assert "n’est plus à venir" in cesf.get(page_of(first, "deplacement/")).content.decode()
        assert "n’est plus à venir" in cesf.get(page_of(first, "annulation/")).content.decode()
        assert cesf.post(page_of(first, "deplacement/"), self.moving(first)).status_code == 409
        assert RendezVous.objects.count() == 1

    def test_the_free_hours_are_shown_there_too(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        first = make_rendez_vous(aminata, by=cast.cesf)
        data = self.moving(first, jour="12/01") | {"voir": "1"}
        assert "10 h 00 occupé" in sign_in(cast.cesf).post(page_of(first, "deplacement/"), data).content.decode()
