"""Suspended with a wake-up date, closed with its reason and its last bilan, reopened by its last référent."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement
from parcours.demonstration.builders import make_action, make_objectif, make_parcours
from parcours.fin import close, reopen
from parcours.models import Action, Avancement, Bilan, Intervenant, Parcours
from parcours.transmission import TO_COVER, TO_REFERENT, accept, propose
from pole_social.models import Acces, Agent, MoveRefused
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
Statut = Parcours.Statut
Motif = Parcours.MotifCloture
Nature = Rattachement.Nature
FORMS = ["suspension", "cloture"]


def today() -> date:
    return timezone.localdate()


def french(day: date) -> str:
    return f"{day:%d/%m/%Y}"


SOON = french(today() + timedelta(days=30))
REASONED: dict[str, dict[str, str]] = {
    "suspension": {"wakes_on": SOON, "motif": "Hospitalisée jusqu’en mars."},
    "cloture": {"motif": "objectifs", "synthese": "Le logement est gardé.", "with_person": "on"},
    "reprise": {},
    "reouverture": {"motif": "Elle est revenue."},
}


def url(parcours: Parcours, act: str = "") -> str:
    return f"/parcours/{parcours.pk}/{f'{act}/' if act else ''}"


def cover(parcours: Parcours, *, by: Agent, starts_in: int = 0) -> None:
    """`by` covers the référent for ten days."""
    du, au = today() + timedelta(days=starts_in), today() + timedelta(days=starts_in + 10)
    referent = Agent.objects.get(username=REFERENT)
    propose([parcours], vers=by, by=referent, nature=TO_COVER, du=du, au=au)
    accept(parcours.transmissions.get(vers=by), by=by)


class TestWho:
    @together("act", FORMS)
    @together(
        ("username", "status"),
        [
            *((name, 200 if name == REFERENT else 404) for name in CARE),
            *((name, 403) for name in ENCADREMENT + OUTSIDE),
            ("assistant-social-chatenay", 404),
        ],
    )
    def test_each_role(self, browse: Browse, suivi: Parcours, act: str, username: str, status: int) -> None:
        assert browse(username).get(url(suivi, act)).status_code == status

    @together("act", list(REASONED))
    def test_nobody_else_writes(self, browse: Browse, suivi: Parcours, act: str) -> None:
        for name in CARE + ENCADREMENT + OUTSIDE:
            if name != REFERENT:
                wanted = 404 if name in CARE else 403
                assert browse(name).post(url(suivi, act), REASONED[act]).status_code == wanted, name
        suivi.refresh_from_db()
        assert suivi.statut == Statut.ACTIF

    @together("act", FORMS)
    def test_an_intervenant_reads_and_does_not_end(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, act: str
    ) -> None:
        suivi.add_intervenant(cast.cesf)
        assert browse("cesf").get(url(suivi)).status_code == 200
        assert_does_not_exist(browse("cesf"), url(suivi, act), suivi.pk)
        assert url(suivi, act) not in browse("cesf").get(url(suivi)).content.decode()
        assert url(suivi, act) in browse(REFERENT).get(url(suivi)).content.decode()

    @together("act", FORMS)
    def test_who_covers_does(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, act: str) -> None:
        cover(suivi, by=cast.cesf)
        assert url(suivi, act) in browse("cesf").get(url(suivi)).content.decode()
        assert browse("cesf").post(url(suivi, act), REASONED[act]).status_code == 302
        suivi.refresh_from_db()
        assert suivi.statut != Statut.ACTIF

    @together("act", FORMS)
    def test_out_of_scope_is_what_does_not_exist(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, act: str
    ) -> None:
        assert_does_not_exist(browse("cesf"), url(suivi, act), suivi.pk)
        assert browse(REFERENT).put(url(suivi, act)).status_code == 405
        Deport.objects.create(agent=cast.assistant_social_2, usager=suivi.usager, lien=Deport.Lien.PROCHE)
        assert_does_not_exist(browse(REFERENT), url(suivi, act), suivi.pk, "post")

    def test_taking_up_again_is_an_act(self, browse: Browse, suivi: Parcours) -> None:
        assert browse(REFERENT).get(url(suivi, "reprise")).status_code == 405


class TestSuspended:
    def test_until_a_day_then_taken_up_again(self, browse: Browse, suivi: Parcours) -> None:
        client = browse(REFERENT)
        assert client.post(url(suivi, "suspension"), REASONED["suspension"]).url == url(suivi)  # type: ignore[attr-defined]
        suivi.refresh_from_db()
        assert (suivi.statut, suivi.wakes_on) == (Statut.SUSPENDU, today() + timedelta(days=30))
        assert last_row("suspension").action == Acces.Action.ECRITURE
        text = client.get(url(suivi)).content.decode()
        assert "suspendu, reprise le" in text
        assert "Hospitalisée jusqu’en mars." in text
        assert "Reprendre le parcours" in text
        for _ in range(2):
            assert client.post(url(suivi, "reprise")).status_code == 302
        suivi.refresh_from_db()
        assert (suivi.statut, suivi.wakes_on) == (Statut.ACTIF, None)
        assert [etape.vers for etape in suivi.etapes.all()] == ["actif", "suspendu", "actif"]

    def test_twice_is_once_and_another_day_is_refused(self, browse: Browse, suivi: Parcours) -> None:
        client = browse(REFERENT)
        for _ in range(2):
            assert client.post(url(suivi, "suspension"), REASONED["suspension"]).status_code == 302
        other = {"wakes_on": french(today() + timedelta(days=31))}
        assert client.post(url(suivi, "suspension"), other).status_code == 409
        assert client.get(url(suivi, "suspension")).status_code == 302
        suivi.refresh_from_db()
        assert suivi.wakes_on == today() + timedelta(days=30)
        assert suivi.etapes.count() == 2

    def test_its_bilan_is_not_loud_meanwhile_and_is_on_waking(self, browse: Browse, suivi: Parcours) -> None:
        Parcours.objects.update(echeance=today() - timedelta(days=3))
        client = browse(REFERENT)
        client.post(url(suivi, "suspension"), REASONED["suspension"])
        meanwhile = client.get(url(suivi)).content.decode()
        assert "Bilan en retard" not in meanwhile and "en retard depuis" not in meanwhile
        assert not client.get("/parcours/", {"etat": "bilan"}).context["parcours"]
        client.post(url(suivi, "reprise"))
        assert "Bilan en retard" in client.get(url(suivi)).content.decode()
        assert client.get("/parcours/", {"etat": "bilan"}).context["parcours"]

    @together(
        ("value", "message"),
        [
            ("", "Cette date est nécessaire."),
            ("hier peut-être", ""),
            ("31/02/2027", "Ce jour n’existe pas dans ce mois."),
            (french(today() - timedelta(days=1)), "Cette date est passée"),
            (french(today()), "Donnez un jour après aujourd’hui."),
            (french(today() + timedelta(days=370)), "Un an au plus"),
            ("01/01/10000", ""),
            *((value, "") for value in HOSTILE),
        ],
    )
    def test_refused_beside_the_date(self, browse: Browse, suivi: Parcours, value: str, message: str) -> None:
        response = browse(REFERENT).post(url(suivi, "suspension"), {"wakes_on": value, "motif": "Hospitalisée."})
        assert message in response.context["form"].errors["wakes_on"][0]
        assert "Hospitalisée." in response.content.decode()
        suivi.refresh_from_db()
        assert suivi.statut == Statut.ACTIF


class TestClosed:
    def test_by_whoever_covers_twice_is_once(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        """The first click ended their access: the second is answered as it was."""
        cover(suivi, by=cast.cesf)
        client, sent = browse("cesf"), {**REASONED["cloture"], "cle": str(uuid.uuid4())}
        first, again = client.post(url(suivi, "cloture"), sent), client.post(url(suivi, "cloture"), sent)
        assert (first.status_code, again.status_code) == (302, 302)
        assert first.url == again.url  # type: ignore[attr-defined]
        other = client.post(url(suivi, "cloture"), {**sent, "cle": str(uuid.uuid4())})
        assert other.status_code == 404, "the control: another sending finds nothing"

    def test_with_its_reason_and_its_last_bilan(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        goal = make_objectif(suivi, by=cast.assistant_social_2)
        typed = {**REASONED["cloture"], f"etat_{goal.pk.hex}": "atteint", "precision": "Le bail est à son nom."}
        assert browse(REFERENT).post(url(suivi, "cloture"), typed).url == "/parcours/"  # type: ignore[attr-defined]
        suivi.refresh_from_db()
        assert (suivi.statut, suivi.motif_cloture, suivi.closed_on) == (Statut.CLOS, Motif.OBJECTIFS, today())
        bilan = Bilan.objects.get()
        said = (bilan.nature, bilan.held_on, bilan.synthese, bilan.next_on)
        assert said == (Bilan.Nature.FINAL, today(), "Le logement est gardé.", None)
        assert Avancement.objects.get().etat == "atteint"
        assert suivi.etapes.get(vers=Statut.CLOS).motif == "Le bail est à son nom."
        row = last_row("cloture")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [suivi.usager_id])

    def test_open_steps_are_listed_and_given_up(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        by = cast.assistant_social_2
        going = make_action(suivi, by=by, libelle="Appeler le bailleur", statut=Action.Statut.EN_COURS)
        done = make_action(suivi, by=by, libelle="Demander le FSL", statut=Action.Statut.FAITE)
        text = browse(REFERENT).get(url(suivi, "cloture")).content.decode()
        assert "Appeler le bailleur" in text
        assert "Demander le FSL" not in text
        browse(REFERENT).post(url(suivi, "cloture"), REASONED["cloture"])
        for step in (going, done):
            step.refresh_from_db()
        assert (going.statut, done.statut) == (Action.Statut.ABANDONNEE, Action.Statut.FAITE)
        assert going.last_move().motif == "parcours clos"

    @together("motif", Motif.values)
    def test_a_last_word_unless_nobody_can_say_it(self, browse: Browse, suivi: Parcours, motif: str) -> None:
        typed = {"motif": motif, "precision": "Voir l’écrit.", "with_person": "on"}
        response = browse(REFERENT).post(url(suivi, "cloture"), typed)
        suivi.refresh_from_db()
        assert not Bilan.objects.exists()
        if motif in (Motif.DECES, Motif.SANS_NOUVELLES):
            assert suivi.statut == Statut.CLOS
        else:
            assert "c’est le dernier bilan" in response.context["form"].errors["synthese"][0]
            assert suivi.statut == Statut.ACTIF

    def test_a_last_word_may_be_written_all_the_same(self, browse: Browse, suivi: Parcours) -> None:
        browse(REFERENT).post(url(suivi, "cloture"), {"motif": Motif.DECES, "synthese": "Décédée le 3 mars."})
        assert Bilan.objects.get().with_person is False

    def test_the_bilan_of_the_day_is_the_last(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        said = {"synthese": "Tout va bien.", "periode": 3, "next_on": today() + timedelta(days=90)}
        Bilan.objects.create(parcours=suivi, auteur=cast.assistant_social_2, held_on=today(), **said)
        response = browse(REFERENT).get(url(suivi, "cloture"))
        assert list(response.context["form"].fields) == ["cle", "motif", "precision"]
        assert "est le dernier de ce parcours" in response.content.decode()
        assert browse(REFERENT).post(url(suivi, "cloture"), {"motif": "objectifs"}).status_code == 302
        assert Bilan.objects.count() == 1

    @together(
        ("fields", "field", "message"),
        [
            ({"motif": ""}, "motif", "Choisissez un motif."),
            ({"motif": "lassitude"}, "motif", "Choisissez dans la liste."),
            ({"motif": "autre"}, "precision", "Précisez le motif."),
            *(({"motif": value}, "motif", "") for value in HOSTILE),
            *(({"synthese": value}, "synthese", "") for value in HOSTILE),
            *(({"precision": value}, "precision", "") for value in HOSTILE),
        ],
    )
    def test_refused_beside_its_field(
        self, browse: Browse, suivi: Parcours, fields: dict[str, str], field: str, message: str
    ) -> None:
        response = browse(REFERENT).post(url(suivi, "cloture"), {**REASONED["cloture"], "paroles": "Merci.", **fields})
        assert message in response.context["form"].errors[field][0]
        assert "Merci." in response.content.decode()
        suivi.refresh_from_db()
        assert suivi.statut == Statut.ACTIF

    def test_sent_twice(self, browse: Browse, suivi: Parcours) -> None:
        typed = {**REASONED["cloture"], "cle": str(uuid.uuid4())}
        assert [browse(REFERENT).post(url(suivi, "cloture"), typed).status_code for _ in range(2)] == [302, 302]
        assert suivi.etapes.filter(vers=Statut.CLOS).count() == Bilan.objects.count() == 1

    def test_closed_meanwhile(self, browse: Browse, suivi: Parcours, monkeypatch: pytest.MonkeyPatch) -> None:
        closed = Parcours(pk=suivi.pk, statut=Statut.CLOS)
        monkeypatch.setattr("parcours.forms.fin.locked", lambda parcours: closed)
        assert browse(REFERENT).post(url(suivi, "cloture"), REASONED["cloture"]).status_code == 409
        assert not Bilan.objects.exists()

    def test_queries_do_not_grow(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        few = count_queries(browse(REFERENT), url(suivi, "cloture"))
        for _ in range(20):
            goal = make_objectif(suivi, by=cast.assistant_social_2)
            make_action(suivi, by=cast.assistant_social_2, objectif=goal)
        assert count_queries(browse(REFERENT), url(suivi, "cloture")) == few <= 16


class TestAfterwards:
    def test_the_team_stops_reading_and_the_referent_later(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        suivi.add_intervenant(cast.cesf)
        cover(suivi, by=cast.educateur)
        cover(suivi, by=cast.conseiller_insertion, starts_in=5)
        close(suivi, motif=Motif.OBJECTIFS, by=cast.assistant_social_2)
        others = ("cesf", "educateur", "conseiller-insertion")
        assert [browse(name).get(url(suivi)).status_code for name in others] == [404] * 3
        assert browse(REFERENT).get(url(suivi)).status_code == 200
        later = Rattachement.objects.from_source(suivi).live(timezone.now() + timedelta(days=7))
        assert [(row.nature, row.agent) for row in later] == [(Nature.FIN_DE_RELAIS, cast.assistant_social_2)]
        assert not Intervenant.objects.live().filter(parcours=suivi).exists()

    def test_a_former_referent_keeps_the_end_of_their_days(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        propose([suivi], vers=cast.cesf, by=cast.assistant_social_2, nature=TO_REFERENT)
        accept(suivi.transmissions.get(), by=cast.cesf)
        [before] = Rattachement.objects.from_source(suivi).live().filter(nature=Nature.FIN_DE_RELAIS)
        close(suivi, motif=Motif.OBJECTIFS, by=cast.cesf)
        after = Rattachement.objects.from_source(suivi).live().filter(nature=Nature.FIN_DE_RELAIS)
        assert {row.agent: row.ends_at for row in after}[cast.assistant_social_2] == before.ends_at
        # They read it; it is for its last référent to reopen it.
        assert browse(REFERENT).get(url(suivi)).context["can_reopen"] is False
        assert browse(REFERENT).get(url(suivi, "reouverture")).status_code == 404
        assert browse("cesf").get(url(suivi)).context["can_reopen"] is True
        suivi.refresh_from_db()
        reopen(suivi, by=cast.cesf, motif="Elle est revenue.")
        assert browse(REFERENT).get(url(suivi)).status_code == 200

    def test_reopened_by_its_last_referent(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        suivi.add_intervenant(cast.cesf)
        close(suivi, motif=Motif.OBJECTIFS, by=cast.assistant_social_2)
        client = browse(REFERENT)
        assert url(suivi, "reouverture") in client.get(url(suivi)).content.decode()
        assert client.get(url(suivi, "reouverture")).status_code == 200
        empty = client.post(url(suivi, "reouverture"), {"motif": ""})
        assert empty.context["form"].errors["motif"] == ["Dites pourquoi le parcours reprend."]
        for _ in range(2):
            assert client.post(url(suivi, "reouverture"), REASONED["reouverture"]).status_code == 302
        suivi.refresh_from_db()
        assert (suivi.statut, suivi.motif_cloture, suivi.closed_on) == (Statut.ACTIF, "", None)
        assert suivi.echeance > today()
        team = Intervenant.objects.live().filter(parcours=suivi)
        assert [(one.agent, one.is_referent) for one in team] == [(cast.assistant_social_2, True)]
        live = Rattachement.objects.from_source(suivi).live()
        assert [(row.nature, row.agent) for row in live] == [(Nature.REFERENT, cast.assistant_social_2)]
        assert browse("cesf").get(url(suivi)).status_code == 404
        assert suivi.etapes.filter(motif="Elle est revenue.").count() == 1

    def test_nobody_else_and_not_after_thirty_days(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        suivi.add_intervenant(cast.cesf)
        close(suivi, motif=Motif.OBJECTIFS, by=cast.assistant_social_2)
        assert_does_not_exist(browse("cesf"), url(suivi, "reouverture"), suivi.pk, "post")
        assert browse("responsable-accompagnement").post(url(suivi, "reouverture")).status_code == 403
        assert browse(REFERENT).get(url(suivi, "reouverture")).status_code == 200
        over = timezone.now() - timedelta(minutes=1)
        Rattachement.objects.filter(nature=Nature.FIN_DE_RELAIS).update(
            starts_at=over - timedelta(days=30), ends_at=over
        )
        assert_does_not_exist(browse(REFERENT), url(suivi, "reouverture"), suivi.pk, "post")

    def test_another_one_goes_on(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        close(suivi, motif=Motif.OBJECTIFS, by=cast.assistant_social_2)
        make_parcours(suivi.usager, sent_by=cast.assistant_social, by=cast.cesf)
        assert browse(REFERENT).post(url(suivi, "reouverture"), REASONED["reouverture"]).status_code == 409
        with pytest.raises(MoveRefused):
            reopen(suivi, by=cast.assistant_social_2, motif="x")
        suivi.refresh_from_db()
        assert suivi.statut == Statut.CLOS

    @together("value", ["", *HOSTILE])
    def test_hostile_reason(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, value: str) -> None:
        close(suivi, motif=Motif.OBJECTIFS, by=cast.assistant_social_2)
        assert browse(REFERENT).post(url(suivi, "reouverture"), {"motif": value}).status_code == 200
        suivi.refresh_from_db()
        assert suivi.statut == Statut.CLOS
