"""The file active: the open parcours of the unités that somebody answers for, as metadata.

Figures are one GROUP BY over the parcours (no counter is stored: late depends on today); the list is read
through `visible_to` and told to the journal row by row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, FilteredRelation, Min, OuterRef, Q
from django.utils import timezone

from accueil.models import Relais
from parcours.keyset import PAGE, page_of
from parcours.models import Intervenant, Parcours
from parcours.models.parcours import ParcoursQuerySet
from pole_social.models import Agent, Unite

# The unités in which a parcours may be open.
NATURES = (Unite.Nature.ACCOMPAGNEMENT, Unite.Nature.SANTE, Unite.Nature.SANTE_SEXUELLE)
NOBODY = "aucun"


@dataclass(frozen=True)
class Charge:
    """What one référent (or nobody) carries in one unité."""

    unite_id: int
    referent_id: UUID | None
    nom: str
    ouverts: int
    suspendus: int
    bilans_en_retard: int
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
    by_agent = counted.annotate(
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
        bilan_le_plus_ancien=Min("echeance", filter=late),
    )
    found = [
        (nom or "", Charge(unite, referent, f"{prenom} {nom}" if referent else "Sans référent", *figures))
        for unite, referent, prenom, nom, *figures in grouped
    ]
    return [charge for nom, charge in sorted(found, key=lambda row: (not row[0], row[0], row[1].nom))]


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
