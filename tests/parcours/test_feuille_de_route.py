"""/parcours/<id>/feuille-de-route/: one page for the person, with nothing that could harm them at home."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Usager
from evaluation.models import Fragilite
from parcours.demonstration.builders import make_action, make_objectif, make_parcours
from parcours.demonstration.clock import at
from parcours.models import Action, Objectif, Parcours
from pole_social.models import Acces, Partenaire
from tests.bulk import copies
from tests.parcours.aides import assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.reading import one_line
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
Porteur = Action.Porteur


@pytest.fixture
def suivi(cast: SimpleNamespace, aminata: Usager) -> Parcours:
    made: Parcours = make_parcours(aminata, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    return made


def url(parcours: Parcours, large: bool = False) -> str:
    return f"/parcours/{parcours.pk}/feuille-de-route/" + ("?grands-caracteres=1" if large else "")


def words(client: Client, parcours: Parcours) -> str:
    """What is printed: the text without what stays on the screen."""
    html = client.get(url(parcours)).content.decode()
    main = html[html.index('<div class="feuille') : html.index("</main>")]
    return one_line(re.sub(r"<[^>]+>", " ", main))


@together(
    ("username", "status"),
    [
        (REFERENT, 200),
        ("assistant-social", 404),
        ("puericultrice", 404),
        ("psychologue", 404),
        ("responsable-accompagnement", 403),
        ("gos", 403),
        ("dpo", 403),
    ],
)
def test_each_role(cast: SimpleNamespace, browse: Browse, suivi: Parcours, username: str, status: int) -> None:
    """Handed over by the team: the responsable reads metadata, and has no paper to give."""
    assert browse(username).get(url(suivi)).status_code == status


def test_out_of_scope_is_what_does_not_exist(browse: Browse, suivi: Parcours) -> None:
    assert_does_not_exist(browse("cesf"), url(suivi), suivi.pk)
    assert browse(REFERENT).get(url(suivi)).status_code == 200, "the control"


def test_only_get_and_a_journal_row(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    client = browse(REFERENT)
    assert client.post(url(suivi)).status_code == 405
    client.get(url(suivi))
    row = last_row("feuille_de_route")
    assert (row.action, row.usager_ids) == (Acces.Action.IMPRESSION, [suivi.usager_id])
    assert row.rattachement_id


class TestWhatItSays:
    def test_each_does_their_part(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        by = cast.assistant_social_2
        but = make_objectif(suivi, by=by, libelle="Garder son logement")
        make_action(suivi, by=by, objectif=but, libelle="Apporter les quittances", porteur=Porteur.PERSONNE)
        make_action(suivi, by=by, objectif=but, libelle="Appeler le bailleur")
        done = make_action(suivi, by=by, objectif=but, libelle="Ouvrir le courrier")
        done.move(Action.Statut.FAITE, by=by)
        said = words(browse(REFERENT), suivi)
        assert re.search("Ce que nous voulons atteindre ensemble Garder son logement", said)
        assert re.search("Ce qui est fait Ouvrir le courrier", said)
        assert re.search("Ce que vous faites Apporter les quittances, pour le", said)
        assert re.search("Ce que nous faisons Appeler le bailleur, pour le", said)
        assert "Claire Bernard vous accompagne." in said
        assert suivi.usager.reference in said

    def test_what_was_done_long_ago_is_no_news_and_what_was_given_up_is_not_said(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        by = cast.assistant_social_2
        with at(timezone.now() - timedelta(days=91)):
            make_action(suivi, by=by, libelle="Fait autrefois").move(Action.Statut.FAITE, by=by)
        make_action(suivi, by=by, libelle="Abandonné").move(Action.Statut.ABANDONNEE, by=by)
        said = words(browse(REFERENT), suivi)
        assert "Fait autrefois" not in said and "Abandonné" not in said

    def test_the_next_date_is_never_a_past_one(self, browse: Browse, suivi: Parcours) -> None:
        assert "Nous faisons le point ensemble avant le" in words(browse(REFERENT), suivi)
        Parcours.objects.filter(pk=suivi.pk).update(echeance=timezone.localdate() - timedelta(days=1))
        assert "convenons d’un jour" in words(browse(REFERENT), suivi)

    def test_an_empty_parcours_still_says_whom_to_ask(self, browse: Browse, suivi: Parcours) -> None:
        said = words(browse(REFERENT), suivi)
        assert "Ce que vous faites" not in said
        assert "Une question ?" in said

    def test_in_large_print(self, browse: Browse, suivi: Parcours) -> None:
        client = browse(REFERENT)
        assert "feuille-grande" not in client.get(url(suivi)).content.decode()
        large = client.get(url(suivi, large=True)).content.decode()
        assert "feuille-grande" in large and "Caractères ordinaires" in large


class TestWhatItDoesNot:
    @together("code", ["violences_conjugales", "enfant_en_risque", "grossesse_non_suivie"])
    def test_a_goal_about_what_is_kept_off_paper_goes_with_its_steps(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, code: str
    ) -> None:
        by = cast.assistant_social_2
        but = make_objectif(suivi, by=by, libelle="Un lieu calme")
        Objectif.objects.filter(pk=but.pk).update(fragilite=Fragilite.objects.get(code=code))
        make_action(suivi, by=by, objectif=but, libelle="Visiter un appartement")
        said = words(browse(REFERENT), suivi)
        assert "Un lieu calme" not in said and "Visiter un appartement" not in said
        assert "Une partie n’est pas imprimée" in browse(REFERENT).get(url(suivi)).content.decode()
        Objectif.objects.filter(pk=but.pk).update(fragilite=Fragilite.objects.get(code="impaye_loyer"))
        assert "Visiter un appartement" in words(browse(REFERENT), suivi), "the control"

    @together("said", ["Déposer plainte", "Demander une ordonnance de protection", "Écrire à la CRIP"])
    def test_nor_words_that_tell_by_themselves(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, said: str
    ) -> None:
        make_objectif(suivi, by=cast.assistant_social_2, libelle=said)
        make_action(suivi, by=cast.assistant_social_2, libelle=said)
        assert said not in words(browse(REFERENT), suivi)

    def test_nor_a_partner_that_tells_why(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        partner = Partenaire.objects.filter(type=Partenaire.Type.VIOLENCES).first() or Partenaire.objects.create(
            code="lieu-sur", nom="Un lieu sûr", type=Partenaire.Type.VIOLENCES
        )
        step = make_action(suivi, by=cast.assistant_social_2, libelle="Prendre rendez-vous")
        Action.objects.filter(pk=step.pk).update(porteur=Porteur.PARTENAIRE, agent=None, partenaire=partner)
        assert "Prendre rendez-vous" not in words(browse(REFERENT), suivi)

    def test_nor_the_safe_contact(self, browse: Browse, suivi: Parcours) -> None:
        Usager.objects.filter(pk=suivi.usager_id).update(contact_sur="sms", contact_sur_horaires="le mardi matin")
        html = browse(REFERENT).get(url(suivi)).content.decode()
        assert "le mardi matin" not in html
        assert "demandez-lui, seule" in html

    def test_a_discreet_team_says_no_place(self, cast: SimpleNamespace, browse: Browse, aminata: Usager) -> None:
        made = make_parcours(aminata, sent_by=cast.assistant_social, by=cast.ccf, to="issy-sante_sexuelle")
        said = words(browse("ccf"), made)
        assert made.unite.lieu.nom not in said and "onjugale" not in said


def test_its_queries_are_constant(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    client = browse(REFERENT)
    make_action(suivi, by=cast.assistant_social_2, libelle="Appeler").move(
        Action.Statut.FAITE, by=cast.assistant_social_2
    )
    objectif = make_objectif(suivi, by=cast.assistant_social_2, libelle="Un but")
    before = count_queries(client, url(suivi))
    copies(objectif, 200)
    assert count_queries(client, url(suivi)) == before <= 14
