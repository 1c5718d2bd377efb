"""Handing a validated evaluation over."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accueil.models import Relais
from evaluation.models import Evaluation, FragiliteReperee, Proposition
from evaluation.opening import open_from
from parcours.demonstration.builders import explore_all
from parcours.opening import send_back
from pole_social.models import Acces
from tests.evaluation.conftest import HOSTILE, page_of
from tests.queries import count_queries
from tests.together import together


def send(client, evaluation, **typed: str):
    due = timezone.localdate() + timedelta(days=5)
    content = {
        "vers_unite": "issy-accompagnement",
        "dit": "Un plan d’apurement à monter.",
        "urgence": "rapide",
        "promised_on": f"{due:%d/%m/%Y}",
    }
    return client.post(page_of(evaluation, "relais"), content | typed)


def sent_of(evaluation) -> list[Relais]:
    return list(evaluation.relais_envoyes.order_by("sent_at"))


def test_sends_and_dates_the_evaluation(writer, cast, validated):
    assert send(writer, validated).url == page_of(validated)
    (made,) = sent_of(validated)
    assert (made.vers_unite.code, made.de_unite.code) == ("issy-accompagnement", "issy-evaluation")
    assert (made.dit, made.urgence, made.sent_by) == ("Un plan d’apurement à monter.", "rapide", cast.assistant_social)
    assert Evaluation.objects.get(pk=validated.pk).echeance == made.promised_on
    text = writer.get(page_of(validated)).content.decode()
    assert "Relais envoyés" in text
    assert "Envoyer aussi à une autre unité" in text


def test_prefilled_for_accompagnement(writer, cast, validated):
    row = FragiliteReperee.objects.get(exploration__evaluation=validated)
    Proposition.objects.create(
        evaluation=validated, fragilite=row, libelle="Demander le FSL", recorded_by=cast.assistant_social
    )
    text = writer.get(page_of(validated, "relais")).content.decode()
    assert "Fragilités majeures :" in text
    assert "- Impayé de loyer ou de charges" in text
    assert "- Demander le FSL" in text


@pytest.mark.parametrize("unite", ["issy-sante", "issy-sante_sexuelle"])
def test_nothing_social_is_prefilled_for_sante(writer, validated, unite):
    text = writer.get(page_of(validated, "relais") + f"?vers={unite}").content.decode()
    assert "Rien n’est repris de l’évaluation" in text
    assert "Impayé de loyer" not in text
    assert f'value="{unite}"' in text


def test_violence_and_childhood_are_never_prefilled(writer, cast, evaluation):
    codes = ("impaye_loyer", "violences_conjugales", "enfant_en_risque")
    explore_all(evaluation, by=cast.assistant_social, fragilites=codes, niveau="danger")
    for row in FragiliteReperee.objects.filter(exploration__evaluation=evaluation):
        Proposition.objects.create(
            evaluation=evaluation,
            fragilite=row,
            libelle=f"proposer {row.fragilite.code}",
            recorded_by=cast.assistant_social,
        )
    evaluation.submit(by=cast.assistant_social)
    evaluation.validate(by=cast.responsable_evaluation)
    text = writer.get(page_of(evaluation, "relais")).content.decode()
    assert "proposer impaye_loyer" in text
    for secret in ("Violences au sein", "Enfant en danger", "proposer violences", "proposer enfant"):
        assert secret not in text


@pytest.mark.parametrize("vers", ["chatenay-accompagnement", "inconnue", "\x00", "issy-accueil", "x" * 5000])
def test_an_unknown_unite_in_the_address_is_ignored(writer, validated, vers):
    response = writer.get(page_of(validated, "relais"), {"vers": vers})
    assert response.status_code == 200
    assert 'value="issy-accompagnement"' in response.content.decode()


@together(
    ("typed", "message"),
    [
        ({"vers_unite": "chatenay-accompagnement"}, "Choisissez une unité de la liste."),
        ({"vers_unite": "issy-accueil"}, "Choisissez une unité de la liste."),
        ({"vers_unite": "issy-evaluation"}, "Choisissez une unité de la liste."),
        ({"vers_unite": "inconnue"}, "Choisissez une unité de la liste."),
        ({"vers_unite": ""}, "Choisissez une unité de la liste."),
        ({"dit": " "}, "Dites à l’unité"),
        ({"urgence": "hier"}, "Choisissez dans la liste."),
        ({"promised_on": "31/02/2027"}, "existe pas"),
        ({"promised_on": "12/12/10000"}, "lisible"),
        ({"promised_on": "mars 2027"}, "Indiquez le jour"),
        ({"promised_on": "12/03/2001"}, "Cette date est passée"),
        ({"promised_on": ""}, "Cette date est nécessaire"),
    ],
)
def test_refused_keeps_what_was_typed(writer, validated, typed, message):
    response = send(writer, validated, **typed)
    text = response.content.decode()
    assert response.status_code == 200
    assert message in text or ("promised_on" in typed and "obligatoire" in text)
    assert "Un plan d’apurement à monter." in text or "dit" in typed
    assert sent_of(validated) == []


@together("typed", HOSTILE)
@together("name", ["vers_unite", "dit", "urgence", "promised_on", "cle"])
def test_hostile(writer, validated, name, typed):
    assert send(writer, validated, **{name: typed}).status_code in (200, 302)


class TestTwice:
    def test_same_key_same_content_is_one(self, writer, validated):
        key = str(uuid4())
        answers = {send(writer, validated, cle=key).url for _ in range(2)}
        assert answers == {page_of(validated)}
        assert len(sent_of(validated)) == 1

    def test_same_key_other_content_shows_both(self, writer, validated):
        key = str(uuid4())
        send(writer, validated, cle=key)
        response = send(writer, validated, cle=key, dit="Un autre texte.")
        assert response.status_code == 409
        assert "Un autre texte." in response.content.decode()
        assert len(sent_of(validated)) == 1

    def test_a_second_relais_to_a_unite_that_has_one_waits(self, writer, validated):
        send(writer, validated)
        response = send(writer, validated, dit="Encore un texte.")
        assert response.status_code == 409
        assert "Encore un texte." in response.content.decode()
        assert send(writer, validated, vers_unite="issy-sante").status_code == 302
        assert len(sent_of(validated)) == 2


@pytest.mark.parametrize("fixture", ["evaluation", "explored", "submitted"])
def test_only_once_validated(request, writer, fixture):
    found = request.getfixturevalue(fixture)
    assert writer.get(page_of(found, "relais")).url == page_of(found)
    response = send(writer, found)
    assert response.status_code == 409
    assert "Un plan d’apurement à monter." in response.content.decode()
    assert sent_of(found) == []


def test_returned_it_opens_again(writer, cast, validated):
    send(writer, validated)
    (made,) = sent_of(validated)
    send_back(made, by=cast.assistant_social_2, motif="Préciser les ressources")
    text = writer.get(page_of(validated)).content.decode()
    assert "à reprendre" in text
    assert "Préciser les ressources" in text
    assert "Envoyer à la validation" in text


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("gos", 403),
        ("puericultrice", 403),
        ("responsable_evaluation", 403),
        ("assistant_social_2", 404),
        ("assistant_social_chatenay", 404),
        ("assistant_social", 200),
    ],
)
def test_each_role(cast, sign_in, validated, username, status):
    client = sign_in(getattr(cast, username))
    assert client.get(page_of(validated, "relais")).status_code == status
    assert send(client, validated).status_code == (302 if status == 200 else status)


def test_the_journal(writer, validated):
    writer.get(page_of(validated, "relais"))
    send(writer, validated)
    rows = Acces.objects.filter(page="evaluation:relais_nouveau").order_by("at")
    assert [(row.action, row.usager_ids) for row in rows] == [
        ("lecture", [validated.usager_id]),
        ("ecriture", [validated.usager_id]),
    ]


def test_queries(writer, validated):
    assert count_queries(writer, page_of(validated, "relais")) <= 12


def test_other_methods(writer, validated):
    assert writer.put(page_of(validated, "relais")).status_code == 405


def test_the_thread_goes_on(cast, sign_in, relais):
    """From the desk's relais to the one accompagnement receives, by the pages alone."""
    found = open_from(relais, by=cast.assistant_social)
    explore_all(found, by=cast.assistant_social)
    writer, leader = sign_in(cast.assistant_social), sign_in(cast.responsable_evaluation)
    writer.post(page_of(found, "validation"))
    leader.post(page_of(found, "decision"), {"decision": "valider"})
    send(writer, found)
    assert Relais.objects.visible_to(cast.assistant_social_2).waiting().count() == 1
