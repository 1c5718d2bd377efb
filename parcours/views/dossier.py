"""The 360° page: the whole thread of a person, exactly what its reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accueil.models import AideFinanciere, DroitSuivi, Usager
from accueil.views.foyer import households
from parcours.chronologie import read
from parcours.dossier import Lus, fil, lire
from parcours.echeances import echeances
from parcours.models import Action, Intervenant, Parcours
from parcours.partages import named, partages_of, told_to
from pole_social.access import signed_in
from pole_social.models import Agent


@dataclass(frozen=True)
class Suivi:
    """One parcours and its team of today, by name and métier."""

    parcours: Parcours
    equipe: list[Intervenant]


def dossier(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its later pages are the older part of the timeline alone."""
    agent = signed_in(request)
    visible = Usager.objects.visible_to(agent).annotate(told=told_to(agent, "pk")).select_related("commune")
    found = get_object_or_404(visible, pk=pk)
    before = request.GET.get("avant", "")
    key = read(before)
    lus = lire(found, agent, key)
    context = {"usager": found, "chronologie": fil(found, agent, lus, key), "is_first_page": key is None}
    if key is None:
        context |= _today(found, agent, lus)
    return render(request, "parcours/dossier.html", context)


def _today(usager: Usager, agent: Agent, lus: Lus) -> dict[str, Any]:
    """Where things stand: the dates to come, who works with whom, what was obtained."""
    steps = Action.objects.visible_to(agent).open().filter(parcours__usager=usager)
    steps = steps.filter(parcours__statut__in=Parcours.OPEN).select_related("agent", "partenaire")
    return {
        "aujourdhui": timezone.localdate(),
        "echeances": echeances(lus, steps),
        "suivis": [_suivi(parcours, lus) for parcours in lus.parcours],
        "menages": households(agent, usager),
        "presences": named(vars(usager)["told"]),
        "partages": partages_of(usager.pk, agent),
        "can_tell": False,
        **_obtained(usager, agent, lus.droits),
    }


def _suivi(parcours: Parcours, lus: Lus) -> Suivi:
    mine = [one for one in lus.intervenants if one.parcours_id == parcours.pk and one.ends_at is None]
    return Suivi(parcours, mine)


def _obtained(usager: Usager, agent: Agent, droits: list[DroitSuivi]) -> dict[str, Any]:
    """In euros, as noted here: what comes every month, what was granted once."""
    obtained = [suivi for suivi in droits if suivi.statut == DroitSuivi.Statut.OBTENU]
    granted = AideFinanciere.objects.visible_to(agent).filter(demande__usager=usager, montant_accorde__gt=0)
    aides = list(granted.order_by("-paid_on", "pk"))
    return {
        "droits_obtenus": obtained,
        "euros_par_mois": sum((suivi.montant_mensuel or Decimal(0) for suivi in obtained), Decimal(0)),
        "aides": aides,
        "euros_accordes": sum((aide.montant_accorde or Decimal(0) for aide in aides), Decimal(0)),
    }
