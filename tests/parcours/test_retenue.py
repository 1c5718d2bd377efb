"""Small numbers are kept back, and do not come back by difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.retenue import THRESHOLD, held_back, hidden


@pytest.mark.parametrize(
    ("figures", "places"),
    [
        ([], set()),
        ([0, 0, 0], set()),
        ([11, 12, 300], set()),
        # The next smallest goes with the one that is small: the total would give it back.
        ([4, 12, 300], {0, 1}),
        ([4, 300, 12], {0, 2}),
        # Two small ones that make less than eleven together would be known to be few: a third goes with them.
        ([4, 5, 40, 300], {0, 1, 2}),
        ([6, 7, 40], {0, 1}),
        ([10, 0, 0], {0}),
    ],
)
def test_what_is_kept_back(figures: list[int], places: set[int]) -> None:
    assert hidden(figures) == places


def test_the_total_is_kept_back_when_it_would_give_the_only_one() -> None:
    assert held_back([0, 7, 0]) == ([0, None, 0], None)
    assert held_back([2, 3]) == ([None, None], None)


def test_the_total_is_shown_otherwise() -> None:
    assert held_back([4, 12, 300]) == ([None, None, 300], 316)
    assert held_back([20, 30]) == ([20, 30], 50)


@given(st.lists(st.integers(min_value=0, max_value=60), max_size=14))
def test_no_figure_under_the_threshold_can_be_found_again(figures: list[int]) -> None:
    row, total = held_back(figures)
    assert all(shown is None or shown == 0 or shown >= THRESHOLD for shown in row)
    unknown = [figure for figure, shown in zip(figures, row, strict=True) if shown is None]
    if total is not None and unknown:
        rest = total - sum(shown for shown in row if shown is not None)
        assert rest == sum(unknown)
        assert len(unknown) >= 2 and rest >= THRESHOLD
