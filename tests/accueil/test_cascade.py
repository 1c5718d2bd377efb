"""The cascade: which names answer to what was typed, and in which order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accueil.forms.recherche import find, search, split, strong_matches
from accueil.models import Coordonnee, Deport, Usager
from accueil.recherche.cascade import may_be_born
from accueil.recherche.ressemblance import Comparison, Nom, spelling
from accueil.recherche.saisie import Typed
from parcours.demonstration.builders import UsagerFactory
from pole_social.dates import PartialDate
from pole_social.models import Agent, Territoire
from tests.accueil.conftest import someone
from tests.together import together


def names(agent: Agent, text: str) -> list[str]:
    return [usager.nom_complet for usager in find(agent, split(text)).personnes]


def born(annee: int | None, mois: int | None = None, jour: int | None = None, **names: Any) -> Usager:
    return someone(naissance_annee=annee, naissance_mois=mois, naissance_jour=jour, **names)


@pytest.fixture
def gos(cast: SimpleNamespace) -> Agent:
    return cast.gos


class TestByName:
    @together(
        "text",
        [
            "Traoré Aminata",
            "traore aminata",
            "aminata traoré",
            "Traroé Aminata",
            "Traoré Amniata",
            "traore aminta",
            "trore amnata",
            "aminata traor",
            "Diop Aminata",
            "aminata diop",
            "traor ami",
            "TRAORET AMINATTA",
            "traore",
            "amin",
            "traore a",
            "a traore",
            "Traoré Aminata Fatou",
        ],
    )
    def test_finds_her_however_it_is_typed(self, gos: Agent, text: str) -> None:
        someone(nom_usage="Traoré", nom_naissance="Diop", prenoms="Aminata")
        someone(nom_usage="Lopez", prenoms="Marc")
        assert names(gos, text) == ["Aminata Traoré"]

    @together("text", ["dupont", "martin marie", "marie dupont", "louise", "martin-dupont", "marie-louise martin"])
    def test_a_part_of_a_compound_name_is_enough(self, gos: Agent, text: str) -> None:
        someone(nom_usage="Martin-Dupont", prenoms="Marie-Louise")
        assert names(gos, text) == ["Marie-Louise Martin-Dupont"]

    @together("text", ["moro filip", "philipe moreau", "Maureau Philippe"])
    def test_what_sounds_alike(self, gos: Agent, text: str) -> None:
        someone(nom_usage="Moreau", prenoms="Philippe")
        assert names(gos, text) == ["Philippe Moreau"]

    @together("nom", ["Bâ", "Li", "O", "محمد", "李", "Иванов", "Nguyễn"])
    def test_short_and_other_alphabets(self, gos: Agent, nom: str) -> None:
        someone(nom_usage=nom, prenoms="Sékou")
        assert names(gos, f"{nom} Sékou") == [f"Sékou {nom}"]

    def test_the_very_name_first_then_the_nearest(self, gos: Agent) -> None:
        for nom in ("Martin", "Martinez", "Marten"):
            someone(nom_usage=nom, prenoms="Jeanne")
        assert names(gos, "martin jeanne") == ["Jeanne Martin", "Jeanne Martinez", "Jeanne Marten"]

    def test_a_wrong_word_of_three_is_left_out(self, gos: Agent) -> None:
        someone(nom_usage="Traoré", prenoms="Aminata")
        assert names(gos, "traore wxyz aminata") == ["Aminata Traoré"]
        assert names(gos, "traore wxyz") == []

    def test_a_name_that_shares_only_letters_is_not_proposed(self, gos: Agent) -> None:
        someone(nom_usage="Martin", prenoms="Paul")
        assert names(gos, "morin paule") == []

    def test_a_frequent_name_does_not_hide_the_one_typed(self, gos: Agent) -> None:
        UsagerFactory.create_batch(70, nom_usage="Martin", prenoms="Marie")
        someone(nom_usage="Martin", prenoms="Mariette")
        assert names(gos, "martn mariette")[0] == "Mariette Martin"


class TestByBirth:
    @together("date", ["12/03/1981", "03/12/1981", "12/03/1982", "12/03/1980", "mars 1981", "1981"])
    def test_a_birth_mistyped_or_in_part(self, gos: Agent, date: str) -> None:
        born(1981, 3, 12, nom_usage="Traoré", prenoms="Aminata")
        born(1950, 5, 5, nom_usage="Traoré", prenoms="Awa")
        assert names(gos, f"traore aminata {date}") == ["Aminata Traoré"]

    @together("known", [(1981, None, None), (1981, 3, None)])
    def test_a_birth_half_known(self, gos: Agent, known: tuple[int, int | None, None]) -> None:
        born(*known, nom_usage="Traoré", prenoms="Aminata")
        assert names(gos, "traore aminata 12/03/1981") == ["Aminata Traoré"]

    def test_the_day_itself_before_the_days_beside(self, gos: Agent) -> None:
        born(1982, 3, 12, nom_usage="Traoré", prenoms="Aminata")
        born(1981, 3, 12, nom_usage="Traoré", prenoms="Aminata")
        first = find(gos, split("traore aminata 12/03/1981")).personnes[0]
        assert first.naissance_annee == 1981

    def test_another_name_that_day_does_not_hide_hers_beside(self, gos: Agent) -> None:
        born(1981, 3, 12, nom_usage="Morel", prenoms="Thomas")
        born(1982, 3, 12, nom_usage="Verel", prenoms="Thomas")
        assert names(gos, "verel thomas 12/03/1981")[0] == "Thomas Verel"

    def test_the_years_around_a_first_of_january_are_not_asked(self, gos: Agent) -> None:
        born(1982, 1, 1, nom_usage="Traoré", prenoms="Aminata")
        assert find(gos, split("traore aminata 1/1/1981")).sans_date is True
        born(1981, 1, 1, nom_usage="Traoré", prenoms="Aminata")
        found = find(gos, split("traore aminata 1/1/1981"))
        assert [usager.naissance_annee for usager in found.personnes] == [1981]

    def test_without_the_date_is_offered_or_done(self, gos: Agent) -> None:
        born(1981, 3, 12, nom_usage="Traoré", prenoms="Aminata")
        found = find(gos, split("traore 12/03/1981"))
        assert (found.sans_date, found.mots_seuls) == (False, "traore")
        found = find(gos, split("traore 12/03/1955"))
        assert (found.sans_date, found.mots_seuls, len(found.personnes)) == (True, "", 1)
        assert find(gos, split("12/03/1981")).mots_seuls == ""


class TestByPhone:
    @pytest.fixture
    def aminata(self, cast: SimpleNamespace) -> Usager:
        usager = someone(nom_usage="Traoré", prenoms="Aminata")
        Coordonnee.objects.create(usager=usager, nature="telephone", valeur="+33 6 11 22 33 44")
        return usager

    @together(
        "text", ["06 11 22 33 44", "0611223344", "06.11.22.33.44", "+33 6 11 22 33 44", "0033611223344", "223344"]
    )
    def test_the_last_digits_are_enough(self, gos: Agent, aminata: Usager, text: str) -> None:
        assert names(gos, text) == ["Aminata Traoré"]

    def test_neither_another_number_nor_its_beginning(self, gos: Agent, aminata: Usager) -> None:
        assert names(gos, "06 11 22 33 45") == []
        assert names(gos, "061122") == []

    @together("secret", [{"is_protected": True}, {"ends_on": "2020-01-01"}, {"nature": "courriel"}])
    def test_a_number_kept_secret_or_ended_finds_nobody(
        self, gos: Agent, aminata: Usager, secret: dict[str, Any]
    ) -> None:
        assert names(gos, "0611223344") != []
        Coordonnee.objects.filter(usager=aminata).update(**secret)
        assert names(gos, "0611223344") == []

    def test_a_date_is_not_a_phone(self) -> None:
        assert split("12/03/1981") == Typed("", PartialDate(1981, 3, 12))
        assert split("Traoré 06 11 22 33 44") == Typed("Traoré", None, "611223344")


class TestScope:
    @together("hidden", ["sealed", "merged", "elsewhere", "deport"])
    @pytest.mark.parametrize(
        "text", ["traore aminata", "traroe aminta", "traore 12/03/1991", "0611223344", "12/03/1991"]
    )
    def test_no_step_proposes_those_in_no_list(self, gos: Agent, text: str, hidden: str) -> None:
        usager = born(1991, 3, 12, nom_usage="Traoré", prenoms="Aminata")
        Coordonnee.objects.create(usager=usager, nature="telephone", valeur="0611223344")
        assert search(gos, split(text))[0] == [usager.pk]
        mine = Usager.objects.filter(pk=usager.pk)
        if hidden == "sealed":
            mine.update(is_sealed=True)
        elif hidden == "merged":
            mine.update(fusionne_vers=someone(nom_usage="Lopez", naissance_annee=1950))
        elif hidden == "elsewhere":
            mine.update(territoire=Territoire.objects.get(code="sst-chatenay"))
        else:
            Deport.objects.create(agent=gos, usager=usager, lien=Deport.Lien.SOI)
        assert search(gos, split(text))[0] == []

    def test_whoever_may_search_nobody_finds_nobody(self, cast: SimpleNamespace) -> None:
        someone(nom_usage="Traoré")
        assert search(cast.dpo, split("traore")) == ([], False)

    @together("text", ["xyzt", "xyzt aminatu diop", "xyzt aminatu 1955", "xyzt aminatu 12/03/1955", "0611223399"])
    def test_the_longest_way_stays_within_six_questions(self, gos: Agent, text: str) -> None:
        for nom in ("Xyz", "Diopp", "Aminate"):
            someone(nom_usage=nom, prenoms="Paul")
        gos.current_affectations  # noqa: B018 (read once per request, before)
        with CaptureQueriesContext(connection) as captured:
            find(gos, split(text))
        assert len(captured.captured_queries) <= 6


class TestStrongMatches:
    @together(
        ("nom", "prenoms", "date"),
        [
            ("Traoré", "Aminata", PartialDate(1991, 3, 12)),
            ("TRAORE", "aminata", PartialDate(1991, 3, 12)),
            ("Aminata", "Traoré", PartialDate(1991, 3, 12)),
            ("Traroé", "Aminata", PartialDate(1991, 3, 12)),
            ("Traoret", "Amina", PartialDate(1991, 3, 12)),
            ("Traoré", "Aminata", PartialDate(1991, 12, 3)),
            ("Traoré", "Aminata", PartialDate(1992, 3, 12)),
            ("Traoré", "Aminata", PartialDate(1991)),
            ("Traoré", "Aminata", None),
            ("Diop", "Aminata", PartialDate(1991, 3, 12)),
        ],
    )
    def test_asks_whether_it_is_her(self, gos: Agent, nom: str, prenoms: str, date: PartialDate | None) -> None:
        her = born(1991, 3, 12, nom_usage="Traoré", nom_naissance="Diop", prenoms="Aminata")
        assert strong_matches(gos, nom, prenoms, date) == [her]

    @together(
        ("nom", "prenoms", "date"),
        [
            ("Traoré", "Aminata", PartialDate(1955, 3, 12)),
            ("Traoré", "Moussa", PartialDate(1991, 3, 12)),
            ("Lopez", "Aminata", PartialDate(1991, 3, 12)),
            ("Martin", "Paul", None),
        ],
    )
    def test_and_not_of_somebody_else(self, gos: Agent, nom: str, prenoms: str, date: PartialDate | None) -> None:
        born(1991, 3, 12, nom_usage="Traoré", prenoms="Aminata")
        assert strong_matches(gos, nom, prenoms, date) == []

    def test_never_of_somebody_sealed(self, gos: Agent) -> None:
        her = born(1991, 3, 12, nom_usage="Traoré", prenoms="Aminata")
        assert strong_matches(gos, "Traoré", "Aminata", None) == [her]
        Usager.objects.filter(pk=her.pk).update(is_sealed=True)
        assert strong_matches(gos, "Traoré", "Aminata", None) == []


class TestRessemblance:
    """Pure: no database."""

    @pytest.mark.parametrize(
        ("nearer", "further"),
        [("martin", "martins"), ("martins", "marti"), ("martn", "mrtn"), ("martinez", "merten"), ("martni", "ortina")],
    )
    def test_spelling_orders(self, nearer: str, further: str) -> None:
        assert spelling("martin", nearer) > spelling("martin", further)

    def test_other_words_do_not_resemble(self) -> None:
        assert spelling("martin", "dupont") == 0.0

    def test_each_word_answers_once(self) -> None:
        twice = Comparison(["jean", "jean"])
        assert twice.likeness(Nom(1, "jean jean")) > twice.likeness(Nom(2, "jean martin"))

    def test_the_order_of_the_words_does_not_count(self) -> None:
        compared = Comparison(["traore", "aminata"])
        assert compared.likeness(Nom(1, "aminata traore")) == compared.likeness(Nom(2, "traore aminata")) == 1.0

    def test_nobody_typed_nobody_found(self) -> None:
        assert Comparison([]).ranked([Nom(1, "martin")], 0.5) == []

    @pytest.mark.parametrize(
        ("known", "date", "may"),
        [
            ((1991, 3, 12), PartialDate(1991, 3, 12), True),
            ((1991, None, None), PartialDate(1991, 3, 12), True),
            ((None, None, None), PartialDate(1991), True),
            ((1991, 3, 12), None, True),
            ((1991, 3, 12), PartialDate(1991, 4), False),
            ((1990, 3, 12), PartialDate(1991), False),
        ],
    )
    def test_what_nobody_knows_contradicts_nothing(
        self, known: tuple[int | None, ...], date: PartialDate | None, may: bool
    ) -> None:
        assert may_be_born(Nom(1, "traore", "", *known), date) is may
