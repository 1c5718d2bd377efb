"""`load_reference`: the facts are all there, twice is once, and what somebody edited stays."""

from __future__ import annotations

import ast
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from accueil.models import Motif
from evaluation.models import Fragilite, RegleProposition
from pole_social.models import Commune, Domaine, Lieu, Metier, Partenaire, Referentiel, Territoire
from pole_social.referentials import sources

ROOT = Path(settings.BASE_DIR)
COUNTS: list[tuple[type[models.Model], int]] = [
    (Commune, 36),
    (Lieu, 10),
    (Metier, 17),
    (Domaine, 14),
    (Partenaire, 19),
    (Motif, 14),
    (Fragilite, 75),
    (RegleProposition, 171),
]


def state() -> dict[str, list[Any]]:
    models_of = {source.model for source in sources()}
    return {model.__name__: list(model._default_manager.order_by("code").values()) for model in models_of}


@pytest.mark.django_db
class TestLoad:
    @pytest.mark.parametrize(("model", "count"), COUNTS)
    def test_every_fact_is_there(self, model: type[models.Model], count: int) -> None:
        assert model._default_manager.count() == count

    def test_each_row_of_each_file_is_loaded(self) -> None:
        for source in sources():
            codes = [row[source.code] for row in source.rows()]
            assert len(codes) == len(set(codes)), source.path
            assert source.model._default_manager.filter(code__in=codes).count() == len(codes), source.path

    def test_the_files_are_utf8_and_in_french_letters(self) -> None:
        assert Lieu.objects.get(code="issy").nom == "Pôle social d’Issy-les-Moulineaux"

    def test_twice_changes_nothing(self) -> None:
        before = state()
        call_command("load_reference", verbosity=0)
        assert state() == before

    def test_says_how_many_lines(self) -> None:
        said = StringIO()
        call_command("load_reference", stdout=said)
        assert "domaines.csv : 14 lignes" in said.getvalue()
        assert "fragilites.csv : 75 lignes" in said.getvalue()

    def test_keeps_what_somebody_edited(self) -> None:
        Motif.objects.filter(code="budget").update(libelle="Argent du mois", edited_at=timezone.now())
        call_command("load_reference", verbosity=0)
        assert Motif.objects.get(code="budget").libelle == "Argent du mois"

    def test_refreshes_what_nobody_edited(self) -> None:
        facts = Motif.objects.get(code="budget").libelle
        Motif.objects.filter(code="budget").update(libelle="d’une version plus ancienne")
        call_command("load_reference", verbosity=0)
        assert Motif.objects.get(code="budget").libelle == facts

    def test_brings_back_what_is_missing(self) -> None:
        RegleProposition.objects.filter(fragilite__code="deuil").delete()
        Fragilite.objects.filter(code="deuil").delete()
        call_command("load_reference", verbosity=0)
        assert RegleProposition.objects.filter(fragilite__code="deuil").count() == 3
        assert Fragilite.objects.get(code="deuil").domaine.code == "lien_social"

    def test_keys_do_not_change(self) -> None:
        """Rows already refer to them."""
        before = dict(Domaine.objects.values_list("code", "pk"))
        call_command("load_reference", verbosity=0)
        assert dict(Domaine.objects.values_list("code", "pk")) == before


@pytest.mark.django_db
class TestLinks:
    def test_every_fragilite_has_a_domaine_and_every_domaine_fragilites(self) -> None:
        assert not Fragilite.objects.filter(domaine=None).exists()
        assert not Domaine.objects.exclude(pk__in=Fragilite.objects.values("domaine")).exists()

    def test_domaines_are_in_order(self) -> None:
        assert list(Domaine.objects.values_list("ordre", flat=True)) == list(range(1, 15))

    def test_lieux_of_the_territoire_are_attached_to_it(self) -> None:
        issy = Territoire.objects.get(code="sst-issy")
        communes = {"92040", "92023", "92048", "92075"}
        assert set(Commune.objects.filter(territoire=issy).values_list("code", flat=True)) == communes
        lieux = Lieu.objects.filter(commune__code__in=communes)
        assert lieux.exists()
        assert {lieu.territoire_id for lieu in lieux} == {issy.pk}

    def test_the_others_are_not(self) -> None:
        """But for those that the demonstration's second territoire takes."""
        elsewhere = Lieu.objects.exclude(territoire__code="sst-issy").exclude(code="chatenay")
        assert elsewhere.exists()
        assert not elsewhere.exclude(territoire=None).exists()

    def test_every_metier_has_a_famille_and_a_base(self) -> None:
        for metier in Metier.objects.all():
            assert metier.famille in Metier.Famille
            assert metier.base_du_secret in Metier.BaseDuSecret

    def test_partners_serve_their_communes(self) -> None:
        partenaire = Partenaire.objects.get(code="ccas-clamart")
        assert [commune.nom for commune in partenaire.communes.all()] == ["Clamart"]
        assert not Partenaire.objects.get(code="caf-92").communes.exists()

    def test_lower_floors_are_loaded_first(self) -> None:
        loaded = [source.model for source in sources()]
        assert all(issubclass(model, Referentiel) for model in loaded)
        assert loaded.index(Domaine) < loaded.index(Motif) < loaded.index(Fragilite)


# --- The demonstration is an extra ------------------------------------------------------------------

DEMONSTRATION_NEEDS = {"faker", "factory", "factory-boy"}
MAY_IMPORT = {"parcours/demonstration"}


def names_required(path: str) -> set[str]:
    """The distributions that a requirements file pins."""
    return {
        found.lower() for found in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / path).read_text(encoding="utf-8"), re.M)
    }


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


class TestExtra:
    def test_production_installs_neither_faker_nor_factories(self) -> None:
        assert not names_required("requirements.txt") & DEMONSTRATION_NEEDS
        assert names_required("requirements-demo.txt") >= {"faker", "factory-boy"}

    def test_only_the_demonstration_imports_them(self) -> None:
        for floor in ("pole_social", "accueil", "evaluation", "parcours"):
            for path in (ROOT / floor).rglob("*.py"):
                if path.relative_to(ROOT).parent.as_posix() in MAY_IMPORT:
                    continue
                for name in imported(path):
                    assert name.split(".")[0] not in DEMONSTRATION_NEEDS, path
                    assert not name.startswith("parcours.demonstration"), path

    def test_the_rule_sees_what_it_forbids(self) -> None:
        assert "faker" in imported(ROOT / "parcours/demonstration/builders.py")
