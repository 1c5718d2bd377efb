"""The synthesis of an evaluation, shared with one colleague of another profession: read, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement, Usager
from evaluation.forms.partage import who_may_be_told
from evaluation.models import Contribution, Evaluation, Exploration, PartageEvaluation
from parcours.demonstration.builders import make_contribution, make_ecrit
from parcours.models import Parcours
from pole_social.models import Acces, Affectation
from tests.parcours.aides import HOSTILE, assert_does_not_exist
from tests.parcours.partages import EVALUATOR, NEVER, REFERENT, SHARED, TOLD, asked, evaluated, in_days, pmi
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]


@pytest.fixture
def browse(cast: SimpleNamespace, sign_in: Callable[[Any], Client]) -> Browse:
    return lambda username: sign_in(getattr(cast, username.replace("-", "_")))


@pytest.fixture
def suivi(cast: SimpleNamespace, aminata: Usager) -> Parcours:
    return evaluated(cast, aminata)


@pytest.fixture
def evaluation(cast: SimpleNamespace, suivi: Parcours) -> Evaluation:
    """Its evaluator works on it still: another unité has been asked too."""
    made = Evaluation.objects.get()
    Rattachement.objects.grant("evaluation", made.usager_id, made, agent=cast.assistant_social)
    return made


def acts(evaluation: Evaluation) -> str:
    return f"/evaluation/{evaluation.pk}/partages/"


def share(client: Client, evaluation: Evaluation, agent: Any, **typed: Any) -> Any:
    return client.post(acts(evaluation), asked(agent, **typed))


@pytest.fixture
def partage(cast: SimpleNamespace, browse: Browse, evaluation: Evaluation) -> PartageEvaluation:
    assert share(browse(REFERENT), evaluation, cast.puericultrice).status_code == 302
    return PartageEvaluation.objects.get()


def page(partage: PartageEvaluation) -> str:
    return f"/evaluation/partages/{partage.pk}/"


class TestReading:
    def test_the_synthesis_and_why(self, browse: Browse, partage: PartageEvaluation) -> None:
        text = browse(TOLD).get(page(partage)).content.decode()
        for said in (SHARED, "Une sœur très présente", "Négocier un échéancier", "Préparer la visite du 12"):
            assert said in text
        assert page(partage) in browse(TOLD).get("/parcours/").content.decode()

    def test_nothing_of_violence_of_a_child_nor_the_safe_contact(
        self, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        text = browse(TOLD).get(page(partage)).content.decode()
        assert [word for word in NEVER if word in text] == []
        whole = browse(REFERENT).get(f"/evaluation/{evaluation.pk}/").content.decode()
        assert [word for word in NEVER[:2] if word not in whole] == [], "the control: it is there for its readers"

    def test_a_measure_of_child_protection_is_not_told_though_nothing_else_hides_its_domaine(
        self, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        evaluation.explorations.get(domaine__code="enfance_jeunes").fragilites.filter(
            fragilite__code="enfant_en_risque"
        ).update(removed_at=timezone.now())
        assert "aide sociale à l" not in browse(TOLD).get(page(partage)).content.decode()
        synthese = browse(REFERENT).get(f"/evaluation/{evaluation.pk}/synthese/").content.decode()
        assert evaluation.explorations.get(domaine__code="enfance_jeunes").fragilites.filter(removed_at=None).exists()
        assert "Un jeune a besoin d" in synthese, "the control: the person's own paper says it"

    def test_it_opens_no_other_page(
        self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        """Its reader leads a unité too: the pages of the evaluation admit their role, and find nothing."""
        Affectation.objects.filter(agent=cast.puericultrice).update(responsable=True)
        reader = browse(TOLD)
        for below in ("", "synthese/"):
            assert_does_not_exist(reader, f"/evaluation/{evaluation.pk}/{below}", evaluation.pk)
        for below in ("partages/", f"partages/{partage.pk}/retrait/", "appuis/", "domaines/logement/"):
            assert reader.post(f"/evaluation/{evaluation.pk}/{below}").status_code == 403
        assert reader.get(page(partage)).status_code == 200, "the control"
        assert not Exploration.objects.visible_to(cast.puericultrice).exists()
        assert Exploration.objects.for_synthese().visible_to(cast.puericultrice).count() == 14

    def test_a_contributor_who_is_told_does_not_write_in_it(
        self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        Rattachement.objects.grant("contribution", evaluation.usager_id, evaluation, agent=cast.puericultrice)
        Evaluation.objects.update(statut="en_cours")
        other = make_contribution(evaluation, by=cast.assistant_social, of=cast.medecin)
        Evaluation.objects.update(statut="validee")
        assert not Evaluation.objects.worked_on_by(cast.puericultrice).exists()
        assert not Contribution.objects.visible_to(cast.puericultrice).filter(pk=other.pk).exists()
        assert Contribution.objects.visible_to(cast.medecin).filter(pk=other.pk).exists(), "the control"

    def test_the_journal_names_the_person_and_why(
        self, cast: SimpleNamespace, browse: Browse, partage: PartageEvaluation
    ) -> None:
        browse(TOLD).get(page(partage))
        row = Acces.objects.filter(page="evaluation:partage").latest("at")
        assert row.rattachement_id
        assert row.usager_ids == [partage.evaluation.usager_id]
        assert Rattachement.objects.get(pk=row.rattachement_id).agent == cast.puericultrice


class TestEnding:
    def test_revoked_it_is_not_found_at_once(
        self, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        reader = browse(TOLD)
        assert reader.get(page(partage)).status_code == 200, "the control"
        for _ in range(2):
            assert browse(REFERENT).post(f"{acts(evaluation)}{partage.pk}/retrait/").status_code == 302
        assert_does_not_exist(reader, page(partage), partage.pk)
        assert page(partage) not in reader.get("/parcours/").content.decode()

    def test_after_its_last_day(self, browse: Browse, partage: PartageEvaluation) -> None:
        PartageEvaluation.objects.update(jusqu_au=timezone.localdate())
        assert browse(TOLD).get(page(partage)).status_code == 200, "the last day counts"
        PartageEvaluation.objects.update(jusqu_au=timezone.localdate() - timedelta(days=1))
        assert_does_not_exist(browse(TOLD), page(partage), partage.pk)

    def test_with_the_work_on_the_person_and_by_a_deport(
        self, cast: SimpleNamespace, browse: Browse, partage: PartageEvaluation
    ) -> None:
        """It makes no relationship."""
        assert not Rattachement.objects.filter(source_id=partage.pk).exists()
        stood_aside = Deport.objects.create(
            agent=cast.puericultrice, usager=partage.evaluation.usager, lien=Deport.Lien.PROCHE
        )
        assert_does_not_exist(browse(TOLD), page(partage), partage.pk)
        stood_aside.delete()
        assert browse(TOLD).get(page(partage)).status_code == 200, "the control"
        Rattachement.objects.filter(agent=cast.puericultrice).update(ends_at=timezone.now())
        assert_does_not_exist(browse(TOLD), page(partage), partage.pk)

    def test_while_the_evaluation_is_made_again(self, browse: Browse, partage: PartageEvaluation) -> None:
        Evaluation.objects.update(statut="a_reprendre")
        assert_does_not_exist(browse(TOLD), page(partage), partage.pk)
        away = f"{acts(partage.evaluation)}{partage.pk}/retrait/"
        assert browse(REFERENT).post(away).status_code == 302, "it may be taken back meanwhile"

    def test_what_was_revoked_does_not_change(self, cast: SimpleNamespace, partage: PartageEvaluation) -> None:
        PartageEvaluation.objects.update(jusqu_au=timezone.localdate())
        partage.revoke(by=cast.assistant_social_2)
        with pytest.raises(DatabaseError), transaction.atomic():
            PartageEvaluation.objects.update(revoked_at=None, revoked_by=None)
        with pytest.raises(DatabaseError), transaction.atomic():
            PartageEvaluation.objects.all().delete()


class TestWho:
    @together(
        ("username", "status"),
        [(REFERENT, 200), ("cesf", 200), (EVALUATOR, 200), ("educateur", 404), ("assistant-social-chatenay", 404)]
        + [(name, 403) for name in (TOLD, "psychologue", "ccf", "gos", "responsable-accompagnement", "dpo", "admin")],
    )
    def test_each_role_shares(self, browse: Browse, evaluation: Evaluation, username: str, status: int) -> None:
        """Who did the evaluation, and the social workers of the parcours."""
        assert browse(username).get(acts(evaluation)).status_code == status

    @together(
        ("username", "status"),
        [(TOLD, 200), ("medecin", 404), ("psychologue", 404), ("ccf", 404), ("cesf", 404), (REFERENT, 404)]
        + [(name, 403) for name in ("gos", "responsable-accompagnement", "dpo", "admin")],
    )
    def test_each_role_reads(self, browse: Browse, partage: PartageEvaluation, username: str, status: int) -> None:
        assert browse(username).get(page(partage)).status_code == status

    def test_a_former_referent_does_not_share(
        self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation
    ) -> None:
        Rattachement.objects.filter(agent=cast.cesf).update(nature="fin_de_relais")
        assert browse("cesf").get(f"/evaluation/{evaluation.pk}/synthese/").status_code == 200
        assert browse("cesf").get(acts(evaluation)).status_code == 404

    def test_not_before_it_is_settled(self, browse: Browse, evaluation: Evaluation) -> None:
        Evaluation.objects.update(statut="a_reprendre")
        assert browse(REFERENT).get(acts(evaluation)).status_code == 404

    def test_with_the_other_professions_of_the_team_alone(
        self, cast: SimpleNamespace, evaluation: Evaluation, suivi: Parcours
    ) -> None:
        told = set(who_may_be_told(evaluation, cast.assistant_social_2))
        assert told == {cast.puericultrice, cast.medecin, cast.psychologue, cast.ccf}
        Deport.objects.create(agent=cast.ccf, usager=suivi.usager, lien="proche")
        Rattachement.objects.filter(agent=cast.medecin).update(ends_at=timezone.now())
        Affectation.objects.filter(agent=cast.psychologue).update(ends_on=timezone.localdate() - timedelta(days=1))
        assert set(who_may_be_told(evaluation, cast.assistant_social_2)) == {cast.puericultrice}

    def test_the_evaluator_finds_those_asked_to_contribute(self, cast: SimpleNamespace, evaluation: Evaluation) -> None:
        assert not who_may_be_told(evaluation, cast.assistant_social).exists(), "the parcours' team is not theirs"
        Rattachement.objects.grant("contribution", evaluation.usager_id, evaluation, agent=cast.sage_femme)
        assert set(who_may_be_told(evaluation, cast.assistant_social)) == {cast.sage_femme}

    def test_a_list_of_colleagues_does_not_tell_who_else_follows_the_person(
        self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation, suivi: Parcours
    ) -> None:
        """A PMI parcours of the same person: neither the form nor its answer to a name knows of it."""
        ecrit = make_ecrit(suivi, by=cast.assistant_social_2)
        forms = (acts(evaluation), f"/parcours/{suivi.pk}/ecrits/{ecrit.pk}/partages/nouveau/")
        client = browse(REFERENT)
        before = [client.get(form).context["form"].as_p() for form in forms]
        unknown = [client.post(form, asked(cast.sage_femme)).context["form"].errors for form in forms]
        pmi(cast, suivi.usager)
        known = [client.post(form, asked(cast.sage_femme)).context["form"].errors for form in forms]
        after = [client.get(form).context["form"].as_p() for form in forms]
        assert [form.split('name="cle"')[0] for form in after] == [form.split('name="cle"')[0] for form in before]
        assert [dict(errors) for errors in known] == [dict(errors) for errors in unknown]
        suivi.add_intervenant(cast.sage_femme)
        assert "Lefèvre" in client.get(forms[0]).content.decode(), "the control: in the team, she is named"

    def test_taken_back_by_any_social_reader(
        self, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        away = f"{acts(evaluation)}{partage.pk}/retrait/"
        assert [browse(name).post(away).status_code for name in (TOLD, "educateur")] == [403, 404]
        assert PartageEvaluation.objects.live().exists()
        assert browse("cesf").post(away).status_code == 302
        assert not PartageEvaluation.objects.live().exists()

    def test_through_its_own_evaluation_only(self, browse: Browse, partage: PartageEvaluation) -> None:
        away = f"/evaluation/{uuid4()}/partages/{partage.pk}/retrait/"
        assert browse(REFERENT).post(away).status_code == 404


class TestSharing:
    def test_a_double_click_shares_once(self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation) -> None:
        client, sent = browse(REFERENT), asked(cast.puericultrice)
        for _ in range(2):
            assert client.post(acts(evaluation), sent).status_code == 302
        assert share(client, evaluation, cast.puericultrice).status_code == 302, "told already: no second row"
        assert PartageEvaluation.objects.count() == 1
        assert client.get(acts(evaluation)).content.decode().count("Retirer") == 1

    def test_one_that_ran_out_gives_way(
        self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        PartageEvaluation.objects.update(jusqu_au=timezone.localdate() - timedelta(days=1))
        assert share(browse("cesf"), evaluation, cast.puericultrice).status_code == 302
        assert PartageEvaluation.objects.count() == 2
        assert PartageEvaluation.objects.live().get().auteur == cast.cesf

    @together(
        ("typed", "said"),
        [
            ({"destinataire": ""}, "Choisissez avec qui partager."),
            ({"destinataire": str(uuid4())}, "Choisissez un professionnel de la liste."),
            ({"destinataire": "x"}, "Choisissez un professionnel de la liste."),
            ({"motif": ""}, "Dites pourquoi."),
            ({"base": "inventee"}, "Choisissez une base de la liste."),
            ({"information": ""}, "Dites ce que la personne en sait."),
            ({"jusqu_au": "31/02/2027"}, "date"),
            ({"jusqu_au": in_days(-1)}, "Cette date est passée"),
            ({"jusqu_au": in_days(400)}, "trop lointaine"),
            *(({"motif": text}, "") for text in HOSTILE),
        ],
    )
    def test_bad_input_is_said_beside_its_field(
        self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation, typed: dict[str, str], said: str
    ) -> None:
        response = share(browse(REFERENT), evaluation, cast.puericultrice, **typed)
        assert response.status_code == 200
        assert said in response.content.decode()
        assert not PartageEvaluation.objects.exists()

    def test_nobody_to_tell_is_said(self, browse: Browse, evaluation: Evaluation) -> None:
        text = browse(EVALUATOR).get(acts(evaluation)).content.decode()
        assert "Aucun collègue à qui la partager." in text
        assert "Avec qui" not in text

    def test_queries_are_constant(
        self, cast: SimpleNamespace, browse: Browse, evaluation: Evaluation, partage: PartageEvaluation
    ) -> None:
        clients = [(browse(REFERENT), acts(evaluation)), (browse(TOLD), page(partage))]
        few = [count_queries(client, url) for client, url in clients]
        for agent in (cast.medecin, cast.psychologue):
            share(browse(REFERENT), evaluation, agent)
        assert [count_queries(client, url) for client, url in clients] == few
        assert max(few) <= 14
