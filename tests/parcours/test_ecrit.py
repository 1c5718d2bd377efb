"""Writing: the circle first, drafts, signature, and a signed text that nothing changes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.utils import timezone

from parcours.demonstration.builders import make_ecrit
from parcours.models import Ecrit, Parcours
from pole_social.models import Acces, StaleVersion
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
TYPED = {"cercle": "equipe", "modalite": "telephone", "done_on": "12/03/2026", "texte": "Elle a reçu la lettre."}


def new(parcours: Parcours) -> str:
    return f"/parcours/{parcours.pk}/ecrits/nouveau/"


def page(ecrit: Ecrit, act: str = "") -> str:
    return f"/parcours/{ecrit.parcours_id}/ecrits/{ecrit.pk}/{act}"


@pytest.fixture
def draft(cast: SimpleNamespace, suivi: Parcours) -> Ecrit:
    return make_ecrit(suivi, by=cast.assistant_social_2, signed=False)


@together(
    ("username", "status"),
    [
        *((name, 200 if name == REFERENT else 404) for name in CARE),
        *((name, 403) for name in ENCADREMENT + OUTSIDE),
    ],
)
def test_each_role(cast: SimpleNamespace, browse: Browse, suivi: Parcours, username: str, status: int) -> None:
    assert browse(username).get(new(suivi)).status_code == status


def test_routes(browse: Browse, suivi: Parcours, draft: Ecrit) -> None:
    client = browse(REFERENT)
    assert client.put(new(suivi)).status_code == 405
    assert client.get(page(draft, "signature/")).status_code == 405
    assert client.get(page(draft)).status_code == 200
    assert browse("gos").get(page(draft)).status_code == 403
    assert browse("responsable-accompagnement").get(page(draft)).status_code == 404
    assert_does_not_exist(browse("cesf"), page(draft), draft.pk)
    assert_does_not_exist(browse("cesf"), page(draft, "signature/"), draft.pk, "post")
    assert_does_not_exist(browse("cesf"), new(suivi), suivi.pk)


def test_circles_name_their_readers_before_anything_is_typed(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours
) -> None:
    for agent in (cast.cesf, cast.puericultrice):
        suivi.add_intervenant(agent)
    text = browse(REFERENT).get(new(suivi)).content.decode()
    assert "L’équipe du parcours. Lu par : vous, Hélène Caron et Julie Petit (3 personnes)." in text
    assert "Social. Lu par : vous et Julie Petit (2 personnes)." in text
    assert "Santé." not in text, "only one’s own famille is offered"
    assert text.index("Qui pourra lire") < text.index("<textarea")
    assert 'name="cercle" value="equipe" checked' not in text


def test_psychologist_writes_for_themselves(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    suivi.add_intervenant(cast.psychologue)
    assert "Psychologie. Lu par : vous seulement." in browse("psychologue").get(new(suivi)).content.decode()


@pytest.mark.parametrize("act", ["", "brouillon"])
def test_draft(cast: SimpleNamespace, browse: Browse, suivi: Parcours, act: str) -> None:
    response = browse(REFERENT).post(new(suivi), {**TYPED, "acte": act})
    made = Ecrit.objects.get()
    assert response.url == page(made)  # type: ignore[attr-defined]
    assert (made.auteur, made.cercle, str(made.done_on)) == (cast.assistant_social_2, "equipe", "2026-03-12")
    assert not made.is_signed
    row = last_row("ecrit_nouveau")
    assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [suivi.usager_id])


def test_signed_at_once(browse: Browse, suivi: Parcours) -> None:
    client = browse(REFERENT)
    url = client.post(new(suivi), {**TYPED, "acte": "signature"}).url  # type: ignore[attr-defined]
    assert Ecrit.objects.get().is_signed
    text = client.get(url).content.decode()
    assert "Lu par : vous seulement." in text
    assert 'name="cercle"' not in text, "signed, it does not change"


def test_child_protection_names_its_readers(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    suivi.add_intervenant(cast.cesf)
    client, protection = browse(REFERENT), {**TYPED, "cercle": "protection", "acte": "signature"}
    alone = client.post(new(suivi), protection).content.decode()
    assert "Nommez au moins une personne qui pourra lire." in alone
    stranger = client.post(new(suivi), {**protection, "nommes": str(cast.medecin.pk)}).content.decode()
    assert "Choisissez parmi les membres de l’équipe." in stranger
    assert client.post(new(suivi), {**protection, "nommes": str(cast.cesf.pk)}).status_code == 302
    assert list(Ecrit.objects.get().nommes.all()) == [cast.cesf]


def test_a_name_without_child_protection_is_said(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """Ignoring it would let the writer believe that person reads."""
    suivi.add_intervenant(cast.cesf)
    text = browse(REFERENT).post(new(suivi), {**TYPED, "nommes": str(cast.cesf.pk)}).content.decode()
    assert "Décochez ces noms" in text


def test_child_protection_needs_somebody_to_name(browse: Browse, suivi: Parcours) -> None:
    client = browse(REFERENT)
    assert "rotection de l’enfance" not in client.get(new(suivi)).content.decode()
    assert "Choisissez d’abord" in client.post(new(suivi), {**TYPED, "cercle": "protection"}).content.decode()


@together(
    ("field", "value", "message"),
    [
        ("cercle", "", "Choisissez d’abord qui pourra lire."),
        ("cercle", "sante", "Choisissez d’abord qui pourra lire."),
        ("cercle", "psychologie", "Choisissez d’abord qui pourra lire."),
        ("modalite", "", "Choisissez comment l’échange a eu lieu."),
        ("modalite", "pigeon", "Choisissez une modalité de la liste."),
        ("done_on", "", "Cette date est nécessaire."),
        ("done_on", "31/02/2026", "Ce jour n’existe pas dans ce mois."),
        ("done_on", "01/01/10000", "Cette date n’est pas lisible."),
        ("done_on", "mars 2026", "Indiquez le jour, le mois et l’année."),
        ("done_on", "01/01/2099", "Cette date est à venir"),
        ("texte", "  ", "Écrivez le texte."),
        ("acte", "effacer", "Choisissez d’enregistrer le brouillon ou de signer."),
    ],
)
def test_invalid_input_keeps_what_was_typed(
    browse: Browse, suivi: Parcours, field: str, value: str, message: str
) -> None:
    response = browse(REFERENT).post(new(suivi), {**TYPED, field: value})
    text = response.content.decode()
    assert response.status_code == 200
    assert message in text
    assert (TYPED["texte"] in text) == (field != "texte")
    assert not Ecrit.objects.exists()


@together("value", HOSTILE)
@together("field", [*TYPED, "nommes", "cle", "acte"])
def test_hostile_input(cast: SimpleNamespace, browse: Browse, suivi: Parcours, field: str, value: str) -> None:
    suivi.add_intervenant(cast.cesf)
    assert browse(REFERENT).post(new(suivi), {**TYPED, field: value}).status_code == 200
    assert not Ecrit.objects.exists()


def test_double_click_writes_once(browse: Browse, suivi: Parcours) -> None:
    client, typed = browse(REFERENT), {**TYPED, "cle": str(uuid.uuid4())}
    first, again = client.post(new(suivi), typed), client.post(new(suivi), typed)
    assert first.url == again.url  # type: ignore[attr-defined]
    other = client.post(new(suivi), {**typed, "texte": "Un autre texte."})
    assert other.status_code == 409
    assert TYPED["texte"] in other.content.decode()
    assert "Un autre texte." in other.content.decode()
    assert Ecrit.objects.count() == 1


def test_edit_a_draft(browse: Browse, draft: Ecrit) -> None:
    response = browse(REFERENT).post(page(draft), {**TYPED, "version": draft.version})
    assert response.url == page(draft)  # type: ignore[attr-defined]
    draft.refresh_from_db()
    assert (draft.texte, draft.version, draft.is_signed) == (TYPED["texte"], 2, False)


def test_stale_draft_shows_both_texts(browse: Browse, draft: Ecrit) -> None:
    client = browse(REFERENT)
    client.post(page(draft), {**TYPED, "version": 1, "texte": "Écrit dans un autre onglet."})
    stale = client.post(page(draft), {**TYPED, "version": 1})
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "Écrit dans un autre onglet." in text
    assert TYPED["texte"] in text
    assert 'name="version" value="2"' in text
    assert client.post(page(draft), {**TYPED, "version": 2}).status_code == 302
    draft.refresh_from_db()
    assert draft.texte == TYPED["texte"]


def test_stale_names_show_both(cast: SimpleNamespace, browse: Browse, suivi: Parcours, draft: Ecrit) -> None:
    for agent in (cast.cesf, cast.medecin):
        suivi.add_intervenant(agent)
    client, protection = browse(REFERENT), {**TYPED, "cercle": "protection", "version": 1}
    client.post(page(draft), {**protection, "nommes": str(cast.cesf.pk)})
    stale = client.post(page(draft), {**protection, "nommes": str(cast.medecin.pk)})
    assert stale.status_code == 409
    rows = {row.libelle: (row.enregistre, row.saisi) for row in stale.context["form"].conflit}
    assert list(rows.values()) == [("Julie Petit", "Philippe Aubert")]
    assert list(draft.nommes.all()) == [cast.cesf]


def test_signing_signs_what_stands_in_the_form(browse: Browse, draft: Ecrit) -> None:
    client = browse(REFERENT)
    response = client.post(page(draft, "signature/"), {**TYPED, "version": 1})
    assert response.url == page(draft)  # type: ignore[attr-defined]
    draft.refresh_from_db()
    assert (draft.is_signed, draft.texte) == (True, TYPED["texte"])
    again = client.post(page(draft, "signature/"), {**TYPED, "version": 1})
    assert again.url == page(draft), "a second click changes nothing"  # type: ignore[attr-defined]
    signed_at = draft.signed_at
    draft.refresh_from_db()
    assert draft.signed_at == signed_at


def test_signing_checks_the_form_and_the_version(browse: Browse, draft: Ecrit) -> None:
    client = browse(REFERENT)
    assert "Écrivez le texte." in client.post(page(draft, "signature/"), {"version": 1}).content.decode()
    client.post(page(draft), {**TYPED, "version": 1})
    assert client.post(page(draft, "signature/"), {**TYPED, "texte": "x", "version": 1}).status_code == 409
    draft.refresh_from_db()
    assert not draft.is_signed


def test_signed_text_does_not_change_in_the_page(browse: Browse, draft: Ecrit) -> None:
    draft.sign()
    response = browse(REFERENT).post(page(draft), {**TYPED, "version": draft.version})
    assert response.status_code == 409
    assert TYPED["texte"] in response.content.decode(), "what was typed can be copied"
    draft.refresh_from_db()
    assert draft.texte != TYPED["texte"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE parcours_ecrit SET texte = 'x' WHERE id = %s", "DELETE FROM parcours_ecrit WHERE id = %s"],
)
def test_signed_text_does_not_change_in_the_database(draft: Ecrit, statement: str) -> None:
    """The trigger refuses plain SQL too; a draft still changes."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parcours_ecrit SET texte = 'encore un brouillon' WHERE id = %s", [draft.pk])
    draft.refresh_from_db()
    assert draft.texte == "encore un brouillon"
    draft.sign()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [draft.pk])
    with pytest.raises(StaleVersion):
        draft.save_over(draft.version, ["texte"])


def test_reader_of_a_colleagues_text_cannot_write_it(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours, draft: Ecrit
) -> None:
    suivi.add_intervenant(cast.cesf)
    draft.sign()
    client = browse("cesf")
    assert "Lu par : Claire Bernard et vous (2 personnes)." in client.get(page(draft)).content.decode()
    assert client.post(page(draft), {**TYPED, "version": 1}).status_code == 409
    assert client.post(page(draft, "signature/"), {**TYPED, "version": 1}).status_code == 409


def test_journal_row_of_a_reading(browse: Browse, draft: Ecrit) -> None:
    browse(REFERENT).get(page(draft))
    row = last_row("ecrit")
    assert (row.action, row.usager_ids) == (Acces.Action.LECTURE, [draft.parcours.usager_id])
    assert row.rattachement_id


def test_draft_dated_today_stays_valid_tomorrow(browse: Browse, draft: Ecrit) -> None:
    Ecrit.objects.update(done_on=timezone.localdate() - timedelta(days=1))
    assert browse(REFERENT).get(page(draft)).status_code == 200


def test_queries(cast: SimpleNamespace, browse: Browse, suivi: Parcours, draft: Ecrit) -> None:
    client = browse(REFERENT)
    few = [count_queries(client, url) for url in (new(suivi), page(draft))]
    for agent in (cast.cesf, cast.educateur, cast.puericultrice, cast.medecin, cast.psychologue, cast.eje):
        suivi.add_intervenant(agent)
    more = [count_queries(client, url) for url in (new(suivi), page(draft))]
    assert max(more) <= 16
    assert [after - before for before, after in zip(few, more, strict=True)] <= [1, 1], "the names to tick"
