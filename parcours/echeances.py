"""What somebody waits for about a person: every next date that a reader may read, the soonest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from accueil.models import Relais
from parcours.dossier import Lus
from parcours.models import Action, Parcours

Statut = Parcours.Statut


@dataclass(frozen=True)
class Echeance:
    """A date that somebody waits for; `url` is where it is dealt with, if this reader has such a page."""

    jour: date
    quoi: str
    precision: str
    url: str = ""
    # The hour of an appointment.
    instant: datetime | None = None
    # Set by others: a hearing, a notice.
    is_imposee: bool = False


def echeances(lus: Lus, actions: Iterable[Action]) -> list[Echeance]:
    """Those imposed by others first among those of one day."""
    found = [*_du_guichet(lus), *_des_unites(lus), *_des_parcours(lus.parcours, actions)]
    return sorted(found, key=lambda one: (one.jour, not one.is_imposee, one.instant is None, one.quoi))


def _du_guichet(lus: Lus) -> Iterator[Echeance]:
    for rendez_vous in lus.rendez_vous:
        if rendez_vous.starts_at > timezone.now():
            jour = timezone.localdate(rendez_vous.starts_at)
            quoi = f"Rendez-vous avec {rendez_vous.agent.nom_complet}"
            precision = f"{rendez_vous.unite.lieu.nom}, {rendez_vous.get_modalite_display()}"
            url = reverse("accueil:rendez_vous", args=[rendez_vous.pk])
            yield Echeance(jour, quoi, precision, url, instant=rendez_vous.starts_at)
    for demande in lus.demandes:
        if demande.is_open and demande.echeance:
            url = reverse("accueil:demande", args=[demande.pk])
            precision = f"demande, {demande.unite.nom}"
            yield Echeance(demande.echeance, demande.besoin, precision, url, is_imposee=demande.is_echeance_imposee)
    for demarche in lus.demarches:
        if demarche.echeance and not demarche.echeance_done_at:
            yield Echeance(demarche.echeance, str(demarche.droit or demarche.site), "démarche en ligne")
    for suivi in lus.droits:
        if suivi.is_open and suivi.echeance:
            url = reverse("accueil:droit_suivi", args=[suivi.pk])
            yield Echeance(suivi.echeance, suivi.droit.libelle, f"droit {suivi.get_statut_display()}", url)
    for orientation in lus.orientations:
        if orientation.is_open:
            yield Echeance(orientation.expected_on, f"Réponse de {orientation.partenaire.nom}", "orientation")


def _des_unites(lus: Lus) -> Iterator[Echeance]:
    for relais in lus.relais:
        if relais.statut == Relais.Statut.ENVOYE:
            yield Echeance(relais.promised_on, f"Réponse de {relais.vers_unite.nom}", "relais")
    for evaluation in lus.evaluations:
        if evaluation.statut in evaluation.OPEN:
            url = reverse("evaluation:evaluation", args=[evaluation.pk])
            yield Echeance(evaluation.echeance, "Évaluation", evaluation.get_statut_display(), url)


def _des_parcours(followed: Iterable[Parcours], actions: Iterable[Action]) -> Iterator[Echeance]:
    for parcours in followed:
        url = reverse("parcours:parcours", args=[parcours.pk])
        if parcours.statut == Statut.SUSPENDU and parcours.wakes_on:
            yield Echeance(parcours.wakes_on, "Reprise du parcours", parcours.unite.nom, url)
        elif parcours.statut == Statut.ACTIF:
            yield Echeance(parcours.echeance, "Bilan du parcours", parcours.unite.nom, url)
    for action in actions:
        url = reverse("parcours:parcours", args=[action.parcours_id])
        yield Echeance(action.echeance, action.libelle, f"action, {action.qui}", url)
