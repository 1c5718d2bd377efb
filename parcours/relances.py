"""« À relancer »: what a responsable has to chase, each line a dated fact. Nothing is said of anybody's risk.

A responsable reads metadata: the last exchange counted here is what the whole équipe may read, and no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accueil.models import DroitSuivi, Orientation, ProtectedQuerySet, Relais, Usager
from parcours import majorites
from parcours.file_active import with_last_exchange
from parcours.models import Parcours
from parcours.models.ecrit import may_be_named
from parcours.models.parcours import ParcoursQuerySet, bilan_overdue
from parcours.models.scope import NATURES
from pole_social.models import Agent

SILENCE = timedelta(days=60)
SHOWN = 50


@dataclass(frozen=True)
class Relance:
    """One line: whose, since which day (or for which day), and where to act."""

    usager: Usager | None
    jour: date
    adresse: str


@dataclass(frozen=True)
class Rubrique:
    """The lines of one kind of fact, the oldest first."""

    code: str
    libelle: str
    fait: str
    relances: list[Relance]
    has_more: bool


def rubriques(agent: Agent) -> list[Rubrique]:
    """Those that have lines, in the unités that the agent answers for."""
    return [found for found in _rubriques(agent, timezone.localdate()) if found.relances]


def _rubriques(agent: Agent, today: date) -> Iterator[Rubrique]:
    mine = Parcours.objects.visible_to(agent).open().filter(unite__in=agent.supervised_unite_ids)
    mine = mine.select_related("usager")
    late = Relais.objects.visible_to(agent).overdue(today).filter(vers_unite__in=agent.supervised_unite_ids)
    yield _rubrique(
        "relais",
        "Relais en retard",
        "réponse promise le",
        late.select_related("usager"),
        "promised_on",
        _relais,
    )
    yield _rubrique("bilans", "Bilans en retard", "prévu le", mine.filter(bilan_overdue(today)), "echeance", _parcours)
    active = with_last_exchange(mine.filter(statut=Parcours.Statut.ACTIF)).filter(
        **{"last_exchange__lt": today - SILENCE}
    )
    yield _rubrique(
        "silences",
        f"Sans échange depuis {SILENCE.days} jours",
        "dernier échange le",
        active,
        "last_exchange",
        _parcours,
    )
    asleep = mine.filter(statut=Parcours.Statut.SUSPENDU, wakes_on__lt=today)
    yield _rubrique("reprises", "Reprises dépassées", "reprise prévue le", asleep, "wakes_on", _parcours)
    yield _majorites(mine if may_be_named(agent) else mine.none(), today)
    sent = Orientation.objects.visible_to(agent).unanswered(today).filter(unite__in=agent.supervised_unite_ids)
    yield _rubrique(
        "orientations",
        "Orientations sans réponse",
        "réponse attendue le",
        sent.select_related("usager"),
        "expected_on",
        _orientation,
    )
    rights = (
        DroitSuivi.objects.visible_to(agent).open().filter(echeance__lt=today, unite__in=agent.supervised_unite_ids)
    )
    yield _rubrique(
        "droits",
        "Droits dont l’étape est passée",
        "prochaine étape le",
        rights.select_related("usager"),
        "echeance",
        _droit,
    )


def _rubrique(code: str, libelle: str, fait: str, rows: ProtectedQuerySet[Any], day: str, where: Any) -> Rubrique:
    shown, has_more = rows.order_by(day, "pk").first_rows(SHOWN)
    return Rubrique(
        code, libelle, fait, [Relance(row.usager, getattr(row, day), where(row)) for row in shown], has_more
    )


def _majorites(mine: ParcoursQuerySet, today: date) -> Rubrique:
    """The coming of age, and the end of the young adult's contract, of those followed under a measure.

    A measure is content: who leads the unité without being of the team does not read it, nor who is under one.
    """
    due = Q(pk__in=[])
    for age in majorites.AGES:
        due |= Q(usager__date_naissance__range=majorites.births(age, today))
    measured = mine.read_in_team().filter(due, entree=Parcours.Entree.ASE)
    rows, has_more = measured.order_by("usager__date_naissance", "pk").first_rows(SHOWN)
    found = [Relance(row.usager, one.jour, _parcours(row)) for row in rows for one in row.anniversaires(today)]
    found.sort(key=lambda relance: relance.jour)
    return Rubrique("majorites", "Dix-huit et vingt et un ans", "anniversaire le", found, has_more)


def _parcours(row: Parcours) -> str:
    return reverse("parcours:parcours", args=[row.pk])


def _relais(row: Relais) -> str:
    is_ours = row.vers_unite.nature in NATURES
    return reverse("parcours:relais" if is_ours else "evaluation:relais", args=[row.pk])


def _orientation(row: Orientation) -> str:
    return reverse("accueil:orientation_reponse", args=[row.pk])


def _droit(row: DroitSuivi) -> str:
    return reverse("accueil:droit_suivi", args=[row.pk])
