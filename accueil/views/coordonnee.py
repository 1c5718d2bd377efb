"""How to reach a person: phones, e-mails, addresses, and those they keep secret."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.coordonnee import CoordonneeForm, ModificationForm
from accueil.models import Coordonnee, Usager
from accueil.views.identite import IDENTITE
from pole_social.access import signed_in
from pole_social.once import once


def coordonnees(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Those of today, the former ones, and one more. A protected one shows that it exists, not what it is."""
    agent = signed_in(request)
    found = get_object_or_404(Usager.objects.visible_to(agent), pk=pk)
    form = CoordonneeForm(request.POST if request.method == "POST" else None, usager=found)
    if form.is_bound and form.is_valid():
        return once(request, form, lambda: _added(request, form, pk))
    known = list(Coordonnee.objects.visible_to(agent).filter(usager=found))
    context = {
        "form": form,
        "usager": found,
        "actuelles": [row for row in known if row.ends_on is None],
        "anciennes": [row for row in known if row.ends_on],
    }
    return render(request, "accueil/coordonnees.html", context, status=form.status)


def _added(request: HttpRequest, form: CoordonneeForm, pk: UUID) -> HttpResponseRedirect:
    form.save()
    messages.success(request, "La coordonnée est notée.")
    return HttpResponseRedirect(reverse("accueil:coordonnees", args=[pk]))


def affichage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one that is kept secret: a page of its own, so that the journal says who asked for it."""
    agent = signed_in(request)
    mine = Coordonnee.objects.visible_to(agent).select_related("usager")
    found = get_object_or_404(mine, pk=pk)
    context = {"coordonnee": found, "usager": found.usager, "edits": bool(IDENTITE & agent.roles)}
    return render(request, "accueil/coordonnee_affichage.html", context)


def modification(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct it; the former value goes to the history."""
    agent = signed_in(request)
    found = get_object_or_404(Coordonnee.objects.visible_to(agent).select_related("usager"), pk=pk)
    form = ModificationForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid() and form.save(by=agent):
        messages.success(request, "La coordonnée est à jour.")
        return redirect("accueil:coordonnees", found.usager_id)
    context = {"form": form, "usager": found.usager}
    return render(request, "accueil/coordonnee.html", context, status=form.status)


def fin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It is good no more; it stays in the history."""
    found = get_object_or_404(Coordonnee.objects.visible_to(signed_in(request)), pk=pk)
    if found.ends_on is None:
        found.ends_on = timezone.localdate()
        found.save_over(found.version, ["ends_on"])
    return redirect("accueil:coordonnees", found.usager_id)
