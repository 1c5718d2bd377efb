"""« Ce ne sont pas les mêmes personnes » goes with the record that a merge absorbs, and comes back with it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accueil.fusion import merge, unmerge
from accueil.models import Distincts, Usager
from tests.accueil.conftest import someone

Cast = SimpleNamespace


@pytest.fixture
def by(cast: Cast) -> Any:
    return cast.responsable_accueil


def apart(one: Usager, other: Usager, by: Any) -> Distincts:
    un, autre = sorted((one.pk, other.pk))
    return Distincts.objects.create(un_id=un, autre_id=autre, by=by)


def said() -> set[frozenset[Any]]:
    return {frozenset((row.un_id, row.autre_id)) for row in Distincts.objects.all()}


def pairs(*couples: tuple[Usager, Usager]) -> set[frozenset[Any]]:
    return {frozenset((one.pk, other.pk)) for one, other in couples}


def people(count: int) -> list[Usager]:
    return [someone() for _ in range(count)]


def test_it_is_true_of_the_record_kept_and_comes_back(cast: Cast, by: Any) -> None:
    a, b, c = people(3)
    first = apart(a, b, cast.responsable_sst)
    fusion = merge(c, a, by=by)
    assert said() == pairs((a, b), (c, b))
    carried = Distincts.objects.exclude(pk=first.pk).get()
    assert (carried.by, carried.at) == (cast.responsable_sst, first.at), "by whom it was said, when it was said"
    unmerge(fusion, by=by)
    assert said() == pairs((a, b))


def test_the_pair_is_not_proposed_again(cast: Cast, by: Any, sign_in: Any) -> None:
    born = {"naissance_annee": 1991, "naissance_mois": 3, "naissance_jour": 12}
    a, b, c = (someone(nom_usage="Zérouali", prenoms="Inès", **born) for _ in range(3))
    apart(a, b, by)
    client: Client = sign_in(by)
    link = f"/accueil/doublons/{{}}/{b.pk}/", f"/accueil/doublons/{b.pk}/{{}}/"
    page = client.get("/accueil/doublons/").content.decode()
    assert any(each.format(c.pk) in page for each in link), "the control"
    merge(c, a, by=by)
    page = client.get("/accueil/doublons/").content.decode()
    assert not any(each.format(c.pk) in page for each in link)


def test_what_was_said_of_the_kept_record_already_stays_after(cast: Cast, by: Any) -> None:
    a, b, c = people(3)
    apart(a, b, by)
    apart(c, b, by)
    unmerge(merge(c, a, by=by), by=by)
    assert said() == pairs((a, b), (c, b))


def test_merged_all_the_same_says_nothing_of_oneself(cast: Cast, by: Any) -> None:
    a, c = people(2)
    apart(a, c, by)
    unmerge(merge(c, a, by=by), by=by)
    assert said() == pairs((a, c))


def test_from_one_record_to_the_next(cast: Cast, by: Any) -> None:
    a, b, c, d = people(4)
    apart(a, b, by)
    first, second = merge(c, a, by=by), merge(d, c, by=by)
    assert pairs((d, b)) <= said()
    unmerge(second, by=by)
    assert said() == pairs((a, b), (c, b))
    unmerge(first, by=by)
    assert said() == pairs((a, b))


@pytest.mark.parametrize("undone_first", [0, 1])
def test_two_records_that_said_it_are_undone_in_any_order(cast: Cast, by: Any, undone_first: int) -> None:
    a, other, b, c = people(4)
    apart(a, b, by)
    apart(other, b, by)
    fusions = [merge(c, a, by=by), merge(c, other, by=by)]
    unmerge(fusions[undone_first], by=by)
    assert said() == pairs((a, b), (other, b), (c, b)), "the other record kept there still says it"
    unmerge(fusions[1 - undone_first], by=by)
    assert said() == pairs((a, b), (other, b))
