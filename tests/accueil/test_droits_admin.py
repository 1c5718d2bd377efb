"""Rights, barèmes and rules in the administration: edited by people, never overwritten, never unreadable."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accueil.forms.regle import UNREADABLE, written
from accueil.models import Bareme, Droit, Regle
from accueil.reference import SOURCES
from tests.together import together

FSL = [[{"fait": "impaye_loyer", "est": "egal", "valeur": "oui"}]]
ROOT = "/administration/accueil"


@pytest.fixture
def site(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> Client:
    """The browser of `admin`."""
    return sign_in(cast.admin)


def change_url(row: Any) -> str:
    return f"{ROOT}/{type(row).__name__.lower()}/{row.pk}/change/"


def post(site: Client, regle: Regle, conditions: str) -> Any:
    return site.post(change_url(regle), {"droit": regle.droit_id, "conditions": conditions})


@together("section", ["droit", "bareme", "regle", "motif"])
def test_each_section_opens_and_is_searched(site: Client, section: str) -> None:
    for path in (f"{section}/", f"{section}/add/", f"{section}/?q=aide"):
        assert site.get(f"{ROOT}/{path}").status_code == 200


@together("username", ["gos", "cesf", "responsable-accueil", "dpo"])
def test_it_is_closed_to_the_others(
    cast: SimpleNamespace, sign_in: Callable[..., Client], site: Client, username: str
) -> None:
    client = sign_in(getattr(cast, username.replace("-", "_")))
    for section in ("droit", "bareme", "regle"):
        assert client.get(f"{ROOT}/{section}/").status_code in (302, 403)
        assert site.get(f"{ROOT}/{section}/").status_code == 200


class TestRegle:
    @pytest.fixture
    def regle(self, db: None) -> Regle:
        return Regle.objects.select_related("droit").get(code="fsl")

    def test_shows_its_conditions_one_a_line_and_what_they_may_say(self, site: Client, regle: Regle) -> None:
        page = site.get(change_url(regle)).content.decode()
        assert "&quot;fait&quot;: &quot;impaye_loyer&quot;" in page
        assert "entre bientôt dans un logement" in page
        assert "au_moins" in page
        assert "rsa_montant_forfaitaire" in page

    def test_is_edited_and_no_longer_loaded_over(self, site: Client, regle: Regle) -> None:
        assert post(site, regle, json.dumps(FSL)).status_code == 302
        regle.refresh_from_db()
        assert regle.conditions == FSL
        assert regle.edited_at
        call_command("load_reference", verbosity=0)
        regle.refresh_from_db()
        assert regle.conditions == FSL

    def test_the_control_what_nobody_edited_is_loaded_again(self, regle: Regle) -> None:
        Regle.objects.filter(pk=regle.pk).update(conditions=FSL)
        call_command("load_reference", verbosity=0)
        regle.refresh_from_db()
        assert len(regle.conditions) == 3

    @together(
        ("conditions", "said"),
        [
            ("", "obligatoire"),
            ("[", UNREADABLE),
            ("[" * 9_000, UNREADABLE),
            ("[" * 20_001, "au plus 20000 caractères"),
            ("9" * 5_000, UNREADABLE),
            ('{"a": NaN}', "liste d’au moins une possibilité"),
            ('["\\u0000"]', "liste d’au moins une condition"),
            ('[[{"fait": "couleur", "est": "egal", "valeur": "oui"}]]', "« couleur » n’est pas dans le catalogue"),
            ('[[{"fait": "impaye_loyer", "est": "est", "valeur": "oui"}]]', "l’opérateur « est » n’existe pas"),
            ('[[{"fait": "age", "est": "au_moins", "valeur": {"bareme": "smic"}}]]', "le barème « smic » n’existe pas"),
            ('[[{"fait": "age", "est": "au_moins", "valeur": NaN}]]', "n’est pas un nombre"),
        ],
    )
    def test_what_cannot_be_read_is_refused_beside_the_field(
        self, site: Client, regle: Regle, conditions: str, said: str
    ) -> None:
        response = post(site, regle, conditions)
        assert response.status_code == 200
        errors = response.context["adminform"].form.errors
        assert list(errors) == ["conditions"]
        assert len(errors["conditions"]) == 1
        assert said in errors["conditions"][0]
        assert response.context["adminform"].form["conditions"].value() == conditions
        regle.refresh_from_db()
        assert len(regle.conditions) == 3
        assert regle.edited_at is None

    def test_a_new_right_gets_its_rule(self, site: Client) -> None:
        domaine = Droit.objects.get(code="fsl").domaine_id
        fields = {"libelle": "Aide aux vacances", "organisme": "CAF", "a_verifier_quand": "enfant à charge"}
        made = site.post(f"{ROOT}/droit/add/", {"code": "vacances", "domaine": domaine, "is_active": "on", **fields})
        assert made.status_code == 302
        droit = Droit.objects.get(code="vacances")
        assert droit.edited_at
        data = {"code": "vacances", "droit": droit.pk, "conditions": json.dumps(FSL)}
        assert site.post(f"{ROOT}/regle/add/", data).status_code == 302
        assert droit.regle.read()

    def test_a_right_has_one_rule(self, site: Client, regle: Regle) -> None:
        data = {"code": "fsl_bis", "droit": regle.droit_id, "conditions": json.dumps(FSL)}
        assert site.post(f"{ROOT}/regle/add/", data).status_code == 200
        assert not Regle.objects.filter(code="fsl_bis").exists()

    def test_the_code_stays(self, site: Client, regle: Regle) -> None:
        data = {"code": "autre", "droit": regle.droit_id, "conditions": json.dumps(FSL)}
        assert site.post(change_url(regle), data).status_code == 302
        assert Regle.objects.filter(pk=regle.pk, code="fsl").exists()

    @pytest.mark.parametrize("value", [[], [[]], FSL, {"a": 1}, None, [FSL, 3]])
    def test_whatever_stands_is_shown_so_that_it_can_be_corrected(self, value: Any) -> None:
        assert json.loads(written(value)) == value


class TestBareme:
    def test_is_filled_in(self, site: Client) -> None:
        bareme = Bareme.objects.get(code="c2s_plafond_personne_seule")
        page = site.get(f"{ROOT}/bareme/?q=c2s").content.decode()
        assert "périmé" in page and "CSS, art. L. 861-1" in page
        Bareme.objects.filter(pk=bareme.pk).update(valeur=None)
        assert "à renseigner" in site.get(f"{ROOT}/bareme/?q=c2s").content.decode()
        fields = {"libelle": bareme.libelle, "mesure": "EUR/an", "valeur": "10166", "source": "arrêté"}
        days = {"starts_on": "01/04/2026", "ends_on": "31/03/2027"}
        assert site.post(change_url(bareme), fields | days).status_code == 302
        bareme.refresh_from_db()
        assert (bareme.valeur, bareme.ends_on) == (Decimal(10166), date(2027, 3, 31))
        call_command("load_reference", verbosity=0)
        bareme.refresh_from_db()
        assert bareme.valeur == Decimal(10166)

    def test_its_end_follows_its_beginning(self, site: Client) -> None:
        bareme = Bareme.objects.get(code="bmaf")
        data = {"libelle": "x", "mesure": "EUR", "starts_on": "01/04/2026", "ends_on": "31/03/2026"}
        response = site.post(change_url(bareme), data)
        assert "La fin de validité précède l’entrée en vigueur." in response.content.decode()

    def test_an_out_of_date_one_says_so(self, site: Client) -> None:
        Bareme.objects.filter(code="bmaf").update(starts_on=None, ends_on=date(2020, 1, 1))
        assert "périmé" in site.get(f"{ROOT}/bareme/?q=bmaf").content.decode()


class TestLoading:
    @pytest.mark.parametrize(("model", "count"), [(Droit, 40), (Regle, 40), (Bareme, 29)])
    def test_every_fact_is_there(self, db: None, model: Any, count: int) -> None:
        assert model.objects.count() == count

    def test_a_barème_without_a_value_is_loaded_without_one(self, db: None, tmp_path: Path) -> None:
        """What the law has not fixed yet: empty, never zero."""
        known = next(source for source in SOURCES if source.model is Bareme)
        file = tmp_path / "baremes.csv"
        file.write_text(
            "code,libelle,valeur,unite,en_vigueur_depuis,valable_jusqu_au,source,remarque\nneuf,Neuf,,EUR/an,,,,\n",
            encoding="utf-8",
        )
        assert replace(known, path=file).load() == 1
        assert Bareme.objects.get(code="neuf").valeur is None

    def test_rules_come_after_what_they_name(self) -> None:
        order = [source.model for source in SOURCES]
        assert order.index(Droit) < order.index(Regle)
        assert order.index(Bareme) < order.index(Regle)

    def test_apostrophes_are_those_of_the_interface(self, db: None) -> None:
        assert "d’activité" in Droit.objects.get(code="prime_activite").libelle
        assert not Droit.objects.filter(libelle__contains="'").exists()
