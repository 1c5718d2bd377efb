"""`manage.py seed_bulk --parcours`: what the acts would have written, in number."""

from __future__ import annotations

from io import StringIO
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q
from django.test import TestCase
from django.utils import timezone

from accueil.models import Rattachement, Usager
from parcours.demonstration.builders import UsagerFactory, make_parcours
from parcours.demonstration.masse_ecrits import _shares
from parcours.demonstration.masse_parcours import random_key
from parcours.models import Bilan, Ecrit, EntreeDirecte, EtapeParcours, Intervenant, Parcours
from pole_social.models import Affectation, Agent

PARCOURS, ECRITS, OPEN = 80, 600, 20
EVERYTHING = ("--parcours", str(PARCOURS), "--ecrits", str(ECRITS))


def load(*args: str) -> str:
    said = StringIO()
    call_command("seed_bulk", *args, stdout=said, stderr=StringIO())
    return said.getvalue()


def people(count: int) -> None:
    UsagerFactory.create_batch(count)


class TestWhatIsLoaded(TestCase):
    """Eighty parcours, one in four open, over a few professionals; loaded once."""

    said: str

    @classmethod
    def setUpTestData(cls) -> None:
        people(50)
        cls.said = load(*EVERYTHING)
        # What is deferred to the commit is checked now.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_as_many_as_asked(self) -> None:
        assert "80 parcours, dont 20 ouverts, et 600 écrits ajoutés" in self.said
        assert Parcours.objects.open().count() == OPEN
        assert Parcours.objects.count() == EntreeDirecte.objects.count() == PARCOURS
        assert Ecrit.objects.count() == ECRITS

    def test_every_row_is_one_that_a_form_would_take(self) -> None:
        for model in (Parcours, EntreeDirecte, Intervenant, Rattachement, Bilan, Ecrit):
            for row in model._default_manager.all()[:40]:
                row.full_clean()

    def test_each_open_one_has_one_live_referent_and_their_relationship(self) -> None:
        for one in Parcours.objects.open():
            referent = one.intervenants.live().get(is_referent=True)
            held = Rattachement.objects.live().from_source(one).get(nature=Rattachement.Nature.REFERENT)
            assert (held.agent_id, held.usager_id) == (referent.agent_id, one.usager_id)
            assert held.starts_at == referent.starts_at
            others = set(one.intervenants.live().filter(is_referent=False).values_list("agent", flat=True))
            inside = Rattachement.objects.live().from_source(one).filter(nature=Rattachement.Nature.INTERVENANT)
            assert set(inside.values_list("agent", flat=True)) == others

    def test_the_referent_reads_it_and_a_stranger_does_not(self) -> None:
        one = Parcours.objects.open().first()
        assert one
        referent = one.intervenants.live().get(is_referent=True).agent
        assert Parcours.objects.visible_to(referent).filter(pk=one.pk).exists()
        assert not Parcours.objects.visible_to(Agent.objects.get(username="cesf")).filter(pk=one.pk).exists()

    def test_closed_ones_are_over_for_everybody(self) -> None:
        closed = Parcours.objects.filter(statut=Parcours.Statut.CLOS)
        assert closed.count() == PARCOURS - OPEN
        assert not Intervenant.objects.live().filter(parcours__in=closed).exists()
        assert not Rattachement.objects.live().filter(source_id__in=closed.values("pk")).exists()
        assert not Ecrit.objects.filter(parcours__in=closed, done_on__gt=F("parcours__closed_on")).exists()

    def test_each_has_its_history(self) -> None:
        assert EtapeParcours.objects.filter(de="").count() == PARCOURS
        assert EtapeParcours.objects.filter(vers="clos").count() == PARCOURS - OPEN
        assert Bilan.objects.exists()

    def test_ecrits_of_three_circles_signed_over_years(self) -> None:
        circles = dict(Ecrit.objects.order_by().values_list("cercle").annotate(count=Count("pk")))
        assert set(circles) == {"equipe", "social", "sante"}
        assert circles["equipe"] > ECRITS / 2
        outside = Q(done_on__lt=F("parcours__opened_on")) | Q(done_on__gt=timezone.localdate())
        assert not Ecrit.objects.filter(outside).exists()
        assert len(set(Ecrit.objects.values_list("done_on__year", flat=True))) >= 3
        assert Ecrit.objects.filter(signed_at=None).exists()
        assert not Ecrit.objects.filter(signed_at=None).exclude(parcours__statut__in=Parcours.OPEN).exists()

    def test_one_parcours_is_long(self) -> None:
        counts = Ecrit.objects.order_by().values("parcours").annotate(count=Count("pk")).order_by("-count")
        assert counts[0]["count"] >= ECRITS // 10 > counts[1]["count"]

    def test_nobody_signs_in_as_one_of_them(self) -> None:
        found = list(Agent.objects.filter(username__startswith="fictif-"))
        assert len(found) == OPEN
        for agent in found:
            assert not agent.has_usable_password()
            assert authenticate(username=agent.username, password=agent.password) is None
        unites = set(Affectation.objects.filter(agent__in=found).values_list("unite__nature", flat=True))
        assert unites == {"accompagnement"}


class TestRefusals:
    def test_twice_the_same_leaves_the_first(self, cast: SimpleNamespace) -> None:
        people(100)
        load(*EVERYTHING)
        with pytest.raises(CommandError, match="--graine"):
            load("--parcours", str(PARCOURS), "--ecrits", "0")
        assert Parcours.objects.count() == PARCOURS
        load("--parcours", str(PARCOURS), "--ecrits", "0", "--graine", "9")
        assert Parcours.objects.count() == 2 * PARCOURS

    def test_people_and_their_parcours_in_one_call(self, cast: SimpleNamespace) -> None:
        assert "8 personnes fictives ajoutées ; 8 parcours, dont 2 ouverts" in load("--usagers", "8", "--parcours", "8")
        assert Ecrit.objects.count() == 8 * 25

    def test_too_few_people_leaves_nothing(self, cast: SimpleNamespace) -> None:
        with pytest.raises(CommandError, match="Il faut 20 personnes"):
            load("--usagers", "5", "--parcours", str(PARCOURS))
        assert not Usager.objects.exists() and not Parcours.objects.exists()

    def test_people_who_have_one_are_left_alone(self, cast: SimpleNamespace) -> None:
        known = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        people(5)
        load("--parcours", "20", "--ecrits", "0")
        assert Parcours.objects.filter(usager=known.usager_id).count() == 1

    def test_refuses_in_production(self, cast: SimpleNamespace, settings: Any) -> None:
        settings.MODE = "production"
        with pytest.raises(CommandError, match="en production"):
            load(*EVERYTHING)
        assert not Parcours.objects.exists()

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            ((), "Dites combien"),
            (("--parcours", "0"), "au moins un parcours"),
            (("--ecrits", "10", "--usagers", "1"), "--ecrits va avec --parcours"),
            (("--parcours", "4", "--ecrits", "-1"), "négatif"),
        ],
    )
    def test_says_what_is_wanted(self, cast: SimpleNamespace, args: tuple[str, ...], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            load(*args)


class TestDraws:
    """Pure."""

    @pytest.mark.parametrize("weights", [[1], [3, 0, 7], [1] * 49, [True, False, True]])
    @pytest.mark.parametrize("total", [0, 1, 600])
    def test_shares_add_up(self, total: int, weights: list[int]) -> None:
        found = _shares(total, weights)
        assert sum(found) == total and len(found) == len(weights)
        assert all(share == 0 for share, weight in zip(found, weights, strict=True) if not weight)

    def test_keys_are_those_of_the_seed(self) -> None:
        assert random_key(Random(1)) == random_key(Random(1)) != random_key(Random(2))
