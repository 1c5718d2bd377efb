"""For whoever is not told, an act of sharing leaves no trace: not one byte, on no page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Rattachement, Usager
from evaluation.models import Evaluation, PartageEvaluation
from parcours.demonstration.builders import make_ecrit
from parcours.models import Ecrit, Parcours, PartageEcrit, PartagePresence
from parcours.partages import partages_of
from pole_social.models import Agent
from tests.parcours.aides import masked
from tests.parcours.partages import PAGES, REFERENT, asked, evaluated, in_days, pmi, seen
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
SOCIAL_TEAM = [REFERENT, "cesf", "puericultrice", "medecin", "psychologue", "ccf"]
OUTSIDE = ["assistant-social", "responsable-accompagnement"]


@pytest.fixture
def social(cast: SimpleNamespace, aminata: Usager) -> Parcours:
    return evaluated(cast, aminata)


@pytest.fixture
def sante(cast: SimpleNamespace, social: Parcours) -> Parcours:
    return pmi(cast, social.usager)


@pytest.fixture
def ecrit(cast: SimpleNamespace, social: Parcours) -> Ecrit:
    made: Ecrit = make_ecrit(social, by=cast.puericultrice, cercle=Ecrit.Cercle.SANTE, texte="Courbe régulière.")
    return made


def url(parcours: Parcours) -> str:
    return f"/parcours/{parcours.pk}/"


class Acts:
    """Each shares one thing, and says who may see that it was: everybody else sees what they saw before."""

    @staticmethod
    def evaluation(cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, ecrit: Ecrit) -> set[str]:
        shared = f"/evaluation/{Evaluation.objects.get().pk}/partages/"
        assert browse(REFERENT).post(shared, asked(cast.psychologue)).status_code == 302
        return {REFERENT, "cesf", "psychologue"}

    @staticmethod
    def ecrit(cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, ecrit: Ecrit) -> set[str]:
        shared = f"{url(social)}ecrits/{ecrit.pk}/partages/nouveau/"
        assert browse("puericultrice").post(shared, asked(cast.assistant_social_2)).status_code == 302
        return {"puericultrice", "medecin", REFERENT}

    @staticmethod
    def presence(cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, ecrit: Ecrit) -> set[str]:
        said = f"{url(sante)}presences/nouvelle/"
        assert browse("sage-femme").post(said, asked(cast.assistant_social_2)).status_code == 302
        return {"sage-femme", REFERENT}


@pytest.fixture
def everybody(browse: Browse) -> dict[str, Client]:
    return {name: browse(name) for name in [*SOCIAL_TEAM, "sage-femme", "auxiliaire", *OUTSIDE]}


@pytest.fixture
def pages(social: Parcours, sante: Parcours) -> list[str]:
    evaluation = f"/evaluation/{Evaluation.objects.get().pk}/"
    return [url(social), url(sante), f"/dossiers/{social.usager_id}/", evaluation]


@pytest.fixture
def before(everybody: dict[str, Client], pages: list[str], ecrit: Ecrit) -> dict[str, list[str]]:
    """Read once: each case is rolled back before the next."""
    return {name: seen(client, *pages) for name, client in everybody.items()}


@together("act", ["evaluation", "ecrit", "presence"])
def test_not_one_byte_moves_for_the_others(
    cast: SimpleNamespace,
    browse: Browse,
    social: Parcours,
    sante: Parcours,
    ecrit: Ecrit,
    everybody: dict[str, Client],
    pages: list[str],
    before: dict[str, list[str]],
    act: str,
) -> None:
    """The pages of both parcours (their timelines with them), and every list.

    Then its end, which is told to who shared it alone, and gives the others the pages they had before it was.
    """

    def touched() -> set[str]:
        return {name for name, client in everybody.items() if seen(client, *pages) != before[name]}

    concerned = getattr(Acts, act)(cast, browse, social, sante, ecrit)
    assert touched() == concerned, "the others saw it, or those concerned did not"
    author = {"evaluation": REFERENT, "ecrit": "puericultrice", "presence": "sage-femme"}[act]
    made: Any = {"evaluation": PartageEvaluation, "ecrit": PartageEcrit, "presence": PartagePresence}[act]
    made.objects.get().revoke(by=cast.responsable_sst)
    assert touched() == {author}
    assert any("Retirés ou échus" in page for page in seen(everybody[author], *pages[:2]))


def test_in_the_older_pages_of_the_timeline(
    cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, ecrit: Ecrit
) -> None:
    for number in range(40):
        make_ecrit(social, by=cast.cesf, done_on=timezone.localdate() - timedelta(days=number))
    client = browse("medecin")
    older = f"{url(social)}?avant={client.get(url(social)).context['chronologie'].suivante}"
    before = seen(client, url(social), older)
    Acts.evaluation(cast, browse, social, sante, ecrit)
    Acts.presence(cast, browse, social, sante, ecrit)
    assert seen(client, url(social), older) == before
    Acts.ecrit(cast, browse, social, sante, ecrit)
    assert seen(client, url(social), older) != before, "the control: the doctor reads that écrit"


def test_a_title_is_for_those_who_read(
    cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, ecrit: Ecrit
) -> None:
    Acts.ecrit(cast, browse, social, sante, ecrit)
    title = f"Écrit du {ecrit.done_on:%d/%m/%Y}, sur rendez-vous"
    said = {name: title in browse(name).get(url(social)).content.decode() for name in SOCIAL_TEAM}
    assert {name for name, is_said in said.items() if is_said} == {"puericultrice", "medecin", REFERENT}
    assert "Partagé avec vous" in browse(REFERENT).get(url(social)).content.decode()


def test_who_was_told_stays_known_to_who_told(
    cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, ecrit: Ecrit
) -> None:
    """Run out or taken back; the reader of the same écrit is not told of it, nor whoever was told."""
    Acts.ecrit(cast, browse, social, sante, ecrit)
    PartageEcrit.objects.update(jusqu_au=timezone.localdate() - timedelta(days=1))
    author = browse("puericultrice").get(url(social)).content.decode()
    assert "Retirés ou échus" in author and "échu le" in author and "Claire Bernard" in author
    for agent in (cast.medecin, cast.assistant_social_2):
        assert not partages_of(social.usager_id, agent)
    assert partages_of(social.usager_id, cast.puericultrice).finis


def test_queries_do_not_grow_with_what_was_shared(
    cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, ecrit: Ecrit
) -> None:
    clients = [browse(name) for name in (REFERENT, "puericultrice")]
    for act in (Acts.evaluation, Acts.ecrit, Acts.presence):
        act(cast, browse, social, sante, ecrit)
    [client.get(url(social)) for client in clients]
    few = [count_queries(client, address) for client in clients for address in (url(social), PAGES[0])]
    for number in range(20):
        other = make_ecrit(social, by=cast.puericultrice, cercle=Ecrit.Cercle.SANTE, texte=f"Visite {number}.")
        copy = PartageEcrit.objects.get(ecrit=ecrit)
        copy.pk, copy.ecrit = None, other
        copy._state.adding = True
        copy.save(force_insert=True)
    more = [count_queries(client, address) for client in clients for address in (url(social), PAGES[0])]
    assert more == few
    assert max(few) <= 29


def read(client: Client, pages: list[str]) -> list[str]:
    return [masked(client.get(page).content.decode()) for page in pages]


class TestAReceiverOfAnotherTeam:
    """A social worker of both teams shares with the midwife of the PMI: who is not of the PMI knows nothing of her."""

    WATCHED = (REFERENT, "cesf", "eje", "puericultrice", "sage-femme")

    @pytest.fixture(autouse=True)
    def both_teams(self, cast: SimpleNamespace, social: Parcours, sante: Parcours) -> None:
        social.add_intervenant(cast.eje)
        for agent in (cast.assistant_social_2, cast.eje):
            sante.add_intervenant(agent)

    @pytest.fixture
    def open_ecrit(self, cast: SimpleNamespace, social: Parcours) -> Ecrit:
        made: Ecrit = make_ecrit(social, by=cast.cesf, cercle=Ecrit.Cercle.EQUIPE, texte="Pour toute l’équipe.")
        return made

    @pytest.fixture
    def forms(self, social: Parcours, open_ecrit: Ecrit) -> dict[str, str]:
        return {
            "evaluation": f"/evaluation/{Evaluation.objects.get().pk}/partages/",
            "ecrit": f"{url(social)}ecrits/{open_ecrit.pk}/partages/nouveau/",
        }

    @pytest.fixture
    def pages(self, social: Parcours, sante: Parcours, open_ecrit: Ecrit, forms: dict[str, str]) -> list[str]:
        below = f"{url(social)}ecrits/{open_ecrit.pk}/"
        whole = f"/evaluation/{Evaluation.objects.get().pk}/"
        return [url(social), url(sante), f"/dossiers/{social.usager_id}/", below, whole, *forms.values()]

    @pytest.fixture
    def watched(self, browse: Browse) -> dict[str, Client]:
        return {name: browse(name) for name in self.WATCHED}

    @pytest.fixture
    def known(self, watched: dict[str, Client], pages: list[str]) -> dict[str, list[str]]:
        """Read once: each case is rolled back before the next."""
        return {name: read(client, pages) for name, client in watched.items()}

    @together(
        ("act", "concerned"),
        [
            # The author of the écrit, who may take it back; the colleague of both teams.
            ("ecrit", {REFERENT, "cesf", "eje", "sage-femme"}),
            ("evaluation", {REFERENT, "eje", "sage-femme"}),
        ],
    )
    def test_is_named_to_those_who_know_of_her(
        self,
        cast: SimpleNamespace,
        forms: dict[str, str],
        pages: list[str],
        watched: dict[str, Client],
        known: dict[str, list[str]],
        act: str,
        concerned: set[str],
    ) -> None:
        assert watched[REFERENT].post(forms[act], asked(cast.sage_femme)).status_code == 302
        watched[REFERENT].get("/parcours/")
        after = {name: read(client, pages) for name, client in watched.items()}
        assert {name for name in self.WATCHED if after[name] != known[name]} == concerned
        named = {name for name in self.WATCHED if any(cast.sage_femme.nom in page for page in after[name])}
        assert named & {"cesf", "puericultrice"} == concerned & {"cesf"}, "her name stands nowhere else"

    @together("act", ["evaluation", "ecrit"])
    def test_is_not_told_by_the_form_to_whoever_guesses(
        self, cast: SimpleNamespace, browse: Browse, forms: dict[str, str], act: str
    ) -> None:
        stranger, colleague = browse("puericultrice" if act == "ecrit" else "cesf"), browse("eje")
        before = stranger.post(forms[act], asked(cast.sage_femme)).context["form"]
        browse(REFERENT).post(forms[act], asked(cast.sage_femme))
        after = stranger.post(forms[act], asked(cast.sage_femme, jusqu_au=in_days(60)))
        assert after.status_code == 200
        assert dict(after.context["form"].errors) == dict(before.errors)
        assert list(before.errors) == ["destinataire"]
        control = colleague.post(forms[act], asked(cast.sage_femme, jusqu_au=in_days(60)))
        assert control.status_code == 409, "the control: who works with her is told"
        assert f"Déjà partagé avec {cast.sage_femme.nom_complet}" in control.content.decode()

    def test_is_taken_back_by_those_to_whom_it_is_listed(
        self, cast: SimpleNamespace, browse: Browse, social: Parcours, forms: dict[str, str]
    ) -> None:
        for form in forms.values():
            browse(REFERENT).post(form, asked(cast.sage_femme))
        evaluation = f"{forms['evaluation']}{PartageEvaluation.objects.get().pk}/retrait/"
        ecrit = f"{forms['ecrit'].removesuffix('nouveau/')}{PartageEcrit.objects.get().pk}/retrait/"
        assert [browse("cesf").post(away).status_code for away in (evaluation, ecrit)] == [404, 302]
        assert PartageEvaluation.objects.live().exists() and not PartageEcrit.objects.live().exists()
        assert browse("eje").post(evaluation).status_code == 302, "the control"
        assert not PartageEvaluation.objects.live().exists()

    def test_whoever_reads_by_a_partage_alone_learns_of_no_other(
        self, cast: SimpleNamespace, browse: Browse, social: Parcours, ecrit: Ecrit
    ) -> None:
        """Neither who else was told, though social, nor who told them: the team is what does not exist."""
        Rattachement.objects.grant("evaluation", social.usager_id, social, agent=cast.assistant_social)
        form = f"{url(social)}ecrits/{ecrit.pk}/partages/nouveau/"
        assert browse("puericultrice").post(form, asked(cast.assistant_social)).status_code == 302
        assert browse("medecin").post(form, asked(cast.assistant_social_2)).status_code == 302

        def told(agent: Agent) -> set[Agent]:
            return {one.acte.destinataire for one in partages_of(social.usager_id, agent).vivants}

        assert told(cast.assistant_social) == {cast.assistant_social}
        assert told(cast.medecin) == {cast.assistant_social, cast.assistant_social_2}, "the control"
        page = browse("assistant-social").get(f"{url(social)}ecrits/{ecrit.pk}/").content.decode()
        assert cast.assistant_social_2.nom_complet not in page and cast.medecin.nom_complet not in page
