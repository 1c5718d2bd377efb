"""The demonstration's decisions are possible: the fragilité is there, and the rule speaks of it."""

from __future__ import annotations

from types import SimpleNamespace

from evaluation.models import Evaluation, Proposition, RegleProposition
from parcours.demonstration.builders import explore_all
from parcours.demonstration.dossiers import DOSSIERS
from parcours.demonstration.propositions import CHOIX, choose


def test_each_decision_is_about_what_was_found(db: None) -> None:
    regles = RegleProposition.objects.select_related("fragilite").in_bulk(field_name="code")
    found = {dossier.qui: {repere.code for note in dossier.notes for repere in note.reperes} for dossier in DOSSIERS}
    for qui, choix in CHOIX.items():
        assert {regles[one.regle].fragilite.code for one in choix} <= found[qui], qui
    motifs = [one.motif for choix in CHOIX.values() for one in choix]
    assert any(motifs) and not all(motifs)


def test_they_are_written_as_the_page_writes_them(cast: SimpleNamespace, evaluation: Evaluation) -> None:
    explore_all(evaluation, by=cast.assistant_social, fragilites=["isolement", "deuil"])
    choose(evaluation, "robert", by=cast.assistant_social)
    rows = Proposition.objects.filter(evaluation=evaluation).standing().select_related("regle", "fragilite__fragilite")
    assert {(row.regle.code, row.statut) for row in rows if row.regle} == {
        ("isolement_visites", "gardee"),
        ("deuil_parole", "ecartee"),
    }
    assert all(row.fragilite and row.parce_que == row.fragilite.fragilite.libelle for row in rows)
    choose(evaluation, "nobody", by=cast.assistant_social)
    assert rows.count() == 2
