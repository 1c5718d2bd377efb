"""Addresses of the accueil stage, each with the roles it admits."""

from accueil.views import bureau, demande, enregistrement, passage, recherche, relais, usager
from pole_social.access import ACT, DESK, FORM, SEARCHERS, page
from pole_social.models import Acces

LISTE, RECHERCHE = Acces.Action.LISTE, Acces.Action.RECHERCHE

app_name = "accueil"
urlpatterns = [
    page("", bureau.bureau, roles=DESK, action=LISTE, name="bureau"),
    page("recherche/", recherche.recherche, roles=SEARCHERS, methods=FORM, action=RECHERCHE, name="recherche"),
    page("usagers/nouveau/", usager.nouveau, roles=DESK, methods=FORM, name="usager_nouveau"),
    page("usagers/<uuid:pk>/", usager.usager, roles=SEARCHERS, name="usager"),
    page(
        "usagers/<uuid:pk>/identite/",
        usager.identite,
        roles=usager.IDENTITE,
        methods=FORM,
        name="usager_identite",
    ),
    page("passages/nouveau/", enregistrement.nouveau, roles=DESK, methods=FORM, name="passage_nouveau"),
    page("passages/<uuid:pk>/", passage.passage, roles=SEARCHERS, name="passage"),
    page("passages/<uuid:pk>/etape/", passage.etape, roles=DESK, methods=ACT, name="passage_etape"),
    page("passages/<uuid:pk>/cloture/", passage.cloture, roles=DESK, methods=ACT, name="passage_cloture"),
    page("passages/<uuid:pk>/demandes/", demande.nouvelle, roles=DESK, methods=ACT, name="demande_nouvelle"),
    page("passages/<uuid:pk>/faits/", demande.fait, roles=DESK, methods=ACT, name="fait_nouveau"),
    page("passages/<uuid:pk>/relais/", relais.nouveau, roles=DESK, methods=FORM, name="relais_nouveau"),
    page("demandes/<uuid:pk>/reponse/", demande.reponse, roles=DESK, methods=FORM, name="demande_reponse"),
    page("demandes/<uuid:pk>/reprise/", demande.reprise, roles=DESK, methods=ACT, name="demande_reprise"),
    page("demandes/<uuid:pk>/cloture/", demande.cloture, roles=DESK, methods=FORM, name="demande_cloture"),
    page("relais/<uuid:pk>/", relais.relais, roles=DESK, name="relais"),
    page("relais/<uuid:pk>/annulation/", relais.annulation, roles=DESK, methods=FORM, name="relais_annulation"),
]
