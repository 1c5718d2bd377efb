"""/parcours/relais/<id>/: what was already said; accept, or send back with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement, Relais, Usager
from evaluation.models import Evaluation, Exploration
from parcours.demonstration.builders import make_fait, make_passage, make_relais
from parcours.models import Action, Intervenant, Objectif, Parcours
from parcours.opening import open_from
from pole_social.models import Acces
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, allowed_by, assert_does_not_exist, last_row
from tests.parcours.conftest import send_to_accompagnement
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
MINE = ["assistant-social-2", "cesf", "educateur", "conseiller-insertion", "psychologue"]


def page(relais: Relais, act: str = "") -> str:
    return f"/parcours/relais/{relais.pk}/{act}"


@together(
    ("username", "status"),
    [
        *((name, 200 if name in MINE else 404) for name in CARE),
        *((name, 200 if name in ("responsable-accompagnement", "responsable-sst") else 404) for name in ENCADREMENT),
        *((name, 403) for name in OUTSIDE),
        ("assistant-social-chatenay", 404),
        ("responsable-chatenay", 404),
    ],
)
def test_each_role(cast: SimpleNamespace, browse: Browse, recu: Relais, username: str, status: int) -> None:
    assert browse(username).get(page(recu)).status_code == status


def test_out_of_scope_is_what_does_not_exist(browse: Browse, recu: Relais) -> None:
    client = browse("assistant-social-chatenay")
    assert_does_not_exist(client, page(recu), recu.pk)
    assert_does_not_exist(client, page(recu, "acceptation/"), recu.pk, "post")
    assert_does_not_exist(client, page(recu, "retour/"), recu.pk, "post")
    assert Acces.objects.filter(action=Acces.Action.REFUS, usager_ids=[]).count() == 6


@pytest.mark.parametrize("act", ["acceptation/", "retour/"])
def test_acts_are_posts_of_professionals(browse: Browse, recu: Relais, act: str) -> None:
    assert browse("cesf").get(page(recu, act)).status_code == 405
    assert browse("cesf").post(page(recu)).status_code == 405
    for username in ["responsable-accompagnement", "gos", "dpo"]:
        assert browse(username).post(page(recu, act), {"motif": "x"}).status_code == 403
    assert browse("cesf").post(page(recu, act), {"motif": "Il manque un accord."}).status_code == 302


def test_shows_what_was_said_by_whom(cast: SimpleNamespace, browse: Browse, aminata: Usager, recu: Relais) -> None:
    make_passage(aminata, by=cast.gos)
    make_fait(aminata, by=cast.gos, valeur="hébergée chez sa sœur")
    make_fait(aminata, by=cast.gos, valeur="locataire depuis mai")
    text = browse("cesf").get(page(recu)).content.decode()
    assert recu.dit in text
    assert "Karim Haddad" in text
    assert "locataire depuis mai" in text
    assert "hébergée chez sa sœur" not in text, "the latest word on a subject is what is known"


def test_safe_contact_is_shown_and_not_printed(browse: Browse, aminata: Usager, recu: Relais) -> None:
    Usager.objects.filter(pk=aminata.pk).update(contact_sur="sms", contact_sur_sans_message=True)
    text = browse("cesf").get(page(recu)).content.decode()
    assert "SMS seulement" in text
    assert "ne jamais laisser de message" in text
    assert 'avis-attention a-l-ecran"' in text


@pytest.mark.parametrize("username", ["cesf", "psychologue", "responsable-accompagnement", "responsable-sst"])
def test_a_waiting_relais_opens_no_evaluation(
    cast: SimpleNamespace, browse: Browse, recu: Relais, username: str
) -> None:
    """The relais says what its sender wrote in it; the evaluation waits for whoever accepts."""
    evaluation = recu.evaluations_envoyees.get()
    text = browse(username).get(page(recu)).content.decode()
    assert "Impayé de loyer" not in text
    assert not Exploration.objects.visible_to(getattr(cast, username.replace("-", "_"))).exists()
    # The control: accepting opens it.
    open_from(recu, by=cast.assistant_social_2)
    assert Exploration.objects.visible_to(cast.assistant_social_2).filter(evaluation=evaluation).count() == 14


@pytest.mark.parametrize(("username", "is_read"), [("cesf", True), ("psychologue", True), ("responsable-sst", False)])
def test_what_was_said_is_for_those_related(browse: Browse, recu: Relais, username: str, is_read: bool) -> None:
    """Supervision without a relationship shows that the relais waits, not what it says."""
    Usager.objects.filter(pk=recu.usager_id).update(contact_sur="sms", naissance_annee=1991)
    text = browse(username).get(page(recu)).content.decode()
    assert (recu.dit in text) is is_read
    assert ("SMS seulement" in text) is is_read
    assert ("1991" in text) is is_read


def test_journal_row(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    browse("cesf").get(page(recu))
    row = last_row("relais")
    assert (row.action, row.objet_id, row.usager_ids) == (Acces.Action.LECTURE, recu.pk, [recu.usager_id])
    assert allowed_by(row).nature == Rattachement.Nature.RELAIS


def test_queries(cast: SimpleNamespace, browse: Browse, aminata: Usager, recu: Relais) -> None:
    client = browse("cesf")
    few = count_queries(client, page(recu))
    make_passage(aminata, by=cast.gos)
    for number in range(50):
        make_fait(aminata, by=cast.gos, valeur=f"mot {number}")
    assert count_queries(client, page(recu)) == few <= 18


def test_accepting_opens_the_parcours(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    response = browse("cesf").post(
        page(recu, "acceptation/"),
        {"objectif": "Garder le logement", "action": "Appeler le bailleur", "echeance": "12/03/2027"},
    )
    parcours = Parcours.objects.get()
    assert response.url == f"/parcours/{parcours.pk}/"  # type: ignore[attr-defined]
    assert parcours.intervenants.get(is_referent=True).agent == cast.cesf
    assert list(parcours.relais_recus.all()) == [recu]
    action = Action.objects.get()
    assert (action.libelle, action.agent, str(action.echeance)) == ("Appeler le bailleur", cast.cesf, "2027-03-12")
    assert action.objectif == Objectif.objects.get(libelle="Garder le logement", parcours=parcours)
    assert action.etapes.count() == 1
    recu.refresh_from_db()
    assert recu.statut == Relais.Statut.ACCEPTE
    row = last_row("relais_acceptation")
    assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [recu.usager_id])


def test_accepting_with_nothing_more(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    browse("cesf").post(page(recu, "acceptation/"))
    assert Parcours.objects.count() == 1
    assert not Objectif.objects.exists()
    assert not Action.objects.exists()


def test_evaluators_read_ends_when_the_relais_is_taken(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    mine = Rattachement.objects.filter(agent=cast.assistant_social, usager=recu.usager)
    assert mine.live().exists()
    browse("cesf").post(page(recu, "acceptation/"))
    assert not mine.live().exists()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"action": "Appeler"}, "Dites pour quand cette action est prévue."),
        ({"echeance": "12/03/2027"}, "Écrivez l’action prévue à cette date."),
        ({"action": "Appeler", "echeance": "31/02/2027"}, "Ce jour n’existe pas dans ce mois."),
        ({"action": "Appeler", "echeance": "01/01/10000"}, "Cette date n’est pas lisible."),
        ({"action": "Appeler", "echeance": "mars 2027"}, "Indiquez le jour, le mois et l’année."),
    ],
)
def test_invalid_acceptance_keeps_what_was_typed(
    browse: Browse, recu: Relais, typed: dict[str, str], message: str
) -> None:
    text = browse("cesf").post(page(recu, "acceptation/"), typed).content.decode()
    assert message in text
    for value in typed.values():
        assert f'value="{value}"' in text
    assert not Parcours.objects.exists()


@together("value", HOSTILE)
@together("field", ["objectif", "action", "echeance", "cle"])
def test_hostile_acceptance(browse: Browse, recu: Relais, field: str, value: str) -> None:
    typed = {"objectif": "x", "action": "y", "echeance": "12/03/2027", field: value}
    assert browse("cesf").post(page(recu, "acceptation/"), typed).status_code == 200
    assert not Parcours.objects.exists()


def test_double_click_accepts_once(browse: Browse, recu: Relais) -> None:
    client, typed = browse("cesf"), {"cle": str(uuid.uuid4()), "objectif": "Garder le logement"}
    first = client.post(page(recu, "acceptation/"), typed)
    again = client.post(page(recu, "acceptation/"), typed)
    assert first.url == again.url  # type: ignore[attr-defined]
    assert (Parcours.objects.count(), Objectif.objects.count()) == (1, 1)
    other = client.post(page(recu, "acceptation/"), {**typed, "objectif": "Autre chose"})
    assert other.status_code == 409
    assert "Garder le logement" in other.content.decode()
    assert "Autre chose" in other.content.decode()


def test_second_tab_finds_the_parcours(browse: Browse, recu: Relais) -> None:
    client = browse("cesf")
    first = client.post(page(recu, "acceptation/"), {"objectif": "Garder le logement"})
    second = client.post(page(recu, "acceptation/"), {"objectif": "Garder le logement"})
    assert first.url == second.url  # type: ignore[attr-defined]
    assert Objectif.objects.count() == 1
    assert "Ouvrir le parcours" in client.get(page(recu)).content.decode()


def test_colleague_who_comes_after_is_out_of_scope(browse: Browse, recu: Relais) -> None:
    """Once taken, the relais relates nobody: what happened next is the team's."""
    browse("cesf").post(page(recu, "acceptation/"))
    assert_does_not_exist(browse("educateur"), page(recu), recu.pk)
    assert_does_not_exist(browse("educateur"), page(recu, "acceptation/"), recu.pk, "post")
    assert Intervenant.objects.count() == 1


def test_second_relais_attaches_to_the_open_parcours(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    browse("cesf").post(page(recu, "acceptation/"))
    second = make_relais(recu.usager, by=cast.assistant_social, to="issy-accompagnement")
    browse("educateur").post(page(second, "acceptation/"))
    parcours = Parcours.objects.get()
    assert parcours.relais_recus.count() == 2
    assert [(i.agent, i.is_referent) for i in parcours.intervenants.all()] == [
        (cast.cesf, True),
        (cast.educateur, False),
    ]


def test_send_back_needs_a_reason(browse: Browse, recu: Relais) -> None:
    response = browse("cesf").post(page(recu, "retour/"), {"motif": "   "})
    assert response.status_code == 200
    assert "Dites pourquoi" in response.content.decode()
    recu.refresh_from_db()
    assert recu.is_open


def test_send_back_wakes_the_evaluation(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    typed = {"motif": "La personne n’a pas été prévenue.", "cle": str(uuid.uuid4())}
    client = browse("cesf")
    assert client.post(page(recu, "retour/"), typed).url == "/parcours/"  # type: ignore[attr-defined]
    recu.refresh_from_db()
    assert recu.statut == Relais.Statut.RETOURNE
    step = recu.etapes.get(vers=Relais.Statut.RETOURNE)
    assert (step.motif, step.by) == (typed["motif"], cast.cesf)
    assert Evaluation.objects.get().statut == Evaluation.Statut.A_REPRENDRE
    again = client.post(page(recu, "retour/"), typed)
    assert again.url == "/parcours/", "a double click gets the first answer"  # type: ignore[attr-defined]
    assert recu.etapes.filter(vers=Relais.Statut.RETOURNE).count() == 1


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_reason(browse: Browse, recu: Relais, value: str) -> None:
    assert browse("cesf").post(page(recu, "retour/"), {"motif": value}).status_code == 200
    recu.refresh_from_db()
    assert recu.is_open


def test_late_relais_can_still_be_accepted(cast: SimpleNamespace, browse: Browse, aminata: Usager) -> None:
    late = send_to_accompagnement(cast, aminata, promised_in=-30)
    assert "en retard depuis" in browse("cesf").get(page(late)).content.decode()
    assert browse("cesf").post(page(late, "acceptation/")).status_code == 302


def test_deport_wins(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    Deport.objects.create(agent=cast.cesf, usager=recu.usager, lien=Deport.Lien.SOI)
    assert_does_not_exist(browse("cesf"), page(recu), recu.pk)
    assert_does_not_exist(browse("cesf"), page(recu, "acceptation/"), recu.pk, "post")
    assert browse("educateur").get(page(recu)).status_code == 200


def test_responsable_is_told_who_answers(browse: Browse, recu: Relais) -> None:
    text = browse("responsable-accompagnement").get(page(recu)).content.decode()
    assert "attend un professionnel de l’unité" in text
    assert "acceptation/" not in text


def test_agent_whose_affectation_ended_is_refused(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    cast.cesf.affectations.update(
        starts_on=timezone.localdate() - timedelta(days=9), ends_on=timezone.localdate() - timedelta(days=1)
    )
    assert browse("cesf").get(page(recu)).status_code == 403


def test_a_sensitive_word_does_not_travel_with_the_relais(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    """Asked inside a demande that needs it, it stays there; the other words travel."""
    make_fait(recu.usager, by=cast.gos, sujet="handicap", valeur="handicap déclaré")
    make_fait(recu.usager, by=cast.gos, valeur="hébergée chez sa sœur")
    text = browse("cesf").get(page(recu)).content.decode()
    assert "hébergée chez sa sœur" in text
    assert "handicap déclaré" not in text
