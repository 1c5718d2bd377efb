"""The public screen of the waiting room: numbers and offices, never a name; and the page that opens it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accueil.models import Passage
from accueil.views.guichet import desk_unite, no_desk
from pole_social.access import signed_in
from pole_social.models import Lieu


@login_not_required
@require_http_methods(["GET", "HEAD"])
def affichage(request: HttpRequest, jeton: str) -> HttpResponse:
    """Who is called now, and the last ones. Whoever has the address sees it: nothing personal is read."""
    lieu = get_object_or_404(Lieu, jeton_affichage=jeton)
    appels = Passage.on_screen(lieu)
    context = {
        "lieu": lieu,
        "appeles": [a for a in appels if a.is_called],
        "recus": [a for a in appels if not a.is_called],
    }
    return render(request, "accueil/affichage.html", context)


def ecran(request: HttpRequest) -> HttpResponse:
    """The address of the screen of my lieu: made, renewed (the former one ends) or removed."""
    unite = desk_unite(request)
    if unite is None:
        return no_desk(request)
    if unite.pk not in signed_in(request).supervised_unite_ids:
        raise Http404
    lieu = unite.lieu
    if request.method == "POST":
        return _changed(request, lieu)
    return render(request, "accueil/ecran.html", {"lieu": lieu})


def _changed(request: HttpRequest, lieu: Lieu) -> HttpResponse:
    act = request.POST.get("acte")
    if act == "ouvrir":
        lieu.open_screen()
        messages.success(request, "L’adresse de l’écran est prête. L’ancienne, s’il y en avait une, ne répond plus.")
    elif act == "retirer":
        lieu.close_screen()
        messages.success(request, "Ce lieu n’a plus d’écran public.")
    else:
        raise Http404
    return redirect("accueil:ecran")
