"""One builder per thing of the thread. Each goes through the real acts, so that what it makes is possible."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import factory
from django.utils import timezone
from faker import Faker

from accueil.models import Demande, Demarche, Fait, Mandat, Motif, Orientation, Passage, Relais, Usager
from evaluation.models import Contribution, Evaluation, Exploration, Fragilite, FragiliteReperee
from evaluation.opening import open_from as open_evaluation
from parcours.models import Action, Ecrit, Objectif, Parcours
from parcours.opening import open_from as open_parcours
from pole_social.models import Agent, Commune, Domaine, Partenaire, Unite

SEED = 20231108
fake = Faker("fr_FR")


class UsagerFactory(factory.django.DjangoModelFactory[Usager]):
    """A fictional person of the territoire of Issy, without any relationship."""

    class Meta:
        model = Usager

    nom_usage = factory.LazyFunction(fake.last_name)
    prenoms = factory.LazyFunction(fake.first_name)
    naissance_annee = factory.LazyFunction(lambda: fake.random_int(1950, 2004))
    naissance_mois = factory.LazyFunction(lambda: fake.random_int(1, 12))
    naissance_jour = factory.LazyFunction(lambda: fake.random_int(1, 28))
    commune = factory.LazyFunction(lambda: Commune.objects.get(code="92040"))
    territoire = factory.LazyAttribute(lambda made: made.commune.territoire)
    created_by = factory.LazyFunction(lambda: Agent.objects.get(username="gos"))


def unite(code: str) -> Unite:
    """A unité of the demonstration's world, by its code (« issy-evaluation »)."""
    return Unite.objects.select_related("lieu__territoire").get(code=code)


def make_passage(
    *usagers: Usager,
    by: Agent,
    motif: str = "logement",
    at: datetime | None = None,
    canal: str = Passage.Canal.GUICHET,
    **fields: Any,
) -> Passage:
    """A passage at the first unité of `by`; without usagers it is anonymous."""
    at = at or timezone.now()
    made = Passage(
        unite=by.unites[0],
        motif=Motif.objects.get(code=motif),
        canal=canal,
        arrived_at=at,
        jour=timezone.localdate(at),
        **fields,
    )
    made.register(usagers, by=by)
    return made


def receive(passage: Passage, *, by: Agent) -> Passage:
    """Call the person and begin the interview."""
    passage.move(Passage.Statut.APPELE, by=by, agent=by)
    passage.move(Passage.Statut.EN_ENTRETIEN, by=by)
    return passage


def make_demande(
    passage: Passage,
    *,
    by: Agent,
    usager: Usager | None = None,
    besoin: str = "Impayé de loyer",
    domaine: str = "logement",
    due_on: date | None = None,
) -> Demande:
    """A demande of the person (or of nobody), open, its unité related to them."""
    made = Demande.objects.create(
        passage=passage,
        usager=usager or passage.usagers.first(),
        unite=passage.unite,
        domaine=Domaine.objects.get(code=domaine),
        besoin=besoin,
        echeance=due_on,
        created_by=by,
    )
    made.begin(by=by)
    made.attach()
    return made


def make_fait(
    usager: Usager,
    *,
    by: Agent,
    sujet: str = "logement",
    valeur: str = "locataire du parc social",
    passage: Passage | None = None,
) -> Fait:
    return Fait.objects.create(
        usager=usager, sujet=sujet, valeur=valeur, passage=passage, unite=by.unites[0], recorded_by=by
    )


def make_relais(
    usager: Usager,
    *,
    by: Agent,
    to: str = "issy-evaluation",
    demandes: Iterable[Demande] = (),
    dit: str = "A reçu un commandement de payer. Deux enfants, seule, salariée à temps partiel.",
    promised_in: int = 7,
    **fields: Any,
) -> Relais:
    """A relais sent by the first unité of `by`; `promised_in` is in days and may be negative."""
    promised_on = timezone.localdate() + timedelta(days=promised_in)
    made = Relais(
        usager=usager,
        de_unite=by.unites[0],
        vers_unite=unite(to),
        dit=dit,
        promised_on=promised_on,
        **fields,
    )
    made.send(by=by)
    for demande in demandes:
        demande.finish(Demande.Statut.RELAIS, by=by, relais=made)
    return made


def explore_all(
    evaluation: Evaluation,
    *,
    by: Agent,
    fragilites: Iterable[str] = ("impaye_loyer",),
    niveau: str = FragiliteReperee.Niveau.FRAGILITE,
) -> Evaluation:
    """Explore the 14 domaines: the fragilities named, no difficulty elsewhere."""
    found = list(Fragilite.objects.filter(code__in=fragilites).select_related("domaine"))
    with_fragilites = {fragilite.domaine_id for fragilite in found}
    for exploration in evaluation.explorations.select_related("domaine"):
        has = exploration.domaine_id in with_fragilites
        exploration.etat = Exploration.Etat.FRAGILITES if has else Exploration.Etat.SANS_DIFFICULTE
        exploration.is_seul_a_seul = exploration.domaine.code == "violences"
        exploration.explored_at, exploration.explored_by = timezone.now(), by
        exploration.save()
    for fragilite in found:
        FragiliteReperee.objects.create(
            exploration=evaluation.explorations.get(domaine=fragilite.domaine),
            fragilite=fragilite,
            niveau=niveau,
            recorded_by=by,
        )
    return evaluation


def make_mandat(usager: Usager, *, by: Agent, days: int = 90, signed: bool = True, **fields: Any) -> Mandat:
    """A mandat of `days` days, signed today unless said."""
    today = timezone.localdate()
    given: dict[str, Any] = {
        "portee": "Le compte CAF : déclarer ses ressources.",
        "ends_on": today + timedelta(days=days),
        "signed_on": today if signed else None,
    }
    return Mandat.objects.create(usager=usager, unite=by.unites[0], created_by=by, **given | fields)


def make_demarche(
    usager: Usager, *, by: Agent, mode: str = Demarche.Mode.AVEC, due_in: int | None = None, **fields: Any
) -> Demarche:
    """A session on caf.fr; `due_in` is in days."""
    echeance = timezone.localdate() + timedelta(days=due_in) if due_in is not None else None
    made = Demarche(usager=usager, unite=by.unites[0], site="caf.fr", mode=mode, echeance=echeance, **fields)
    made.note(by=by)
    return made


def make_orientation(
    passage: Passage,
    *,
    by: Agent,
    usager: Usager | None = None,
    due_in: int = 10,
    code: str = "ccas-issy",
    **fields: Any,
) -> Orientation:
    """Sent to the partner of this code; the answer is expected in `due_in` days."""
    made = Orientation(
        passage=passage,
        usager=usager,
        unite=passage.unite,
        partenaire=Partenaire.objects.get(code=code),
        objet="Demander une aide pour la cantine",
        expected_on=timezone.localdate() + timedelta(days=due_in),
        **fields,
    )
    made.send(by=by)
    return made


def make_evaluation(usager: Usager, *, sent_by: Agent, by: Agent, explored: bool = False, **relais: Any) -> Evaluation:
    """An evaluation opened by `by` from a relais of `sent_by`; `explored` fills its 14 domaines."""
    made = open_evaluation(make_relais(usager, by=sent_by, **relais), by=by)
    return explore_all(made, by=by) if explored else made


def make_contribution(
    evaluation: Evaluation,
    *,
    by: Agent,
    of: Agent,
    objet: str = "Votre regard sur le sommeil et l’alimentation de l’enfant.",
    due_in: int = 7,
) -> Contribution:
    """A contribution that `by` asks of `of`; `due_in` is in days and may be negative."""
    echeance = timezone.localdate() + timedelta(days=due_in)
    made = Contribution(evaluation=evaluation, agent=of, objet=objet, echeance=echeance)
    made.ask(by=by)
    return made


def make_parcours(
    usager: Usager, *, sent_by: Agent, by: Agent, to: str = "issy-accompagnement", age_days: int = 0
) -> Parcours:
    """A parcours whose référent is `by`, opened from a relais of `sent_by`, `age_days` ago."""
    made = open_parcours(make_relais(usager, by=sent_by, to=to), by=by)
    if age_days:
        made.opened_on = timezone.localdate() - timedelta(days=age_days)
        made.save(update_fields=["opened_on"])
    return made


def make_objectif(parcours: Parcours, *, by: Agent, libelle: str = "Garder le logement") -> Objectif:
    return Objectif.objects.create(parcours=parcours, libelle=libelle, created_by=by)


def make_action(
    parcours: Parcours,
    *,
    by: Agent,
    objectif: Objectif | None = None,
    libelle: str = "Appeler le bailleur",
    due_in: int = 14,
    statut: str = Action.Statut.PREVUE,
    porteur: str = Action.Porteur.PROFESSIONNEL,
    partenaire: str = "",
) -> Action:
    """An action of `by`, or of another `porteur`; `due_in` is in days and may be negative."""
    made = Action.objects.create(
        parcours=parcours,
        objectif=objectif,
        libelle=libelle,
        porteur=porteur,
        agent=by if porteur == Action.Porteur.PROFESSIONNEL else None,
        partenaire=Partenaire.objects.get(code=partenaire) if partenaire else None,
        echeance=timezone.localdate() + timedelta(days=due_in),
        statut=statut,
        created_by=by,
    )
    return made.begin(by=by)


def make_ecrit(
    parcours: Parcours,
    *,
    by: Agent,
    cercle: str = Ecrit.Cercle.EQUIPE,
    texte: str = "Rencontre au pôle social. La situation avance.",
    signed: bool = True,
    done_on: date | None = None,
    modalite: str = Ecrit.Modalite.RENDEZ_VOUS,
    nommes: Iterable[Agent] = (),
) -> Ecrit:
    made = Ecrit.objects.create(
        parcours=parcours,
        auteur=by,
        cercle=cercle,
        modalite=modalite,
        done_on=done_on or timezone.localdate(),
        texte=texte,
    )
    if nommes:
        made.nommes.set(nommes)
    if signed:
        made.sign()
    return made
