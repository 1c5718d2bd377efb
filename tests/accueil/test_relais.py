"""The hand-over, as its sender sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Passage, Rattachement, Relais, Usager
from parcours.demonstration.builders import (
    make_demande,
    make_passage,
    make_relais,
    receive,
    unite,
)
from pole_social.models import Acces, Agent, Lieu
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown, someone
from tests.queries import count_queries
from tests.together import together

Statut = Relais.Statut


def new_url(passage: Passage) -> str:
    return f"/accueil/passages/{passage.pk}/relais/"


def relais_data(*demandes: Demande, **fields: Any) -> dict[str, Any]:
    return {
        "cle": str(uuid4()),
        "vers_unite": unite("issy-evaluation").pk,
        "demandes": [str(demande.pk) for demande in demandes],
        "dit": "A reçu un commandement de payer.",
        "urgence": "normale",
        "promised_on": f"{timezone.localdate() + timedelta(days=5):%d/%m/%Y}",
        **fields,
    }


@pytest.fixture
def demande(cast: SimpleNamespace, received: Passage) -> Demande:
    return make_demande(received, by=cast.gos)


@pytest.fixture
def sent(cast: SimpleNamespace, aminata: Usager, demande: Demande) -> Relais:
    return make_relais(aminata, by=cast.gos, demandes=[demande])


class TestSending:
    def test_hands_the_demandes_over(
        self, cast: SimpleNamespace, desk: Client, received: Passage, demande: Demande, aminata: Usager
    ) -> None:
        other = make_demande(received, by=cast.gos, besoin="Facture d’eau")
        response = desk.post(new_url(received), relais_data(demande))
        made = Relais.objects.get()
        assert response.url == f"/accueil/relais/{made.pk}/"  # type: ignore[attr-defined]
        assert (made.usager, made.de_unite, made.sent_by) == (aminata, received.unite, cast.gos)
        demande.refresh_from_db()
        other.refresh_from_db()
        assert (demande.statut, demande.relais) == ("relais", made)
        assert other.is_open
        related = Rattachement.objects.live().filter(nature=Rattachement.Nature.RELAIS)
        assert {row.unite for row in related} == {made.de_unite, made.vers_unite}
        assert last_acces("relais_nouveau").action == Acces.Action.ECRITURE
        assert "Aminata Traoré" in desk.get(f"/accueil/relais/{made.pk}/").content.decode()

    def test_promises_seven_days_and_proposes_the_open_demandes(
        self, desk: Client, received: Passage, demande: Demande
    ) -> None:
        page = desk.get(new_url(received)).content.decode()
        assert f'value="{timezone.localdate() + timedelta(days=7):%d/%m/%Y}"' in page
        assert "Impayé de loyer" in page
        assert "Lu par : l’unité qui prend le relais" in page

    def test_offers_the_open_unites_of_the_territoire(self, desk: Client, received: Passage, demande: Demande) -> None:
        form = desk.get(new_url(received)).context["form"]
        offered = {str(choice[1]).split(" · ")[0] for choice in form.fields["vers_unite"].choices}
        assert offered == {"évaluation", "accompagnement", "santé (PMI)", "santé sexuelle"}
        today = timezone.localdate()
        Lieu.objects.filter(code="issy").update(closed_from=today, closed_until=today)
        assert not list(desk.get(new_url(received)).context["form"].fields["vers_unite"].choices)

    def test_an_anonymous_passage_says_why_not(self, cast: SimpleNamespace, desk: Client) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        demande = make_demande(made, by=cast.gos)
        assert "Ce passage est anonyme" in desk.get(new_url(made)).content.decode()
        assert "Ce passage est anonyme" in desk.post(new_url(made), relais_data(demande)).content.decode()
        assert not Relais.objects.exists()

    def test_without_a_demande_says_what_to_do(self, desk: Client, received: Passage) -> None:
        assert "Aucune demande à envoyer" in desk.get(new_url(received)).content.decode()

    def test_of_a_couple_one_person_and_their_demandes(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        other = someone()
        made = receive(make_passage(aminata, other, by=cast.gos), by=cast.gos)
        hers, his = make_demande(made, by=cast.gos, usager=aminata), make_demande(made, by=cast.gos, usager=other)
        data = relais_data(hers, his, usager=str(aminata.pk))
        assert "seulement les demandes de cette personne" in desk.post(new_url(made), data).content.decode()
        desk.post(new_url(made), relais_data(hers, usager=str(aminata.pk)))
        assert Relais.objects.get().usager == aminata

    @together(
        ("field", "value"),
        [
            ("vers_unite", ""),
            ("vers_unite", "999999"),
            ("vers_unite", "x"),
            ("vers_unite", "chatenay-evaluation"),
            ("vers_unite", "issy-accueil"),
            ("vers_unite", "issy-direction"),
            ("demandes", []),
            ("demandes", [str(uuid4())]),
            ("demandes", ["x"]),
            ("urgence", "panique"),
            ("promised_on", ""),
            ("promised_on", "31/02/2027"),
            ("promised_on", "1/1/2020"),
            ("promised_on", "1/1/10000"),
            ("promised_on", "mars 2027"),
            *[("dit", text) for text in ("", "x" * 4001, *HOSTILE)],
        ],
    )
    def test_bad_input_sends_nothing_and_keeps_the_text(
        self, desk: Client, received: Passage, demande: Demande, field: str, value: Any
    ) -> None:
        if isinstance(value, str) and value.startswith(("issy", "chatenay")):
            value = unite(value).pk
        response = desk.post(new_url(received), relais_data(demande, **{field: value}))
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert field == "dit" or "A reçu un commandement de payer." in page
        assert not Relais.objects.exists()

    def test_a_double_submit_sends_once(self, desk: Client, received: Passage, demande: Demande) -> None:
        data = relais_data(demande)
        first, second = desk.post(new_url(received), data), desk.post(new_url(received), data)
        assert Relais.objects.count() == 1
        assert first.url == second.url  # type: ignore[attr-defined]

    def test_who_may_not(
        self,
        cast: SimpleNamespace,
        desk: Client,
        sign_in: Callable[..., Client],
        received: Passage,
        demande: Demande,
        aminata: Usager,
    ) -> None:
        make_relais(aminata, by=cast.gos)
        assert desk.put(new_url(received)).status_code == 405
        for username in (*OTHER_SEARCHERS, "dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).get(new_url(received)).status_code == 403
        for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
            assert same_as_unknown(sign_in(stranger), new_url(received), received.pk)


class TestPage:
    def url(self, relais: Relais) -> str:
        return f"/accueil/relais/{relais.pk}/"

    def test_shows_where_it_stands(self, cast: SimpleNamespace, desk: Client, sent: Relais) -> None:
        page = desk.get(self.url(sent)).content.decode()
        for shown in ("Aminata Traoré", "commandement de payer", "Impayé de loyer", "par Nadia Martin"):
            assert shown in page
        assert "en retard" not in page

    def test_late_it_is_loud_and_still_open(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        late = make_relais(aminata, by=cast.gos, promised_in=-2)
        page = desk.get(self.url(late)).content.decode()
        assert "en retard" in page
        assert "La réponse était promise" in page
        assert "Annuler le relais" in page

    def test_returned_it_says_why(self, cast: SimpleNamespace, desk: Client, sent: Relais) -> None:
        sent.send_back(by=cast.assistant_social, motif="Relève de la PMI.")
        page = desk.get(self.url(sent)).content.decode()
        assert "Relève de la PMI." in page
        assert "Annuler le relais" not in page

    def test_only_the_sending_unite_has_this_page(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], sent: Relais
    ) -> None:
        assert sign_in(cast.gos_2).get(self.url(sent)).status_code == 200
        assert sign_in(cast.assistant_social).get(self.url(sent)).status_code == 403
        for stranger in (cast.gos_chatenay, cast.responsable_evaluation, cast.responsable_sst):
            assert same_as_unknown(sign_in(stranger), self.url(sent), sent.pk)
        assert desk.post(self.url(sent)).status_code == 405

    def test_the_journal(self, desk: Client, sent: Relais, aminata: Usager) -> None:
        desk.get(self.url(sent))
        row = last_acces("relais")
        assert (row.action, row.usager_ids, row.objet_id) == ("lecture", [aminata.pk], sent.pk)

    @pytest.mark.parametrize("rows", [10, 100])
    def test_queries_do_not_depend_on_the_rows(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, rows: int
    ) -> None:
        demandes = [make_demande(received, by=cast.gos) for _ in range(rows)]
        made = make_relais(aminata, by=cast.gos, demandes=demandes)
        assert count_queries(desk, self.url(made)) <= 10


class TestCancelling:
    def url(self, relais: Relais) -> str:
        return f"/accueil/relais/{relais.pk}/annulation/"

    def test_brings_the_demandes_back_today(
        self, cast: SimpleNamespace, desk: Client, sent: Relais, demande: Demande
    ) -> None:
        assert desk.get(self.url(sent)).status_code == 200
        for _ in range(2):
            assert desk.post(self.url(sent), {"motif": "Erreur d’unité."}).url == "/accueil/"  # type: ignore[attr-defined]
        sent.refresh_from_db()
        demande.refresh_from_db()
        assert sent.statut == Statut.ANNULE
        assert sent.etapes.get(vers="annule").motif == "Erreur d’unité."
        assert (demande.statut, demande.echeance) == ("a_pre_instruire", timezone.localdate())
        assert "Impayé de loyer" in desk.get("/accueil/").content.decode()

    def test_once_accepted_it_is_too_late(self, cast: SimpleNamespace, desk: Client, sent: Relais) -> None:
        sent.accept(by=cast.assistant_social)
        assert "déjà accepté" in desk.get(self.url(sent)).content.decode()
        response = desk.post(self.url(sent), {"motif": "Erreur d’unité."})
        assert response.status_code == 409
        assert "Erreur d’unité." in response.content.decode()

    @pytest.mark.parametrize("motif", ["", "x" * 2001, *HOSTILE])
    def test_bad_input_cancels_nothing(self, desk: Client, sent: Relais, motif: str) -> None:
        response = desk.post(self.url(sent), {"motif": motif})
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        sent.refresh_from_db()
        assert sent.statut == Statut.ENVOYE

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], sent: Relais
    ) -> None:
        assert desk.put(self.url(sent)).status_code == 405
        assert sign_in(cast.assistant_social).post(self.url(sent)).status_code == 403
        for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
            assert same_as_unknown(sign_in(stranger), self.url(sent), sent.pk, method="post")
