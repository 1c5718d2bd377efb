"""One row of every table that names a person: what a merge has to move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone

from accueil.models import (
    Coordonnee,
    Correction,
    Demarche,
    Deport,
    Droit,
    DroitSuivi,
    Foyer,
    Mandat,
    MembreFoyer,
    NumeroExterne,
    Orientation,
    Passage,
    Rattachement,
    RendezVous,
    Representant,
    Usager,
)
from evaluation.models import Fragilite, NiveauReleve
from parcours.demonstration.builders import (
    make_demande,
    make_evaluation,
    make_fait,
    make_parcours,
    make_passage,
    make_relais,
)
from pole_social.models import Partenaire

Cast = SimpleNamespace


def some_droit() -> Droit:
    return Droit.objects.all()[0]


def a_passage(usager: Usager, cast: Cast) -> Passage:
    return usager.passages.first() or make_passage(usager, by=cast.gos)


def a_right(usager: Usager, cast: Cast, droit: Droit | None = None) -> DroitSuivi:
    unite = cast.gos.unites[0]
    return DroitSuivi.objects.create(usager=usager, droit=droit or some_droit(), unite=unite, created_by=cast.gos)


def a_mandat(usager: Usager, cast: Cast) -> Mandat:
    until = timezone.localdate() + timedelta(days=30)
    return Mandat.objects.create(
        usager=usager, unite=cast.gos.unites[0], portee="Dépôt sur caf.fr", ends_on=until, created_by=cast.gos
    )


def a_demarche(usager: Usager, cast: Cast) -> Demarche:
    unite = cast.gos.unites[0]
    return Demarche.objects.create(usager=usager, unite=unite, site="caf.fr", mode="avec", done_by=cast.gos)


def an_orientation(usager: Usager, cast: Cast) -> Orientation:
    return Orientation.objects.create(
        usager=usager,
        passage=a_passage(usager, cast),
        unite=cast.gos.unites[0],
        partenaire=Partenaire.objects.all()[0],
        objet="Un colis alimentaire",
        expected_on=timezone.localdate() + timedelta(days=7),
        created_by=cast.gos,
    )


def a_rendez_vous(usager: Usager, cast: Cast) -> RendezVous:
    taken = RendezVous.objects.filter(agent=cast.gos).count()
    start = timezone.now() + timedelta(days=1, hours=taken)
    return RendezVous.objects.create(
        usager=usager,
        agent=cast.gos,
        unite=cast.gos.unites[0],
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        created_by=cast.gos,
    )


def a_correction(usager: Usager, cast: Cast) -> Correction:
    return Correction.objects.create(usager=usager, champ="prenoms", avant="Amina", apres="Aminata", by=cast.gos)


def a_household(usager: Usager, cast: Cast) -> MembreFoyer:
    return MembreFoyer.objects.create(foyer=Foyer.objects.create(), usager=usager, lien="personne")


def a_relationship(usager: Usager, cast: Cast) -> Rattachement:
    return Rattachement.objects.grant("delegation", usager.pk, usager, agent=cast.cesf)


def a_level(usager: Usager, cast: Cast) -> NiveauReleve:
    return NiveauReleve.objects.create(
        usager=usager,
        fragilite=Fragilite.objects.get(code="impaye_loyer"),
        niveau="fragilite",
        recorded_by=cast.assistant_social,
        source_type="evaluation.evaluation",
        source_id=uuid4(),
    )


ROWS: dict[str, Callable[[Usager, Cast], models.Model]] = {
    "accueil.Coordonnee": lambda usager, cast: Coordonnee.objects.create(
        usager=usager, nature="telephone", valeur="06 39 98 00 01"
    ),
    "accueil.Correction": a_correction,
    "accueil.Demande": lambda usager, cast: make_demande(a_passage(usager, cast), by=cast.gos, usager=usager),
    "accueil.Demarche": a_demarche,
    "accueil.Deport": lambda usager, cast: Deport.objects.create(agent=cast.ccf, usager=usager, lien="proche"),
    "accueil.DroitSuivi": a_right,
    "accueil.Fait": lambda usager, cast: make_fait(usager, by=cast.gos),
    "accueil.Mandat": a_mandat,
    "accueil.MembreFoyer": a_household,
    "accueil.NumeroExterne": lambda usager, cast: NumeroExterne.objects.create(
        usager=usager, organisme="caf", numero="1234567"
    ),
    "accueil.Orientation": an_orientation,
    "accueil.PassageUsager": lambda usager, cast: a_passage(usager, cast).concernes.get(),
    "accueil.Rattachement": a_relationship,
    "accueil.Relais": lambda usager, cast: make_relais(usager, by=cast.gos),
    "accueil.RendezVous": a_rendez_vous,
    "accueil.Representant": lambda usager, cast: Representant.objects.create(
        usager=usager, qualite="tuteur", nom="UDAF"
    ),
    "evaluation.Evaluation": lambda usager, cast: make_evaluation(usager, sent_by=cast.gos, by=cast.assistant_social),
    "evaluation.NiveauReleve": a_level,
    "parcours.Parcours": lambda usager, cast: make_parcours(usager, sent_by=cast.gos, by=cast.assistant_social_2),
}


def one_of_each(usager: Usager, cast: Cast) -> dict[str, Any]:
    """A row of every table for this person."""
    return {label: make(usager, cast) for label, make in ROWS.items()}
