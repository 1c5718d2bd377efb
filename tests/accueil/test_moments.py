"""Dates to come, as they are typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accueil.forms.moments import ComingDateField, ComingDayField
from pole_social.forms import FreeDateField
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def day() -> date:
    return timezone.localdate() + timedelta(days=40)


@together("written", ["%d/%m/%y", "%d/%m/%Y", "%d.%m.%y", "%d-%m-%y", " %d/%m/%y "])
@together("field", [ComingDateField, ComingDayField])
def test_a_year_of_two_digits_is_of_this_century(day: date, field: type[ComingDateField], written: str) -> None:
    """« 12/03/27 » typed in 2026 is no day of 1927."""
    assert field().clean(day.strftime(written)) == day


def test_in_words_too(day: date) -> None:
    assert ComingDateField().clean("3 mars 99") == date(timezone.localdate().year // 100 * 100 + 99, 3, 3)


def test_elsewhere_it_is_the_last_such_year(day: date) -> None:
    """The control: a birth date is of the past."""
    later = timezone.localdate().replace(month=1, day=1) + timedelta(days=400)
    found = FreeDateField().clean(later.strftime("%d/%m/%y"))
    assert found and found.year == later.year - 100


@together("typed", ["12/03/2001", "31/02/99", "12/13/99", "²/03/99", "12/03/9", "12/03/999", "\u0000", "a" * 1000])
def test_what_is_past_or_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        ComingDateField().clean(typed)


def test_nothing_is_nothing_where_it_may_be() -> None:
    assert ComingDateField(required=False).clean("") is None
