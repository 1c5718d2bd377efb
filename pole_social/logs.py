"""Logs without personal data: where an error happened and its kind, never what somebody typed."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Drops query strings and exception messages.

    PostgreSQL puts the refused values in its messages (`Key (nom_usage)=(…)`) and Django puts the typed
    ones in its own, so that only the exception's class and the lines of code are kept.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        discreet = logging.makeLogRecord(record.__dict__ | {"msg": self.message_of(record), "args": None})
        discreet.exc_text = None
        return super().format(discreet)

    def message_of(self, record: logging.LogRecord) -> str:
        """What may be said of the record: Django's own request lines, or the untouched template of the message."""
        if record.name == "django.request" and hasattr(record, "status_code"):
            request = getattr(record, "request", None)
            # The route, not the path: an address that leads nowhere is something somebody typed.
            route = getattr(getattr(request, "resolver_match", None), "route", "(no page)")
            return f"{record.status_code} {getattr(request, 'method', '-')} {route}"
        if record.name.startswith("django."):
            return str(record.msg)
        return record.getMessage()

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (logging's own name)
        lines = []
        error: BaseException | None = ei[1]
        while error is not None:
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
