"""Every page of the desk that a key opens, tried by those who must not open it, on a person who has everything."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from accueil.models import AideFinanciere, Deport, PieceDemandee, Usager
from accueil.urls import urlpatterns
from pole_social.models import Acces, Agent
from tests.accueil.lignes import one_of_each

SignIn = Callable[[Agent], Client]
# What changes from one page to the next whoever reads it.
PER_REQUEST = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
# Which row each address names, by the beginning of its route.
KEYS = {
    "usagers/": "usager",
    "coordonnees/": "accueil.Coordonnee",
    "numeros/": "accueil.NumeroExterne",
    "representants/": "accueil.Representant",
    "membres/": "accueil.MembreFoyer",
    "passages/": "passage",
    "demandes/": "accueil.Demande",
    "pieces/": "piece",
    "relais/": "accueil.Relais",
    "mandats/": "accueil.Mandat",
    "demarches/": "accueil.Demarche",
    "orientations/": "accueil.Orientation",
    "rendez-vous/": "accueil.RendezVous",
    "droits/": "accueil.DroitSuivi",
}
OF_NOBODY = ("aide/", "seances/", "doublons/")
# To an agent without a reception desk they say so, whatever the key.
WITHOUT_DESK = {"rendez_vous_arrivee"}
# Of somebody who has a name, it leads back to the passage.
ONLY_ANONYMOUS = "passage_rattachement"


def named() -> list[URLPattern]:
    """The routes of which the key is that of a row about a person."""
    routes = [pattern for pattern in urlpatterns if "<uuid:" in str(pattern.pattern)]
    return [route for route in routes if not str(route.pattern).startswith(OF_NOBODY)]


@pytest.fixture
def rows(cast: SimpleNamespace, aminata: Usager) -> dict[str, Any]:
    """Aminata, and a row of every kind."""
    made = one_of_each(aminata, cast)
    demande = made["accueil.Demande"]
    made["usager"], made["passage"] = aminata, demande.passage
    made["piece"] = PieceDemandee.objects.create(demande=demande, libelle="RIB", changed_by=cast.gos)
    AideFinanciere.objects.create(demande=demande, fonds=AideFinanciere.Fonds.values[0])
    return made


def address(route: URLPattern, rows: dict[str, Any] | None) -> str:
    """Of the row that this route names; of nothing without rows."""
    kind = next(name for prefix, name in KEYS.items() if str(route.pattern).startswith(prefix))
    given = {"pk": rows[kind].pk if rows else uuid4()}
    if "<uuid:usager>" in str(route.pattern):
        given["usager"] = rows["usager"].pk if rows else uuid4()
    if "<slug:code>" in str(route.pattern):
        given["code"] = "informe"  # type: ignore[assignment]
    return reverse(f"accueil:{route.name}", kwargs=given)


def answers(client: Client, url: str, methods: tuple[str, ...]) -> list[tuple[int, bytes]]:
    made = [client.post(url)] if "POST" in methods else []
    made += [client.get(url)] if "GET" in methods else []
    return [(one.status_code, PER_REQUEST.sub(b"", one.content)) for one in made]


class TestOutOfScope:
    @pytest.mark.parametrize("who", ["gos", "assistant_social_2", "responsable_chatenay"])
    def test_what_may_not_be_read_is_what_does_not_exist(
        self, cast: SimpleNamespace, rows: dict[str, Any], sign_in: SignIn, who: str
    ) -> None:
        """Two of them are related to her and have stepped aside: it wins over their yes."""
        agent = getattr(cast, who)
        Deport.objects.create(agent=agent, usager=rows["usager"], lien="proche")
        client = sign_in(agent)
        for route in named():
            methods = route.callback.methods  # type: ignore[attr-defined]
            found = answers(client, address(route, rows), methods)
            assert found == answers(client, address(route, None), methods), route.name
            if route.name not in WITHOUT_DESK:
                assert {status for status, _ in found} <= {403, 404}, route.name
        assert not Acces.objects.filter(agent_id=agent.pk, usager_ids__contains=[rows["usager"].pk]).exists()

    def test_the_desk_related_to_her_opens_them(
        self, cast: SimpleNamespace, rows: dict[str, Any], sign_in: SignIn
    ) -> None:
        client = sign_in(cast.gos)
        for route in named():
            if "GET" not in route.callback.methods or route.name == ONLY_ANONYMOUS:  # type: ignore[attr-defined]
                continue
            response = client.get(address(route, rows))
            assert response.status_code in (200, 409), (route.name, response.status_code)
            acces = Acces.objects.latest("at")
            assert acces.page == f"accueil:{route.name}"
            assert acces.usager_ids == [rows["usager"].pk], route.name
            assert acces.rattachement_id, route.name
            title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
            assert title and "Traoré" not in title[1] and "Aminata" not in title[1]
            assert "Traoré" not in str(response.headers)
