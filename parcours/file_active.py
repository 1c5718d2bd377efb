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
from parcours.models.parcours import ParcoursQuerySet
from pole_social.models import Agent, Unite

# The unités in which a parcours may be open.
NATURES = (Unite.Nature.ACCOMPAGNEMENT, Unite.Nature.SANTE, Unite.Nature.SANTE_SEXUELLE)
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
    late = Q(echeance__lt=today)
    # Figures name nobody: the rows counted are those the agent may see, none of them is fetched.
    counted = Parcours.objects.filter(pk__in=_supervised(agent).order_by().values("pk"))
    by_agent = with_last_exchange(counted).annotate(
        referent=FilteredRelation(
            "intervenants", condition=Q(intervenants__is_referent=True, intervenants__ends_at=None)
        )
    )
    rows = by_agent.order_by().values_list(
        "unite_id", "referent__agent_id", "referent__agent__prenom", "referent__agent__nom"
    )
    grouped = rows.annotate(
        ouverts=Count("pk"),
        suspendus=Count("pk", filter=Q(statut=Parcours.Statut.SUSPENDU)),
        bilans_en_retard=Count("pk", filter=late),
        poids=Sum(WEIGHT),
        **{f"silence_{days}": Count("pk", filter=_silent(today, days)) for days in SILENCES},
        bilan_le_plus_ancien=Min("echeance", filter=late),
    )
    found = [
        (nom or "", _charge(unite, referent, f"{prenom} {nom}" if referent else "Sans référent", figures))
        for unite, referent, prenom, nom, *figures in grouped
    ]
    return [charge for nom, charge in sorted(found, key=lambda row: (not row[0], row[0], row[1].nom))]


def _silent(today: date, days: int) -> Q:
    """Active, and without an exchange that the whole équipe reads since so many days."""
    return Q(("last_exchange__lt", today - timedelta(days=days)), statut=Parcours.Statut.ACTIF)


def _charge(unite: int, referent: UUID | None, nom: str, figures: list[Any]) -> Charge:
    ouverts, suspendus, late, poids, *silences, oldest = figures
    return Charge(unite, referent, nom, ouverts, suspendus, late, poids, tuple(silences), oldest)


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
