"""Two agents giving the same hour at the same second, on the real database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accueil.forms.rendez_vous import receiving
from accueil.models import Passage, Rattachement, RendezVous, Usager
from parcours.demonstration.clock import at
from parcours.demonstration.rendez_vous import make_rendez_vous, on
from pole_social.models import Agent, Bureau
from tests.accueil.conftest import someone
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "/accueil/rendez-vous/nouveau/"


def booking(usager: Usager, avec: Agent, **fields: Any) -> dict[str, Any]:
    return {
        "cle": str(uuid4()),
        "usager": str(usager.pk),
        "avec": receiving(usager).get(agent=avec).pk,
        "jour": f"{timezone.localdate() + timedelta(days=3):%d/%m/%Y}",
        "heure": "9h30",
        "duree": "30",
        "modalite": "sur_place",
        "bureau": "",
        **fields,
    }


def outcomes(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    answers = at_once(acts)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    return sorted(answers, key=lambda answer: answer.status_code)


def test_eight_bookings_of_one_agent_give_exactly_one(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    datas = [booking(someone(), cast.cesf, heure=f"9h{30 + turn}") for turn in range(8)]
    answers = outcomes([partial(sign_in(cast.gos).post, NEW, data) for data in datas])
    assert [answer.status_code for answer in answers] == [200] * 7 + [302]
    for answer in answers[:7]:
        assert "Julie Petit a déjà un rendez-vous" in answer.content.decode()
    assert RendezVous.objects.count() == 1
    # Of those refused nothing is left: neither a relationship, nor a spent key.
    assert set(Rattachement.objects.values_list("source_id", flat=True)) == {RendezVous.objects.get().pk}


def test_an_office_is_given_once(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4").pk
    agents = [cast.cesf, cast.educateur, cast.conseiller_insertion, cast.assistant_social]
    acts = [partial(sign_in(cast.gos).post, NEW, booking(someone(), agent, bureau=bureau)) for agent in agents]
    answers = outcomes(acts)
    assert [answer.status_code for answer in answers] == [200] * 3 + [302]
    assert all("Le bureau 4 est déjà pris" in answer.content.decode() for answer in answers[:3])
    assert RendezVous.objects.count() == 1


def test_the_one_refused_can_choose_another_hour_at_once(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    datas = [booking(someone(), cast.cesf) for _ in range(2)]
    clients = [sign_in(cast.gos), sign_in(cast.gos_2)]
    answers = at_once([partial(client.post, NEW, data) for client, data in zip(clients, datas, strict=True)])
    late = next(turn for turn, answer in enumerate(answers) if answer.status_code == 200)  # type: ignore[union-attr]
    assert clients[late].post(NEW, datas[late] | {"heure": "11 h"}).status_code == 302
    assert RendezVous.objects.count() == 2


def test_a_double_click_gives_one(cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
    data = booking(aminata, cast.cesf)
    answers = outcomes([partial(sign_in(cast.gos).post, NEW, data) for _ in range(4)])
    assert [answer.status_code for answer in answers] == [302] * 4
    assert RendezVous.objects.count() == 1


def test_the_database_itself_refuses_whoever_writes(cast: SimpleNamespace, aminata: Usager) -> None:
    """Without the form and without its locks: the constraint alone."""
    made = make_rendez_vous(aminata, by=cast.cesf)
    twin = RendezVous(
        usager=aminata,
        agent=cast.cesf,
        unite=made.unite,
        starts_at=made.starts_at + timedelta(minutes=29),
        ends_at=made.ends_at + timedelta(minutes=29),
        created_by=cast.cesf,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    twin.starts_at, twin.ends_at = made.ends_at, made.ends_at + timedelta(minutes=30)
    twin.save(force_insert=True)
    assert RendezVous.objects.count() == 2


def test_two_desks_see_her_arrive(cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
    today = timezone.localdate()
    with at(on(today - timedelta(days=1))):
        made = make_rendez_vous(aminata, by=cast.cesf, starts_at=on(today))
    url = f"/accueil/rendez-vous/{made.pk}/arrivee/"
    answers = outcomes([partial(sign_in(agent).post, url) for agent in (cast.gos, cast.gos_2, cast.gos)])
    assert [answer.status_code for answer in answers] == [302] * 3
    assert Passage.objects.count() == 1
    made.refresh_from_db()
    assert made.passage == Passage.objects.get()


def test_cancelled_and_kept_at_once_is_one_of_both(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    today = timezone.localdate()
    with at(on(today - timedelta(days=1))):
        made = make_rendez_vous(aminata, by=cast.cesf, starts_at=on(today))
    url = f"/accueil/rendez-vous/{made.pk}/"
    client = sign_in(cast.cesf)
    keep = partial(client.post, f"{url}etape/", {"vers": "honore"})
    cancel = partial(client.post, f"{url}annulation/", {"par": "annule_usager", "motif": ""})
    assert [answer.status_code for answer in outcomes([keep, cancel])] == [302, 409]
    assert made.etapes.exclude(de="").count() == 1
