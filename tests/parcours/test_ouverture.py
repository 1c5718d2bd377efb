"""The seam between évaluation and parcours: whatever comes back or is taken up, nobody is lost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accueil.models import Rattachement, Relais, Usager
from evaluation.models import Evaluation
from evaluation.opening import open_from as open_evaluation
from parcours.demonstration.builders import make_evaluation, make_relais
from parcours.models import EntreeDirecte, Parcours
from parcours.opening import open_directly, open_from, send_back
from pole_social.models import MoveRefused

SignIn = Callable[[Any], Client]
Statut = Evaluation.Statut


@pytest.fixture
def validee(cast: SimpleNamespace, aminata: Usager) -> Evaluation:
    """Aminata's evaluation, validated, not handed over yet."""
    made = make_evaluation(aminata, sent_by=cast.gos, by=cast.assistant_social, explored=True)
    made.submit(by=cast.assistant_social)
    made.validate(by=cast.responsable_evaluation)
    return made


def hand_over(evaluation: Evaluation, by: Any, to: str) -> Relais:
    relais = make_relais(evaluation.usager, by=by, to=to)
    evaluation.relais_envoyes.add(relais)
    return relais


def is_worked_on(evaluation: Evaluation, cast: SimpleNamespace) -> bool:
    return Evaluation.objects.worked_on_by(cast.assistant_social).filter(pk=evaluation.pk).exists()


def state(evaluation: Evaluation) -> str:
    return Evaluation.objects.get(pk=evaluation.pk).statut


class TestLettingGo:
    def test_accompagnement_taking_over_ends_the_evaluator_s_work(
        self, cast: SimpleNamespace, validee: Evaluation
    ) -> None:
        open_from(hand_over(validee, cast.assistant_social, "issy-accompagnement"), by=cast.assistant_social_2)
        assert not is_worked_on(validee, cast)

    def test_pmi_alone_does_not(self, cast: SimpleNamespace, validee: Evaluation, sign_in: SignIn) -> None:
        """The social hand-over may still come: the evaluator sends it, or says that it will not."""
        open_from(hand_over(validee, cast.assistant_social, "issy-sante"), by=cast.puericultrice)
        assert is_worked_on(validee, cast)
        client = sign_in(cast.assistant_social)
        assert client.get(f"/evaluation/{validee.pk}/relais/").status_code == 200
        assert "Terminer mon travail" in client.get(f"/evaluation/{validee.pk}/").content.decode()
        assert client.post(f"/evaluation/{validee.pk}/fin/").status_code == 302
        assert not is_worked_on(validee, cast)

    def test_one_does_not_let_go_before_anybody_has_taken_over(
        self, cast: SimpleNamespace, validee: Evaluation, sign_in: SignIn
    ) -> None:
        client = sign_in(cast.assistant_social)
        assert client.post(f"/evaluation/{validee.pk}/fin/").status_code == 409
        hand_over(validee, cast.assistant_social, "issy-sante")
        assert client.post(f"/evaluation/{validee.pk}/fin/").status_code == 409
        assert is_worked_on(validee, cast)
        with pytest.raises(MoveRefused):
            validee.release(by=cast.assistant_social)

    def test_one_returned_and_one_accepted_leaves_the_evaluator_at_work(
        self, cast: SimpleNamespace, validee: Evaluation
    ) -> None:
        to_pmi = hand_over(validee, cast.assistant_social, "issy-sante")
        to_social = hand_over(validee, cast.assistant_social, "issy-accompagnement")
        send_back(to_pmi, by=cast.puericultrice, motif="Pas d’enfant de moins de six ans")
        open_from(to_social, by=cast.assistant_social_2)
        assert state(validee) == Statut.A_REPRENDRE
        assert is_worked_on(validee, cast)


class TestComingBack:
    def test_a_return_reopens_the_evaluation(self, cast: SimpleNamespace, validee: Evaluation) -> None:
        relais = hand_over(validee, cast.assistant_social, "issy-accompagnement")
        send_back(relais, by=cast.assistant_social_2, motif="Habite un autre territoire")
        assert state(validee) == Statut.A_REPRENDRE
        assert validee.etapes.filter(motif="Habite un autre territoire").count() == 1

    def test_a_return_while_another_evaluation_is_open_goes_to_that_one(
        self, cast: SimpleNamespace, validee: Evaluation, sign_in: SignIn
    ) -> None:
        relais = hand_over(validee, cast.assistant_social, "issy-accompagnement")
        newer = open_evaluation(make_relais(validee.usager, by=cast.gos), by=cast.assistant_social)
        response = sign_in(cast.assistant_social_2).post(
            f"/parcours/relais/{relais.pk}/retour/", {"motif": "À revoir ensemble"}
        )
        assert response.status_code == 302
        assert state(validee) == Statut.VALIDEE
        assert relais in newer.relais_envoyes.all()

    def test_the_evaluator_takes_a_relais_back(
        self, cast: SimpleNamespace, validee: Evaluation, sign_in: SignIn
    ) -> None:
        relais = hand_over(validee, cast.assistant_social, "issy-accompagnement")
        address = f"/evaluation/{validee.pk}/relais/{relais.pk}/annulation/"
        client = sign_in(cast.assistant_social)
        assert client.post(address, {"motif": ""}).status_code == 200
        assert Relais.objects.get(pk=relais.pk).is_open
        assert client.post(address, {"motif": "Adressé à la mauvaise unité"}).status_code == 302
        assert Relais.objects.get(pk=relais.pk).statut == Relais.Statut.ANNULE
        assert state(validee) == Statut.A_REPRENDRE

    def test_nobody_else_does(self, cast: SimpleNamespace, validee: Evaluation, sign_in: SignIn) -> None:
        relais = hand_over(validee, cast.assistant_social, "issy-accompagnement")
        other = hand_over(validee, cast.assistant_social, "issy-sante")
        validee.relais_envoyes.remove(other)
        typed = {"motif": "Un essai"}
        own = f"/evaluation/{validee.pk}/relais/{relais.pk}/annulation/"
        assert sign_in(cast.assistant_social_2).post(own, typed).status_code == 404
        # Neither through the desk's route, nor a relais of something else.
        by_the_desk = f"/accueil/relais/{relais.pk}/annulation/"
        assert sign_in(cast.responsable_evaluation).post(by_the_desk, typed).status_code == 404
        elsewhere = f"/evaluation/{validee.pk}/relais/{other.pk}/annulation/"
        assert sign_in(cast.assistant_social).post(elsewhere, typed).status_code == 404
        assert Relais.objects.waiting().count() == 2


class TestLists:
    def test_a_validated_evaluation_stays_in_its_unite_s_list_until_it_is_taken_up(
        self, cast: SimpleNamespace, validee: Evaluation, sign_in: SignIn
    ) -> None:
        client = sign_in(cast.responsable_evaluation)
        assert validee.usager.nom_court in client.get("/evaluation/").content.decode()
        open_from(hand_over(validee, cast.assistant_social, "issy-accompagnement"), by=cast.assistant_social_2)
        assert validee.usager.nom_court not in client.get("/evaluation/").content.decode()

    def test_no_relationship_is_left_behind(self, cast: SimpleNamespace, validee: Evaluation) -> None:
        open_from(hand_over(validee, cast.assistant_social, "issy-accompagnement"), by=cast.assistant_social_2)
        live = Rattachement.objects.live().filter(agent__in=[cast.assistant_social, cast.responsable_evaluation])
        assert not live.exists()


class TestEntreeDirecte:
    def open(self, cast: SimpleNamespace, usager: Usager, by: Any, source: str = "rsa") -> Parcours:
        entree = EntreeDirecte(source=source, recue_on="2026-11-02")
        return open_directly(entree, usager=usager, unite=by.unites[0], by=by)

    def test_opens_with_its_opener_as_referent(self, cast: SimpleNamespace, aminata: Usager) -> None:
        parcours = self.open(cast, aminata, cast.cesf)
        assert (parcours.entree, parcours.intervenants.get().agent) == ("rsa", cast.cesf)
        assert parcours.etapes.count() == 1
        assert Rattachement.objects.live().get(usager=aminata).nature == Rattachement.Nature.REFERENT

    def test_attaches_where_one_is_open_and_lets_nobody_in(self, cast: SimpleNamespace, aminata: Usager) -> None:
        first = open_from(make_relais(aminata, by=cast.gos, to="issy-accompagnement"), by=cast.assistant_social_2)
        assert self.open(cast, aminata, cast.cesf) == first
        assert [one.agent for one in first.intervenants.all()] == [cast.assistant_social_2]
        assert not Parcours.objects.visible_to(cast.cesf).exists()
        assert first.entree == Parcours.Entree.RELAIS

    def test_each_nature_has_its_own(self, cast: SimpleNamespace, aminata: Usager) -> None:
        social, pmi = self.open(cast, aminata, cast.cesf), self.open(cast, aminata, cast.puericultrice, "naissance")
        assert social != pmi
        assert not Parcours.objects.visible_to(cast.cesf).filter(pk=pmi.pk).exists()

    def test_the_base_refuses_the_dates_of_another_source(self, cast: SimpleNamespace, aminata: Usager) -> None:
        parcours = self.open(cast, aminata, cast.cesf)
        common = {"parcours": parcours, "recue_on": "2026-11-02", "recorded_by": cast.cesf}
        for wrong in (
            {"source": "relais"},
            {"source": "rsa", "visite": "proposee"},
            {"source": "crip", "contrat_signe_on": "2026-11-02"},
            {"source": "rsa", "contrat_signe_on": "2026-11-02", "contrat_jusqu_au": "2026-11-01"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                EntreeDirecte.objects.create(**common, **wrong)
        assert EntreeDirecte.objects.count() == 1
