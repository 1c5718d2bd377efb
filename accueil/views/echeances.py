"""What a desk has promised by a date: the demandes to take up, the online procedures, the rights followed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accueil.models import Demarche, DroitSuivi
from accueil.views.bureau import IMPOSED_AHEAD, to_take_up
from accueil.views.guichet import desk_unite, no_desk
from pole_social.access import signed_in
from pole_social.models import Agent, Unite


def echeances(request: HttpRequest) -> HttpResponse:
    """Everything of my unité whose date has come, the oldest first: one query for each kind."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    context = {
        "unite": unite,
        "aujourdhui": timezone.localdate(),
        "demandes": to_take_up(agent, unite),
        "demarches": _demarches(agent, unite),
        "droits": _droits(agent, unite),
    }
    return render(request, "accueil/echeances.html", context)


def _demarches(agent: Agent, unite: Unite) -> list[Demarche]:
    """Their dates are a site's: they are prepared before their day, as a hearing is."""
    until = timezone.localdate() + IMPOSED_AHEAD
    waiting = Demarche.objects.visible_to(agent).with_deadline().filter(unite=unite, echeance__lte=until)
    return list(waiting.select_related("usager", "droit__domaine", "passage", "done_by").order_by("echeance", "pk"))


def _droits(agent: Agent, unite: Unite) -> list[DroitSuivi]:
    due = DroitSuivi.objects.visible_to(agent).open().filter(unite=unite, echeance__lte=timezone.localdate())
    return list(due.select_related("usager", "droit__domaine", "agent").order_by("echeance", "pk"))
