"""The paper frame of the domaines, blank, for those who write by hand first."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evaluation.models import Exploration, Fragilite
from pole_social.models import Domaine

Etat = Exploration.Etat
# Short, to stand on one line; « pas encore abordé » is the box that nobody ticked.
CASES = {
    Etat.SANS_DIFFICULTE: "aucune difficulté",
    Etat.FRAGILITES: "fragilité(s)",
    Etat.A_APPROFONDIR: "à approfondir",
    Etat.NON_SOUHAITE: "non souhaité",
    Etat.NON_ABORDE: "pas cette fois",
}


def trame(request: HttpRequest) -> HttpResponse:
    """One sheet about nobody: each domaine, how to open it, and room to write."""
    fragilites = Prefetch("fragilites", Fragilite.objects.order_by("pk"))
    context = {"domaines": Domaine.objects.prefetch_related(fragilites), "cases": list(CASES.values())}
    return render(request, "evaluation/trame.html", context)
