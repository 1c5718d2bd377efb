"""One evaluation by keyboard alone, from the relais received to the one that the accompagnement finds."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accueil.models import Relais, Usager
from evaluation.models import Evaluation, Exploration, Proposition
from parcours.demonstration.builders import make_relais
from pole_social.models import Domaine
from tests.navigateur.clavier import button, choose, enter, link, pick, reach, title, write
from tests.navigateur.conftest import Desk

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

Etat, Statut = Exploration.Etat, Evaluation.Statut
# And « sante » once it is missing; what the others look like does not depend on which they are.
BY_KEYBOARD = ("logement", "violences")
COMMENT = "Dire ce que le bailleur a répondu."
WHY_NOT = "Elle préfère attendre la réponse de sa sœur."
VIOLENCE = re.compile(r"violen|couple|danger|seule? à seule?|abri|protection|3919|\b119\b|contact sûr", re.I)


def find(desk: Desk, fragilite: str, niveau: str) -> None:
    choose(desk, desk.page.get_by_role("radio", name="fragilité(s)", exact=True))
    choose(
        desk, desk.page.get_by_role("group", name=fragilite, exact=True).get_by_role("radio", name=niveau, exact=True)
    )


def accept(desk: Desk, cast: SimpleNamespace) -> Evaluation:
    """Open the evaluation from the list, twelve of its domaines being explored already by the same person."""
    enter(desk, link(desk, "Traoré A."))
    enter(desk, button(desk, "Accepter et ouvrir l’évaluation"))
    opened = Evaluation.objects.get()
    others = opened.explorations.exclude(domaine__code__in=BY_KEYBOARD)
    others.update(etat=Etat.SANS_DIFFICULTE, explored_at=timezone.now(), explored_by=cast.assistant_social)
    return opened


def explore_logement_then_violences(desk: Desk) -> None:
    enter(desk, link(desk, "Logement et hébergement"))
    find(desk, "Impayé de loyer ou de charges", "fragilité majeure")
    enter(desk, button(desk, "Enregistrer et passer au suivant"))
    # When the question is not said to be asked alone, the next one is refused
    title(desk).to_have_text(Domaine.objects.get(code="violences").libelle)
    find(desk, "Violences au sein du couple", "danger")
    reach(desk, button(desk, "Enregistrer et passer au suivant"))
    desk.page.keyboard.press("Enter")
    summary = desk.page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("La question se pose toujours seul à seul")
    desk.check()
    # And the summary leads to the box
    alone = desk.page.get_by_label("seul à seul")
    reach(desk, summary.get_by_role("link"))
    desk.page.keyboard.press("Enter")
    expect(alone).to_be_focused()
    desk.page.keyboard.press("Space")
    enter(desk, button(desk, "Enregistrer et passer au suivant"))
    # Then what to do now comes before anything else
    expect(desk.page.get_by_role("heading", name="Danger : le protocole")).to_be_in_viewport()
    expect(desk.page.get_by_text("Aucun contact sûr n’est noté.")).to_be_visible()


def be_refused_with_one_missing(desk: Desk, evaluation: Evaluation) -> None:
    # Given a page on which nothing is missing, and a domaine that another tab gives back to be explored
    expect(button(desk, "Envoyer à la validation")).not_to_have_attribute("aria-disabled", "true")
    evaluation.explorations.filter(domaine__code="sante").update(etat=Etat.PAS_ENCORE_ABORDE, explored_by=None)
    # When it is sent all the same
    reach(desk, button(desk, "Envoyer à la validation"))
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    # What the browser says in its console of a refusal.
    desk.errors.clear()
    # Then the page says which, and where to go
    refused, sante = desk.page.get_by_role("alert"), Domaine.objects.get(code="sante").libelle
    expect(refused).to_be_focused()
    assert refused.get_by_role("listitem").all_inner_texts() == [sante]
    expect(desk.page.locator("#pourquoi")).to_contain_text(f"1 domaine à aborder ({sante})")
    desk.check()
    evaluation.refresh_from_db()
    assert evaluation.statut == Statut.EN_COURS
    # And the button, still reached, sends nothing
    address = desk.page.url
    reach(desk, button(desk, "Envoyer à la validation"))
    desk.page.keyboard.press("Enter")
    enter(desk, link(desk, sante), seen=True)
    assert desk.page.url != address
    choose(desk, desk.page.get_by_label("abordé, aucune difficulté exprimée"))
    enter(desk, button(desk, "Enregistrer et passer au suivant"), seen=True)


def submit(desk: Desk, evaluation: Evaluation, *, again: bool = False) -> None:
    enter(desk, button(desk, "Envoyer à la validation"), seen=again)
    evaluation.refresh_from_db()
    assert evaluation.statut == Statut.A_VALIDER


def send_back(desk: Desk) -> None:
    enter(desk, link(desk, "Traoré A."))
    expect(desk.page.get_by_text("Violences au sein du couple").first).to_be_visible()
    # When nothing is said of what is missing, it is not sent back
    back = desk.page.locator("#decision ~ form").get_by_role("button", name="Renvoyer à l’évaluateur")
    enter(desk, back)
    expect(desk.page.get_by_role("alert")).to_contain_text("Dites ce qu’il faut reprendre.")
    # When it is said, it is, and the content closes
    write(desk, "Ce qu’il faut reprendre", COMMENT)
    enter(desk, back)
    expect(desk.page.get_by_text("Violences au sein du couple")).to_have_count(0)


def decide_two_propositions(desk: Desk) -> None:
    # Given the comment, read by the evaluator
    desk.page.reload()
    expect(desk.page.get_by_text(COMMENT).first).to_be_visible()
    desk.check()
    # When one proposition of the rules is kept, and another set aside
    enter(desk, desk.page.locator("button[name=garder][value=impaye_loyer_apurement]"), seen=True)
    enter(desk, desk.page.locator("button[name=ecarter][value=impaye_loyer_fsl]"))
    title(desk).to_have_text("Écarter une proposition")
    write(desk, "Pourquoi l’écarter", WHY_NOT)
    enter(desk, button(desk, "Écarter la proposition"))
    # Then both stand, with because of what and why not
    expect(desk.page.get_by_text(f"écartée : {WHY_NOT}")).to_be_visible()
    decided = Proposition.objects.standing().values_list("regle__code", "statut")
    assert set(decided) == {("impaye_loyer_apurement", "gardee"), ("impaye_loyer_fsl", "ecartee")}


def validate(desk: Desk, evaluation: Evaluation) -> None:
    desk.page.reload()
    enter(desk, button(desk, "Valider l’évaluation"))
    expect(desk.page.get_by_text("Violences au sein du couple")).to_have_count(0)
    evaluation.refresh_from_db()
    assert evaluation.statut == Statut.VALIDEE


def hand_over(desk: Desk) -> None:
    desk.page.reload()
    enter(desk, link(desk, "Envoyer à l’accompagnement"))
    # Given what is taken up from the evaluation, violence aside
    said = desk.page.get_by_label("Ce qui a été dit").input_value()
    assert "Impayé de loyer ou de charges" in said
    assert not VIOLENCE.search(said)
    # And the métier that the proposition kept calls for
    expect(desk.page.locator("input[name=metiers][value=cesf]")).to_be_checked()
    # When another métier and a référent are named
    reach(desk, desk.page.locator("input[name=metiers][value=psychologue]"))
    desk.page.keyboard.press("Space")
    pick(desk, "Référent proposé", "Bernard")
    choose(desk, desk.page.locator("input[name=urgence][value=rapide]"))
    enter(desk, button(desk, "Envoyer le relais"))
    # Then it is sent, to an unité that decides
    sent = Relais.objects.get(vers_unite__code="issy-accompagnement")
    assert {metier.code for metier in sent.metiers.all()} == {"cesf", "psychologue"}
    assert sent.referent_propose is not None
    assert sent.referent_propose.username == "assistant-social-2"


def read_the_synthesis(desk: Desk) -> None:
    enter(desk, link(desk, "Synthèse à remettre à la personne"))
    paper = desk.page.locator(".synthese")
    expect(paper).to_contain_text("Proposer à votre bailleur un plan de paiement")
    desk.page.emulate_media(media="print")
    printed = desk.page.locator("body").inner_text()
    assert "Vous avez un loyer ou des charges en retard." in printed
    assert not VIOLENCE.search(printed)
    assert WHY_NOT not in printed


def arrive_at_accompagnement(desk: Desk) -> None:
    desk.check()
    expect(desk.page.locator("li.ligne", has_text="Traoré A.")).to_contain_text("pour vous")
    enter(desk, link(desk, "Traoré A."))
    proposed = desk.page.get_by_role("region", name="Ce que l’évaluation propose")
    expect(proposed).to_contain_text("Psychologue")
    expect(proposed).to_contain_text("proposé : Claire Bernard (vous)")
    expect(button(desk, "Accepter et ouvrir le parcours")).to_be_visible()


def test_an_evaluation_by_keyboard(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given a relais of the desk, which the evaluator accepts
    make_relais(aminata, by=cast.gos)
    evaluator = open_desk("assistant-social")
    evaluation = accept(evaluator, cast)
    # When the domaines are explored, one of them in danger
    explore_logement_then_violences(evaluator)
    # Then it is submitted once none is missing, and not before
    be_refused_with_one_missing(evaluator, evaluation)
    submit(evaluator, evaluation)
    # When the responsable sends it back, the evaluator decides with the person and submits again
    responsable = open_desk("responsable-evaluation")
    send_back(responsable)
    decide_two_propositions(evaluator)
    submit(evaluator, evaluation, again=True)
    validate(responsable, evaluation)
    # Then it goes to the accompagnement, whose proposed référent is told
    hand_over(evaluator)
    arrive_at_accompagnement(open_desk("assistant-social-2"))
    # And what she takes home tells nothing of what could harm her there
    read_the_synthesis(evaluator)
