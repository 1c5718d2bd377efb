"""Living the parcours of the demonstration, from the desk to their last écrit."""

from __future__ import annotations

from datetime import timedelta

from accueil.models import Relais, Usager
from evaluation.models import Evaluation
from parcours.demonstration import suivis_foule
from parcours.demonstration.accompagnements import CHATENAY, SUIVIS, Suivi
from parcours.demonstration.builders import make_action, make_ecrit, make_objectif, make_passage, receive
from parcours.demonstration.clock import Today, at
from parcours.demonstration.dossiers import Dossier, demande_de_relais, hear
from parcours.demonstration.guichet import Agents, People, tell
from parcours.demonstration.monde import SINCE
from parcours.fin import close
from parcours.models import Parcours
from parcours.opening import open_from as open_parcours

# From the visit at the desk to the day when a parcours opens.
THREAD = 17


def make_suivis(people: People, agents: Agents, today: Today) -> None:
    for suivi in sorted((*SUIVIS, CHATENAY, *suivis_foule.suivis()), key=lambda suivi: -suivi.jours):
        _live(suivi, people[suivi.qui], agents, today)


def _live(suivi: Suivi, usager: Usager, agents: Agents, today: Today) -> None:
    jours = min(suivi.jours, (today.date - SINCE).days - 2 * THREAD)
    referent = agents[suivi.par]
    relais = _relais(suivi, usager, agents, today, jours)
    with at(today.earlier(jours, 17, 40)):
        parcours = open_parcours(relais, by=referent)
        for username in suivi.equipe:
            parcours.add_intervenant(agents[username])
        parcours.echeance = today.date + timedelta(days=suivi.bilan)
        parcours.save(update_fields=["echeance"])
    with at(today.earlier(max(jours - 7, 1), 17, 50)):
        for but in suivi.buts:
            objectif = make_objectif(parcours, by=referent, libelle=but.libelle)
            for pas in but.pas:
                due_in = (today.date - today.earlier(max(jours - 7, 1)).date()).days + pas.dans
                make_action(
                    parcours,
                    by=referent,
                    objectif=objectif,
                    libelle=pas.libelle,
                    due_in=due_in,
                    statut=pas.statut,
                    porteur=pas.porteur,
                    partenaire=pas.partenaire,
                )
    _write(suivi, parcours, agents, today)
    _end(suivi, parcours, agents, today)


def _relais(suivi: Suivi, usager: Usager, agents: Agents, today: Today, jours: int) -> Relais:
    """What the parcours opens from: a validated evaluation, or the desk when the relais is direct."""
    libelle, domaine, dit = suivi.besoin
    if not suivi.direct:
        dossier = Dossier(
            suivi.qui,
            jours + THREAD,
            _motif(domaine),
            demande_de_relais(libelle, domaine, dit),
            suivi.notes,
            statut=Evaluation.Statut.VALIDEE,
            vers="issy-accompagnement",
            propositions=tuple(but.libelle for but in suivi.buts),
        )
        return hear(dossier, usager, agents, today).relais_envoyes.get()
    gos = agents["gos-chatenay" if suivi.direct.startswith("chatenay") else "gos"]
    with at(today.earlier(jours + 4, 11)):
        passage = receive(make_passage(usager, by=gos, motif=_motif(domaine)), by=gos)
        besoin = demande_de_relais(libelle, domaine, dit)
        made = tell(passage, besoin, usager, by=gos, vers=suivi.direct).relais
        passage.close(by=gos)
    assert made is not None
    return made


def _motif(domaine: str) -> str:
    same = {"logement", "budget", "insertion", "famille", "autonomie"}
    return domaine if domaine in same else {"perinatalite": "pmi"}.get(domaine, "acces_droits")


def _write(suivi: Suivi, parcours: Parcours, agents: Agents, today: Today) -> None:
    for trace in suivi.traces:
        with at(today.earlier(trace.jours, 18)):
            make_ecrit(
                parcours,
                by=agents[trace.par],
                cercle=trace.cercle,
                texte=trace.texte,
                signed=trace.signe,
                modalite=trace.modalite,
                nommes=[agents[username] for username in trace.nommes],
            )


def _end(suivi: Suivi, parcours: Parcours, agents: Agents, today: Today) -> None:
    """Suspend or close, a month ago."""
    if suivi.statut == Parcours.Statut.ACTIF:
        return
    with at(today.earlier(30, 18, 10)):
        if suivi.statut == Parcours.Statut.SUSPENDU:
            wakes_on = today.date + timedelta(days=suivi.reprise)
            parcours.move(Parcours.Statut.SUSPENDU, by=agents[suivi.par], motif=suivi.mot, wakes_on=wakes_on)
            return
        close(parcours, motif=Parcours.MotifCloture.OBJECTIFS, by=agents[suivi.par], precision=suivi.mot)
