"""A relais received: read, accepted, or returned with a reason."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accueil.models import Deport, Droit, Relais
from evaluation.models import Evaluation
from parcours.demonstration.builders import make_fait, make_relais
from pole_social.models import Acces
from tests.evaluation.conftest import HOSTILE, page_of, person, without_csrf
from tests.queries import count_queries
from tests.together import together


def url_of(relais, act: str = "") -> str:
    return f"/evaluation/relais/{relais.pk}/{act}"


def test_shows_what_was_said_by_whom_and_when(writer, relais):
    text = writer.get(url_of(relais)).content.decode()
    assert "Aminata Traoré" in text
    assert "commandement de payer" in text
    assert "Nadia Martin" in text
    assert "Impayé de loyer" in text
    assert "locataire du parc social" in text
    assert "dit le" in text
    assert "Accepter et ouvrir l’évaluation" in text


def test_shows_the_contact_sur(writer, relais):
    assert "Contact sûr" not in writer.get(url_of(relais)).content.decode()
    relais.usager.contact_sur, relais.usager.contact_sur_sans_message = "sms", True
    relais.usager.save()
    text = writer.get(url_of(relais)).content.decode()
    assert "SMS seulement" in text
    assert "ne jamais laisser de message" in text


def test_accepting_opens_the_evaluation(writer, cast, relais):
    response = writer.post(url_of(relais, "acceptation/"))
    opened = Evaluation.objects.get(usager=relais.usager)
    assert response.url == page_of(opened)
    assert opened.evaluateur == cast.assistant_social
    assert opened.explorations.count() == 14
    relais.refresh_from_db()
    assert relais.statut == Relais.Statut.ACCEPTE


def test_accepting_again_has_no_effect(writer, relais):
    first = writer.post(url_of(relais, "acceptation/"))
    again = writer.post(url_of(relais, "acceptation/"))
    assert again.url == first.url
    assert relais.etapes.count() == 2


def test_a_second_relais_joins_the_open_evaluation(writer, cast, evaluation):
    second = make_relais(evaluation.usager, by=cast.gos, dit="Et une coupure d’électricité.")
    response = writer.post(url_of(second, "acceptation/"))
    assert response.url == page_of(evaluation)
    text = writer.get(response.url).content.decode()
    assert "commandement de payer" in text
    assert "coupure d’électricité" in text


def test_returning_needs_a_reason_and_says_where(writer, relais):
    response = writer.post(url_of(relais, "retour/"), {"motif": " "})
    assert response.status_code == 200
    assert "Dites pourquoi" in response.content.decode()
    relais.refresh_from_db()
    assert relais.statut == Relais.Statut.ENVOYE


def test_returning_gives_the_demandes_back(writer, relais):
    demande = relais.demandes.get()
    response = writer.post(url_of(relais, "retour/"), {"motif": "Relève de la PMI."})
    assert response.url == "/evaluation/"
    relais.refresh_from_db()
    demande.refresh_from_db()
    assert relais.statut == Relais.Statut.RETOURNE
    assert relais.etapes.last().motif == "Relève de la PMI."
    assert demande.statut == demande.Statut.A_PRE_INSTRUIRE


def test_the_responsable_may_return_and_not_accept(leader, relais):
    assert "Accepter et ouvrir" not in leader.get(url_of(relais)).content.decode()
    assert leader.post(url_of(relais, "acceptation/")).status_code == 403
    assert leader.post(url_of(relais, "retour/"), {"motif": "Hors territoire."}).status_code == 302
    assert leader.post(url_of(relais, "retour/"), {"motif": "Hors territoire."}).status_code == 302
    assert relais.etapes.count() == 2


def test_a_returned_relais_is_not_accepted(writer, cast, relais, evaluation):
    """The evaluator still reads it (they work on the person's evaluation); it has moved."""
    second = make_relais(relais.usager, by=cast.gos)
    second.send_back(by=cast.responsable_evaluation, motif="Doublon")
    assert writer.get(url_of(second)).status_code == 200
    assert writer.post(url_of(second, "acceptation/")).status_code == 409


@together(
    ("username", "read", "accept", "send_back"),
    [
        ("gos", 403, 403, 403),
        ("puericultrice", 403, 403, 403),
        ("psychologue", 403, 403, 403),
        ("dpo", 403, 403, 403),
        ("admin", 403, 403, 403),
        ("assistant_social_2", 404, 404, 404),
        ("assistant_social_chatenay", 404, 404, 404),
        ("responsable_chatenay", 404, 403, 404),
        ("responsable_accompagnement", 404, 403, 404),
        ("responsable_sst", 200, 403, 404),
        ("responsable_accueil", 200, 403, 404),
        ("responsable_evaluation", 200, 403, 200),
        ("assistant_social", 200, 302, 404),
    ],
)
def test_each_role(cast, sign_in, relais, username, read, accept, send_back):
    """`retour/` is tried without a reason, after an acceptance: it never has an effect here."""
    client = sign_in(getattr(cast, username))
    assert client.get(url_of(relais)).status_code == read
    assert client.post(url_of(relais, "acceptation/")).status_code == accept
    if username != "assistant_social":
        assert client.post(url_of(relais, "retour/"), {}).status_code == send_back


def test_supervision_without_a_relationship_reads_no_text(cast, sign_in, relais):
    far = sign_in(cast.responsable_sst).get(url_of(relais)).content.decode()
    near = sign_in(cast.responsable_evaluation).get(url_of(relais)).content.decode()
    assert "commandement de payer" not in far
    assert "commandement de payer" in near


def test_a_relais_to_another_nature_is_not_here(writer, cast):
    elsewhere = make_relais(person(), by=cast.assistant_social, to="issy-accompagnement")
    assert writer.get(url_of(elsewhere)).status_code == 404
    assert writer.post(url_of(elsewhere, "acceptation/")).status_code == 404


def test_out_of_scope_is_what_does_not_exist(cast, sign_in, relais):
    client = sign_in(cast.assistant_social_chatenay)
    real = client.get(url_of(relais)).content
    unknown = client.get(f"/evaluation/relais/{uuid4()}/").content
    assert without_csrf(real) == without_csrf(unknown)


def test_a_deport_wins(writer, cast, relais):
    Deport.objects.create(agent=cast.assistant_social, usager=relais.usager, lien="soi")
    assert writer.get(url_of(relais)).status_code == 404
    assert writer.post(url_of(relais, "acceptation/")).status_code == 404


@pytest.mark.parametrize("act", ["acceptation/", "retour/"])
def test_acts_are_posts(writer, relais, act):
    assert writer.get(url_of(relais, act)).status_code == 405


@together("typed", HOSTILE)
def test_hostile_reasons_keep_what_was_typed(writer, relais, typed):
    response = writer.post(url_of(relais, "retour/"), {"motif": f"Début {typed}"})
    assert response.status_code in (200, 302)
    if response.status_code == 200:
        assert "Début" in response.content.decode()
        assert "à corriger" in response.content.decode()


def test_the_journal_names_the_person_and_why(writer, relais):
    writer.get(url_of(relais))
    row = Acces.objects.get(page="evaluation:relais")
    assert (row.action, row.usager_ids, row.objet_id) == ("lecture", [relais.usager_id], relais.pk)
    assert row.rattachement_id is not None


def test_queries(writer, relais):
    assert count_queries(writer, url_of(relais)) <= 12


def test_a_sensitive_word_travels_with_the_demande_that_needs_it(writer, cast, relais):
    make_fait(relais.usager, by=cast.gos, sujet="grossesse", valeur="enceinte de cinq mois")
    demande = relais.demandes.get()
    assert "enceinte de cinq mois" not in writer.get(url_of(relais)).content.decode()
    demande.droit = Droit.objects.get(code="rsa")
    demande.save(update_fields=["droit"])
    assert "enceinte de cinq mois" in writer.get(url_of(relais)).content.decode()
