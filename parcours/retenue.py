"""Small numbers are kept back: a figure about fewer than eleven people may point at one of them.

Source: the rule of the French statistical service on business and household tables (secret statistique, loi
n° 51-711 du 7 juin 1951), with the threshold of eleven used for social and tax data. A hidden figure must not come
back by difference: whenever a total is shown, what is hidden in it covers at least two figures and eleven people.
"""

from __future__ import annotations

from collections.abc import Sequence

THRESHOLD = 11


def hidden(figures: Sequence[int]) -> set[int]:
    """The positions to keep back in a row (or a column) of figures whose total is shown.

    Zero is shown: nobody is in it.
    """
    kept_back = {place for place, figure in enumerate(figures) if 0 < figure < THRESHOLD}
    if not kept_back:
        return kept_back
    shown = sorted((figure, place) for place, figure in enumerate(figures) if figure and place not in kept_back)
    while shown and (len(kept_back) < 2 or sum(figures[place] for place in kept_back) < THRESHOLD):
        kept_back.add(shown.pop(0)[1])
    return kept_back


def held_back(figures: Sequence[int]) -> tuple[list[int | None], int | None]:
    """The row as it may be shown, None where kept back, and its total; no total where it would give a figure back."""
    places = hidden(figures)
    covers = sum(figures[place] for place in places)
    row = [None if place in places else figure for place, figure in enumerate(figures)]
    is_safe = not places or (len(places) > 1 and covers >= THRESHOLD)
    return row, sum(figures) if is_safe else None
