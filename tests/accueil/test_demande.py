"""What is asked and what is said; answering, taking up again, closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Droit, Passage, Rattachement, Usager
from parcours.demonstration.builders import make_demande, make_passage, make_relais, receive
from pole_social.models import Acces, Agent
from tests.accueil.conftest import (
    HOSTILE,
    OTHER_SEARCHERS,
    demande_data,
    last_acces,
    only_the_desk_acts,
    same_as_unknown,
    someone,
)
from tests.together import together

Statut = Demande.Statut
MOTIVES = [("classee", "Sans objet."), ("close_par_usager", "Elle renonce.")]


def demandes_url(passage: Passage) -> str:
    return f"/accueil/passages/{passage.pk}/demandes/"


def act_url(demande: Demande, act: str) -> str:
    return f"/accueil/demandes/{demande.pk}/{act}/"


@pytest.fixture
def demande(cast: SimpleNamespace, received: Passage) -> Demande:
    """Aminata's rent arrears, noted, without a next step."""
    return make_demande(received, by=cast.gos)


class TestNoting:
    def test_keeps_the_unite_related(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)
        response = desk.post(demandes_url(received), demande_data(echeance=f"{tomorrow:%d/%m/%Y}"))
        assert response.url == f"/accueil/passages/{received.pk}/"  # type: ignore[attr-defined]
        made = Demande.objects.get()
        assert (made.usager, made.unite, made.created_by) == (aminata, received.unite, cast.gos)
        assert (made.statut, made.echeance) == (Statut.A_PRE_INSTRUIRE, tomorrow)
        assert made.etapes.get().by == cast.gos
        related = Rattachement.objects.get(nature=Rattachement.Nature.DEMANDE)
        assert (related.unite, related.ends_at) == (received.unite, None)
        assert last_acces("demande_nouvelle").action == Acces.Action.ECRITURE

    def test_its_next_step_is_said_as_the_button_says_it(self, desk: Client, received: Passage) -> None:
        """« À reprendre par moi, demain »: the word of the page is understood by its field."""
        data = demande_data(echeance="demain")
        assert desk.post(demandes_url(received), data).status_code == 302
        assert desk.post(demandes_url(received), data).status_code == 302, "the second click"
        assert Demande.objects.get().echeance == timezone.localdate() + timedelta(days=1)

    def test_a_day_gone_by_is_not_said_in_a_word(self, desk: Client, received: Passage) -> None:
        page = desk.post(demandes_url(received), demande_data(echeance="hier")).content.decode()
        assert "Cette date n’est pas lisible. Par exemple 12/03/2027, 12 mars 2027, jeudi ou demain." in page
        assert 'value="hier"' in page

    def test_of_an_anonymous_passage(self, cast: SimpleNamespace, desk: Client) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        desk.post(demandes_url(made), demande_data())
        assert Demande.objects.get().usager is None

    def test_of_a_couple_says_whose(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        other = someone()
        made = receive(make_passage(aminata, other, by=cast.gos), by=cast.gos)
        assert "Choisissez la personne." in desk.post(demandes_url(made), demande_data()).content.decode()
        stranger = someone()
        page = desk.post(demandes_url(made), demande_data(usager=str(stranger.pk))).content.decode()
        assert "Choisissez une personne de la liste." in page
        desk.post(demandes_url(made), demande_data(usager=str(other.pk)))
        assert Demande.objects.get().usager == other

    @together(
        ("field", "value"),
        [
            ("besoin", ""),
            ("besoin", "x" * 201),
            ("domaine", ""),
            ("domaine", "999999"),
            ("domaine", "x"),
            ("echeance", "31/02/2027"),
            ("echeance", "1/1/10000"),
            ("echeance", "mars 2027"),
            ("echeance", "1/1/2020"),
            ("cle", "x"),
            *[("besoin", text) for text in HOSTILE],
            *[("echeance", text) for text in HOSTILE],
        ],
    )
    def test_bad_input_keeps_what_was_typed(self, desk: Client, received: Passage, field: str, value: str) -> None:
        kept = "besoin" if field != "besoin" else "echeance"
        data = demande_data(echeance="24/12/2099") | {field: value}
        response = desk.post(demandes_url(received), data)
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert f'value="{data[kept]}"' in page
        assert not Demande.objects.exists()

    def test_a_double_submit_notes_once(self, desk: Client, received: Passage) -> None:
        data = demande_data()
        desk.post(demandes_url(received), data)
        desk.post(demandes_url(received), data)
        assert Demande.objects.count() == 1
        response = desk.post(demandes_url(received), data | {"besoin": "Facture d’eau"})
        assert response.status_code == 409
        assert "Facture d’eau" in response.content.decode()
        assert "Impayé de loyer" in response.content.decode()

    def test_an_ended_passage_takes_no_demande(self, desk: Client, received: Passage) -> None:
        desk.post(f"/accueil/passages/{received.pk}/cloture/")
        response = desk.post(demandes_url(received), demande_data())
        assert response.status_code == 409
        assert "Impayé de loyer" in response.content.decode()
        assert not Demande.objects.exists()

    def test_a_right_brings_its_papers(self, cast: SimpleNamespace, desk: Client, received: Passage) -> None:
        droit = Droit.objects.get(code="apl")
        desk.post(demandes_url(received), demande_data(droit=droit.pk))
        made = Demande.objects.get()
        assert made.droit == droit
        assert {(piece.libelle, piece.etat) for piece in made.pieces.all()} == {
            (papier, "manquante") for papier in droit.papiers
        }
        page = desk.get(f"/accueil/passages/{received.pk}/").content.decode()
        assert f"0 sur {len(droit.papiers)} : manque" in page

    def test_an_imposed_date_is_kept_when_taken_up(
        self, cast: SimpleNamespace, desk: Client, received: Passage
    ) -> None:
        hearing = timezone.localdate() + timedelta(days=20)
        desk.post(demandes_url(received), demande_data(echeance=f"{hearing:%d/%m/%Y}", is_echeance_imposee="on"))
        made = Demande.objects.get()
        assert made.is_echeance_imposee
        assert "échéance imposée" in desk.get(f"/accueil/passages/{received.pk}/").content.decode()
        for _ in range(2):
            desk.post(act_url(made, "reprise"))
        made.refresh_from_db()
        assert (made.agent, made.echeance, made.version) == (cast.gos, hearing, 2)

    def test_an_imposed_date_is_a_date(self, desk: Client, received: Passage) -> None:
        page = desk.post(demandes_url(received), demande_data(is_echeance_imposee="on")).content.decode()
        assert "Écrivez la date imposée." in page
        assert not Demande.objects.exists()

    @together("droit", ["x", "999999", "\x00", "-1"])
    def test_a_tampered_right_is_no_right(self, desk: Client, received: Passage, droit: str) -> None:
        page = desk.post(demandes_url(received), demande_data(droit=droit)).content.decode()
        assert "Choisissez un droit de la liste." in page
        assert not Demande.objects.exists()

    def test_a_right_no_longer_proposed_is_not_chosen(self, desk: Client, received: Passage) -> None:
        droit = Droit.objects.get(code="apl")
        Droit.objects.filter(pk=droit.pk).update(is_active=False)
        page = desk.post(demandes_url(received), demande_data(droit=droit.pk)).content.decode()
        assert "Choisissez un droit de la liste." in page

    @pytest.mark.parametrize("act", ["demandes/", "faits/"])
    def test_who_may_not(
        self,
        cast: SimpleNamespace,
        desk: Client,
        sign_in: Callable[..., Client],
        received: Passage,
        aminata: Usager,
        act: str,
    ) -> None:
        url = f"/accueil/passages/{received.pk}/{act}"
        make_relais(aminata, by=cast.gos)
        assert desk.get(url).status_code == 405
        assert desk.post(url).status_code == 200
        for username in (*OTHER_SEARCHERS, "dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).post(url).status_code == 403
        for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
            assert same_as_unknown(sign_in(stranger), url, received.pk, method="post")


class TestAnswering:
    def test_gives_an_outcome(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        assert desk.get(act_url(demande, "reponse")).status_code == 200
        desk.post(act_url(demande, "reponse"), {"reponse": "Formulaire remis."})
        demande.refresh_from_db()
        assert (demande.statut, demande.reponse) == (Statut.REPONSE_IMMEDIATE, "Formulaire remis.")
        assert demande.etapes.get(vers="reponse_immediate").by == cast.gos
        page = desk.get(f"/accueil/passages/{demande.passage_id}/").content.decode()
        assert "Formulaire remis." in page

    def test_a_double_click_has_one_effect(self, desk: Client, demande: Demande) -> None:
        for _ in range(2):
            assert desk.post(act_url(demande, "reponse"), {"reponse": "Remis."}).status_code == 302
        assert demande.etapes.filter(vers="reponse_immediate").count() == 1

    def test_another_answer_after_it_is_a_conflict_that_keeps_the_text(self, desk: Client, demande: Demande) -> None:
        desk.post(act_url(demande, "reponse"), {"reponse": "Remis."})
        response = desk.post(act_url(demande, "reponse"), {"reponse": "Une tout autre réponse."})
        assert response.status_code == 409
        assert "Une tout autre réponse." in response.content.decode()

    @pytest.mark.parametrize("text", ["", "  ", "x" * 2001, *HOSTILE])
    def test_bad_text_is_refused(self, desk: Client, demande: Demande, text: str) -> None:
        response = desk.post(act_url(demande, "reponse"), {"reponse": text})
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        demande.refresh_from_db()
        assert demande.is_open


class TestTakingUp:
    def test_by_me_tomorrow(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        for _ in range(2):
            assert desk.post(act_url(demande, "reprise")).status_code == 302
        demande.refresh_from_db()
        assert (demande.agent, demande.version) == (cast.gos, 2)
        assert demande.echeance == timezone.localdate() + timedelta(days=1)

    def test_a_passed_hearing_becomes_tomorrow(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        Demande.objects.update(echeance=yesterday, is_echeance_imposee=True)
        desk.post(act_url(demande, "reprise"))
        demande.refresh_from_db()
        assert (demande.echeance, demande.is_echeance_imposee) == (yesterday + timedelta(days=2), False)

    def test_a_settled_demande_is_not_taken_up(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        demande.finish(Statut.CLASSEE, by=cast.gos)
        assert desk.post(act_url(demande, "reprise")).status_code == 409
        demande.refresh_from_db()
        assert demande.echeance is None


class TestClosing:
    @pytest.mark.parametrize(("to", "motif"), MOTIVES)
    def test_says_why(self, desk: Client, demande: Demande, to: str, motif: str) -> None:
        assert desk.get(act_url(demande, "cloture")).status_code == 200
        for _ in range(2):
            assert desk.post(act_url(demande, "cloture"), {"vers": to, "motif": motif}).status_code == 302
        demande.refresh_from_db()
        assert demande.statut == to
        assert demande.etapes.get(vers=to).motif == motif

    @pytest.mark.parametrize(
        ("to", "motif"),
        [("", "Parce que."), ("accordee", "Parce que."), ("classee", ""), *[("classee", t) for t in HOSTILE]],
    )
    def test_bad_input_closes_nothing(self, desk: Client, demande: Demande, to: str, motif: str) -> None:
        response = desk.post(act_url(demande, "cloture"), {"vers": to, "motif": motif})
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        demande.refresh_from_db()
        assert demande.is_open

    def test_two_different_ends_conflict(self, desk: Client, demande: Demande) -> None:
        for (to, motif), status in zip(MOTIVES, (302, 409), strict=True):
            assert desk.post(act_url(demande, "cloture"), {"vers": to, "motif": motif}).status_code == status


@pytest.mark.parametrize("act", ["reponse", "reprise", "cloture"])
def test_who_may_not_act(
    cast: SimpleNamespace,
    desk: Client,
    sign_in: Callable[..., Client],
    demande: Demande,
    aminata: Usager,
    act: str,
) -> None:
    make_relais(aminata, by=cast.gos)
    url = act_url(demande, act)
    assert desk.get(url).status_code == (405 if act == "reprise" else 200)
    assert only_the_desk_acts(cast, sign_in, url, demande.pk)
    assert sign_in(cast.gos_2).post(url).status_code in (200, 302)
