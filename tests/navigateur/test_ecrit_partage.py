"""By keyboard alone: an écrit of one circle, unknown to the other métiers; shared with one of them, taken back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from accueil.models import Usager
from parcours.demonstration.builders import make_parcours
from parcours.models import Ecrit, Parcours, PartageEcrit
from tests.navigateur.clavier import button, choose, enter, link, pick, title, write
from tests.navigateur.conftest import Desk
from tests.parcours.aides import masked

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

SECRET = "Elle craint de perdre son logement avant Noël."
WHY = "Préparer la visite à domicile avec elle."


def look(desk: Desk, parcours: Parcours) -> str:
    """All that the page of the parcours says to this reader."""
    desk.page.goto(f"{desk.address}/parcours/{parcours.pk}/")
    desk.check()
    return masked(desk.page.locator("main").inner_text())


def write_a_draft(desk: Desk) -> None:
    enter(desk, link(desk, "Traoré A."))
    enter(desk, link(desk, "Écrire"))
    # Given the readers of each circle, by name, before anything is typed
    expect(desk.page.get_by_label("Social. Lu par : vous et Mehdi Garnier (2 personnes).")).to_be_visible()
    # When nothing says who will read it, it is refused, and what was typed stays
    write(desk, "Texte", SECRET)
    enter(desk, button(desk, "Signer l’écrit"))
    summary = desk.page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Choisissez d’abord qui pourra lire.")
    expect(desk.page.get_by_label("Texte")).to_have_value(SECRET)
    # And when it is said, it is kept as a draft
    choose(desk, desk.page.get_by_label("Social. Lu par"))
    pick(desk, "Modalité", "téléphone")
    enter(desk, button(desk, "Enregistrer le brouillon"))
    title(desk).to_have_text("Brouillon d’écrit")
    assert Ecrit.objects.get().signed_at is None


def sign(desk: Desk) -> Ecrit:
    enter(desk, button(desk, "Signer l’écrit"))
    expect(desk.page.get_by_text("cercle : social")).to_be_visible()
    expect(desk.page.locator("main")).to_contain_text("Lu par : vous et Mehdi Garnier (2 personnes).")
    signed = Ecrit.objects.get()
    assert signed.is_signed and signed.cercle == Ecrit.Cercle.SOCIAL
    return signed


def share(desk: Desk) -> None:
    enter(desk, link(desk, "Partager cet écrit"))
    # Given the colleagues who work with her and do not read it yet: the educator reads it already
    offered = desk.page.get_by_label("Avec qui").locator("option")
    assert [one.split(" ·")[0] for one in offered.all_inner_texts()] == ["Choisir…", "Caron Hélène"]
    pick(desk, "Avec qui", "Caron")
    write(desk, "Pourquoi", WHY)
    pick(desk, "Sur quelle base", "équipe de soins")
    choose(desk, desk.page.get_by_label("la personne est d’accord"))
    write(desk, "Jusqu’au", "31 décembre 2026")
    enter(desk, button(desk, "Partager"))
    # Then it is said, and stands beside the écrit
    expect(desk.page.get_by_role("status")).to_contain_text("Partagé avec Hélène Caron.")
    expect(desk.page.get_by_role("region", name="Partages")).to_contain_text(WHY)


def read_what_is_shared(desk: Desk) -> None:
    desk.page.goto(f"{desk.address}/parcours/")
    shared = desk.page.get_by_role("region", name="Partagé avec moi")
    expect(shared).to_contain_text(f"par Claire Bernard : {WHY}")
    enter(desk, shared.get_by_role("link", name="Traoré A."))
    expect(desk.page.locator("main")).to_contain_text(SECRET)
    # And whoever was told does not pass it on
    expect(link(desk, "Partager cet écrit")).to_have_count(0)


def take_back(desk: Desk) -> None:
    enter(desk, button(desk, "Retirer le partage avec Hélène Caron"))
    expect(desk.page.get_by_role("status")).to_contain_text("Le partage est retiré.")
    expect(desk.page.get_by_role("region", name="Partages")).to_contain_text("Partagé avec personne.")


def find_nothing(desk: Desk) -> None:
    """The page that was open is the page of what does not exist."""
    answer = desk.page.reload()
    assert answer is not None and answer.status == 404
    # What the browser says in its console of a page that is not found.
    desk.errors.clear()
    title(desk).to_have_text("Rien à cette adresse")
    desk.check()
    enter(desk, link(desk, "Revenir à ma page du jour"))
    expect(desk.page.get_by_role("region", name="Partagé avec moi")).to_have_count(0)


def test_read_by_its_circle_then_by_whom_it_is_shared_with(
    open_desk: Any, cast: SimpleNamespace, aminata: Usager
) -> None:
    # Given a team of three: its référente, an educator, a puéricultrice
    parcours = make_parcours(aminata, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    for colleague in (cast.educateur, cast.puericultrice):
        parcours.add_intervenant(colleague)
    author, educator, nurse = (open_desk(name) for name in ("assistant-social-2", "educateur", "puericultrice"))
    before = {desk: look(desk, parcours) for desk in (educator, nurse)}
    # When the référente writes in the social circle, first as a draft
    write_a_draft(author)
    assert {desk: look(desk, parcours) for desk in before} == before
    # Then, signed, the educator reads it, and to the puéricultrice nothing has changed
    ecrit = sign(author)
    assert SECRET in look(educator, parcours)
    assert look(nurse, parcours) == before[nurse]
    # When it is shared with her, she reads it
    share(author)
    read_what_is_shared(nurse)
    # When it is taken back, she reads it no more, and the educator still does
    take_back(author)
    find_nothing(nurse)
    assert look(nurse, parcours) == before[nurse]
    assert SECRET in look(educator, parcours)
    assert PartageEcrit.objects.get(ecrit=ecrit).revoked_by == cast.assistant_social_2
