"""Each profession keeps its secrets: who reads what of one parcours, and that nothing shows of the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement, Usager
from parcours.demonstration.builders import make_action, make_ecrit, make_objectif, make_parcours
from parcours.lecteurs import readers
from parcours.models import Ecrit, Intervenant, Parcours
from parcours.models.ecrit import circles_offered
from pole_social.models import Agent
from tests.parcours.aides import assert_does_not_exist, masked
from tests.together import together

Browse = Callable[[str], Client]
Cercle = Ecrit.Cercle
TEAM = ["assistant_social_2", "cesf", "puericultrice", "medecin", "psychologue", "ccf", "eje"]

# Author, circle, and who reads of the team above (those named on child protection: cesf, medecin).
READ_BY = [
    ("assistant_social_2", Cercle.EQUIPE, set(TEAM)),
    ("puericultrice", Cercle.EQUIPE, set(TEAM)),
    ("assistant_social_2", Cercle.SOCIAL, {"assistant_social_2", "cesf", "eje"}),
    ("puericultrice", Cercle.SANTE, {"puericultrice", "medecin"}),
    ("psychologue", Cercle.PSYCHOLOGIE, {"psychologue"}),
    ("ccf", Cercle.SANTE_SEXUELLE, {"ccf"}),
    ("puericultrice", Cercle.PROTECTION, {"puericultrice", "cesf", "medecin"}),
    ("ccf", Cercle.PROTECTION, {"ccf", "cesf", "medecin"}),
]


@pytest.fixture
def equipe(cast: SimpleNamespace, suivi: Parcours) -> Parcours:
    """Aminata's parcours with seven professions in its team."""
    for name in TEAM[1:]:
        suivi.add_intervenant(getattr(cast, name))
    return suivi


def url(parcours: Parcours) -> str:
    return f"/parcours/{parcours.pk}/"


def page(ecrit: Ecrit) -> str:
    return f"/parcours/{ecrit.parcours_id}/ecrits/{ecrit.pk}/"


def write(cast: SimpleNamespace, parcours: Parcours, author: str, cercle: str, **fields: object) -> Ecrit:
    ecrit = make_ecrit(
        parcours,
        by=getattr(cast, author),
        cercle=cercle,
        texte="Une phrase que l’on reconnaît.",
        signed=False,
        **fields,  # type: ignore[arg-type]
    )
    if cercle == Cercle.PROTECTION:
        ecrit.nommes.set([cast.cesf, cast.medecin])
    ecrit.sign()
    return ecrit


@together(("author", "cercle", "expected"), READ_BY)
def test_a_circle_is_read_by_those_and_by_nobody_else(
    cast: SimpleNamespace, browse: Browse, equipe: Parcours, author: str, cercle: str, expected: set[str]
) -> None:
    ecrit = write(cast, equipe, author, cercle)
    outside = ["assistant_social", "educateur", "responsable_accompagnement", "assistant_social_chatenay"]
    for name in TEAM + outside:
        client = browse(name)
        if name in expected:
            assert "Une phrase que l’on reconnaît." in client.get(page(ecrit)).content.decode()
        else:
            assert_does_not_exist(client, page(ecrit), ecrit.pk)


def shown(client: Client, parcours: Parcours) -> list[str]:
    return [masked(client.get(address).content.decode()) for address in (url(parcours), "/parcours/")]


@pytest.fixture
def clients(browse: Browse) -> dict[str, Client]:
    return {name: browse(name) for name in [*TEAM, "responsable_accompagnement"]}


@pytest.fixture
def before(cast: SimpleNamespace, clients: dict[str, Client], equipe: Parcours) -> dict[str, list[str]]:
    """Read once: each case is rolled back before the next."""
    make_ecrit(equipe, by=cast.cesf)
    return {name: shown(client, equipe) for name, client in clients.items()}


@together(("author", "cercle", "expected"), READ_BY)
def test_nothing_on_the_page_of_the_parcours_shows_that_it_exists(
    cast: SimpleNamespace,
    browse: Browse,
    equipe: Parcours,
    clients: dict[str, Client],
    before: dict[str, list[str]],
    author: str,
    cercle: str,
    expected: set[str],
) -> None:
    """The whole page before and after, byte for byte: no count, date, gap or order moves."""
    write(cast, equipe, author, cercle, done_on=timezone.localdate() - timedelta(days=1))
    for name in [name for name in TEAM if name not in expected] or ["responsable_accompagnement"]:
        assert shown(clients[name], equipe) == before[name], name
    reader = browse(author).get(url(equipe)).content.decode()
    assert "Une phrase que l’on reconnaît." in reader, "the page shows it to those who read"


def test_nothing_shows_in_the_pages_of_the_timeline(cast: SimpleNamespace, browse: Browse, equipe: Parcours) -> None:
    """A hidden écrit moves neither the cut between two pages nor the key in the address."""
    for number in range(40):
        make_ecrit(equipe, by=cast.cesf, done_on=timezone.localdate() - timedelta(days=number))
    client = browse("assistant-social-2")
    first = client.get(url(equipe))
    key = first.context["chronologie"].suivante
    second = client.get(url(equipe), {"avant": key})
    for number in range(40):
        write(cast, equipe, "puericultrice", Cercle.SANTE, done_on=timezone.localdate() - timedelta(days=number))
    assert masked(client.get(url(equipe)).content.decode()) == masked(first.content.decode())
    after = client.get(url(equipe), {"avant": key})
    assert masked(after.content.decode()) == masked(second.content.decode())


@together("author", TEAM)
def test_the_names_said_above_a_text_are_those_who_read(cast: SimpleNamespace, equipe: Parcours, author: str) -> None:
    """The sentence and `visible_to` answer alike, for every circle the author may choose."""
    writer = getattr(cast, author)
    everybody = list(Agent.objects.all())
    Deport.objects.create(agent=cast.eje, usager=equipe.usager, lien=Deport.Lien.PROCHE)
    former = Rattachement.objects.get(agent=cast.cesf, source_id=equipe.pk)
    former.nature, former.ends_at = Rattachement.Nature.FIN_DE_RELAIS, timezone.now() + timedelta(days=9)
    former.save()
    Intervenant.objects.filter(agent=cast.cesf).update(ends_at=timezone.now() + timedelta(seconds=1))
    for cercle in circles_offered(writer):
        ecrit = write(cast, equipe, author, cercle)
        said = set(readers(equipe, writer, ecrit.nommes.all())[cercle])
        reading = {agent for agent in everybody if Ecrit.objects.visible_to(agent).filter(pk=ecrit.pk).exists()}
        assert said - {writer} == reading - {writer}, cercle


def test_a_draft_is_seen_by_its_author_alone(cast: SimpleNamespace, browse: Browse, equipe: Parcours) -> None:
    before = {name: masked(browse(name).get(url(equipe)).content.decode()) for name in TEAM[1:]}
    draft = make_ecrit(equipe, by=cast.assistant_social_2, signed=False)
    for name in TEAM[1:]:
        assert_does_not_exist(browse(name), page(draft), draft.pk)
        assert masked(browse(name).get(url(equipe)).content.decode()) == before[name]
    mine = browse("assistant-social-2")
    assert mine.get(page(draft)).status_code == 200
    assert "Mes brouillons" in mine.get(url(equipe)).content.decode()


def test_child_protection_is_not_named_to_sante_sexuelle(
    cast: SimpleNamespace, browse: Browse, equipe: Parcours
) -> None:
    """Even a row that names the CCF opens nothing (domain, table of circles)."""
    ecrit = write(cast, equipe, "puericultrice", Cercle.PROTECTION)
    ecrit.nommes.add(cast.ccf)
    assert_does_not_exist(browse("ccf"), page(ecrit), ecrit.pk)
    assert browse("cesf").get(page(ecrit)).status_code == 200


def test_deport_wins_over_everything(cast: SimpleNamespace, browse: Browse, equipe: Parcours) -> None:
    ecrit = write(cast, equipe, "cesf", Cercle.EQUIPE)
    client = browse("assistant-social-2")
    assert client.get(page(ecrit)).status_code == 200
    Deport.objects.create(agent=cast.assistant_social_2, usager=equipe.usager, lien=Deport.Lien.PROCHE)
    assert_does_not_exist(client, url(equipe), equipe.pk)
    assert_does_not_exist(client, page(ecrit), ecrit.pk)
    assert client.get("/parcours/").context["parcours"] == []
    assert browse("cesf").get(page(ecrit)).status_code == 200


def test_ended_intervenant_reads_no_more(cast: SimpleNamespace, browse: Browse, equipe: Parcours) -> None:
    ecrit = write(cast, equipe, "cesf", Cercle.EQUIPE)
    client = browse("cesf")
    assert client.get(page(ecrit)).status_code == 200
    Rattachement.objects.filter(agent=cast.cesf).update(ends_at=timezone.now())
    assert_does_not_exist(client, url(equipe), equipe.pk)
    assert_does_not_exist(client, page(ecrit), ecrit.pk)
    assert browse("eje").get(page(ecrit)).status_code == 200


def test_former_referent_reads_thirty_days_and_writes_nothing(
    cast: SimpleNamespace, browse: Browse, equipe: Parcours
) -> None:
    Intervenant.objects.filter(agent=cast.cesf).update(ends_at=timezone.now() + timedelta(seconds=1))
    Rattachement.objects.filter(agent=cast.cesf).update(
        nature=Rattachement.Nature.FIN_DE_RELAIS, ends_at=timezone.now() + timedelta(days=30)
    )
    client = browse("cesf")
    text = client.get(url(equipe)).content.decode()
    assert "fin de relais" in text
    for act in ("ecrits/nouveau/", "objectifs/", "actions/", "equipe/"):
        assert act not in text
        assert client.get(url(equipe) + act).status_code == 404
        assert browse("eje").get(url(equipe) + act).status_code == 200


@pytest.mark.parametrize("username", ["responsable-accompagnement", "responsable-sst"])
def test_responsable_sees_metadata_only(cast: SimpleNamespace, browse: Browse, equipe: Parcours, username: str) -> None:
    make_objectif(equipe, by=cast.cesf, libelle="Un objectif de l’équipe")
    make_action(equipe, by=cast.cesf, libelle="Une action de l’équipe")
    Usager.objects.filter(pk=equipe.usager_id).update(contact_sur="sms")
    write(cast, equipe, "cesf", Cercle.EQUIPE)
    text = browse(username).get(url(equipe)).content.decode()
    assert "Vous voyez l’état, les dates et l’équipe." in text
    assert "Claire Bernard" in text
    for hidden in ("Un objectif", "Une action", "Une phrase", "Chronologie", "SMS", "ecrits/"):
        assert hidden not in text
    team = browse("eje").get(url(equipe)).content.decode()
    assert "Un objectif" in team
    assert "SMS" in team


@pytest.mark.parametrize(
    "username", ["responsable-accueil", "responsable-evaluation", "responsable-chatenay", "assistant-social"]
)
def test_other_responsables_and_colleagues_see_nothing(browse: Browse, equipe: Parcours, username: str) -> None:
    assert_does_not_exist(browse(username), url(equipe), equipe.pk)


def test_pmi_and_social_parcours_do_not_reveal_each_other(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours
) -> None:
    referent = browse("assistant-social-2")
    before = masked(referent.get(url(suivi)).content.decode())
    pmi = make_parcours(suivi.usager, sent_by=cast.assistant_social, by=cast.puericultrice, to="issy-sante")
    make_ecrit(pmi, by=cast.puericultrice)
    assert_does_not_exist(referent, url(pmi), pmi.pk)
    assert_does_not_exist(browse("puericultrice"), url(suivi), suivi.pk)
    assert masked(referent.get(url(suivi)).content.decode()) == before
    assert len(referent.get("/parcours/").context["parcours"]) == 1
    assert browse("puericultrice").get(url(pmi)).status_code == 200
    assert_does_not_exist(browse("responsable-accompagnement"), url(pmi), pmi.pk)


def test_an_ecrit_is_reached_through_its_own_parcours_only(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours
) -> None:
    """Being in both teams, with the id of one in the address of the other."""
    other = make_parcours(suivi.usager, sent_by=cast.assistant_social, by=cast.assistant_social_2, to="issy-sante")
    ecrit = make_ecrit(suivi, by=cast.assistant_social_2)
    client = browse("assistant-social-2")
    assert client.get(f"/parcours/{other.pk}/ecrits/{ecrit.pk}/").status_code == 404
    assert client.get(page(ecrit)).status_code == 200
