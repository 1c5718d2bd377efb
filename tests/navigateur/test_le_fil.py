"""The whole thread in a browser, from the desk to the file active: what a newcomer walks in five minutes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accueil.models import Passage, Usager
from evaluation.models import Evaluation, Exploration
from parcours.demonstration.builders import UsagerFactory
from parcours.models import Ecrit, Parcours
from pole_social.models import Domaine
from tests.navigateur.conftest import Desk

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

SAID = "A reçu un commandement de payer, deux enfants, seule."
SECRET = "Examen de la petite : croissance dans la norme."


def search(desk: Desk, typed: str) -> None:
    desk.page.keyboard.press("/")
    desk.page.keyboard.type(typed)
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    desk.page.wait_for_url("**/recherche/")
    desk.check()


def register(desk: Desk, motif: str) -> None:
    desk.page.get_by_label(motif, exact=True).check()
    desk.press("Enregistrer le passage")


def note_demande(page: Page, besoin: str, domaine: str) -> None:
    if not page.get_by_role("textbox", name="Besoin").is_visible():
        page.get_by_text("Ajouter une demande").click()
    page.get_by_role("textbox", name="Besoin").fill(besoin)
    page.get_by_label("Domaine").select_option(label=domaine)
    page.get_by_role("button", name="Noter la demande").click()
    expect(page.get_by_text(besoin).first).to_be_visible()


def at_the_desk(open_desk: Any, aminata: Usager) -> None:
    # Given the desk of Issy, and Aminata, known, who comes without an appointment
    desk = open_desk("gos")
    # When nobody gives a name, an anonymous passage takes two gestures
    desk.press("Passage anonyme")
    desk.press("Autonomie")
    # And Aminata is found and registered
    search(desk, "Traoré Aminata 1991")
    found = desk.page.locator(f"[data-usager='{aminata.pk}']")
    found.get_by_role("link", name="Enregistrer un passage").click()
    register(desk, "Logement ou hébergement")
    # And she is called, received, and says two things
    desk.page.get_by_role("link", name="Traoré A.").first.click()
    desk.press("Appeler")
    desk.press("Recevoir")
    note_demande(desk.page, "Impayé de loyer", "Logement et hébergement")
    note_demande(desk.page, "Attestation pour l’école", "Accès aux droits et non-recours")
    desk.check()
    # And one is answered at once
    desk.press("Répondre à : Attestation pour l’école")
    desk.page.get_by_label("Réponse donnée").fill("Attestation imprimée et remise.")
    desk.press("Noter la réponse")
    # And the other goes to évaluation
    desk.press("Envoyer à une unité")
    desk.page.get_by_label("évaluation · Pôle social").check()
    desk.page.get_by_label("Ce qui a été dit").fill(SAID)
    desk.press("Envoyer le relais")
    desk.page.goto(f"{desk.address}/accueil/")
    desk.page.get_by_role("link", name="Traoré A.").first.click()
    desk.press("Terminer le passage")
    # Then both passages of the day are numbered, and hers is over
    assert sorted(Passage.objects.values_list("numero", flat=True)) == [1, 2]
    assert Passage.objects.get(usagers=aminata).statut == Passage.Statut.TERMINE


def a_new_person(open_desk: Any) -> None:
    # Given somebody whom the search does not find
    desk = open_desk("gos-2")
    search(desk, "Kouyaté Fanta 3 mai 1988")
    # When they are registered from that search
    desk.press("Nouvel usager")
    expect(desk.page.get_by_label("Nom d’usage")).to_have_value("Kouyaté")
    desk.press("Enregistrer la personne")
    register(desk, "Budget ou aide financière")
    # Then they wait with the others
    expect(desk.page.get_by_text("Kouyaté F.")).to_be_visible()
    assert Usager.objects.get(nom_usage="Kouyaté").naissance_annee == 1988


def explore(desk: Desk) -> None:
    """The 14 domaines, one page after the other, by « Enregistrer et passer au suivant »."""
    desk.page.get_by_role("link", name="Accès aux droits et non-recours").first.click()
    for domaine in Domaine.objects.order_by("ordre"):
        expect(desk.page.get_by_role("heading", level=1)).to_have_text(domaine.libelle)
        if domaine.code == "logement":
            desk.page.get_by_label("fragilité(s)", exact=True).check()
            found = desk.page.get_by_role("group", name="Impayé de loyer ou de charges")
            found.get_by_label("fragilité majeure").check()
            found.locator("summary").click()
            found.get_by_label("Ses mots").fill("je dors mal")
        else:
            desk.page.get_by_label("abordé, aucune difficulté exprimée").check()
        if domaine.code == "violences":
            desk.page.get_by_label("seul à seul").check()
            desk.check()
        desk.page.get_by_role("button", name="Enregistrer et passer au suivant").click()


def at_evaluation(open_desk: Any, cast: SimpleNamespace) -> Desk:
    # Given the relais in the unit's list
    desk = open_desk("assistant-social")
    desk.page.get_by_role("link", name="Traoré A.").first.click()
    # Then what she said at the desk is there, and need not be said again
    expect(desk.page.get_by_text(SAID)).to_be_visible()
    expect(desk.page.get_by_text("Impayé de loyer")).to_be_visible()
    desk.press("Accepter et ouvrir l’évaluation")
    # And it cannot be submitted while a domaine is not explored
    expect(desk.page.get_by_role("button", name="Envoyer à la validation")).to_have_attribute("aria-disabled", "true")
    # When the 14 domaines are explored and something is proposed
    explore(desk)
    desk.check()
    desk.page.get_by_text("Ajouter une proposition").click()
    desk.page.get_by_role("textbox", name="Proposition").fill("Ouvrir un dossier FSL")
    desk.press("Ajouter la proposition")
    assert not Exploration.objects.filter(etat=Exploration.Etat.PAS_ENCORE_ABORDE).exists()
    # Then it goes to its validation
    desk.press("Envoyer à la validation")
    assert Evaluation.objects.get().statut == Evaluation.Statut.A_VALIDER
    return desk


def at_validation(open_desk: Any) -> None:
    # Given the unit's responsable
    desk = open_desk("responsable-evaluation")
    desk.page.get_by_role("link", name="Traoré A.").first.click()
    # When they read and decide
    expect(desk.page.get_by_text("je dors mal")).to_be_visible()
    desk.press("Valider l’évaluation")
    # Then the content closes to them
    expect(desk.page.get_by_text("je dors mal")).to_have_count(0)


def to_accompagnement(desk: Desk) -> None:
    evaluation = Evaluation.objects.get()
    desk.page.goto(f"{desk.address}/evaluation/{evaluation.pk}/")
    desk.press("Envoyer à l’accompagnement")
    desk.press("Envoyer le relais")


def at_accompagnement(open_desk: Any) -> Desk:
    # Given the relais in the accompagnement's list
    desk = open_desk("assistant-social-2")
    desk.page.get_by_role("link", name="Traoré A.").first.click()
    expect(desk.page.get_by_text("Impayé de loyer").first).to_be_visible()
    # When it is accepted with a first objectif and a first action
    desk.page.get_by_label("Premier objectif").fill("Garder le logement")
    desk.page.get_by_label("Première action").fill("Appeler le bailleur")
    desk.page.get_by_label("Pour le").fill("31 décembre 2099")
    desk.press("Accepter et ouvrir le parcours")
    # And nothing more is taken up of what the evaluation kept
    expect(desk.page.get_by_role("heading", name="Reprendre ce que l’évaluation propose")).to_be_visible()
    desk.check()
    desk.page.get_by_role("link", name="Continuer sans rien reprendre").click()
    # Then a parcours is open, and they are its référent
    expect(desk.page.get_by_text("Garder le logement")).to_be_visible()
    # And what the evaluation found is open to them from now on
    expect(desk.page.get_by_text("je dors mal").first).to_be_visible()
    parcours = Parcours.objects.get()
    assert parcours.intervenants.get(is_referent=True).agent.username == "assistant-social-2"
    # When the puéricultrice joins the team
    desk.press("Ajouter quelqu’un")
    choice = desk.page.get_by_label("Professionnel à faire entrer")
    choice.select_option(value=choice.locator("option", has_text="Caron Hélène").get_attribute("value"))
    desk.press("Ajouter à l’équipe")
    return desk


def at_the_file_active(open_desk: Any) -> None:
    # Given the manager of the unité
    desk = open_desk("responsable-accompagnement")
    expect(desk.page).to_have_url(f"{desk.address}/pilotage/")
    # Then the parcours is there with its référent and next date, and nothing of what is said in it
    row = desk.page.get_by_role("row", name="Traoré A.")
    expect(row).to_contain_text("Claire Bernard")
    desk.check()
    row.get_by_role("link").first.click()
    expect(desk.page.get_by_text("Garder le logement")).to_have_count(0)
    desk.check()


def in_circle_sante(open_desk: Any, referent: Desk) -> None:
    parcours = Parcours.objects.get()
    address = f"{referent.address}/parcours/{parcours.pk}/"
    # Given the puéricultrice in the team
    desk = open_desk("puericultrice")
    desk.page.goto(address)
    # When she writes in circle santé, its readers named before she types
    desk.press("Écrire")
    desk.page.get_by_label("Santé. Lu par").check()
    desk.page.get_by_label("Modalité").select_option(label="sur rendez-vous")
    desk.page.get_by_label("Date de l’échange").fill("1er novembre 2026")
    desk.page.get_by_label("Texte").fill(SECRET)
    desk.press("Signer l’écrit")
    desk.page.goto(address)
    expect(desk.page.locator("main")).to_contain_text(SECRET)
    # Then the référent sees no trace of it, not even at its address
    referent.page.goto(address)
    expect(referent.page.locator("main")).not_to_contain_text(SECRET)
    referent.check()
    ecrit = Ecrit.objects.get()
    assert ecrit.cercle == Ecrit.Cercle.SANTE
    assert referent.page.request.get(f"{address}ecrits/{ecrit.pk}/").status == 404
    assert desk.page.request.get(f"{address}ecrits/{ecrit.pk}/").status == 200


def test_one_person_walks_the_whole_thread(open_desk: Any, cast: SimpleNamespace) -> None:
    aminata = UsagerFactory.create(nom_usage="Traoré", prenoms="Aminata", naissance_annee=1991)
    at_the_desk(open_desk, aminata)
    a_new_person(open_desk)
    evaluator = at_evaluation(open_desk, cast)
    at_validation(open_desk)
    to_accompagnement(evaluator)
    referent = at_accompagnement(open_desk)
    at_the_file_active(open_desk)
    in_circle_sante(open_desk, referent)
