"""The whole thread of a person over the three stages: one timeline, one list of dates, as far as a reader may read.

Every row comes through `visible_to`: what is hidden has no row here, hence no date, no count and no gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accueil.models import Demande, Demarche, DroitSuivi, Orientation, Passage, Relais, RendezVous, Usager
from evaluation.models import Evaluation
from parcours.chronologie import Chronologie, Entree, Key, cut, dated, page_of, with_authors
from parcours.models import Bilan, Concertation, Ecrit, Intervenant, Parcours, Point
from pole_social.access import TEAM
from pole_social.models import Agent


@dataclass(frozen=True)
class Lus:
    """What both the timeline and the dates are made of, each read once."""

    droits: list[DroitSuivi]
    orientations: list[Orientation]
    relais: list[Relais]
    evaluations: list[Evaluation]
    parcours: list[Parcours]
    intervenants: list[Intervenant]
    # Those of one page of the timeline, and those whose date is waited for.
    demandes: list[Demande]
    demarches: list[Demarche]
    rendez_vous: list[RendezVous]


def lire(usager: Usager, agent: Agent, key: Key | None) -> Lus:
    """What this agent may read of this person; `key` is where the page of the timeline begins."""
    droits = DroitSuivi.objects.visible_to(agent).filter(usager=usager).with_delay().select_related("droit")
    orientations = Orientation.objects.visible_to(agent).filter(usager=usager).select_related("partenaire")
    relais = Relais.objects.visible_to(agent).filter(usager=usager).select_related("de_unite__lieu", "vers_unite__lieu")
    evaluations = Evaluation.objects.visible_to(agent).filter(usager=usager).select_related("evaluateur", "unite__lieu")
    followed = Parcours.objects.visible_to(agent).filter(usager=usager).select_related("unite__lieu")
    teams = Intervenant.objects.visible_to(agent).filter(parcours__usager=usager).select_related("agent__metier")
    return Lus(
        droits=list(droits.order_by("-created_at", "pk")),
        orientations=list(orientations),
        relais=list(relais),
        evaluations=list(evaluations),
        parcours=list(followed.order_by("-opened_on", "pk")),
        intervenants=list(teams),
        demandes=_demandes(usager, agent, key),
        demarches=_demarches(usager, agent, key),
        rendez_vous=_rendez_vous(usager, agent, key),
    )


def _demandes(usager: Usager, agent: Agent, key: Key | None) -> list[Demande]:
    theirs = Demande.objects.visible_to(agent).filter(usager=usager).select_related("unite__lieu")
    rows = dated(theirs, "created_at")
    return _or_due(rows, page_of(rows, key), Q(statut__in=Demande.open_states(), echeance__isnull=False))


def _demarches(usager: Usager, agent: Agent, key: Key | None) -> list[Demarche]:
    theirs = Demarche.objects.visible_to(agent).filter(usager=usager).select_related("droit", "unite__lieu")
    rows = dated(theirs, "done_at")
    return _or_due(rows, page_of(rows, key), Q(echeance__isnull=False, echeance_done_at=None))


def _rendez_vous(usager: Usager, agent: Agent, key: Key | None) -> list[RendezVous]:
    theirs = RendezVous.objects.visible_to(agent).filter(usager=usager).select_related("agent", "unite__lieu")
    now = timezone.now()
    coming = Q(starts_at__gt=now, statut=RendezVous.Statut.A_VENIR)
    # An appointment says its own day (`jour`): only the page, of which keys alone are read, has to be told it.
    page = page_of(dated(theirs.filter(starts_at__lte=now), "starts_at"), key)
    return _or_due(theirs.annotate(instant=F("starts_at")), page, coming)


def _or_due(rows: QuerySet[Any], page: QuerySet[Any], due: Q) -> list[Any]:
    """The rows of a page, and those whose date is waited for, in one query.

    What is only waited for is older than a page that is full: `cut` leaves it out of the timeline.
    """
    return list(rows.filter(Q(pk__in=page.values("pk")) | due))


def fil(usager: Usager, agent: Agent, lus: Lus, key: Key | None) -> Chronologie:
    """One page of the timeline, from the first passage to the last bilan."""
    pages = [Entree.of(nature, row) for nature, rows in _sources(usager, agent) for row in page_of(rows, key)]
    return cut([*pages, *_moments(lus)], key)


def _sources(usager: Usager, agent: Agent) -> Iterator[tuple[str, QuerySet[Any]]]:
    """What may be long, and is asked for one page."""
    passages = Passage.objects.visible_to(agent).filter(concernes__usager=usager, concernes__fusion=None)
    yield "passage", passages.select_related("motif", "unite__lieu").annotate(instant=F("arrived_at"))
    ecrits = Ecrit.objects.visible_to(agent).filter(parcours__usager=usager, signed_at__isnull=False)
    yield "ecrit", with_authors(ecrits).annotate(jour=F("done_on"), instant=F("created_at"))
    bilans = Bilan.objects.visible_to(agent).filter(parcours__usager=usager).select_related("auteur")
    yield "bilan", bilans.annotate(jour=F("held_on"), instant=F("recorded_at"))
    if not TEAM & agent.roles:
        return
    held = Q(parcours__usager=usager, concertation__statut=Concertation.Statut.TENUE)
    tables = Point.objects.visible_to(agent).read_in_team().live().filter(held)
    yield "concertation", tables.annotate(jour=F("concertation__held_on"), instant=F("created_at"))


def _moments(lus: Lus) -> Iterator[Entree]:
    now = timezone.now()
    for nature, rows in (("demande", lus.demandes), ("demarche", lus.demarches), ("rendez_vous", lus.rendez_vous)):
        yield from (Entree.of(nature, row) for row in rows if vars(row)["instant"] <= now)
    for suivi in lus.droits:
        yield Entree.at("droit_repere", suivi, suivi.created_at)
        if suivi.delai_jours is not None:
            yield Entree.at("droit_obtenu", suivi, vars(suivi)["obtained_at"])
    yield from (Entree.on("orientation", row, row.created_on) for row in lus.orientations)
    yield from (Entree.at("relais", row, row.sent_at) for row in lus.relais)
    yield from (Entree.on("evaluation", row, row.opened_on) for row in lus.evaluations)
    for parcours in lus.parcours:
        yield from _moments_of(parcours, [one for one in lus.intervenants if one.parcours_id == parcours.pk])


def _moments_of(parcours: Parcours, equipe: list[Intervenant]) -> Iterator[Entree]:
    """Its opening, who came into its team since, its end."""
    yield Entree.on("parcours_ouvert", parcours, parcours.opened_on)
    for membre in equipe:
        if timezone.localdate(membre.starts_at) > parcours.opened_on or not membre.is_referent:
            yield Entree.at("intervenant", membre, membre.starts_at)
    if parcours.closed_on:
        # After all else of that day, its opening too.
        end = timezone.make_aware(datetime.combine(parcours.closed_on, time.max))
        yield Entree("parcours_clos", parcours, parcours.closed_on, end)
