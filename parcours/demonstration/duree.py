"""What time adds to the parcours of the demonstration: bilans, a round table, hand-overs, what was shared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accueil.models import Partage, Usager
from evaluation.models import Evaluation, Fragilite, NiveauReleve, PartageEvaluation
from parcours.demonstration.clock import Today, at
from parcours.demonstration.guichet import Agents, People
from parcours.models import (
    Avancement,
    Bilan,
    Concertation,
    Ecrit,
    EntreeDirecte,
    Parcours,
    PartageEcrit,
    PartagePresence,
    Point,
    Transmission,
)
from parcours.opening import open_directly
from parcours.transmission import accept, propose
from pole_social.models import Unite

# Keys are drawn at random: two parcours of one day keep their order by whose they are.
WHO = ("usager__nom_usage", "usager__prenoms", "usager__date_naissance")
RHYTHM = timedelta(days=91)
Niveau = NiveauReleve.Niveau
# Most things get better slowly; one in four does not.
DOWN = {
    Niveau.DANGER: Niveau.MAJEURE,
    Niveau.MAJEURE: Niveau.FRAGILITE,
    Niveau.FRAGILITE: Niveau.VIGILANCE,
    Niveau.VIGILANCE: Niveau.LEVEE,
    Niveau.LEVEE: Niveau.LEVEE,
}
PAROLES = (
    "« ça va mieux qu’avant l’été »",
    "« je dors de nouveau »",
    "« c’est long, mais j’y vais »",
    "« j’aimerais qu’on parle aussi du travail »",
)
SYNTHESES = (
    "Les premières démarches sont faites. La personne ouvre son courrier et garde ses papiers classés.",
    "Le rythme convient. Une étape a pris du retard, pour une pièce qui manquait ; elle est demandée.",
    "L’objectif est en vue. Nous espaçons les rendez-vous, d’un commun accord.",
)


def make_duree(people: People, agents: Agents, today: Today) -> None:
    make_bilans(today)
    make_concertations(agents, today)
    make_transmissions(agents, today)
    make_entrees(people, agents, today)
    make_partages(agents, today)
    make_synthese(people["mariama"], agents, today)
    make_presence(people["yasmina"], agents, today)


def _worked(day: date) -> date:
    """That day, or the Friday before a week-end: the hub is closed."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _afternoon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(16, 30)))


def make_bilans(today: Today) -> None:
    """At their period, in every parcours that has lasted; the last one said when the next is due."""
    lasting = Parcours.objects.open().filter(nature=Unite.Nature.ACCOMPAGNEMENT).order_by("opened_on", *WHO)
    for rank, parcours in enumerate(lasting.select_related("usager")):
        for turn, day in enumerate(_bilan_days(parcours, today.date)):
            _hold(parcours, day, turn, improves=rank % 4 != 3)


def _bilan_days(parcours: Parcours, today: date) -> list[date]:
    """The period counted back from the next bilan."""
    days, day = [], min(parcours.echeance, today) - RHYTHM if parcours.echeance < today else parcours.echeance - RHYTHM
    while day > parcours.opened_on + timedelta(days=30):
        days.append(_worked(day))
        day -= RHYTHM
    return days[::-1]


def _hold(parcours: Parcours, day: date, turn: int, *, improves: bool) -> None:
    referent = parcours.intervenants.live().get(is_referent=True).agent
    with at(_afternoon(day)):
        made = Bilan.objects.create(
            parcours=parcours,
            auteur=referent,
            held_on=day,
            paroles=PAROLES[turn % len(PAROLES)],
            synthese=SYNTHESES[min(turn, len(SYNTHESES) - 1)],
            periode=Parcours.Periode.TRIMESTRE,
            next_on=day + RHYTHM,
        )
        for fragilite, niveau in _levels(parcours, improves=improves):
            NiveauReleve.objects.note(parcours.usager_id, fragilite, niveau, by=referent, source=made, on=day)
        etat = Avancement.Etat.AVANCE if improves else Avancement.Etat.BLOQUE
        Avancement.objects.bulk_create(
            Avancement(bilan=made, objectif=objectif, etat=etat) for objectif in parcours.objectifs.all()
        )


def _levels(parcours: Parcours, *, improves: bool) -> Iterator[tuple[Fragilite, str]]:
    known = NiveauReleve.objects.of(parcours.usager_id).last_known().select_related("fragilite")
    for row in known:
        yield row.fragilite, DOWN[Niveau(row.niveau)] if improves else row.niveau


def make_concertations(agents: Agents, today: Today) -> None:
    """One was held three weeks ago, one is to come; the eldest parcours of several métiers are on both."""
    by = agents["assistant-social-2"]
    on_agenda = list(
        Parcours.objects.open()
        .filter(intervenants__agent=by, intervenants__ends_at=None)
        .order_by("opened_on", *WHO)[:3]
    )
    for days, questions in (
        (-21, ("Comment associer l’école ?",)),
        (9, ("Quel métier solliciter ?", "Un bilan commun ?")),
    ):
        held_on = _worked(today.date + timedelta(days=days))
        with at(today.earlier(max(35, -days + 7), 11)):
            made = Concertation.objects.create(
                unite=by.unites[0], held_on=held_on, begins_at=time(14), salle="salle Verdun", created_by=by
            ).begin(by=by)
            made.participants.set([by, agents["puericultrice"], agents["psychologue"], agents["cesf"]])
            for parcours, question in zip(on_agenda, questions, strict=False):
                Point.objects.create(concertation=made, parcours=parcours, question=question, created_by=by)
        if days < 0:
            with at(_afternoon(held_on)):
                made.hold(by=by)


def make_transmissions(agents: Agents, today: Today) -> None:
    """One change of référent waits for an answer; one absence is covered this week."""
    par = agents["cesf"]
    led = Parcours.objects.open().filter(
        intervenants__agent=par, intervenants__ends_at=None, intervenants__is_referent=True
    )
    mine = list(led.order_by("-opened_on", *WHO)[:3])
    with at(today.earlier(2, 17)):
        message = "Je change de temps de travail en janvier. Nous pouvons nous voir tous les trois."
        propose(
            mine[:1], vers=agents["assistant-social-2"], by=par, nature=Transmission.Nature.REFERENT, message=message
        )
        du, au = today.date - timedelta(days=1), today.date + timedelta(days=9)
        vers = agents["conseiller-insertion"]
        lot = propose(mine[1:], vers=vers, by=par, nature=Transmission.Nature.ABSENCE, du=du, au=au, message="Congés.")
        for waiting in Transmission.objects.filter(lot=lot):
            accept(waiting, by=vers)


def make_entrees(people: People, agents: Agents, today: Today) -> None:
    """Two that no evaluation sent: an orientation of RSA with its contract, a birth notice."""
    followed = Parcours.objects.open().values("usager")
    known = [usager for cle, usager in people.items() if cle.startswith("foule-") and cle.endswith("-0")]
    free = [usager for usager in known if usager.pk not in set(followed.values_list("usager", flat=True))]
    for usager, username, days, fields in (
        (free[-1], "conseiller-insertion", 64, {"source": "rsa", "expediteur": "France Travail"}),
        (
            free[-2],
            "puericultrice",
            12,
            {"source": "naissance", "expediteur": "maternité de l’hôpital", "visite": "acceptee"},
        ),
    ):
        by = agents[username]
        with at(today.earlier(days, 15)):
            entree = EntreeDirecte(recue_on=timezone.localdate() - timedelta(days=3), recorded_by=by, **fields)
            if fields["source"] == "rsa":
                entree.contrat_signe_on = timezone.localdate()
                entree.contrat_jusqu_au = timezone.localdate() + timedelta(days=180)
            open_directly(entree, usager=usager, unite=by.unites[0], by=by)


def make_partages(agents: Agents, today: Today) -> None:
    """The puéricultrice shared one visit with the social worker, with the family's agreement."""
    written = Ecrit.objects.filter(auteur=agents["puericultrice"], cercle="sante", signed_at__isnull=False)
    mine = written.filter(parcours__intervenants__agent=agents["assistant-social-2"])
    shared = mine.order_by("done_on", *(f"parcours__{field}" for field in WHO))[0]
    with at(today.earlier(5, 10)):
        PartageEcrit.objects.create(
            ecrit=shared,
            auteur=agents["puericultrice"],
            destinataire=agents["assistant-social-2"],
            motif="Appuyer la demande d’un logement plus grand",
            base=Partage.Base.SOCIAL,
            information=Partage.Information.ACCORD,
            jusqu_au=today.date + timedelta(days=60),
        )


def make_synthese(usager: Usager, agents: Agents, today: Today) -> None:
    """The référent shared the synthesis with the psychologist of the team; once before, it had been taken back."""
    referent, told = agents["assistant-social-2"], agents["psychologue"]
    shared = Evaluation.objects.filter(usager=usager, statut=Evaluation.Statut.VALIDEE).earliest("opened_on")
    for days, motif in ((40, "Préparer le premier entretien avec Fatoumata"), (6, "Reprendre avec les parents")):
        with at(today.earlier(days, 14)):
            made = PartageEvaluation.objects.create(
                evaluation=shared,
                auteur=referent,
                destinataire=told,
                motif=motif,
                base=Partage.Base.SOCIAL,
                information=Partage.Information.ACCORD,
                jusqu_au=timezone.localdate() + timedelta(days=90),
            )
        if days == 40:
            with at(today.earlier(20, 9)):
                made.revoke(by=referent)


def make_presence(usager: Usager, agents: Agents, today: Today) -> None:
    """The mother agreed that the CESF who follows her budget knows of the PMI."""
    by = agents["puericultrice"]
    with at(today.earlier(9, 11)):
        PartagePresence.objects.create(
            parcours=Parcours.objects.open().get(usager=usager, intervenants__agent=by, intervenants__is_referent=True),
            unite=by.unites[0],
            auteur=by,
            destinataire=agents["cesf"],
            information=Partage.Information.ACCORD,
            jusqu_au=today.date + timedelta(days=120),
        )
