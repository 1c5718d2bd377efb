"""In a browser: a mandat printed, signed and revoked; an orientation slip printed, then answered."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accueil.models import Demarche, Mandat, Orientation, Usager
from parcours.demonstration.builders import make_demande, make_passage, receive

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def pages_of(page: Page, path: Path) -> int:
    """How many A4 sheets the page prints on, counted in the PDF itself."""
    data = page.pdf(format="A4", print_background=False, path=path)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", data))


def test_a_mandat_is_printed_signed_used_and_revoked(
    open_desk: Any, cast: SimpleNamespace, aminata: Usager, tmp_path: Path
) -> None:
    # Given Aminata, received by gos
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    desk = open_desk("gos")
    page = desk.page
    # When the agent writes a mandat
    page.goto(f"{desk.address}/accueil/passages/{passage.pk}/")
    desk.check()
    page.get_by_role("link", name="Établir un mandat").click()
    desk.check()
    page.get_by_label("Démarches autorisées").fill("Le compte CAF : déclarer ses ressources.")
    page.get_by_role("button", name="Établir le mandat").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mandat pour agir en ligne")
    desk.check()
    # Then it prints on one page, where the buttons do not stand
    assert pages_of(page, tmp_path / "mandat.pdf") == 1
    # And, signed, it allows a démarche for her
    page.get_by_role("button", name="Noter la signature").click()
    expect(page.get_by_text("mandat en cours")).to_be_visible()
    page.goto(f"{desk.address}/accueil/passages/{passage.pk}/")
    page.get_by_role("link", name="Noter une démarche").click()
    desk.check()
    page.get_by_label("Site ou téléservice").fill("caf.fr")
    page.get_by_label("pour la personne", exact=True).check()
    page.get_by_role("button", name="Noter la démarche").click()
    expect(page.get_by_text("La démarche est notée.")).to_be_visible()
    desk.check()
    assert Demarche.objects.get().mandat == Mandat.objects.get()
    # And, at her word, it is revoked at once
    page.get_by_role("link", name="Mandat", exact=False).first.click()
    page.get_by_role("button", name="Révoquer le mandat").click()
    expect(page.get_by_text("Ce mandat n’autorise plus rien.")).to_be_visible()
    desk.check()
    assert not Mandat.objects.live().exists()


def test_a_slip_is_printed_and_its_answer_noted(
    open_desk: Any, cast: SimpleNamespace, aminata: Usager, tmp_path: Path
) -> None:
    # Given a demande that a partner can answer
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    demande = make_demande(passage, by=cast.gos, besoin="Frais de cantine", domaine="budget")
    desk = open_desk("gos")
    page = desk.page
    # When the agent searches the partners, without losing what is typed
    page.goto(f"{desk.address}/accueil/passages/{passage.pk}/orientations/nouvelle/?demande={demande.pk}")
    desk.check()
    page.get_by_label("Ce que la personne va y demander").fill("Étaler ce que je dois à la cantine")
    page.get_by_label("Chercher dans la liste").fill("clamart")
    page.get_by_role("button", name="Chercher", exact=True).click()
    expect(page.get_by_text("1 partenaire dans la liste.")).to_be_visible()
    desk.check()
    page.locator("#id_partenaire").select_option(label="CCAS de Clamart")
    page.get_by_role("button", name="Préparer le bon").click()
    # Then the slip stands on one page, and the demande is oriented
    expect(page.get_by_role("heading", level=1)).to_have_text("Bon d’orientation")
    desk.check()
    assert pages_of(page, tmp_path / "bon.pdf") == 1
    demande.refresh_from_db()
    assert demande.statut == "orientee"
    # And a refusal brings the demande back, with a date
    page.get_by_role("link", name="Noter la réponse").click()
    desk.check()
    page.get_by_label("il refuse").check()
    page.get_by_label("Ce qu’il a dit").fill("Hors de sa commune.")
    page.get_by_role("button", name="Noter la réponse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reprendre la demande")
    desk.check()
    page.get_by_role("button", name="Reprendre la demande").click()
    page.wait_for_url(f"**/accueil/passages/{passage.pk}/**")
    demande.refresh_from_db()
    assert (demande.statut, Orientation.objects.get().statut) == ("a_pre_instruire", "refusee")
