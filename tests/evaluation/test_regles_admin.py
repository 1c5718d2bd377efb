"""The rules of the propositions as data: loaded, edited in the administration, never overwritten, never unreadable."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command

from accueil.forms.regle import UNREADABLE
from evaluation.models import Fragilite, RegleProposition
from evaluation.reference import SOURCES
from pole_social.models import Metier
from tests.together import together

ROOT = "/administration/evaluation/regleproposition"
ENFANTS = [[{"fait": "enfants_a_charge", "est": "au_moins", "valeur": 2}]]


@pytest.fixture
def site(cast, sign_in):
    """The browser of `admin`."""
    return sign_in(cast.admin)


@pytest.fixture
def regle(db: None) -> RegleProposition:
    return RegleProposition.objects.select_related("fragilite", "metier", "droit").get(code="sans_abri_famille")


def typed(regle: RegleProposition, **changed: Any) -> dict[str, Any]:
    """What the form of a rule sends, with some of it changed."""
    sent = {
        "code": regle.code,
        "fragilite": regle.fragilite_id,
        "niveau_minimum": regle.niveau_minimum,
        "conditions": json.dumps(regle.conditions),
        "action": regle.action,
        "action_usager": regle.action_usager,
        "metier": regle.metier_id or "",
        "droit": regle.droit_id or "",
        "partenaire_type": regle.partenaire_type,
        "ordre": regle.ordre,
        "is_active": "on",
    }
    return sent | changed


def save(site: Any, regle: RegleProposition, **changed: Any) -> Any:
    return site.post(f"{ROOT}/{regle.pk}/change/", typed(regle, **changed))


class TestLoaded:
    def test_every_fragilite_has_one_that_always_holds(self, db: None) -> None:
        always = RegleProposition.objects.active().filter(conditions=[], niveau_minimum="")
        assert set(always.values_list("fragilite__code", flat=True)) == set(
            Fragilite.objects.values_list("code", flat=True)
        )

    def test_each_is_read(self, db: None) -> None:
        rows = list(RegleProposition.objects.select_related("fragilite", "metier"))
        assert len(rows) == len(list(SOURCES[-1].rows()))
        assert all(row.read() for row in rows)

    def test_fragilites_come_before_what_names_them(self) -> None:
        order = [source.model for source in SOURCES]
        assert order.index(Fragilite) < order.index(RegleProposition)

    def test_apostrophes_are_those_of_the_interface(self, db: None) -> None:
        assert not RegleProposition.objects.filter(action__contains="'").exists()
        assert RegleProposition.objects.filter(action__contains="’").exists()

    def test_what_nobody_edited_is_loaded_again(self, regle: RegleProposition) -> None:
        RegleProposition.objects.filter(pk=regle.pk).update(action="ancienne", conditions=[])
        call_command("load_reference", verbosity=0)
        regle.refresh_from_db()
        assert regle.action != "ancienne" and regle.conditions


class TestEdited:
    def test_opens_and_is_searched(self, site, regle) -> None:
        for path in ("", "add/", "?q=hébergement", "?is_active__exact=1", f"{regle.pk}/change/"):
            assert site.get(f"{ROOT}/{path}").status_code == 200
        assert "enfants_a_charge" in site.get(f"{ROOT}/{regle.pk}/change/").content.decode()

    @together("username", ["gos", "cesf", "responsable_evaluation", "dpo"])
    def test_it_is_closed_to_the_others(self, cast, sign_in, site, username) -> None:
        assert sign_in(getattr(cast, username)).get(f"{ROOT}/").status_code in (302, 403)
        assert site.get(f"{ROOT}/").status_code == 200

    def test_is_no_longer_loaded_over(self, site, regle) -> None:
        assert save(site, regle, action="Autrement, avec nos mots", conditions=json.dumps(ENFANTS)).status_code == 302
        call_command("load_reference", verbosity=0)
        regle.refresh_from_db()
        assert (regle.action, regle.conditions) == ("Autrement, avec nos mots", ENFANTS)
        assert regle.edited_at

    @together("conditions", ["", "[]", "null"])
    def test_nothing_typed_is_always(self, site, regle, conditions) -> None:
        assert save(site, regle, conditions=conditions).status_code == 302
        regle.refresh_from_db()
        assert regle.conditions == []
        read = RegleProposition.objects.select_related("fragilite").get(pk=regle.pk).read()
        assert read and read.possibilites == ()

    def test_is_taken_out_without_being_deleted(self, site, regle) -> None:
        sent = typed(regle)
        del sent["is_active"]
        assert site.post(f"{ROOT}/{regle.pk}/change/", sent).status_code == 302
        assert not RegleProposition.objects.active().filter(pk=regle.pk).exists()
        assert site.post(f"{ROOT}/{regle.pk}/delete/").status_code == 403

    def test_the_code_stays(self, site, regle) -> None:
        assert save(site, regle, code="autre").status_code == 302
        regle.refresh_from_db()
        assert regle.code == "sans_abri_famille"

    def test_a_new_one_is_added(self, site, regle) -> None:
        sent = typed(regle, code="sans_abri_animal", action="Chercher une place qui accueille les animaux")
        assert site.post(f"{ROOT}/add/", sent).status_code == 302
        assert RegleProposition.objects.get(code="sans_abri_animal").edited_at


class TestRefused:
    @together(
        ("conditions", "said"),
        [
            ("   ", UNREADABLE),
            ("[", UNREADABLE),
            ("[" * 9_000, UNREADABLE),
            ("[" * 20_001, "au plus 20000 caractères"),
            ("9" * 5_000, UNREADABLE),
            ("{}", "liste d’au moins une possibilité"),
            ('{"a": 1}', "liste d’au moins une possibilité"),
            ('"\\u0000"', "caractère nul"),
            ("[[]]", "au moins une condition"),
            ('[[{"fait": "couleur", "est": "egal", "valeur": "oui"}]]', "« couleur » n’est pas dans le catalogue"),
            ('[[{"fait": "age", "est": "egal", "valeur": "vieux"}]]', "n’est pas un nombre"),
            ('[[{"fait": "age", "est": "au_moins", "valeur": {"bareme": "rsa_age_minimum"}}]]', "Écrivez un nombre"),
            (json.dumps([ENFANTS[0]] * 21), "au plus 20 possibilités"),
        ],
    )
    def test_conditions_are_refused_beside_the_field(self, site, regle, conditions, said) -> None:
        response = save(site, regle, conditions=conditions)
        assert response.status_code == 200
        form = response.context["adminform"].form
        assert list(form.errors) == ["conditions"]
        assert said in form.errors["conditions"][0]
        assert form["conditions"].value() == conditions
        regle.refresh_from_db()
        assert regle.edited_at is None

    @together(
        ("name", "value"),
        [
            ("action", ""),
            ("action", "x" * 301),
            ("action", "a\x00b"),
            ("action", "‮renversé"),
            ("action_usager", "x" * 301),
            ("action_usager", "‮renversé"),
            ("fragilite", "999999"),
            ("fragilite", "deuil"),
            ("niveau_minimum", "levee"),
            ("partenaire_type", "CLAVIM"),
            ("droit", "x"),
            ("ordre", "-1"),
        ],
    )
    def test_each_field(self, site, regle, name, value) -> None:
        response = save(site, regle, **{name: value})
        assert response.status_code == 200
        assert list(response.context["adminform"].form.errors) == [name]

    def test_nobody_is_sent_to_whoever_keeps_the_accounts(self, site, regle) -> None:
        dpo, gos = Metier.objects.get(code="dpo"), Metier.objects.get(code="gos")
        assert save(site, regle, metier=dpo.pk).status_code == 200
        assert save(site, regle, metier=gos.pk).status_code == 302

    def test_one_that_cannot_be_read_proposes_nothing(self, regle: RegleProposition) -> None:
        unreadable: list[Any] = [{}, None, "always", [[{"fait": "age"}]]]
        for stored in unreadable:
            regle.conditions = stored
            assert regle.read() is None
