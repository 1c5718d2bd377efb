"""One's own appointments in another calendar: when and where, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from accueil.models import RendezVous, Usager
from parcours.demonstration.rendez_vous import make_rendez_vous, on
from pole_social.models import Acces, Agent, Bureau
from tests.accueil.conftest import MONDAY, NOBODYS_SEARCHERS, last_acces, someone
from tests.bulk import copies, related_alike
from tests.queries import count_queries

ICS = "/accueil/rendez-vous/agenda.ics"
pytestmark = pytest.mark.usefixtures("monday_morning")


def events(client: Client) -> list[Any]:
    return list(Calendar.from_ical(client.get(ICS).content).walk("VEVENT"))


def test_says_when_and_where(cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
    bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4")
    made = make_rendez_vous(aminata, by=cast.cesf, bureau=bureau)
    (event,) = events(cesf)
    assert event.decoded("dtstart") == made.starts_at
    assert event.decoded("dtend") == made.ends_at
    assert str(event["summary"]) == "Rendez-vous"
    assert str(event["location"]).startswith("bureau 4, Pôle social")
    assert str(event["class"]) == "PRIVATE"
    # Imported again, it replaces itself.
    assert str(event["uid"]) == f"{made.pk}@pole-social"


def test_names_nobody(cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
    make_rendez_vous(aminata, by=cast.cesf, modalite="domicile")
    content = cesf.get(ICS).content.decode()
    for secret in ("Traoré", "Aminata", aminata.reference, str(aminata.pk), "Clamart", "Petit"):
        assert secret not in content
    assert "à domicile" in content


def test_is_an_attachment_that_no_cache_keeps(cesf: Client) -> None:
    response = cesf.get(ICS)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="agenda.ics"'
    assert "no-store" in response.headers["Cache-Control"]
    assert events(cesf) == []


def test_only_mine_to_come_and_for_sixty_days(cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
    mine = make_rendez_vous(aminata, by=cast.cesf)
    make_rendez_vous(aminata, by=cast.cesf, starts_at=on(MONDAY + timedelta(days=61)))
    make_rendez_vous(aminata, by=cast.educateur, starts_at=on(date(2027, 1, 13)))
    gone = make_rendez_vous(someone(), by=cast.cesf, starts_at=on(date(2027, 1, 14)))
    gone.cancel(RendezVous.Statut.ANNULE_USAGER, by=cast.cesf, motif="")
    assert [str(event["uid"]).split("@")[0] for event in events(cesf)] == [str(mine.pk)]


def test_is_journaled_as_an_export(cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
    make_rendez_vous(aminata, by=cast.cesf)
    cesf.get(ICS)
    row = last_acces("agenda_ics")
    assert (row.action, row.usager_ids) == (Acces.Action.EXPORT, [aminata.pk])


def test_who_may_not(cesf: Client, client: Client, sign_in: Callable[..., Client]) -> None:
    assert cesf.post(ICS).status_code == 405
    assert client.get(ICS).url.startswith("/connexion/")  # type: ignore[attr-defined]
    for username in NOBODYS_SEARCHERS:
        assert sign_in(Agent.objects.get(username=username)).get(ICS).status_code == 403


def test_queries(cast: SimpleNamespace, cesf: Client, aminata: Usager) -> None:
    made = make_rendez_vous(aminata, by=cast.cesf, minutes=1)
    others = copies(
        made,
        100,
        starts_at=lambda i: on(date(2027, 1, 13), time(8 + i // 60, i % 60)),
        ends_at=lambda i: on(date(2027, 1, 13), time(8 + (i + 1) // 60, (i + 1) % 60)),
    )
    related_alike(made, others)
    assert count_queries(cesf, ICS) <= 6
    assert len(events(cesf)) == 101
