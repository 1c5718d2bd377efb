"""What is told once: several facts in one sending, all optional, each of the person who says it."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django.template.loader import render_to_string
from django.test import Client

from accueil.catalogue import CATALOGUE, Genre
from accueil.forms.montant import AmountField, written
from accueil.forms.savoirs import D_ABORD
from accueil.models import Demande, Droit, Fait, Passage, Usager
from accueil.views.savoirs import SENSITIVE
from parcours.demonstration.builders import make_demande, make_passage, receive
from pole_social.models import Acces
from tests.accueil.conftest import HOSTILE, last_acces, someone
from tests.together import together


def url(passage: Passage) -> str:
    return f"/accueil/passages/{passage.pk}/faits/"


def page_of(client: Client, passage: Passage) -> str:
    return client.get(f"/accueil/passages/{passage.pk}/").content.decode()


def said(**answers: Any) -> dict[str, Any]:
    return {"cle": str(uuid4()), **answers}


def words() -> set[tuple[str, str, str]]:
    return {(fait.sujet, fait.valeur, fait.donnee) for fait in Fait.objects.all()}


@pytest.fixture
def couple(cast: SimpleNamespace, aminata: Usager) -> Passage:
    """Aminata and somebody, received together."""
    return receive(make_passage(aminata, someone(nom_usage="Zidane"), by=cast.gos), by=cast.gos)


def bare(html: str) -> str:
    """Without the blanks, nor the classes that crispy adds and no style names."""
    flat = re.sub(r">\s+|\s+<", lambda found: found[0].strip(), " ".join(html.split())).replace(" >", ">")
    return re.sub('class="([^"]+)"', lambda found: str(sorted({*found[1].split()} - {"textinput", "select"})), flat)


class TestTelling:
    def test_a_question_is_written_as_crispy_would(self, desk: Client, received: Passage) -> None:
        """Forty of them by crispy are half of what the page costs; one with an error is still crispy's."""
        desk.post(url(received), said(logement="chez sa sœur", enfants_a_charge="2"))
        refused = desk.post(url(received), said(enfants_a_charge="deux"))
        form = refused.context["fait_form"]
        for name in ("logement", "enfants_a_charge", "ressources_mensuelles", "statut_logement"):
            ours = render_to_string("composants/_question.html", {"champ": form[name]})
            assert bare(ours) == bare(as_crispy_field(form[name]))
        assert "is-invalid" in render_to_string("composants/_question.html", {"champ": form["enfants_a_charge"]})

    def test_several_answers_in_one_sending(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        answers = said(
            logement="chez sa sœur",
            statut_logement="heberge",
            enfants_a_charge="2",
            ressources_mensuelles="1 350,5 €",
            impaye_loyer="oui",
        )
        response = desk.post(url(received), answers)
        assert response.url == f"/accueil/passages/{received.pk}/#savoir"  # type: ignore[attr-defined]
        assert words() == {
            ("logement", "chez sa sœur", ""),
            ("statut_logement", "hébergé chez quelqu’un", "heberge"),
            ("enfants_a_charge", "2", "2"),
            ("ressources_mensuelles", "1350,50 €", "1350.50"),
            ("impaye_loyer", "oui", "oui"),
        }
        assert {(f.usager, f.passage, f.unite, f.recorded_by) for f in Fait.objects.all()} == {
            (aminata, received, received.unite, cast.gos)
        }
        page = page_of(desk, received)
        assert "5 réponses sont notées." in page
        assert "hébergé chez quelqu’un" in page
        assert last_acces("fait_nouveau").action == Acces.Action.ECRITURE

    def test_the_words_of_a_person_are_no_markup(self, desk: Client, received: Passage) -> None:
        """What is already known stands under its question, for every colleague who reads the page."""
        desk.post(url(received), said(logement='<form action="/x"><b id="intrus">chez sa sœur</b>'))
        page = page_of(desk, received)
        assert 'id="intrus"' not in page and "chez sa sœur" in page
        assert page.count("&lt;b id=&quot;intrus&quot;&gt;") >= 2, "said, and under the question"

    def test_zero_is_an_answer(self, desk: Client, received: Passage) -> None:
        desk.post(url(received), said(enfants_a_charge="0", ressources_mensuelles="0"))
        assert words() == {("enfants_a_charge", "0", "0"), ("ressources_mensuelles", "0 €", "0.00")}

    def test_the_same_again_writes_nothing(self, desk: Client, received: Passage) -> None:
        desk.post(url(received), said(impaye_loyer="oui", enfants_a_charge="1"))
        desk.post(url(received), said(impaye_loyer="oui", enfants_a_charge="2"))
        assert Fait.objects.filter(sujet="impaye_loyer").count() == 1
        assert Fait.objects.filter(sujet="enfants_a_charge").count() == 2
        desk.post(url(received), said(impaye_loyer="oui"))
        assert Fait.objects.count() == 3
        assert "Rien de nouveau" in page_of(desk, received)

    def test_what_is_known_stands_beside_its_question(self, desk: Client, received: Passage) -> None:
        desk.post(url(received), said(impaye_loyer="oui"))
        page = page_of(desk, received)
        assert page.count(" : oui") == 1
        assert '"oui" selected' not in page.split('name="impaye_loyer"')[1].split("</select>")[0]

    def test_a_double_submit_tells_once(self, desk: Client, received: Passage) -> None:
        answers = said(enfants_a_charge="2")
        for _ in range(2):
            assert desk.post(url(received), answers).status_code == 302
        assert Fait.objects.count() == 1
        response = desk.post(url(received), answers | {"enfants_a_charge": "3"})
        assert response.status_code == 409
        assert "Enfants à charge" in response.content.decode()

    def test_nothing_typed_says_so(self, desk: Client, received: Passage) -> None:
        assert "Écrivez au moins une réponse." in desk.post(url(received), said()).content.decode()

    @together(
        ("field", "value"),
        [
            ("enfants_a_charge", "-1"),
            ("enfants_a_charge", "deux"),
            ("enfants_a_charge", "1000"),
            ("enfants_a_charge", "9" * 5000),
            ("ressources_mensuelles", "-3"),
            ("ressources_mensuelles", "12 345 678"),
            ("ressources_mensuelles", "1,234"),
            ("ressources_mensuelles", "٣٥٠"),
            ("ressources_mensuelles", "1e5"),
            ("impaye_loyer", "peut-être"),
            ("statut_logement", "chateau"),
            ("logement", "x" * 301),
            *[(field, text) for field in ("logement", "impaye_loyer", "enfants_a_charge") for text in HOSTILE],
        ],
    )
    def test_bad_input_keeps_what_was_typed(self, desk: Client, received: Passage, field: str, value: str) -> None:
        response = desk.post(url(received), said(**{"dettes": "3 000 € à la banque", field: value}))
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert 'value="3 000 € à la banque"' in page
        assert not Fait.objects.exists()

    def test_an_unknown_subject_is_no_subject(self, desk: Client, received: Passage) -> None:
        desk.post(url(received), said(secret="x", enfants_a_charge="1"))
        assert words() == {("enfants_a_charge", "1", "1")}

    def test_nothing_is_kept_of_nobody(self, cast: SimpleNamespace, desk: Client) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        assert desk.post(url(made), said(logement="x")).status_code == 404
        assert "Noter ce qui est dit" not in page_of(desk, made)


class TestOfSeveral:
    def test_who_says_it_is_chosen(self, desk: Client, couple: Passage, aminata: Usager) -> None:
        page = desk.post(url(couple), said(enfants_a_charge="2")).content.decode()
        assert "Choisissez la personne." in page
        stranger = someone()
        page = desk.post(url(couple), said(enfants_a_charge="2", usager=str(stranger.pk))).content.decode()
        assert "Choisissez une personne de la liste." in page
        desk.post(url(couple), said(enfants_a_charge="2", usager=str(aminata.pk)))
        assert Fait.objects.get().usager == aminata

    def test_a_word_stands_with_who_said_it(self, cast: SimpleNamespace, desk: Client, couple: Passage) -> None:
        first, other = couple.usagers.order_by("nom_usage")
        desk.post(url(couple), said(dettes="un crédit", usager=str(first.pk)))
        receive(make_passage(other, by=cast.gos), by=cast.gos)
        assert "un crédit" in page_of(desk, couple)
        assert "un crédit" not in desk.get(f"/accueil/usagers/{other.pk}/").content.decode()
        assert "un crédit" in desk.get(f"/accueil/usagers/{first.pk}/").content.decode()

    def test_the_same_word_of_two_people_is_two_words(self, desk: Client, couple: Passage) -> None:
        for person in couple.usagers.all():
            desk.post(url(couple), said(dettes="un crédit", usager=str(person.pk)))
        assert Fait.objects.count() == 2


class TestSensitive:
    """Asked only inside a demande that needs it."""

    @pytest.fixture
    def demande(self, cast: SimpleNamespace, received: Passage) -> Demande:
        made = make_demande(received, by=cast.gos)
        made.droit = Droit.objects.get(code="aah")
        made.save(update_fields=["droit"])
        return made

    def test_is_not_offered_without(self, desk: Client, received: Passage) -> None:
        page = page_of(desk, received)
        assert 'name="impaye_loyer"' in page
        assert not [code for code in SENSITIVE if f'name="{code}"' in page]
        desk.post(url(received), said(handicap="oui", enfants_a_charge="1"))
        assert words() == {("enfants_a_charge", "1", "1")}

    def test_is_offered_by_the_demande_that_needs_it(self, desk: Client, received: Passage, demande: Demande) -> None:
        assert demande.droit
        needed = SENSITIVE & demande.droit.facts_read()
        page = page_of(desk, received)
        assert {code for code in SENSITIVE if f'name="{code}"' in page} == needed
        assert "handicap" in needed
        desk.post(url(received), said(handicap="oui"))
        assert "Déclare un handicap" in page_of(desk, received)

    def test_goes_from_the_screen_with_the_demande(
        self, cast: SimpleNamespace, desk: Client, received: Passage, demande: Demande
    ) -> None:
        desk.post(url(received), said(handicap="oui"))
        demande.finish(Demande.Statut.CLASSEE, by=cast.gos)
        page = page_of(desk, received)
        assert "Déclare un handicap" not in page
        assert 'name="handicap"' not in page

    def test_one_person_s_demande_asks_nothing_of_another(
        self, cast: SimpleNamespace, desk: Client, couple: Passage, aminata: Usager
    ) -> None:
        made = make_demande(couple, by=cast.gos, usager=aminata)
        made.droit = Droit.objects.get(code="aah")
        made.save(update_fields=["droit"])
        other = couple.usagers.exclude(pk=aminata.pk).get()
        response = desk.post(url(couple), said(handicap="oui", usager=str(other.pk)))
        assert "Aucune demande en cours de cette personne" in response.content.decode()
        assert not Fait.objects.exists()
        assert desk.post(url(couple), said(handicap="oui", usager=str(aminata.pk))).status_code == 302


class TestForm:
    def test_few_questions_stand_first_and_each_other_in_its_group(self, desk: Client, received: Passage) -> None:
        page = page_of(desk, received)
        form = page.split("Noter ce qui est dit")[1]
        first = form.split('<details class="depliant">')[0]
        assert [code for code in CATALOGUE if f'name="{code}"' in first] == [c for c in CATALOGUE if c in D_ABORD]
        assert all(CATALOGUE[code].genre != Genre.TEXTE and code not in SENSITIVE for code in D_ABORD)

    def test_the_page_stays_light(self, desk: Client, received: Passage) -> None:
        assert len(desk.get(f"/accueil/passages/{received.pk}/").content) < 60_000


@pytest.mark.parametrize(
    ("typed", "euros"),
    [
        ("350", "350"),
        ("350,5", "350,50"),
        ("350.50 €", "350,50"),
        ("1 200 euros", "1200"),
        ("1 200,00€", "1200"),
        ("0", "0"),
    ],
)
def test_amounts_are_typed_freely(typed: str, euros: str) -> None:
    value = AmountField().clean(typed)
    assert value is not None
    assert written(value) == euros
    assert AmountField().prepare_value(value) == euros
    assert AmountField().clean(" ") is None
