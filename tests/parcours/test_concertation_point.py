"""One parcours at a round table: put on the agenda, contributions in their circles, decisions that somebody owns."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement, Usager
from parcours.demonstration.builders import UsagerFactory, make_ecrit, make_parcours
from parcours.models import Action, Concertation, Ecrit, Parcours, Point
from pole_social.models import Acces, Brouillon
from tests.bulk import copies
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, LONG, OUTSIDE, assert_does_not_exist, last_row
from tests.parcours.tables_rondes import make_concertation, make_point
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
ACTS = ["information/", "retrait/"]
FORMS = ["contribution/", "decision/"]


@pytest.fixture
def table(cast: SimpleNamespace) -> Concertation:
    return make_concertation(by=cast.assistant_social_2, guests=[cast.cesf, cast.puericultrice])


@pytest.fixture
def inscrit(cast: SimpleNamespace, suivi: Parcours, table: Concertation) -> Point:
    """Aminata on the agenda; puericultrice is in her team, cesf is only invited."""
    suivi.add_intervenant(cast.puericultrice)
    return make_point(table, suivi, by=cast.assistant_social_2)


def agenda(table: Concertation) -> str:
    return f"/parcours/concertations/{table.pk}/points/"


def page(point: Point, act: str = "") -> str:
    return f"/parcours/concertations/{point.concertation_id}/points/{point.pk}/{act}"


def in_days(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%d/%m/%Y}"


class TestScope:
    @together(
        ("username", "status"),
        [
            *((name, 200 if name in (REFERENT, "puericultrice") else 404) for name in CARE),
            *((name, 403) for name in ENCADREMENT + OUTSIDE),
        ],
    )
    def test_each_role(self, browse: Browse, inscrit: Point, username: str, status: int) -> None:
        client = browse(username)
        for act in ["", *FORMS]:
            assert client.get(page(inscrit, act)).status_code == status
        for act in ACTS:
            assert client.post(page(inscrit, act)).status_code == (status if status != 200 else client_answer(act))

    @together(
        ("username", "status"),
        [
            *((name, 200 if name in (REFERENT, "cesf", "puericultrice") else 404) for name in CARE),
            *((name, 403) for name in ENCADREMENT + OUTSIDE),
        ],
    )
    def test_who_puts_on_the_agenda(self, browse: Browse, table: Concertation, username: str, status: int) -> None:
        assert browse(username).get(agenda(table)).status_code == status

    def test_out_of_scope_is_what_does_not_exist(self, browse: Browse, inscrit: Point) -> None:
        """An invitation opens nothing: the guest gets the page of what does not exist."""
        for act in ["", *FORMS]:
            assert_does_not_exist(browse("cesf"), page(inscrit, act), inscrit.pk)
        for act in ACTS:
            assert_does_not_exist(browse("cesf"), page(inscrit, act), inscrit.pk, "post")

    def test_methods(self, browse: Browse, inscrit: Point) -> None:
        client = browse(REFERENT)
        assert client.post(page(inscrit)).status_code == 405
        for act in ACTS:
            assert client.get(page(inscrit, act)).status_code == 405

    def test_only_at_its_own_meeting(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        other = make_concertation(by=cast.assistant_social_2)
        elsewhere = page(inscrit).replace(str(inscrit.concertation_id), str(other.pk))
        assert browse(REFERENT).get(elsewhere).status_code == 404

    def test_a_former_member_reads_and_writes_no_more(
        self, cast: SimpleNamespace, browse: Browse, inscrit: Point
    ) -> None:
        inscrit.parcours.intervenants.filter(agent=cast.puericultrice).update(ends_at=timezone.now())
        Rattachement.objects.filter(agent=cast.puericultrice).update(nature=Rattachement.Nature.FIN_DE_RELAIS)
        client = browse("puericultrice")
        assert client.get(page(inscrit)).status_code == 200
        assert "Écrire une contribution" not in client.get(page(inscrit)).content.decode()
        for act in FORMS:
            assert client.get(page(inscrit, act)).status_code == 404
        assert client.post(page(inscrit, "retrait/")).status_code == 404

    def test_whoever_stepped_aside_reads_nothing(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        client, meeting = browse("puericultrice"), f"/parcours/concertations/{inscrit.concertation_id}/"
        assert "Traoré" in client.get(meeting).content.decode()
        Deport.objects.create(agent=cast.puericultrice, usager=inscrit.parcours.usager, lien=Deport.Lien.PROCHE)
        assert client.get(page(inscrit)).status_code == 404
        assert "Traoré" not in client.get(meeting).content.decode()


def client_answer(act: str) -> int:
    """An empty form is shown again; taking off redirects."""
    return 200 if act == "information/" else 302


class TestAgenda:
    def test_works(self, browse: Browse, suivi: Parcours, table: Concertation) -> None:
        typed = {"parcours": suivi.pk, "question": "Quel mode de garde ?", "person_informed_on": in_days(-1)}
        response = browse(REFERENT).post(agenda(table), typed)
        made = Point.objects.get()
        assert response.url == page(made)  # type: ignore[attr-defined]
        assert (made.question, made.parcours) == ("Quel mode de garde ?", suivi)
        row = last_row("concertation_point_nouveau")
        assert row.action == Acces.Action.ECRITURE
        assert suivi.usager_id in row.usager_ids

    def test_one_s_own_parcours_only(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, table: Concertation
    ) -> None:
        theirs = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.cesf)
        client = browse(REFERENT)
        assert [value for value, _ in client.get(agenda(table)).context["form"].fields["parcours"].choices] == [
            "",
            suivi.pk,
        ]
        messages = {
            str(key): "Choisissez un des parcours de la liste."
            in client.post(agenda(table), {"parcours": key}).content.decode()
            for key in (theirs.pk, uuid.uuid4(), "pas-une-cle")
        }
        assert all(messages.values()), messages
        assert browse("cesf").post(agenda(table), {"parcours": theirs.pk}).status_code == 302

    @together(
        ("field", "value", "message"),
        [
            ("parcours", "", "Choisissez un parcours."),
            ("person_informed_on", "01/01/2099", "Cette date est à venir"),
            ("person_informed_on", "31/02/2026", "Ce jour n’existe pas dans ce mois."),
            ("person_informed_on", "mars 2026", "Indiquez le jour, le mois et l’année."),
            ("question", "é" * 501, "500 caractères"),
        ],
    )
    def test_invalid_input_keeps_what_was_typed(
        self, browse: Browse, suivi: Parcours, table: Concertation, field: str, value: str, message: str
    ) -> None:
        typed = {"parcours": suivi.pk, "question": "Quel mode de garde ?", "person_informed_on": ""}
        response = browse(REFERENT).post(agenda(table), {**typed, field: value})
        assert response.status_code == 200
        assert message in response.content.decode()
        assert ("Quel mode de garde ?" in response.content.decode()) == (field != "question")

    @together("value", HOSTILE)
    def test_hostile(self, browse: Browse, suivi: Parcours, table: Concertation, value: str) -> None:
        for field in ("parcours", "question", "person_informed_on"):
            assert browse(REFERENT).post(agenda(table), {"parcours": suivi.pk, field: value}).status_code == 200
        assert browse(REFERENT).get(agenda(table), {"parcours": value[:2000]}).status_code == 200

    def test_once(self, browse: Browse, suivi: Parcours, table: Concertation) -> None:
        client, typed = browse(REFERENT), {"parcours": suivi.pk, "cle": str(uuid.uuid4())}
        answers = [client.post(agenda(table), typed).url for _ in range(2)]  # type: ignore[attr-defined]
        assert answers[0] == answers[1]
        again = client.post(agenda(table), {"parcours": suivi.pk}).content.decode()
        assert "Choisissez un des parcours de la liste." in again
        assert Point.objects.count() == 1

    def test_taken_off_then_put_on_again(self, browse: Browse, inscrit: Point) -> None:
        client = browse(REFERENT)
        for _ in range(2):
            assert client.post(page(inscrit, "retrait/")).status_code == 302
        assert client.get(page(inscrit)).status_code == 404
        table = inscrit.concertation
        assert client.post(agenda(table), {"parcours": inscrit.parcours_id}).status_code == 302
        assert Point.objects.live().count() == 1

    def test_a_held_meeting_keeps_its_agenda(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        inscrit.concertation.hold(by=cast.cesf)
        assert browse(REFERENT).post(page(inscrit, "retrait/")).status_code == 409
        assert browse(REFERENT).post(agenda(inscrit.concertation)).status_code == 409

    def test_the_base_refuses_a_second(self, cast: SimpleNamespace, inscrit: Point) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_point(inscrit.concertation, inscrit.parcours, by=cast.puericultrice)

    def test_informed_once(self, browse: Browse, inscrit: Point) -> None:
        client, url = browse(REFERENT), page(inscrit, "information/")
        assert "Cette date est à venir" in client.post(url, {"informed_on": in_days(1)}).content.decode()
        for day in (-1, 0):
            assert client.post(url, {"informed_on": in_days(day)}).status_code == 302
        inscrit.refresh_from_db()
        assert inscrit.person_informed_on == timezone.localdate() - timedelta(days=1)

    @together("value", [*HOSTILE, "", "31/02/2026", "01/01/10000"])
    def test_informed_hostile(self, browse: Browse, inscrit: Point, value: str) -> None:
        assert browse(REFERENT).post(page(inscrit, "information/"), {"informed_on": value}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_put_it_on_at_once(cast: SimpleNamespace, browse: Browse) -> None:
    suivi = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
    suivi.add_intervenant(cast.cesf)
    table = make_concertation(by=cast.assistant_social_2, guests=[cast.cesf])
    clients = [browse(REFERENT), browse("cesf")]
    answers = at_once([partial(client.post, agenda(table), {"parcours": suivi.pk}) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [200, 302]  # type: ignore[union-attr]
    assert Point.objects.count() == 1


class TestContribution:
    typed = {"cercle": "equipe", "texte": "L’enfant prend du poids.", "acte": "signature"}

    def test_signed(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        response = browse("puericultrice").post(page(inscrit, "contribution/"), self.typed)
        assert response.url == page(inscrit)  # type: ignore[attr-defined]
        made = Ecrit.objects.get()
        assert (made.auteur, made.point, made.modalite) == (cast.puericultrice, inscrit, "concertation")
        assert (made.done_on, made.is_signed) == (timezone.localdate(), True)
        text = browse(REFERENT).get(page(inscrit)).content.decode()
        assert "L’enfant prend du poids." in text

    def test_prepared_before_the_day(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        coming = make_point(make_concertation(by=cast.assistant_social_2, in_days=9), suivi, by=cast.assistant_social_2)
        assert browse(REFERENT).post(page(coming, "contribution/"), self.typed).status_code == 302
        assert Ecrit.objects.get().done_on == timezone.localdate()

    def test_a_draft_is_one_s_own(self, browse: Browse, inscrit: Point) -> None:
        typed = {**self.typed, "acte": "brouillon"}
        assert browse("puericultrice").post(page(inscrit, "contribution/"), typed).status_code == 302
        made = Ecrit.objects.get()
        assert f"/ecrits/{made.pk}/" in browse("puericultrice").get(page(inscrit)).content.decode()
        text = browse(REFERENT).get(page(inscrit)).content.decode()
        assert "L’enfant prend du poids." not in text
        assert str(made.pk) not in text

    def test_the_circle_before_the_text_with_its_readers(self, browse: Browse, inscrit: Point) -> None:
        text = browse("puericultrice").get(page(inscrit, "contribution/")).content.decode()
        assert text.index("Qui pourra lire") < text.index("<textarea")
        assert "Santé. Lu par : vous seulement." in text
        assert 'name="modalite"' not in text
        assert 'name="done_on"' not in text

    @together(
        ("field", "value", "message"),
        [
            ("cercle", "", "Choisissez d’abord qui pourra lire."),
            ("cercle", "social", "Choisissez d’abord qui pourra lire."),
            ("texte", " ", "Écrivez le texte."),
            ("acte", "effacer", "Choisissez d’enregistrer le brouillon ou de signer."),
        ],
    )
    def test_invalid(self, browse: Browse, inscrit: Point, field: str, value: str, message: str) -> None:
        response = browse("puericultrice").post(page(inscrit, "contribution/"), {**self.typed, field: value})
        assert response.status_code == 200
        assert message in response.content.decode()
        assert not Ecrit.objects.exists()

    @together("value", HOSTILE)
    def test_hostile(self, browse: Browse, inscrit: Point, value: str) -> None:
        for field in ("cercle", "texte", "nommes"):
            response = browse("puericultrice").post(page(inscrit, "contribution/"), {**self.typed, field: value})
            assert response.status_code == 200
        assert not Ecrit.objects.exists()

    def test_sent_twice_is_one(self, browse: Browse, inscrit: Point) -> None:
        client, typed = browse("puericultrice"), {**self.typed, "cle": str(uuid.uuid4())}
        for _ in range(2):
            assert client.post(page(inscrit, "contribution/"), typed).status_code == 302
        assert Ecrit.objects.count() == 1
        assert client.post(page(inscrit, "contribution/"), {**typed, "texte": "Autre."}).status_code == 409

    def test_what_was_typed_comes_back(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        url = page(inscrit, "contribution/")
        Brouillon.objects.create(agent=cast.puericultrice, chemin=url, contenu={"texte": ["Début de phrase"]})
        assert "Début de phrase" in browse("puericultrice").get(url).content.decode()
        assert "Début de phrase" not in browse(REFERENT).get(url).content.decode()

    def test_not_once_cancelled(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        inscrit.concertation.move(Concertation.Statut.ANNULEE, by=cast.cesf)
        for act in FORMS:
            assert browse("puericultrice").post(page(inscrit, act), self.typed).status_code == 409


class TestDecision:
    typed = {"libelle": "Visiter ensemble", "porteur": "professionnel"}

    def test_becomes_an_action_with_owner_and_date(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        typed = {**self.typed, "agent": cast.puericultrice.pk, "echeance": in_days(9)}
        response = browse(REFERENT).post(page(inscrit, "decision/"), typed)
        assert response.url == page(inscrit)  # type: ignore[attr-defined]
        made = Action.objects.get()
        assert (made.point, made.parcours, made.agent) == (inscrit, inscrit.parcours, cast.puericultrice)
        assert made.etapes.get().by == cast.assistant_social_2
        for url in (page(inscrit), f"/parcours/{inscrit.parcours_id}/"):
            assert "Visiter ensemble" in browse("puericultrice").get(url).content.decode()

    def test_without_owner_or_date(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        outside = {**self.typed, "agent": cast.cesf.pk, "echeance": in_days(9)}
        for typed in (outside, {**self.typed, "echeance": in_days(9)}, {**self.typed, "porteur": "personne"}):
            response = browse(REFERENT).post(page(inscrit, "decision/"), typed)
            assert response.status_code == 200
            assert "Visiter ensemble" in response.content.decode()
        assert not Action.objects.exists()

    def test_after_the_meeting_too(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        inscrit.concertation.hold(by=cast.cesf)
        typed = {**self.typed, "porteur": "personne", "echeance": in_days(9)}
        assert browse(REFERENT).post(page(inscrit, "decision/"), typed).status_code == 302

    @together("value", HOSTILE)
    def test_hostile(self, browse: Browse, inscrit: Point, value: str) -> None:
        for field in ("libelle", "porteur", "agent", "echeance"):
            typed = {**self.typed, "porteur": "personne", "echeance": in_days(9), field: value}
            assert browse(REFERENT).post(page(inscrit, "decision/"), typed).status_code == 200
        assert not Action.objects.exists()


def test_journal_and_constant_queries(cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
    client = browse(REFERENT)
    ecrit = make_ecrit(inscrit.parcours, by=cast.puericultrice, signed=False)
    ecrit.point = inscrit
    ecrit.save()
    ecrit.sign()
    few = count_queries(client, page(inscrit))
    row = last_row("concertation_point")
    assert (row.action, row.usager_ids, bool(row.rattachement_id)) == (
        Acces.Action.LECTURE,
        [inscrit.parcours.usager_id],
        True,
    )
    copies(Ecrit.objects.get(), 200)
    assert count_queries(client, page(inscrit)) == few
    assert few <= 16


def test_on_the_parcours_page(
    cast: SimpleNamespace, browse: Browse, aminata: Usager, suivi: Parcours, table: Concertation
) -> None:
    """To come beside the team; held, on the timeline."""
    client, url = browse(REFERENT), f"/parcours/{suivi.pk}/"
    assert "Aucune prévue." in client.get(url).content.decode()
    point = make_point(table, suivi, by=cast.assistant_social_2)
    assert [one.pk for one in client.get(url).context["concertations"]] == [point.pk]
    table.hold(by=cast.assistant_social_2)
    context = client.get(url).context
    assert context["concertations"] == []
    assert [one.objet.pk for one in context["chronologie"].entrees if one.nature == "concertation"] == [point.pk]


@together("value", [LONG[:3000], "\x00", "x"])
def test_a_damaged_address(browse: Browse, table: Concertation, value: str) -> None:
    assert browse(REFERENT).get(f"/parcours/concertations/{value}/").status_code in (400, 404)
