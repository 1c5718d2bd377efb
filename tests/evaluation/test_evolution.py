"""From words and dates to a change said and a line drawn: nothing else is made of them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest

from evaluation import evolution
from evaluation.evolution import HEIGHT, MOTS, WIDTH, Etendue, Point, changement, courbe, etendue
from evaluation.models import NiveauReleve

MAY, JUNE, LATER = date(2025, 5, 3), date(2025, 6, 1), date(2026, 5, 3)
SPAN = Etendue(MAY, LATER)


def numbers(path: str) -> list[int]:
    return [int(found) for found in re.findall(r"\d+", path)]


def test_the_words_are_those_that_are_recorded():
    assert list(MOTS) == NiveauReleve.Niveau.values
    assert evolution.LEVEE == NiveauReleve.Niveau.LEVEE


class TestChange:
    @pytest.mark.parametrize(
        ("before", "now", "said"),
        [
            ("majeure", "vigilance", ("↘", "moins marquée")),
            ("danger", "majeure", ("↘", "moins marquée")),
            ("vigilance", "fragilite", ("↗", "plus marquée")),
            ("majeure", "danger", ("↗", "plus marquée")),
            ("fragilite", "fragilite", ("=", "inchangée")),
            ("vigilance", "levee", ("↘", "levée")),
            ("danger", None, ("↘", "levée")),
            (None, "vigilance", ("↗", "nouvelle")),
            ("levee", "vigilance", ("↗", "revenue")),
            (None, None, None),
            ("levee", None, None),
            ("levee", "levee", None),
            (None, "levee", None),
        ],
    )
    def test_is_said_in_a_shape_and_a_word(self, before, now, said):
        assert changement(before, now) == said

    def test_every_pair_of_words_is_answered(self):
        for before in (None, *MOTS):
            for now in (None, *MOTS):
                found = changement(before, now)
                assert found is None or (found.signe in "↗↘=" and found.mot)

    @pytest.mark.parametrize("word", ["", "rouge", "Majeure", "\x00", "5"])
    def test_another_word_is_refused(self, word):
        with pytest.raises(ValueError, match="not in"):
            changement("majeure", word)
        with pytest.raises(ValueError, match="not in"):
            courbe([Point(MAY, word)], SPAN)


class TestLine:
    def test_stays_level_until_the_day_of_another_word(self):
        assert courbe([Point(MAY, "danger"), Point(LATER, "levee")], SPAN) == "M4 4H82V24h10"

    def test_one_step_between_two_words(self):
        heights = [numbers(courbe([Point(MAY, mot)], SPAN))[1] for mot in MOTS]
        assert {before - after for before, after in pairwise(heights)} == {5}
        assert heights[0] == 24

    def test_days_keep_their_distance(self):
        drawn = courbe([Point(MAY, "majeure"), Point(JUNE, "majeure"), Point(LATER, "vigilance")], SPAN)
        first, _, second, _, last, _, _ = numbers(drawn)
        assert first < second < last
        assert second - first < last - second

    def test_the_order_given_changes_nothing(self):
        points = [Point(LATER, "vigilance"), Point(MAY, "danger"), Point(JUNE, "fragilite")]
        assert courbe(points, SPAN) == courbe(points[::-1], SPAN)

    def test_one_word_is_a_stroke(self):
        assert courbe([Point(MAY, "majeure")], SPAN) == "M4 9h10"

    def test_no_word_is_no_line(self):
        assert courbe([], SPAN) == ""

    def test_a_single_day_stands_at_the_right(self):
        assert courbe([Point(MAY, "vigilance"), Point(MAY, "danger")], etendue([MAY])) == "M82 19H82V4h10"

    def test_a_day_outside_stays_in_the_box(self):
        days = [date.min, MAY - timedelta(days=1), LATER + timedelta(days=1), date.max]
        *found, tail = numbers(courbe([Point(day, "danger") for day in days], SPAN))
        assert all(0 <= x <= WIDTH - tail for x in found[::2])
        assert all(0 <= y <= HEIGHT for y in found[1::2])

    def test_the_span_covers_every_day(self):
        assert etendue([JUNE, LATER, MAY]) == SPAN
        assert etendue(iter([MAY])) == Etendue(MAY, MAY)
