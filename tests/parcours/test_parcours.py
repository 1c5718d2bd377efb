"""/parcours/<id>/: the head, the goals and steps, the team, and a history of any length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Rattachement, Relais, Usager
from evaluation.models import Fragilite, FragiliteReperee
from parcours.demonstration.builders import make_action, make_ecrit, make_objectif
from parcours.fin import close
from parcours.models import Action, Ecrit, Parcours
from parcours.opening import open_from
from pole_social.models import Acces
from tests.bulk import written
from tests.parcours.aides import CARE, ENCADREMENT, OUTSIDE, allowed_by, assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"


def url(parcours: Parcours) -> str:
    return f"/parcours/{parcours.pk}/"


@together(
    ("username", "status"),
    [
        *((name, 200 if name == REFERENT else 404) for name in CARE),
        *((name, 200 if name in ("responsable-accompagnement", "responsable-sst") else 404) for name in ENCADREMENT),
        *((name, 403) for name in OUTSIDE),
        ("assistant-social-chatenay", 404),
        ("gos-chatenay", 403),
    ],
)
def test_each_role(cast: SimpleNamespace, browse: Browse, suivi: Parcours, username: str, status: int) -> None:
    assert browse(username).get(url(suivi)).status_code == status


def test_out_of_scope_is_what_does_not_exist(browse: Browse, suivi: Parcours) -> None:
    assert_does_not_exist(browse("assistant-social-chatenay"), url(suivi), suivi.pk)
    assert browse(REFERENT).post(url(suivi)).status_code == 405


def test_head_says_who_since_when_and_what_is_next(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    Parcours.objects.update(opened_on=timezone.localdate() - timedelta(days=430))
    make_action(suivi, by=cast.assistant_social_2, due_in=-15)
    text = browse(REFERENT).get(url(suivi)).content.decode()
    for said in ("Aminata Traoré", "actif depuis 14 mois", "référent : Claire Bernard", "prochain bilan dans"):
        assert said in text
    assert "en retard depuis 2 semaines" in text
    assert "<title>Parcours · Pôle social</title>" in text, "the title names nobody"


def test_goals_and_steps_with_owner_date_and_state(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    by = cast.assistant_social_2
    goal = make_objectif(suivi, by=by, libelle="Rester dans le logement")
    make_action(suivi, by=by, objectif=goal, libelle="Demander le FSL", due_in=9)
    make_action(suivi, by=by, libelle="Appeler la CAF", statut=Action.Statut.FAITE)
    groups = browse(REFERENT).get(url(suivi)).context["groupes"]
    assert [(str(group.objectif), [str(step) for step in group.actions]) for group in groups] == [
        ("Rester dans le logement", ["Demander le FSL"]),
        ("None", ["Appeler la CAF"]),
    ]


def test_empty_goals_say_what_to_do(browse: Browse, suivi: Parcours) -> None:
    text = browse(REFERENT).get(url(suivi)).content.decode()
    assert "Fixer un premier objectif" in text


def test_evaluation_is_read_by_social_members_only(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    parcours.add_intervenant(cast.puericultrice)
    assert "Impayé de loyer" in browse(REFERENT).get(url(parcours)).content.decode()
    assert "Impayé de loyer" not in browse("puericultrice").get(url(parcours)).content.decode()


def test_fragility_of_a_goal_is_named_to_those_who_read_the_evaluation(
    cast: SimpleNamespace, browse: Browse, recu: Relais
) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    parcours.add_intervenant(cast.puericultrice)
    goal = make_objectif(parcours, by=cast.assistant_social_2)
    goal.fragilite = Fragilite.objects.get(code="impaye_loyer")
    goal.save()
    # Beside the goal, in what the evaluation found, and in the levels over time.
    assert browse(REFERENT).get(url(parcours)).content.decode().count("Impayé de loyer") == 3
    other = browse("puericultrice").get(url(parcours)).content.decode()
    assert goal.libelle in other
    assert "Impayé de loyer" not in other


def test_a_level_taken_back_is_not_shown(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    assert browse(REFERENT).get(url(parcours)).context["constats"].fragilites
    FragiliteReperee.objects.update(removed_at=timezone.now())
    assert browse(REFERENT).get(url(parcours)).context["constats"].fragilites == []


def test_timeline_holds_what_i_may_read_newest_first(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    step = make_action(parcours, by=cast.assistant_social_2)
    step.move(Action.Statut.FAITE, by=cast.assistant_social_2)
    parcours.add_intervenant(cast.cesf)
    make_ecrit(parcours, by=cast.cesf, done_on=timezone.localdate() - timedelta(days=40))
    found = browse(REFERENT).get(url(parcours)).context["chronologie"].entrees
    assert [(entree.nature, entree.etat) for entree in found] == [
        ("intervenant", ""),
        ("action", "faite"),
        ("action", "prévue"),
        ("parcours", "actif"),
        ("relais", ""),
        ("ecrit", ""),
    ]


def test_timeline_pages_show_everything_once(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """70 écrits of three days, many of one instant: the key must cut between them."""
    start, now = date(2026, 3, 1), timezone.now()
    written(
        Ecrit(
            parcours=suivi,
            auteur=cast.assistant_social_2,
            cercle=Ecrit.Cercle.EQUIPE,
            modalite=Ecrit.Modalite.TELEPHONE,
            done_on=start + timedelta(days=number % 3),
            texte="x",
            created_at=now,
            signed_at=now,
        )
        for number in range(70)
    )
    client, before, seen = browse(REFERENT), "", []
    for _ in range(3):
        page = client.get(url(suivi), {"avant": before}).context["chronologie"]
        seen += page.entrees
        before = page.suivante
    assert before == ""
    assert len({(entree.nature, entree.objet.pk) for entree in seen}) == len(seen) == 72
    assert [entree.key for entree in seen] == sorted((entree.key for entree in seen), reverse=True)


@together(
    "key",
    [
        "x",
        "~~",
        "\x00",
        "2026-02-31~x~y",
        "0001-01-01~0001-01-01T00:00:00+00:00~" + "0" * 32,
        "2026-01-01~2026-01-01T00:00:00~" + "0" * 32,
        "a" * 5000,
    ],
)
def test_damaged_timeline_key_gives_the_first_page(browse: Browse, suivi: Parcours, key: str) -> None:
    response = browse(REFERENT).get(url(suivi), {"avant": key})
    assert response.status_code == 200
    assert len(response.context["chronologie"].entrees) == 2


def test_why_i_have_access_and_the_journal_say_the_same(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    text = browse(REFERENT).get(url(suivi)).content.decode()
    assert "« référent »" in text
    row = last_row("parcours")
    assert (row.action, row.objet_id, row.usager_ids) == (Acces.Action.LECTURE, suivi.pk, [suivi.usager_id])
    found = allowed_by(row)
    assert (found.nature, found.source_id) == (Rattachement.Nature.REFERENT, suivi.pk)
    browse("responsable-accompagnement").get(url(suivi))
    assert last_row("parcours").rattachement_id is None


def test_print_has_no_safe_contact_and_a_small_reference(browse: Browse, suivi: Parcours) -> None:
    Usager.objects.filter(pk=suivi.usager_id).update(contact_sur="sms")
    text = browse(REFERENT).get(url(suivi)).content.decode()
    assert f'<span class="reference">réf. {suivi.usager.reference}</span>' in text
    assert 'avis-attention a-l-ecran"' in text


def test_closed_parcours_is_read_and_not_written(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    close(suivi, motif=Parcours.MotifCloture.OBJECTIFS, by=cast.assistant_social_2)
    client = browse(REFERENT)
    text = client.get(url(suivi)).content.decode()
    assert "clos" in text
    assert "ecrits/nouveau/" not in text
    assert client.get(url(suivi) + "ecrits/nouveau/").status_code == 404


def grow(cast: SimpleNamespace, parcours: Parcours, number: int) -> None:
    now = timezone.now()
    written(
        Ecrit(
            parcours=parcours,
            auteur=cast.cesf,
            cercle=[Ecrit.Cercle.EQUIPE, Ecrit.Cercle.SANTE][index % 2],
            modalite=Ecrit.Modalite.TELEPHONE,
            done_on=date(2026, 1, 1) + timedelta(days=index % 300),
            texte="Rencontre au pôle social.",
            created_at=now,
            signed_at=now,
        )
        for index in range(number)
    )
    for index in range(number // 10):
        make_action(parcours, by=cast.cesf, objectif=make_objectif(parcours, by=cast.cesf), due_in=index)


@pytest.mark.parametrize("username", [REFERENT, "cesf", "puericultrice", "responsable-accompagnement"])
def test_queries_do_not_grow(cast: SimpleNamespace, browse: Browse, recu: Relais, username: str) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    for agent in (cast.cesf, cast.puericultrice):
        parcours.add_intervenant(agent)
    client = browse(username)
    grow(cast, parcours, 10)
    few = count_queries(client, url(parcours))
    grow(cast, parcours, 490)
    assert count_queries(client, url(parcours)) == few <= 28
    assert len(client.get(url(parcours)).content) < 200_000
