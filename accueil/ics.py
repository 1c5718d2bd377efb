"""An agent's appointments as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from icalendar import Calendar, Event

from accueil.models import RendezVous

PRODID = "-//Pole social//Agenda//FR"


def calendar(found: Iterable[RendezVous]) -> bytes:
    """When and where, nothing else: the file leaves the hub, often for a telephone.

    No name, no reference, no motive: the page of the appointment, behind the sign-in, says who comes. The random
    key only lets a second import replace the first.
    """
    made = Calendar()
    made.add("prodid", PRODID)
    made.add("version", "2.0")
    for rendez_vous in found:
        made.add_component(_event(rendez_vous))
    content: bytes = made.to_ical()
    return content


def _event(rendez_vous: RendezVous) -> Event:
    event = Event()
    event.add("uid", f"{rendez_vous.pk}@pole-social")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", rendez_vous.starts_at)
    event.add("dtend", rendez_vous.ends_at)
    event.add("summary", "Rendez-vous")
    event.add("location", _where(rendez_vous))
    event.add("class", "PRIVATE")
    return event


def _where(rendez_vous: RendezVous) -> str:
    """The office and the lieu; for a home visit, nothing that leads to the home."""
    if rendez_vous.modalite != RendezVous.Modalite.SUR_PLACE:
        return rendez_vous.get_modalite_display()
    lieu = rendez_vous.unite.lieu.nom
    return f"{rendez_vous.bureau.nom}, {lieu}" if rendez_vous.bureau else lieu
