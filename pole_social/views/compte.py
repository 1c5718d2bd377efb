"""Where an agent lands, their account, the unité they work in now."""

from __future__ import annotations

from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pole_social.access import signed_in
from pole_social.forms.connexion import ConnexionForm
from pole_social.frame import SESSION_UNITE, current_unite, landing

connexion = login_not_required(
    auth_views.LoginView.as_view(
        template_name="pole_social/connexion.html",
        authentication_form=ConnexionForm,
        redirect_authenticated_user=True,
    )
)
deconnexion = auth_views.LogoutView.as_view()


def root(request: HttpRequest) -> HttpResponse:
    """Send each agent to the page they open every morning."""
    return redirect(landing(signed_in(request), current_unite(request)))


def mon_compte(request: HttpRequest) -> HttpResponse:
    """Who I am here, and where."""
    agent = signed_in(request)
    waiting = landing(agent, current_unite(request)) == "mon_compte"
    context = {"agent": agent, "affectations": agent.current_affectations, "page_a_venir": waiting}
    return render(request, "pole_social/mon_compte.html", context)


def unite_courante(request: HttpRequest) -> HttpResponse:
    """Work in another of my unités from now on."""
    chosen = request.POST.get("unite", "")
    if chosen not in {str(pk) for pk in signed_in(request).unite_ids}:
        raise Http404
    request.session[SESSION_UNITE] = int(chosen)
    return redirect("racine")


@require_http_methods(["GET", "HEAD"])
def composants(request: HttpRequest) -> HttpResponse:
    """Every component of the design on one page (local and test modes)."""
    return render(request, "pole_social/composants.html")
