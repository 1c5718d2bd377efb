"""The hub's addresses. Each stage declares its own, with the roles admitted (`pole_social.access.page`)."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from pole_social.access import ACT, EVERYONE, page
from pole_social.views import brouillon, compte, health

urlpatterns = [
    page("", compte.root, roles=EVERYONE, name="racine"),
    path("connexion/", compte.connexion, name="connexion"),
    path("deconnexion/", compte.deconnexion, name="deconnexion"),
    page("mon-compte/", compte.mon_compte, roles=EVERYONE, name="mon_compte"),
    page("mon-compte/unite/", compte.unite_courante, roles=EVERYONE, methods=ACT, name="unite_courante"),
    page("brouillons/", brouillon.enregistrement, roles=EVERYONE, methods=ACT, name="brouillon_enregistrement"),
    page("mon-compte/brouillons/<uuid:pk>/", brouillon.brouillon, roles=EVERYONE, name="brouillon"),
    page(
        "mon-compte/brouillons/<uuid:pk>/abandon/",
        brouillon.abandon,
        roles=EVERYONE,
        methods=ACT,
        name="brouillon_abandon",
    ),
    path("accueil/", include("accueil.urls")),
    path("evaluation/", include("evaluation.urls")),
    path("", include("parcours.urls")),
    path("administration/", admin.site.urls),
    path("sante/vivant", health.alive, name="vivant"),
    path("sante/pret", health.ready, name="pret"),
]

if settings.MODE != "production":
    urlpatterns.append(path("composants/", compte.composants, name="composants"))

handler400 = "pole_social.views.errors.bad_request"
handler403 = "pole_social.views.errors.permission_denied"
handler404 = "pole_social.views.errors.not_found"
handler500 = "pole_social.views.errors.server_error"
