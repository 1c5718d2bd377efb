"""The 360° page reveals nothing of what its reader may not see: the whole page before and after, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Foyer, MembreFoyer, Rattachement, RendezVous, Usager
from parcours.demonstration.builders import (
    UsagerFactory,
    make_action,
    make_contribution,
    make_ecrit,
    make_objectif,
    make_relais,
)
from parcours.models import Bilan, Ecrit, EntreeDirecte, Parcours
from parcours.opening import open_directly
from pole_social.models import Agent
from tests.accueil.lignes import one_of_each
from tests.parcours.aides import masked
from tests.parcours.tables_rondes import make_concertation, make_point
from tests.together import together

Browse = Callable[[str], Client]
Cercle = Ecrit.Cercle
REFERENT = "assistant-social-2"
QUARTER = timedelta(days=91)


@pytest.fixture
def suivie(cast: SimpleNamespace, aminata: Usager) -> Usager:
    """Aminata, known by every table; her social parcours counts a cesf."""
    one_of_each(aminata, cast)
    Deport.objects.filter(usager=aminata).delete()
    Parcours.objects.get(usager=aminata).add_intervenant(cast.cesf)
    return aminata


def url(usager: Usager) -> str:
    return f"/dossiers/{usager.pk}/"


def page(client: Client, usager: Usager) -> str:
    response = client.get(url(usager))
    assert response.status_code == 200
    return masked(response.content.decode())


def followed_by(cast: SimpleNamespace, usager: Usager, agent: Agent) -> Parcours:
    """A parcours of another unité, opened by a dated entry."""
    entree = EntreeDirecte(source="transfert", recue_on=timezone.localdate(), recorded_by=agent)
    return open_directly(entree, usager=usager, unite=agent.unites[0], by=agent)


def health(cast: SimpleNamespace, usager: Usager) -> None:
    """A whole follow-up by the PMI: parcours, team, steps, écrits, bilan, round table."""
    by, today = cast.puericultrice, timezone.localdate()
    parcours = followed_by(cast, usager, by)
    parcours.add_intervenant(cast.medecin)
    make_action(parcours, by=by, objectif=make_objectif(parcours, by=by), due_in=2)
    for cercle in (Cercle.EQUIPE, Cercle.SANTE):
        make_ecrit(parcours, by=by, cercle=cercle, texte="Pesée de la petite.")
    Bilan.objects.create(
        parcours=parcours, auteur=by, held_on=today, synthese="Bien.", periode=3, next_on=today + timedelta(days=91)
    )
    table = make_concertation(by=by, in_days=0)
    make_point(table, parcours, by=by)
    table.hold(by=by)


def appointment(cast: SimpleNamespace, usager: Usager, agent: Agent, days: int) -> None:
    start = timezone.now() + timedelta(days=days)
    made = RendezVous.objects.create(
        usager=usager,
        agent=agent,
        unite=agent.unites[0],
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        created_by=agent,
    )
    Rattachement.objects.grant(Rattachement.Nature.RENDEZ_VOUS, usager.pk, made, agent=agent)


def relative(cast: SimpleNamespace, usager: Usager) -> None:
    """Somebody of the household whom the readers do not know."""
    foyer = MembreFoyer.objects.get(usager=usager).foyer
    MembreFoyer.objects.create(foyer=foyer, usager=UsagerFactory.create(), lien="conjoint")
    assert Foyer.objects.count() == 1


def circled(author: str, cercle: str) -> Callable[[SimpleNamespace, Usager], None]:
    """An écrit of a circle in the social parcours itself."""

    def write(cast: SimpleNamespace, usager: Usager) -> None:
        by = getattr(cast, author)
        made = make_ecrit(Parcours.objects.get(usager=usager), by=by, cercle=cercle, texte="Un secret.", signed=False)
        if cercle == Cercle.PROTECTION:
            made.nommes.set([by])
        made.sign()

    return write


def sent_to_health(cast: SimpleNamespace, usager: Usager) -> None:
    make_relais(usager, by=cast.responsable_evaluation, to="issy-sante")


def counselled(cast: SimpleNamespace, usager: Usager) -> None:
    followed_by(cast, usager, cast.ccf)


def draft(cast: SimpleNamespace, usager: Usager) -> None:
    make_ecrit(Parcours.objects.get(usager=usager), by=cast.cesf, texte="Un brouillon.", signed=False)


# What is hidden, from whom it is hidden, and who sees it.
HIDDEN: dict[str, tuple[Callable[[SimpleNamespace, Usager], None], list[str], str]] = {
    "a follow-up by the PMI": (health, [REFERENT, "cesf", "gos"], "puericultrice"),
    "a relais to the PMI": (
        sent_to_health,
        [REFERENT, "cesf", "gos"],
        "puericultrice",
    ),
    "a follow-up by a counsellor": (
        counselled,
        [REFERENT, "cesf", "gos"],
        "ccf",
    ),
    "an appointment with the psychologist, to come": (
        lambda cast, usager: appointment(cast, usager, cast.psychologue, 3),
        [REFERENT, "cesf"],
        "psychologue",
    ),
    "an appointment with a doctor, of before": (
        lambda cast, usager: appointment(cast, usager, cast.medecin, -3),
        [REFERENT, "cesf"],
        "medecin",
    ),
    "a worry about a child": (circled("assistant_social_2", Cercle.PROTECTION), ["cesf", "gos"], REFERENT),
    "a draft": (draft, [REFERENT, "gos"], "cesf"),
    "a relative": (relative, [REFERENT, "cesf", "gos"], ""),
}


@pytest.fixture
def clients(browse: Browse) -> dict[str, Client]:
    return {name: browse(name) for name in (REFERENT, "cesf", "gos")}


@pytest.fixture
def before(clients: dict[str, Client], suivie: Usager) -> dict[str, str]:
    """Read once: each case is rolled back before the next."""
    return {name: page(client, suivie) for name, client in clients.items()}


@together("what", list(HIDDEN))
def test_what_is_hidden_changes_not_one_byte(
    cast: SimpleNamespace,
    browse: Browse,
    suivie: Usager,
    clients: dict[str, Client],
    before: dict[str, str],
    what: str,
) -> None:
    hide, readers, seer = HIDDEN[what]
    hide(cast, suivie)
    for name in readers:
        assert page(clients[name], suivie) == before[name], name
    if seer and what != "a draft":
        own = browse(seer).get(url(suivie))
        assert own.status_code == 200, "the control: who may read opens it"
        assert page(browse(seer), suivie) not in before.values()


def test_the_referent_sees_what_the_desk_does_not(cast: SimpleNamespace, browse: Browse, suivie: Usager) -> None:
    """The control of the comparison itself: what one may read does change the page."""
    before = {name: page(browse(name), suivie) for name in (REFERENT, "cesf", "gos")}
    make_ecrit(Parcours.objects.get(usager=suivie), by=cast.cesf, texte="Pour toute l’équipe.")
    assert page(browse(REFERENT), suivie) != before[REFERENT]
    assert page(browse("cesf"), suivie) != before["cesf"]
    assert page(browse("gos"), suivie) == before["gos"]


@together(
    ("cercle", "author", "readers", "others"),
    [
        (Cercle.SOCIAL, "assistant_social_2", ["cesf"], ["puericultrice", "psychologue", "gos"]),
        (Cercle.SANTE, "puericultrice", ["puericultrice"], [REFERENT, "cesf", "psychologue", "gos"]),
        (Cercle.PSYCHOLOGIE, "psychologue", ["psychologue"], [REFERENT, "cesf", "puericultrice", "gos"]),
        (Cercle.EQUIPE, "cesf", [REFERENT, "puericultrice", "psychologue"], ["gos"]),
    ],
)
def test_each_circle_has_its_readers(
    cast: SimpleNamespace,
    browse: Browse,
    suivie: Usager,
    cercle: str,
    author: str,
    readers: list[str],
    others: list[str],
) -> None:
    """In a team of four métiers, and beside it the desk."""
    parcours = Parcours.objects.get(usager=suivie)
    for agent in (cast.puericultrice, cast.psychologue):
        parcours.add_intervenant(agent)
    before = {name: page(browse(name), suivie) for name in others}
    circled(author, cercle)(cast, suivie)
    for name in others:
        assert page(browse(name), suivie) == before[name], name
    for name in readers:
        assert "Un secret." in page(browse(name), suivie), name


def test_an_older_page_hides_the_same(cast: SimpleNamespace, browse: Browse, suivie: Usager) -> None:
    """Hidden rows move neither the cut between two pages nor the key in the address."""
    parcours, today = Parcours.objects.get(usager=suivie), timezone.localdate()
    parcours.add_intervenant(cast.puericultrice)
    for days in range(40):
        make_ecrit(parcours, by=cast.cesf, done_on=today - timedelta(days=days))
    client = browse(REFERENT)
    first = client.get(url(suivie))
    key = first.context["chronologie"].suivante
    second = client.get(url(suivie), {"avant": key})
    for days in range(40):
        make_ecrit(parcours, by=cast.puericultrice, cercle=Cercle.SANTE, done_on=today - timedelta(days=days))
    assert masked(client.get(url(suivie)).content.decode()) == masked(first.content.decode())
    assert masked(client.get(url(suivie), {"avant": key}).content.decode()) == masked(second.content.decode())


def test_a_team_mate_who_leaves_reads_thirty_days_then_nothing(
    cast: SimpleNamespace, browse: Browse, suivie: Usager
) -> None:
    make_ecrit(Parcours.objects.get(usager=suivie), by=cast.assistant_social_2, texte="Pour toute l’équipe.")
    assert "Pour toute l’équipe." in page(browse("cesf"), suivie)
    Rattachement.objects.filter(usager=suivie, agent=cast.cesf).update(ends_at=timezone.now())
    assert browse("cesf").get(url(suivie)).status_code == 404


def test_a_contributor_reads_the_person_and_not_the_evaluation(
    cast: SimpleNamespace, browse: Browse, suivie: Usager
) -> None:
    make_contribution(suivie.evaluations.get(), by=cast.assistant_social, of=cast.puericultrice)
    found = browse("puericultrice").get(url(suivie))
    assert found.status_code == 200
    shown = {entree.nature for entree in found.context["chronologie"].entrees}
    assert not {"evaluation", "ecrit", "parcours_ouvert"} & shown


def test_a_responsable_outside_the_team_reads_no_question_of_a_round_table(
    cast: SimpleNamespace, browse: Browse, suivie: Usager
) -> None:
    """Their place is the unité: metadata. In the team, they read it."""
    parcours, leader = Parcours.objects.get(usager=suivie), cast.responsable_accompagnement
    Rattachement.objects.grant(Rattachement.Nature.RELAIS, suivie.pk, parcours, unite=leader.unites[0])
    before = page(browse("responsable-accompagnement"), suivie)
    table = make_concertation(by=cast.assistant_social_2, in_days=0)
    make_point(table, parcours, by=cast.assistant_social_2, question="Comment parler à la famille ?")
    table.hold(by=cast.assistant_social_2)
    assert page(browse("responsable-accompagnement"), suivie) == before
    parcours.add_intervenant(leader)
    assert "Comment parler à la famille ?" in page(browse("responsable-accompagnement"), suivie), "the control"
