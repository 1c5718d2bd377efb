"""Addresses."""

from parcours.views import action, ecrit, equipe, liste, objectif, parcours, pilotage, relais
from pole_social.access import ACT, CARE, FORM, MANAGERS, TEAM, page
from pole_social.models import Acces

app_name = "parcours"
urlpatterns = [
    page("pilotage/", pilotage.pilotage, roles=MANAGERS, name="pilotage", action=Acces.Action.LISTE),
    page("parcours/", liste.liste, roles=TEAM, name="liste", action=Acces.Action.LISTE),
    page("parcours/relais/<uuid:pk>/", relais.relais, roles=TEAM, name="relais"),
    page(
        "parcours/relais/<uuid:pk>/acceptation/",
        relais.acceptation,
        roles=CARE,
        methods=ACT,
        name="relais_acceptation",
    ),
    page("parcours/relais/<uuid:pk>/retour/", relais.retour, roles=CARE, methods=ACT, name="relais_retour"),
    page("parcours/<uuid:pk>/", parcours.parcours, roles=TEAM, name="parcours"),
    page(
        "parcours/<uuid:pk>/objectifs/",
        objectif.objectif_nouveau,
        roles=CARE,
        methods=FORM,
        name="objectif_nouveau",
    ),
    page(
        "parcours/<uuid:pk>/objectifs/<uuid:objectif>/",
        objectif.objectif,
        roles=CARE,
        methods=FORM,
        name="objectif",
    ),
    page("parcours/<uuid:pk>/actions/", action.action_nouvelle, roles=CARE, methods=FORM, name="action_nouvelle"),
    page(
        "parcours/<uuid:pk>/actions/<uuid:action>/etape/",
        action.etape,
        roles=CARE,
        methods=ACT,
        name="action_etape",
    ),
    page("parcours/<uuid:pk>/equipe/", equipe.equipe, roles=CARE, methods=FORM, name="equipe"),
    page("parcours/<uuid:pk>/ecrits/nouveau/", ecrit.ecrit_nouveau, roles=CARE, methods=FORM, name="ecrit_nouveau"),
    page("parcours/<uuid:pk>/ecrits/<uuid:ecrit>/", ecrit.ecrit, roles=TEAM, methods=FORM, name="ecrit"),
    page(
        "parcours/<uuid:pk>/ecrits/<uuid:ecrit>/signature/",
        ecrit.signature,
        roles=CARE,
        methods=ACT,
        name="ecrit_signature",
    ),
]
