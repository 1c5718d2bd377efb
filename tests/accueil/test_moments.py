"""Dates to come, as they are typed."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.forms.moments import AheadDateField, ComingDateField, ComingDayField
from parcours.demonstration.clock import at
from parcours.demonstration.rendez_vous import on
from pole_social.forms import FreeDateField
from tests.together import together

pytestmark = pytest.mark.django_db
FIELDS = [AheadDateField, ComingDateField, ComingDayField]
# A Thursday, the last day of its year.
THURSDAY = date(2026, 12, 31)
SAID = {
    "aujourd’hui": 0,
    "aujourd'hui": 0,
    "AUJOURD’HUI": 0,
    " demain ": 1,
    "Demain": 1,
    "après-demain": 2,
    "apres demain": 2,
    "vendredi": 1,
    "lundi": 4,
    # The next one: today is « aujourd’hui ».
    "jeudi": 7,
}


@pytest.fixture
def day() -> date:
    return timezone.localdate() + timedelta(days=40)


@together("written", ["%d/%m/%y", "%d/%m/%Y", "%d.%m.%y", "%d-%m-%y", " %d/%m/%y "])
@together("field", FIELDS)
def test_a_year_of_two_digits_is_of_this_century(day: date, field: type[AheadDateField], written: str) -> None:
    """« 12/03/27 » typed in 2026 is no day of 1927."""
    assert field().clean(day.strftime(written)) == day


def test_in_words_too(day: date) -> None:
    assert ComingDateField().clean("3 mars 99") == date(timezone.localdate().year // 100 * 100 + 99, 3, 3)


def test_elsewhere_it_is_the_last_such_year(day: date) -> None:
    """The control: a birth date is of the past."""
    later = timezone.localdate().replace(month=1, day=1) + timedelta(days=400)
    found = FreeDateField().clean(later.strftime("%d/%m/%y"))
    assert found and found.year == later.year - 100


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("hour", [time(0, 5), time(23, 55)])
def test_near_days_are_said_in_words(field: type[AheadDateField], hour: time) -> None:
    with at(on(THURSDAY, hour)):
        days = {said: THURSDAY + timedelta(days=until) for said, until in SAID.items()}
        assert {said: field().clean(said) for said in SAID} == days


@together("typed", ["hier", "lundi prochain", "jeudis", "demain demain", "\u202edemain", "jeudi 2027"])
def test_other_words_are_refused_with_what_to_write(typed: str) -> None:
    for field in (AheadDateField, ComingDateField):
        with pytest.raises(ValidationError, match=r"n’est pas lisible. Par exemple 12/03/2027, .* jeudi ou demain"):
            field().clean(typed)


def test_a_word_said_at_length_is_too_long() -> None:
    with pytest.raises(ValidationError):
        ComingDateField().clean("demain" * 20_000)


def test_a_date_of_the_past_is_not_said_so() -> None:
    """The control: nobody was born « demain »."""
    with pytest.raises(ValidationError, match="Par exemple 12/03/1981"):
        FreeDateField().clean("demain")


def test_what_has_passed_since_still_stands_where_it_may() -> None:
    assert AheadDateField().clean("12/03/01") == date(2001, 3, 12)


@together("typed", ["12/03/2001", "31/02/99", "12/13/99", "²/03/99", "12/03/9", "12/03/999", "\u0000", "a" * 1000])
def test_what_is_past_or_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        ComingDateField().clean(typed)


def test_nothing_is_nothing_where_it_may_be() -> None:
    assert ComingDateField(required=False).clean("") is None
