"""The page of a demande: what it waits for, its moves, what comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Droit, Passage, Rattachement, Usager
from parcours.demonstration.builders import make_demande, make_passage, make_relais, receive
from pole_social.models import Agent, Domaine
from tests.accueil.conftest import HOSTILE, last_acces, only_the_desk_acts, same_as_unknown
from tests.together import together

Statut = Demande.Statut


def url(demande: Demande, act: str = "") -> str:
    return f"/accueil/demandes/{demande.pk}/{act}"


def in_days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def typed(day: date) -> str:
    return f"{day:%d/%m/%Y}"


@pytest.fixture
def demande(cast: SimpleNamespace, received: Passage) -> Demande:
    return make_demande(received, by=cast.gos, due_on=in_days(3))


def follow(demande: Demande, *steps: str, by: Agent) -> Demande:
    for step in steps:
        demande.move(step, by=by)
    return demande


class TestPage:
    def test_shows_what_it_is_and_its_steps(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        follow(demande, Statut.EN_ATTENTE_PIECES, by=cast.gos_2)
        page = desk.get(url(demande)).content.decode()
        for shown in (
            "Impayé de loyer",
            "Aminata Traoré",
            "prochaine étape",
            "En attente de pièces",
            cast.gos_2.nom_complet,
            "Aucun papier demandé",
            "Le dossier est prêt",
        ):
            assert shown in page
        assert "<title>Demande · Pôle social</title>" in page
        assert last_acces("demande").usager_ids == [demande.usager_id]

    def test_shows_how_to_reach_her(self, desk: Client, demande: Demande, aminata: Usager) -> None:
        Usager.objects.filter(pk=aminata.pk).update(contact_sur="sms")
        assert "SMS seulement" in desk.get(url(demande)).content.decode()

    def test_of_nobody(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_demande(receive(make_passage(by=cast.gos), by=cast.gos), by=cast.gos)
        assert "sans nom" in desk.get(url(made)).content.decode()

    def test_another_role_reads_without_the_verbs(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], demande: Demande, aminata: Usager
    ) -> None:
        make_relais(aminata, by=cast.gos)
        page = sign_in(cast.assistant_social).get(url(demande)).content.decode()
        assert "Impayé de loyer" in page
        assert "Clore" not in page
        assert "Ajouter un papier" not in page

    def test_out_of_scope(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], demande: Demande
    ) -> None:
        assert desk.get(url(demande)).status_code == 200
        assert desk.post(url(demande)).status_code == 405
        for stranger in (cast.gos_chatenay, cast.assistant_social, cast.cesf):
            assert same_as_unknown(sign_in(stranger), url(demande), demande.pk)
        for username in ("dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).get(url(demande)).status_code == 403

    def test_going_on_from_another_passage_it_shows_there(
        self, cast: SimpleNamespace, desk: Client, demande: Demande, aminata: Usager
    ) -> None:
        later = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
        page = desk.get(f"/accueil/passages/{later.pk}/").content.decode()
        assert "Déjà en cours" in page
        assert url(demande) in page
        demande.finish(Statut.CLASSEE, by=cast.gos)
        assert "Déjà en cours" not in desk.get(f"/accueil/passages/{later.pk}/").content.decode()


class TestMoves:
    def test_one_click_each(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        for step in (Statut.EN_ATTENTE_PIECES, Statut.PRETE, Statut.EN_INSTRUCTION):
            for _ in range(2):
                assert desk.post(url(demande, "etape/"), {"vers": step}).status_code == 302
            demande.refresh_from_db()
            assert demande.statut == step
        assert demande.etapes.count() == 4
        assert set(demande.etapes.all().values_list("by", flat=True)) == {cast.gos.pk}

    @together("to", ["", "x", "accordee", "reponse_immediate", "relais", "orientee", "en_instruction", *HOSTILE])
    def test_a_move_that_is_not_allowed_is_a_conflict(self, desk: Client, demande: Demande, to: str) -> None:
        assert desk.post(url(demande, "etape/"), {"vers": to}).status_code == 409
        demande.refresh_from_db()
        assert demande.statut == Statut.A_PRE_INSTRUIRE

    @pytest.mark.parametrize(("to", "motif"), [("accordee", ""), ("refusee", "Hors plafond.")])
    def test_a_decision(self, cast: SimpleNamespace, desk: Client, demande: Demande, to: str, motif: str) -> None:
        follow(demande, Statut.PRETE, Statut.EN_INSTRUCTION, by=cast.gos)
        assert desk.get(url(demande, "decision/")).status_code == 200
        for _ in range(2):
            assert desk.post(url(demande, "decision/"), {"vers": to, "motif": motif}).status_code == 302
        demande.refresh_from_db()
        assert demande.statut == to
        assert demande.etapes.get(vers=to).motif == motif
        ends_at = Rattachement.objects.get(nature=Rattachement.Nature.DEMANDE).ends_at
        assert ends_at and ends_at > timezone.now() + timedelta(days=6)

    def test_adjourned_it_comes_back_on_a_day(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        follow(demande, Statut.PRETE, Statut.EN_INSTRUCTION, by=cast.gos)
        data = {"vers": "ajournee", "motif": "Il manque un avis.", "echeance": typed(in_days(30))}
        desk.post(url(demande, "decision/"), data)
        demande.refresh_from_db()
        assert (demande.statut, demande.echeance) == (Statut.AJOURNEE, in_days(30))
        desk.post(url(demande, "etape/"), {"vers": "en_instruction"})
        demande.refresh_from_db()
        assert demande.statut == Statut.EN_INSTRUCTION

    @together(
        ("field", "value", "message"),
        [
            ("vers", "", "Choisissez la décision."),
            ("vers", "classee", "Choisissez une décision de la liste."),
            ("motif", "", "Écrivez pourquoi."),
            ("echeance", "", "réexaminée"),
            ("echeance", "1/1/2020", "Cette date est passée"),
            *[("motif", text, "à corriger") for text in HOSTILE],
        ],
    )
    def test_a_bad_decision_decides_nothing(
        self, cast: SimpleNamespace, desk: Client, demande: Demande, field: str, value: str, message: str
    ) -> None:
        follow(demande, Statut.PRETE, Statut.EN_INSTRUCTION, by=cast.gos)
        data = {"vers": "ajournee", "motif": "Il manque un avis.", "echeance": typed(in_days(9))} | {field: value}
        page = desk.post(url(demande, "decision/"), data).content.decode()
        assert message in page
        demande.refresh_from_db()
        assert demande.statut == Statut.EN_INSTRUCTION

    def test_two_decisions_conflict(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        follow(demande, Statut.PRETE, Statut.EN_INSTRUCTION, by=cast.gos)
        assert desk.post(url(demande, "decision/"), {"vers": "accordee"}).status_code == 302
        response = desk.post(url(demande, "decision/"), {"vers": "refusee", "motif": "Hors plafond."})
        assert response.status_code == 409
        assert "Hors plafond." in response.content.decode()


class TestUndoing:
    def test_a_mis_click_is_taken_back(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        desk.post(url(demande, "etape/"), {"vers": "prete"})
        assert "Annuler mon dernier geste" in desk.get(url(demande)).content.decode()
        assert desk.post(url(demande, "annulation/")).status_code == 302
        demande.refresh_from_db()
        assert demande.statut == Statut.A_PRE_INSTRUIRE
        assert desk.post(url(demande, "annulation/")).status_code == 409

    def test_closed_by_mistake_it_is_in_the_list_again(
        self, cast: SimpleNamespace, desk: Client, demande: Demande
    ) -> None:
        Demande.objects.update(echeance=None)
        desk.post(url(demande, "cloture/"), {"vers": "classee", "motif": "Sans objet."})
        desk.post(url(demande, "annulation/"))
        demande.refresh_from_db()
        assert (demande.statut, demande.echeance) == (Statut.A_PRE_INSTRUIRE, timezone.localdate())
        assert Rattachement.objects.live().get(nature=Rattachement.Nature.DEMANDE).ends_at is None

    def test_not_that_of_a_colleague_nor_what_has_left(
        self, cast: SimpleNamespace, desk: Client, demande: Demande, aminata: Usager
    ) -> None:
        follow(demande, Statut.PRETE, by=cast.gos_2)
        assert desk.post(url(demande, "annulation/")).status_code == 409
        make_relais(aminata, by=cast.gos, demandes=[demande])
        assert desk.post(url(demande, "annulation/")).status_code == 409
        assert "Annuler mon dernier geste" not in desk.get(url(demande)).content.decode()


class TestEditing:
    def suite(self, demande: Demande, **fields: Any) -> dict[str, Any]:
        domaine = Domaine.objects.get(code="budget").pk
        return {
            "besoin": "Dette de loyer",
            "domaine": domaine,
            "echeance": f"{in_days(8):%d.%m.%Y}",
            "version": demande.version,
            **fields,
        }

    def test_changes_what_is_asked_and_what_comes_next(self, desk: Client, demande: Demande) -> None:
        droit = Droit.objects.get(code="apl")
        assert desk.get(url(demande, "suite/")).status_code == 200
        data = self.suite(demande, droit=droit.pk, is_echeance_imposee="on")
        assert desk.post(url(demande, "suite/"), data).url == url(demande)  # type: ignore[attr-defined]
        demande.refresh_from_db()
        assert (demande.besoin, demande.droit, demande.echeance) == ("Dette de loyer", droit, in_days(8))
        assert demande.is_echeance_imposee
        assert demande.pieces.count() == len(droit.papiers)

    def test_the_papers_come_once(self, desk: Client, demande: Demande) -> None:
        droit = Droit.objects.get(code="apl")
        desk.post(url(demande, "suite/"), self.suite(demande, droit=droit.pk))
        demande.pieces.order_by("libelle")[0].mark("recue", by=demande.created_by)
        demande.refresh_from_db()
        desk.post(url(demande, "suite/"), self.suite(demande, droit=droit.pk, besoin="Autre"))
        assert demande.pieces.filter(etat="recue").count() == 1
        assert demande.pieces.count() == len(droit.papiers)

    def test_a_stale_version_shows_both(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], demande: Demande
    ) -> None:
        data = self.suite(demande, droit=Droit.objects.get(code="apl").pk)
        desk.post(url(demande, "suite/"), data)
        other = self.suite(demande, besoin="Menace d’expulsion", droit=Droit.objects.get(code="rsa").pk)
        response = sign_in(cast.gos_2).post(url(demande, "suite/"), other)
        page = response.content.decode()
        assert response.status_code == 409
        for shown in ("Dette de loyer", "Menace d’expulsion", "Aide au logement (APL", "Revenu de solidarité active"):
            assert shown in page
        assert desk.post(url(demande, "suite/"), data).status_code == 302

    @together(
        ("field", "value", "message"),
        [
            ("besoin", "", "Écrivez en quelques mots"),
            ("domaine", "x", "Choisissez un domaine de la liste."),
            ("droit", "999999", "Choisissez un droit de la liste."),
            ("echeance", "", "garde une prochaine étape"),
            ("echeance", "1/1/2020", "Cette date est passée"),
            ("echeance", "lundi prochain", "jeudi ou demain"),
            *[("besoin", text, "à corriger") for text in HOSTILE],
            *[("echeance", text, "à corriger") for text in HOSTILE],
        ],
    )
    def test_bad_input_changes_nothing(
        self, desk: Client, demande: Demande, field: str, value: str, message: str
    ) -> None:
        response = desk.post(url(demande, "suite/"), self.suite(demande, **{field: value}))
        assert response.status_code == 200
        assert message in response.content.decode()
        demande.refresh_from_db()
        assert demande.version == 1

    def test_a_near_day_is_said_in_a_word(self, desk: Client, demande: Demande) -> None:
        assert desk.post(url(demande, "suite/"), self.suite(demande, echeance="demain")).status_code == 302
        demande.refresh_from_db()
        assert demande.echeance == in_days(1)
        data = {"vers": "ajournee", "motif": "Il manque un avis.", "echeance": "après-demain"}
        follow(demande, Statut.PRETE, Statut.EN_INSTRUCTION, by=demande.created_by)
        assert desk.post(url(demande, "decision/"), data).status_code == 302
        demande.refresh_from_db()
        assert demande.echeance == in_days(2)

    def test_a_year_of_two_digits_is_of_this_century(self, desk: Client, demande: Demande) -> None:
        day = in_days(60)
        assert desk.post(url(demande, "suite/"), self.suite(demande, echeance=f"{day:%d/%m/%y}")).status_code == 302
        demande.refresh_from_db()
        assert demande.echeance == day

    def test_a_late_date_may_stand(self, desk: Client, demande: Demande) -> None:
        Demande.objects.update(echeance=in_days(-2))
        assert desk.post(url(demande, "suite/"), self.suite(demande, echeance=typed(in_days(-2)))).status_code == 302

    def test_what_is_settled_is_not_edited(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        demande.finish(Statut.CLASSEE, by=cast.gos)
        assert desk.get(url(demande, "suite/")).status_code == 409


@pytest.mark.parametrize("act", ["suite/", "etape/", "decision/", "annulation/"])
def test_who_may_not_act(
    cast: SimpleNamespace,
    desk: Client,
    sign_in: Callable[..., Client],
    demande: Demande,
    aminata: Usager,
    act: str,
) -> None:
    make_relais(aminata, by=cast.gos)
    assert desk.get(url(demande, act)).status_code == (200 if act in ("suite/", "decision/") else 405)
    assert only_the_desk_acts(cast, sign_in, url(demande, act), demande.pk)
