"""Search first: whoever comes may already be known."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accueil.forms.recherche import RechercheForm, find
from accueil.views.guichet import registers
from pole_social.access import signed_in


def recherche(request: HttpRequest) -> HttpResponse:
    """An empty box; then at most ten people, masked until opened. Asked by htmx as one types, only the answer."""
    agent = signed_in(request)
    form = RechercheForm(request.POST if request.method == "POST" else None)
    form.fields["q"].widget.attrs |= {"autofocus": not form.is_bound, "data-recherche": True}
    candidats = find(agent, form.typed_parts) if form.is_bound and form.is_valid() else None
    context = {"form": form, "candidats": candidats, "registers": registers(request), "is_recherche": True}
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "accueil/_recherche_reponse.html" if is_part else "accueil/recherche.html", context)
