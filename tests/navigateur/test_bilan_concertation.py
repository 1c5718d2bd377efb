"""By keyboard alone: a bilan held, with what has changed; a round table, from its invitation to its minutes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from accueil.models import Usager
from parcours.demonstration.builders import make_objectif, make_parcours
from parcours.forms.bilan import months_after
from parcours.models import Action, Bilan, Concertation, Ecrit, Parcours
from pole_social.models import Agent
from tests.navigateur.clavier import button, choose, enter, link, pick, reach, tick, title, write
from tests.navigateur.conftest import Desk
from tests.parcours.conftest import after_seven_months, send_to_accompagnement

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

SYNTHESE = "La dette baisse, deux mensualités ont été payées."
WORDS = "Je respire un peu mieux."
QUESTION = "Qui accompagne la visite du nouveau logement ?"
BROUGHT = "Elle dit se sentir prête à visiter, accompagnée."
DECIDED = "Visiter le logement avec elle"


def group(desk: Desk, name: str) -> Locator:
    return desk.page.get_by_role("group", name=name, exact=True)


def open_an_overdue_one(desk: Desk) -> None:
    # Given a bilan that the list says is late, and the page too
    expect(desk.page.locator("li.ligne", has_text="Traoré A.")).to_contain_text("bilan en retard")
    enter(desk, link(desk, "Traoré A."))
    expect(desk.page.get_by_text("Bilan en retard depuis")).to_be_visible()
    enter(desk, link(desk, "Faire le bilan"))
    # Then what is asked says who will read it, and begins with the last words
    expect(desk.page.get_by_text("Lu par : vous et Hélène Caron (2 personnes)")).to_be_visible()
    last = group(desk, "Impayé de loyer ou de charges")
    expect(last).to_contain_text("La dernière fois : fragilité")
    expect(last.get_by_label("fragilité", exact=True)).to_be_checked()


def hold(desk: Desk) -> None:
    # When something is missing, it is said first, and nothing is recorded
    write(desk, "Ce qu’en dit la personne", WORDS)
    enter(desk, button(desk, "Enregistrer le bilan"))
    summary = desk.page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Écrivez où en est la situation.")
    expect(summary).to_contain_text("Dites où en est cet objectif.")
    assert not Bilan.objects.exists()
    # And the summary leads to the field
    reach(desk, summary.get_by_role("link", name="Où en est-on", exact=True))
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("textbox", name="Où en est-on")).to_be_focused()
    desk.page.keyboard.type(SYNTHESE)
    choose(desk, group(desk, "Garder le logement").get_by_label("ça avance"))
    choose(desk, group(desk, "Impayé de loyer ou de charges").get_by_label("vigilance"))
    add_a_fragility(desk)
    choose(desk, desk.page.get_by_label("6 mois"))
    enter(desk, button(desk, "Enregistrer le bilan"))


def add_a_fragility(desk: Desk) -> None:
    reach(desk, desk.page.locator("summary", has_text="Ajouter une fragilité"))
    desk.page.keyboard.press("Enter")
    pick(desk, "Fragilité ajoutée 1", "Perte d’un proche")
    pick(desk, "Niveau de la fragilité ajoutée 1", "fragilité majeure")


def read_what_has_changed(desk: Desk, parcours: Parcours) -> None:
    bilan = Bilan.objects.get()
    next_on = months_after(timezone.localdate(), 6)
    assert (bilan.next_on, bilan.paroles, bilan.synthese) == (next_on, WORDS, SYNTHESE)
    # Then the bilan says it
    expect(desk.page.get_by_role("row", name="Impayé de loyer")).to_contain_text("moins marquée")
    expect(desk.page.get_by_role("row", name="Perte d’un proche")).to_contain_text("nouvelle")
    # And the parcours draws it, in words too, with the next date
    enter(desk, link(desk, "Parcours : Aminata Traoré"))
    expect(desk.page.get_by_text("Bilan en retard")).to_have_count(0)
    line = desk.page.get_by_role("region", name="Évolution des fragilités").get_by_role("row", name="Impayé de loyer")
    expect(line).to_contain_text("moins marquée")
    expect(line).to_contain_text("avant : fragilité")
    # One step down, then level to today.
    drawn = line.locator("svg path").last.get_attribute("d")
    assert drawn and drawn.count("V") == 1
    parcours.refresh_from_db()
    assert parcours.echeance == next_on


def test_a_bilan_is_held(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given a parcours of seven months, its goal, its team, and its first bilan overdue
    parcours = after_seven_months(send_to_accompagnement(cast, aminata), by=cast.assistant_social_2)
    parcours.add_intervenant(cast.puericultrice)
    make_objectif(parcours, by=cast.assistant_social_2)
    referent = open_desk("assistant-social-2")
    open_an_overdue_one(referent)
    # When it is held
    hold(referent)
    # Then what has changed is said and drawn
    read_what_has_changed(referent, parcours)
    # And a colleague of another métier reads the bilan, without the levels of the social file
    nurse = open_desk("puericultrice")
    enter(nurse, link(nurse, "Traoré A."))
    enter(nurse, nurse.page.get_by_role("link", name="Bilan du").first)
    expect(nurse.page.get_by_text(SYNTHESE)).to_be_visible()
    expect(nurse.page.get_by_text("Impayé de loyer")).to_have_count(0)


def call(desk: Desk) -> None:
    enter(desk, link(desk, "Concertations"))
    enter(desk, link(desk, "Prévoir une concertation"))
    write(desk, "Jour", "aujourd’hui")
    write(desk, "Heure", "14 h 30")
    for name in ("Conseiller en économie", "Psychologue", "Éducateur spécialisé"):
        tick(desk, desk.page.get_by_role("checkbox", name=name).first)
    enter(desk, button(desk, "Prévoir la concertation"))
    expect(desk.page.get_by_role("region", name="Invités")).to_contain_text("Élise Moreau")


def put_on_the_agenda(desk: Desk) -> None:
    enter(desk, link(desk, "Inscrire un parcours"))
    pick(desk, "Parcours", "Traoré A.")
    write(desk, "Question posée", QUESTION)
    enter(desk, button(desk, "Inscrire à l’ordre du jour"))
    # Then it is known which métier has not been asked, who reads nothing of it, and that she has to be told
    title(desk).to_have_text("En concertation : Aminata Traoré")
    missing = desk.page.get_by_role("region", name="Quel métier n’a pas encore été sollicité ?")
    expect(missing).to_contain_text("Médecin")
    expect(missing).not_to_contain_text("Psychologue")
    expect(desk.page.get_by_text("Invités qui ne lisent rien de ce parcours")).to_contain_text("Mehdi Garnier")
    enter(desk, button(desk, "Noter qu’elle est informée"))
    expect(desk.page.get_by_text("personne informée le")).to_be_visible()


def contribute(desk: Desk) -> None:
    enter(desk, link(desk, "Concertations"))
    enter(desk, desk.page.get_by_role("link", name="14 h 30").first)
    enter(desk, link(desk, "Aminata Traoré"))
    enter(desk, link(desk, "Écrire une contribution"))
    choose(desk, desk.page.get_by_label("L’équipe du parcours. Lu par"))
    write(desk, "Texte", BROUGHT)
    enter(desk, button(desk, "Signer la contribution"))
    expect(desk.page.get_by_role("region", name="Contributions que vous lisez")).to_contain_text(BROUGHT)
    assert Ecrit.objects.get().point is not None


def decide(desk: Desk) -> None:
    desk.page.reload()
    expect(desk.page.get_by_text(BROUGHT)).to_be_visible()
    enter(desk, link(desk, "Noter une décision"))
    write(desk, "Action", DECIDED)
    choose(desk, desk.page.get_by_label("un professionnel", exact=True))
    pick(desk, "Si c’est un professionnel, lequel", "Petit")
    write(desk, "Pour le", "31 décembre 2099")
    enter(desk, button(desk, "Enregistrer la décision"))
    decisions = desk.page.get_by_role("region", name="Décisions")
    expect(decisions).to_contain_text("Julie Petit, pour le")


def read_the_minutes(desk: Desk) -> None:
    enter(desk, link(desk, "Concertation du"))
    enter(desk, button(desk, "Noter qu’elle a eu lieu"))
    enter(desk, link(desk, "Compte rendu"))
    sheet = desk.page.get_by_role("article", name="Aminata Traoré")
    for said in (QUESTION, DECIDED, "Julie Petit, pour le", BROUGHT):
        expect(sheet).to_contain_text(said)
    # And on paper, without what is only for the screen
    desk.page.emulate_media(media="print")
    expect(sheet).to_be_visible()
    expect(desk.page.get_by_role("button", name="Imprimer le compte rendu")).to_be_hidden()
    desk.page.emulate_media(media="screen")


def see_nothing_of_it(desk: Desk) -> None:
    enter(desk, link(desk, "Concertations"))
    enter(desk, desk.page.get_by_role("link", name="14 h 30").first)
    expect(desk.page.get_by_text("Aucun des parcours que vous lisez n’est à l’ordre du jour.")).to_be_visible()
    enter(desk, link(desk, "Compte rendu"))
    expect(desk.page.locator("main")).not_to_contain_text("Traoré")


def test_a_concertation_is_held(open_desk: Any, cast: SimpleNamespace, aminata: Usager) -> None:
    # Given a team of three métiers
    parcours = make_parcours(aminata, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    for colleague in (cast.cesf, cast.psychologue):
        parcours.add_intervenant(colleague)
    referent = open_desk("assistant-social-2")
    # When its référente calls a round table of today, the educator too, and puts the parcours on its agenda
    call(referent)
    put_on_the_agenda(referent)
    # And the psychologist brings something that the whole team reads
    contribute(open_desk("psychologue"))
    # And a decision is taken
    decide(referent)
    # Then it is an action of the parcours, with whoever does it and a date
    decided = Action.objects.get()
    assert (decided.parcours, decided.agent) == (parcours, Agent.objects.get(username="cesf"))
    # And the minutes say it all
    read_the_minutes(referent)
    assert Concertation.objects.get().statut == Concertation.Statut.TENUE
    # And the colleague who does it finds it in the parcours; the educator, outside the team, finds nobody
    colleague = open_desk("cesf")
    enter(colleague, link(colleague, "Traoré A."))
    expect(colleague.page.locator("li.ligne", has_text=DECIDED)).to_contain_text("Julie Petit")
    see_nothing_of_it(open_desk("educateur"))
