"""The documents of a demande: a checklist, never a file."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client

from accueil.models import Demande, Passage, PieceDemandee, Usager
from parcours.demonstration.builders import make_demande, make_passage, make_relais, receive
from pole_social.models import Acces, Agent
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown
from tests.bulk import copies
from tests.queries import count_queries
from tests.together import together

PAPERS = ["bail", "décompte", "RIB"]
Etat = PieceDemandee.Etat


def etat_url(piece: PieceDemandee) -> str:
    return f"/accueil/pieces/{piece.pk}/etat/"


def add_url(demande: Demande) -> str:
    return f"/accueil/demandes/{demande.pk}/pieces/"


@pytest.fixture
def demande(cast: SimpleNamespace, received: Passage) -> Demande:
    """Aminata's rent arrears, with three papers to bring."""
    made = make_demande(received, by=cast.gos)
    PieceDemandee.objects.ask_for(made, PAPERS, by=cast.gos)
    return made


@pytest.fixture
def piece(demande: Demande) -> PieceDemandee:
    return PieceDemandee.objects.get(libelle="décompte")


def passage_page(client: Client, demande: Demande) -> str:
    return client.get(f"/accueil/passages/{demande.passage_id}/").content.decode()


class TestChecking:
    @pytest.mark.parametrize("etat", [Etat.RECUE, Etat.VUE])
    def test_one_click(
        self, cast: SimpleNamespace, desk: Client, demande: Demande, piece: PieceDemandee, etat: str
    ) -> None:
        response = desk.post(etat_url(piece), {"etat": etat})
        assert response.url == (  # type: ignore[attr-defined]
            f"/accueil/passages/{demande.passage_id}/?pieces={demande.pk}#demande-{demande.pk}"
        )
        piece.refresh_from_db()
        assert (piece.etat, piece.changed_by) == (etat, cast.gos)
        page = passage_page(desk, demande)
        assert "1 sur 3 : manque RIB, bail" in page
        assert last_acces("piece_etat").action == Acces.Action.ECRITURE

    def test_the_list_stays_unfolded_after_a_click(self, desk: Client, demande: Demande, piece: PieceDemandee) -> None:
        assert '<details class="papiers">' in passage_page(desk, demande)
        page = desk.post(etat_url(piece), {"etat": Etat.RECUE}, follow=True).content.decode()
        assert '<details class="papiers" open>' in page

    def test_goes_back_to_the_page_of_the_demande(self, desk: Client, demande: Demande, piece: PieceDemandee) -> None:
        response = desk.post(etat_url(piece), {"etat": Etat.RECUE, "retour": "demande"})
        assert response.url == f"/accueil/demandes/{demande.pk}/#pieces"  # type: ignore[attr-defined]

    def test_the_same_click_again_changes_nothing(self, desk: Client, piece: PieceDemandee) -> None:
        for _ in range(2):
            assert desk.post(etat_url(piece), {"etat": Etat.RECUE}).status_code == 302
        piece.refresh_from_db()
        assert piece.version == 2

    def test_a_mis_click_is_taken_back(self, desk: Client, piece: PieceDemandee) -> None:
        for etat in (Etat.RECUE, Etat.MANQUANTE):
            desk.post(etat_url(piece), {"etat": etat})
        piece.refresh_from_db()
        assert piece.etat == Etat.MANQUANTE

    def test_all_there_offers_ready(self, desk: Client, demande: Demande) -> None:
        assert "Le dossier est prêt" not in passage_page(desk, demande)
        for piece in PieceDemandee.objects.all():
            desk.post(etat_url(piece), {"etat": Etat.RECUE})
        page = passage_page(desk, demande)
        assert "3 sur 3" in page
        assert "Le dossier est prêt" in page
        desk.post(f"/accueil/demandes/{demande.pk}/etape/", {"vers": "prete"})
        demande.refresh_from_db()
        assert demande.statut == Demande.Statut.PRETE

    @together("etat", ["", "x", "perdue", "\x00", *HOSTILE])
    def test_an_unknown_state_is_a_conflict(self, desk: Client, piece: PieceDemandee, etat: str) -> None:
        assert desk.post(etat_url(piece), {"etat": etat}).status_code == 409
        piece.refresh_from_db()
        assert piece.version == 1

    def test_a_settled_demande_waits_for_no_paper(
        self, cast: SimpleNamespace, desk: Client, demande: Demande, piece: PieceDemandee
    ) -> None:
        demande.finish(Demande.Statut.CLASSEE, by=cast.gos)
        assert desk.post(etat_url(piece), {"etat": Etat.RECUE}).status_code == 409
        assert desk.post(add_url(demande), {"libelle": "avis d’imposition"}).status_code == 409


class TestAdding:
    def test_a_line_of_one_s_own(self, desk: Client, demande: Demande) -> None:
        data = {"libelle": "attestation d’hébergement", "cle": str(uuid4()), "retour": "demande"}
        for _ in range(2):
            assert desk.post(add_url(demande), data).status_code == 302
        assert demande.pieces.filter(libelle="attestation d’hébergement").count() == 1
        page = desk.get(f"/accueil/demandes/{demande.pk}/").content.decode()
        assert "attestation d’hébergement" in page

    def test_a_paper_already_listed_keeps_its_state(self, desk: Client, demande: Demande, piece: PieceDemandee) -> None:
        desk.post(etat_url(piece), {"etat": Etat.RECUE})
        assert desk.post(add_url(demande), {"libelle": piece.libelle}).status_code == 302
        piece.refresh_from_db()
        assert (piece.etat, demande.pieces.count()) == (Etat.RECUE, 3)

    @together("text", ["", "x" * 201, *HOSTILE])
    def test_bad_input_keeps_what_was_typed(self, desk: Client, demande: Demande, text: str) -> None:
        response = desk.post(add_url(demande), {"libelle": text})
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert demande.pieces.count() == 3

    def test_of_an_anonymous_demande(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_demande(receive(make_passage(by=cast.gos), by=cast.gos), by=cast.gos)
        desk.post(add_url(made), {"libelle": "bail"})
        assert "0 sur 1 : manque bail" in passage_page(desk, made)


@pytest.mark.parametrize("act", ["etat", "ajout"])
def test_who_may_not(
    cast: SimpleNamespace,
    desk: Client,
    sign_in: Callable[..., Client],
    demande: Demande,
    piece: PieceDemandee,
    aminata: Usager,
    act: str,
) -> None:
    make_relais(aminata, by=cast.gos)
    url, pk = (etat_url(piece), piece.pk) if act == "etat" else (add_url(demande), demande.pk)
    assert desk.get(url).status_code == 405
    for username in (*OTHER_SEARCHERS, "dpo", "admin"):
        assert sign_in(Agent.objects.get(username=username)).post(url).status_code == 403
    for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
        assert same_as_unknown(sign_in(stranger), url, pk, method="post")
    assert sign_in(cast.gos_2).post(url, {"etat": "recue", "libelle": "bail 2"}).status_code == 302


@pytest.mark.parametrize("rows", [10, 500])
def test_queries_do_not_depend_on_the_rows(desk: Client, demande: Demande, piece: PieceDemandee, rows: int) -> None:
    copies(piece, rows, libelle=lambda index: f"papier {index}")
    assert count_queries(desk, f"/accueil/passages/{demande.passage_id}/") <= 20
    assert count_queries(desk, f"/accueil/demandes/{demande.pk}/") <= 12
