"""The money side of a demande: amounts, fund, commission, payment, notification, appeal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import AideFinanciere, Demande, Passage, Usager
from parcours.demonstration.builders import make_demande, make_relais
from pole_social.models import Acces, Agent
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown
from tests.together import together


@pytest.fixture
def demande(cast: SimpleNamespace, received: Passage) -> Demande:
    return make_demande(received, by=cast.gos)


def url(demande: Demande) -> str:
    return f"/accueil/demandes/{demande.pk}/aide-financiere/"


def aide_data(version: int = 0, **fields: Any) -> dict[str, Any]:
    return {"fonds": "fsl", "montant_demande": "350,50 €", "version": version, **fields}


class TestFollowing:
    def test_is_asked_for(self, desk: Client, demande: Demande) -> None:
        soon = timezone.localdate() + timedelta(days=9)
        response = desk.post(url(demande), aide_data(is_urgente="on", commission_on=f"{soon:%d/%m/%Y}"))
        assert response.url == f"/accueil/demandes/{demande.pk}/"  # type: ignore[attr-defined]
        aide = AideFinanciere.objects.get()
        assert (aide.demande, aide.fonds, aide.montant_demande) == (demande, "fsl", Decimal("350.50"))
        assert (aide.is_urgente, aide.commission_on) == (True, soon)
        for page in (f"/accueil/demandes/{demande.pk}/", f"/accueil/passages/{demande.passage_id}/"):
            assert "350,50 €" in desk.get(page).content.decode()
        assert "350,50 € demandés" in desk.get(f"/accueil/passages/{demande.passage_id}/").content.decode()
        row = Acces.objects.filter(page="accueil:demande_aide").latest("at")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [demande.usager_id])

    def test_is_granted_notified_paid_and_appealed(self, desk: Client, demande: Demande) -> None:
        desk.post(url(demande), aide_data())
        page = desk.get(url(demande)).content.decode()
        assert 'value="350,50"' in page
        dates = {"notified_on": "1/9/2026", "recours_until": "1/11/2026", "recours_on": "2/10/2026"}
        desk.post(url(demande), aide_data(1, montant_accorde="200", paid_on="5/9/2026", **dates))
        aide = AideFinanciere.objects.get()
        assert (aide.montant_accorde, aide.version) == (Decimal(200), 2)
        page = desk.get(f"/accueil/demandes/{demande.pk}/").content.decode()
        assert all(words in page for words in ("200 €", "Versée", "Recours déposé"))

    def test_goes_on_after_the_decision(self, cast: SimpleNamespace, desk: Client, demande: Demande) -> None:
        desk.post(url(demande), aide_data())
        demande.finish(Demande.Statut.CLASSEE, by=cast.gos)
        assert desk.post(url(demande), aide_data(1, montant_accorde="100")).status_code == 302

    @together(
        ("field", "value", "message"),
        [
            ("fonds", "", "Choisissez le fonds."),
            ("fonds", "casino", "Choisissez un fonds de la liste."),
            ("montant_demande", "-3", "par exemple 350"),
            ("montant_demande", "0", "supérieur à zéro"),
            ("montant_demande", "beaucoup", "par exemple 350"),
            ("montant_demande", "99999999", "par exemple 350"),
            ("commission_on", "31/02/2027", "n’existe pas"),
            ("commission_on", "1/1/10000", "n’est pas lisible"),
            ("paid_on", "1/9/2026", "Une aide versée a un montant accordé."),
            ("version", "x", "à corriger"),
            *[("montant_demande", text, "à corriger") for text in HOSTILE],
            *[("recours_on", text, "à corriger") for text in HOSTILE],
        ],
    )
    def test_bad_input_keeps_what_was_typed(
        self, desk: Client, demande: Demande, field: str, value: str, message: str
    ) -> None:
        response = desk.post(url(demande), aide_data(notified_on="1/9/2026") | {field: value})
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert message in page
        assert 'value="1/9/2026"' in page
        assert not AideFinanciere.objects.exists()

    def test_dates_come_in_the_order_of_things(self, desk: Client, demande: Demande) -> None:
        late = aide_data(notified_on="1/9/2026", recours_until="1/8/2026")
        assert "commence à la notification" in desk.post(url(demande), late).content.decode()
        over = aide_data(recours_until="1/8/2026", recours_on="2/8/2026")
        assert "passé le délai" in desk.post(url(demande), over).content.decode()


class TestTogether:
    def test_a_double_click_asks_once(self, desk: Client, demande: Demande) -> None:
        for _ in range(2):
            assert desk.post(url(demande), aide_data(commission_on="3 mars 2027")).status_code == 302
        assert AideFinanciere.objects.get().version == 1

    def test_two_agents_ask_first(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], demande: Demande
    ) -> None:
        """Neither saw an aide; the second gets both texts."""
        desk.post(url(demande), aide_data())
        response = sign_in(cast.gos_2).post(url(demande), aide_data(montant_demande="900"))
        page = response.content.decode()
        assert response.status_code == 409
        assert "350,50" in page
        assert "900" in page
        assert AideFinanciere.objects.get().montant_demande == Decimal("350.50")

    def test_a_stale_version_shows_both(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], demande: Demande
    ) -> None:
        desk.post(url(demande), aide_data())
        desk.post(url(demande), aide_data(1, montant_accorde="200"))
        other = sign_in(cast.gos_2)
        response = other.post(url(demande), aide_data(1, montant_accorde="120", fonds="ccas"))
        page = response.content.decode()
        assert response.status_code == 409
        for shown in ("200", "120", "FSL (logement)", "CCAS"):
            assert shown in page
        assert AideFinanciere.objects.get().montant_accorde == Decimal(200)
        assert other.post(url(demande), aide_data(2, montant_accorde="120", fonds="ccas")).status_code == 302


def test_who_may_not(
    cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], demande: Demande, aminata: Usager
) -> None:
    make_relais(aminata, by=cast.gos)
    assert desk.get(url(demande)).status_code == 200
    assert desk.put(url(demande)).status_code == 405
    for username in (*OTHER_SEARCHERS, "dpo", "admin"):
        assert sign_in(Agent.objects.get(username=username)).get(url(demande)).status_code == 403
    for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
        for method in ("get", "post"):
            assert same_as_unknown(sign_in(stranger), url(demande), demande.pk, method=method)
    assert last_acces("demande_aide").action == Acces.Action.REFUS
