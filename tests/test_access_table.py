"""Every cell of `access_table.py`, asked of the application."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from parcours.demonstration.builders import (
    UsagerFactory,
    make_contribution,
    make_demande,
    make_ecrit,
    make_evaluation,
    make_fait,
    make_passage,
    make_relais,
    open_parcours,
    receive,
)
from parcours.models import Ecrit
from pole_social.models import Acces
from tests.access_table import ACTS, COLUMNS, PAGES
from tests.parcours.tables_rondes import make_concertation
from tests.test_conventions import UUID_ZERO, routes


def cells(table: str, *, keys: int) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """(row keys, username, status) of each cell."""
    for line in table.strip().splitlines():
        words = line.split()
        assert len(words) == keys + len(COLUMNS), line
        for username, status in zip(COLUMNS, words[keys:], strict=True):
            yield tuple(words[:keys]), username, int(status)


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    """The objects that the table names."""
    aminata, binta, chloe, dalia, emma = UsagerFactory.create_batch(5)
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    make_fait(aminata, by=cast.gos)
    evaluation = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social, explored=True)
    evaluation.submit(by=cast.assistant_social)
    evaluation.validate(by=cast.responsable_evaluation)
    relais = make_relais(aminata, by=cast.assistant_social, to="issy-accompagnement")
    evaluation.relais_envoyes.add(relais)
    parcours = open_parcours(relais, by=cast.assistant_social_2)
    parcours.add_intervenant(cast.puericultrice)
    a_valider = make_evaluation(chloe, sent_by=cast.gos, by=cast.assistant_social, explored=True)
    a_valider.submit(by=cast.assistant_social)
    en_cours = make_evaluation(emma, sent_by=cast.gos, by=cast.assistant_social)
    return SimpleNamespace(
        aminata=aminata,
        binta=binta,
        passage=passage,
        demande=make_demande(passage, by=cast.gos),
        attente=make_relais(binta, by=cast.gos),
        evaluation=evaluation,
        a_valider=a_valider,
        en_cours=en_cours,
        demandee=make_contribution(en_cours, by=cast.assistant_social, of=cast.puericultrice),
        suite=make_relais(dalia, by=cast.educateur, to="issy-accompagnement")
        if cast.educateur.unites[0].code != "issy-accompagnement"
        else make_relais(dalia, by=cast.gos, to="issy-accompagnement"),
        parcours=parcours,
        table=make_concertation(by=cast.assistant_social_2, guests=[cast.puericultrice]),
        ecrit=make_ecrit(parcours, by=cast.assistant_social_2),
        sante=make_ecrit(parcours, by=cast.puericultrice, cercle=Ecrit.Cercle.SANTE),
    )


def address(name: str, subject: Any) -> str:
    if subject is None:
        return reverse(name)
    if isinstance(subject, Ecrit):
        return reverse(name, kwargs={"pk": subject.parcours_id, "ecrit": subject.pk})
    return reverse(name, kwargs={"pk": subject.pk})


def test_pages(cast: SimpleNamespace, world: SimpleNamespace) -> None:
    """All the cells in one test: the world is made once, and every difference is said together."""
    wrong = []
    clients = {username: Client() for username in COLUMNS}
    for username, client in clients.items():
        client.force_login(getattr(cast, username))
    for (name, subject), username, expected in cells(PAGES, keys=2):
        url = address(name, getattr(world, subject, None))
        status = clients[username].get(url).status_code
        if status != expected:
            wrong.append(f"{name} {subject} {username}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_acts(cast: SimpleNamespace) -> None:
    wrong = []
    clients = {username: Client() for username in COLUMNS}
    for username, client in clients.items():
        client.force_login(getattr(cast, username))
    for (name,), username, expected in cells(ACTS, keys=1):
        url = reverse(name, kwargs={"pk": UUID_ZERO})
        status = clients[username].post(url).status_code
        if status != expected:
            wrong.append(f"{name} {username}: {status}, not {expected}")
        # The method is refused before the role: one account tells for all.
        if username == COLUMNS[0] and clients[username].get(url).status_code != 405:
            wrong.append(f"{name} {username}: a GET is answered")
    assert not wrong, "\n".join(wrong)


def test_every_refusal_of_the_table_is_journaled(cast: SimpleNamespace, world: SimpleNamespace) -> None:
    client = Client()
    client.force_login(cast.dpo)
    refused = [words for words, username, status in cells(PAGES, keys=2) if username == "dpo" and status == 403]
    before = Acces.objects.filter(action=Acces.Action.REFUS).count()
    for name, subject in refused:
        client.get(address(name, getattr(world, subject, None)))
    assert Acces.objects.filter(action=Acces.Action.REFUS).count() == before + len(refused)


def test_the_table_forgets_no_route_about_people() -> None:
    named = {line.split()[0] for line in (PAGES + ACTS).splitlines() if line}
    described = {name.split(":")[-1] for name in named}
    for route, pattern in routes(get_resolver()):
        if getattr(pattern.callback, "roles", None) and pattern.name not in described:
            assert pattern.name in ELSEWHERE, route


# Tried on their own screens' tests with the same rules: they need a state or a second object.
ELSEWHERE = {
    "equipe_fin",
    "rendez_vous",
    "rendez_vous_arrivee",
    "rendez_vous_annulation",
    "rendez_vous_deplacement",
    "seance",
    "contact_nouveau",
    "passage_rattachement",
    "brouillon",
    "brouillon_enregistrement",
    "coordonnee",
    "coordonnee_affichage",
    "membre_ajout",
    "doublons_paire",
    "doublons_distincts",
    "droit_suivi",
    "droit_etape",
    "droit_suite",
    "unite_courante",
    "demande_reponse",
    "feuille_de_route_de",
    "demande_cloture",
    "relais_annulation",
    "mandat",
    "orientation_bon",
    "orientation_reponse",
    "orientation_reprise",
    "fin",
    "domaine",
    "action_nouvelle",
    "action_etape",
    "objectif",
    "ecrit_signature",
    "entree",
    "action",
    "bilan",
    "concertation_contribution",
    "concertation_decision",
    "concertation_information",
    "concertation_point",
    "concertation_retrait",
    "ecrit_addendum",
    "ecrit_relecture",
    "partage",
    "partage_nouveau",
    "partage_retrait",
    "presence_retrait",
    "proposition_remise",
    "proposition_retrait",
}
