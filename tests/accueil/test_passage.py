"""Registering a passage, its page, its moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Fait, Motif, Passage, Rattachement, Usager
from parcours.demonstration.builders import (
    make_demande,
    make_fait,
    make_passage,
    make_relais,
    receive,
)
from pole_social.models import Acces, Agent, Bureau, Envoi, Territoire
from tests.accueil.conftest import (
    DESK_USERNAMES,
    HOSTILE,
    OTHER_SEARCHERS,
    last_acces,
    passage_data,
    same_as_unknown,
    someone,
)
from tests.bulk import copies, related_alike
from tests.queries import count_queries
from tests.together import together

NEW = "/accueil/passages/nouveau/"
Statut = Passage.Statut


def url(passage: Passage, act: str = "") -> str:
    return f"/accueil/passages/{passage.pk}/{act}"


class TestRegistering:
    def test_a_known_person(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        assert "Aminata Traoré" in desk.get(NEW, {"usager": str(aminata.pk)}).content.decode()
        response = desk.post(NEW, passage_data(usagers=str(aminata.pk), is_prioritaire="on"))
        assert response.url == "/accueil/"  # type: ignore[attr-defined]
        made = Passage.objects.get()
        assert (made.numero, made.statut, made.is_prioritaire) == (1, Statut.EN_ATTENTE, True)
        assert list(made.usagers.all()) == [aminata]
        assert made.etapes.get().by == cast.gos
        assert "n° 1 est enregistré" in desk.get("/accueil/").content.decode()

    def test_nobody(self, desk: Client) -> None:
        assert "Passage anonyme" in desk.get(NEW).content.decode()
        desk.post(NEW, passage_data())
        assert Passage.objects.get().usagers.count() == 0
        assert Rattachement.objects.count() == 0

    def test_a_couple(self, desk: Client, aminata: Usager) -> None:
        other = someone()
        desk.post(NEW, passage_data(usagers=[str(aminata.pk), str(other.pk)]))
        assert set(Passage.objects.get().usagers.all()) == {aminata, other}

    @pytest.mark.parametrize("canal", ["telephone", "courrier", "courriel", "hors_les_murs"])
    def test_what_does_not_wait_opens_its_page(self, cast: SimpleNamespace, desk: Client, canal: str) -> None:
        response = desk.post(NEW, passage_data(canal=canal))
        made = Passage.objects.get()
        assert response.url == url(made)  # type: ignore[attr-defined]
        assert (made.statut, made.agent) == (Statut.EN_ENTRETIEN, cast.gos)

    def test_a_private_motive_opens_the_confidential_space(self, desk: Client) -> None:
        desk.post(NEW, passage_data("parler_en_prive"))
        assert Passage.objects.get().is_confidentiel

    def test_a_corrected_arrival(self, desk: Client) -> None:
        desk.post(NEW, passage_data(arrivee="0 h 00"))
        midnight = timezone.make_aware(datetime.combine(timezone.localdate(), datetime.min.time()))
        assert Passage.objects.get().arrived_at == midnight

    @pytest.mark.parametrize("who", ["unknown", "not an id", "elsewhere", "sealed", "deport"])
    def test_whom_one_cannot_choose_does_not_exist(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, who: str
    ) -> None:
        assert desk.get(NEW, {"usager": str(aminata.pk)}).status_code == 200
        pk: Any = {"unknown": uuid4(), "not an id": "x"}.get(who, aminata.pk)
        if who == "elsewhere":
            Usager.objects.update(territoire=Territoire.objects.get(code="sst-chatenay"))
        elif who == "sealed":
            Usager.objects.update(is_sealed=True)
        elif who == "deport":
            Deport.objects.create(agent=cast.gos, usager=aminata, lien=Deport.Lien.SOI)
        hidden = desk.get(NEW, {"usager": pk})
        assert hidden.status_code == 404
        assert hidden.content == desk.get(NEW, {"usager": str(uuid4())}).content
        assert desk.post(NEW, passage_data(usagers=str(pk))).status_code == 404
        assert not Passage.objects.exists()

    @together(
        ("field", "value"),
        [
            ("motif", ""),
            ("motif", "999999"),
            ("motif", "x"),
            ("canal", ""),
            ("canal", "pigeon"),
            ("arrivee", "25 h 00"),
            ("arrivee", "9 h 75"),
            ("arrivee", "demain"),
            ("arrivee", "٩:٠٥"),
            ("cle", "x"),
            *[("arrivee", text) for text in HOSTILE],
            *[("motif", text) for text in HOSTILE],
        ],
    )
    def test_bad_input_registers_nothing(self, desk: Client, aminata: Usager, field: str, value: str) -> None:
        data = passage_data(usagers=str(aminata.pk), is_prioritaire="on") | {field: value}
        response = desk.post(NEW, data)
        assert response.status_code == 200
        page = response.content.decode()
        assert "à corriger" in page
        assert "Aminata Traoré" in page
        assert 'name="is_prioritaire"' in page
        assert not Passage.objects.exists()

    def test_an_hour_to_come_is_refused(self, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        at_nine = timezone.make_aware(datetime.combine(timezone.localdate(), datetime.min.time())) + timedelta(hours=9)
        # The clock of the form alone: soon after midnight, a session of now would have ended by nine.
        clock = SimpleNamespace(now=lambda: at_nine, localdate=timezone.localdate, make_aware=timezone.make_aware)
        monkeypatch.setattr("accueil.forms.passage.timezone", clock)
        assert "pas encore passée" in desk.post(NEW, passage_data(arrivee="9:01")).content.decode()
        assert desk.post(NEW, passage_data(arrivee="8h59")).status_code == 302

    def test_a_double_submit_registers_once(self, desk: Client) -> None:
        data = passage_data(canal="telephone")
        first, second = desk.post(NEW, data), desk.post(NEW, data)
        assert first.url == second.url  # type: ignore[attr-defined]
        assert Passage.objects.count() == 1

    def test_the_same_key_with_another_content_shows_both(self, desk: Client) -> None:
        data = passage_data()
        desk.post(NEW, data)
        response = desk.post(NEW, data | {"motif": Motif.objects.get(code="budget").pk})
        assert response.status_code == 409
        page = response.content.decode()
        assert "Logement ou hébergement" in page
        assert "Budget ou aide financière" in page
        assert Passage.objects.count() == 1

    @pytest.mark.parametrize("username", DESK_USERNAMES)
    def test_opens_to_the_desk(self, cast: SimpleNamespace, sign_in: Callable[..., Client], username: str) -> None:
        assert sign_in(Agent.objects.get(username=username)).post(NEW, passage_data()).status_code == 302

    @together("username", [*OTHER_SEARCHERS, "dpo", "admin"])
    def test_refuses_the_others(self, cast: SimpleNamespace, sign_in: Callable[..., Client], username: str) -> None:
        client = sign_in(Agent.objects.get(username=username))
        assert client.get(NEW).status_code == client.post(NEW, passage_data()).status_code == 403
        assert not Passage.objects.exists()

    def test_a_manager_without_a_desk_registers_nothing(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client]
    ) -> None:
        page = sign_in(cast.responsable_sst).post(NEW, passage_data()).content.decode()
        assert "aucune unité d’accueil" in page
        assert not Passage.objects.exists()


class TestPage:
    def test_shows_who_what_is_known_and_what_is_asked(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        Usager.objects.filter(pk=aminata.pk).update(contact_sur="sms")
        make_fait(aminata, by=cast.gos)
        make_demande(received, by=cast.gos)
        page = desk.get(url(received)).content.decode()
        for shown in (
            "Passage n° 1 : Aminata Traoré",
            "SMS seulement",
            "locataire du parc social",
            "à l’accueil, à Nadia Martin",
            "Impayé de loyer",
            "Sans prochaine étape",
            "Pour terminer",
            "Terminer le passage",
        ):
            assert shown in page
        assert "<title>Passage · Pôle social</title>" in page

    def test_the_latest_word_on_a_subject_is_what_is_known(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        Fait.objects.create(
            usager=aminata,
            sujet="logement",
            valeur="hébergée chez une amie",
            said_at=timezone.now() - timedelta(days=90),
            unite=received.unite,
            recorded_by=cast.gos,
        )
        make_fait(aminata, by=cast.gos, valeur="locataire")
        page = desk.get(url(received)).content.decode()
        assert "locataire" in page
        assert "hébergée chez une amie" not in page

    def test_an_anonymous_passage_belongs_to_its_desk(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client]
    ) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        page = desk.get(url(made)).content.decode()
        assert "sans nom" in page
        assert "Noter un fait" not in page
        assert "Envoyer à une unité" not in page
        assert sign_in(cast.gos_2).get(url(made)).status_code == 200
        for stranger in (cast.gos_chatenay, cast.assistant_social):
            assert same_as_unknown(sign_in(stranger), url(made), made.pk)
        assert last_acces("passage").usager_ids == []

    def test_an_anonymous_passage_is_closed_to_all_the_day_after(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_passage(by=cast.gos)
        made.move(Passage.Statut.PARTI, by=cast.gos)
        Passage.objects.update(jour=timezone.localdate() - timedelta(days=1))
        assert desk.get(url(made)).status_code == 404
        make_demande(made, by=cast.gos)
        assert desk.get(url(made)).status_code == 200

    def test_another_role_reads_without_the_verbs(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], received: Passage, aminata: Usager
    ) -> None:
        make_relais(aminata, by=cast.gos)
        for agent in (cast.assistant_social, cast.responsable_evaluation):
            page = sign_in(agent).get(url(received)).content.decode()
            assert "Aminata Traoré" in page
            assert "Terminer le passage" not in page
            assert "Noter la demande" not in page

    def test_of_a_couple_shows_only_whom_one_may_see(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        made = receive(make_passage(aminata, someone(nom_usage="Cachée"), by=cast.gos), by=cast.gos)
        make_relais(aminata, by=cast.gos)
        assert "Cachée" in desk.get(url(made)).content.decode()
        assert "Cachée" not in sign_in(cast.assistant_social).get(url(made)).content.decode()

    def test_out_of_scope(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage
    ) -> None:
        assert desk.get(url(received)).status_code == 200
        for stranger in (cast.gos_chatenay, cast.assistant_social, cast.cesf):
            assert same_as_unknown(sign_in(stranger), url(received), received.pk)

    def test_the_journal_names_the_person(self, desk: Client, received: Passage, aminata: Usager) -> None:
        desk.get(url(received))
        row = last_acces("passage")
        assert (row.action, row.usager_ids, row.objet_id) == ("lecture", [aminata.pk], received.pk)
        assert row.rattachement_id == Rattachement.objects.get().pk

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_rows(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, rows: int
    ) -> None:
        demande = make_demande(received, by=cast.gos)
        related_alike(demande, copies(demande, rows))
        copies(make_fait(aminata, by=cast.gos), rows)
        assert count_queries(desk, url(received)) <= 20


class TestMoves:
    def move(self, client: Client, passage: Passage, to: str, **data: Any) -> Any:
        return client.post(url(passage, "etape/"), {"vers": to, **data})

    def test_calls_and_receives(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        made = make_passage(aminata, by=cast.gos_2)
        bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4")
        assert self.move(desk, made, "appele", bureau=bureau.pk).url == "/accueil/"
        made.refresh_from_db()
        assert (made.statut, made.agent, made.bureau) == (Statut.APPELE, cast.gos, bureau)
        assert self.move(desk, made, "en_entretien").url == url(made)
        assert [step.vers for step in made.etapes.order_by("at")] == ["en_attente", "appele", "en_entretien"]

    def test_the_office_is_remembered(self, cast: SimpleNamespace, desk: Client) -> None:
        bureau = Bureau.objects.filter(lieu__code="issy")[3]
        self.move(desk, make_passage(by=cast.gos), "appele", bureau=bureau.pk)
        other = make_passage(by=cast.gos)
        self.move(desk, other, "appele")
        other.refresh_from_db()
        assert other.bureau == bureau
        third = make_passage(by=cast.gos)
        self.move(desk, third, "appele", bureau="")
        third.refresh_from_db()
        assert third.bureau is None

    def test_back_to_the_queue_takes_the_agent_back(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_passage(by=cast.gos)
        self.move(desk, made, "appele")
        self.move(desk, made, "en_attente")
        made.refresh_from_db()
        assert (made.statut, made.agent) == (Statut.EN_ATTENTE, None)

    def test_a_double_click_has_one_effect(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_passage(by=cast.gos)
        assert self.move(desk, made, "appele").status_code == 302
        assert self.move(desk, made, "appele").status_code == 302
        assert made.etapes.filter(vers="appele").count() == 1

    def test_the_second_desk_is_told_who_called(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client]
    ) -> None:
        made, other = make_passage(by=cast.gos), sign_in(cast.gos_2)
        self.move(desk, made, "appele")
        self.move(other, made, "appele")
        made.refresh_from_db()
        assert made.agent == cast.gos
        assert "déjà appelé, par Nadia Martin" in other.get("/accueil/").content.decode()

    @together("to", ["en_entretien", "termine", "en_pause", "", "x", "\x00", *HOSTILE])
    def test_a_move_that_is_not_allowed_is_a_conflict(self, cast: SimpleNamespace, desk: Client, to: str) -> None:
        made = make_passage(by=cast.gos)
        assert self.move(desk, made, to).status_code == 409
        made.refresh_from_db()
        assert made.statut == Statut.EN_ATTENTE

    @pytest.mark.parametrize("bureau", ["x", "999999", "9" * 40, "-1", "²"])
    def test_a_tampered_office_does_not_exist(self, cast: SimpleNamespace, desk: Client, bureau: str) -> None:
        made = make_passage(by=cast.gos)
        assert self.move(desk, made, "appele", bureau=bureau).status_code == 404
        elsewhere = Bureau.objects.filter(lieu__code="chatenay")[0]
        assert self.move(desk, made, "appele", bureau=elsewhere.pk).status_code == 404

    @pytest.mark.parametrize("act", ["etape/", "cloture/"])
    def test_who_may_not(
        self,
        cast: SimpleNamespace,
        desk: Client,
        sign_in: Callable[..., Client],
        received: Passage,
        aminata: Usager,
        act: str,
    ) -> None:
        make_relais(aminata, by=cast.gos)
        assert desk.get(url(received, act)).status_code == 405
        assert sign_in(cast.assistant_social).post(url(received, act)).status_code == 403
        # They read it, thanks to the relais, but it is not their unité's.
        assert sign_in(cast.responsable_evaluation).get(url(received)).status_code == 200
        for stranger in (cast.responsable_evaluation, cast.gos_chatenay):
            assert same_as_unknown(sign_in(stranger), url(received, act), received.pk, method="post")
        received.refresh_from_db()
        assert received.statut == Statut.EN_ENTRETIEN
        assert sign_in(cast.gos_2).post(url(received, act), {"vers": "en_pause"}).status_code == 302


class TestClosing:
    def test_ends(self, desk: Client, received: Passage) -> None:
        assert desk.post(url(received, "cloture/")).url == "/accueil/"  # type: ignore[attr-defined]
        received.refresh_from_db()
        assert received.statut == Statut.TERMINE
        assert last_acces("passage_cloture").action == Acces.Action.ECRITURE
        assert desk.post(url(received, "cloture/")).status_code == 302
        assert received.etapes.filter(vers="termine").count() == 1

    def test_names_the_demandes_that_would_be_lost(
        self, cast: SimpleNamespace, desk: Client, received: Passage
    ) -> None:
        kept = make_demande(received, by=cast.gos, besoin="Dossier RSA", due_on=timezone.localdate())
        lost = make_demande(received, by=cast.gos, besoin="Facture d’eau")
        response = desk.post(url(received, "cloture/"))
        page = response.content.decode()
        assert response.status_code == 409
        assert f'<a href="#demande-{lost.pk}">Facture d’eau</a>' in page
        assert f'<a href="#demande-{kept.pk}">' not in page
        received.refresh_from_db()
        assert received.statut == Statut.EN_ENTRETIEN
        desk.post(f"/accueil/demandes/{lost.pk}/reprise/")
        assert desk.post(url(received, "cloture/")).status_code == 302

    def test_leaving_loses_no_demande_either(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        made = make_passage(aminata, by=cast.gos)
        demande = make_demande(made, by=cast.gos)
        assert desk.post(url(made, "etape/"), {"vers": "parti"}).status_code == 409
        demande.take_up_tomorrow(by=cast.gos)
        assert desk.post(url(made, "etape/"), {"vers": "parti"}).status_code == 302

    def test_who_waits_has_no_interview_to_end(self, cast: SimpleNamespace, desk: Client) -> None:
        assert desk.post(url(make_passage(by=cast.gos), "cloture/")).status_code == 409


def test_the_sendings_keep_their_answer(desk: Client) -> None:
    desk.post(NEW, passage_data())
    assert Envoi.objects.get().answer == "/accueil/"
