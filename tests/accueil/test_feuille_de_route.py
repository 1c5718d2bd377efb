"""The page that somebody takes home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Passage, PieceDemandee, RendezVous, Usager
from parcours.demonstration.builders import (
    make_demande,
    make_demarche,
    make_fait,
    make_orientation,
    make_passage,
    make_relais,
    receive,
)
from parcours.demonstration.rendez_vous import make_rendez_vous
from pole_social.models import Acces, Agent, Commune, Lieu
from pole_social.templatetags.temps import date_longue
from tests.accueil.conftest import OTHER_SEARCHERS, last_acces, same_as_unknown, someone
from tests.bulk import copies, related_alike
from tests.queries import count_queries
from tests.reading import one_line


def url(passage: Passage, usager: Usager | None = None) -> str:
    return f"/accueil/passages/{passage.pk}/feuille-de-route/" + (f"{usager.pk}/" if usager else "")


def in_days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def imposed(demande: Demande) -> Demande:
    """Others have set its date."""
    Demande.objects.filter(pk=demande.pk).update(is_echeance_imposee=True)
    return demande


@pytest.fixture
def couple(cast: SimpleNamespace, aminata: Usager) -> Passage:
    return receive(make_passage(aminata, someone(nom_usage="Zidane"), by=cast.gos), by=cast.gos)


def test_says_what_was_done_what_comes_and_what_to_bring(
    cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
) -> None:
    answered = make_demande(received, by=cast.gos, besoin="Attestation")
    answered.finish(Demande.Statut.REPONSE_IMMEDIATE, by=cast.gos, reponse="Imprimée et remise.")
    waiting = make_demande(received, by=cast.gos, besoin="Dossier FSL", due_on=in_days(5))
    PieceDemandee.objects.ask_for(waiting, ["bail", "décompte"], by=cast.gos)
    PieceDemandee.objects.get(libelle="bail").mark("recue", by=cast.gos)
    sent = make_demande(received, by=cast.gos, besoin="Impayé de loyer")
    make_relais(aminata, by=cast.gos, demandes=[sent])
    page = desk.get(url(received)).content.decode()
    for shown in (
        "Feuille de route de Aminata Traoré",
        "Imprimée et remise.",
        "l’équipe évaluation",
        "Réponse promise",
        "nous attendons vos papiers",
        "<li>décompte</li>",
        aminata.reference,
        received.unite.lieu.nom,
    ):
        assert shown in page
    assert "<li>bail</li>" not in page
    assert "<title>Feuille de route · Pôle social</title>" in page
    row = last_acces("feuille_de_route")
    assert (row.action, row.usager_ids) == (Acces.Action.IMPRESSION, [aminata.pk])


@pytest.fixture
def coming(cast: SimpleNamespace, aminata: Usager) -> RendezVous:
    """In four days, at 9 h 30, with the médecin of PMI."""
    starts_at = timezone.make_aware(datetime.combine(in_days(4), time(9, 30)))
    return make_rendez_vous(aminata, avec=cast.medecin, by=cast.gos, starts_at=starts_at)


def test_says_what_was_done_online_where_to_go_and_when(
    cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, coming: RendezVous
) -> None:
    make_demarche(aminata, by=cast.gos, passage=received, preuve="CAF-2027-11")
    make_orientation(received, by=cast.gos, usager=aminata)
    page = desk.get(url(received)).content.decode()
    for shown in ("caf.fr", "avec la personne", "CAF-2027-11", "CCAS", "la cantine", "à 9 h 30", "sur place"):
        assert shown in page
    assert coming.agent.nom_complet not in page


def test_of_a_confidential_passage_only_when_to_come(
    cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, coming: RendezVous
) -> None:
    make_demarche(aminata, by=cast.gos, passage=received, preuve="CAF-2027-11")
    make_orientation(received, by=cast.gos, usager=aminata)
    Passage.objects.filter(pk=received.pk).update(is_confidentiel=True)
    page = desk.get(url(received)).content.decode()
    assert "à 9 h 30" in page
    for hidden in ("caf.fr", "CAF-2027-11", "la cantine"):
        assert hidden not in page


def test_dates_come_in_order_and_the_past_is_left_out(cast: SimpleNamespace, desk: Client, received: Passage) -> None:
    for due_in, besoin in ((9, "Audience"), (2, "Réponse au bailleur"), (-3, "Trop tard")):
        imposed(make_demande(received, by=cast.gos, besoin=besoin, due_on=in_days(due_in)))
    dates = desk.get(url(received)).context["feuille"].dates
    assert dates == [(in_days(2), "Réponse au bailleur"), (in_days(9), "Audience")]


def test_the_day_an_agent_takes_it_up_again_is_no_date_to_come(
    cast: SimpleNamespace, desk: Client, received: Passage
) -> None:
    """Else the person comes that day for nothing."""
    demande = make_demande(received, by=cast.gos, besoin="Chauffe-eau", due_on=in_days(1))
    page = desk.get(url(received))
    assert page.context["feuille"].dates == []
    text = page.content.decode()
    assert f"Nous la reprenons le {date_longue(in_days(1))}" in text and "inutile de venir ce jour-là" in text
    assert "Aucune date n’est fixée" in text
    imposed(demande)
    text = desk.get(url(received)).content.decode()
    assert "inutile de venir" not in text and f"<strong>{date_longue(in_days(1))}</strong>" in text


def test_without_a_date_says_so(desk: Client, received: Passage) -> None:
    assert "Aucune date n’est fixée" in desk.get(url(received)).content.decode()


class TestWhatNeverPrints:
    """A paper is read at home by others."""

    def test_violence(self, cast: SimpleNamespace, desk: Client, received: Passage) -> None:
        hidden = make_demande(received, by=cast.gos, besoin="Quitter mon mari", domaine="violences", due_on=in_days(4))
        PieceDemandee.objects.ask_for(imposed(hidden), ["certificat du médecin"], by=cast.gos)
        make_demande(received, by=cast.gos, besoin="Facture d’eau")
        page = desk.get(url(received)).content.decode()
        assert "Facture d’eau" in page
        for secret in ("Quitter mon mari", "certificat du médecin", "iolence"):
            assert secret not in page
        # Its date stands, alone; the agent alone is told that something is missing.
        assert desk.get(url(received)).context["feuille"].dates == [(in_days(4), "")]
        assert "Une partie n’est pas imprimée" in page

    def test_a_confidential_passage(self, cast: SimpleNamespace, desk: Client, received: Passage) -> None:
        make_demande(received, by=cast.gos, besoin="Très privé", due_on=in_days(4))
        assert "Très privé" in desk.get(url(received)).content.decode()
        Passage.objects.update(is_confidentiel=True)
        page = desk.get(url(received)).content.decode()
        assert "Très privé" not in page
        assert received.motif.libelle not in page

    def test_the_safe_contact(self, desk: Client, received: Passage, aminata: Usager) -> None:
        Usager.objects.filter(pk=aminata.pk).update(contact_sur="sms", contact_sur_alias="la bibliothèque")
        page = desk.get(url(received)).content.decode()
        assert "la bibliothèque" not in page
        assert "SMS" not in page
        assert '<div class="avis avis-attention a-l-ecran"><p>Cette personne a un contact sûr' in page
        assert page.count("contact sûr") == 1

    def test_the_name_of_a_discreet_team(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        sent = make_demande(received, by=cast.gos)
        make_relais(aminata, by=cast.gos, to="issy-sante_sexuelle", demandes=[sent])
        page = desk.get(url(received)).content.decode()
        assert "une autre équipe" in page
        assert "santé sexuelle" not in page

    def test_what_she_said(self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager) -> None:
        make_fait(aminata, by=cast.gos, valeur="chez une amie")
        assert "chez une amie" not in desk.get(url(received)).content.decode()


class TestForWhom:
    def test_each_of_several_has_their_own(
        self, cast: SimpleNamespace, desk: Client, couple: Passage, aminata: Usager
    ) -> None:
        other = couple.usagers.exclude(pk=aminata.pk).get()
        make_demande(couple, by=cast.gos, usager=aminata, besoin="La sienne")
        make_demande(couple, by=cast.gos, usager=other, besoin="L’autre")
        choice = desk.get(url(couple)).content.decode()
        assert url(couple, aminata) in choice
        assert "La sienne" not in choice
        page = desk.get(url(couple, aminata)).content.decode()
        assert "La sienne" in page
        assert "L’autre" not in page
        assert other.reference not in page
        assert other.nom_usage not in page

    def test_somebody_who_was_not_there_has_none(
        self, cast: SimpleNamespace, desk: Client, couple: Passage, aminata: Usager
    ) -> None:
        elsewhere = someone()
        make_passage(elsewhere, by=cast.gos)
        assert desk.get(url(couple, aminata)).status_code == 200
        assert desk.get(url(couple, elsewhere)).status_code == 404
        assert desk.get(f"/accueil/passages/{couple.pk}/feuille-de-route/{uuid4()}/").status_code == 404

    def test_an_anonymous_visit_has_one_too(self, cast: SimpleNamespace, desk: Client) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        make_demande(made, by=cast.gos, besoin="Domiciliation", due_on=in_days(1))
        page = desk.get(url(made)).content.decode()
        assert "Domiciliation" in page
        assert "référence" not in page


def test_who_may_not(
    cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage, aminata: Usager
) -> None:
    make_relais(aminata, by=cast.gos)
    assert desk.post(url(received)).status_code == 405
    for username in (*OTHER_SEARCHERS, "dpo", "admin"):
        assert sign_in(Agent.objects.get(username=username)).get(url(received)).status_code == 403
    assert same_as_unknown(sign_in(cast.gos_chatenay), url(received), received.pk)
    assert sign_in(cast.gos_2).get(url(received, aminata)).status_code == 200


@pytest.mark.parametrize("rows", [10, 300])
def test_queries_do_not_depend_on_the_rows(cast: SimpleNamespace, desk: Client, received: Passage, rows: int) -> None:
    demande = make_demande(received, by=cast.gos)
    related_alike(demande, copies(demande, rows))
    assert count_queries(desk, url(received)) <= 12


class TestWhomToAsk:
    """A paper says where to go, and « appelez » only with a number."""

    def test_what_is_known_of_the_lieu(self, desk: Client, received: Passage) -> None:
        lieu = received.unite.lieu
        known = {"adresse": "12, place de la Demande, Issy", "telephone": "01 99 00 10 01", "horaires": "le matin"}
        for field, value in known.items():
            type(lieu).objects.filter(pk=lieu.pk).update(**{field: value})
            said = one_line(desk.get(url(received)).content.decode())
            assert value in said
        assert "Venez ou appelez" in said
        assert "Issy-les-Moulineaux, 12, place de la Demande, Issy, <strong>01 99 00 10 01</strong> (le matin)." in said

    def test_without_a_number_nobody_is_told_to_call(self, desk: Client, received: Passage) -> None:
        lieu = received.unite.lieu
        type(lieu).objects.filter(pk=lieu.pk).update(adresse="", telephone="", horaires="")
        said = one_line(desk.get(url(received)).content.decode())
        assert f"Venez : {lieu.nom}.".replace("'", "&#x27;") in said, "nor its commune twice"
        assert "appelez" not in said

    def test_the_commune_where_the_name_does_not_say_it(self) -> None:
        lieu = Lieu(nom="Caravane", commune=Commune(nom="Vanves"))
        assert lieu.ou_aller == "Caravane, Vanves"
        assert Lieu(nom="Antenne de Vanves", commune=Commune(nom="Vanves")).ou_aller == "Antenne de Vanves"
        assert Lieu(nom="Antenne").ou_aller == "Antenne"
