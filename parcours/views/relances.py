"""What is to be chased in the unités one answers for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from parcours.relances import rubriques
from pole_social.access import signed_in


def a_relancer(request: HttpRequest) -> HttpResponse:
    """Dated facts, by kind, the oldest first."""
    context = {"rubriques": rubriques(signed_in(request)), "aujourdhui": timezone.localdate()}
    return render(request, "parcours/a_relancer.html", context)
