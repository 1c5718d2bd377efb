"""Two records of one person, in a browser: found, compared, merged, and set apart again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accueil.models import Correction, Fait, Fusion, Usager
from parcours.demonstration.builders import UsagerFactory, make_fait, make_passage
from pole_social.models import Agent

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def registered_twice() -> tuple[Usager, Usager]:
    """Zofia, and Sofia who is the same; each came once."""
    gos = Agent.objects.get(username="gos")
    born = {"naissance_annee": 1984, "naissance_mois": 1, "naissance_jour": 15}
    known: Any = UsagerFactory(nom_usage="Wiśniewska", prenoms="Zofia", **born)
    twice: Any = UsagerFactory(nom_usage="Wisniewska", prenoms="Sofia", **born)
    for usager in (known, twice):
        make_passage(usager, by=gos)
    make_fait(twice, by=gos, sujet="activite", valeur="salariée à temps partiel")
    return known, twice


def test_merge_then_undo(open_desk: Any) -> None:
    # Given two records that are one person's, and the responsable of the desk
    known, twice = registered_twice()
    desk = open_desk("responsable-accueil")
    desk.page.goto(f"{desk.address}/accueil/doublons/")
    desk.check()
    expect(desk.page.get_by_text("même date de naissance")).to_be_visible()
    # When they are compared
    desk.press("Comparer")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Est-ce la même personne ?")
    # And sent without saying which is kept, the page says what is missing
    desk.press("Fusionner les deux dossiers")
    expect(desk.page.get_by_role("alert")).to_contain_text("Choisissez le dossier à garder.")
    # And the first name is taken from one, the rest from the other
    desk.page.get_by_label("Prénoms : Zofia").check()
    desk.page.locator(f"input[name=garde][value='{twice.pk}']").check()
    desk.press("Fusionner les deux dossiers")
    # Then one record is left, with all that both held
    expect(desk.page.get_by_text("n’en font plus qu’un")).to_be_visible()
    twice.refresh_from_db()
    assert (twice.prenoms, twice.nom_usage) == ("Zofia", "Wisniewska")
    assert twice.passages.count() == 2 and known.passages.count() == 0
    assert Correction.objects.filter(usager=twice).count() == 2
    # And the absorbed one is not found any more
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("Wisniewska 1984")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/recherche/")
    expect(desk.page.locator(f"[data-usager='{twice.pk}']")).to_be_visible()
    assert desk.page.locator(f"[data-usager='{known.pk}']").count() == 0
    # When it was a mistake
    desk.page.goto(f"{desk.address}/accueil/doublons/fusions/")
    desk.press("Séparer")
    # Then both are as they were
    expect(desk.page.get_by_text("Les deux dossiers sont séparés.")).to_be_visible()
    twice.refresh_from_db()
    assert twice.prenoms == "Sofia" and known.passages.count() == twice.passages.count() == 1
    assert Fait.objects.get().usager == twice
    assert Fusion.objects.get().undone_by == Agent.objects.get(username="responsable-accueil")
