"""The agenda of the demonstration, and its outings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accueil.creneaux import SATURDAY
from accueil.models import Motif, Passage, RendezVous, Seance, Usager
from parcours.demonstration.clock import Today, at
from pole_social.models import Affectation, Agent, Bureau, Lieu, Partenaire, Unite

Modalite, Absence = RendezVous.Modalite, RendezVous.Absence
TEN = time(10)
GIVEN_DAYS_BEFORE = 9


@dataclass(frozen=True)
class Prevu:
    """An appointment of the demonstration. `jours`: working days from today (before it when negative)."""

    qui: str
    avec: str
    jours: int
    heure: time
    modalite: str = Modalite.SUR_PLACE
    bureau: str = ""
    # Of one that is over: how the person was absent; empty when she came.
    absence: str = ""
    par: str = "gos"


PREVUS = (
    Prevu("mariama", "assistant-social-2", 0, time(9), bureau="bureau 6"),
    Prevu("monique", "cesf", 0, time(9, 30), bureau="bureau 7"),
    Prevu("yasmina", "puericultrice", 0, time(10), bureau="bureau 8"),
    Prevu("carlos", "gos", 0, time(10, 30), Modalite.TELEPHONE, absence=Absence.EXCUSE),
    Prevu("julien", "educateur", 0, time(11), bureau="bureau 6"),
    Prevu("elena", "conseiller-insertion", 0, time(14), bureau="bureau 7"),
    Prevu("patricia", "gos-2", 0, time(15), bureau="bureau 3"),
    Prevu("michel", "psychologue", 0, time(15, 30), bureau="bureau 9"),
    Prevu("yasmina", "sage-femme", 0, time(16, 30), bureau="bureau 8"),
    Prevu("sophie", "assistant-social-2", -1, time(10), bureau="bureau 6"),
    Prevu("florence", "cesf", -2, time(14), bureau="bureau 7", absence=Absence.SANS_NOUVELLES),
    Prevu("monique", "assistant-social-2", 1, time(9, 30), bureau="bureau 6"),
    Prevu("florence", "cesf", 1, time(11), bureau="bureau 7", par="cesf"),
    Prevu("mariama", "psychologue", 1, time(14), bureau="bureau 9", par="psychologue"),
    Prevu("seung_ho", "educateur", 2, time(10), Modalite.DOMICILE, par="educateur"),
    Prevu("yasmina", "puericultrice", 2, time(15), Modalite.DOMICILE, par="puericultrice"),
    Prevu("sophie", "assistant-social-2", 3, time(9), Modalite.VISIO, par="assistant-social-2"),
    Prevu("carlos", "gos", 3, time(14, 30), bureau="bureau 2"),
    Prevu("elena", "conseiller-insertion", 4, time(11, 30), bureau="bureau 7"),
)


def on(jour: date, hour: time = TEN) -> datetime:
    return timezone.make_aware(datetime.combine(jour, hour))


def make_rendez_vous(
    usager: Usager,
    *,
    by: Agent,
    avec: Agent | None = None,
    starts_at: datetime | None = None,
    minutes: int = 30,
    modalite: str = Modalite.SUR_PLACE,
    bureau: Bureau | None = None,
) -> RendezVous:
    """An appointment given by `by`, with themself unless said; tomorrow at ten unless said."""
    agent = avec or by
    starts_at = starts_at or on(timezone.localdate() + timedelta(days=1))
    made = RendezVous(
        usager=usager,
        agent=agent,
        unite=agent.unites[0],
        bureau=bureau,
        modalite=modalite,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
    )
    made.book(by=by)
    return made


def caravane(agents: Iterable[Agent]) -> Unite:
    """The unité of the tour, where these agents also work."""
    lieu = Lieu.objects.get(code="caravane")
    defaults = {"lieu": lieu, "nature": Unite.Nature.ACCUEIL}
    unite, _ = Unite.objects.get_or_create(code="caravane-accueil", defaults=defaults)
    for agent in agents:
        Affectation.objects.get_or_create(agent=agent, unite=unite, defaults={"starts_on": date(2024, 1, 8)})
    return unite


def make_seance(unite: Unite, *, by: Agent, jour: date | None = None, endroit: str = "marché Sainte-Lucie") -> Seance:
    """An outing of that day (today), from ten to one."""
    made = Seance(
        unite=unite,
        jour=jour or timezone.localdate(),
        starts_at=TEN,
        ends_at=time(13),
        endroit=endroit,
        created_by=by,
    )
    made.save(force_insert=True)
    return made


def make_contact(seance: Seance, *, by: Agent, motif: str = "acces_droits") -> Passage:
    """An anonymous contact, over at once."""
    made = Passage(
        unite=seance.unite,
        seance=seance,
        canal=Passage.Canal.HORS_LES_MURS,
        motif=Motif.objects.get(code=motif),
        jour=seance.jour,
    )
    made.register([], by=by)
    made.close(by=by)
    return made


def make_agenda(people: dict[str, Usager], agents: dict[str, Agent], today: Today) -> None:
    """This week's appointments, those of the day, and who has come."""
    for prevu in PREVUS:
        with at(today.earlier(GIVEN_DAYS_BEFORE, 11)):
            made = make_rendez_vous(
                people[prevu.qui],
                by=agents[prevu.par],
                avec=agents[prevu.avec],
                starts_at=on(working_day(today, prevu.jours), prevu.heure),
                modalite=prevu.modalite,
                bureau=_office(prevu.bureau),
            )
        _live(made, prevu, today)
    _arrived(people["zofia"], agents, today)


def working_day(today: Today, number: int) -> date:
    """So many working days from today; the week-end counts for nothing."""
    day, step = today.date, 1 if number > 0 else -1
    while number:
        day += timedelta(days=step)
        number -= step if day.weekday() < SATURDAY else 0
    return day


def _office(nom: str) -> Bureau | None:
    return Bureau.objects.get(lieu__code="issy", nom=nom) if nom else None


def _live(made: RendezVous, prevu: Prevu, today: Today) -> None:
    """What is over when the demonstration is made has been noted by its agent."""
    if made.ends_at > today.now:
        return
    with at(made.ends_at):
        if prevu.absence:
            made.miss(prevu.absence, by=made.agent)
        else:
            made.keep(by=made.agent)


def _arrived(usager: Usager, agents: dict[str, Agent], today: Today) -> None:
    """She waits at the desk: her appointment was for the next quarter of an hour."""
    passage = usager.passages.get(jour=today.date)
    quarter, midnight = timedelta(minutes=15), on(today.date, time.min)
    starts_at = midnight + ((passage.arrived_at - midnight) // quarter + 1) * quarter
    with at(today.earlier(GIVEN_DAYS_BEFORE, 12)):
        made = make_rendez_vous(usager, by=agents["gos"], avec=agents["assistant-social"], starts_at=starts_at)
    with at(passage.arrived_at):
        made.keep(by=passage.created_by, passage=passage)


def make_outings(people: dict[str, Usager], agents: dict[str, Agent], today: Today) -> None:
    """The caravane: a past session, one today, one to come; anonymous contacts, of which one was named later."""
    by = agents["gos-2"]
    unite = caravane([agents["gos"], by])
    # It goes everywhere; the demonstration's is that of this territoire.
    territoire = agents["gos"].unites[0].lieu.territoire
    Lieu.objects.filter(pk=unite.lieu_id).update(territoire=territoire, edited_at=today.now)
    partners = Partenaire.objects.filter(code__in=["ccas-clamart", "caf-92"])
    past, jours = today.earlier(6, 10, 20), [today.date, working_day(today, 4)]
    with at(today.earlier(12)):
        done = make_seance(unite, by=by, jour=timezone.localdate(past), endroit="marché du Trosy, côté mairie")
        done.partenaires.set(partners)
        for jour in jours:
            make_seance(unite, by=by, jour=jour, endroit="place de l’Hôtel-de-Ville").partenaires.set(partners)
    contacts = []
    for number, motif in enumerate(("acces_droits", "budget", "logement", "acces_droits", "parler_en_prive")):
        with at(past + timedelta(minutes=17 * number)):
            contacts.append(make_contact(done, by=by, motif=motif))
    with at(today.earlier(2, 11)):
        contacts[1].link(people["hassan"], by=agents["gos"])
