"""The present moment, in a condition: read when the statement is sent, however long ago the condition was written."""

from __future__ import annotations

from typing import Any, ClassVar

import psycopg
from django.db.models import DateField, DateTimeField, Expression
from django.utils import timezone
from psycopg.adapt import Dumper


class _Moment:
    """What stands for it among the parameters of a statement."""


class _Instant(_Moment):
    @staticmethod
    def literal() -> str:
        return f"'{timezone.now().isoformat()}'::timestamptz"


class _Day(_Moment):
    @staticmethod
    def literal() -> str:
        return f"'{timezone.localdate().isoformat()}'::date"


class MomentDumper(Dumper):
    """Without a type of its own (`oid`): it would become the one of every other timestamp."""

    def dump(self, obj: Any) -> bytes:
        return self.quote(obj)

    def quote(self, obj: Any) -> bytes:
        literal: str = obj.literal()
        return literal.encode()


class _CurrentMoment(Expression):
    parameter: ClassVar[_Moment]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self.parameter]


class CurrentInstant(_CurrentMoment):
    """Now."""

    parameter = _Instant()
    output_field = DateTimeField()


class CurrentDay(_CurrentMoment):
    """Today, in Paris."""

    parameter = _Day()
    output_field = DateField()


for kind in (_Instant, _Day):
    psycopg.adapters.register_dumper(kind, MomentDumper)
