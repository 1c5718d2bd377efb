"""Goals and steps: made by the team, edited with a version, moved by acts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Relais
from evaluation.models import Fragilite
from parcours.demonstration.builders import make_action, make_objectif
from parcours.models import Action, Objectif, Parcours
from parcours.opening import open_from
from pole_social.models import Acces, Partenaire
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, assert_does_not_exist, last_row
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
Statut = Action.Statut


def url(parcours: Parcours, act: str) -> str:
    return f"/parcours/{parcours.pk}/{act}/"


def typed_action(**fields: object) -> dict[str, object]:
    return {"libelle": "Demander le FSL", "porteur": "personne", "echeance": "12/03/2027", **fields}


@together("act", ["objectifs", "actions"])
@together(
    ("username", "status"),
    [
        *((name, 200 if name == REFERENT else 404) for name in CARE),
        *((name, 403) for name in ENCADREMENT + OUTSIDE),
    ],
)
def test_each_role(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours, act: str, username: str, status: int
) -> None:
    assert browse(username).get(url(suivi, act)).status_code == status


def test_routes(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    goal = make_objectif(suivi, by=cast.assistant_social_2)
    step = make_action(suivi, by=cast.assistant_social_2)
    edit, move = url(suivi, f"objectifs/{goal.pk}"), url(suivi, f"actions/{step.pk}/etape")
    assert browse(REFERENT).put(edit).status_code == 405
    assert browse(REFERENT).get(move).status_code == 405
    assert_does_not_exist(browse("cesf"), url(suivi, "objectifs"), suivi.pk, "post")
    assert_does_not_exist(browse("cesf"), edit, goal.pk)
    assert_does_not_exist(browse(REFERENT), url(suivi, f"objectifs/{step.pk}"), step.pk)
    assert_does_not_exist(browse(REFERENT), url(suivi, f"actions/{goal.pk}/etape"), goal.pk, "post")
    assert browse(REFERENT).get(edit).status_code == 200


def test_new_goal(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    typed = {"libelle": "Garder le logement", "echeance": "1er mars 2027"}
    assert browse(REFERENT).post(url(suivi, "objectifs"), typed).url == f"/parcours/{suivi.pk}/"  # type: ignore[attr-defined]
    goal = Objectif.objects.get()
    assert (goal.libelle, str(goal.echeance), goal.created_by) == (
        "Garder le logement",
        "2027-03-01",
        cast.assistant_social_2,
    )
    row = last_row("objectif_nouveau")
    assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [suivi.usager_id])


def test_goal_is_tied_to_a_fragility_that_was_found(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    found, other = (Fragilite.objects.get(code=code) for code in ("impaye_loyer", "deuil"))
    client = browse(REFERENT)
    refused = client.post(url(parcours, "objectifs"), {"libelle": "x", "fragilite": other.pk})
    assert "Choisissez une des fragilités de la liste." in refused.content.decode()
    client.post(url(parcours, "objectifs"), {"libelle": "x", "fragilite": found.pk})
    assert Objectif.objects.get().fragilite == found


def test_who_does_not_read_the_evaluation_does_not_touch_the_fragility(
    cast: SimpleNamespace, browse: Browse, recu: Relais
) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    parcours.add_intervenant(cast.puericultrice)
    goal = make_objectif(parcours, by=cast.assistant_social_2)
    goal.fragilite = Fragilite.objects.get(code="impaye_loyer")
    goal.save()
    client, edit = browse("puericultrice"), url(parcours, f"objectifs/{goal.pk}")
    assert "Impayé" not in client.get(edit).content.decode()
    client.post(edit, {"libelle": "Autrement dit", "fragilite": "", "version": 1})
    goal.refresh_from_db()
    assert (goal.libelle, goal.fragilite.code) == ("Autrement dit", "impaye_loyer")


def test_edit_a_goal_and_meet_a_stale_version(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    parcours = open_from(recu, by=cast.assistant_social_2)
    parcours.add_intervenant(cast.cesf)
    goal = make_objectif(parcours, by=cast.assistant_social_2)
    edit = url(parcours, f"objectifs/{goal.pk}")
    assert browse("cesf").post(edit, {"libelle": "De Julie", "echeance": "", "version": 1}).status_code == 302
    typed = {"libelle": "De Claire", "echeance": "12/03/2027", "version": 1}
    stale = browse(REFERENT).post(edit, typed)
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "De Julie" in text
    assert "De Claire" in text
    goal.refresh_from_db()
    assert (goal.libelle, goal.version) == ("De Julie", 2)
    assert browse(REFERENT).post(edit, {**typed, "version": 2}).status_code == 302
    goal.refresh_from_db()
    assert goal.libelle == "De Claire"


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "99999999999999999999"])
def test_damaged_version(cast: SimpleNamespace, browse: Browse, suivi: Parcours, value: str) -> None:
    goal = make_objectif(suivi, by=cast.assistant_social_2)
    response = browse(REFERENT).post(url(suivi, f"objectifs/{goal.pk}"), {"libelle": "De Claire", "version": value})
    assert response.status_code == 200
    assert "De Claire" in response.content.decode()
    goal.refresh_from_db()
    assert goal.version == 1


@together("act", ["objectifs", "actions"])
@together("value", HOSTILE)
@together("field", ["libelle", "echeance", "porteur", "agent", "partenaire", "objectif", "cle"])
def test_hostile_input(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours, act: str, field: str, value: str
) -> None:
    make_objectif(suivi, by=cast.assistant_social_2)
    typed = typed_action(**{field: value})
    response = browse(REFERENT).post(url(suivi, act), typed)
    # A goal has no owner: fields that its form does not know are nothing to it.
    known = act == "actions" or field in ("libelle", "echeance", "cle")
    assert response.status_code == (200 if known else 302)
    assert not Action.objects.exists()
    assert Objectif.objects.count() == (1 if known else 2)


@together(
    ("fields", "message"),
    [
        ({"libelle": ""}, "Écrivez l’action."),
        ({"porteur": ""}, "Dites qui fait l’action."),
        ({"porteur": "voisin"}, "Dites qui fait l’action."),
        ({"porteur": "professionnel"}, "Choisissez quelqu’un de l’équipe."),
        ({"porteur": "partenaire"}, "Choisissez un partenaire de la liste."),
        ({"porteur": "partenaire", "partenaire": "999999999"}, "Choisissez un partenaire de la liste."),
        ({"echeance": ""}, "Cette date est nécessaire."),
        ({"echeance": "31/02/2027"}, "Ce jour n’existe pas dans ce mois."),
    ],
)
def test_invalid_action_keeps_what_was_typed(
    browse: Browse, suivi: Parcours, fields: dict[str, object], message: str
) -> None:
    response = browse(REFERENT).post(url(suivi, "actions"), typed_action(**fields))
    text = response.content.decode()
    assert response.status_code == 200
    assert message in text
    assert ("Demander le FSL" in text) == ("libelle" not in fields)
    assert not Action.objects.exists()


def test_owner_outside_the_team_is_refused_beside_the_field(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours
) -> None:
    suivi.add_intervenant(cast.eje)
    Deport.objects.create(agent=cast.eje, usager=suivi.usager, lien=Deport.Lien.PROCHE)
    client = browse(REFERENT)
    for agent in (cast.cesf, cast.gos, cast.assistant_social_chatenay, cast.eje, uuid.uuid4(), "x"):
        typed = typed_action(porteur="professionnel", agent=getattr(agent, "pk", agent))
        response = client.post(url(suivi, "actions"), typed)
        assert response.context["form"].errors["agent"] == ["Choisissez quelqu’un de l’équipe."]
    mine = typed_action(porteur="professionnel", agent=cast.assistant_social_2.pk)
    assert client.post(url(suivi, "actions"), mine).status_code == 302
    assert Action.objects.get().agent == cast.assistant_social_2


def test_the_radio_decides_who_owns_it(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    partner = Partenaire.objects.all()[0]
    both = {"agent": cast.assistant_social_2.pk, "partenaire": partner.pk}
    client = browse(REFERENT)
    for porteur in ("professionnel", "personne", "partenaire"):
        client.post(url(suivi, "actions"), typed_action(porteur=porteur, libelle=porteur, **both))
    owners = {action.porteur: (action.agent, action.partenaire) for action in Action.objects.all()}
    assert owners == {
        "professionnel": (cast.assistant_social_2, None),
        "personne": (None, None),
        "partenaire": (None, partner),
    }


def test_goal_of_another_parcours_is_refused(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    from_elsewhere = Parcours.objects.create(
        usager=suivi.usager,
        unite=cast.puericultrice.unites[0],
        entree=Parcours.Entree.NAISSANCE,
        echeance=suivi.echeance,
    )
    mine = make_objectif(suivi, by=cast.assistant_social_2)
    other = make_objectif(from_elsewhere, by=cast.puericultrice)
    client = browse(REFERENT)
    refused = client.post(url(suivi, "actions"), typed_action(objectif=other.pk))
    assert refused.context["form"].errors["objectif"] == ["Choisissez un des objectifs du parcours."]
    assert client.post(url(suivi, "actions"), typed_action(objectif=mine.pk)).status_code == 302
    chosen = client.get(url(suivi, "actions"), {"objectif": str(mine.pk)}).content.decode()
    assert f'value="{mine.pk}" selected' in chosen
    assert client.get(url(suivi, "actions"), {"objectif": "\x00"}).status_code == 200


@pytest.mark.parametrize("act", ["objectifs", "actions"])
def test_double_click_creates_once(browse: Browse, suivi: Parcours, act: str) -> None:
    client, typed = browse(REFERENT), typed_action(cle=str(uuid.uuid4()))
    first, again = client.post(url(suivi, act), typed), client.post(url(suivi, act), typed)
    assert first.url == again.url  # type: ignore[attr-defined]
    other = client.post(url(suivi, act), {**typed, "libelle": "Autre chose"})
    assert other.status_code == 409
    assert "Demander le FSL" in other.content.decode()
    assert Objectif.objects.count() + Action.objects.count() == 1


OPEN = [Statut.PREVUE, Statut.EN_COURS, Statut.EN_ATTENTE]


@together("start", Statut.values)
@together("to", Statut.values)
def test_moves(cast: SimpleNamespace, browse: Browse, suivi: Parcours, start: str, to: str) -> None:
    """Any to any among the open states, each to faite or abandonnée; those two are final."""
    step = make_action(suivi, by=cast.assistant_social_2, statut=start)
    response = browse(REFERENT).post(url(suivi, f"actions/{step.pk}/etape"), {"vers": to})
    step.refresh_from_db()
    moved = start in OPEN and start != to
    assert response.status_code == (302 if moved or start == to else 409)
    assert step.statut == (to if moved else start)
    assert step.etapes.count() == (2 if moved else 1)


@pytest.mark.parametrize("value", ["", "envolee", *HOSTILE])
def test_unknown_move_is_refused(cast: SimpleNamespace, browse: Browse, suivi: Parcours, value: str) -> None:
    step = make_action(suivi, by=cast.assistant_social_2)
    assert browse(REFERENT).post(url(suivi, f"actions/{step.pk}/etape"), {"vers": value}).status_code == 409
    step.refresh_from_db()
    assert step.statut == Statut.PREVUE


# --- A step that is corrected -----------------------------------------------------------------------


def typed_edit(step: Action, **fields: object) -> dict[str, object]:
    kept = {"libelle": step.libelle, "porteur": "personne", "echeance": f"{step.echeance:%d/%m/%Y}", "version": 1}
    return {**kept, **fields}


@together(
    ("username", "status"),
    [*((name, 200 if name == REFERENT else 404) for name in CARE), *((name, 403) for name in ENCADREMENT + OUTSIDE)],
)
def test_each_role_edits(cast: SimpleNamespace, browse: Browse, suivi: Parcours, username: str, status: int) -> None:
    step = make_action(suivi, by=cast.assistant_social_2)
    assert browse(username).get(url(suivi, f"actions/{step.pk}")).status_code == status


def test_edit_a_step(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    goal, step = make_objectif(suivi, by=cast.assistant_social_2), make_action(suivi, by=cast.assistant_social_2)
    edit = url(suivi, f"actions/{step.pk}")
    assert edit in browse(REFERENT).get(f"/parcours/{suivi.pk}/").content.decode()
    typed = typed_edit(step, libelle="Écrire au bailleur", echeance="12 mars 2027", objectif=goal.pk)
    assert browse(REFERENT).post(edit, typed).url == f"/parcours/{suivi.pk}/"  # type: ignore[attr-defined]
    step.refresh_from_db()
    said = (step.libelle, step.porteur, step.agent, str(step.echeance), step.objectif, step.version)
    assert said == ("Écrire au bailleur", "personne", None, "2027-03-12", goal, 2)
    assert step.statut == Statut.PREVUE
    assert last_row("action").action == Acces.Action.ECRITURE


@together(("typed", "ahead"), [("demain", 1), ("après-demain", 2), ("%d/%m/%y", 100)])
def test_a_day_to_come_as_people_say_it(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours, typed: str, ahead: int
) -> None:
    """Of a step and of a goal; two digits of a year are of this century."""
    day = timezone.localdate() + timedelta(days=ahead)
    goal, step = make_objectif(suivi, by=cast.assistant_social_2), make_action(suivi, by=cast.assistant_social_2)
    client, typed = browse(REFERENT), day.strftime(typed)
    assert client.post(url(suivi, f"actions/{step.pk}"), typed_edit(step, echeance=typed)).status_code == 302
    said = {"libelle": goal.libelle, "echeance": typed, "version": goal.version}
    assert client.post(url(suivi, f"objectifs/{goal.pk}"), said).status_code == 302
    for row in (goal, step):
        row.refresh_from_db()
        assert row.echeance == day


def test_two_who_edit_a_step_see_both(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    suivi.add_intervenant(cast.cesf)
    step = make_action(suivi, by=cast.assistant_social_2)
    edit = url(suivi, f"actions/{step.pk}")
    assert browse("cesf").post(edit, typed_edit(step, libelle="De Julie")).status_code == 302
    mine = typed_edit(step, libelle="De Claire", porteur="professionnel", agent=cast.assistant_social_2.pk)
    stale = browse(REFERENT).post(edit, mine)
    text = stale.content.decode()
    assert stale.status_code == 409
    for said in ("De Julie", "De Claire", "la personne", "un professionnel", cast.assistant_social_2.nom_complet):
        assert said in text
    step.refresh_from_db()
    assert step.libelle == "De Julie"
    assert browse(REFERENT).post(edit, {**mine, "version": 2}).status_code == 302
    # A double click: it stands as it was typed.
    assert browse(REFERENT).post(edit, {**mine, "version": 2}).status_code == 302
    step.refresh_from_db()
    assert (step.libelle, step.version) == ("De Claire", 3)


@pytest.mark.parametrize("statut", [Statut.FAITE, Statut.ABANDONNEE])
def test_what_is_done_stays_as_it_was(cast: SimpleNamespace, browse: Browse, suivi: Parcours, statut: str) -> None:
    step = make_action(suivi, by=cast.assistant_social_2, statut=statut)
    edit = url(suivi, f"actions/{step.pk}")
    assert browse(REFERENT).get(edit).status_code == 302
    assert browse(REFERENT).post(edit, typed_edit(step, libelle="Autre")).status_code == 409
    step.refresh_from_db()
    assert step.libelle != "Autre"


def test_owner_who_has_left_is_replaced(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    step = make_action(suivi, by=cast.cesf)
    edit, outside = url(suivi, f"actions/{step.pk}"), typed_edit(step, porteur="professionnel", agent=cast.cesf.pk)
    refused = browse(REFERENT).post(edit, outside)
    assert refused.context["form"].errors["agent"] == ["Choisissez quelqu’un de l’équipe."]
    assert browse(REFERENT).post(edit, {**outside, "agent": cast.assistant_social_2.pk}).status_code == 302


def test_a_date_to_come(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """A new date is not past; one that was late stays while something else is corrected."""
    client, passed = browse(REFERENT), "Cette date est passée : donnez une date à venir."
    for act in ("actions", "objectifs"):
        response = client.post(url(suivi, act), typed_action(echeance="12/03/2020"))
        assert response.context["form"].errors["echeance"] == [passed]
    late = make_action(suivi, by=cast.assistant_social_2, due_in=-5)
    edit = url(suivi, f"actions/{late.pk}")
    assert client.post(edit, typed_edit(late, echeance="12/03/2020")).context["form"].errors["echeance"] == [passed]
    assert client.post(edit, typed_edit(late, libelle="Le rappeler")).status_code == 302


@together("value", HOSTILE)
@together("field", ["libelle", "echeance", "porteur", "version"])
def test_hostile_edit(cast: SimpleNamespace, browse: Browse, suivi: Parcours, field: str, value: str) -> None:
    step = make_action(suivi, by=cast.assistant_social_2)
    response = browse(REFERENT).post(url(suivi, f"actions/{step.pk}"), typed_edit(step, **{field: value}))
    assert response.status_code == 200
    step.refresh_from_db()
    assert step.version == 1


def test_step_of_another_parcours(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    goal = make_objectif(suivi, by=cast.assistant_social_2)
    assert_does_not_exist(browse(REFERENT), url(suivi, f"actions/{goal.pk}"), goal.pk, "post")
    assert_does_not_exist(browse("cesf"), url(suivi, f"actions/{make_action(suivi, by=cast.cesf).pk}"), suivi.pk)
