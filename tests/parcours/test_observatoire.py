"""/pilotage/observatoire/: numbers of four full quarters, never a person."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import StringIO
from types import SimpleNamespace
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accueil.models import Passage, Relais, Usager
from parcours import observatoire as figures
from parcours.demonstration.builders import make_parcours, make_passage, unite
from parcours.demonstration.clock import at
from parcours.fin import close
from parcours.models import Parcours
from parcours.retenue import THRESHOLD, held_back
from parcours.views.observatoire import FORMULA, HIDDEN, _neutral
from pole_social.models import Acces, Agent
from tests.bulk import written
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
URL = "/pilotage/observatoire/"
EXPORT = URL + "export/"
MANAGERS = ["responsable-accueil", "responsable-evaluation", "responsable-accompagnement", "responsable-sst"]
OTHERS = ["gos", "assistant-social", "assistant-social-2", "puericultrice", "psychologue", "dpo", "admin"]


def last_month() -> date:
    """Of the last quarter that is over."""
    return figures._months(timezone.localdate())[-1].replace(day=10)


def noon_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def newcomer(nom: str, by: Agent) -> Usager:
    home = unite("issy-accueil").lieu.territoire
    assert home
    return Usager.objects.create(nom_usage=nom, prenoms="Ada", territoire=home, created_by=by)


def opened(count: int, by: Agent, *, on: date, entree: str = "rsa", nom: str = "Zola") -> list[Parcours]:
    home = unite("issy-accompagnement")
    people = written(
        Usager(nom_usage=f"{nom}{n}", prenoms="Ada", territoire=home.lieu.territoire, created_by=by)
        for n in range(count)
    )
    return written(
        Parcours(usager=usager, unite=home, nature=home.nature, entree=entree, echeance=on, opened_on=on)
        for usager in people
    )


def serie(client: Client, libelle: str) -> figures.Serie:
    found = client.get(URL).context["observatoire"]
    return next(one for one in found.series if one.libelle == libelle)


@together(("username", "status"), [*((name, 200) for name in MANAGERS), *((name, 403) for name in OTHERS)])
def test_each_role(cast: SimpleNamespace, browse: Browse, username: str, status: int) -> None:
    client = browse(username)
    assert client.get(URL).status_code == status
    assert client.get(EXPORT).status_code == status


def test_only_get(browse: Browse) -> None:
    client = browse("responsable-accompagnement")
    assert (client.post(URL).status_code, client.post(EXPORT).status_code) == (405, 405)


class TestSeries:
    def test_a_month_is_counted_in_its_place(self, cast: SimpleNamespace, browse: Browse) -> None:
        opened(14, cast.cesf, on=last_month())
        found = serie(browse("responsable-accompagnement"), "Parcours ouverts")
        assert (found.valeurs[-1], found.total) == (14, 14)
        assert found.valeurs[:-1] == [0] * 11

    def test_this_quarter_is_not_counted_yet(self, cast: SimpleNamespace, browse: Browse) -> None:
        opened(14, cast.cesf, on=figures._end(figures._months(timezone.localdate())))
        assert serie(browse("responsable-accompagnement"), "Parcours ouverts").total == 0

    def test_nor_is_what_is_older_than_a_year(self, cast: SimpleNamespace, browse: Browse) -> None:
        first = figures._months(timezone.localdate())[0]
        opened(14, cast.cesf, on=first - timedelta(days=1))
        opened(12, cast.cesf, on=first, nom="Hugo")
        found = serie(browse("responsable-accompagnement"), "Parcours ouverts")
        assert (found.valeurs[0], found.total) == (12, 12)

    def test_a_small_one_is_kept_back_with_another(self, cast: SimpleNamespace, browse: Browse) -> None:
        opened(4, cast.cesf, on=last_month())
        opened(30, cast.cesf, on=last_month() - timedelta(days=40), nom="Hugo")
        found = serie(browse("responsable-accompagnement"), "Parcours ouverts")
        assert found.valeurs.count(None) == 2
        assert found.total == 34
        text = browse("responsable-accompagnement").get(URL).content.decode()
        assert ">4<" not in text and ">30<" not in text

    def test_only_the_unites_answered_for(self, cast: SimpleNamespace, browse: Browse) -> None:
        opened(14, cast.cesf, on=last_month())
        assert serie(browse("responsable-evaluation"), "Parcours ouverts").total == 0
        assert serie(browse("responsable-chatenay"), "Parcours ouverts").total == 0
        assert serie(browse("responsable-sst"), "Parcours ouverts").total == 14, "the control: it answers for all"

    def test_the_months_of_a_year(self) -> None:
        months = figures._months(date(2024, 6, 30))
        assert (months[0], months[-1], len(months)) == (date(2023, 4, 1), date(2024, 3, 1), 12)
        assert figures._end(months) == date(2024, 4, 1)
        assert figures._months(date(2024, 7, 1))[-1] == date(2024, 6, 1)

    @given(st.lists(st.integers(min_value=0, max_value=40), min_size=15, max_size=15))
    def test_what_one_year_keeps_back_does_not_come_back_by_the_next(self, numbers: list[int]) -> None:
        """A quarter is told the same each time; a year's total says no more than its quarters', which reasons tell."""
        before, after = figures._serie("", numbers[:12]), figures._serie("", numbers[3:])
        assert before.valeurs[3:] == after.valeurs[:9]
        quarters = [sum(numbers[place : place + 3]) for place in range(0, 12, 3)]
        assert (before.total is not None) == all(total == 0 or total >= THRESHOLD for total in quarters)

    @given(st.lists(st.integers(min_value=0, max_value=40), min_size=3, max_size=3), st.data())
    def test_months_and_reasons_agree_on_what_total_may_be_told(self, months: list[int], data: st.DataObject) -> None:
        """They share a quarter's total: kept back beside the months, it is kept back beside the reasons too."""
        total = sum(months)
        first = data.draw(st.integers(0, total))
        second = data.draw(st.integers(0, total - first))
        assert held_back(months)[1] == held_back([first, second, total - first - second])[1]


class TestReasons:
    def test_how_parcours_were_opened_and_closed(self, cast: SimpleNamespace, browse: Browse) -> None:
        day = last_month()
        with at(noon_of(day)):
            rows = opened(12, cast.cesf, on=day, entree="ase")
            for row in rows:
                close(row, motif=Parcours.MotifCloture.DEPART, by=cast.cesf)
        found = browse("responsable-accompagnement").get(URL).context["observatoire"]
        by_name = {one.libelle: one for one in found.repartitions}
        opened_by = dict(by_name["Comment les parcours se sont ouverts"].lignes)
        # Nothing tells whom the ASE sent.
        assert opened_by == {"relais d’une évaluation": [0] * 4, "entrée directe": [0, 0, 0, 12]}
        assert dict(by_name["Pourquoi les parcours se sont clos"].lignes)["départ du territoire"] == [0, 0, 0, 12]
        assert by_name["Pourquoi les parcours se sont clos"].totaux == [0, 0, 0, 12]


class TestDelays:
    def test_half_and_nine_in_ten(self, cast: SimpleNamespace, browse: Browse) -> None:
        """A relais takes 1 to 11 days: half of them less than seven. The file says what the screen says."""
        noon = noon_of(last_month())
        for days in range(1, 12):
            with at(noon - timedelta(days=days)):
                usager = newcomer(f"N{days}", cast.gos)
            with (
                mock.patch("parcours.demonstration.builders.open_parcours", _at(noon)),
                at(noon - timedelta(days=days)),
            ):
                make_parcours(usager, sent_by=cast.assistant_social, by=cast.assistant_social_2)
        found = browse("responsable-accompagnement").get(URL).context["observatoire"]
        delai = next(one for one in found.delais if one.libelle == "Du relais à l’ouverture du parcours")
        assert (delai.mediane, delai.neuf_sur_dix) == (7, 11)
        assert f"{delai.libelle};7;11" in browse("responsable-accompagnement").get(EXPORT).content.decode()

    def test_a_relais_that_joins_an_open_parcours_opened_nothing(self, cast: SimpleNamespace, browse: Browse) -> None:
        noon = noon_of(last_month())
        for number in range(12):
            with at(noon):
                usager = newcomer(f"N{number}", cast.gos)
                make_parcours(usager, sent_by=cast.assistant_social, by=cast.assistant_social_2)
            with at(noon + timedelta(hours=1)):
                make_parcours(usager, sent_by=cast.assistant_social, by=cast.assistant_social_2)
        rows = browse("responsable-accompagnement").get(URL).context["observatoire"].delais
        before = next(one for one in rows if one.libelle == "Du relais à l’ouverture du parcours")
        assert Relais.objects.filter(vers_unite__code="issy-accompagnement").count() == 24
        assert before.mediane == 1

    def test_fewer_than_eleven_are_not_shown(self, cast: SimpleNamespace, browse: Browse) -> None:
        with at(noon_of(last_month())):
            usager = newcomer("Zola", cast.gos)
            make_parcours(usager, sent_by=cast.assistant_social, by=cast.assistant_social_2)
        response = browse("responsable-accompagnement").get(URL)
        assert not any(delai.is_shown for delai in response.context["observatoire"].delais)
        assert "moins de 11 fois" in response.content.decode()


def _at(moment: object) -> Callable[..., Parcours]:
    from parcours.opening import open_from

    def later(*args: object, **kwargs: object) -> Parcours:
        with at(moment):  # type: ignore[arg-type]
            return open_from(*args, **kwargs)  # type: ignore[arg-type]

    return later


class TestExport:
    def rows(self, client: Client) -> list[list[str]]:
        response = client.get(EXPORT)
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        text = response.content.decode()
        assert text.startswith("\ufeff")
        return list(csv.reader(StringIO(text[1:]), delimiter=";"))

    def test_the_same_figures(self, cast: SimpleNamespace, browse: Browse) -> None:
        opened(14, cast.cesf, on=last_month())
        rows = self.rows(browse("responsable-accompagnement"))
        assert next(row for row in rows if row[:1] == ["Parcours ouverts"])[-2:] == ["14", "14"]

    def test_kept_back_in_the_same_places(self, cast: SimpleNamespace, browse: Browse) -> None:
        opened(4, cast.cesf, on=last_month())
        rows = self.rows(browse("responsable-accompagnement"))
        assert next(row for row in rows if row[:1] == ["Parcours ouverts"])[-2:] == [HIDDEN, HIDDEN]

    def test_its_name_says_a_day_and_nobody(self, browse: Browse) -> None:
        said = browse("responsable-accompagnement").get(EXPORT).headers["Content-Disposition"]
        assert said == f'attachment; filename="observatoire-{timezone.localdate():%Y-%m-%d}.csv"'

    @pytest.mark.parametrize("cell", [f"{sign}HYPERLINK(1)" for sign in FORMULA])
    def test_a_cell_that_would_run_is_a_text(self, cell: str) -> None:
        assert _neutral(cell) == f"'{cell}"
        assert _neutral("mesure ASE") == "mesure ASE"


class TestSecrecy:
    def test_nobody_is_read_so_no_row_is_written(self, cast: SimpleNamespace, browse: Browse) -> None:
        opened(14, cast.cesf, on=last_month(), nom="Rimbaud")
        client = browse("responsable-accompagnement")
        before = Acces.objects.count()
        assert "Rimbaud" not in client.get(URL).content.decode()
        assert Acces.objects.count() == before

    def test_a_refusal_is_journaled(self, cast: SimpleNamespace, browse: Browse) -> None:
        browse("assistant-social-2").get(EXPORT)
        row = Acces.objects.get(agent_id=cast.assistant_social_2.pk, page="parcours:observatoire_export")
        assert row.action == Acces.Action.REFUS


def test_its_queries_do_not_depend_on_what_there_is(cast: SimpleNamespace, browse: Browse) -> None:
    client = browse("responsable-sst")
    before = count_queries(client, URL)
    opened(500, cast.cesf, on=last_month())
    make_passage(by=cast.gos, motif="logement")
    assert Passage.objects.exists()
    assert count_queries(client, URL) == before <= 20
