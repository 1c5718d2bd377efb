"""Addresses."""

from evaluation.views import (
    apports,
    contribution,
    domaine,
    envoi,
    etapes,
    evaluation,
    liste,
    partage,
    relais,
    synthese,
    trame,
)
from pole_social.access import ACT, CARE, EVALUATORS, FORM, MANAGERS, Role, page
from pole_social.models import Acces

SOCIAL = frozenset({Role.SOCIAL})

app_name = "evaluation"
urlpatterns = [
    page("", liste.liste, roles=EVALUATORS, name="liste", action=Acces.Action.LISTE),
    page("trame/", trame.trame, roles=EVALUATORS, name="trame"),
    page("relais/<uuid:pk>/", relais.relais, roles=EVALUATORS, name="relais"),
    page(
        "relais/<uuid:pk>/acceptation/",
        relais.acceptation,
        roles=SOCIAL,
        methods=ACT,
        name="relais_acceptation",
    ),
    page("relais/<uuid:pk>/retour/", relais.retour, roles=EVALUATORS, methods=ACT, name="relais_retour"),
    page("<uuid:pk>/", evaluation.evaluation, roles=EVALUATORS, name="evaluation"),
    page("<uuid:pk>/domaines/<slug:code>/", domaine.domaine, roles=SOCIAL, methods=FORM, name="domaine"),
    page("<uuid:pk>/appuis/", apports.appui, roles=SOCIAL, methods=ACT, name="appui"),
    page("<uuid:pk>/propositions/", apports.proposition, roles=SOCIAL, methods=ACT, name="proposition"),
    page("<uuid:pk>/propositions/choix/", apports.choix, roles=SOCIAL, methods=ACT, name="proposition_choix"),
    page("<uuid:pk>/validation/", etapes.validation, roles=SOCIAL, methods=ACT, name="validation"),
    page("<uuid:pk>/decision/", etapes.decision, roles=MANAGERS, methods=ACT, name="decision"),
    page("<uuid:pk>/relais/", envoi.relais_nouveau, roles=SOCIAL, methods=FORM, name="relais_nouveau"),
    page(
        "<uuid:pk>/relais/<uuid:relais>/annulation/",
        envoi.annulation,
        roles=SOCIAL,
        methods=ACT,
        name="relais_annulation",
    ),
    page(
        "<uuid:pk>/synthese/",
        synthese.synthese,
        roles=EVALUATORS,
        methods=FORM,
        name="synthese",
        action=Acces.Action.IMPRESSION,
    ),
    page("<uuid:pk>/synthese/relecture/", synthese.relecture, roles=SOCIAL, methods=ACT, name="relecture"),
    page(
        "<uuid:pk>/contributions/nouvelle/",
        contribution.nouvelle,
        roles=SOCIAL,
        methods=FORM,
        name="contribution_nouvelle",
    ),
    page("contributions/", contribution.liste, roles=CARE, name="contributions", action=Acces.Action.LISTE),
    page("contributions/<uuid:pk>/", contribution.contribution, roles=CARE, methods=FORM, name="contribution"),
    page(
        "contributions/<uuid:pk>/signature/",
        contribution.signature,
        roles=CARE,
        methods=ACT,
        name="contribution_signature",
    ),
    page("contributions/<uuid:pk>/refus/", contribution.refus, roles=CARE, methods=ACT, name="contribution_refus"),
    page(
        "contributions/<uuid:pk>/retrait/",
        contribution.retrait,
        roles=SOCIAL,
        methods=ACT,
        name="contribution_retrait",
    ),
    page("<uuid:pk>/partages/", partage.partages, roles=SOCIAL, methods=FORM, name="partages"),
    page(
        "<uuid:pk>/partages/<uuid:partage>/retrait/",
        partage.retrait,
        roles=SOCIAL,
        methods=ACT,
        name="partage_retrait",
    ),
    page("partages/<uuid:pk>/", partage.partage, roles=CARE, name="partage"),
    page("<uuid:pk>/fin/", etapes.fin, roles=SOCIAL, methods=ACT, name="fin"),
    page(
        "<uuid:pk>/sans-accompagnement/",
        etapes.sans_accompagnement,
        roles=SOCIAL,
        methods=ACT,
        name="sans_accompagnement",
    ),
]
