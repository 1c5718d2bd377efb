"""The file active: the open parcours of the unités that somebody answers for, as metadata.

Figures are one GROUP BY over the parcours (no counter is stored: late depends on today), in one index (decision 031);
the list is read through `visible_to` and told to the journal row by row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from accueil.models import Relais, RendezVous
from parcours.keyset import PAGE, page_of
from parcours.models import Bilan, Ecrit, Parcours
from parcours.models.parcours import ParcoursQuerySet, bilan_overdue
from parcours.models.scope import NATURES
from pole_social.models import Agent, Unite

NOBODY = "aucun"
SILENCES = (30, 60, 90)
# A bilan every three months asks for four times the work of one a year (decision 026). In whole numbers: they add up
# faster, and exactly.
FULL_WEIGHT = 4
WEIGHT = Case(
    When(statut=Parcours.Statut.SUSPENDU, then=0),
    When(periode=Parcours.Periode.ANNEE, then=1),
    When(periode=Parcours.Periode.SEMESTRE, then=2),
    default=FULL_WEIGHT,
    output_field=IntegerField(),
)


class OfReferent(Subquery):
    """A name of the référent of each line, looked for once the rows are counted.

    Django groups by whatever is no aggregate: it would be looked for once per parcours.
    """

    contains_aggregate = True

    def __init__(self, name: str) -> None:
        super().__init__(Agent.objects.filter(pk=OuterRef("referent_id")).order_by().values(name))


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
    quiet = {f"sans_{days}": _silent_since(today - timedelta(days=days)) for days in SILENCES}
    found = with_last_exchange(_supervised(agent)).counted(
        "unite_id",
        "referent_id",
        nom=OfReferent("nom"),
        prenom=OfReferent("prenom"),
        ouverts=Count("pk"),
        suspendus=Count("pk", filter=Q(statut=Parcours.Statut.SUSPENDU)),
        bilans_en_retard=Count("pk", filter=late),
        poids=Sum(WEIGHT),
        bilan_le_plus_ancien=Min("echeance", filter=late),
        **quiet,
    )
    lines = []
    for unite, referent, nom, prenom, *figures in found:
        one = _charge(unite, referent, f"{prenom} {nom}" if referent else "Sans référent", *figures)
        lines.append((referent is None, nom or "", one.nom, one))
    return [line[-1] for line in sorted(lines, key=lambda line: line[:-1])]


def _silent_since(day: date) -> Count:
    """The active ones whose last exchange is before that day: nobody waits for one from what sleeps."""
    return Count("pk", filter=Q(last_exchange__lt=day, statut=Parcours.Statut.ACTIF))


def _charge(
    unite: int,
    referent: UUID | None,
    nom: str,
    ouverts: int,
    suspendus: int,
    late: int,
    weight: int,
    oldest: date | None,
    *silent: int,
) -> Charge:
    return Charge(unite, referent, nom, ouverts, suspendus, late, weight / FULL_WEIGHT, silent, oldest)


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
        found = found.filter(referent=None) if referent == NOBODY else found.filter(referent=UUID(referent))
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
    return found.annotate(last_exchange=Greatest("opened_on", "last_exchange_on"))


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
