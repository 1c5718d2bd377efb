"""Handing over one parcours or twenty: proposed, answered, and nobody without an owner meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement
from parcours.demonstration.builders import UsagerFactory, make_action, make_parcours, unite
from parcours.fin import close
from parcours.models import Action, EtapeTransmission, Intervenant, Parcours, Transmission
from parcours.transmission import accept, cancel, propose
from pole_social.models import Acces, Agent, MoveRefused
from tests.bulk import copies, related_alike, written
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
REFERENT, RECEIVER = "assistant-social-2", "cesf"
LIST, NEW = "/parcours/transmissions/", "/parcours/transmissions/nouvelle/"
TO_REFERENT, TO_COVER = Transmission.Nature.REFERENT, Transmission.Nature.ABSENCE


def in_days(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%d/%m/%Y}"


def typed(vers: Agent, *parcours: Parcours, **fields: Any) -> dict[str, Any]:
    return {"parcours": [one.pk for one in parcours], "nature": "referent", "vers": vers.pk, **fields}


@pytest.fixture
def proposee(cast: SimpleNamespace, suivi: Parcours) -> Transmission:
    """Aminata's parcours, proposed by its référent to cesf."""
    lot = propose([suivi], vers=cast.cesf, by=cast.assistant_social_2, nature=TO_REFERENT, message="Merci à toi.")
    return Transmission.objects.get(lot=lot)


@pytest.fixture
def remplacement(cast: SimpleNamespace, suivi: Parcours) -> Transmission:
    """An absence of a fortnight, from today, that cesf covers."""
    today = timezone.localdate()
    dates: dict[str, Any] = {"du": today, "au": today + timedelta(days=14)}
    lot = propose([suivi], vers=cast.cesf, by=cast.assistant_social_2, nature=TO_COVER, **dates)
    made = Transmission.objects.get(lot=lot)
    accept(made, by=cast.cesf)
    return made


def referent(parcours: Parcours) -> Agent:
    return parcours.intervenants.live().get(is_referent=True).agent


class TestRoles:
    @together("username", CARE + ENCADREMENT)
    def test_the_team_and_managers(self, cast: SimpleNamespace, browse: Browse, username: str) -> None:
        assert browse(username).get(LIST).status_code == 200
        assert browse(username).get(NEW).status_code == 200

    @together("username", OUTSIDE)
    def test_nobody_else(self, cast: SimpleNamespace, browse: Browse, username: str) -> None:
        assert browse(username).get(LIST).status_code == 403
        assert browse(username).get(NEW).status_code == 403

    def test_methods(self, browse: Browse, proposee: Transmission) -> None:
        client = browse(RECEIVER)
        assert client.post(LIST).status_code == 405
        for act in ("acceptation", "refus", "annulation"):
            assert client.get(f"{LIST}{proposee.pk}/{act}/").status_code == 405

    @together("act", ["acceptation", "refus", "annulation"])
    def test_out_of_scope_is_what_does_not_exist(self, browse: Browse, proposee: Transmission, act: str) -> None:
        assert_does_not_exist(browse("educateur"), f"{LIST}{proposee.pk}/{act}/", proposee.pk, "post")
        proposee.refresh_from_db()
        assert proposee.statut == Transmission.Statut.PROPOSEE

    def test_who_may_not_answer(self, cast: SimpleNamespace, browse: Browse, proposee: Transmission) -> None:
        """Its sender sees it, and does not answer it; a member of the team does not take it back."""
        proposee.parcours.add_intervenant(cast.educateur)
        for username in (REFERENT, "educateur"):
            assert browse(username).post(f"{LIST}{proposee.pk}/acceptation/").status_code == 404
        assert browse("educateur").post(f"{LIST}{proposee.pk}/annulation/").status_code == 404
        assert browse("educateur").post(f"{LIST}lots/{proposee.lot}/acceptation/").status_code == 404
        assert referent(proposee.parcours) == cast.assistant_social_2


class TestProposing:
    def test_one_act_for_several(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        other = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        response = browse(REFERENT).post(NEW, typed(cast.cesf, suivi, other, message="Je change de poste."))
        assert response.url == LIST  # type: ignore[attr-defined]
        made = list(Transmission.objects.all())
        assert len(made) == 2 and len({one.lot for one in made}) == 1
        assert referent(suivi) == cast.assistant_social_2
        row = last_row("transmission_nouvelle")
        assert (row.action, set(row.usager_ids)) == (Acces.Action.ECRITURE, {suivi.usager_id, other.usager_id})

    def test_the_receiver_sees_whose_and_not_what(self, browse: Browse, proposee: Transmission) -> None:
        client = browse(RECEIVER)
        html = client.get(LIST).content.decode()
        assert proposee.parcours.usager.nom_court in html and "Merci à toi." in html
        assert "vous est proposé" in client.get("/parcours/").content.decode()
        assert proposee.parcours.usager.nom_court not in browse("educateur").get(LIST).content.decode()

    def test_nothing_of_the_person_opens_before_the_answer(self, browse: Browse, proposee: Transmission) -> None:
        """Neither the parcours, nor what the desk knows of her, nor the whole thread; all of it once accepted."""
        client, usager = browse(RECEIVER), proposee.parcours.usager
        pages = [f"/parcours/{proposee.parcours_id}/", f"/accueil/usagers/{usager.pk}/", f"/dossiers/{usager.pk}/"]
        assert [client.get(page).status_code for page in pages] == [404] * 3
        assert not Rattachement.objects.filter(agent=proposee.vers, usager=usager).exists()
        client.post(f"{LIST}{proposee.pk}/acceptation/")
        assert [client.get(page).status_code for page in pages] == [200] * 3

    def test_it_waits_on_every_page(self, browse: Browse, proposee: Transmission) -> None:
        assert "réponse attendue" in browse(REFERENT).get("/parcours/").content.decode()
        page = f"/parcours/{proposee.parcours_id}/"
        assert "réponse attendue" in browse(REFERENT).get(page).content.decode()
        assert "réponse attendue" in browse("responsable-accompagnement").get(page).content.decode()

    def test_double_click_proposes_once(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        client, sent = browse(REFERENT), typed(cast.cesf, suivi, cle=str(uuid.uuid4()))
        assert [client.post(NEW, sent).status_code for _ in range(2)] == [302, 302]
        assert Transmission.objects.count() == 1

    def test_twice_proposed_is_said(self, cast: SimpleNamespace, browse: Browse, proposee: Transmission) -> None:
        response = browse(REFERENT).post(NEW, typed(cast.educateur, proposee.parcours))
        assert "Déjà proposé, la réponse est attendue" in response.content.decode()
        with pytest.raises(MoveRefused):
            propose([proposee.parcours], vers=cast.educateur, by=cast.assistant_social_2, nature=TO_REFERENT)

    def test_only_ones_own_are_offered(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        suivi.add_intervenant(cast.educateur)
        assert "Aucun parcours à transmettre" in browse("educateur").get(NEW).content.decode()
        tampered = browse("educateur").post(NEW, typed(cast.cesf, suivi))
        assert tampered.context["form"].errors["parcours"] == ["Choisissez des parcours de la liste."]
        assert suivi.usager.nom_court in browse(REFERENT).get(NEW).content.decode()
        assert suivi.usager.nom_court in browse("responsable-accompagnement").get(NEW).content.decode()
        assert suivi.usager.nom_court not in browse("responsable-evaluation").get(NEW).content.decode()

    def test_whom_one_may_choose(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        """Care, at work in a unité of that nature, in that territoire; never oneself; nor who stepped aside."""
        client = browse(REFERENT)
        offered = client.get(NEW).context["form"].fields["vers"].queryset
        for name in ("assistant_social_2", "puericultrice", "gos", "responsable_accompagnement"):
            assert getattr(cast, name) not in offered, name
        assert cast.assistant_social_chatenay not in offered and cast.educateur in offered
        Deport.objects.create(agent=cast.educateur, usager=suivi.usager, lien=Deport.Lien.PROCHE)
        refused = client.post(NEW, typed(cast.educateur, suivi))
        assert "ne peut pas recevoir" in refused.content.decode() and not Transmission.objects.exists()
        assert client.post(NEW, typed(cast.cesf, suivi)).status_code == 302

    @together("value", ["", "x", str(uuid.uuid4()), *HOSTILE])
    def test_hostile_choices(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, value: str) -> None:
        client = browse(REFERENT)
        for name in ("parcours", "nature", "vers", "message" if value in HOSTILE else "vers"):
            response = client.post(NEW, typed(cast.cesf, suivi) | {name: value})
            assert response.status_code == 200, name
            assert response.context["form"].errors[name]
        assert not Transmission.objects.exists()

    @together(
        ("du", "au", "wrong"),
        [
            ("", "", "du"),
            (in_days(2), in_days(1), "au"),
            (in_days(1), in_days(500), "au"),
            (in_days(-1), in_days(1), "du"),
            ("31/02/2027", in_days(1), "du"),
            (in_days(1), "01/01/10000", "au"),
        ],
    )
    def test_dates_out_of_order(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, du: str, au: str, wrong: str
    ) -> None:
        response = browse(REFERENT).post(NEW, typed(cast.cesf, suivi, nature="absence", du=du, au=au, message="Ici"))
        assert response.status_code == 200 and wrong in response.context["form"].errors
        html = response.content.decode()
        assert ">Ici</textarea>" in html.replace("\n", "") and f'value="{suivi.pk}"' in html and " checked" in html

    def test_a_change_has_no_dates(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        response = browse(REFERENT).post(NEW, typed(cast.cesf, suivi, du=in_days(1), au=in_days(2)))
        assert "nature" in response.context["form"].errors

    @together("key", ["x", "sans-referent", "\x00", "aucun", str(uuid.uuid4())])
    def test_a_damaged_filter(self, browse: Browse, suivi: Parcours, key: str) -> None:
        assert browse(REFERENT).get(NEW, {"de": key, "parcours": key}).status_code == 200


class TestAnswering:
    def test_accepting(self, cast: SimpleNamespace, browse: Browse, proposee: Transmission) -> None:
        step = make_action(proposee.parcours, by=cast.assistant_social_2)
        client, url = browse(RECEIVER), f"{LIST}{proposee.pk}/acceptation/"
        assert [client.post(url).status_code for _ in range(2)] == [302, 302]
        assert referent(proposee.parcours) == cast.cesf
        assert EtapeTransmission.objects.filter(objet=proposee, vers="acceptee", by=cast.cesf).count() == 1
        assert client.get(f"/parcours/{proposee.parcours_id}/").status_code == 200
        assert Action.objects.get(pk=step.pk).agent == cast.cesf

    def test_the_former_reads_thirty_days(self, cast: SimpleNamespace, browse: Browse, proposee: Transmission) -> None:
        accept(proposee, by=cast.cesf)
        page = f"/parcours/{proposee.parcours_id}/"
        assert browse(REFERENT).get(page).status_code == 200
        assert browse(REFERENT).get(f"{page}ecrits/nouveau/").status_code == 404
        standing = Rattachement.objects.live().get(agent=cast.assistant_social_2)
        assert standing.nature == Rattachement.Nature.FIN_DE_RELAIS
        assert standing.ends_at and standing.ends_at - timezone.now() <= timedelta(days=30)
        Rattachement.objects.filter(pk=standing.pk).update(starts_at=timezone.now(), ends_at=timezone.now())
        assert browse(REFERENT).get(page).status_code == 404

    def test_twenty_at_once(self, cast: SimpleNamespace, browse: Browse) -> None:
        people = [UsagerFactory.create() for _ in range(20)]
        held = [make_parcours(one, sent_by=cast.assistant_social, by=cast.assistant_social_2) for one in people]
        lot = propose(held, vers=cast.cesf, by=cast.assistant_social_2, nature=TO_REFERENT)
        client, url = browse(RECEIVER), f"{LIST}lots/{lot}/acceptation/"
        assert client.post(url).status_code == 302
        assert client.post(url).status_code == 302
        assert Intervenant.objects.live().filter(agent=cast.cesf, is_referent=True).count() == 20
        assert client.post(f"{LIST}lots/{uuid.uuid4()}/acceptation/").status_code == 404

    def test_refusing_with_a_word(self, cast: SimpleNamespace, browse: Browse, proposee: Transmission) -> None:
        client, url = browse(RECEIVER), f"{LIST}{proposee.pk}/refus/"
        sent = {"motif": "Déjà quarante suivis.", "cle": str(uuid.uuid4())}
        assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
        assert referent(proposee.parcours) == cast.assistant_social_2
        assert "Déjà quarante suivis." in browse(REFERENT).get(LIST).content.decode()
        assert proposee.parcours.usager.nom_court not in client.get(LIST).content.decode()

    @together("motif", HOSTILE)
    def test_a_hostile_word(self, browse: Browse, proposee: Transmission, motif: str) -> None:
        response = browse(RECEIVER).post(f"{LIST}{proposee.pk}/refus/", {"motif": motif})
        assert response.status_code == 200 and '<details class="depliant" open>' in response.content.decode()
        assert Transmission.objects.waiting().exists()

    def test_taken_back(self, cast: SimpleNamespace, browse: Browse, proposee: Transmission) -> None:
        url = f"{LIST}{proposee.pk}/annulation/"
        assert browse(RECEIVER).post(url).status_code == 404
        assert [browse(REFERENT).post(url).status_code for _ in range(2)] == [302, 302]
        assert browse(RECEIVER).post(f"{LIST}{proposee.pk}/acceptation/").status_code == 404
        assert not Rattachement.objects.live().filter(agent=cast.cesf).exists()

    def test_stepped_aside_meanwhile(self, cast: SimpleNamespace, proposee: Transmission) -> None:
        Deport.objects.create(agent=cast.cesf, usager=proposee.parcours.usager, lien=Deport.Lien.PROCHE)
        with pytest.raises(MoveRefused):
            accept(proposee, by=cast.cesf)
        assert referent(proposee.parcours) == cast.assistant_social_2

    @together("gone", [True, False])
    def test_gone_from_such_a_unite_meanwhile(self, cast: SimpleNamespace, proposee: Transmission, gone: bool) -> None:
        """What allowed the proposal is asked again: their new unité carries no parcours of that nature."""
        if gone:
            cast.cesf.affectations.update(unite=unite("issy-sante"))
            with pytest.raises(MoveRefused):
                accept(proposee, by=cast.cesf)
        else:
            accept(proposee, by=cast.cesf)
        assert referent(proposee.parcours) == (cast.assistant_social_2 if gone else cast.cesf)

    def test_what_was_answered_is_read_no_more(self, browse: Browse, proposee: Transmission) -> None:
        client = browse(RECEIVER)
        assert list(Transmission.objects.visible_to(proposee.vers)) == [proposee]
        client.post(f"{LIST}{proposee.pk}/refus/", {"motif": "", "cle": str(uuid.uuid4())})
        assert list(Transmission.objects.visible_to(proposee.vers)) == []


class TestCover:
    def test_reads_on_its_dates(self, cast: SimpleNamespace, browse: Browse, remplacement: Transmission) -> None:
        page = f"/parcours/{remplacement.parcours_id}/"
        assert browse(RECEIVER).get(page).status_code == 200
        assert referent(remplacement.parcours) == cast.assistant_social_2
        held = Rattachement.objects.get(agent=cast.cesf, nature=Rattachement.Nature.DELEGATION)
        assert held.ends_at and timezone.localdate(held.ends_at) == remplacement.au

    def test_ended_by_either(self, browse: Browse, remplacement: Transmission) -> None:
        page = f"/parcours/{remplacement.parcours_id}/"
        assert "Mettre fin au remplacement" in browse(REFERENT).get(page).content.decode()
        client, act = browse(RECEIVER), f"{LIST}{remplacement.pk}/annulation/"
        assert [client.post(act).status_code for _ in range(2)] == [302, 302]
        assert browse(RECEIVER).get(page).status_code == 404

    def test_to_come_opens_nothing_yet(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        today = timezone.localdate()
        dates: dict[str, Any] = {"du": today + timedelta(days=3), "au": today + timedelta(days=9)}
        lot = propose([suivi], vers=cast.cesf, by=cast.assistant_social_2, nature=TO_COVER, **dates)
        made = Transmission.objects.get(lot=lot)
        accept(made, by=cast.cesf)
        assert browse(RECEIVER).get(f"/parcours/{suivi.pk}/").status_code == 404
        cancel(made, by=cast.assistant_social_2)
        later = timezone.now() + timedelta(days=4)
        assert not Rattachement.objects.live(later).filter(agent=cast.cesf).exists()

    def test_what_is_over_stays_as_it_was(self, cast: SimpleNamespace, remplacement: Transmission) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        Transmission.objects.update(du=yesterday, au=yesterday)
        remplacement.refresh_from_db()
        with pytest.raises(MoveRefused):
            cancel(remplacement, by=cast.cesf)

    def test_one_colleague_holds_one_at_a_time(self, cast: SimpleNamespace, remplacement: Transmission) -> None:
        """Two on one day would end together."""
        assert remplacement.au
        du: date = remplacement.au
        au = du + timedelta(days=9)
        same: dict[str, Any] = {"by": cast.assistant_social_2, "nature": TO_COVER}
        with pytest.raises(MoveRefused):
            propose([remplacement.parcours], vers=cast.cesf, du=du, au=au, **same)
        propose([remplacement.parcours], vers=cast.educateur, du=du, au=au, **same)
        cancel(Transmission.objects.get(vers=cast.educateur), by=cast.assistant_social_2)
        after = du + timedelta(days=1)
        propose([remplacement.parcours], vers=cast.cesf, du=after, au=au, **same)
        assert Transmission.objects.filter(vers=cast.cesf).count() == 2

    def test_a_change_ends_it(self, cast: SimpleNamespace, browse: Browse, remplacement: Transmission) -> None:
        parcours = remplacement.parcours
        lot = propose([parcours], vers=cast.educateur, by=cast.assistant_social_2, nature=TO_REFERENT)
        accept(Transmission.objects.get(lot=lot), by=cast.educateur)
        assert browse(RECEIVER).get(f"/parcours/{parcours.pk}/").status_code == 404

    def test_closing_after_a_hand_over(self, cast: SimpleNamespace, proposee: Transmission) -> None:
        """What was accepted once does not stop the end of the parcours."""
        accept(proposee, by=cast.cesf)
        close(proposee.parcours, motif=Parcours.MotifCloture.OBJECTIFS, by=cast.cesf)
        assert Parcours.objects.get(pk=proposee.parcours_id).statut == Parcours.Statut.CLOS


class TestResponsable:
    def test_reassigns_what_is_left(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        client = browse("responsable-accompagnement")
        assert "Chaque parcours ouvert a un référent présent." in client.get("/pilotage/").content.decode()
        Agent.objects.filter(pk=cast.assistant_social_2.pk).update(is_active=False)
        assert "à réaffecter" in client.get("/pilotage/").content.decode()
        assert suivi.usager.nom_court in client.get(f"{NEW}?de=sans-referent").content.decode()
        assert client.post(NEW, typed(cast.cesf, suivi)).status_code == 302
        made = Transmission.objects.get()
        assert browse(RECEIVER).post(f"{LIST}{made.pk}/acceptation/").status_code == 302
        assert "à réaffecter" not in client.get("/pilotage/").content.decode()

    def test_from_the_page_of_one(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        """Where « à relancer » leads them, the act that answers it; their colleagues of the team have their own."""
        page, act = f"/parcours/{suivi.pk}/", "Réaffecter ce parcours"
        client = browse("responsable-accompagnement")
        assert act in client.get(page).content.decode()
        assert act not in browse(REFERENT).get(page).content.decode()
        ticked = client.get(NEW, {"parcours": str(suivi.pk)}).content.decode()
        assert f'value="{suivi.pk}" id="id_parcours_0" checked' in ticked
        close(suivi, motif=Parcours.MotifCloture.DEPART, by=cast.assistant_social_2)
        assert act not in client.get(page).content.decode()

    def test_an_ended_affectation_is_an_absence_too(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        cast.assistant_social_2.affectations.update(ends_on=timezone.localdate() - timedelta(days=1))
        assert "à réaffecter" in browse("responsable-accompagnement").get("/pilotage/").content.decode()
        assert "à réaffecter" not in browse("responsable-evaluation").get("/pilotage/").content.decode()


def grow(row: Transmission, count: int) -> None:
    people = written(UsagerFactory.build() for _ in range(count))
    others = copies(row.parcours, count, usager_id=[one.pk for one in people])
    copies(row, count, parcours_id=[one.pk for one in others])
    related_alike(row.parcours, others)


def test_queries(browse: Browse, proposee: Transmission) -> None:
    clients = [(browse(RECEIVER), LIST), (browse(REFERENT), LIST), (browse(RECEIVER), "/parcours/")]
    few = [count_queries(client, url) for client, url in clients]
    grow(proposee, 40)
    assert [count_queries(client, url) for client, url in clients] == few
    assert max(few) <= 12
