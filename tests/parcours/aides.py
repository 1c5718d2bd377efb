"""What the tests of this stage ask again and again."""

from __future__ import annotations

import re
import uuid
from uuid import UUID

from django.test import Client

from accueil.models import Rattachement
from pole_social.models import Acces

# Everybody, by what the stage's routes admit.
CARE = [
    "assistant-social",
    "assistant-social-2",
    "cesf",
    "educateur",
    "eje",
    "ccf",
    "conseiller-insertion",
    "puericultrice",
    "auxiliaire",
    "sage-femme",
    "medecin",
    "psychologue",
]
ENCADREMENT = [
    "responsable-accueil",
    "responsable-evaluation",
    "responsable-accompagnement",
    "responsable-sst",
]
OUTSIDE = ["gos", "gos-2", "assistante-administrative", "dpo", "admin"]

LONG = "a" * 100_000
# What a keyboard does not type: NUL, a direction override, a text far too long.
HOSTILE = ["\x00", "texte \u202e inversé", LONG]

TOKEN = re.compile(r'(name="(?:csrfmiddlewaretoken|cle)" value=")[^"]*"')


# A minute may pass between two loads.
ELAPSED = re.compile("à l’instant|depuis [0-9]+ min")


def masked(html: str) -> str:
    """A page without what changes at every load."""
    return ELAPSED.sub("…", TOKEN.sub(r'\1…"', html))


def assert_does_not_exist(client: Client, url: str, pk: UUID, method: str = "get") -> None:
    """404, byte for byte the page of what does not exist."""
    ask = getattr(client, method)
    response, unknown = ask(url), ask(url.replace(str(pk), str(uuid.uuid4())))
    assert (response.status_code, unknown.status_code) == (404, 404)
    assert response.content == unknown.content


def allowed_by(row: Acces) -> Rattachement:
    """The relationship that a journal row names."""
    assert row.rattachement_id
    return Rattachement.objects.get(pk=row.rattachement_id)


def last_row(page: str) -> Acces:
    return Acces.objects.filter(page=f"parcours:{page}").latest("at")
