"""Calling a colleague into the team."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement
from parcours.demonstration.builders import make_action
from parcours.fin import close
from parcours.forms.equipe import IntervenantForm
from parcours.models import Intervenant, Parcours
from pole_social.models import Acces, Agent
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"


def url(parcours: Parcours) -> str:
    return f"/parcours/{parcours.pk}/equipe/"


@together(
    ("username", "status"),
    [
        *((name, 200 if name == REFERENT else 404) for name in CARE),
        *((name, 403) for name in ENCADREMENT + OUTSIDE),
    ],
)
def test_each_role(cast: SimpleNamespace, browse: Browse, suivi: Parcours, username: str, status: int) -> None:
    assert browse(username).get(url(suivi)).status_code == status


def test_out_of_scope_is_what_does_not_exist(browse: Browse, suivi: Parcours) -> None:
    assert_does_not_exist(browse("cesf"), url(suivi), suivi.pk)
    assert_does_not_exist(browse("cesf"), url(suivi), suivi.pk, "post")
    assert browse(REFERENT).put(url(suivi)).status_code == 405


def test_called_in_reads_at_once(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    client = browse("puericultrice")
    assert client.get(f"/parcours/{suivi.pk}/").status_code == 404
    response = browse(REFERENT).post(url(suivi), {"agent": cast.puericultrice.pk})
    assert response.url == f"/parcours/{suivi.pk}/"  # type: ignore[attr-defined]
    assert client.get(f"/parcours/{suivi.pk}/").status_code == 200
    found = Rattachement.objects.get(agent=cast.puericultrice)
    assert (found.nature, found.source_id, found.ends_at) == (Rattachement.Nature.INTERVENANT, suivi.pk, None)
    row = last_row("equipe")
    assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [suivi.usager_id])


def test_a_member_calls_in_as_well(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    suivi.add_intervenant(cast.puericultrice)
    assert browse("puericultrice").post(url(suivi), {"agent": cast.medecin.pk}).status_code == 302
    assert suivi.intervenants.filter(agent=cast.medecin, is_referent=False).exists()


def refused(client: Client, parcours: Parcours, agent: Agent) -> bool:
    offered = client.get(url(parcours)).context["form"].fields["agent"].queryset
    response = client.post(url(parcours), {"agent": agent.pk})
    said = response.status_code == 200 and "Choisissez un professionnel de la liste." in response.content.decode()
    return agent not in offered and said


def test_whom_one_may_call_in(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """Care professions of the territoire, at work today, not in yet, not related to the person."""
    client = browse(REFERENT)
    Deport.objects.create(agent=cast.eje, usager=suivi.usager, lien=Deport.Lien.PROCHE)
    Agent.objects.filter(pk=cast.medecin.pk).update(is_active=False)
    yesterday = timezone.localdate() - timedelta(days=1)
    cast.sage_femme.affectations.update(ends_on=yesterday)
    for name in (
        "gos",
        "responsable_accompagnement",
        "dpo",
        "assistant_social_chatenay",
        "eje",
        "medecin",
        "sage_femme",
    ):
        assert refused(client, suivi, getattr(cast, name)), name
    assert not refused(client, suivi, cast.auxiliaire)
    assert Intervenant.objects.count() == 2


@pytest.mark.parametrize("value", ["", "x", "5f0c8a52-3b0c-4b2e-9d2a-4f3f9a2d7c11", *HOSTILE])
def test_unknown_or_hostile_choice(browse: Browse, suivi: Parcours, value: str) -> None:
    response = browse(REFERENT).post(url(suivi), {"agent": value})
    assert response.status_code == 200
    assert "Choisissez un professionnel" in response.content.decode()
    assert Intervenant.objects.count() == 1


def test_double_click_adds_once(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    client, typed = browse(REFERENT), {"agent": str(cast.cesf.pk), "cle": str(uuid.uuid4())}
    client.post(url(suivi), typed)
    again = client.post(url(suivi), typed)
    assert again.url == f"/parcours/{suivi.pk}/"  # type: ignore[attr-defined]
    assert suivi.intervenants.filter(agent=cast.cesf).count() == 1


def test_nobody_comes_into_what_was_closed_meanwhile(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would ever end that place: the lock is taken once the form is right, and what it finds is asked."""
    checked = IntervenantForm.is_valid

    def closed_meanwhile(form: IntervenantForm) -> bool:
        found = checked(form)
        close(suivi, motif=Parcours.MotifCloture.DEPART, by=cast.assistant_social_2)
        return found

    monkeypatch.setattr(IntervenantForm, "is_valid", closed_meanwhile)
    assert browse(REFERENT).post(url(suivi), {"agent": cast.cesf.pk}).status_code == 409
    assert not suivi.intervenants.filter(agent=cast.cesf).exists()
    assert not Rattachement.objects.live().filter(agent=cast.cesf, usager=suivi.usager).exists()


def test_somebody_who_is_in_already_stays_in_once(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """Named from a page opened before a colleague called them in."""
    suivi.add_intervenant(cast.cesf)
    client = browse(REFERENT)
    assert cast.cesf not in client.get(url(suivi)).context["form"].fields["agent"].queryset
    assert client.post(url(suivi), {"agent": cast.cesf.pk}).status_code == 302
    assert suivi.intervenants.filter(agent=cast.cesf).count() == 1


def test_queries(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    client = browse(REFERENT)
    few = count_queries(client, url(suivi))
    for agent in (cast.cesf, cast.educateur, cast.puericultrice):
        suivi.add_intervenant(agent)
    assert count_queries(client, url(suivi)) == few <= 10


def place_of(parcours: Parcours, agent: Agent) -> str:
    return f"{url(parcours)}{parcours.intervenants.live().get(agent=agent).pk}/fin/"


def test_leaving(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """One's own place; what one still had to do goes to the référent."""
    suivi.add_intervenant(cast.cesf)
    step = make_action(suivi, by=cast.cesf)
    client, fin = browse("cesf"), place_of(suivi, cast.cesf)
    assert "Quitter l’équipe" in client.get(fin).content.decode()
    sent = {"cle": str(uuid.uuid4())}
    answers = [client.post(fin, sent) for _ in range(2)]
    assert [answer.url for answer in answers] == ["/parcours/"] * 2  # type: ignore[attr-defined]
    assert client.get(f"/parcours/{suivi.pk}/").status_code == 404
    step.refresh_from_db()
    assert step.agent == cast.assistant_social_2
    assert last_row("equipe_fin").usager_ids == [suivi.usager_id]


def test_the_referent_thanks_somebody_and_hands_over_themselves(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours
) -> None:
    suivi.add_intervenant(cast.cesf)
    suivi.add_intervenant(cast.educateur)
    fin = place_of(suivi, cast.cesf)
    assert browse("educateur").post(fin).status_code == 404
    assert browse(REFERENT).post(place_of(suivi, cast.assistant_social_2)).status_code == 404
    assert browse(REFERENT).post(fin).status_code == 302
    assert not suivi.intervenants.live().filter(agent=cast.cesf).exists()
    assert suivi.intervenants.live().filter(agent=cast.educateur).exists()


def test_a_place_out_of_scope_does_not_exist(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    fin = place_of(suivi, cast.assistant_social_2)
    assert_does_not_exist(browse("cesf"), fin, suivi.pk)
    assert_does_not_exist(browse("cesf"), fin, suivi.pk, "post")
    assert browse(REFERENT).put(fin).status_code == 405
    assert browse("gos").get(fin).status_code == 403
