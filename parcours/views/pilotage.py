"""The file active of the unités one is responsable of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from parcours import file_active
from parcours.forms.pilotage import FileActiveForm
from parcours.views.transmission import left_without
from pole_social.models import Agent


def pilotage(request: HttpRequest) -> HttpResponse:
    """Open parcours, charge of each référent and waiting relais of my unités: metadata only."""
    agent = request.user
    assert isinstance(agent, Agent)
    unites = file_active.unites_holding_parcours(agent)
    everything = file_active.charges(agent)
    form = FileActiveForm(request.GET, unites=unites, referents=file_active.by_referent(everything))
    form.is_valid()
    after = request.GET.get("apres", "")
    found = file_active.open_parcours(agent, unite=form.asked_unite, referent=form.asked_referent)
    rows, following = file_active.page_after(found, after)
    charges = file_active.by_referent(c for c in everything if form.asked_unite in (None, c.unite_id))
    relais, has_more_relais = file_active.relais_waiting(agent, form.asked_unite)
    context = {
        "jour": timezone.localdate(),
        "unites": unites,
        "has_many_lieux": len({unite.lieu_id for unite in unites}) > 1,
        "form": form,
        "charges": charges,
        "plus_grande": max((charge.ouverts for charge in charges), default=0),
        "ouverts": sum(charge.ouverts for charge in charges),
        "bilans_en_retard": sum(charge.bilans_en_retard for charge in charges),
        "parcours": rows,
        "debut": form.address() if after else "",
        "suivante": form.address(following) if following else "",
        "relais": relais,
        "has_more_relais": has_more_relais,
        **left_without(agent),
    }
    return render(request, "parcours/pilotage.html", context)
