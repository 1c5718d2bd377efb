"""Outings: the dated sessions of a tour or of a permanence."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.seance import SeanceForm, outreach_unites
from accueil.models import Passage, Seance
from pole_social.access import signed_in
from pole_social.models import MoveRefused
from pole_social.once import once_unless_taken

PAST_SHOWN = 20
CONTACTS_SHOWN = 200


def seances(request: HttpRequest) -> HttpResponse:
    """Today's and the next ones, then the last ones with what came of them."""
    agent, today = signed_in(request), timezone.localdate()
    mine = Seance.objects.of(agent).select_related("unite__lieu").prefetch_related("partenaires").with_counts()
    context = {
        "a_venir": list(mine.filter(jour__gte=today, is_cancelled=False).order_by("jour", "starts_at")),
        "passees": list(mine.filter(jour__lt=today).order_by("-jour", "-starts_at")[:PAST_SHOWN]),
        "sort": bool(outreach_unites(agent)),
    }
    return render(request, "accueil/seances.html", context)


def nouvelle(request: HttpRequest) -> HttpResponse:
    """Plan an outing."""
    agent = signed_in(request)
    unites = outreach_unites(agent)
    if not unites:
        return redirect("accueil:seances")
    form = SeanceForm(request.POST if request.method == "POST" else None, unites=unites)
    if answer := once_unless_taken(request, form, lambda: _planned(request, form.save(by=agent))):
        return answer
    return render(request, "accueil/seance_nouvelle.html", {"form": form}, status=form.status)


def _planned(request: HttpRequest, made: Seance) -> HttpResponseRedirect:
    messages.success(request, "La séance est prévue.")
    return HttpResponseRedirect(reverse("accueil:seance", args=[made.pk]))


def seance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where, when, with whom, and its contacts."""
    agent = signed_in(request)
    mine = Seance.objects.of(agent).select_related("unite__lieu").prefetch_related("partenaires").with_counts()
    found = get_object_or_404(mine, pk=pk)
    seen = Passage.objects.visible_to(agent).filter(seance=found).select_related("motif").order_by("-numero")
    contacts = [(passage, bool(vars(passage)["journal_usagers"])) for passage in seen[:CONTACTS_SHOWN]]
    context = {"seance": found, "contacts": contacts, "est_passee": found.jour < timezone.localdate()}
    return render(request, "accueil/seance.html", context)


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The outing does not take place. Once people have been met, it has."""
    agent = signed_in(request)
    found = get_object_or_404(Seance.objects.of(agent).select_for_update(of=("self",)), pk=pk)
    if found.is_cancelled:
        return redirect("accueil:seances")
    if found.jour < timezone.localdate() or found.passages.exists():
        raise MoveRefused
    found.is_cancelled = True
    found.save(update_fields=["is_cancelled"])
    messages.success(request, "La séance est annulée.")
    return redirect("accueil:seances")
