"""The rules of the rights, on what a person says: no table, no request."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accueil import catalogue, regles
from accueil.catalogue import CATALOGUE, Definition, Genre
from accueil.reference import FOLDER, SOURCES
from accueil.regles import BaremeLu, Baremes, Constat, Niveau, RegleLue, Savoir, constater, lire
from accueil.regles.montants import MONTANTS
from accueil.regles.savoir import LU
from tests.test_conventions import ROOT, sources

JOUR = date(2026, 11, 23)
A_VERIFIER, PEUT_ETRE = Niveau.A_VERIFIER, Niveau.PEUT_ETRE
DONNEES: dict[str, Any] = json.loads((FOLDER / "regles.json").read_text(encoding="utf-8"))
REGLES = [RegleLue(droit, lire(conditions)) for droit, conditions in DONNEES.items()]


def loaded() -> dict[str, BaremeLu]:
    """The barèmes of the file, read as `load_reference` reads them."""
    source = next(source for source in SOURCES if source.path.name == "baremes.csv")
    made = (BaremeLu(code=row["code"], **_fields(source.fields(row))) for row in source.rows())
    return {bareme.code: bareme for bareme in made}


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("libelle", "valeur", "mesure", "starts_on", "ends_on")}


CONNUS = loaded()
# As the administration keeps them: none is out of date.
REMPLIS = {code: BaremeLu(code, bareme.libelle, bareme.valeur) for code, bareme in CONNUS.items()}


def dit(age: int | None = 40, /, **donnees: str) -> Savoir:
    return Savoir(age, donnees)


def constats(savoir: Savoir, connus: dict[str, BaremeLu] = REMPLIS, **options: Any) -> dict[str, Constat]:
    found = constater(REGLES, savoir, Baremes(JOUR, connus), **options)
    return {constat.droit: constat for constat in found}


# For each right: what makes it « à vérifier », and what is close to it and does not.
TABLE: list[tuple[str, Savoir, Savoir]] = [
    ("rsa", dit(26, ressources_mensuelles="300"), dit(24, ressources_mensuelles="300", enfants_a_charge="0")),
    ("rsa", dit(22, ressources_mensuelles="300", enfants_a_charge="1"), dit(22, ressources_mensuelles="300")),
    ("rsa", dit(22, ressources_mensuelles="300", grossesse="oui"), dit(22, grossesse="oui")),
    (
        "rsa",
        dit(22, ressources_mensuelles="300", activite_2_ans_sur_3="oui"),
        dit(40, ressources_mensuelles="4000", en_couple="non", enfants_a_charge="0", grossesse="non"),
    ),
    ("prime_activite", dit(18, revenus_activite="oui"), dit(17, revenus_activite="oui")),
    ("prime_activite", dit(40, emploi="salarie"), dit(40, emploi="chomage")),
    (
        "apl",
        dit(statut_logement="locataire", aide_logement="non"),
        dit(statut_logement="proprietaire", aide_logement="non"),
    ),
    ("apl", dit(statut_logement="foyer", aide_logement="non"), dit(statut_logement="locataire", aide_logement="oui")),
    (
        "c2s",
        dit(assurance_maladie="oui", complementaire="non", ressources_annuelles="9000"),
        dit(assurance_maladie="oui", complementaire="oui", ressources_annuelles="9000"),
    ),
    ("puma", dit(assurance_maladie="non"), dit(assurance_maladie="oui")),
    (
        "ame",
        dit(assurance_maladie="non", titre_sejour="sans_titre"),
        dit(assurance_maladie="non", titre_sejour="valable"),
    ),
    ("aah", dit(20, handicap="oui"), dit(19, handicap="oui")),
    ("pch", dit(handicap="oui", perte_autonomie="oui"), dit(handicap="non", perte_autonomie="oui")),
    ("aeeh", dit(enfant_handicap="oui"), dit(enfant_handicap="non")),
    ("cmi", dit(handicap="oui"), dit(handicap="non", perte_autonomie="non")),
    ("cmi", dit(perte_autonomie="oui"), dit()),
    ("apa", dit(60, perte_autonomie="oui"), dit(59, perte_autonomie="oui")),
    (
        "aspa",
        dit(65, ressources_annuelles="10000"),
        dit(65, ressources_annuelles="30000", en_couple="non", inaptitude="non"),
    ),
    (
        "aspa",
        dit(62, inaptitude="oui", ressources_annuelles="10000"),
        dit(62, inaptitude="non", ressources_annuelles="10000"),
    ),
    ("retraite", dit(62, pension_retraite="non"), dit(62, pension_retraite="oui")),
    (
        "asi",
        dit(50, pension_invalidite="oui", ressources_annuelles="8000"),
        dit(62, pension_invalidite="oui", ressources_annuelles="8000"),
    ),
    (
        "asf",
        dit(en_couple="non", enfants_a_charge="1", pension_alimentaire="non"),
        dit(en_couple="oui", enfants_a_charge="1", pension_alimentaire="non"),
    ),
    ("allocations_familiales", dit(enfants_a_charge="2"), dit(enfants_a_charge="1")),
    ("paje", dit(grossesse="oui"), dit(grossesse="non", enfants_a_charge="0")),
    ("paje", dit(enfants_a_charge="1", age_plus_jeune="2"), dit(enfants_a_charge="1", age_plus_jeune="3")),
    ("cmg", dit(age_plus_jeune="5", enfant_garde="oui"), dit(age_plus_jeune="6", enfant_garde="oui", en_couple="oui")),
    ("cmg", dit(age_plus_jeune="11", enfant_garde="oui", en_couple="non"), dit(age_plus_jeune="12")),
    (
        "ars",
        dit(enfants_scolarises="1", enfants_a_charge="1", ressources_n_2="20000"),
        dit(enfants_scolarises="1", enfants_a_charge="1", ressources_n_2="40000"),
    ),
    (
        "complement_familial",
        dit(enfants_3_21="3", ressources_n_2="9000"),
        dit(enfants_3_21="2", ressources_n_2="9000"),
    ),
    (
        "complement_familial",
        dit(enfants_3_21="4", enfants_a_charge="4", ressources_n_2="60000"),
        dit(enfants_3_21="3", enfants_a_charge="3", ressources_n_2="60000"),
    ),
    ("ass", dit(fin_droits_chomage="oui"), dit(fin_droits_chomage="non")),
    ("are", dit(perte_emploi="oui"), dit(perte_emploi="non")),
    ("cej", dit(16, emploi="sans_emploi"), dit(26, emploi="sans_emploi")),
    (
        "contrat_jeune_majeur",
        dit(20, confie_ase="oui", soutien_familial="non"),
        dit(21, confie_ase="oui", soutien_familial="non"),
    ),
    (
        "contrat_jeune_majeur",
        dit(20, confie_ase="oui", ressources_modestes="oui"),
        dit(20, confie_ase="non", ressources_modestes="oui"),
    ),
    ("faj", dit(25, besoin_urgent="oui"), dit(26, besoin_urgent="oui")),
    ("fsl", dit(impaye_loyer="oui"), dit(impaye_loyer="non", impaye_energie="non", acces_logement="non")),
    ("fsl", dit(impaye_energie="oui"), dit()),
    ("fsl", dit(acces_logement="oui"), dit()),
    ("logement_social", dit(mal_loge="oui"), dit(mal_loge="non", statut_logement="locataire")),
    ("logement_social", dit(statut_logement="heberge"), dit()),
    ("dalo", dit(expulsion="oui"), dit(expulsion="non")),
    ("dalo", dit(statut_logement="sans"), dit(statut_logement="locataire")),
    ("dalo", dit(hebergement_prolonge="oui"), dit()),
    ("dalo", dit(suroccupation="oui", enfants_a_charge="1"), dit(suroccupation="oui", enfants_a_charge="0")),
    ("dalo", dit(delai_logement="oui"), dit()),
    ("siao", dit(hebergement_ce_soir="non"), dit(hebergement_ce_soir="oui")),
    ("siao", dit(statut_logement="sans"), dit()),
    ("domiciliation", dit(adresse_stable="non"), dit(adresse_stable="oui")),
    (
        "cheque_energie",
        dit(factures_energie="oui", ressources_modestes="oui"),
        dit(factures_energie="non", ressources_modestes="oui"),
    ),
    ("surendettement", dit(dettes_impossibles="oui"), dit(dettes_impossibles="non")),
    ("secours_ase", dit(enfants_a_charge="1", besoin_urgent="oui"), dit(enfants_a_charge="0", besoin_urgent="oui")),
    (
        "aide_juridictionnelle",
        dit(procedure_justice="oui", ressources_modestes="oui"),
        dit(procedure_justice="oui", ressources_modestes="non"),
    ),
    ("titre_sejour", dit(titre_sejour="a_renouveler"), dit(titre_sejour="valable")),
    ("tarif_transport", dit(percoit_rsa="oui"), dit(percoit_rsa="non")),
    ("tarif_transport", dit(percoit_c2s="oui"), dit()),
    ("tarif_transport", dit(percoit_ass="oui"), dit()),
    ("tarif_transport", dit(percoit_ame="oui"), dit()),
    ("ordonnance_protection", dit(violences_conjoint="oui"), dit(violences_conjoint="non", mariage_force="non")),
    ("ordonnance_protection", dit(mariage_force="oui"), dit()),
    ("aide_urgence_violences", dit(violences_conjoint="oui"), dit(mariage_force="oui")),
    ("pecule_ase", dit(18, confie_ase="oui"), dit(17, confie_ase="oui")),
    (
        "reversion",
        dit(55, conjoint_decede="oui", ressources_annuelles="9000"),
        dit(54, conjoint_decede="oui", ressources_annuelles="9000"),
    ),
    (
        "reversion",
        dit(60, conjoint_decede="oui", en_couple="oui", ressources_annuelles="39000"),
        dit(60, conjoint_decede="oui", en_couple="non", ressources_annuelles="39000"),
    ),
]


class TestTheFortyRights:
    @pytest.mark.parametrize(("droit", "oui", "non"), TABLE)
    def test_each_speaks_when_it_should_and_is_silent_when_it_should_not(
        self, droit: str, oui: Savoir, non: Savoir
    ) -> None:
        spoken = constats(oui)[droit]
        assert spoken.niveau == A_VERIFIER
        assert spoken.parce_que
        assert droit not in constats(non) or constats(non)[droit].niveau == PEUT_ETRE

    def test_the_table_forgets_none_and_no_possibility(self) -> None:
        assert {droit for droit, _, _ in TABLE} == set(DONNEES)
        assert len(DONNEES) == 40
        for rule in REGLES:
            alone = [RegleLue(rule.droit, (possibilite,)) for possibilite in rule.possibilites]
            for each in alone:
                spoken = [
                    constat.niveau
                    for droit, oui, _ in TABLE
                    if droit == rule.droit
                    for constat in constater([each], oui, Baremes(JOUR, REMPLIS))
                ]
                assert A_VERIFIER in spoken, rule

    def test_each_is_altogether_silent_somewhere(self) -> None:
        said = [set(constats(non)) for _, _, non in TABLE]
        for droit in DONNEES:
            assert any(droit not in names for names in said), droit

    def test_who_said_nothing_hears_of_nothing(self) -> None:
        assert constats(dit(None)) == {}
        assert constats(dit(40)) == {}

    def test_every_fact_of_the_catalogue_but_the_words_serves_a_rule(self) -> None:
        """A question asked for nothing is one too many; nationality waits for the titre de séjour's page."""
        read = {condition.fait for rule in REGLES for each in rule.possibilites for condition in each}
        read |= {fait for montant in MONTANTS.values() for fait in montant.minimum}
        assert set(LU) - read == {"nationalite"}


class TestWords:
    def test_because_of_what_was_said(self) -> None:
        found = constats(dit(assurance_maladie="oui", complementaire="non", ressources_annuelles="9000"))["c2s"]
        assert found.parce_que == (
            "assurance maladie à jour",
            "sans complémentaire santé",
            "ressources sous le plafond de la complémentaire santé solidaire",
        )
        assert constats(dit(67, perte_autonomie="oui"))["apa"].parce_que == ("67 ans", "besoin d’aide au quotidien")
        assert constats(dit(enfants_a_charge="3"))["allocations_familiales"].parce_que == ("enfants à charge : 3",)

    def test_of_two_reasons_both_are_said_once(self) -> None:
        found = constats(dit(impaye_loyer="oui", impaye_energie="oui"))["fsl"]
        assert found.parce_que == ("loyer impayé", "énergie impayée")

    def test_a_question_is_asked_like_a_question(self) -> None:
        assert regles.question("en_couple") == "Vit en couple ?"
        assert regles.question(regles.AGE) == "Date de naissance ?"
        assert regles.question("jamais_vu") == "Jamais_vu ?"

    def test_every_answer_has_its_words(self) -> None:
        for fact in CATALOGUE.values():
            assert fact.libelle == fact.libelle.strip() != ""
            for answer in ("oui", "non") if fact.genre == Genre.OUI_NON else ("1",):
                assert fact.est_dit(answer)

    def test_an_answer_that_left_the_catalogue_is_said_as_it_is(self) -> None:
        assert Definition("x", "x", "g", Genre.CHOIX, (("a", "A"),)).est_dit("b") == "b"
        assert catalogue.libelle("parti") == "parti"
        assert catalogue.libelle("emploi") == "situation d’emploi"

    def test_nothing_is_ever_concluded(self) -> None:
        """Domain, « Droits à vérifier »: never « vous avez droit »."""
        known = [fact.libelle + fact.si_oui + fact.si_non for fact in CATALOGUE.values()]
        said = [*known, *(montant.libelle for montant in MONTANTS.values())]
        for _, oui, non in TABLE:
            for constat in [*constats(oui).values(), *constats(non, CONNUS).values()]:
                said += [*constat.parce_que, *map(regles.question, constat.manque)]
                said += [alerte.phrase for alerte in constat.alertes]
        assert len(said) > 200
        for phrase in said:
            assert "avez droit" not in phrase
            assert "a droit" not in phrase

    def test_no_page_nor_sentence_of_the_code_promises(self) -> None:
        promise = re.compile(r"(avez|aurez|avoir|ouvre) (le |un )?droit\b", re.IGNORECASE)
        found = [
            path.name
            for folder, kind in (("templates", "html"), ("accueil/reference", "csv"), ("accueil/reference", "json"))
            for path in (ROOT / folder).rglob(f"*.{kind}")
            if promise.search(path.read_text(encoding="utf-8"))
        ]
        found += [f"{path.name}: {text}" for path, text in sentences() if promise.search(text)]
        assert found == []
        assert promise.search("Vous avez droit au RSA.")


def sentences() -> Iterator[tuple[Path, str]]:
    """Every text of the code but its docstrings, which may name what is never said."""
    for path, tree in sources():
        scopes = (ast.Module, ast.ClassDef, ast.FunctionDef)
        documented = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, scopes)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in documented:
                yield path, node.value


class TestWhatIsMissing:
    def test_says_what_to_ask(self) -> None:
        found = constats(dit(statut_logement="locataire"))["apl"]
        assert (found.niveau, found.manque) == (PEUT_ETRE, ("aide_logement",))
        assert found.parce_que == ("locataire",)

    def test_an_age_alone_proposes_nothing(self) -> None:
        assert "retraite" not in constats(dit(70))

    def test_an_unknown_birth_date_is_asked(self) -> None:
        assert constats(dit(None, perte_autonomie="oui"))["apa"].manque == (regles.AGE,)

    def test_one_false_condition_silences_whatever_is_unknown(self) -> None:
        assert "asf" not in constats(dit(enfants_a_charge="1", en_couple="oui"))

    def test_the_possibility_with_the_fewest_questions_is_said(self) -> None:
        found = constats(dit(22, ressources_mensuelles="300"))["rsa"]
        assert found.manque in (("enfants_a_charge",), ("activite_2_ans_sur_3",))

    @pytest.mark.parametrize("donnee", ["", "peut-être", "OUI", "é"])
    def test_what_cannot_be_read_is_unknown(self, donnee: str) -> None:
        assert "fsl" not in constats(dit(impaye_loyer=donnee))

    @pytest.mark.parametrize("donnee", ["", "x", "-1", "NaN", "Infinity", "1e999999", "1" * 40, "１x"])
    def test_a_number_that_cannot_be_read_is_unknown(self, donnee: str) -> None:
        assert constats(dit(enfants_a_charge=donnee)) == {}

    def test_words_are_not_read(self) -> None:
        assert constats(dit(logement="sans", dettes="oui", inconnu="oui")) == {}


class TestSensitive:
    """Nationality, grossesse, handicap, ASE and violences: asked only inside a demande that needs them."""

    def test_is_never_asked_of_somebody_who_came_for_something_else(self) -> None:
        for _, oui, non in TABLE:
            for savoir in (oui, non):
                for constat in constats(savoir).values():
                    assert not any(LU[fait].is_sensible for fait in constat.manque), constat

    def test_is_asked_of_who_came_for_it(self) -> None:
        said = dit(30, perte_autonomie="oui")
        assert "pch" not in constats(said)
        assert constats(said, demandes={"pch"})["pch"].manque == ("handicap",)
        assert constats(dit(30), demandes={"ame"})["ame"].manque == ("assurance_maladie", "titre_sejour")

    def test_said_once_it_counts(self) -> None:
        assert constats(dit(handicap="oui", perte_autonomie="oui"))["pch"].niveau == A_VERIFIER

    def test_which_facts_are(self) -> None:
        assert {code for code, fact in CATALOGUE.items() if fact.is_sensible} == {
            "grossesse",
            "percoit_ame",
            "handicap",
            "enfant_handicap",
            "inaptitude",
            "pension_invalidite",
            "nationalite",
            "titre_sejour",
            "confie_ase",
            "violences_conjoint",
            "mariage_force",
        }
