"""Moves are data: only those of the table, one effect when two people click, a dated row with its author."""

from __future__ import annotations

from collections import Counter
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accueil.models import Demande, Passage, Relais, Usager
from evaluation.models import Evaluation
from parcours.demonstration.builders import make_demande, make_passage, make_relais, receive
from parcours.models import Action, Parcours
from pole_social.models import MoveRefused, WithMoves
from tests.threads import at_once

MODELS: list[type[WithMoves]] = [Passage, Demande, Relais, Evaluation, Parcours, Action]


@pytest.mark.parametrize("model", MODELS)
def test_the_table_speaks_of_the_model_s_own_states(model: Any) -> None:
    states = set(model.Statut.values)
    assert set(model.MOVES) <= states
    for reachable in model.MOVES.values():
        assert set(reachable) <= states


@pytest.mark.parametrize("model", MODELS)
def test_every_state_can_be_reached(model: Any) -> None:
    first = model._meta.get_field("statut").default
    reached, waiting = {first}, [first]
    while waiting:
        for state in model.MOVES.get(waiting.pop(), ()):
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    assert reached == set(model.Statut.values)


@pytest.mark.parametrize(
    ("model", "final"),
    [
        (Passage, {"termine", "oriente", "parti"}),
        (Relais, {"accepte", "retourne", "annule"}),
        (Evaluation, {"sans_accompagnement"}),
        (Parcours, set()),
        (Action, {"faite", "abandonnee"}),
        (
            Demande,
            {"reponse_immediate", "orientee", "relais", "accordee", "refusee", "classee", "close_par_usager"},
        ),
    ],
)
def test_the_final_states_are_the_domain_s(model: Any, final: set[str]) -> None:
    assert {state for state in model.Statut.values if not model.MOVES.get(state)} == final


class TestMove:
    def test_it_is_dated_and_signed(self, cast: SimpleNamespace, aminata: Usager) -> None:
        passage = make_passage(aminata, by=cast.gos)
        passage.move(Passage.Statut.APPELE, by=cast.gos_2, motif="bureau 3")
        trace = [(etape.de, etape.vers, etape.by, etape.motif) for etape in passage.etapes.all()]
        assert trace == [("", "en_attente", cast.gos, ""), ("en_attente", "appele", cast.gos_2, "bureau 3")]

    def test_a_move_out_of_the_table_is_refused_and_writes_nothing(
        self, cast: SimpleNamespace, aminata: Usager
    ) -> None:
        passage = make_passage(aminata, by=cast.gos)
        with pytest.raises(MoveRefused):
            passage.move(Passage.Statut.TERMINE, by=cast.gos)
        passage.refresh_from_db()
        assert passage.statut == Passage.Statut.EN_ATTENTE
        assert passage.etapes.count() == 1

    def test_a_copy_that_is_behind_is_refused(self, cast: SimpleNamespace, aminata: Usager) -> None:
        passage = make_passage(aminata, by=cast.gos)
        behind = Passage.objects.get(pk=passage.pk)
        passage.move(Passage.Statut.PARTI, by=cast.gos)
        with pytest.raises(MoveRefused):
            behind.move(Passage.Statut.APPELE, by=cast.gos_2)

    def test_fields_change_with_the_state(self, cast: SimpleNamespace, aminata: Usager) -> None:
        passage = make_passage(aminata, by=cast.gos)
        passage.move(Passage.Statut.APPELE, by=cast.gos_2, agent=cast.gos_2)
        assert Passage.objects.get(pk=passage.pk).agent == cast.gos_2
        assert passage.agent == cast.gos_2

    @pytest.mark.parametrize(
        "verb", ["UPDATE accueil_etapepassage SET vers = 'parti'", "DELETE FROM accueil_etapepassage"]
    )
    def test_the_history_is_only_appended(self, cast: SimpleNamespace, aminata: Usager, verb: str) -> None:
        make_passage(aminata, by=cast.gos)
        with pytest.raises(DatabaseError, match="only appended"), transaction.atomic():
            connection.cursor().execute(verb)

    @given(st.lists(st.sampled_from(Passage.Statut.values), max_size=12))
    def test_any_sequence_follows_the_table(self, wanted: list[str]) -> None:
        """Only the table is asked: no database here."""
        passage = Passage()
        for state in wanted:
            if passage.can_move(state):
                assert state in Passage.MOVES[Passage.Statut(passage.statut)]
                passage.statut = state
        assert passage.is_open == bool(Passage.MOVES.get(Passage.Statut(passage.statut)))


class TestAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_twenty_calls_have_one_effect(self, cast: SimpleNamespace, aminata: Usager) -> None:
        passage = make_passage(aminata, by=cast.gos)
        copies = [Passage.objects.get(pk=passage.pk) for _ in range(20)]
        done = at_once([partial(copy.move, "appele", by=cast.gos) for copy in copies])
        assert Counter(type(result) for result in done) == {type(None): 1, MoveRefused: 19}
        assert passage.etapes.filter(vers="appele").count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_two_ends_at_once_leave_one(self, cast: SimpleNamespace, aminata: Usager) -> None:
        relais = make_relais(aminata, by=cast.gos)
        one, two = (Relais.objects.get(pk=relais.pk) for _ in range(2))
        done = at_once(
            [
                lambda: one.accept(by=cast.assistant_social),
                lambda: two.cancel(by=cast.gos, motif="erreur"),
            ]
        )
        assert sorted(type(result).__name__ for result in done) == ["MoveRefused", "NoneType"]
        assert relais.etapes.count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_fifty_desks_number_without_gap_or_duplicate(self, cast: SimpleNamespace) -> None:
        done = at_once([lambda: make_passage(by=type(cast.gos).objects.get(pk=cast.gos.pk)) for _ in range(50)])
        assert [result for result in done if isinstance(result, Exception)] == []
        numbers = sorted(Passage.objects.values_list("numero", flat=True))
        assert numbers == list(range(1, 51))

    @pytest.mark.django_db(transaction=True)
    def test_a_desk_that_crashes_gives_its_number_back(self, cast: SimpleNamespace) -> None:
        def register(crash: bool) -> None:
            with transaction.atomic():
                make_passage(by=type(cast.gos).objects.get(pk=cast.gos.pk))
                if crash:
                    raise RuntimeError

        done = at_once([partial(register, bool(i % 2)) for i in range(20)])
        assert sum(isinstance(result, RuntimeError) for result in done) == 10
        assert sorted(Passage.objects.values_list("numero", flat=True)) == list(range(1, 11))


class TestClosing:
    def test_a_demande_without_next_step_keeps_it_open(self, cast: SimpleNamespace, aminata: Usager) -> None:
        passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
        demande = make_demande(passage, by=cast.gos)
        with pytest.raises(MoveRefused):
            passage.close(by=cast.gos)
        demande.take_up_tomorrow(by=cast.gos)
        passage.close(by=cast.gos)
        assert Passage.objects.get(pk=passage.pk).statut == Passage.Statut.TERMINE


class TestConstraints:
    def test_an_immediate_answer_is_written(self, cast: SimpleNamespace, aminata: Usager) -> None:
        demande = make_demande(make_passage(aminata, by=cast.gos), by=cast.gos)
        with pytest.raises(IntegrityError), transaction.atomic():
            demande.finish(Demande.Statut.REPONSE_IMMEDIATE, by=cast.gos)
        demande = Demande.objects.get(pk=demande.pk)
        demande.finish(Demande.Statut.REPONSE_IMMEDIATE, by=cast.gos, reponse="Formulaire remis")
        assert not demande.is_open

    def test_a_relais_goes_to_another_unite(self, cast: SimpleNamespace, aminata: Usager) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_relais(aminata, by=cast.gos, to="issy-accueil")

    @pytest.mark.parametrize(
        "birth",
        [{"naissance_mois": 13}, {"naissance_jour": 32}, {"naissance_annee": 1800}, {"naissance_annee": None}],
    )
    def test_an_impossible_birth_is_refused(self, aminata: Usager, birth: dict[str, int | None]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Usager.objects.filter(pk=aminata.pk).update(**birth)
