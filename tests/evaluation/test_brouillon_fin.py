"""The relais that ends an evaluation, and its end without accompagnement, give back what was typed and not sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement
from evaluation.models import Evaluation
from pole_social.models import Affectation, Agent, Brouillon
from tests.evaluation.conftest import page_of
from tests.evaluation.test_brouillon import GIVEN_BACK, TYPED, shown, type_in
from tests.queries import count_queries
from tests.together import together


class TestRelais:
    """The text of the relais: kept for the unité that it was written for, and read again only with its evaluation."""

    SOCIAL = "Elle craint l’expulsion ; un plan d’apurement à monter."

    @pytest.fixture
    def here(self, validated: Evaluation) -> str:
        return page_of(validated, "relais")

    def typed(self, client: Client, page: str, unite: str = "issy-accompagnement", **typed: Any) -> Brouillon:
        form = {"cle": str(uuid4()), "vers_unite": unite, "dit": self.SOCIAL, "urgence": "rapide", **typed}
        return type_in(client, page, **form)

    def test_is_given_back_as_it_was_typed(self, writer: Client, here: str) -> None:
        kept = self.typed(writer, here, promised_on="31/02/2027", metiers="cesf")
        text = shown(writer, here)
        for typed in (self.SOCIAL, "31/02/2027", GIVEN_BACK, 'data-brouillon="/brouillons/"'):
            assert typed in text
        assert f'name="brouillon" value="{kept.pk}"' in text
        assert kept.contenu["cle"][0] in text
        assert "invalid-feedback" not in text

    def test_the_control_without_a_draft(self, writer: Client, here: str) -> None:
        text = shown(writer, here)
        assert GIVEN_BACK not in text
        assert 'name="brouillon" value=""' in text

    def test_never_to_another_unite(self, writer: Client, here: str) -> None:
        """What is social was written for those who read it: santé is offered an empty page."""
        self.typed(writer, here)
        assert self.SOCIAL not in shown(writer, f"{here}?vers=issy-sante")
        assert self.SOCIAL in shown(writer, f"{here}?vers=issy-accompagnement"), "the control"

    def test_each_unite_has_its_own_and_the_latest_opens(self, writer: Client, here: str) -> None:
        self.typed(writer, here)
        self.typed(writer, here, "issy-sante", dit="Un suivi de grossesse.")
        text = shown(writer, here)
        assert "Un suivi de grossesse." in text and self.SOCIAL not in text
        assert 'value="issy-sante"' in text
        text = shown(writer, f"{here}?vers=issy-accompagnement")
        assert self.SOCIAL in text and "Un suivi de grossesse." not in text

    @together("unite", ["issy-accueil", "inconnue", "", "chatenay-accompagnement"])
    def test_an_unknown_unite_gives_nothing_back(self, writer: Client, here: str, unite: str) -> None:
        Brouillon.objects.all().delete()
        self.typed(writer, here, unite)
        text = shown(writer, here)
        assert self.SOCIAL not in text
        assert 'value="issy-accompagnement"' in text

    def test_sent_it_is_forgotten(self, writer: Client, validated: Evaluation, here: str) -> None:
        day = timezone.localdate() + timedelta(days=5)
        kept = self.typed(writer, here, promised_on=f"{day:%d/%m/%Y}")
        sent = {name: values[0] for name, values in kept.contenu.items()} | {"brouillon": str(kept.pk)}
        assert writer.post(here, sent).status_code == 302
        assert validated.relais_envoyes.get().dit == self.SOCIAL
        assert not Brouillon.objects.exists()

    def test_to_nobody_else(self, cast: Any, validated: Evaluation, here: str, writer: Client, sign_in: Any) -> None:
        self.typed(writer, here)
        Affectation.objects.get_or_create(agent=cast.cesf, unite=cast.assistant_social.unites[0])
        Rattachement.objects.grant(Rattachement.Nature.EVALUATION, validated.usager_id, validated, agent=cast.cesf)
        text = shown(sign_in(Agent.objects.get(pk=cast.cesf.pk)), here)
        assert self.SOCIAL not in text and GIVEN_BACK not in text

    def test_what_it_took_from_the_evaluation_is_read_no_more_after_a_deport(
        self, cast: Any, validated: Evaluation, here: str, writer: Client
    ) -> None:
        """A creating form, but one that starts from what was read: its draft is shown while its page opens."""
        page = f"/mon-compte/brouillons/{self.typed(writer, here).pk}/"
        assert self.SOCIAL in shown(writer, page), "the control"
        Deport.objects.create(agent=cast.assistant_social, usager=validated.usager, lien="proche")
        text = shown(writer, page)
        assert self.SOCIAL not in text
        assert "ne vous est plus ouverte" in text

    def test_its_page_stays_within_its_queries(self, writer: Client, here: str) -> None:
        self.typed(writer, here)
        assert count_queries(writer, here) <= 14


class TestWithoutAccompagnement:
    @pytest.fixture
    def here(self, evaluation: Evaluation) -> str:
        return page_of(evaluation, "sans-accompagnement")

    def test_the_reason_is_given_back_then_forgotten(self, writer: Client, evaluation: Evaluation, here: str) -> None:
        kept = type_in(writer, here, cle=str(uuid4()), motif=TYPED)
        text = shown(writer, here)
        assert TYPED in text and GIVEN_BACK in text
        assert "à corriger" not in text
        assert evaluation.etapes.filter(vers="sans_accompagnement").count() == 0
        sent = {name: values[0] for name, values in kept.contenu.items()} | {"brouillon": str(kept.pk)}
        assert writer.post(here, sent).status_code == 302
        assert not Brouillon.objects.exists()

    def test_to_nobody_else(self, cast: Any, evaluation: Evaluation, here: str, writer: Client, sign_in: Any) -> None:
        type_in(writer, here, cle=str(uuid4()), motif=TYPED)
        Affectation.objects.get_or_create(agent=cast.cesf, unite=cast.assistant_social.unites[0])
        Rattachement.objects.grant(Rattachement.Nature.EVALUATION, evaluation.usager_id, evaluation, agent=cast.cesf)
        assert TYPED not in shown(sign_in(Agent.objects.get(pk=cast.cesf.pk)), here)
        assert TYPED in shown(writer, here), "the control"

    def test_refused_it_stays(self, writer: Client, here: str) -> None:
        kept = type_in(writer, here, cle=str(uuid4()), motif=TYPED)
        answer = writer.post(here, {"motif": "", "cle": kept.contenu["cle"][0], "brouillon": str(kept.pk)})
        assert answer.status_code == 200
        assert Brouillon.objects.get() == kept
