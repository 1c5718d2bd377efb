"""Barèmes that are missing or out of date, amounts of a household, and rules that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accueil.catalogue import CATALOGUE, Genre
from accueil.reference import SOURCES
from accueil.regles import BaremeLu, Baremes, ConditionInvalide, Niveau, Savoir, constater, faits_lus, lire
from accueil.regles.conditions import OPERATEURS
from accueil.regles.montants import MONTANTS, calculer
from accueil.regles.savoir import LU
from tests.accueil.test_regles import CONNUS, DONNEES, JOUR, REGLES, REMPLIS, constats, dit

A_VERIFIER, PEUT_ETRE = Niveau.A_VERIFIER, Niveau.PEUT_ETRE
DEMANDE_C2S = dit(assurance_maladie="oui", complementaire="non", ressources_annuelles="0")


def without(code: str) -> dict[str, BaremeLu]:
    return {name: bareme for name, bareme in REMPLIS.items() if name != code}


def emptied(code: str) -> dict[str, BaremeLu]:
    return {**REMPLIS, code: replace(REMPLIS[code], valeur=None)}


class TestBaremes:
    """A barème that nobody filled in is said, never taken for zero."""

    def test_unknown_is_said_even_to_somebody_without_any_resources(self) -> None:
        found = constats(DEMANDE_C2S, emptied("c2s_plafond_personne_seule"))["c2s"]
        assert found.niveau == PEUT_ETRE
        assert [alerte.phrase for alerte in found.alertes] == [
            "barème à renseigner : complémentaire santé solidaire, plafond pour une personne seule"
        ]

    def test_filled_in_the_rule_speaks_again(self) -> None:
        found = constats(DEMANDE_C2S)["c2s"]
        assert (found.niveau, found.alertes) == (A_VERIFIER, ())

    def test_gone_altogether_it_is_said_by_its_code(self) -> None:
        found = constats(DEMANDE_C2S, without("c2s_plafond_personne_seule"))["c2s"]
        assert found.alertes[0].phrase == "barème à renseigner : c2s_plafond_personne_seule"

    def test_out_of_date_it_is_used_and_said(self) -> None:
        found = constats(dit(50, pension_invalidite="oui", en_couple="non", ressources_annuelles="8000"), CONNUS)["asi"]
        assert found.niveau == A_VERIFIER
        assert found.alertes[0].phrase == "barème périmé depuis le 31/03/2026 : ASI, plafond pour une personne seule"

    def test_out_of_date_it_never_says_no(self) -> None:
        """The amount has probably risen since: above the old one is not above the new one."""
        rich = dit(50, pension_invalidite="oui", en_couple="non", ressources_annuelles="11500")
        found = constats(rich, CONNUS, demandes={"asi"})["asi"]
        assert (found.niveau, len(found.alertes)) == (PEUT_ETRE, 1)
        assert "asi" not in constats(replace(rich, donnees={**rich.donnees, "ressources_annuelles": "99999"}))

    @pytest.mark.parametrize(("days", "is_used"), [(0, True), (1, False)])
    def test_not_yet_in_force_it_is_not_used(self, days: int, is_used: bool) -> None:
        soon = replace(REMPLIS["rsa_montant_forfaitaire_1_personne"], starts_on=JOUR + timedelta(days=days))
        said = dit(40, ressources_mensuelles="100", en_couple="non", enfants_a_charge="0")
        found = constats(said, {**REMPLIS, soon.code: soon})["rsa"]
        assert found.niveau == (A_VERIFIER if is_used else PEUT_ETRE)
        assert ("pas encore en vigueur" in str(found.alertes)) is not is_used

    def test_the_last_day_is_still_in_force(self) -> None:
        last = BaremeLu("x", "X", Decimal(1), ends_on=JOUR)
        assert Baremes(JOUR, {"x": last}).alerte("x") is None
        assert Baremes(JOUR + timedelta(days=1), {"x": last}).alerte("x") is not None

    def test_each_says_where_it_comes_from(self) -> None:
        """And until when an amount that the law raises every year stands."""
        source = next(source for source in SOURCES if source.path.name == "baremes.csv")
        for row in source.rows():
            assert row["source"].startswith(("CASF, art. ", "CSS, art. ")), row["code"]
            assert row["valeur"] and row["en_vigueur_depuis"], row["code"]
            assert bool(row["valable_jusqu_au"]) == row["unite"].startswith("EUR/"), row["code"]

    def test_every_barème_of_a_rule_or_an_amount_is_in_the_file(self) -> None:
        read = {name for rows in DONNEES.values() for name in _baremes_of(rows)}
        assert read <= set(CONNUS)
        for code in MONTANTS:
            for household in households(code):
                assert not [
                    a
                    for a in calculer(code, Savoir(40, household), Baremes(JOUR, CONNUS)).alertes
                    if a.code not in CONNUS
                ]


def _baremes_of(rows: Any) -> Iterator[str]:
    for condition in (condition for row in rows for condition in row):
        if isinstance(condition["valeur"], dict) and "bareme" in condition["valeur"]:
            yield condition["valeur"]["bareme"]


ANSWERS = {
    "en_couple": ("oui", "non"),
    "enfants_a_charge": ("0", "1", "2", "3", "5"),
    "age_plus_jeune": ("0", "2", "3", "12"),
    "grossesse": ("oui", "non"),
}


# Without them the right itself is not asked for.
LEAST_CHILDREN = {"ars_plafond": 1, "complement_familial_plafond": 3}


def households(code: str) -> Iterator[dict[str, str]]:
    """Every household that this amount tells apart; with no child, the age of the youngest is not read."""
    facts = list(MONTANTS[code].minimum)
    for answers in product(*(ANSWERS[fait] for fait in facts)):
        household = dict(zip(facts, answers, strict=True))
        if int(household.get("enfants_a_charge", 0)) < LEAST_CHILDREN.get(code, 0):
            continue
        yield household


def euros(code: str, household: dict[str, str]) -> int:
    """In whole euros, as ceilings are published."""
    valeur = calculer(code, Savoir(40, household), Baremes(JOUR, CONNUS)).valeur
    assert valeur is not None
    return int(valeur)


def rsa(**household: str) -> Decimal:
    found = calculer("rsa_montant_forfaitaire", Savoir(30, {"grossesse": "non", **household}), Baremes(JOUR, CONNUS))
    assert found.valeur is not None
    assert found.manque == ()
    return found.valeur.quantize(Decimal("0.01"), ROUND_HALF_UP)


class TestAmountOfAHousehold:
    """The montant forfaitaire of April 2026, by the parts of its barème (CASF R262-1 and following)."""

    @pytest.mark.parametrize(
        ("household", "euros"),
        [
            ({"en_couple": "non", "enfants_a_charge": "0"}, "651.69"),
            ({"en_couple": "oui", "enfants_a_charge": "0"}, "977.54"),
            ({"en_couple": "non", "enfants_a_charge": "1", "age_plus_jeune": "8"}, "977.54"),
            ({"en_couple": "oui", "enfants_a_charge": "1"}, "1173.04"),
            ({"en_couple": "non", "enfants_a_charge": "2", "age_plus_jeune": "8"}, "1173.04"),
            ({"en_couple": "oui", "enfants_a_charge": "2"}, "1368.55"),
            ({"en_couple": "non", "enfants_a_charge": "3", "age_plus_jeune": "8"}, "1433.72"),
            ({"en_couple": "oui", "enfants_a_charge": "3"}, "1629.23"),
            ({"en_couple": "oui", "enfants_a_charge": "4"}, "1889.90"),
            ({"en_couple": "non", "enfants_a_charge": "1", "age_plus_jeune": "2"}, "1115.80"),
            ({"en_couple": "non", "enfants_a_charge": "0", "grossesse": "oui"}, "836.85"),
            ({"en_couple": "oui", "enfants_a_charge": "0", "grossesse": "oui"}, "977.54"),
        ],
    )
    def test_rsa(self, household: dict[str, str], euros: str) -> None:
        assert rsa(**household) == Decimal(euros)

    def test_the_ceilings_follow_the_household(self) -> None:
        couple = calculer("aspa_plafond", Savoir(70, {"en_couple": "oui"}), Baremes(JOUR, CONNUS))
        alone = calculer("aspa_plafond", Savoir(70, {"en_couple": "non"}), Baremes(JOUR, CONNUS))
        assert (couple.valeur, alone.valeur) == (Decimal("19442.21"), Decimal("12523.14"))
        two = calculer("ars_plafond", Savoir(40, {"enfants_a_charge": "2"}), Baremes(JOUR, CONNUS))
        assert two.valeur == Decimal("22274") * Decimal("1.6")

    def test_c2s_counts_the_people(self) -> None:
        """As published for 2025, with the participation: 13 957 € alone, 29 311 € for four, 5 583 € for each more."""
        households = [("non", "0"), ("oui", "0"), ("non", "2"), ("oui", "2"), ("oui", "3")]
        said = [{"en_couple": couple, "enfants_a_charge": enfants} for couple, enfants in households]
        assert [euros("c2s_plafond", one) for one in said] == [13957, 20936, 25123, 29311, 34894]

    def test_the_complement_familial_counts_the_children(self) -> None:
        """Two incomes or a parent alone: the higher ceiling, so that it is no reason to say nothing."""
        assert [euros("complement_familial_plafond", {"enfants_a_charge": n}) for n in "34"] == [53757, 61081]

    def test_the_reversion_follows_the_household(self) -> None:
        assert [euros("reversion_plafond", {"en_couple": said}) for said in ("non", "oui")] == [25001, 40002]

    @pytest.mark.parametrize("code", MONTANTS)
    def test_while_an_answer_is_missing_the_amount_is_a_floor(self, code: str) -> None:
        """Under it, whatever the answer, one is under the amount: nothing is promised that an answer could undo."""
        for household in households(code):
            whole = calculer(code, Savoir(30, household), Baremes(JOUR, REMPLIS)).valeur
            for hidden in range(2 ** len(household)):
                known = {fait: answer for rank, (fait, answer) in enumerate(household.items()) if hidden >> rank & 1}
                floor = calculer(code, Savoir(30, known), Baremes(JOUR, REMPLIS)).valeur
                assert floor is not None
                assert whole is not None
                assert floor <= whole, (household, known)

    def test_under_the_floor_nothing_more_is_asked(self) -> None:
        assert constats(dit(30, ressources_mensuelles="200"))["rsa"].niveau == A_VERIFIER

    def test_above_it_only_what_would_change_the_amount_is_asked(self) -> None:
        found = constats(dit(30, ressources_mensuelles="900"))["rsa"]
        assert (found.niveau, set(found.manque)) == (PEUT_ETRE, {"en_couple", "enfants_a_charge"})
        found = constats(dit(30, ressources_mensuelles="1000", en_couple="non", enfants_a_charge="1"))["rsa"]
        assert found.manque == ("age_plus_jeune",)

    def test_above_the_whole_amount_it_is_silent(self) -> None:
        said = dit(30, ressources_mensuelles="1200", en_couple="oui", enfants_a_charge="0")
        assert "rsa" not in constats(said)


class TestReading:
    def test_every_rule_of_the_file_is_read(self) -> None:
        for droit, conditions in DONNEES.items():
            assert lire(conditions, baremes=set(CONNUS)), droit

    def test_which_facts_a_rule_reads(self) -> None:
        assert faits_lus(lire(DONNEES["apl"])) == {"statut_logement", "aide_logement"}
        assert faits_lus(lire(DONNEES["ars"])) == {"enfants_scolarises", "ressources_n_2", "enfants_a_charge"}
        assert "grossesse" in faits_lus(lire(DONNEES["rsa"]))
        assert "age" not in faits_lus(lire(DONNEES["rsa"]))

    OUI = {"fait": "impaye_loyer", "est": "egal", "valeur": "oui"}

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            (None, "Écrivez une liste d’au moins une possibilité."),
            ([], "Écrivez une liste d’au moins une possibilité."),
            ("oui", "Écrivez une liste d’au moins une possibilité."),
            ([[OUI]] * 21, "au plus 20 possibilités"),
            ([[]], "Possibilité 1 : écrivez une liste"),
            ([[OUI], OUI], "Possibilité 2 : écrivez une liste"),
            ([[OUI] * 21], "au plus 20 conditions"),
            ([["impaye_loyer"]], "Possibilité 1, condition 1 : écrivez « fait », « est » et « valeur »"),
            ([[{"fait": "impaye_loyer", "est": "egal"}]], "écrivez « fait », « est » et « valeur »"),
            ([[{**OUI, "sinon": 1}]], "et rien d’autre"),
            ([[OUI, {**OUI, "fait": "couleur"}]], "condition 2 : le fait « couleur » n’est pas dans le catalogue"),
            ([[{**OUI, "fait": "logement"}]], "le fait « logement » n’est pas dans le catalogue"),
            ([[{**OUI, "fait": ["a"]}]], "n’est pas dans le catalogue"),
            ([[{**OUI, "fait": "a\x00b" + "x" * 99}]], "n’est pas dans le catalogue"),
            ([[{**OUI, "est": "contient"}]], "l’opérateur « contient » n’existe pas"),
            ([[{**OUI, "est": {}}]], "n’existe pas"),
            ([[{**OUI, "est": "au_moins"}]], "n’est pas un nombre ; au choix : egal, parmi"),
            ([[{**OUI, "valeur": "vrai"}]], "la réponse « vrai » n’est pas prévue ; au choix : oui, non"),
            ([[{**OUI, "valeur": True}]], "n’est pas prévue"),
            ([[{**OUI, "valeur": {"bareme": "bmaf"}}]], "n’est pas prévue"),
            ([[{**OUI, "est": "parmi", "valeur": "oui"}]], "« parmi » demande une liste"),
            ([[{**OUI, "est": "parmi", "valeur": []}]], "« parmi » demande une liste"),
            ([[{"fait": "emploi", "est": "parmi", "valeur": ["salarie", "x"]}]], "« x » n’est pas prévue"),
            ([[{"fait": "age", "est": "parmi", "valeur": [1]}]], "est un nombre"),
            ([[{"fait": "age", "est": "au_moins", "valeur": "vingt"}]], "« vingt » n’est pas un nombre"),
            ([[{"fait": "age", "est": "au_moins", "valeur": True}]], "n’est pas un nombre"),
            ([[{"fait": "age", "est": "au_moins", "valeur": float("nan")}]], "n’est pas un nombre"),
            ([[{"fait": "age", "est": "au_moins", "valeur": float("inf")}]], "n’est pas un nombre"),
            ([[{"fait": "age", "est": "au_moins", "valeur": -1}]], "n’est pas un nombre"),
            ([[{"fait": "age", "est": "au_moins", "valeur": [1]}]], "n’est pas un nombre"),
            ([[{"fait": "age", "est": "au_moins", "valeur": {}}]], "un « bareme » ou un « montant »"),
            (
                [[{"fait": "age", "est": "au_moins", "valeur": {"bareme": "x", "y": 1}}]],
                "un « bareme » ou un « montant »",
            ),
            ([[{"fait": "age", "est": "au_moins", "valeur": {"bareme": "x"}}]], "le barème « x » n’existe pas"),
            ([[{"fait": "age", "est": "au_moins", "valeur": {"bareme": ["x"]}}]], "n’existe pas"),
            ([[{"fait": "age", "est": "au_plus", "valeur": {"montant": "x"}}]], "le montant « x » n’existe pas"),
            ([[{"fait": "age", "est": "au_plus", "valeur": {"montant": []}}]], "n’existe pas"),
            ([[{"fait": "age", "est": "au_moins", "valeur": {"montant": "aspa_plafond"}}]], "est un plafond"),
        ],
    )
    def test_what_cannot_be_read_is_said_in_french(self, written: Any, said: str) -> None:
        with pytest.raises(ConditionInvalide) as refused:
            lire(written, baremes={"bmaf"})
        assert said in str(refused.value)
        assert "\x00" not in str(refused.value)
        assert len(str(refused.value)) < 300

    def test_the_control_a_right_one_is_read(self) -> None:
        assert lire([[self.OUI], [{"fait": "age", "est": "au_moins", "valeur": {"bareme": "bmaf"}}]], baremes={"bmaf"})


# --- Whatever is said -------------------------------------------------------------------------------


def answers_of(code: str) -> st.SearchStrategy[str]:
    known = LU[code]
    if known.genre == Genre.OUI_NON:
        return st.sampled_from(["oui", "non"])
    if known.genre == Genre.CHOIX:
        return st.sampled_from([choice for choice, _ in known.choix])
    return st.integers(0, 40_000).map(str) if known.genre == Genre.MONTANT else st.integers(0, 25).map(str)


FACTS = sorted(set(LU) - {"age"})
SAID = st.fixed_dictionaries({}, optional={code: answers_of(code) for code in FACTS})
AGES = st.none() | st.integers(0, 110)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from([*FACTS, *OPERATEURS]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["fait", "est", "valeur", "bareme", "montant"]), inner, max_size=3)
    ),
    max_leaves=12,
)


class TestWhateverIsSaid:
    @settings(max_examples=150, deadline=None)
    @given(age=AGES, said=SAID, more=st.sampled_from(FACTS), data=st.data())
    def test_one_more_answer_never_undoes_a_right_to_check(
        self, age: int | None, said: dict[str, str], more: str, data: st.DataObject
    ) -> None:
        """Knowing more settles what was unknown; what was true of less stays true."""
        before = constats(Savoir(age, {code: value for code, value in said.items() if code != more}))
        after = constats(Savoir(age, {**said, more: data.draw(answers_of(more))}))
        for droit, constat in before.items():
            if constat.niveau == A_VERIFIER:
                assert after[droit].niveau == A_VERIFIER, droit

    @settings(max_examples=150, deadline=None)
    @given(age=AGES, said=SAID, demandes=st.sets(st.sampled_from(sorted(DONNEES)), max_size=3))
    def test_each_answer_is_whole(self, age: int | None, said: dict[str, str], demandes: set[str]) -> None:
        for constat in constater(REGLES, Savoir(age, said), Baremes(JOUR, CONNUS), demandes=demandes):
            if constat.niveau == A_VERIFIER:
                assert constat.parce_que
                assert not constat.manque
            else:
                assert constat.manque or constat.alertes, constat
                assert not set(constat.manque) & set(said)
            sensitive = [fait for fait in constat.manque if LU[fait].is_sensible]
            assert not sensitive or constat.droit in demandes

    @settings(max_examples=100, deadline=None)
    @given(said=st.dictionaries(st.sampled_from([*CATALOGUE, "inconnu"]), st.text(max_size=40)))
    def test_whatever_was_stored_is_read_or_unknown(self, said: dict[str, str]) -> None:
        constats(Savoir(30, said))

    @settings(max_examples=300, deadline=None)
    @given(written=JSON | st.lists(st.lists(JSON, max_size=2), max_size=2))
    def test_whatever_is_written_is_read_or_refused(self, written: Any) -> None:
        try:
            lire(written, baremes=set(CONNUS))
        except ConditionInvalide as refused:
            assert str(refused)

    def test_the_file_is_json_that_another_department_can_edit(self) -> None:
        assert json.loads(json.dumps(DONNEES)) == DONNEES
        assert date(2026, 11, 23) == JOUR
