"""Who may open which page: the order of the answers, and pages that look the same from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Usager
from parcours.demonstration.builders import make_passage
from pole_social.models import Affectation

pytestmark = pytest.mark.urls("tests.pole_social.urls_spine")

SignIn = Callable[[Any], Client]


class TestOrderOfAnswers:
    def test_not_signed_in_goes_to_the_sign_in_page(self, aminata: Usager, client: Client) -> None:
        response = client.get(f"/essai/{aminata.pk}/")
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/connexion/")

    def test_not_signed_in_comes_before_a_wrong_method(self, aminata: Usager, client: Client) -> None:
        assert client.delete(f"/essai/{aminata.pk}/").status_code == 302

    def test_a_wrong_method_comes_before_a_wrong_role(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        response = sign_in(cast.dpo).post(f"/essai/{aminata.pk}/")
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD"

    def test_a_wrong_role_is_refused_before_any_object_is_looked_for(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        client = sign_in(cast.medecin)
        known, unknown = client.get(f"/essai/{aminata.pk}/"), client.get(f"/essai/{uuid4()}/")
        assert known.status_code == unknown.status_code == 403
        assert known.content == unknown.content

    def test_a_role_in_scope_is_answered(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        make_passage(aminata, by=cast.gos)
        assert sign_in(cast.gos).get(f"/essai/{aminata.pk}/").status_code == 200


class TestNotFound:
    def test_out_of_scope_is_byte_for_byte_not_found(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        client = sign_in(cast.gos)
        hidden = client.get(f"/essai/{aminata.pk}/")
        unknown = client.get(f"/essai/{uuid4()}/")
        nowhere = client.get("/nulle/part/")
        assert hidden.status_code == unknown.status_code == nowhere.status_code == 404
        assert hidden.content == unknown.content == nowhere.content
        assert hidden.headers.items() == unknown.headers.items()

    def test_it_is_the_same_for_everybody(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        pages = {sign_in(agent).get(f"/essai/{aminata.pk}/").content for agent in (cast.gos, cast.responsable_accueil)}
        assert len(pages) == 1

    def test_the_control_the_related_agent_finds_it(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        make_passage(aminata, by=cast.gos)
        assert sign_in(cast.gos).get(f"/essai/{aminata.pk}/").status_code == 200
        assert sign_in(cast.gos_chatenay).get(f"/essai/{aminata.pk}/").status_code == 404


class TestAffectation:
    def test_an_ended_affectation_ends_the_role(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        assert sign_in(cast.gos).get("/essai/liste/").status_code == 200
        yesterday = timezone.localdate() - timedelta(days=1)
        Affectation.objects.filter(agent=cast.gos).update(ends_on=yesterday)
        assert sign_in(cast.gos).get("/essai/liste/").status_code == 403

    def test_a_coming_affectation_gives_none_yet(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)
        Affectation.objects.filter(agent=cast.gos).update(starts_on=tomorrow)
        assert sign_in(cast.gos).get("/essai/liste/").status_code == 403

    def test_its_last_day_still_counts(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        Affectation.objects.filter(agent=cast.gos).update(ends_on=timezone.localdate())
        assert sign_in(cast.gos).get("/essai/liste/").status_code == 200

    def test_leading_a_unite_adds_the_encadrement(self, cast: SimpleNamespace) -> None:
        Affectation.objects.filter(agent=cast.assistant_social).update(responsable=True)
        assert cast.assistant_social.roles == {"social", "encadrement"}

    @pytest.mark.parametrize(("username", "role"), [("dpo", "controle"), ("admin", "administration")])
    def test_dpo_and_admin_need_no_affectation(self, cast: SimpleNamespace, username: str, role: str) -> None:
        assert getattr(cast, username).roles == {role}

    def test_a_direction_supervises_its_territoire_only(self, cast: SimpleNamespace) -> None:
        supervised = set(cast.responsable_sst.supervised_unite_ids)
        assert set(cast.responsable_accompagnement.supervised_unite_ids) < supervised
        assert not supervised & set(cast.responsable_chatenay.supervised_unite_ids)

    def test_a_unite_s_responsable_supervises_it_alone(self, cast: SimpleNamespace) -> None:
        assert cast.responsable_evaluation.supervised_unite_ids == cast.responsable_evaluation.unite_ids

    def test_an_agent_who_leads_nothing_supervises_nothing(self, cast: SimpleNamespace) -> None:
        assert cast.gos.supervised_unite_ids == []


class TestConflictPage:
    def test_a_refused_move_answers_409_and_gives_back_the_text(self, cast: SimpleNamespace, sign_in: SignIn) -> None:
        typed = "Une phrase que personne ne veut retaper"
        response = sign_in(cast.gos).post("/essai/bouge/", {"motif": typed, "cle": str(uuid4()), "statut": "appele"})
        assert response.status_code == 409
        assert response.context["saisies"] == [typed]
