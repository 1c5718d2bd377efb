"""Many cases in one test, where the cases are a page's inputs and not its situations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from copy import copy
from functools import wraps
from typing import Any

from django.db import models, transaction

Test = Callable[..., None]


def together(names: str | tuple[str, ...], cases: Iterable[Any]) -> Callable[[Test], Test]:
    """Like `parametrize`, but the fixtures are made once; each case is rolled back before the next.

    The case that fails is named in a note of its error.
    """
    argnames = (names,) if isinstance(names, str) else names
    listed = [(case,) if isinstance(names, str) else case for case in cases]
    assert listed, "no case at all"

    def decorate(test: Test) -> Test:
        asked = inspect.signature(test)

        @wraps(test)
        def all_of_them(*args: Any, **fixtures: Any) -> None:
            for case in listed:
                values = dict(zip(argnames, case, strict=True))
                try:
                    with transaction.atomic():
                        test(*args, **{name: _fresh(value) for name, value in fixtures.items()}, **values)
                        transaction.set_rollback(True)
                except BaseException as error:
                    error.add_note(f"case {values!r:.300}")
                    raise

        kept = [parameter for name, parameter in asked.parameters.items() if name not in argnames]
        all_of_them.__signature__ = asked.replace(parameters=kept)  # type: ignore[attr-defined]
        return all_of_them

    return decorate


def _fresh(value: Any) -> Any:
    """A row that one case moves is as it was for the next, in memory too."""
    return copy(value) if isinstance(value, models.Model) else value
