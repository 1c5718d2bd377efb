"""Rules about the code itself, read on its syntax tree: what a review would otherwise have to remember."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accueil.models import ProtectedQuerySet
from pole_social.models import Referentiel

ROOT = Path(settings.BASE_DIR)
FLOORS = ["pole_social", "accueil", "evaluation", "parcours"]
# What answers before sign-in: the sign-in page and the probes, and the design page outside production.
# The public screen shows numbers and offices to whoever holds its address: a workstation without account.
OPEN_TO_ALL = {"connexion", "vivant", "pret", "affichage"}
# Django's own site, opened by role through AdministrationSite.has_permission.
NOT_DECLARED_BY_PAGE = OPEN_TO_ALL | {"deconnexion", "composants"}
FORBIDDEN_FIELDS = re.compile(
    r"nir\b|securite_sociale|religion|origine|opinion|ethni|"
    r"score|scoring|\brang\b|_rang\b|ranking|classement|probabilite|predict|prediction|pronostic|risque"
)

# Rows of the stages that no person can be reached from.
ABOUT_NOBODY = {"CompteurPassage", "Seance", "AppelAide", "Incident", "Mot", "Concertation"}


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders or FLOORS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def our_models() -> list[type[models.Model]]:
    return [model for name in FLOORS for model in apps.get_app_config(name).get_models()]


def protected_models() -> set[str]:
    return {
        model.__name__
        for model in our_models()
        if isinstance(model._default_manager.all(), ProtectedQuerySet)  # type: ignore[attr-defined]
    }


def chain(node: ast.expr) -> list[str]:
    """The names along a chain of calls: `A.objects.visible_to(x).get()` gives A, objects, visible_to, get."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Name):
            names.append(node.id)
            return names[::-1]
        else:
            return names[::-1]


def unprotected_reads(tree: ast.AST, protected: set[str]) -> list[int]:
    """Lines that reach a protected model's rows without `visible_to` or `candidates_for`.

    A subquery (it names OuterRef) only narrows rows that are themselves protected.
    """
    longest: dict[tuple[int, int], ast.expr] = {}
    for node in ast.walk(tree):
        # Of the nested parts of one chain, which all begin at the same place, keep the whole.
        if isinstance(node, (ast.Call, ast.Attribute)):
            longest.setdefault((node.lineno, node.col_offset), node)
    return [node.lineno for node in longest.values() if is_unprotected(node, protected)]


def is_unprotected(node: ast.expr, protected: set[str]) -> bool:
    names = chain(node)
    if names[-1:] in (["get_object_or_404"], ["get_list_or_404"]) and isinstance(node, ast.Call):
        return isinstance(node.args[0], ast.Name) and node.args[0].id in protected
    managers = ("objects", "_base_manager", "_default_manager")
    if len(names) < 3 or names[0] not in protected or names[1] not in managers:
        return False
    return not {"visible_to", "candidates_for", "worked_on_by", "create", "none"} & set(
        names
    ) and "OuterRef" not in ast.unparse(node)


class TestReading:
    def test_views_read_people_only_through_visible_to(self) -> None:
        protected = protected_models()
        assert len(protected) > 15
        found = [
            f"{path.relative_to(ROOT)}:{line}"
            for path, tree in sources(*(f"{floor}/views" for floor in FLOORS))
            for line in unprotected_reads(tree, protected)
        ]
        assert found == []

    @pytest.mark.parametrize(
        "code",
        [
            "Usager.objects.get(pk=pk)",
            "Usager.objects.filter(pk=pk).first()",
            "Usager.objects.all()",
            "get_object_or_404(Usager, pk=pk)",
            "Usager._base_manager.get(pk=pk)",
            "get_object_or_404(Usager.objects.select_related('commune'), pk=pk)",
        ],
    )
    def test_the_rule_sees_what_it_forbids(self, code: str) -> None:
        assert unprotected_reads(ast.parse(code), {"Usager"}) != []

    def test_and_lets_the_right_way_pass(self) -> None:
        code = "get_object_or_404(Usager.objects.visible_to(agent).select_related('commune'), pk=pk)"
        assert unprotected_reads(ast.parse(code), {"Usager"}) == []

    def test_views_do_not_write_the_journal(self) -> None:
        """One place writes it; a view that could would be a view that could forget."""
        for path, tree in sources(*(f"{floor}/views" for floor in FLOORS)):
            named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert not named & {"journal", "announce", "saw"}, path

    def test_one_question_opens_a_row(self) -> None:
        """`visible_to`, defined once; alone, its conditions (`readable_by`) ask no role and tell nobody."""
        askers: dict[str, set[str]] = {"visible_to": set(), "readable_by": set()}
        for path, tree in sources():
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name == "visible_to":
                    askers["visible_to"].add(path.name)
                if isinstance(node, ast.Attribute) and node.attr == "readable_by":
                    askers["readable_by"].add(path.parent.name)
        assert askers == {"visible_to": {"visibility.py"}, "readable_by": {"models"}}

    def test_only_the_journal_creates_its_rows(self) -> None:
        writers = [path.name for path, tree in sources() if "Acces.objects.create" in ast.unparse(tree)]
        assert writers == ["journal.py"]

    def test_views_do_not_get_round_the_journal(self) -> None:
        forbidden = {"iterator", "values_list", "raw", "aggregate", "in_bulk", "TemplateResponse"}
        forbidden |= {"StreamingHttpResponse", "FileResponse", "cursor"}
        for path, tree in sources(*(f"{floor}/views" for floor in FLOORS)):
            if path.parent.parent.name == "pole_social":
                continue
            used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert not used & forbidden, f"{path}: {used & forbidden}"

    def test_every_row_about_a_person_is_protected(self) -> None:
        """A model that reaches a person and is shown by pages has `visible_to`; histories go with their object."""
        behind_another = {"Rattachement", "Deport", "PassageUsager", "Foyer", "Fusion", "LigneFusion", "Distincts"}
        for model in our_models():
            if issubclass(model, Referentiel) or model.__name__.startswith("Etape"):
                continue
            if model._meta.app_label == "pole_social" or model.__name__ in behind_another | ABOUT_NOBODY:
                continue
            if not model._meta.auto_created:
                assert model.__name__ in protected_models(), model


class TestKeys:
    def test_every_row_about_a_person_has_a_random_key(self) -> None:
        for model in our_models():
            if model._meta.app_label == "pole_social" or issubclass(model, Referentiel):
                continue
            if model.__name__ not in ("CompteurPassage", "Mot"):
                assert isinstance(model._meta.pk, models.UUIDField), model

    def test_no_field_scores_or_tells_what_the_law_forbids(self) -> None:
        for model in our_models():
            for field in model._meta.fields:
                assert not FORBIDDEN_FIELDS.search(field.name), f"{model.__name__}.{field.name}"

    @pytest.mark.parametrize(
        "name", ["score", "score_vulnerabilite", "rang", "risque", "risque_expulsion", "probabilite", "prediction"]
    )
    def test_the_rule_sees_what_it_forbids(self, name: str) -> None:
        """The control: a model with such a field would be found; the words of the field are not."""
        assert FORBIDDEN_FIELDS.search(name)
        assert not any(FORBIDDEN_FIELDS.search(field) for field in ("niveau", "is_priorite", "ordre", "arrangement"))


class TestImports:
    def test_no_import_inside_a_function(self) -> None:
        found = [
            f"{path.relative_to(ROOT)}:{inner.lineno}"
            for path, tree in sources()
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for inner in ast.walk(node)
            if isinstance(inner, (ast.Import, ast.ImportFrom))
        ]
        assert found == []

    def test_no_upward_import(self) -> None:
        """import-linter checks it too; here without its configuration."""
        for path, tree in sources():
            floor = path.relative_to(ROOT).parts[0]
            above = set(FLOORS[FLOORS.index(floor) + 1 :])
            imported = {
                name.split(".")[0]
                for node in ast.walk(tree)
                for name in (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
            }
            assert not imported & above, path

    def test_no_module_is_a_drawer(self) -> None:
        names = {path.stem for path, _ in sources()}
        assert not names & {"utils", "core", "helpers", "common", "misc", "querysets", "services"}


class TestShape:
    def test_functions_stay_short(self) -> None:
        found = [
            f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            for path, tree in sources(*FLOORS, "tests")
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            if (node.end_lineno or 0) - node.lineno >= 50
        ]
        assert found == []

    def test_files_stay_short(self) -> None:
        for path, _ in sources():
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path

    def test_templates_stay_short(self) -> None:
        for path in (ROOT / "templates").rglob("*.html"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 150, path

    def test_every_module_and_public_class_says_what_it_is(self) -> None:
        for path, tree in sources():
            if path.name == "__init__.py" and not tree.body:
                continue
            assert ast.get_docstring(tree), path

    def test_every_template_is_used(self) -> None:
        written = "\n".join(
            path.read_text(encoding="utf-8")
            for folder in [*FLOORS, "templates"]
            for path in (ROOT / folder).rglob("*")
            if path.suffix in (".py", ".html")
        )
        by_status = {f"{status}.html" for status in (400, 403, 404, 405, 413, 500, 503)}
        for path in (ROOT / "templates").rglob("*.html"):
            name = path.relative_to(ROOT / "templates").as_posix()
            assert name in by_status or f'"{name}"' in written or f"'{name}'" in written, name

    def test_templates_hold_no_inline_style_or_script(self) -> None:
        for path in (ROOT / "templates").rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text), path
            assert not re.search(r"<script(?![^>]*\bsrc=)", text), path

    def test_titles_name_nobody(self) -> None:
        for path in (ROOT / "templates").rglob("*.html"):
            for title in re.findall(r"{% block titre %}(.*?){% endblock", path.read_text(encoding="utf-8"), re.S):
                assert "{{" not in title, path


# In French these keep to their word: a line never begins with « : », nor ends with an opening mark.
BREAKABLE = re.compile(r"""(?:^|[^\s(\[:])[ ](?:[:;?!€]|»)(?=[\s"'<{»).,…]|$)|«[ ](?=\S)""", re.MULTILINE)
SAYS_SQL = re.compile(r"\b(SELECT|CREATE|INSERT|UPDATE|DELETE|WHERE|BEGIN|ALTER|EXISTS|LANGUAGE|TRIGGER)\b")


def texts_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The strings of a module, docstrings (English) and SQL aside, each with its line."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in alone:
            continue
        if not SAYS_SQL.search(node.value):
            yield node.lineno, node.value


class TestFrench:
    """A no-break space (U+00A0) stands before « : ; ? ! € » and within the marks."""

    def test_in_the_templates(self) -> None:
        for path in (ROOT / "templates").rglob("*.*"):
            said = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.S)
            assert not (found := BREAKABLE.search(said)), (path, found)

    def test_in_the_strings(self) -> None:
        for path, tree in sources():
            for line, text in texts_of(tree):
                assert not BREAKABLE.search(text), f"{path}:{line} {text!r}"

    def test_in_the_referentials(self) -> None:
        for floor in FLOORS:
            for path in (ROOT / floor).glob("reference/*.[cj]s*"):
                assert not (found := BREAKABLE.search(path.read_text(encoding="utf-8"))), (path, found)

    @pytest.mark.parametrize("text", ["Qui_?", "Lu par_: Zoé", "«_rien", "rien_»", "{{ nom }}_: ", "_; ", "12_€"])
    def test_the_rule_sees_what_may_break(self, text: str) -> None:
        assert BREAKABLE.search(text.replace("_", " "))
        assert not BREAKABLE.search(text.replace("_", "\u00a0"))

    @pytest.mark.parametrize("text", ["14:30", "https://exemple.fr", "(?: suite)", "a ?b"])
    def test_and_lets_the_rest_pass(self, text: str) -> None:
        assert not BREAKABLE.search(text)


class TestModels:
    def test_every_field_has_its_french_name(self) -> None:
        for path, tree in sources():
            if "models" not in path.parts:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and chain(node)[:1] == ["models"] and is_field(chain(node)[-1]):
                    positional = node.args and isinstance(node.args[0], (ast.Constant, ast.Name))
                    named = any(keyword.arg in ("verbose_name", "output_field") for keyword in node.keywords)
                    assert positional or named or inside_expression(node), f"{path}:{node.lineno}"

    def test_names_begin_in_lower_case(self) -> None:
        for model in our_models():
            for field in model._meta.fields:
                name = str(field.verbose_name)
                assert name[0] == name[0].lower() or name.isupper() or field.name in ("id", "password"), field

    def test_every_model_has_its_french_name(self) -> None:
        for model in our_models():
            if model._meta.auto_created:
                continue
            assert model._meta.verbose_name_plural
            assert "_" not in str(model._meta.verbose_name)


def is_field(name: str) -> bool:
    return name.endswith("Field") or name in ("ForeignKey", "OneToOneField")


def inside_expression(node: ast.Call) -> bool:
    """An output field of a database function: it is no column."""
    return all(keyword.arg in ("db_collation", "null") for keyword in node.keywords) and not node.args


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from routes(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


UUID_ZERO = "00000000-0000-4000-8000-000000000000"


def address(route: str) -> str:
    return "/" + re.sub(r"<slug:\w+>", "logement", re.sub(r"<uuid:\w+>", UUID_ZERO, route))


class TestRoutes:
    def test_each_is_declared_with_its_roles(self) -> None:
        for route, pattern in routes(get_resolver()):
            if pattern.name not in NOT_DECLARED_BY_PAGE:
                callback: Any = pattern.callback
                assert getattr(callback, "roles", None), route

    def test_each_refuses_an_anonymous_visitor(self, db: None, client: Client) -> None:
        checked = 0
        for route, pattern in routes(get_resolver()):
            if pattern.name in OPEN_TO_ALL | {"deconnexion"}:
                continue
            for method in ("get", "post"):
                response = getattr(client, method)(address(route))
                assert response.status_code == 302, route
                assert response.headers["Location"].startswith("/connexion/"), route
                assert isinstance(response.wsgi_request.user, AnonymousUser)
            checked += 1
        assert checked > 30

    def test_none_carries_what_somebody_typed(self) -> None:
        for route, _ in routes(get_resolver()):
            converters = set(re.findall(r"<(\w+):", route))
            assert converters <= {"uuid", "slug"}, route
            # A code of a referential, or the random key of a public screen, which the hub made itself.
            assert "<slug:" not in route or "<slug:code>" in route or "<slug:jeton>" in route
