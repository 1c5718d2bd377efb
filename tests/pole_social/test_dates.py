"""Dates as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from pole_social.dates import PartialDate, UnreadableDate, parse
from pole_social.forms import FreeDateField, PartialDateField

MARCH_12 = PartialDate(1981, 3, 12)


@pytest.mark.parametrize(
    "text",
    [
        "12/03/1981",
        "12/3/1981",
        "12-03-1981",
        "12.03.1981",
        "12 03 1981",
        "12/03/81",
        "12 mars 1981",
        "12 MARS 1981",
        "12 mars 81",
        "1981-03-12",
        "  12   mars  1981 ",
    ],
)
def test_a_complete_date_is_read(text: str) -> None:
    assert parse(text) == MARCH_12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1981", PartialDate(1981)),
        ("mars 1981", PartialDate(1981, 3)),
        ("03/1981", PartialDate(1981, 3)),
        ("1er mars 1981", PartialDate(1981, 3, 1)),
        ("5 févr. 1990", PartialDate(1990, 2, 5)),
        ("août 2001", PartialDate(2001, 8)),
        ("7 Décembre 1960", PartialDate(1960, 12, 7)),
        ("sept 1970", PartialDate(1970, 9)),
        ("29/02/2024", PartialDate(2024, 2, 29)),
    ],
)
def test_what_is_known_is_kept(text: str, expected: PartialDate) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "inconnue", "Inconnue", "inconnu", "?"])
def test_unknown_is_a_clear_answer(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("31/02/1981", "Ce jour"),
        ("29/02/2023", "Ce jour"),
        ("00/03/1981", "Ce jour"),
        ("12/13/1981", "Le mois"),
        ("12/00/1981", "Le mois"),
        ("01/01/1899", "L’année"),
        ("1850", "L’année"),
        ("01/01/10000", "pas lisible"),
        ("2101-01-01", "L’année"),
        ("12 ma 1981", "Ce mois"),
        ("12 jui 1981", "Ce mois"),
        ("12 brumaire 1981", "Ce mois"),
        ("demain", "pas lisible"),
        ("12/03", "pas lisible"),
        ("٣/٣/١٩٨١", "pas lisible"),
        ("१९८१", "pas lisible"),
        ("1981\x00", "pas lisible"),
        ("\u202e1891", "pas lisible"),
        ("😀", "pas lisible"),
        ("9" * 100_000, "pas lisible"),
    ],
)
def test_anything_else_says_what_to_write(text: str, word: str) -> None:
    with pytest.raises(UnreadableDate, match=word):
        parse(text)


def test_a_year_of_two_digits_is_never_in_the_future() -> None:
    this_year = date.today().year
    after = (this_year + 1) % 100
    found = parse(f"01/01/{after:02}")
    assert found is not None
    assert found.annee == this_year + 1 - 100
    now = parse(f"01/01/{this_year % 100:02}")
    assert now is not None
    assert now.annee == this_year


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    try:
        found = parse(text)
    except UnreadableDate as error:
        assert str(error)
    else:
        assert found is None or 1900 <= found.annee <= 2100


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_what_is_shown_is_read_back(day: date) -> None:
    found = parse(f"{day:%d/%m/%Y}")
    assert found is not None
    assert found.complete == day
    assert parse(str(found)) == found


def test_only_a_full_date_is_complete() -> None:
    assert PartialDate(1981, 3).complete is None
    assert PartialDate(1981).complete is None
    assert MARCH_12.complete == date(1981, 3, 12)


class TestFields:
    def test_a_partial_date_field_says_what_is_wrong(self) -> None:
        with pytest.raises(ValidationError, match="Ce jour n’existe pas"):
            PartialDateField().clean("31/02/1981")

    def test_a_free_date_field_wants_the_day(self) -> None:
        with pytest.raises(ValidationError, match="le jour, le mois et l’année"):
            FreeDateField().clean("mars 1981")

    def test_a_required_date_is_not_unknown(self) -> None:
        with pytest.raises(ValidationError, match="nécessaire"):
            FreeDateField().clean("inconnue")

    def test_an_optional_date_may_be_empty(self) -> None:
        assert FreeDateField(required=False).clean("") is None

    def test_a_date_is_shown_as_it_is_typed(self) -> None:
        assert FreeDateField().prepare_value(date(2026, 11, 3)) == "03/11/2026"
        assert FreeDateField().prepare_value("mars") == "mars"
