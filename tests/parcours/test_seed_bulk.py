"""`manage.py seed_bulk`: a crowd of fictional people, the vocabulary with it."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from accueil.forms.recherche import search, split
from accueil.models import Mot, Usager
from accueil.models.usager import REFERENCE_ALPHABET
from parcours.demonstration.masse import people
from pole_social.models import Agent, Territoire

COUNT = 300


def load(*args: str) -> tuple[str, str]:
    said, aside = StringIO(), StringIO()
    call_command("seed_bulk", "--usagers", str(COUNT), *args, stdout=said, stderr=aside)
    return said.getvalue(), aside.getvalue()


class TestCrowd:
    """The generator: pure."""

    def test_the_same_for_the_same_seed(self) -> None:
        first, again, other = (list(people(50, REFERENCE_ALPHABET, graine)) for graine in (1, 1, 2))
        assert first == again
        assert not {one.cle for one in first} & {one.cle for one in other}

    def test_no_key_nor_reference_twice(self) -> None:
        crowd = list(people(2000, REFERENCE_ALPHABET))
        assert len({one.cle for one in crowd}) == len({one.reference for one in crowd}) == len(crowd)
        assert {len(one.reference) for one in crowd} == {8}
        assert set("".join(one.reference for one in crowd)) <= set(REFERENCE_ALPHABET)

    def test_heads_that_many_bear_and_names_of_every_kind(self) -> None:
        crowd = list(people(3000, REFERENCE_ALPHABET))
        names = [one.nom_usage for one in crowd]
        assert names.count("Martin") > 30 and names.count("Traoré") > 30
        assert len(set(names)) > 1000
        assert any("-" in name for name in names) and any(" " in name for name in names)
        assert any("-" in one.prenoms for one in crowd)
        assert sum(one.nom_naissance not in ("", one.nom_usage) for one in crowd) > 300
        assert {(one.annee is None, one.mois is None) for one in crowd} == {(True, True), (False, True), (False, False)}


class TestCommand:
    def test_loads_as_many_over_several_territoires(self, cast: SimpleNamespace) -> None:
        said, aside = load()
        assert "300 personnes fictives ajoutées" in said
        assert "100 %" in aside and "300/300" in aside
        assert Usager.objects.count() == COUNT
        shares = dict(Usager.objects.values_list("territoire__code").annotate(count=Count("pk")))
        assert len(shares) == Territoire.objects.count() == 13
        assert max(shares, key=lambda code: shares[code]) == "sst-issy"

    def test_the_vocabulary_is_filled_and_the_search_finds(self, cast: SimpleNamespace) -> None:
        load()
        usager = Usager.objects.filter(territoire__code="sst-issy").exclude(prenoms="").first()
        assert usager
        words = usager.recherche_nom_prenoms.split()
        assert Mot.objects.filter(mot__in=words).count() == len(set(words))
        bearers = sum(
            words[0] in f"{one.recherche_nom_prenoms} {one.recherche_naissance}".split() for one in Usager.objects.all()
        )
        assert Mot.objects.get(mot=words[0]).frequence == bearers
        assert usager.pk in search(cast.gos, split(f"{usager.nom_usage} {usager.prenoms}"))[0]

    def test_says_nothing_when_asked(self, cast: SimpleNamespace) -> None:
        assert load("--verbosity", "0")[0] == ""

    def test_twice_the_same_is_refused_and_leaves_the_first(self, cast: SimpleNamespace) -> None:
        load()
        with pytest.raises(CommandError, match="--graine"):
            load()
        assert Usager.objects.count() == COUNT
        load("--graine", "7")
        assert Usager.objects.count() == 2 * COUNT

    def test_refuses_in_production(self, cast: SimpleNamespace, settings: Any) -> None:
        settings.MODE = "production"
        with pytest.raises(CommandError, match="en production"):
            load()
        assert not Usager.objects.exists()

    @pytest.mark.parametrize("count", ["0", "-3"])
    def test_refuses_nobody(self, cast: SimpleNamespace, count: str) -> None:
        with pytest.raises(CommandError, match="au moins une"):
            call_command("seed_bulk", "--usagers", count)

    def test_says_what_to_load_first(self, cast: SimpleNamespace) -> None:
        Agent.objects.filter(username="gos").update(username="parti")
        with pytest.raises(CommandError, match="seed_demo"):
            load()
