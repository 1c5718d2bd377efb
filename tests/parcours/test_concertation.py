"""A round table: called, changed, held or cancelled, and its printed minutes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from parcours.demonstration.builders import UsagerFactory, make_action, make_ecrit, make_parcours
from parcours.models import Addendum, Concertation, EtapeConcertation, Parcours, Point
from pole_social.models import Acces, Lieu
from tests.bulk import copies
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, LONG, OUTSIDE, assert_does_not_exist, last_row
from tests.parcours.tables_rondes import make_concertation, make_point
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
LISTE, NEW = "/parcours/concertations/", "/parcours/concertations/nouvelle/"
REFERENT = "assistant-social-2"


def page(concertation: Concertation, act: str = "") -> str:
    return f"{LISTE}{concertation.pk}/{act}"


@pytest.fixture
def table(cast: SimpleNamespace) -> Concertation:
    """Today, called by assistant_social_2, with cesf and puericultrice."""
    return make_concertation(by=cast.assistant_social_2, guests=[cast.cesf, cast.puericultrice])


@pytest.fixture
def typed(cast: SimpleNamespace) -> dict[str, object]:
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {
        "held_on": f"{tomorrow:%d/%m/%Y}",
        "begins_at": "14 h 30",
        "salle": "salle bleue",
        "participants": [cast.cesf.pk, cast.psychologue.pk],
    }


class TestRoles:
    @together("username", CARE + ENCADREMENT)
    def test_those_who_read_parcours(self, browse: Browse, username: str) -> None:
        assert browse(username).get(LISTE).status_code == 200
        assert browse(username).get(NEW).status_code == 200

    @together("username", OUTSIDE)
    def test_nobody_else(self, browse: Browse, table: Concertation, username: str) -> None:
        client = browse(username)
        for url in (LISTE, NEW, page(table), page(table, "modification/"), page(table, "compte-rendu/")):
            assert client.get(url).status_code == 403
        assert client.post(page(table, "tenue/")).status_code == 403

    @together(
        ("username", "status"),
        [
            (REFERENT, 200),
            ("cesf", 200),
            ("puericultrice", 200),
            ("responsable-accompagnement", 200),
            ("responsable-sst", 200),
            *((name, 404) for name in CARE if name not in (REFERENT, "cesf", "puericultrice")),
            ("responsable-accueil", 404),
            ("responsable-evaluation", 404),
            ("responsable-chatenay", 404),
        ],
    )
    def test_one_meeting(self, browse: Browse, table: Concertation, username: str, status: int) -> None:
        client = browse(username)
        assert client.get(page(table)).status_code == status
        assert client.get(page(table, "modification/")).status_code == status

    def test_out_of_scope_is_what_does_not_exist(self, browse: Browse, table: Concertation) -> None:
        for act, method in [("", "get"), ("modification/", "get"), ("tenue/", "post"), ("annulation/", "post")]:
            assert_does_not_exist(browse("educateur"), page(table, act), table.pk, method)
        assert_does_not_exist(browse("educateur"), page(table, "compte-rendu/"), table.pk)
        assert_does_not_exist(browse("educateur"), page(table, "points/"), table.pk)

    def test_methods(self, browse: Browse, table: Concertation) -> None:
        client = browse(REFERENT)
        for url in (page(table, "tenue/"), page(table, "annulation/")):
            assert client.get(url).status_code == 405
        for url in (LISTE, page(table), page(table, "compte-rendu/")):
            assert client.post(url).status_code == 405

    def test_minutes_are_for_those_who_work_with_people(self, browse: Browse, table: Concertation) -> None:
        assert browse("responsable-accompagnement").get(page(table, "compte-rendu/")).status_code == 403


class TestCalling:
    def test_works(self, cast: SimpleNamespace, browse: Browse, typed: dict[str, object]) -> None:
        response = browse(REFERENT).post(NEW, typed)
        made = Concertation.objects.get()
        assert response.url == page(made)  # type: ignore[attr-defined]
        assert (made.unite, made.salle, str(made.begins_at)) == (cast.cesf.unites[0], "salle bleue", "14:30:00")
        assert set(made.participants.all()) == {cast.assistant_social_2, cast.cesf, cast.psychologue}
        assert made.etapes.get().vers == "prevue"

    def test_whom_one_may_invite(self, cast: SimpleNamespace, browse: Browse) -> None:
        """The professions that read parcours, in the territoire, at work today; not the desk, not the dpo."""
        cast.eje.affectations.update(ends_on=timezone.localdate() - timedelta(days=1))
        offered = set(browse(REFERENT).get(NEW).context["form"].fields["participants"].queryset)
        assert {cast.cesf, cast.medecin, cast.ccf, cast.responsable_accompagnement, cast.assistant_social} <= offered
        assert not offered & {cast.gos, cast.dpo, cast.admin, cast.assistant_social_chatenay, cast.eje}
        assert cast.assistant_social_2 not in offered

    def test_a_responsable_of_many_unites_says_which(
        self, cast: SimpleNamespace, browse: Browse, typed: dict[str, object]
    ) -> None:
        client = browse("responsable-sst")
        assert "Choisissez l’unité." in client.post(NEW, typed).content.decode()
        assert client.post(NEW, {**typed, "unite": cast.cesf.unites[0].pk}).status_code == 302
        other = cast.assistant_social_chatenay.unites[0].pk
        assert "Choisissez une unité de la liste." in client.post(NEW, {**typed, "unite": other}).content.decode()

    @together(
        ("field", "value", "message"),
        [
            ("held_on", "", "Écrivez le jour."),
            ("held_on", "31/02/2027", "Ce jour n’existe pas dans ce mois."),
            ("held_on", "01/01/10000", "Cette date n’est pas lisible."),
            ("held_on", "01/01/2020", "Cette date est passée"),
            ("held_on", "01/01/2099", "Ce jour est trop loin"),
            ("begins_at", "", "Écrivez l’heure."),
            ("begins_at", "3 h 00", "Écrivez une heure entre 7 h et 21 h."),
            ("begins_at", "bientôt", "Écrivez l’heure comme"),
            ("participants", [], "Choisissez au moins une personne."),
            ("participants", "pas-une-cle", "Choisissez des professionnels de la liste."),
            ("participants", str(uuid.uuid4()), "Choisissez des professionnels de la liste."),
        ],
    )
    def test_invalid_input_keeps_what_was_typed(
        self, browse: Browse, typed: dict[str, object], field: str, value: object, message: str
    ) -> None:
        response = browse(REFERENT).post(NEW, {**typed, field: value})
        text = response.content.decode()
        assert response.status_code == 200
        assert message in text
        assert "salle bleue" in text
        assert not Concertation.objects.exists()

    @together("value", HOSTILE)
    def test_hostile(self, browse: Browse, typed: dict[str, object], value: str) -> None:
        for field in ("held_on", "begins_at", "salle", "participants"):
            assert browse(REFERENT).post(NEW, {**typed, field: value}).status_code == 200
        assert not Concertation.objects.exists()

    def test_a_guest_of_elsewhere_is_unknown(
        self, cast: SimpleNamespace, browse: Browse, typed: dict[str, object]
    ) -> None:
        for agent in (cast.gos, cast.assistant_social_chatenay):
            answer = browse(REFERENT).post(NEW, {**typed, "participants": [agent.pk]})
            assert "Choisissez des professionnels de la liste." in answer.content.decode()

    def test_a_closed_place(self, cast: SimpleNamespace, browse: Browse, typed: dict[str, object]) -> None:
        Lieu.objects.filter(unites__in=cast.cesf.unite_ids).update(closed_from=timezone.localdate())
        assert "fermé ce jour-là" in browse(REFERENT).post(NEW, typed).content.decode()

    def test_sent_twice_is_one(self, browse: Browse, typed: dict[str, object]) -> None:
        client, keyed = browse(REFERENT), {**typed, "cle": str(uuid.uuid4())}
        answers = [client.post(NEW, keyed).url for _ in range(2)]  # type: ignore[attr-defined]
        assert answers[0] == answers[1]
        assert client.post(NEW, {**keyed, "salle": "salle verte"}).status_code == 409
        assert Concertation.objects.count() == 1


class TestChanging:
    def sent(self, table: Concertation, guests: list[object], **fields: object) -> dict[str, object]:
        day = timezone.localdate() + timedelta(days=3)
        sent = {"held_on": f"{day:%d/%m/%Y}", "begins_at": "10 h", "salle": "", "participants": guests}
        return {**sent, "version": table.version, **fields}

    def test_works(self, cast: SimpleNamespace, browse: Browse, table: Concertation) -> None:
        sent = self.sent(table, [cast.assistant_social_2.pk, cast.medecin.pk])
        assert browse("cesf").post(page(table, "modification/"), sent).status_code == 302
        table.refresh_from_db()
        assert (str(table.begins_at), table.version) == ("10:00:00", 2)
        assert set(table.participants.all()) == {cast.assistant_social_2, cast.medecin}
        assert browse("cesf").get(page(table)).status_code == 404, "no longer invited"

    def test_the_form_shows_the_hour_as_people_say_it(self, browse: Browse, table: Concertation) -> None:
        assert 'value="14 h 00"' in browse(REFERENT).get(page(table, "modification/")).content.decode()

    def test_two_colleagues_at_once_see_both(self, cast: SimpleNamespace, browse: Browse, table: Concertation) -> None:
        guests = [cast.assistant_social_2.pk, cast.cesf.pk]
        first, second = self.sent(table, guests), self.sent(table, guests, begins_at="11h30")
        assert browse(REFERENT).post(page(table, "modification/"), first).status_code == 302
        response = browse("cesf").post(page(table, "modification/"), second)
        text = response.content.decode()
        assert response.status_code == 409
        assert "10 h 00" in text
        assert "11h30" in text or "11 h 30" in text
        assert "Élise Moreau" in text, "the others are still offered"

    def test_once_held_only_who_was_there(self, cast: SimpleNamespace, browse: Browse, table: Concertation) -> None:
        table.hold(by=cast.assistant_social_2)
        client = browse(REFERENT)
        text = client.get(page(table, "modification/")).content.decode()
        assert "Qui était là" in text
        assert 'name="held_on"' not in text
        sent = {"participants": [cast.assistant_social_2.pk], "version": table.version, "held_on": "01/01/2027"}
        assert client.post(page(table, "modification/"), sent).status_code == 302
        standing = Concertation.objects.get()
        assert (standing.held_on, standing.participants.count()) == (table.held_on, 1)

    def test_not_once_cancelled(self, cast: SimpleNamespace, browse: Browse, table: Concertation) -> None:
        table.move(Concertation.Statut.ANNULEE, by=cast.cesf)
        assert browse(REFERENT).get(page(table, "modification/")).status_code == 409

    @together("value", ["\x00", LONG, "-1", "9" * 30])
    def test_hostile_version(self, cast: SimpleNamespace, browse: Browse, table: Concertation, value: str) -> None:
        sent = self.sent(table, [cast.cesf.pk], version=value)
        assert browse(REFERENT).post(page(table, "modification/"), sent).status_code == 200


class TestMoves:
    def test_held(self, cast: SimpleNamespace, browse: Browse, table: Concertation) -> None:
        client = browse("cesf")
        for _ in range(2):
            assert client.post(page(table, "tenue/")).status_code == 302
        assert Concertation.objects.get().statut == "tenue"
        assert EtapeConcertation.objects.filter(vers="tenue", by=cast.cesf).count() == 1
        assert client.post(page(table, "annulation/")).status_code == 409

    def test_not_before_its_day(self, cast: SimpleNamespace, browse: Browse) -> None:
        coming = make_concertation(by=cast.assistant_social_2, in_days=1)
        assert "Noter qu’elle a eu lieu" not in browse(REFERENT).get(page(coming)).content.decode()
        assert browse(REFERENT).post(page(coming, "tenue/")).status_code == 409

    def test_cancelled(self, browse: Browse, table: Concertation) -> None:
        client = browse("responsable-accompagnement")
        for _ in range(2):
            assert client.post(page(table, "annulation/")).status_code == 302
        assert client.post(page(table, "tenue/")).status_code == 409
        assert "annulée" in client.get(page(table)).content.decode()
        assert browse(REFERENT).get(page(table, "points/")).status_code == 409

    def test_reading_a_point_is_not_holding_the_meeting(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, table: Concertation
    ) -> None:
        suivi.add_intervenant(cast.educateur)
        make_point(table, suivi, by=cast.assistant_social_2)
        client = browse("educateur")
        assert client.get(page(table)).status_code == 200
        assert "Annuler la concertation" not in client.get(page(table)).content.decode()
        assert client.post(page(table, "annulation/")).status_code == 404
        assert client.post(page(table, "tenue/")).status_code == 404


class TestList:
    def test_to_come_and_held(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        late = make_concertation(by=cast.assistant_social_2, in_days=-2)
        held = make_concertation(by=cast.assistant_social_2, in_days=-9)
        held.hold(by=cast.assistant_social_2)
        make_point(late, suivi, by=cast.assistant_social_2)
        response = browse(REFERENT).get(LISTE)
        assert [one for one, _ in response.context["a_venir"]] == [late]
        assert [one for one, _ in response.context["tenues"]] == [held]
        text = response.content.decode()
        assert "date passée" in text
        assert "Traoré A." in text
        row = last_row("concertations")
        assert (row.action, row.usager_ids) == (Acces.Action.LISTE, [suivi.usager_id])

    def test_pages_by_key(self, cast: SimpleNamespace, browse: Browse) -> None:
        held = make_concertation(by=cast.assistant_social_2, in_days=-9)
        held.hold(by=cast.assistant_social_2)
        days = [held.held_on - timedelta(days=index // 2) for index in range(40)]
        made = copies(Concertation.objects.get(), 40, held_on=days)
        client, seen, query = browse(REFERENT), [], ""
        while True:
            context = client.get(f"{LISTE}{query}").context
            seen += [one.pk for one, _ in context["tenues"]]
            if not context["suivante"]:
                break
            query = f"?avant={context['suivante']}"
        assert len(seen) == len(set(seen)) == len(made) + 1

    @together("token", ["x", "~", "2026-02-31~x", f"10000-01-01~{uuid.uuid4()}", "\x00", LONG[:4000]])
    def test_a_damaged_key_is_the_first_page(self, browse: Browse, table: Concertation, token: str) -> None:
        assert browse(REFERENT).get(LISTE, {"avant": token}).status_code == 200

    def test_constant_queries(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        client = browse(REFERENT)
        make_point(make_concertation(by=cast.assistant_social_2), suivi, by=cast.assistant_social_2)
        few = count_queries(client, LISTE)
        copies(Concertation.objects.get(), 300)
        assert count_queries(client, LISTE) == few
        assert few <= 12


class TestMinutes:
    @pytest.fixture
    def held(self, cast: SimpleNamespace, suivi: Parcours, table: Concertation) -> Point:
        point = make_point(table, suivi, by=cast.assistant_social_2, question="Quel appui à la maison ?")
        action = make_action(suivi, by=cast.assistant_social_2, libelle="Visiter avec la PMI")
        action.point = point
        action.save()
        for cercle, texte in [("equipe", "Elle dort mieux."), ("social", "Dette de gaz.")]:
            ecrit = make_ecrit(suivi, by=cast.assistant_social_2, cercle=cercle, texte=texte, signed=False)
            ecrit.point = point
            ecrit.save()
            ecrit.sign()
        table.hold(by=cast.assistant_social_2)
        return point

    def test_decisions_and_the_team_circle_alone(self, cast: SimpleNamespace, browse: Browse, held: Point) -> None:
        Addendum.objects.create(
            ecrit=held.ecrits.get(cercle="equipe"), auteur=cast.assistant_social_2, texte="Depuis mai."
        )
        text = browse(REFERENT).get(page(held.concertation, "compte-rendu/")).content.decode()
        for said in ("Aminata Traoré", "Quel appui à la maison ?", "Visiter avec la PMI", "Elle dort mieux."):
            assert said in text
        assert "Depuis mai." in text
        assert 'Hélène Caron<span class="a-l-ecran"> (infirmière puéricultrice)</span>' in text
        assert "Dette de gaz." not in text, "another circle than the team’s is never printed"
        row = last_row("concertation_compte_rendu")
        assert (row.action, row.usager_ids) == (Acces.Action.IMPRESSION, [held.parcours.usager_id])

    def test_a_guest_prints_nothing_of_what_they_do_not_read(self, browse: Browse, held: Point) -> None:
        text = browse("cesf").get(page(held.concertation, "compte-rendu/")).content.decode()
        assert "Traoré" not in text
        assert "Visiter avec la PMI" not in text
        assert "Aucun des parcours que vous lisez" in text

    def test_not_before_it_is_held(self, browse: Browse, table: Concertation) -> None:
        assert browse(REFERENT).get(page(table, "compte-rendu/")).url == page(table)  # type: ignore[attr-defined]

    def test_constant_queries(self, cast: SimpleNamespace, browse: Browse, held: Point) -> None:
        client, urls = browse(REFERENT), [page(held.concertation), page(held.concertation, "compte-rendu/")]
        few = [count_queries(client, url) for url in urls]
        for person in UsagerFactory.create_batch(3):
            other = make_parcours(person, sent_by=cast.assistant_social, by=cast.assistant_social_2)
            copies(held, 1, parcours_id=[other.pk])
        assert [count_queries(client, url) for url in urls] == few
        assert few[0] <= 12
        assert few[1] <= 14
