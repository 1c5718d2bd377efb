"""What the evaluators of the demonstration heard: one evaluation at each state, and what parcours began with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accueil.models import Relais, Usager
from evaluation.models import Evaluation, Exploration, Fragilite, FragiliteReperee, PointAppui, Proposition
from evaluation.opening import open_from as open_evaluation
from parcours.demonstration.builders import make_contribution, make_passage, make_relais, receive
from parcours.demonstration.clock import Today, at
from parcours.demonstration.guichet import Agents, People, tell
from parcours.demonstration.propositions import choose
from parcours.demonstration.venues import Besoin
from pole_social.models import Agent

Etat, Empechement, Niveau = Exploration.Etat, Exploration.Empechement, FragiliteReperee.Niveau
Statut = Evaluation.Statut
VIGILANCE, FRAGILITE, MAJEURE, DANGER = Niveau.VIGILANCE, Niveau.FRAGILITE, Niveau.MAJEURE, Niveau.DANGER


@dataclass(frozen=True)
class Repere:
    """One fragility found, with the person's own words."""

    code: str
    niveau: str
    paroles: str = ""
    depuis: str = ""
    priorite: bool = False


@dataclass(frozen=True)
class Note:
    """What was said of one domaine."""

    domaine: str
    dit: str = ""
    reperes: tuple[Repere, ...] = ()
    etat: str = Etat.SANS_DIFFICULTE
    empechement: str = ""


@dataclass(frozen=True)
class Part:
    """What the evaluator asks of another métier; awaited and late, or signed with a text."""

    de: str
    objet: str
    texte: str = ""


@dataclass(frozen=True)
class Dossier:
    """One evaluation: the relais it came from, what was found, where it stands. Days count back from today."""

    qui: str
    jours: int
    motif: str
    besoin: Besoin
    notes: tuple[Note, ...] = ()
    # Domaines nobody has spoken of yet.
    restent: tuple[str, ...] = ()
    appuis: tuple[str, ...] = ()
    propositions: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    statut: str = Statut.EN_COURS
    mot: str = ""
    vers: str = ""
    promesse: int = 7
    urgence: str = Relais.Urgence.NORMALE


def demande_de_relais(libelle: str, domaine: str, dit: str) -> Besoin:
    return Besoin(libelle, domaine, "relais", dit=dit)


DOSSIERS = (
    Dossier(
        "olena",
        8,
        "logement",
        demande_de_relais(
            "Sortir de l’hôtel social",
            "logement",
            "Vit à l’hôtel avec son fils depuis le printemps. Parle ukrainien et un peu anglais : interprète à "
            "prévoir. Cherche un logement stable et voudrait reprendre son métier de comptable.",
        ),
        (
            Note(
                "logement",
                "Une chambre pour deux, sans cuisine. L’hôtel change parfois d’une semaine à l’autre.",
                (Repere("hotel_urgence", MAJEURE, "« je ne défais plus les valises »", "depuis avril", True),),
            ),
            Note(
                "langue",
                "Suit des cours deux soirs par semaine.",
                (Repere("langue_orale", FRAGILITE, "« je comprends mieux que je ne parle »"),),
            ),
            Note(
                "enfance_jeunes",
                "Maksym est scolarisé en quatrième, son professeur principal est attentif.",
                etat=Etat.A_APPROFONDIR,
            ),
            Note("violences", "Question posée seule avec elle et l’interprète : rien à signaler."),
            Note("budget", "", (Repere("ressources_precaires", VIGILANCE),)),
        ),
        restent=("numerique", "mobilite", "perinatalite", "autonomie", "lien_social"),
        appuis=("Diplôme de comptabilité", "Entourée par une famille de Meudon"),
        parts=(
            Part(
                "conseiller-insertion",
                "Comment faire reconnaître son diplôme de comptable, et quels cours de français pour ce métier ?",
            ),
        ),
    ),
    Dossier(
        "laure",
        12,
        "parler_en_prive",
        demande_de_relais(
            "Être conseillée après un départ du domicile",
            "violences",
            "A quitté le domicile avec ses deux enfants. Demande à parler à un travailleur social. Suivre "
            "strictement le contact sûr : ne rien laisser sur le répondeur.",
        ),
        (
            Note(
                "violences",
                "Reçue seule. Elle décrit des menaces répétées et a porté plainte. L’adresse actuelle est tenue "
                "secrète. Informée du 3919 et de la mise à l’abri.",
                (
                    Repere("violences_conjugales", DANGER, "« j’ai attendu que les petits dorment »", "", True),
                    Repere("enfant_expose", MAJEURE),
                ),
            ),
            Note(
                "logement",
                "Hébergée chez une amie, solution tenable quelques semaines.",
                (Repere("heberge_tiers", MAJEURE, "« pas plus loin que janvier »"),),
            ),
            Note(
                "famille",
                "L’ordonnance de protection est demandée ; l’audience est fixée.",
                (Repere("separation", FRAGILITE),),
            ),
            Note(
                "enfance_jeunes",
                "Manon dort mal. L’école est prévenue du changement d’adresse.",
                etat=Etat.A_APPROFONDIR,
            ),
            Note("sante", "Préfère en parler avec un médecin.", etat=Etat.NON_SOUHAITE),
            Note("budget", "Compte séparé ouvert, salaire versé dessus.", (Repere("gestion_budget", VIGILANCE),)),
        ),
        appuis=("Salariée, employeur au courant et arrangeant", "Amie proche très présente"),
        propositions=(
            "Accompagnement social avec l’association d’aide aux victimes",
            "Demande de logement au titre du relogement prioritaire",
            "Rencontre avec la psychologue du pôle, si elle le souhaite",
        ),
        parts=(
            Part(
                "puericultrice",
                "Votre regard sur le sommeil des enfants depuis le départ du domicile, en accord avec leur mère.",
                "Vue avec Mme au pôle, les enfants présents. L’endormissement reste difficile ; nous avons parlé du "
                "rituel du soir et du doudou resté sur place. Le suivi se poursuit à la PMI. Mme a relu ce texte.",
            ),
        ),
        statut=Statut.A_VALIDER,
    ),
    Dossier(
        "robert",
        27,
        "autonomie",
        demande_de_relais(
            "Rester chez soi",
            "autonomie",
            "Vit seul depuis le décès de sa femme. Les courses deviennent difficiles. Ne veut pas déranger ses neveux.",
        ),
        (
            Note(
                "autonomie",
                "Sort peu depuis une chute au printemps.",
                (Repere("perte_autonomie", FRAGILITE, "« l’escalier me compte »", "depuis mai"),),
            ),
            Note(
                "lien_social",
                "",
                (
                    Repere("isolement", MAJEURE, "« le téléphone ne sonne plus guère »", "", True),
                    Repere("deuil", FRAGILITE),
                ),
            ),
            Note("sante", "", etat=Etat.NON_ABORDE, empechement=Empechement.FATIGUE),
        ),
        appuis=("Voisine du palier qui passe chaque jour",),
        propositions=("Évaluation à domicile de ses besoins d’aide",),
        statut=Statut.A_REPRENDRE,
        mot=(
            "Merci pour ce travail. Deux points avant le relais : la santé n’a pas pu être abordée, peut-on la "
            "reprendre avec lui lors d’une visite à domicile ? Et préciser s’il a déjà un dossier d’aide à l’autonomie."
        ),
    ),
    Dossier(
        "marie_ange",
        33,
        "logement",
        demande_de_relais(
            "Impayé de loyer depuis une baisse de salaire",
            "logement",
            "Deux mois de retard. A pris contact d’elle-même avec son bailleur social, qui attend un plan. Son fils "
            "passe le brevet cette année.",
        ),
        (
            Note(
                "logement",
                "Le bailleur accepte un échéancier si un accompagnement est en place.",
                (
                    Repere(
                        "impaye_loyer", FRAGILITE, "« je veux payer, mais pas tout d’un coup »", "depuis l’été", True
                    ),
                ),
            ),
            Note("budget", "", (Repere("baisse_ressources", FRAGILITE, "", "passage à temps partiel en juin"),)),
            Note("famille", "", (Repere("monoparentalite", VIGILANCE),)),
        ),
        appuis=("Tient ses comptes dans un cahier", "En lien régulier avec son bailleur"),
        propositions=("Accompagnement budgétaire par une CESF", "Demande au fonds de solidarité pour le logement"),
        statut=Statut.VALIDEE,
        vers="issy-accompagnement",
        promesse=25,
    ),
    Dossier(
        "kevin",
        22,
        "insertion",
        demande_de_relais(
            "Préparer la fin de l’accueil provisoire",
            "enfance_jeunes",
            "Quitte le dispositif jeune majeur à la fin de l’année. A une chambre en foyer de jeunes travailleurs "
            "et un contrat d’apprentissage en menuiserie.",
        ),
        (
            Note(
                "enfance_jeunes",
                "Son éducateur reste joignable jusqu’à la fin de l’année.",
                (Repere("sortie_ase", MAJEURE, "« après, c’est moi et moi »", "", True),),
            ),
            Note("insertion", "Apprenti, apprécié de son maître d’apprentissage."),
            Note("budget", "", (Repere("ressources_precaires", FRAGILITE),)),
            Note("lien_social", "", (Repere("isolement", VIGILANCE),)),
        ),
        appuis=("Contrat d’apprentissage jusqu’en 2028", "Bon cuisinier, veut le faire savoir"),
        propositions=("Un référent unique avant la fin du dispositif", "Demande de logement social dès maintenant"),
        statut=Statut.VALIDEE,
        vers="issy-accompagnement",
        promesse=10,
        urgence=Relais.Urgence.RAPIDE,
    ),
    Dossier(
        "patricia",
        50,
        "acces_droits",
        demande_de_relais(
            "Faire le point avant la retraite",
            "acces_droits",
            "Souhaite vérifier qu’elle n’oublie aucun droit avant sa retraite. Pas d’urgence.",
        ),
        (Note("numerique", "", (Repere("demarches_en_ligne", VIGILANCE, "« seule devant l’écran, je n’ose pas »"),)),),
        appuis=("Entourée, membre d’une chorale",),
        statut=Statut.SANS_ACCOMPAGNEMENT,
        mot=(
            "La situation est stable et Mme Leclerc n’attend pas d’accompagnement. Elle sait qu’elle peut revenir à "
            "l’accueil pour ses démarches en ligne."
        ),
    ),
)


def make_dossiers(people: People, agents: Agents, today: Today) -> None:
    for dossier in sorted(DOSSIERS, key=lambda dossier: -dossier.jours):
        hear(dossier, people[dossier.qui], agents, today)


def hear(dossier: Dossier, usager: Usager, agents: Agents, today: Today) -> Evaluation:
    """Live the first half of the thread: the desk, the relais, the evaluation and its decision."""
    gos, evaluateur = agents["gos"], agents["assistant-social"]
    with at(today.earlier(dossier.jours, 10, 20)):
        passage = receive(make_passage(usager, by=gos, motif=dossier.motif), by=gos)
        relais = tell(passage, dossier.besoin, usager, by=gos).relais
        passage.close(by=gos)
    assert relais is not None
    with at(today.earlier(max(dossier.jours - 3, 0), 14)):
        evaluation = open_evaluation(relais, by=evaluateur)
    with at(today.earlier(max(dossier.jours - 6, 1), 15)):
        explore(evaluation, dossier, by=evaluateur)
        choose(evaluation, dossier.qui, by=evaluateur)
    contribute(evaluation, dossier, agents, today)
    decide(evaluation, dossier, agents, today)
    return evaluation


def explore(evaluation: Evaluation, dossier: Dossier, *, by: Agent) -> None:
    """Write down what was said: the notes, nothing difficult elsewhere, nothing at all for what remains."""
    notes = {note.domaine: note for note in dossier.notes}
    rows = evaluation.explorations.exclude(domaine__code__in=dossier.restent)
    signed = {"explored_at": timezone.now(), "explored_by": by, "version": 2}
    rows.filter(domaine__code="violences").update(is_seul_a_seul=True)
    rows.exclude(domaine__code__in=notes).update(etat=Etat.SANS_DIFFICULTE, **signed)
    fragilites = Fragilite.objects.in_bulk(field_name="code")
    found = []
    for exploration in rows.filter(domaine__code__in=notes).select_related("domaine"):
        note = notes[exploration.domaine.code]
        rows.filter(pk=exploration.pk).update(**_said(note), **signed)
        found += [_reperee(exploration, repere, fragilites[repere.code], by) for repere in note.reperes]
    FragiliteReperee.objects.bulk_create(found)
    now = timezone.now()
    PointAppui.objects.bulk_create(
        PointAppui(evaluation=evaluation, libelle=libelle, recorded_at=now + timedelta(seconds=n), recorded_by=by)
        for n, libelle in enumerate(dossier.appuis)
    )
    Proposition.objects.bulk_create(
        Proposition(evaluation=evaluation, libelle=libelle, recorded_at=now + timedelta(seconds=n), recorded_by=by)
        for n, libelle in enumerate(dossier.propositions)
    )


def contribute(evaluation: Evaluation, dossier: Dossier, agents: Agents, today: Today) -> None:
    """Ask the other métiers, who sign before the evaluation is sent, or are late since yesterday."""
    for part in dossier.parts:
        agent = agents[part.de]
        with at(today.earlier(max(dossier.jours - 4, 2), 16)):
            due_in = (today.date - timezone.localdate()).days - 1
            asked = make_contribution(
                evaluation, by=agents["assistant-social"], of=agent, objet=part.objet, due_in=due_in
            )
        if part.texte:
            with at(today.earlier(max(dossier.jours - 7, 1), 11)):
                asked.sign(by=agent, texte=part.texte)


def _said(note: Note) -> dict[str, Any]:
    resumed = timezone.localdate() + timedelta(days=14) if note.etat == Etat.NON_ABORDE else None
    etat = Etat.FRAGILITES if note.reperes else note.etat
    return {"etat": etat, "dit": note.dit, "empechement": note.empechement, "resume_on": resumed}


def _reperee(exploration: Exploration, repere: Repere, fragilite: Fragilite, by: Agent) -> FragiliteReperee:
    return FragiliteReperee(
        exploration=exploration,
        fragilite=fragilite,
        niveau=repere.niveau,
        paroles=repere.paroles.strip("« »"),
        depuis=repere.depuis,
        is_priorite=repere.priorite,
        recorded_by=by,
    )


def decide(evaluation: Evaluation, dossier: Dossier, agents: Agents, today: Today) -> None:
    """Bring the evaluation to its state, by the moves that lead there."""
    evaluateur, responsable = agents["assistant-social"], agents["responsable-evaluation"]
    if dossier.statut == Statut.SANS_ACCOMPAGNEMENT:
        with at(today.earlier(max(dossier.jours - 9, 1), 16)):
            evaluation.close_without_accompagnement(by=evaluateur, motif=dossier.mot)
    if dossier.statut not in (Statut.A_VALIDER, Statut.A_REPRENDRE, Statut.VALIDEE):
        return
    with at(today.earlier(max(dossier.jours - 9, 1), 16)):
        evaluation.submit(by=evaluateur)
    with at(today.earlier(max(dossier.jours - 12, 1), 17)):
        if dossier.statut == Statut.A_REPRENDRE:
            evaluation.send_back(by=responsable, motif=dossier.mot)
        elif dossier.statut == Statut.VALIDEE:
            evaluation.validate(by=responsable)
    if dossier.vers and dossier.statut == Statut.VALIDEE:
        with at(today.earlier(max(dossier.jours - 14, 1), 17, 20)):
            evaluation.hand_over(sent_on(evaluation, dossier, evaluateur))


def sent_on(evaluation: Evaluation, dossier: Dossier, by: Agent) -> Relais:
    """The relais that a validated evaluation sends, with what the next unité must know."""
    return make_relais(
        evaluation.usager,
        by=by,
        to=dossier.vers,
        dit="\n".join([dossier.besoin.dit, *(f"Proposé : {texte}." for texte in dossier.propositions)]),
        promised_in=dossier.promesse,
        urgence=dossier.urgence,
    )
