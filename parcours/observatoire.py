"""What the hub did in the last four full quarters, from daily work alone: numbers, never a person.

A quarter is counted once it is over, and by itself: two readings on two days never differ by somebody who came
between them, and what one window keeps back does not come back by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import TruncMonth, TruncQuarter
from django.utils import timezone

from accueil.models import Demande, EtapeRelais, Passage, Relais
from evaluation.models import EtapeEvaluation, Evaluation
from parcours.models import Parcours
from parcours.retenue import THRESHOLD, held_back

MONTHS, QUARTER = 12, 3


class Percentile(Aggregate):
    """`percentile_cont` of PostgreSQL: the value below which that share of the rows falls."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, share: float) -> None:
        super().__init__(expression, share=share, output_field=DurationField())


@dataclass(frozen=True)
class Serie:
    """One figure a month, the oldest first, and the year's; None where it is kept back."""

    libelle: str
    valeurs: list[int | None]
    total: int | None


@dataclass(frozen=True)
class Repartition:
    """The same, by reason: one figure a quarter, the oldest first, and each quarter's total."""

    libelle: str
    lignes: list[tuple[str, list[int | None]]]
    totaux: list[int | None]


@dataclass(frozen=True)
class Delai:
    """Between two stages, in whole days: half of the people waited less than the first, nine in ten than the second."""

    libelle: str
    mediane: int | None
    neuf_sur_dix: int | None

    @property
    def is_shown(self) -> bool:
        return self.mediane is not None


@dataclass(frozen=True)
class Observatoire:
    mois: list[date]
    trimestres: list[date]
    series: list[Serie]
    repartitions: list[Repartition]
    delais: list[Delai]


def observatoire(unite_ids: Sequence[int]) -> Observatoire:
    """The figures of these unités together; no narrower filter, two of which would give a person by difference."""
    months = _months(timezone.localdate())
    return Observatoire(
        mois=months,
        trimestres=months[::QUARTER],
        series=list(_series(unite_ids, months)),
        repartitions=list(_repartitions(unite_ids, months)),
        delais=list(_delais(unite_ids, months)),
    )


def _months(today: date) -> list[date]:
    """The first days of the twelve months of the last four quarters that are over."""
    first = today.replace(month=(today.month - 1) // QUARTER * QUARTER + 1, day=1)
    found = []
    for _ in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first)
    return found[::-1]


def _end(months: Sequence[date]) -> date:
    return (months[-1] + timedelta(days=32)).replace(day=1)


def _within(rows: QuerySet[Any], field: str, months: Sequence[date]) -> QuerySet[Any]:
    return rows.filter(**{f"{field}__gte": months[0], f"{field}__lt": _end(months)})


def _series(unite_ids: Sequence[int], months: list[date]) -> Iterator[Serie]:
    validated = EtapeEvaluation.objects.filter(vers=Evaluation.Statut.VALIDEE)
    counted: tuple[tuple[str, QuerySet[Any], str, str], ...] = (
        ("Passages", Passage.objects.all(), "unite", "jour"),
        ("Demandes", Demande.objects.all(), "unite", "passage__jour"),
        ("Relais reçus", Relais.objects.all(), "vers_unite", "sent_at__date"),
        ("Évaluations validées", validated, "objet__unite", "at__date"),
        ("Parcours ouverts", Parcours.objects.all(), "unite", "opened_on"),
        ("Parcours clos", Parcours.objects.filter(closed_on__isnull=False), "unite", "closed_on"),
    )
    for libelle, rows, unite, day in counted:
        found = _within(rows.filter(**{f"{unite}__in": unite_ids}), day, months).order_by()
        by_month = found.values_list(TruncMonth(day)).annotate(n=Count("pk"))
        numbers: dict[date, int] = dict(by_month)
        yield _serie(libelle, [numbers.get(month, 0) for month in months])


def _serie(libelle: str, numbers: list[int]) -> Serie:
    """Quarter by quarter, as its total is told beside the reasons; the year's where it gives back none of theirs."""
    quarters = [held_back(numbers[place : place + QUARTER]) for place in range(0, MONTHS, QUARTER)]
    is_safe = all(total is not None for _, total in quarters)
    return Serie(libelle, [number for row, _ in quarters for number in row], sum(numbers) if is_safe else None)


def _repartitions(unite_ids: Sequence[int], months: list[date]) -> Iterator[Repartition]:
    mine = Parcours.objects.filter(unite__in=unite_ids).order_by()
    opened, closed = _within(mine, "opened_on", months), _within(mine, "closed_on", months)
    # One line for every direct source: beside a parcours' metadata, its own would tell whom the CRIP sent.
    voie = Case(When(entree=Parcours.Entree.RELAIS, then=Value("relais")), default=Value("directe"))
    voies = [("relais", Parcours.Entree.RELAIS.label), ("directe", "entrée directe")]
    quarters = months[::QUARTER]
    by_way = opened.annotate(voie=voie).values_list("voie", TruncQuarter("opened_on"))
    yield _by("Comment les parcours se sont ouverts", by_way, voies, quarters)
    by_reason = closed.values_list("motif_cloture", TruncQuarter("closed_on"))
    yield _by("Pourquoi les parcours se sont clos", by_reason, Parcours.MotifCloture.choices, quarters)
    passages = _within(Passage.objects.filter(unite__in=unite_ids).order_by(), "jour", months)
    by_channel = passages.values_list("canal", TruncQuarter("jour"))
    yield _by("Comment les personnes sont venues", by_channel, Passage.Canal.choices, quarters)


def _by(
    libelle: str, rows: QuerySet[Any, Any], choices: Sequence[tuple[Any, Any]], quarters: Sequence[date]
) -> Repartition:
    """`rows` give a reason and a quarter."""
    numbers = {(reason, quarter): n for reason, quarter, n in rows.annotate(n=Count("pk"))}
    columns = [held_back([numbers.get((value, quarter), 0) for value, _ in choices]) for quarter in quarters]
    shown = zip(*(column for column, _ in columns), strict=True)
    lignes = [(str(said), list(row)) for (_, said), row in zip(choices, shown, strict=True)]
    return Repartition(libelle, lignes, [total for _, total in columns])


def _delais(unite_ids: Sequence[int], months: list[date]) -> Iterator[Delai]:
    sent = Demande.objects.filter(unite__in=unite_ids, relais__isnull=False)
    yield _delai(
        "Du passage au relais", _within(sent, "relais__sent_at__date", months), "passage__arrived_at", "relais__sent_at"
    )
    accepted = EtapeRelais.objects.filter(vers=Relais.Statut.ACCEPTE, objet__vers_unite__in=unite_ids)
    yield _delai("Du relais à son acceptation", _within(accepted, "at__date", months), "objet__sent_at", "at")
    validated = EtapeEvaluation.objects.filter(vers=Evaluation.Statut.VALIDEE, objet__unite__in=unite_ids)
    begun = validated.filter(objet__etapes__de="")
    yield _delai(
        "De l’ouverture de l’évaluation à sa validation", _within(begun, "at__date", months), "objet__etapes__at", "at"
    )
    opened = Parcours.objects.filter(unite__in=unite_ids, etapes__de="", relais_recus__sent_at__lte=F("etapes__at"))
    yield _delai(
        "Du relais à l’ouverture du parcours",
        _within(opened, "opened_on", months),
        "relais_recus__sent_at",
        "etapes__at",
    )


def _delai(libelle: str, rows: QuerySet[Any], begins: str, ends: str) -> Delai:
    waited = ExpressionWrapper(F(ends) - F(begins), output_field=DurationField())
    positive = Func(
        waited, function="GREATEST", template="GREATEST(%(expressions)s, interval '0')", output_field=DurationField()
    )
    found = rows.order_by().aggregate(n=Count("pk"), half=Percentile(positive, 0.5), nine=Percentile(positive, 0.9))
    if found["n"] < THRESHOLD:
        return Delai(libelle, None, None)
    return Delai(libelle, found["half"].days + 1, found["nine"].days + 1)
