"""What the tests of sharing begin with: an evaluation with a secret in it, a team of six professions, a PMI beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from accueil.models import Usager
from evaluation.models import Evaluation, Exploration, Fragilite, FragiliteReperee, PointAppui, Proposition
from parcours.demonstration.builders import make_ecrit, make_parcours
from parcours.models import Parcours
from parcours.opening import open_from
from tests.parcours.aides import masked
from tests.parcours.conftest import send_to_accompagnement

Browse = Callable[[str], Client]
EVALUATOR, REFERENT, TOLD = "assistant-social", "assistant-social-2", "puericultrice"
# Every page where a trace could be left.
PAGES = ("/parcours/", "/evaluation/contributions/", "/parcours/concertations/", "/parcours/transmissions/")
SHARED = "Vous avez un loyer ou des charges en retard."
# Of what the evaluation holds, what a shared synthesis never says.
NEVER = (
    "Ce que la personne a dit du logement",
    "Violences au sein du couple",
    "violences dans votre couple",
    "Il me frappe",
    "Nous nous inquiétons pour la sécurité",
    "aide sociale à l’enfance",
    "Appeler la CRIP",
    "jamais de message",
    "tante Awa",
)


def in_days(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%d/%m/%Y}"


def evaluated(cast: SimpleNamespace, usager: Usager) -> Parcours:
    """Aminata's social parcours, from an evaluation that says much; its team counts five other professions."""
    Usager.objects.filter(pk=usager.pk).update(
        contact_sur="sms", contact_sur_sans_message=True, contact_sur_alias="tante Awa"
    )
    relais = send_to_accompagnement(cast, usager)
    _say(Evaluation.objects.get(relais_envoyes=relais), cast)
    parcours: Parcours = open_from(relais, by=cast.assistant_social_2)
    for name in ("cesf", "puericultrice", "medecin", "psychologue", "ccf"):
        parcours.add_intervenant(getattr(cast, name))
    make_ecrit(parcours, by=cast.assistant_social_2)
    return parcours


def _say(evaluation: Evaluation, cast: SimpleNamespace) -> None:
    by = cast.assistant_social
    for code, niveau, paroles in (
        ("violences_conjugales", "danger", "Il me frappe"),
        ("enfant_en_risque", "fragilite", ""),
        ("sortie_ase", "fragilite", ""),
    ):
        fragilite = Fragilite.objects.get(code=code)
        exploration = evaluation.explorations.get(domaine=fragilite.domaine)
        Exploration.objects.filter(pk=exploration.pk).update(etat=Exploration.Etat.FRAGILITES)
        FragiliteReperee.objects.create(
            exploration=exploration, fragilite=fragilite, niveau=niveau, paroles=paroles, recorded_by=by
        )
    budget = evaluation.explorations.filter(domaine__code="logement")
    budget.update(dit="Ce que la personne a dit du logement")
    PointAppui.objects.create(evaluation=evaluation, libelle="Une sœur très présente", recorded_by=by)
    for libelle in ("Négocier un échéancier", "Appeler la CRIP"):
        Proposition.objects.create(evaluation=evaluation, libelle=libelle, recorded_by=by)


def pmi(cast: SimpleNamespace, usager: Usager) -> Parcours:
    """The same person's PMI parcours, which the social one does not reveal."""
    made: Parcours = make_parcours(usager, sent_by=cast.assistant_social, by=cast.sage_femme, to="issy-sante")
    made.add_intervenant(cast.auxiliaire)
    return made


def asked(agent: Any, **typed: Any) -> dict[str, Any]:
    return {
        "destinataire": agent.pk,
        "motif": "Préparer la visite du 12",
        "base": "casf_l121_6_2",
        "information": "accord",
        "accord": "on",
        "jusqu_au": in_days(30),
        "cle": str(uuid4()),
    } | typed


def seen(client: Client, *addresses: str) -> list[str]:
    """These pages and those where a trace could be left, byte for byte, without what changes at every load."""
    return [masked(client.get(address).content.decode()) for address in (*addresses, *PAGES)]
