"""Saying to one colleague that the person is followed here, with her agreement; taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from parcours.forms.presence import PartagePresenceForm
from parcours.models import PartagePresence
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.once import once_unless_taken


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To whom, until when; nothing else is said, so nothing else is asked."""
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    form = PartagePresenceForm(request.POST or None, parcours=found, by=agent)
    if answer := once_unless_taken(request, form, lambda: _told(request, form)):
        return answer
    return render(request, "parcours/presence_nouvelle.html", {"form": form, "parcours": found}, status=form.status)


def _told(request: HttpRequest, form: PartagePresenceForm) -> HttpResponseRedirect:
    made = form.save()
    messages.success(request, f"C’est dit à {made.destinataire.nom_complet}.")
    return redirect("parcours:parcours", made.parcours_id)


def retrait(request: HttpRequest, pk: UUID, presence: UUID) -> HttpResponse:
    """At once, by whoever said it."""
    agent = signed_in(request)
    mine = PartagePresence.objects.visible_to(agent).filter(parcours=pk, auteur=agent)
    found = get_object_or_404(mine, pk=presence)
    if found.revoked_at is None:
        found.revoke(by=agent)
    messages.success(request, "Ce partage de présence est retiré.")
    return redirect("parcours:parcours", pk)
