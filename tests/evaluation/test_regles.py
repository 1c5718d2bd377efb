"""The rules of the propositions, on what was found and what is known: no table, no request."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from accueil.catalogue import CATALOGUE, Genre
from accueil.regles import AGE, ConditionInvalide, Savoir, faits_lus
from accueil.regles.savoir import LU, NUMERIQUES
from evaluation.models import FragiliteReperee
from evaluation.reference import FOLDER
from evaluation.regles import NIVEAUX, RegleLue, Suggestion, Trouvee, lire, proposer
from tests.test_conventions import FORBIDDEN_FIELDS, ROOT, sources


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FRAGILITES = {row["code"]: row for row in rows_of("fragilites.csv")}
LIGNES = {row["code"]: row for row in rows_of("propositions.csv")}
QUAND: dict[str, Any] = {"": [], **json.loads((FOLDER / "propositions_quand.json").read_text(encoding="utf-8"))}
REGLES = {
    code: RegleLue(code, row["fragilite"], row["niveau_minimum"], lire(QUAND[row["quand"]]))
    for code, row in LIGNES.items()
}
# What is said of violence and of children at risk, in domaines that are never printed.
PROTECTED = {code for code, row in FRAGILITES.items() if row["domaine"] == "violences"} | {"enfant_en_risque"}


def found(*codes: str, niveau: str = "vigilance") -> list[Trouvee]:
    return [Trouvee(code, FRAGILITES[code]["libelle"], niveau) for code in codes]


def said(regle: RegleLue, savoir: Savoir, niveau: str = "danger") -> Suggestion | None:
    return next(iter(proposer([regle], found(regle.fragilite, niveau=niveau), savoir)), None)


def answers_about(fait: str, regle: RegleLue) -> list[str]:
    """Answers of a fact among which those that a rule tells apart are."""
    if fait != AGE and CATALOGUE[fait].genre == Genre.OUI_NON:
        return ["oui", "non"]
    if LU[fait].genre not in NUMERIQUES:
        return [code for code, _ in LU[fait].choix]
    limits = [one.valeur for many in regle.possibilites for one in many if one.fait == fait]
    return [str(value) for limit in limits if isinstance(limit, Decimal) for value in (limit, limit - 1) if value >= 0]


def households(regle: RegleLue) -> Iterator[Savoir]:
    """Every household that the rule may tell from another, all its facts known."""
    read = sorted({one.fait for many in regle.possibilites for one in many})
    for answers in product(*(answers_about(fait, regle) for fait in read)):
        known = dict(zip(read, answers, strict=True))
        age = known.pop(AGE, None)
        yield Savoir(int(age) if age else None, known)


class TestEveryFragilite:
    @pytest.mark.parametrize("code", FRAGILITES)
    def test_has_a_proposition_when_nothing_else_is_known(self, code: str) -> None:
        """At the lightest level, in a household of which nothing was said."""
        sure = [one for one in proposer(REGLES.values(), found(code), Savoir()) if not one.a_preciser]
        assert sure
        assert all(one.parce_que == (FRAGILITES[code]["libelle"],) for one in sure)

    def test_there_are_seventy_five_of_them(self) -> None:
        assert len(FRAGILITES) == 75
        assert {row["fragilite"] for row in LIGNES.values()} == set(FRAGILITES)


class TestEveryRule:
    @pytest.mark.parametrize("code", REGLES)
    def test_fires_in_a_household_made_for_it(self, code: str) -> None:
        regle = REGLES[code]
        spoken = [one for savoir in households(regle) if (one := said(regle, savoir))]
        assert spoken
        assert not any(one.a_preciser for one in spoken)
        assert all(one.regle == code for one in spoken)
        assert {bool(one.parce_que[1:]) for one in spoken} == {bool(regle.possibilites)}

    @pytest.mark.parametrize("code", [code for code, regle in REGLES.items() if regle.possibilites])
    def test_is_silent_in_another_and_asks_when_it_does_not_know(self, code: str) -> None:
        regle = REGLES[code]
        assert None in [said(regle, savoir) for savoir in households(regle)]
        asked = said(regle, Savoir())
        assert asked
        assert asked.parce_que[0].startswith(FRAGILITES[regle.fragilite]["libelle"])
        assert set(asked.a_preciser) <= faits_lus(regle.possibilites) | {AGE}
        assert asked.a_preciser

    def test_each_possibility_is_reached(self) -> None:
        for regle in REGLES.values():
            for possibilite in regle.possibilites:
                alone = RegleLue(regle.code, regle.fragilite, "", (possibilite,))
                assert any(said(alone, savoir) for savoir in households(regle)), regle.code

    @pytest.mark.parametrize("code", [code for code, regle in REGLES.items() if regle.niveau_minimum])
    def test_speaks_from_its_level_on(self, code: str) -> None:
        regle = REGLES[code]
        savoir = next(savoir for savoir in households(regle) if said(regle, savoir))
        spoken = [niveau for niveau in NIVEAUX if said(regle, savoir, niveau)]
        assert spoken == list(NIVEAUX[NIVEAUX.index(regle.niveau_minimum) :])
        assert spoken != list(NIVEAUX)
        because = said(regle, savoir, "danger")
        assert because and "(danger)" in because.parce_que[0]


class TestEngine:
    REGLE = RegleLue("r", "deuil")
    ENFANTS = RegleLue("e", "deuil", "", lire(QUAND["avec_enfants"]))

    def test_levels_are_those_of_the_model_in_their_order(self) -> None:
        assert list(NIVEAUX) == FragiliteReperee.Niveau.values

    def test_nothing_found_proposes_nothing(self) -> None:
        assert proposer(REGLES.values(), [], Savoir(40, {"enfants_a_charge": "2"})) == []

    def test_nothing_is_said_of_what_was_not_found(self) -> None:
        assert proposer([self.REGLE], found("isolement"), Savoir()) == []

    @pytest.mark.parametrize("niveau", ["", "levee", "grave", "FRAGILITE"])
    def test_an_unknown_level_reaches_nothing_but_any_level(self, niveau: str) -> None:
        graver = RegleLue("g", "deuil", "vigilance")
        assert said(graver, Savoir(), niveau) is None
        assert said(self.REGLE, Savoir(), niveau)
        assert said(RegleLue("g", "deuil", niveau or "x"), Savoir(), "danger") is None

    def test_the_order_is_that_of_the_rules(self) -> None:
        """Neither the gravest first nor the surest: nothing is ranked."""
        codes = [*FRAGILITES][::-1]
        mixed = [Trouvee(code, code, NIVEAUX[n % 4]) for n, code in enumerate(codes)]
        spoken = [one.regle for one in proposer(REGLES.values(), mixed, Savoir(30))]
        assert spoken == [code for code in REGLES if code in set(spoken)]
        assert len(spoken) > 75

    def test_it_says_the_household_after_the_fragilite(self) -> None:
        spoken = said(self.ENFANTS, Savoir(30, {"enfants_a_charge": "2"}))
        assert spoken and spoken.parce_que == ("Perte d'un proche", "enfants à charge : 2")

    def test_zero_is_an_answer(self) -> None:
        assert said(self.ENFANTS, Savoir(30, {"enfants_a_charge": "0"})) is None

    @pytest.mark.parametrize("donnee", ["", "beaucoup", "-1", "NaN", "1e999", "‮2", "\x00"])
    def test_what_cannot_be_read_is_asked_again(self, donnee: str) -> None:
        spoken = said(self.ENFANTS, Savoir(30, {"enfants_a_charge": donnee}))
        assert spoken and spoken.a_preciser == ("enfants_a_charge",)

    def test_a_sensitive_fact_may_be_asked_by_the_evaluator(self) -> None:
        """The fragilité is the reason; at the desk the same condition would stay silent."""
        spoken = said(RegleLue("g", "deuil", "", lire(QUAND["grossesse"])), Savoir(30))
        assert spoken and spoken.a_preciser == ("grossesse",)


class TestConditions:
    def test_none_is_always(self) -> None:
        assert lire([]) == ()

    @pytest.mark.parametrize(
        ("donnees", "said"),
        [
            (None, "liste d’au moins une possibilité"),
            ({}, "liste d’au moins une possibilité"),
            ("", "liste d’au moins une possibilité"),
            ([[]], "au moins une condition"),
            ([[{"fait": "couleur", "est": "egal", "valeur": "bleu"}]], "n’est pas dans le catalogue"),
            ([[{"fait": "age", "est": "moins_de", "valeur": {"bareme": "rsa_age_minimum"}}]], "Écrivez un nombre"),
            ([[{"fait": "ressources_mensuelles", "est": "au_plus", "valeur": {"montant": "c2s_plafond"}}]], "le droit"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, donnees: Any, said: str) -> None:
        with pytest.raises(ConditionInvalide, match=said):
            lire(donnees)

    def test_no_name_of_a_household_is_left_unused(self) -> None:
        assert {row["quand"] for row in LIGNES.values()} == set(QUAND)


class TestWords:
    # What a violent relative, or a parent, must not read on a printed page.
    SECRET = re.compile(r"violen|3919|\b119\b|3977|crip|procureur|préoccupante|danger|ordonnance|\babri", re.I)

    def test_each_is_short_plain_and_told_once(self) -> None:
        actions = [row["action"] for row in LIGNES.values()]
        for action in actions:
            assert 20 < len(action) <= 200, action
            assert action[0].isupper() and action[-1] not in ".;,", action
            assert not re.search(r"\bdoit\b|obligatoire|vous avez droit|automatique|score|risque de\b", action), action
        told = [(row["fragilite"], row["action"]) for row in LIGNES.values()]
        assert len(told) == len(set(told))

    def test_violence_is_told_only_where_nothing_is_printed(self) -> None:
        for row in LIGNES.values():
            if row["fragilite"] not in PROTECTED and row["partenaire_type"] not in ("violences", "protection_enfance"):
                assert not self.SECRET.search(row["action"]), row
                assert row["droit"] not in ("ordonnance_protection", "aide_urgence_violences"), row

    def test_the_words_looked_for_are_used_where_they_belong(self) -> None:
        told = [row["action"] for row in LIGNES.values() if row["fragilite"] in PROTECTED]
        assert sum(bool(self.SECRET.search(action)) for action in told) > 8

    @pytest.mark.parametrize("code", sorted(PROTECTED))
    def test_protection_is_thought_through_with_somebody(self, code: str) -> None:
        """A report is never an act of the software, nor of one person alone."""
        told = [row["action"] for row in LIGNES.values() if row["fragilite"] == code]
        assert len(told) >= 3
        for action in told:
            if re.search(r"\(IP\)|\bIP\b|CRIP|procureur", action):
                assert "responsable" in action, action
        assert any(re.search(r"avec elle|avec le responsable|seule?\b", action) for action in told)


class TestPure:
    def test_imports_neither_a_table_nor_a_request(self) -> None:
        checked = 0
        for path, tree in sources("evaluation/regles"):
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    module = node.module or ""
                    ours = module.startswith(("accueil.regles", "evaluation.regles"))
                    assert ours or module in ("__future__", "collections.abc", "dataclasses", "datetime", "typing"), (
                        path
                    )
                    checked += 1
                assert not isinstance(node, ast.Import), path
        assert checked > 8
        assert (ROOT / "evaluation/regles").is_dir()

    def test_says_nothing_that_ranks_or_predicts(self) -> None:
        for made in (Suggestion, RegleLue, Trouvee):
            names = [field.name for field in fields(made)]
            assert names and not any(FORBIDDEN_FIELDS.search(name) for name in names)
