"""The pages of the records made twice: found, compared, merged, set apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accueil.doublons import PAIRS_SHOWN, likely, near_births
from accueil.fusion import merge
from accueil.models import Coordonnee, Correction, Deport, Distincts, Fusion, Passage, Usager
from accueil.models.fusion import REVERSIBLE_FOR
from accueil.recherche.ressemblance import near_names
from parcours.demonstration.builders import make_demande, make_ecrit, make_evaluation, make_parcours, make_passage
from pole_social.models import Acces
from tests.accueil.conftest import last_acces, same_as_unknown, someone
from tests.bulk import copies
from tests.queries import CONTROL, count_queries
from tests.together import together

Cast = SimpleNamespace
LISTE, FUSIONS = "/accueil/doublons/", "/accueil/doublons/fusions/"
BORN = {"naissance_annee": 1991, "naissance_mois": 3, "naissance_jour": 12}
ALLOWED = ["responsable-accueil", "responsable-sst"]
REFUSED = [
    "gos",
    "assistante-administrative",
    "assistant-social",
    "puericultrice",
    "psychologue",
    "responsable-evaluation",
    "responsable-accompagnement",
    "dpo",
    "admin",
]


@pytest.fixture
def pair(cast: Cast) -> tuple[Usager, Usager]:
    return (
        someone(nom_usage="Traoré", prenoms="Aminata", **BORN),
        someone(nom_usage="Traore", prenoms="Aminatta", **BORN),
    )


@pytest.fixture
def lead(cast: Cast, sign_in: Callable[..., Client]) -> Client:
    """The browser of the desk's responsable."""
    return sign_in(cast.responsable_accueil)


@pytest.fixture
def neighbour(cast: Cast, sign_in: Callable[..., Client]) -> Client:
    """The browser of the responsable of the other territoire's desk."""
    cast.responsable_chatenay.affectations.create(unite=cast.gos_chatenay.unites[0], responsable=True)
    return sign_in(type(cast.gos).objects.get(pk=cast.responsable_chatenay.pk))


def by(cast: Cast, username: str) -> Any:
    return getattr(cast, username.replace("-", "_"))


def address(pair: Any) -> str:
    return reverse("accueil:doublons_paire", args=[one.pk for one in pair])


def act(pair: Any) -> str:
    return reverse("accueil:doublons_distincts", args=[one.pk for one in pair])


def separate(fusion: Fusion) -> str:
    return reverse("accueil:fusion_separation", args=[fusion.pk])


def choice(garde: Usager, **traits: Any) -> dict[str, str]:
    return {"garde": str(garde.pk), "cle": str(uuid4()), **{name: str(value) for name, value in traits.items()}}


def proposed(territoire: Any) -> set[frozenset[Any]]:
    return {frozenset((paire.un, paire.autre)) for paire in likely([territoire.pk]).paires}


def is_proposed(*two: Usager) -> bool:
    return frozenset(one.pk for one in two) in proposed(two[0].territoire)


class TestWhatIsNear:
    @together(
        ("one", "other", "near"),
        [
            ("traore aminata", "traore aminata", True),
            ("traore aminata", "aminata traore", True),
            ("traore aminata", "traores aminatta", True),
            ("traore aminata", "traore aminata fatou", True),
            ("traore aminata", "traore mamadou", False),
            ("traore aminata", "diallo aminata", False),
            ("li na", "lu na", False),
            ("traore", "traore aminata", False),
            ("martin lea", "martin leo", False),
            ("", "", False),
        ],
    )
    def test_names(self, db: None, one: str, other: str, near: bool) -> None:
        assert near_names(one, other) is near
        assert near_names(other, one) is near

    @together(
        ("one", "other", "near"),
        [
            ((1991, 3, 12), (1991, 3, 12), True),
            ((1991, 3, 12), (1992, 3, 12), True),
            ((1991, 3, 12), (1991, 12, 3), True),
            ((1991, 3, 12), (1991, None, None), True),
            ((1991, 3, 12), (None, None, None), True),
            ((1991, 3, 12), (1992, 12, 3), False),
            ((1991, 3, 12), (1991, 4, 13), False),
        ],
    )
    def test_births(self, db: None, one: Any, other: Any, near: bool) -> None:
        assert near_births(one, other) is near

    @together(
        "fields",
        [
            {},
            {"nom_usage": "traore"},
            {"nom_usage": "Aminata", "prenoms": "Traoré"},
            {"prenoms": "Aminatta"},
            {"naissance_mois": 12, "naissance_jour": 3},
            {"naissance_annee": 1990},
            {"naissance_annee": None, "naissance_mois": None, "naissance_jour": None},
            {"nom_usage": "Diallo", "nom_naissance": "Traoré"},
        ],
    )
    def test_proposed(self, cast: Cast, aminata: Usager, fields: Any) -> None:
        Usager.objects.filter(pk=aminata.pk).update(**BORN)
        other = someone(**{"nom_usage": "Traoré", "prenoms": "Aminata", **BORN, **fields})
        assert is_proposed(aminata, other)

    @together(
        "fields",
        [
            {"prenoms": "Mamadou"},
            {"nom_usage": "Diallo"},
            {"naissance_annee": 1970, "naissance_mois": 1},
            {"naissance_annee": 1985, "naissance_mois": 7, "naissance_jour": 1},
        ],
    )
    def test_not_proposed(self, cast: Cast, aminata: Usager, fields: Any) -> None:
        Usager.objects.filter(pk=aminata.pk).update(**BORN)
        other = someone(**{"nom_usage": "Traoré", "prenoms": "Aminata", **BORN, **fields})
        assert not is_proposed(aminata, other)

    def test_one_phone_however_written(self, cast: Cast) -> None:
        one, other = (
            someone(nom_usage="Traoré", prenoms="Aminata", naissance_annee=1991),
            someone(nom_usage="Traorée", prenoms="Aminata", naissance_annee=1960),
        )
        assert not is_proposed(one, other)
        Coordonnee.objects.create(usager=one, nature="telephone", valeur="06 39 98 11 22")
        phone = Coordonnee.objects.create(usager=other, nature="telephone", valeur="+33 6 39 98 11 22")
        assert is_proposed(one, other)
        Coordonnee.objects.filter(pk=phone.pk).update(is_protected=True)
        assert not is_proposed(one, other), "a secret number tells nothing, not even that"

    def test_a_couple_that_shares_a_phone_is_two_people(self, cast: Cast) -> None:
        couple = someone(nom_usage="Traoré", prenoms="Aminata"), someone(nom_usage="Traoré", prenoms="Moussa")
        for one in couple:
            Coordonnee.objects.create(usager=one, nature="telephone", valeur="06 39 98 11 22", is_shared=True)
        assert not is_proposed(*couple)

    def test_older_records_are_looked_at_from_the_next_page(self, cast: Cast, pair: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr("accueil.doublons.COMPARED", 1)
        old = timezone.now() - timedelta(days=9)
        Usager.objects.filter(pk__in=[one.pk for one in pair]).update(created_at=old)
        newest = someone()
        first = likely([newest.territoire_id])
        assert (first.paires, first.suite) == ([], newest.pk)
        second = likely([newest.territoire_id], first.suite)
        assert {second.paires[0].un, second.paires[0].autre} == {one.pk for one in pair}


class TestList:
    def test_shows_masked_pairs_with_the_reasons(self, lead: Client, pair: Any) -> None:
        Usager.objects.filter(pk=pair[0].pk).update(contact_sur="sms", contact_sur_alias="Tante Awa")
        Coordonnee.objects.create(usager=pair[0], nature="telephone", valeur="06 39 98 11 22")
        text = lead.get(LISTE).content.decode()
        assert "Aminata Traoré" in text and "naissance en 1991" in text
        assert "noms proches" in text and "même date de naissance" in text
        for hidden in ("12/03", "12 mars", "06 39 98", "Tante Awa", f"/usagers/{pair[0].pk}/"):
            assert hidden not in text

    def test_leads_to_the_people_the_agent_may_open(self, cast: Cast, lead: Client, pair: Any) -> None:
        make_passage(pair[0], by=cast.gos)
        text = lead.get(LISTE).content.decode()
        assert f"/usagers/{pair[0].pk}/" in text and f"/usagers/{pair[1].pk}/" not in text

    def test_says_what_to_expect_when_there_is_none(self, lead: Client) -> None:
        assert "Aucun doublon probable" in lead.get(LISTE).content.decode()

    def test_a_sealed_person_is_nowhere(self, lead: Client, pair: Any) -> None:
        Usager.objects.filter(pk=pair[0].pk).update(is_sealed=True)
        assert "Aucun doublon" in lead.get(LISTE).content.decode()
        assert same_as_unknown(lead, address(pair), pair[0].pk)

    def test_nor_a_relative(self, cast: Cast, lead: Client, pair: Any) -> None:
        Deport.objects.create(agent=cast.responsable_accueil, usager=pair[1], lien="proche")
        assert "Traor" not in lead.get(LISTE).content.decode()
        assert same_as_unknown(lead, address(pair), pair[1].pk)

    def test_nor_somebody_of_another_territoire(self, neighbour: Client, pair: Any) -> None:
        assert "Traor" not in neighbour.get(LISTE).content.decode()
        assert same_as_unknown(neighbour, address(pair), pair[0].pk)
        assert neighbour.post(address(pair), choice(pair[0])).status_code == 404

    def test_roles(self, cast: Cast, pair: Any, sign_in: Callable[..., Client]) -> None:
        fusion = merge(someone(), someone(), by=cast.responsable_sst)
        for username in ALLOWED + REFUSED:
            client, expected = sign_in(by(cast, username)), 200 if username in ALLOWED else 403
            for url in (LISTE, FUSIONS, address(pair)):
                assert client.get(url).status_code == expected, (username, url)
            if username in REFUSED:
                for url, data in ((address(pair), choice(pair[0])), (act(pair), {}), (separate(fusion), {})):
                    assert client.post(url, data).status_code == 403, (username, url)
        assert Fusion.objects.get() == fusion and not Distincts.objects.exists()

    def test_leading_elsewhere_gives_nothing_here(self, cast: Cast, pair: Any, sign_in: Callable[..., Client]) -> None:
        """Responsable of a desk there, an agent here: nothing of here may be merged."""
        chief = cast.responsable_accueil
        chief.affectations.update(responsable=False)
        there = cast.gos_chatenay.unites[0]
        chief.affectations.create(unite=there, responsable=True)
        client = sign_in(type(chief).objects.get(pk=chief.pk))
        assert client.get(LISTE).status_code == 200
        assert client.get(address(pair)).status_code == 404
        chief.affectations.update(responsable=True)
        assert sign_in(type(chief).objects.get(pk=chief.pk)).get(address(pair)).status_code == 200

    def test_methods(self, cast: Cast, lead: Client, pair: Any) -> None:
        fusion = merge(someone(), someone(), by=cast.responsable_accueil)
        assert lead.post(LISTE).status_code == lead.post(FUSIONS).status_code == 405
        assert lead.get(act(pair)).status_code == lead.get(separate(fusion)).status_code == 405
        assert lead.put(address(pair)).status_code == 405

    def test_journal(self, lead: Client, pair: Any) -> None:
        lead.get(LISTE)
        acces = last_acces("doublons")
        assert acces.action == Acces.Action.LISTE
        assert {one.pk for one in pair} <= set(acces.usager_ids)
        lead.get(address(pair))
        acces = last_acces("doublons_paire")
        assert (acces.action, set(acces.usager_ids)) == (Acces.Action.LECTURE, {one.pk for one in pair})

    def test_at_most_twenty_five(self, lead: Client) -> None:
        for index in range(PAIRS_SHOWN + 3):
            copies(someone(nom_usage=f"Nom{index}xyzt", prenoms="Aminata"), 1, reference=[f"R{index:07}"])
        text = lead.get(LISTE).content.decode()
        assert text.count("data-paire=") == PAIRS_SHOWN and "D’autres paires attendent" in text

    def test_the_queries_do_not_grow(self, cast: Cast, lead: Client) -> None:
        names = [f"R{index:07}" for index in range(500)]
        model = someone(nom_usage="Traoré", prenoms="Aminata", **BORN)
        copies(model, 10, reference=names[:10])
        few = count_queries(lead, LISTE)
        copies(model, 490, reference=names[10:])
        assert count_queries(lead, LISTE) == few <= 10

    @together("apres", ["", "a\x00b", "x" * 5000, "1", "'; DROP TABLE", str(uuid4()), "\u202e"])
    def test_a_hostile_page_begins_again(self, lead: Client, pair: Any, apres: str) -> None:
        assert lead.get(LISTE, {"apres": apres}).status_code == 200


class TestComparison:
    def test_shows_what_a_search_would_of_a_masked_one(self, lead: Client, pair: Any) -> None:
        Usager.objects.filter(pk=pair[0].pk).update(langue="bambara", contact_sur="sms")
        text = lead.get(address(pair)).content.decode()
        assert "Aminatta" in text and "1991" in text and "Issy" in text
        assert "bambara" not in text and "SMS" not in text and "12 mars" not in text

    def test_shows_all_that_differs_of_open_ones(self, cast: Cast, lead: Client, pair: Any) -> None:
        make_passage(*pair, by=cast.gos)
        Usager.objects.filter(pk=pair[0].pk).update(langue="bambara", contact_sur="sms")
        text = lead.get(address(pair)).content.decode()
        assert "bambara" in text and "SMS seulement" in text and "12/03/1991" in text
        assert 'name="prenoms"' in text and 'name="nom_usage"' in text
        assert 'name="langue"' not in text, "one of them says nothing: there is nothing to choose"

    def test_counts_only_what_the_responsable_may_read(self, cast: Cast, lead: Client, pair: Any) -> None:
        make_passage(pair[0], by=cast.gos)
        before = lead.get(address(pair)).content.decode()
        make_evaluation(pair[1], sent_by=cast.educateur, by=cast.assistant_social)
        parcours = make_parcours(pair[1], sent_by=cast.educateur, by=cast.puericultrice, to="issy-sante")
        make_ecrit(parcours, by=cast.puericultrice, cercle="sante")
        after = lead.get(address(pair)).content.decode()
        assert "1 passage" in before
        assert _without_key(before) == _without_key(after), "health and evaluation are not even a number"
        make_demande(make_passage(pair[1], by=cast.gos), by=cast.gos)
        assert "1 demande" in lead.get(address(pair)).content.decode(), "the control: what is read is counted"

    def test_says_again_what_brings_them_together(self, lead: Client, pair: Any) -> None:
        assert (
            "Ce qui les rapproche : même date de naissance, noms proches." in lead.get(address(pair)).content.decode()
        )
        assert "même date" in lead.get(address(pair[::-1])).content.decode()

    def test_says_nothing_of_two_whom_the_list_would_not_show(self, lead: Client, pair: Any) -> None:
        """Else two addresses would tell whether two masked births are the same."""
        other = someone(nom_usage="Lopez", prenoms="Karima", **BORN)
        assert "rapproche" not in lead.get(address((pair[0], other))).content.decode()

    def test_out_of_scope_is_unknown(self, cast: Cast, lead: Client, pair: Any) -> None:
        stranger = someone(territoire=cast.gos_chatenay.unites[0].lieu.territoire)
        assert same_as_unknown(lead, address((pair[0], stranger)), stranger.pk)
        assert lead.get(address((pair[0], pair[0]))).status_code == 404
        assert lead.get(address(pair[::-1])).status_code == 200

    def test_the_queries_are_constant(self, cast: Cast, lead: Client, pair: Any) -> None:
        make_demande(make_passage(*pair, by=cast.gos), by=cast.gos, usager=pair[0])
        few = count_queries(lead, address(pair))
        for _ in range(9):
            make_demande(make_passage(*pair, by=cast.gos), by=cast.gos, usager=pair[0])
        assert count_queries(lead, address(pair)) == few <= 20


class TestMerging:
    def test_works(self, cast: Cast, lead: Client, pair: Any) -> None:
        garde, absorbe = pair
        passage = make_passage(absorbe, by=cast.gos)
        response = lead.post(address(pair), choice(garde, prenoms=absorbe.pk, nom_usage=garde.pk))
        assert response.headers["Location"] == FUSIONS
        fusion = Fusion.objects.get()
        assert (fusion.garde, fusion.absorbe, fusion.by) == (garde, absorbe, cast.responsable_accueil)
        assert Passage.objects.filter(usagers=garde).get() == passage
        assert Usager.objects.get(pk=garde.pk).prenoms == "Aminatta"
        assert Correction.objects.filter(usager=garde).count() == 2

    def test_the_journal_tells_both(self, lead: Client, pair: Any) -> None:
        lead.post(address(pair), choice(pair[0]))
        acces = last_acces("doublons_paire")
        assert (acces.action, set(acces.usager_ids)) == (Acces.Action.ECRITURE, {one.pk for one in pair})

    def test_either_may_be_kept(self, lead: Client, pair: Any) -> None:
        lead.post(address(pair), choice(pair[1]))
        assert Fusion.objects.get().garde == pair[1]

    def test_a_choice_that_was_not_offered_is_none(self, lead: Client, pair: Any) -> None:
        """Of a record that is masked, one does not choose the safe contact."""
        Usager.objects.filter(pk=pair[0].pk).update(contact_sur="sms")
        Usager.objects.filter(pk=pair[1].pk).update(contact_sur="telephone")
        lead.post(address(pair), choice(pair[0], contact_sur=pair[1].pk))
        assert Usager.objects.get(pk=pair[0].pk).contact_sur == "sms"

    def test_nothing_chosen_keeps_what_was(self, lead: Client, pair: Any) -> None:
        typed = {"cle": str(uuid4()), "prenoms": str(pair[1].pk)}
        response = lead.post(address(pair), typed)
        text = response.content.decode()
        assert response.status_code == 200 and "Choisissez le dossier à garder." in text
        assert f'id="id_prenoms_autre" value="{pair[1].pk}" checked' in text
        assert not Fusion.objects.exists()

    @together("typed", ["", "a\x00b", "x" * 100_000, "ab\u202e", str(uuid4()), "1", "31/02/2020"])
    def test_hostile_choices(self, lead: Client, pair: Any, typed: str) -> None:
        for name in ("garde", "prenoms"):
            data = {**choice(pair[0]), name: typed}
            response = lead.post(address(pair), data)
            if name == "garde" or typed:
                assert response.status_code == 200 and not Fusion.objects.exists()
                assert "Choisissez" in response.content.decode()

    def test_sent_twice_has_one_effect(self, lead: Client, pair: Any) -> None:
        data = choice(pair[0])
        first, second = lead.post(address(pair), data), lead.post(address(pair), data)
        assert (first.status_code, second.status_code) == (302, 302)
        assert first.headers["Location"] == second.headers["Location"]
        assert Fusion.objects.count() == 1

    def test_sent_again_otherwise_finds_the_pair_gone(self, lead: Client, pair: Any) -> None:
        data = choice(pair[0])
        lead.post(address(pair), data)
        assert lead.post(address(pair), {**data, "garde": str(pair[1].pk)}).status_code == 404

    def test_the_absorbed_record_is_in_no_list_and_answers_like_an_unknown_one(
        self, cast: Cast, lead: Client, pair: Any
    ) -> None:
        garde, absorbe = pair
        make_passage(absorbe, by=cast.gos)
        url = reverse("accueil:usager", args=[absorbe.pk])
        assert lead.get(url).status_code == 200
        lead.post(address(pair), choice(garde))
        assert same_as_unknown(lead, url, absorbe.pk)
        assert lead.get(reverse("accueil:usager", args=[garde.pk])).status_code == 200
        found = lead.post("/accueil/recherche/", {"q": "Traore Aminata"}).content.decode()
        assert str(garde.pk) in found and str(absorbe.pk) not in found
        assert str(absorbe.pk) not in lead.get("/accueil/").content.decode()
        assert same_as_unknown(lead, f"/accueil/usagers/{absorbe.pk}/identite/", absorbe.pk)

    def test_a_passage_of_both_shows_the_person_once(self, cast: Cast, lead: Client, pair: Any) -> None:
        passage = make_passage(*pair, by=cast.gos)
        lead.post(address(pair), choice(pair[0]))
        for url in (f"/accueil/passages/{passage.pk}/", f"/accueil/usagers/{pair[0].pk}/"):
            response = lead.get(url)
            assert response.status_code == 200
            assert "n’est plus visible" not in response.content.decode()
        shown = lead.get(f"/accueil/usagers/{pair[0].pk}/").content.decode()
        assert shown.count(f"/accueil/passages/{passage.pk}/") == 1


class TestTwoPeople:
    def test_sets_the_pair_aside(self, cast: Cast, lead: Client, pair: Any) -> None:
        assert is_proposed(*pair)
        response = lead.post(act(pair))
        assert response.headers["Location"] == LISTE
        assert Distincts.objects.get().by == cast.responsable_accueil
        assert not is_proposed(*pair)
        assert "deux personnes, selon" in lead.get(address(pair)).content.decode()

    def test_twice_or_the_other_way_round_is_once(self, lead: Client, pair: Any) -> None:
        for two in (pair, pair, pair[::-1]):
            assert lead.post(act(two)).status_code == 302
        assert Distincts.objects.count() == 1

    def test_out_of_scope(self, lead: Client, neighbour: Client, pair: Any) -> None:
        assert neighbour.post(act(pair)).status_code == 404
        assert lead.post(act((pair[0], pair[0]))).status_code == 404
        assert not Distincts.objects.exists()

    def test_journal(self, lead: Client, pair: Any) -> None:
        lead.post(act(pair))
        acces = last_acces("doublons_distincts")
        assert (acces.action, set(acces.usager_ids)) == (Acces.Action.ECRITURE, {one.pk for one in pair})


class TestSeparating:
    @pytest.fixture
    def fusion(self, cast: Cast, pair: Any) -> Fusion:
        return merge(*pair, by=cast.responsable_accueil)

    def test_works(self, lead: Client, pair: Any, fusion: Fusion) -> None:
        assert "Séparer" in lead.get(FUSIONS).content.decode()
        assert lead.post(separate(fusion)).headers["Location"] == FUSIONS
        assert Usager.objects.get(pk=pair[1].pk).fusionne_vers is None
        text = lead.get(FUSIONS).content.decode()
        assert "séparés" in text and separate(fusion) not in text

    def test_the_sst_may_too(self, cast: Cast, fusion: Fusion, sign_in: Callable[..., Client]) -> None:
        assert sign_in(cast.responsable_sst).post(separate(fusion)).status_code == 302

    def test_out_of_scope_is_unknown(self, neighbour: Client, fusion: Fusion) -> None:
        assert same_as_unknown(neighbour, separate(fusion), fusion.pk, method="post")
        assert "Traor" not in neighbour.get(FUSIONS).content.decode()

    def test_too_late_is_said_in_french(self, lead: Client, fusion: Fusion) -> None:
        Fusion.objects.filter(pk=fusion.pk).update(at=timezone.now() - REVERSIBLE_FOR)
        assert separate(fusion) not in lead.get(FUSIONS).content.decode()
        response = lead.post(separate(fusion))
        assert response.status_code == 409
        assert "ne peut plus être défaite" in response.content.decode()

    def test_twice_has_one_effect(self, lead: Client, fusion: Fusion) -> None:
        assert {lead.post(separate(fusion)).status_code for _ in range(2)} == {302}

    def test_the_list_is_masked_and_journaled(self, lead: Client, pair: Any, fusion: Fusion) -> None:
        text = lead.get(FUSIONS).content.decode()
        assert "Aminatta Traore" in text and "12 mars" not in text
        assert f"/usagers/{pair[0].pk}/" not in text
        assert set(last_acces("fusions").usager_ids) == {one.pk for one in pair}

    def test_sealed_since_it_is_gone(self, lead: Client, pair: Any, fusion: Fusion) -> None:
        Usager.objects.filter(pk=pair[0].pk).update(is_sealed=True)
        assert "Traor" not in lead.get(FUSIONS).content.decode()
        assert same_as_unknown(lead, separate(fusion), fusion.pk, method="post")

    def test_a_relative_s_is_gone(self, cast: Cast, lead: Client, pair: Any, fusion: Fusion) -> None:
        Deport.objects.create(agent=cast.responsable_accueil, usager=pair[0], lien="proche")
        assert "Traor" not in lead.get(FUSIONS).content.decode()

    def test_the_queries_do_not_grow(self, cast: Cast, lead: Client, fusion: Fusion) -> None:
        few = count_queries(lead, FUSIONS)
        for _ in range(5):
            merge(someone(), someone(), by=cast.responsable_accueil)
        assert count_queries(lead, FUSIONS) == few <= 8

    def test_a_merge_makes_a_bounded_number_of_queries(self, cast: Cast) -> None:
        """As many as there are tables, whatever they hold."""
        counted = []
        for rows in (1, 20):
            garde, absorbe = someone(**BORN), someone(**BORN)
            for _ in range(rows):
                Coordonnee.objects.create(usager=absorbe, nature="telephone", valeur="06 39 98 00 01")
            with CaptureQueriesContext(connection) as captured:
                merge(garde, absorbe, by=cast.responsable_accueil)
            counted.append(sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries))
        assert counted[0] == counted[1] <= 80


def _without_key(text: str) -> str:
    """The page without what changes at each reading: the form's key and the tokens."""
    return "\n".join(
        line for line in text.splitlines() if "csrfmiddlewaretoken" not in line and 'name="cle"' not in line
    )
