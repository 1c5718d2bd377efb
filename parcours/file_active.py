"""The file active: the open parcours of the unités that somebody answers for, as metadata.

Figures are one GROUP BY over the parcours (no counter is stored: late depends on today); the list is read
through `visible_to` and told to the journal row by row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from accueil.models import Relais, RendezVous
from parcours.keyset import PAGE, page_of
from parcours.models import Bilan, Ecrit, Intervenant, Parcours
from parcours.models.parcours import ParcoursQuerySet, bilan_overdue
from parcours.models.scope import NATURES
from pole_social.models import Agent, Unite

NOBODY = "aucun"
SILENCES = (30, 60, 90)
# A bilan every three months asks for twice the work of one every six (decision 026).
WEIGHT = Case(
    When(statut=Parcours.Statut.SUSPENDU, then=Value(0.0)),
    When(periode=Parcours.Periode.ANNEE, then=Value(0.25)),
    When(periode=Parcours.Periode.SEMESTRE, then=Value(0.5)),
    default=Value(1.0),
)


@dataclass(frozen=True)
class Charge:
    """What one référent (or nobody) carries in one unité."""

    unite_id: int
    referent_id: UUID | None
    nom: str
    ouverts: int
    suspendus: int
    bilans_en_retard: int
    # The work that its bilans' rhythm asks for, never a measure of the people.
    poids: float
    sans_echange: tuple[int, ...]
    bilan_le_plus_ancien: date | None

    @property
    def cle(self) -> str:
        """The référent as a filter names them: an opaque key."""
        return str(self.referent_id or NOBODY)


def unites_holding_parcours(agent: Agent) -> list[Unite]:
    """The unités that the agent answers for and where parcours may be open."""
    found = Unite.objects.filter(pk__in=agent.supervised_unite_ids, nature__in=NATURES)
    return list(found.select_related("lieu"))


def charges(agent: Agent) -> list[Charge]:
    """Per unité and référent, by name; those without référent last."""
    today = timezone.localdate()
    late = bilan_overdue(today)
    # Figures name nobody: the rows counted are those the agent may see, none of them is fetched.
    # Said twice of which unités: otherwise the closed ones, four in five, are read to be thrown away.
    open_there = Parcours.objects.open().filter(unite__in=agent.supervised_unite_ids)
    counted = open_there.filter(pk__in=_supervised(agent).order_by().values("pk"))
    by_agent = with_last_exchange(counted).annotate(
        referent=FilteredRelation(
            "intervenants", condition=Q(intervenants__is_referent=True, intervenants__ends_at=None)
        ),
        parole=_heard(today),
    )
    rows = by_agent.order_by().values_list(
        "unite_id", "referent__agent_id", "referent__agent__prenom", "referent__agent__nom", "parole"
    )
    grouped = rows.annotate(
        ouverts=Count("pk"),
        suspendus=Count("pk", filter=Q(statut=Parcours.Statut.SUSPENDU)),
        bilans_en_retard=Count("pk", filter=late),
        poids=Sum(WEIGHT),
        bilan_le_plus_ancien=Min("echeance", filter=late),
    )
    found: dict[tuple[int, UUID | None], tuple[str, Charge]] = {}
    for unite, referent, prenom, nom, heard, *figures in grouped:
        one = _charge(unite, referent, f"{prenom} {nom}" if referent else "Sans référent", heard, figures)
        before = found.get((unite, referent))
        found[unite, referent] = nom or "", _added(before[1], one) if before else one
    return [charge for nom, charge in sorted(found.values(), key=lambda row: (not row[0], row[0], row[1].nom))]


def _heard(today: date) -> Case:
    """Which of the silences the last exchange is newer than: 0 of none, their number of all, as what sleeps.

    One expression, grouped by: asked apart for each silence, the last exchange was looked for three times.
    """
    days = [Value(today - timedelta(days=days), output_field=DateField()) for days in reversed(SILENCES)]
    bounds = Func(*days, template="ARRAY[%(expressions)s]")
    bucket = Func(F("last_exchange"), bounds, function="width_bucket", output_field=IntegerField())
    return Case(When(statut=Parcours.Statut.ACTIF, then=bucket), default=Value(len(SILENCES)))


def _charge(unite: int, referent: UUID | None, nom: str, heard: int, figures: list[Any]) -> Charge:
    ouverts, suspendus, late, poids, oldest = figures
    # Nothing for 90 days (heard: 0) is nothing for 60 and for 30 either.
    silent = tuple(ouverts if heard < len(SILENCES) - rank else 0 for rank in range(len(SILENCES)))
    return Charge(unite, referent, nom, ouverts, suspendus, late, poids, silent, oldest)


def by_referent(found: Iterable[Charge]) -> list[Charge]:
    """The charges of several unités, one line per référent."""
    lines: dict[UUID | None, Charge] = {}
    for charge in found:
        before = lines.get(charge.referent_id)
        lines[charge.referent_id] = _added(before, charge) if before else charge
    return list(lines.values())


def _added(one: Charge, other: Charge) -> Charge:
    oldest = [day for day in (one.bilan_le_plus_ancien, other.bilan_le_plus_ancien) if day]
    return Charge(
        one.unite_id,
        one.referent_id,
        one.nom,
        one.ouverts + other.ouverts,
        one.suspendus + other.suspendus,
        one.bilans_en_retard + other.bilans_en_retard,
        one.poids + other.poids,
        tuple(map(sum, zip(one.sans_echange, other.sans_echange, strict=True))),
        min(oldest, default=None),
    )


def open_parcours(agent: Agent, *, unite: int | None = None, referent: str = "") -> ParcoursQuerySet:
    """The open parcours, the most pressing first; `referent` is a key of `Charge.cle`."""
    found = _supervised(agent).with_next_on().with_referent().select_related("usager", "unite__lieu")
    if unite:
        found = found.filter(unite=unite)
    if referent:
        live = Intervenant.objects.live().filter(parcours=OuterRef("pk"), is_referent=True)
        found = found.filter(
            ~Exists(live) if referent == NOBODY else Exists(live.filter(agent=referent)),
        )
    return found


def with_last_contact(found: ParcoursQuerySet, agent: Agent) -> ParcoursQuerySet:
    """Annotate `last_contact`: the day of the last exchange with the person that this agent may read of, or None.

    A signed écrit (what was said at a round table is none), a bilan held with her, an appointment she kept.
    """
    ecrits = Ecrit.objects.visible_to(agent).filter(parcours=OuterRef("pk"), signed_at__isnull=False)
    exchanges = ecrits.exclude(modalite=Ecrit.Modalite.CONCERTATION).order_by("-done_on")
    bilans = Bilan.objects.visible_to(agent).filter(parcours=OuterRef("pk"), with_person=True)
    kept = RendezVous.objects.visible_to(agent).filter(usager=OuterRef("usager"), statut=RendezVous.Statut.HONORE)
    days = (
        exchanges.values("done_on")[:1],
        bilans.order_by("-held_on").values("held_on")[:1],
        kept.order_by("-starts_at").annotate(kept_on=TruncDate("starts_at")).values("kept_on")[:1],
    )
    return found.annotate(last_contact=Greatest(*(Subquery(day, output_field=DateField()) for day in days)))


def with_last_exchange(found: ParcoursQuerySet) -> ParcoursQuerySet:
    """Annotate `last_exchange`: the last écrit of the circle équipe or bilan with the person, else the opening."""
    ecrits = Ecrit.objects.filter(parcours=OuterRef("pk"), cercle=Ecrit.Cercle.EQUIPE, signed_at__isnull=False)
    exchanges = ecrits.exclude(modalite=Ecrit.Modalite.CONCERTATION).order_by("-done_on").values("done_on")[:1]
    bilans = Bilan.objects.filter(parcours=OuterRef("pk"), with_person=True).order_by("-held_on").values("held_on")[:1]
    days = [Subquery(rows, output_field=DateField()) for rows in (exchanges, bilans)]
    return found.annotate(last_exchange=Greatest(F("opened_on"), *days))


def page_after(found: ParcoursQuerySet, after: str) -> tuple[list[Parcours], str]:
    """One page, each row with its `retard` in days, and the key of the next page."""
    rows, following = page_of(found, "next_on", after)
    for row in rows:
        row.retard = days_late(row.next_on)
    return rows, following


def relais_waiting(agent: Agent, unite: int | None = None) -> tuple[list[Relais], bool]:
    """The relais that the unités answered for have not taken up, the oldest first: a page, and whether more wait."""
    waiting = Relais.objects.visible_to(agent).waiting().filter(vers_unite__in=agent.supervised_unite_ids)
    if unite:
        waiting = waiting.filter(vers_unite=unite)
    related = waiting.select_related("usager", "vers_unite__lieu", "de_unite__lieu")
    rows, has_more = related.order_by("sent_at", "pk").first_rows(PAGE)
    for row in rows:
        row.retard = days_late(row.promised_on)
    return rows, has_more


def days_late(due: date) -> int:
    """0 when the day has not passed."""
    return max((timezone.localdate() - due).days, 0)


def _supervised(agent: Agent) -> ParcoursQuerySet:
    """Those of the unités answered for: a parcours one takes part in elsewhere is not of this file."""
    return Parcours.objects.visible_to(agent).open().filter(unite__in=agent.supervised_unite_ids)
