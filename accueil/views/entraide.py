"""Between colleagues on site: the call for help, the sheet about an act. Nobody received is named here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accueil.forms.entraide import IncidentForm
from accueil.models import AppelAide, Incident
from accueil.views.guichet import SESSION_BUREAU, desk_unite, no_desk
from pole_social.access import signed_in
from pole_social.frame import current_unite
from pole_social.models import Agent, Bureau, Lieu, Unite
from pole_social.once import once


def calls_shown(lieu: Lieu) -> dict[str, Any]:
    """The live calls of a lieu, and the mark of what is shown of them (empty for none)."""
    appels = list(AppelAide.objects.live(lieu).select_related("by", "answered_by", "bureau"))
    return {"appels": appels, "appels_vus": "-".join(f"{appel.pk.hex}{appel.answered_by_id or ''}" for appel in appels)}


def aide(request: HttpRequest) -> HttpResponse:
    """GET: the calls of my lieu, when they have changed. POST: call colleagues, to the office where I am."""
    lieu = _my_lieu(request)
    if request.method == "POST":
        _call(request, signed_in(request), lieu)
        return _shown_or_back(request, lieu)
    shown = calls_shown(lieu)
    if request.headers.get("If-None-Match", "") == shown["appels_vus"]:
        return HttpResponse(status=204)
    return render(request, "accueil/_entraide.html", shown)


def reponse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """« J’y vais » : the first who says so; the others see it."""
    agent, lieu = signed_in(request), _my_lieu(request)
    appel = get_object_or_404(AppelAide.objects.live(lieu), pk=pk)
    if appel.by_id != agent.pk:
        AppelAide.objects.filter(pk=appel.pk, answered_by=None).update(answered_by=agent)
    return _shown_or_back(request, lieu)


def fin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """« Terminé » : anybody on site may say it; said twice it stays ended."""
    lieu = _my_lieu(request)
    appel = get_object_or_404(AppelAide, lieu=lieu, pk=pk)
    AppelAide.objects.filter(pk=appel.pk, ended_at=None).update(ended_at=timezone.now())
    return _shown_or_back(request, lieu)


def incident_nouveau(request: HttpRequest) -> HttpResponse:
    """Write down an act that happened at my lieu."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _noted(request, form, agent, unite))
    return render(request, "accueil/incident_nouveau.html", {"form": form, "unite": unite}, status=form.status)


def incidents(request: HttpRequest) -> HttpResponse:
    """The sheets of the lieux that I answer for; for anybody else, those they wrote."""
    agent = signed_in(request)
    led = Unite.objects.filter(pk__in=agent.supervised_unite_ids).values("lieu")
    readable = Incident.objects.filter(lieu__in=led) | Incident.objects.filter(created_by=agent)
    rows = readable.select_related("lieu", "created_by").order_by("-happened_at", "-created_at")
    return render(
        request, "accueil/incidents.html", {"incidents": rows[:100], "encadre": bool(agent.supervised_unite_ids)}
    )


def _my_lieu(request: HttpRequest) -> Lieu:
    unite = current_unite(request)
    if unite is None:
        raise Http404
    return unite.lieu


def _call(request: HttpRequest, agent: Agent, lieu: Lieu) -> None:
    """One live call per agent: pressing again changes nothing."""
    if AppelAide.objects.live(lieu).filter(by=agent).exists():
        return
    known = request.session.get(SESSION_BUREAU)
    bureau = Bureau.objects.filter(lieu=lieu, pk=known).first() if known else None
    AppelAide.objects.create(lieu=lieu, bureau=bureau, by=agent)


def _shown_or_back(request: HttpRequest, lieu: Lieu) -> HttpResponse:
    """With htmx the page stays as it is, typed texts included; without, back to the page one was on."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "accueil/_entraide.html", calls_shown(lieu))
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return redirect(came_from)
    return redirect("racine")


def _noted(request: HttpRequest, form: IncidentForm, agent: Agent, unite: Unite) -> Any:
    form.save(by=agent, lieu=unite.lieu)
    messages.success(request, "La fiche d’incident est enregistrée. L’encadrement du lieu peut la lire.")
    return redirect("accueil:incidents")
