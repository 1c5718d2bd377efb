"""Times as people say them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pole_social.templatetags.temps import date_annee, date_longue, depuis, heure, il_y_a, jour_court, moment

PARIS = ZoneInfo("Europe/Paris")
FILTERS = [date_annee, date_longue, depuis, heure, il_y_a, jour_court, moment]


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[arg-type, misc]


@pytest.fixture
def at(monkeypatch):
    """Set the clock: `at(2026, 11, 23, 9, 5)`, Paris time."""

    def set_clock(*parts: int, fold: int = 0) -> datetime:
        now = paris(*parts).replace(fold=fold).astimezone(UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now

    return set_clock


@pytest.fixture(autouse=True)
def monday_morning(at):
    return at(2026, 11, 23, 9, 5)


@pytest.mark.parametrize("say", FILTERS)
@pytest.mark.parametrize("value", [None, "", "hier", 12, timedelta(minutes=3), object()])
def test_absent_or_foreign_value_says_nothing(say, value):
    assert say(value) == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (paris(2026, 11, 23, 9, 5), "9 h 05"),
        (paris(2026, 11, 23, 0, 0), "0 h 00"),
        (paris(2026, 11, 23, 23, 59), "23 h 59"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "0 h 30"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "14 h 00"),
        (datetime(2026, 11, 23, 9, 5), "9 h 05"),  # naive: taken as Paris time
        (date(2026, 11, 23), ""),
    ],
)
def test_heure(value, said):
    assert heure(value) == said


@pytest.mark.parametrize(
    ("value", "short", "long"),
    [
        (date(2026, 11, 23), "lun. 23 nov.", "lundi 23 novembre 2026"),
        (date(2026, 6, 1), "lun. 1er juin", "lundi 1er juin 2026"),
        (date(2024, 2, 29), "jeu. 29 févr. 2024", "jeudi 29 février 2024"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "ven. 1er janv. 2027", "vendredi 1er janvier 2027"),
        (date.min, "lun. 1er janv. 1", "lundi 1er janvier 1"),
        (date.max, "ven. 31 déc. 9999", "vendredi 31 décembre 9999"),
    ],
)
def test_days(value, short, long):
    assert jour_court(value) == short
    assert date_longue(value) == long
    assert date_annee(value) == long.partition(" ")[2]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (paris(2026, 11, 23, 14, 30), "à 14 h 30"),
        (paris(2026, 11, 24, 0, 0), "mar. 24 nov. à 0 h 00"),
        (paris(2025, 11, 24, 9, 0), "lun. 24 nov. 2025 à 9 h 00"),
        (date(2026, 11, 24), "mar. 24 nov."),
    ],
)
def test_moment(value, said):
    assert moment(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (paris(2026, 11, 23, 9, 5), "à l’instant"),
        (paris(2026, 11, 23, 9, 4, 1), "à l’instant"),
        (paris(2026, 11, 23, 9, 4), "depuis 1 min"),
        (paris(2026, 11, 23, 8, 53), "depuis 12 min"),
        (paris(2026, 11, 23, 7, 0), "depuis 2 h 05"),
        (paris(2026, 11, 22, 23, 55), "depuis 9 h 10"),
        (paris(2026, 11, 22, 8, 0), "depuis hier"),
        (paris(2026, 11, 23, 9, 5, 30), "à l’instant"),
        (paris(2026, 11, 23, 10, 0), "à partir de 10 h 00"),
        (paris(2026, 11, 26, 10, 0), "à partir du jeu. 26 nov."),
        (date(2026, 11, 23), "depuis aujourd’hui"),
        (date(2026, 11, 22), "depuis hier"),
        (date(2026, 11, 20), "depuis 3 jours"),
        (date(2026, 11, 10), "depuis 13 jours"),
        (date(2026, 11, 9), "depuis 2 semaines"),
        (date(2026, 9, 24), "depuis 8 semaines"),
        (date(2026, 9, 23), "depuis 2 mois"),
        (date(2025, 9, 18), "depuis 14 mois"),
        (date(2024, 11, 24), "depuis 23 mois"),
        (date(2024, 11, 23), "depuis 2 ans"),
        (date.min, "depuis 2025 ans"),
        (date(2026, 11, 24), "à partir du mar. 24 nov."),
    ],
)
def test_depuis(value, said):
    assert depuis(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (paris(2026, 11, 23, 9, 4, 30), "à l’instant"),
        (paris(2026, 11, 23, 8, 53), "il y a 12 min"),
        (paris(2026, 11, 23, 0, 0), "il y a 9 h 05"),
        (paris(2026, 11, 22, 23, 59), "hier"),
        (paris(2026, 11, 23, 9, 25), "dans 20 min"),
        (paris(2026, 11, 24, 0, 0), "demain"),
        (date(2026, 11, 23), "aujourd’hui"),
        (date(2026, 11, 29), "dans 6 jours"),
        (date(2026, 11, 2), "il y a 3 semaines"),
        (date(2027, 11, 23), "dans 12 mois"),
        (date.max, "dans 7973 ans"),
    ],
)
def test_il_y_a(value, said):
    assert il_y_a(value) == said


def test_spring_change_of_hour_removes_an_hour_from_the_clock_not_from_the_wait(at):
    at(2026, 3, 29, 3, 10)
    assert depuis(paris(2026, 3, 29, 1, 50)) == "depuis 20 min"


def test_autumn_change_of_hour_counts_the_hour_that_comes_twice(at):
    at(2026, 10, 25, 2, 30, fold=1)
    assert depuis(paris(2026, 10, 25, 2, 30)) == "depuis 1 h 00"


def test_the_day_is_the_one_of_paris(at):
    """At half past midnight in Paris it is still yesterday in UTC."""
    at(2026, 7, 14, 0, 30)
    assert il_y_a(datetime(2026, 7, 13, 22, 10, tzinfo=UTC)) == "il y a 20 min"
    assert il_y_a(datetime(2026, 7, 13, 21, 50, tzinfo=UTC)) == "hier"
    assert moment(datetime(2026, 7, 13, 22, 10, tzinfo=UTC)) == "à 0 h 10"
