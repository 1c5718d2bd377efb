"""Proposing parcours to a colleague, answering, ending a cover."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from parcours.forms.transmission import RefusForm, TransmissionForm
from parcours.models import EtapeTransmission, Parcours, Transmission
from parcours.models.parcours import ParcoursQuerySet
from parcours.models.transmission import TransmissionQuerySet
from parcours.transmission import accept, cancel, refuse, without_referent_present
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.models import Agent
from pole_social.once import once, once_unless_taken, repeated

Statut = Transmission.Statut
# One act for a whole caseload; a bigger one goes by référent (the file active narrows it).
OFFERED = 200
# As many parcours without anybody as the file active names.
LEFT = 20
# How long a refusal stays on its sender's page.
RECENT = timedelta(days=30)
WITHOUT = "sans-referent"


def transferable(agent: Agent) -> ParcoursQuerySet:
    """The open parcours that they may hand over: as référent, or as the responsable of the unité."""
    mine = Q(referent=agent) | Q(unite__in=agent.supervised_unite_ids)
    found = Parcours.objects.visible_to(agent).open().filter(mine).with_next_on().with_referent()
    return found.select_related("usager", "unite__lieu")


def nouvelle(request: HttpRequest) -> HttpResponse:
    """Choose among one's own, or one's unités'; all are proposed in one act."""
    agent = signed_in(request)
    narrowed = _narrowed(transferable(agent), request.GET.get("de", ""))
    offered, has_more = narrowed.order_by("next_on", "pk").first_rows(OFFERED)
    form = TransmissionForm(
        request.POST or None,
        offered=offered,
        by=agent,
        brouillon=resumed(request),
        initial={"parcours": [request.GET.get("parcours", "")]},
    )
    if answer := once_unless_taken(request, form, lambda: _proposed(request, form)):
        return answer
    ticked = form["parcours"].value() or []
    context = {"form": form, "offerts": offered, "has_more": has_more, "coches": ticked}
    return render(request, "parcours/transmission_nouvelle.html", context, status=form.status)


def _narrowed(found: ParcoursQuerySet, de: str) -> ParcoursQuerySet:
    """Those of one référent, by an opaque key, or of nobody present; a damaged key narrows nothing."""
    if de == WITHOUT:
        return without_referent_present(found)
    try:
        return found.filter(referent=UUID(de))
    except ValueError:
        return found


def _proposed(request: HttpRequest, form: TransmissionForm) -> HttpResponseRedirect:
    form.save(by=signed_in(request))
    count = len(form.chosen)
    plural = "s" if count > 1 else ""
    messages.success(request, f"{count} parcours proposé{plural} à {form.cleaned_data['vers'].nom_complet}.")
    return redirect("parcours:transmissions")


def transmissions(request: HttpRequest) -> HttpResponse:
    """What is proposed to me, by act; what I proposed, and the covers."""
    return _page(request)


def _page(request: HttpRequest, refus: RefusForm | None = None, refused: UUID | None = None) -> HttpResponse:
    agent = signed_in(request)
    rows = list(_concerning(agent))
    received = [row for row in rows if row.statut == Statut.PROPOSEE and row.vers_id == agent.pk]
    for row in received:
        row.refus = refus if refus and row.pk == refused else RefusForm(auto_id=f"id_{row.pk}_%s")
    context = {
        "lots": _by_lot(received),
        "envoyees": [r for r in rows if r.statut != Statut.ACCEPTEE and r not in received],
        "remplacements": [row for row in rows if row.statut == Statut.ACCEPTEE],
        "can_propose": _can_propose(agent),
    }
    return render(request, "parcours/transmissions.html", context, status=refus.status if refus else 200)


def _can_propose(agent: Agent) -> bool:
    return bool(transferable(agent).first_rows(0)[1])


def _concerning(agent: Agent) -> TransmissionQuerySet:
    """To them, or from them: what waits, the covers that are not over, and the refusals of the month."""
    today = timezone.localdate()
    theirs = Q(vers=agent) | Q(de=agent) | Q(proposed_by=agent)
    cover = Q(nature=Transmission.Nature.ABSENCE, statut=Statut.ACCEPTEE, au__gte=today)
    answered = EtapeTransmission.objects.filter(objet=OuterRef("pk"), vers=Statut.REFUSEE)
    refusal = Q(statut=Statut.REFUSEE, refused_at__gte=timezone.now() - RECENT) & ~Q(vers=agent)
    found = Transmission.objects.visible_to(agent).annotate(
        refused_at=Subquery(answered.values("at")[:1]), mot=Subquery(answered.values("motif")[:1])
    )
    found = found.filter(theirs).filter(Q(statut=Statut.PROPOSEE) | cover | refusal)
    return found.select_related("parcours__usager", "parcours__unite__lieu", "de", "vers", "proposed_by").order_by(
        "proposed_at", "lot", "pk"
    )


def _by_lot(rows: list[Transmission]) -> list[list[Transmission]]:
    """What was proposed in one act stands together."""
    lots: dict[UUID, list[Transmission]] = {}
    for row in rows:
        lots.setdefault(row.lot, []).append(row)
    return list(lots.values())


def acceptation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them. A second click finds it taken."""
    agent = signed_in(request)
    found = get_object_or_404(_received(agent), pk=pk)
    if found.statut != Statut.ACCEPTEE:
        accept(found, by=agent)
        messages.success(request, "Accepté : le parcours est dans votre liste.")
    return redirect("parcours:transmissions")


@transaction.atomic
def acceptation_lot(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that still waits of one act, or none."""
    agent = signed_in(request)
    found = list(_received(agent).filter(lot=pk).order_by("parcours_id"))
    if not found:
        raise Http404
    waiting = [one for one in found if one.statut == Statut.PROPOSEE]
    for one in waiting:
        accept(one, by=agent)
    if waiting:
        messages.success(request, f"{len(waiting)} parcours accepté{'s' if len(waiting) > 1 else ''}.")
    return redirect("parcours:transmissions")


def refus(request: HttpRequest, pk: UUID) -> HttpResponse:
    """With a word. The refusal ends one's own access: the second click of a double click is answered the same."""
    agent = signed_in(request)
    form = RefusForm(request.POST, auto_id=f"id_{pk}_%s")
    is_valid = form.is_valid()
    if is_valid and (answer := repeated(request, form)):
        return answer
    found = get_object_or_404(_received(agent), pk=pk)
    if not is_valid:
        return _page(request, form, pk)
    return once(request, form, lambda: _refused(request, found, form))


def _refused(request: HttpRequest, found: Transmission, form: RefusForm) -> HttpResponseRedirect:
    refuse(found, by=signed_in(request), motif=form.cleaned_data["motif"])
    messages.success(request, "Refusé : qui l’a proposé le voit, et rien ne change pour la personne.")
    return redirect("parcours:transmissions")


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back a proposal, or end a cover: by who is in it, or the responsable.

    Whoever gives a cover back reads it no more: the second click of a double click is answered by their own act.
    """
    agent = signed_in(request)
    if EtapeTransmission.objects.filter(objet=pk, vers=Statut.ANNULEE, by=agent).exists():
        return redirect("parcours:transmissions")
    found = get_object_or_404(Transmission.objects.visible_to(agent).select_related("parcours"), pk=pk)
    if not may_cancel(found, agent):
        raise Http404
    if found.statut != Statut.ANNULEE:
        cancel(found, by=agent)
    return redirect("parcours:transmissions")


def may_cancel(found: Transmission, agent: Agent) -> bool:
    """Who proposed it, whose parcours it is, the responsable; whoever covers gives a cover back, not a proposal."""
    if agent.pk in (found.proposed_by_id, found.de_id) or found.parcours.unite_id in agent.supervised_unite_ids:
        return True
    return found.vers_id == agent.pk and found.statut != Statut.PROPOSEE


def _received(agent: Agent) -> TransmissionQuerySet:
    return Transmission.objects.visible_to(agent).filter(vers=agent).select_related("parcours")


def waiting_for(agent: Agent) -> dict[str, list[Transmission]]:
    """For the list of parcours: proposals to me, and mine without an answer."""
    theirs = Q(vers=agent) | Q(de=agent) | Q(proposed_by=agent)
    found = Transmission.objects.visible_to(agent).waiting().filter(theirs)
    rows = list(found.select_related("parcours__usager", "de", "vers", "proposed_by"))
    received = [row for row in rows if row.vers_id == agent.pk]
    return {
        "transmissions_recues": received,
        "transmissions_envoyees": [row for row in rows if row not in received],
    }


def transmissions_of(parcours: Parcours, agent: Agent) -> list[Transmission]:
    """For the page of a parcours: what waits, and the covers of today or to come."""
    cover = Q(nature=Transmission.Nature.ABSENCE, statut=Statut.ACCEPTEE, au__gte=timezone.localdate())
    found = Transmission.objects.visible_to(agent).filter(Q(statut=Statut.PROPOSEE) | cover, parcours=parcours)
    rows = list(found.select_related("de", "vers", "parcours").order_by(F("du").asc(nulls_first=True), "pk"))
    for row in rows:
        row.can_cancel = may_cancel(row, agent)
    return rows


def left_without(agent: Agent) -> dict[str, Any]:
    """For the file active: the parcours of my unités whose référent is not there any more."""
    mine = Parcours.objects.visible_to(agent).filter(unite__in=agent.supervised_unite_ids)
    alone = without_referent_present(mine.open()).with_next_on().order_by("next_on", "pk")
    # Which ones first, then who they are: a planner that counts on few rows joins every person to every parcours.
    first = mine.filter(pk__in=alone.values("pk")[: LEFT + 1]).with_next_on().with_referent().select_related("usager")
    rows, has_more = first.order_by("next_on", "pk").first_rows(LEFT)
    return {"sans_referent": rows, "sans_referent_suite": has_more}
