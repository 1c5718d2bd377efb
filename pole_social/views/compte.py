"""Where an agent lands, their account, the unité they work in now."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pole_social.access import signed_in
from pole_social.brouillons import TOO_LONG, as_uuid
from pole_social.forms.connexion import ConnexionForm
from pole_social.frame import SESSION_UNITE, current_unite, landing
from pole_social.http import DRAFT
from pole_social.models import Agent, Brouillon
from pole_social.saisies import stage


class Connexion(auth_views.LoginView):
    """The only sign-in; one who was writing comes back to what they wrote."""

    template_name = "pole_social/connexion.html"
    authentication_form = ConnexionForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = self.request.GET.get(DRAFT, "")
        return super().get_context_data(garde=as_uuid(said), trop_long=said == TOO_LONG, **kwargs)

    def get_default_redirect_url(self) -> str:
        """Another agent who signs in here finds nothing of it, and lands on their own page."""
        kept = as_uuid(self.request.GET.get(DRAFT, ""))
        agent = self.request.user
        if kept and isinstance(agent, Agent) and Brouillon.objects.of(agent).filter(pk=kept).exists():
            return reverse("brouillon", args=[kept])
        return super().get_default_redirect_url()


connexion = login_not_required(Connexion.as_view())
deconnexion = auth_views.LogoutView.as_view()


def root(request: HttpRequest) -> HttpResponse:
    """Send each agent to the page they open every morning."""
    return redirect(landing(signed_in(request), current_unite(request)))


def mon_compte(request: HttpRequest) -> HttpResponse:
    """Who I am here, and where."""
    agent = signed_in(request)
    waiting = landing(agent, current_unite(request)) == "mon_compte"
    context = {
        "agent": agent,
        "affectations": agent.current_affectations,
        "page_a_venir": waiting,
        "brouillons": [(kept, stage(kept)) for kept in Brouillon.objects.of(agent)],
    }
    return render(request, "pole_social/mon_compte.html", context)


def unite_courante(request: HttpRequest) -> HttpResponse:
    """Work in another of my unités from now on."""
    chosen = request.POST.get("unite", "")
    if chosen not in {str(pk) for pk in signed_in(request).unite_ids}:
        raise Http404
    request.session[SESSION_UNITE] = int(chosen)
    return redirect("racine")


# What a segment of the wheel may say: its word, its fill, its sign.
SEGMENTS = {
    "aucune": ("aucune difficulté", "s-aucune", "✓"),
    "fragilite": ("fragilité", "s-fragilite", "◑"),
    "majeure": ("fragilité majeure", "s-majeure", "●"),
    "danger": ("danger", "s-danger", "▲"),
    "approfondir": ("à approfondir", "s-approfondir", "?"),
    "ecarte": ("non souhaité", "s-ecarte", "×"),
    "vide": ("pas encore abordé", "s-vide", "…"),
}
ROUE = (
    *("aucune", "fragilite", "majeure", "fragilite", "aucune", "vide", "approfondir"),
    *("aucune", "vide", "vide", "danger", "ecarte", "vide", "vide"),
)


@require_http_methods(["GET", "HEAD"])
def composants(request: HttpRequest) -> HttpResponse:
    """Every component of the design on one page (local and test modes)."""
    said = [SEGMENTS[name] for name in ROUE]
    roue = [
        {"libelle": f"Domaine {number}", "etat": etat, "classe": classe, "signe": signe}
        for number, (etat, classe, signe) in enumerate(said, 1)
    ]
    legende = [(signe, etat) for etat, _, signe in SEGMENTS.values()]
    return render(request, "pole_social/composants.html", {"roue": roue, "legende": legende})
