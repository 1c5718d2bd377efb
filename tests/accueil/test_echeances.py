"""Dates that others set: at the desk before their day."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Passage
from parcours.demonstration.builders import make_demande


def imposed(passage: Passage, cast: SimpleNamespace, due_in: int, besoin: str) -> Demande:
    due_on = timezone.localdate() + timedelta(days=due_in)
    made = make_demande(passage, by=cast.gos, besoin=besoin, due_on=due_on)
    made.is_echeance_imposee = True
    made.save(update_fields=["is_echeance_imposee"])
    return made


def test_the_desk_shows_them_two_weeks_ahead(cast: SimpleNamespace, desk: Client, received: Passage) -> None:
    imposed(received, cast, 15, "Audience")
    imposed(received, cast, 16, "Plus tard")
    make_demande(received, by=cast.gos, besoin="Ordinaire", due_on=timezone.localdate() + timedelta(days=3))
    page = desk.get("/accueil/").content.decode()
    assert "Audience" in page
    assert "échéance imposée" in page
    assert "Plus tard" not in page
    assert "Ordinaire" not in page
