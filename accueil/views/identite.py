"""Who a person is: their identity and what it was, the numbers of other bodies, their representatives."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.identite import IdentiteForm, NumeroForm, RepresentantForm
from accueil.models import Correction, NumeroExterne, Representant, Usager
from pole_social.access import DESK, Role, signed_in
from pole_social.models import Agent
from pole_social.once import once

IDENTITE = DESK | {Role.SOCIAL}
CORRECTIONS_SHOWN = 30


def identite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change who they are; what stood before is shown, and a stale save shows both texts."""
    agent = signed_in(request)
    found = get_object_or_404(Usager.objects.visible_to(agent), pk=pk)
    form = IdentiteForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid() and form.save(by=agent):
        messages.success(request, "L’identité est à jour.")
        return redirect("accueil:usager", pk)
    context = {"form": form, "pk": pk, "corrections": _corrections(agent, pk)}
    return render(request, "accueil/usager_identite.html", context, status=form.status)


def _corrections(agent: Agent, pk: UUID) -> list[Correction]:
    """What was replaced, the safe contact first: somebody may still call the former number."""
    mine = Correction.objects.visible_to(agent).standing().filter(usager=pk).exclude(avant="").select_related("by")
    found = list(mine[:CORRECTIONS_SHOWN])
    return sorted(found, key=lambda correction: not correction.is_contact_sur)


def numeros(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The numbers of other bodies; one more."""
    agent = signed_in(request)
    found = get_object_or_404(Usager.objects.visible_to(agent), pk=pk)
    form = NumeroForm(request.POST if request.method == "POST" else None, usager=found)
    if form.is_bound and form.is_valid():
        return once(request, form, lambda: _added(request, form, "usager_numeros", pk, "Le numéro est noté."))
    known = NumeroExterne.objects.visible_to(agent).filter(usager=found)
    context = {"form": form, "usager": found, "numeros": known}
    return render(request, "accueil/usager_numeros.html", context, status=form.status)


def numero_fin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It is theirs no more; it stays in the list."""
    found = get_object_or_404(NumeroExterne.objects.visible_to(signed_in(request)), pk=pk)
    if found.ends_on is None:
        found.ends_on = timezone.localdate()
        found.save(update_fields=["ends_on"])
    return redirect("accueil:usager_numeros", found.usager_id)


def representants(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who acts for the person, and since when. It gives them no account and no read."""
    agent = signed_in(request)
    found = get_object_or_404(Usager.objects.visible_to(agent), pk=pk)
    form = RepresentantForm(request.POST if request.method == "POST" else None, usager=found)
    if form.is_bound and form.is_valid():
        said = "Le représentant est noté."
        return once(request, form, lambda: _added(request, form, "usager_representants", pk, said))
    known = Representant.objects.visible_to(agent).filter(usager=found)
    context = {"form": form, "usager": found, "representants": known, "aujourdhui": timezone.localdate()}
    return render(request, "accueil/usager_representants.html", context, status=form.status)


def representant_fin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They act for the person no more, from today."""
    found = get_object_or_404(Representant.objects.visible_to(signed_in(request)), pk=pk)
    today = timezone.localdate()
    if found.ends_on is None or found.ends_on > today:
        found.ends_on = max(today, found.starts_on)
        found.save(update_fields=["ends_on"])
    return redirect("accueil:usager_representants", found.usager_id)


def _added(
    request: HttpRequest, form: NumeroForm | RepresentantForm, page: str, pk: UUID, said: str
) -> HttpResponseRedirect:
    form.save()
    messages.success(request, said)
    return HttpResponseRedirect(reverse(f"accueil:{page}", args=[pk]))
