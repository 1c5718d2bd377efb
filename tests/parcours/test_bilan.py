"""/parcours/<id>/bilans/: held at its period, read by the team, its levels by those who read levels, printed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Rattachement, Relais
from evaluation.models import Fragilite, NiveauReleve
from parcours.demonstration.builders import make_objectif, make_parcours
from parcours.forms.bilan import months_after
from parcours.models import Avancement, Bilan, Objectif, Parcours
from pole_social.models import Acces, Brouillon
from tests.bulk import copies
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, assert_does_not_exist, last_row
from tests.parcours.conftest import after_seven_months
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
Niveau = NiveauReleve.Niveau


def today() -> date:
    return timezone.localdate()


def french(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def url(parcours: Parcours, act: str = "bilans/nouveau") -> str:
    return f"/parcours/{parcours.pk}/{act}/"


def typed(*goals: Objectif, **fields: object) -> dict[str, object]:
    progress = {f"etat_{goal.pk.hex}": "avance" for goal in goals}
    said = {"held_on": french(today()), "with_person": "on", "synthese": "La dette baisse.", "periode": "6"}
    return {**said, **progress, **fields}


@pytest.fixture
def ancien(cast: SimpleNamespace, recu: Relais) -> Parcours:
    """Aminata's parcours, opened seven months ago after her evaluation (impayé de loyer); its bilan is overdue."""
    return after_seven_months(recu, by=cast.assistant_social_2)


def hold(browse: Browse, parcours: Parcours, *goals: Objectif, **fields: object) -> Bilan:
    response = browse(REFERENT).post(url(parcours), typed(*goals, **{"niveau_impaye_loyer": "vigilance", **fields}))
    assert response.status_code == 302, response.context["form"].errors
    return Bilan.objects.latest("recorded_at")


class TestWho:
    @together(
        ("username", "status"),
        [
            *((name, 200 if name == REFERENT else 404) for name in CARE),
            *((name, 403) for name in ENCADREMENT + OUTSIDE),
            ("assistant-social-chatenay", 404),
        ],
    )
    def test_each_role_holds(self, browse: Browse, suivi: Parcours, username: str, status: int) -> None:
        assert browse(username).get(url(suivi)).status_code == status

    def test_each_role_reads(self, browse: Browse, ancien: Parcours) -> None:
        page = url(ancien, f"bilans/{hold(browse, ancien).pk}")
        expected = {name: 200 if name == REFERENT else 404 for name in CARE + ENCADREMENT}
        expected |= dict.fromkeys(OUTSIDE, 403) | {"assistant-social-chatenay": 404}
        assert {name: browse(name).get(page).status_code for name in expected} == expected

    def test_out_of_scope_is_what_does_not_exist(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        bilan = hold(browse, ancien)
        page = url(ancien, f"bilans/{bilan.pk}")
        assert_does_not_exist(browse("cesf"), url(ancien), ancien.pk)
        assert_does_not_exist(browse("cesf"), url(ancien), ancien.pk, "post")
        assert_does_not_exist(browse("cesf"), page, bilan.pk)
        assert browse(REFERENT).post(page).status_code == 405
        assert browse(REFERENT).put(url(ancien)).status_code == 405
        ancien.add_intervenant(cast.cesf)
        assert browse("cesf").get(page).status_code == 200

    def test_not_through_another_parcours(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        bilan = hold(browse, ancien)
        other = make_parcours(ancien.usager, sent_by=cast.assistant_social, by=cast.puericultrice, to="issy-sante")
        assert browse("puericultrice").get(url(other)).status_code == 200
        assert browse("puericultrice").get(url(other, f"bilans/{bilan.pk}")).status_code == 404
        assert browse("puericultrice").get(url(ancien, f"bilans/{bilan.pk}")).status_code == 404

    def test_readers_are_named_before_typing(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        ancien.add_intervenant(cast.puericultrice)
        text = browse(REFERENT).get(url(ancien)).content.decode()
        assert f"Lu par : vous et {cast.puericultrice.nom_complet} (2 personnes)" in text


class TestHeld:
    def test_everything_it_says_is_written(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        goal = make_objectif(ancien, by=cast.assistant_social_2)
        detail = {f"precision_{goal.pk.hex}": "Deux mois payés", "paroles": "Je dors mieux."}
        bilan = hold(browse, ancien, goal, **detail)
        said = (bilan.auteur, bilan.held_on, bilan.with_person, bilan.paroles, bilan.synthese, bilan.nature)
        assert said == (cast.assistant_social_2, today(), True, "Je dors mieux.", "La dette baisse.", "periodique")
        progress = Avancement.objects.get()
        assert (progress.objectif, progress.etat, progress.commentaire) == (goal, "avance", "Deux mois payés")
        ancien.refresh_from_db()
        assert (ancien.periode, ancien.echeance) == (6, months_after(today(), 6)) == (bilan.periode, bilan.next_on)
        row = last_row("bilan_nouveau")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [ancien.usager_id])

    def test_a_date_of_its_own(self, browse: Browse, ancien: Parcours) -> None:
        chosen = today() + timedelta(days=40)
        assert hold(browse, ancien, next_on=french(chosen)).next_on == chosen
        ancien.refresh_from_db()
        assert ancien.echeance == chosen

    def test_each_level_is_said_again_and_one_added(
        self, cast: SimpleNamespace, browse: Browse, ancien: Parcours
    ) -> None:
        """What stands is proposed unchanged, and becomes the word of that day."""
        form = browse(REFERENT).get(url(ancien)).context["form"]
        assert form["niveau_impaye_loyer"].value() == Niveau.FRAGILITE
        held_on = today() - timedelta(days=3)
        bilan = hold(
            browse,
            ancien,
            held_on=french(held_on),
            niveau_impaye_loyer=Niveau.LEVEE,
            ajout_2="deuil",
            niveau_ajout_2=Niveau.VIGILANCE,
        )
        rows = NiveauReleve._base_manager.filter(source_id=bilan.pk)
        assert {(row.fragilite.code, row.niveau, row.releve_on, row.recorded_by) for row in rows} == {
            ("impaye_loyer", Niveau.LEVEE, held_on, cast.assistant_social_2),
            ("deuil", Niveau.VIGILANCE, held_on, cast.assistant_social_2),
        }

    def test_what_is_over_is_not_asked_again_but_may_be_added(self, browse: Browse, ancien: Parcours) -> None:
        NiveauReleve._base_manager.update(niveau=Niveau.LEVEE)
        form = browse(REFERENT).get(url(ancien)).context["form"]
        assert "niveau_impaye_loyer" not in form.fields
        assert "impaye_loyer" in form.offered
        bilan = hold(browse, ancien, ajout_1="impaye_loyer", niveau_ajout_1=Niveau.MAJEURE)
        row = browse(REFERENT).get(url(ancien, f"bilans/{bilan.pk}")).context["niveaux"][0]
        assert (row.releve.niveau, row.changement.mot) == (Niveau.MAJEURE, "revenue")

    def test_an_objectif_that_ended_is_not_asked_again(
        self, cast: SimpleNamespace, browse: Browse, ancien: Parcours
    ) -> None:
        done, going = (make_objectif(ancien, by=cast.assistant_social_2, libelle=one) for one in ("Fini", "En route"))
        first = {"held_on": french(today() - timedelta(days=90)), f"etat_{done.pk.hex}": "atteint"}
        hold(browse, ancien, done, going, **first)
        assert browse(REFERENT).get(url(ancien)).context["form"].objectifs == [going]

    def test_sent_twice_it_counts_once(self, browse: Browse, ancien: Parcours) -> None:
        client, sent = browse(REFERENT), typed(niveau_impaye_loyer="vigilance", cle=str(uuid.uuid4()))
        first, again = client.post(url(ancien), sent), client.post(url(ancien), sent)
        assert (first.status_code, again.status_code) == (302, 302)
        assert first.url == again.url  # type: ignore[attr-defined]
        assert Bilan.objects.count() == 1
        assert NiveauReleve._base_manager.filter(source_type="parcours.bilan").count() == 1
        other = client.post(url(ancien), {**sent, "cle": str(uuid.uuid4())})
        assert "est déjà enregistré" in other.context["form"].errors["held_on"][0]
        assert Bilan.objects.count() == 1

    def test_sent_twice_it_counts_once_though_its_questions_changed(
        self, cast: SimpleNamespace, browse: Browse, ancien: Parcours
    ) -> None:
        """The first click ends an objectif and makes a fragilité known: neither is asked again."""
        goal = make_objectif(ancien, by=cast.assistant_social_2)
        added = {"ajout_1": "deuil", "niveau_ajout_1": "danger", f"etat_{goal.pk.hex}": "atteint"}
        sent = typed(**{"niveau_impaye_loyer": "vigilance", "cle": str(uuid.uuid4()), **added})
        client = browse(REFERENT)
        first, again = client.post(url(ancien), sent), client.post(url(ancien), sent)
        assert (first.status_code, again.status_code) == (302, 302)
        assert first.url == again.url  # type: ignore[attr-defined]
        assert Bilan.objects.count() == 1

    def test_a_colleague_who_was_quicker_is_said_beside_the_date(
        self, browse: Browse, ancien: Parcours, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hold(browse, ancien)
        monkeypatch.setattr("parcours.forms.bilan.BilanForm.clean_held_on", lambda form: form.cleaned_data["held_on"])
        late = browse(REFERENT).post(url(ancien), typed(niveau_impaye_loyer="danger"))
        assert late.context["form"].errors["held_on"] == ["Un bilan vient d’être enregistré à cette date."]
        assert Bilan.objects.count() == 1

    def test_a_later_one_recorded_meanwhile(
        self, browse: Browse, ancien: Parcours, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Recorded after it, an earlier one would set the date of the next as it was before."""
        hold(browse, ancien)
        monkeypatch.setattr("parcours.forms.bilan.BilanForm.clean_held_on", lambda form: form.cleaned_data["held_on"])
        earlier = typed(niveau_impaye_loyer="danger", held_on=french(today() - timedelta(days=2)))
        assert browse(REFERENT).post(url(ancien), earlier).status_code == 409
        assert Bilan.objects.count() == 1

    def test_closed_meanwhile(self, browse: Browse, ancien: Parcours, monkeypatch: pytest.MonkeyPatch) -> None:
        """The lock is taken once the form is right: a closure in between is met there."""
        closed = Parcours(pk=ancien.pk, statut=Parcours.Statut.CLOS)
        monkeypatch.setattr("parcours.forms.bilan.locked", lambda parcours: closed)
        assert browse(REFERENT).post(url(ancien), typed(niveau_impaye_loyer="danger")).status_code == 409
        assert not Bilan.objects.exists()


class TestRefused:
    @together(
        ("field", "value", "message"),
        [
            ("held_on", "", "Cette date est nécessaire."),
            ("held_on", "31/02/2026", "Ce jour n’existe pas dans ce mois."),
            ("held_on", french(today() + timedelta(days=1)), "Cette date est à venir"),
            ("held_on", french(today() - timedelta(days=211)), "Le parcours n’a été ouvert que le"),
            ("synthese", "", "Écrivez où en est la situation."),
            ("periode", "", "Dites quand aura lieu le prochain bilan."),
            ("periode", "4", "Choisissez dans la liste."),
            ("next_on", french(today()), "Cette date est passée"),
            ("next_on", french(today() + timedelta(days=400)), "un an au plus"),
            ("niveau_impaye_loyer", "", "Choisissez son niveau."),
            ("niveau_impaye_loyer", "grave", "Choisissez dans la liste."),
            ("ajout_1", "impaye_loyer", "Choisissez dans la liste."),
            ("ajout_1", "deuil", "Choisissez son niveau."),
            ("niveau_ajout_1", "danger", "Choisissez la fragilité"),
        ],
    )
    def test_beside_its_field(self, browse: Browse, ancien: Parcours, field: str, value: str, message: str) -> None:
        sent = typed(**{"niveau_impaye_loyer": "danger", "paroles": "Je dors mieux.", field: value})
        response = browse(REFERENT).post(url(ancien), sent)
        errors = response.context["form"].errors
        wanted = "niveau_ajout_1" if (field, value) == ("ajout_1", "deuil") else field
        wanted = "ajout_1" if field == "niveau_ajout_1" else wanted
        assert response.status_code == 200
        assert message in errors[wanted][0]
        assert "Je dors mieux." in response.content.decode()
        assert not Bilan.objects.exists()

    def test_an_objectif_without_a_word(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        goal = make_objectif(ancien, by=cast.assistant_social_2)
        response = browse(REFERENT).post(url(ancien), typed(niveau_impaye_loyer="danger"))
        assert response.context["form"].errors == {f"etat_{goal.pk.hex}": ["Dites où en est cet objectif."]}
        # The summary names it as people do, and not as the form does.
        summary = response.content.decode().split('class="avis avis-danger erreurs"')[1].split("</ul>")[0]
        assert "Garder le logement : où en est-on</a>" in summary and f"Etat {goal.pk.hex}" not in summary

    def test_the_same_fragility_twice(self, browse: Browse, ancien: Parcours) -> None:
        twice = {f"ajout_{rank}": "deuil" for rank in (1, 3)} | {f"niveau_ajout_{rank}": "danger" for rank in (1, 3)}
        response = browse(REFERENT).post(url(ancien), typed(niveau_impaye_loyer="danger", **twice))
        assert response.context["form"].errors == {"ajout_3": ["Cette fragilité est déjà ajoutée plus haut."]}

    def test_out_of_order(self, browse: Browse, ancien: Parcours) -> None:
        """Neither before the last one, nor already overdue by its own rhythm."""
        client, sent = (
            browse(REFERENT),
            typed(niveau_impaye_loyer="danger", held_on=french(today() - timedelta(days=200))),
        )
        late = client.post(url(ancien), {**sent, "periode": "3"})
        assert "serait déjà passé" in late.context["form"].errors["next_on"][0]
        assert client.post(url(ancien), {**sent, "periode": "12"}).status_code == 302
        before = client.post(url(ancien), {**sent, "held_on": french(today() - timedelta(days=201))})
        assert "celui-ci doit le suivre" in before.context["form"].errors["held_on"][0]

    @together("value", HOSTILE)
    @together(
        "field", ["held_on", "paroles", "synthese", "periode", "next_on", "niveau_impaye_loyer", "ajout_1", "cle"]
    )
    def test_hostile_input(self, browse: Browse, ancien: Parcours, field: str, value: str) -> None:
        sent = typed(**{"niveau_impaye_loyer": "danger", field: value})
        assert browse(REFERENT).post(url(ancien), sent).status_code == 200
        assert not Bilan.objects.exists()

    @pytest.mark.parametrize(
        ("start", "count", "end"), [("2026-08-31", 6, "2027-02-28"), ("2026-12-15", 12, "2027-12-15")]
    )
    def test_months(self, start: str, count: int, end: str) -> None:
        assert months_after(date.fromisoformat(start), count) == date.fromisoformat(end)


class TestLevels:
    def test_health_holds_a_bilan_without_them(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        other = make_parcours(ancien.usager, sent_by=cast.assistant_social, by=cast.puericultrice, to="issy-sante")
        client = browse("puericultrice")
        assert "fragilité" not in client.get(url(other)).content.decode().lower()
        refused = {"niveau_impaye_loyer": "danger", "ajout_1": "deuil", "niveau_ajout_1": "danger"}
        assert client.post(url(other), typed(**refused)).status_code == 302
        assert not NiveauReleve._base_manager.filter(source_type="parcours.bilan").exists()

    def test_health_in_the_social_team_reads_the_bilan_without_them(
        self, cast: SimpleNamespace, browse: Browse, ancien: Parcours
    ) -> None:
        bilan = hold(browse, ancien)
        ancien.add_intervenant(cast.puericultrice)
        for page in (url(ancien, f"bilans/{bilan.pk}"), f"/parcours/{ancien.pk}/"):
            text = browse("puericultrice").get(page).content.decode()
            assert "Impayé de loyer" not in text
            assert "fragilités" not in text
            assert "Impayé de loyer" in browse(REFERENT).get(page).content.decode()

    def test_a_social_worker_of_the_pmi_leaves_none(
        self, cast: SimpleNamespace, browse: Browse, ancien: Parcours
    ) -> None:
        """The date of such a level would tell the social team that the other parcours exists."""
        other = make_parcours(ancien.usager, sent_by=cast.assistant_social, by=cast.puericultrice, to="issy-sante")
        other.add_intervenant(cast.eje)
        form = browse("eje").get(url(other)).context["form"]
        assert not form.says_levels
        assert browse("eje").get(f"/parcours/{other.pk}/").context["niveaux"] == []

    def test_drawn_over_time_with_its_words(self, browse: Browse, ancien: Parcours) -> None:
        hold(browse, ancien, held_on=french(today() - timedelta(days=100)), niveau_impaye_loyer="majeure")
        hold(browse, ancien, niveau_impaye_loyer="levee")
        response = browse(REFERENT).get(f"/parcours/{ancien.pk}/")
        [suivi] = response.context["niveaux"][0].suivis
        assert [row.niveau for row in suivi.releves] == ["fragilite", "majeure", "levee"]
        assert suivi.changement.mot == "levée"
        assert suivi.courbe.count("V") == 2
        text = response.content.decode()
        assert f'd="{suivi.courbe}"' in text
        assert "avant : fragilité majeure (" in text

    def test_what_changed_is_said(self, browse: Browse, ancien: Parcours) -> None:
        bilan = hold(browse, ancien, niveau_impaye_loyer="vigilance")
        text = browse(REFERENT).get(url(ancien, f"bilans/{bilan.pk}")).content.decode()
        assert "moins marquée" in text


class TestPaper:
    def test_what_could_harm_at_home_stays_on_the_screen(
        self, cast: SimpleNamespace, browse: Browse, ancien: Parcours
    ) -> None:
        goal = make_objectif(ancien, by=cast.assistant_social_2, libelle="Préparer sa mise à l’abri")
        violence = Fragilite.objects.filter(domaine__code="violences")[0]
        said = {"ajout_1": violence.code, "niveau_ajout_1": "danger", "paroles": "Il me frappe."}
        bilan = hold(browse, ancien, goal, **said)
        response = browse(REFERENT).get(url(ancien, f"bilans/{bilan.pk}"))
        text = response.content.decode()
        assert response.context["prints_avancements"] is False
        assert [titre for titre, _, is_printed in response.context["textes"] if is_printed] == ["Où en est-on"]
        assert [ligne.is_kept_off_paper for ligne in response.context["niveaux"]] == [False, True]
        assert '<section class="section a-l-ecran" aria-label="Ce qu’en dit la personne">' in text
        assert "Danger : le protocole" in text
        page = browse(REFERENT).get(f"/parcours/{ancien.pk}/").context["niveaux"]
        assert [domaine.is_kept_off_paper for domaine in page] == [False, True]

    def test_an_ordinary_one_is_printed_whole(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        bilan = hold(browse, ancien, make_objectif(ancien, by=cast.assistant_social_2), paroles="Je dors mieux.")
        response = browse(REFERENT).get(url(ancien, f"bilans/{bilan.pk}"))
        text = response.content.decode()
        assert "<title>Bilan · Pôle social</title>" in text
        assert f'<span class="reference">réf. {ancien.usager.reference}</span>' in text
        assert response.context["prints_avancements"] is response.context["prints_niveaux"] is True
        assert "section a-l-ecran" not in text
        assert "le protocole" not in text


class TestPage:
    def test_overdue_is_loud_until_it_is_held(self, browse: Browse, ancien: Parcours) -> None:
        page = f"/parcours/{ancien.pk}/"
        assert "Bilan en retard depuis" in browse(REFERENT).get(page).content.decode()
        bilan = hold(browse, ancien)
        text = browse(REFERENT).get(page).content.decode()
        assert "Bilan en retard" not in text
        assert url(ancien, f"bilans/{bilan.pk}") in text
        assert "bilan" in [entree.nature for entree in browse(REFERENT).get(page).context["chronologie"].entrees]

    def test_typing_is_kept(self, cast: SimpleNamespace, browse: Browse, ancien: Parcours) -> None:
        contents = {"synthese": ["À moitié écr"], "niveau_impaye_loyer": ["danger"], "cle": [str(uuid.uuid4())]}
        Brouillon.objects.create(agent=cast.assistant_social_2, chemin=url(ancien), contenu=contents)
        form = browse(REFERENT).get(url(ancien)).context["form"]
        assert (form["synthese"].value(), form["niveau_impaye_loyer"].value()) == ("À moitié écr", "danger")

    @pytest.mark.parametrize(("act", "budget"), [("", 28), ("bilans/nouveau/", 16), ("bilans/{}/", 12)])
    def test_queries_do_not_grow(
        self, cast: SimpleNamespace, browse: Browse, ancien: Parcours, act: str, budget: int
    ) -> None:
        goal = make_objectif(ancien, by=cast.assistant_social_2)
        bilan = hold(browse, ancien, goal, held_on=french(today() - timedelta(days=1)))
        page, client = f"/parcours/{ancien.pk}/{act.format(bilan.pk)}", browse(REFERENT)
        few = count_queries(client, page)
        copies(bilan, 60, held_on=lambda index: today() - timedelta(days=200 - index))
        goals = copies(goal, 40)
        copies(Avancement.objects.get(), 40, objectif_id=[one.pk for one in goals])
        known = NiveauReleve._base_manager.filter(source_id=bilan.pk)[0]
        offered = list(Fragilite.objects.exclude(pk=known.fragilite_id)[:40])
        copies(known, len(offered), fragilite_id=[one.pk for one in offered])
        assert count_queries(client, page) == few
        assert few <= budget, few


@pytest.mark.parametrize("act", ["bilans/nouveau", "cloture"])
def test_what_was_typed_closes_with_the_access_to_what_was_read(
    cast: SimpleNamespace, browse: Browse, ancien: Parcours, act: str
) -> None:
    """The levels it starts from were read of the person."""
    address = url(ancien, act)
    sent = {
        "cle": str(uuid.uuid4()),
        "niveau_impaye_loyer": "fragilite",
        "synthese": "À peine commencé",
        "brouillon": "",
        "brouillon_page": address,
    }
    assert browse(REFERENT).post("/brouillons/", sent).status_code == 200
    kept = f"/mon-compte/brouillons/{Brouillon.objects.get().pk}/"
    answer = browse(REFERENT).get(kept).content.decode()
    assert "À peine commencé" in answer and "niveau_impaye_loyer" in answer, "the control"
    ancien.intervenants.filter(agent=cast.assistant_social_2).update(ends_at=timezone.now())
    Rattachement.objects.filter(agent=cast.assistant_social_2, usager=ancien.usager).update(ends_at=timezone.now())
    assert browse(REFERENT).get(address).status_code == 404
    answer = browse(REFERENT).get(kept).content.decode()
    assert "niveau_impaye_loyer" not in answer
