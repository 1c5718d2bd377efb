"""What a screen seen over the desk, or a passage left open, must not give away."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accueil.models import Demande, Fait, Rattachement, Usager
from parcours.demonstration.builders import UsagerFactory, make_demande, make_passage, make_relais, receive

SignIn = Callable[[Any], Client]


class TestConfidentiel:
    @pytest.mark.parametrize("is_confidentiel", [True, False])
    def test_a_relais_of_a_confidential_passage_names_nobody_on_the_desk(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, is_confidentiel: bool
    ) -> None:
        passage = make_passage(aminata, by=cast.gos, is_confidentiel=is_confidentiel)
        demande = make_demande(passage, by=cast.gos)
        make_relais(aminata, by=cast.gos, to="issy-sante_sexuelle", demandes=[demande])
        passage.move("parti", by=cast.gos)
        page = sign_in(cast.gos).get("/accueil/").content.decode()
        # The control is the other case: an ordinary one says whose it is and where it went.
        assert ("Traoré A." in page) is not is_confidentiel
        assert ("Santé sexuelle" in page) is not is_confidentiel


class TestLeftOpen:
    """A passage left open: the relationship of one of its people has ended, the other's stands."""

    @pytest.fixture
    def couple(self, cast: SimpleNamespace, aminata: Usager) -> Any:
        moussa = UsagerFactory.create(nom_usage="Traoré", prenoms="Moussa")
        passage = receive(make_passage(aminata, moussa, by=cast.gos), by=cast.gos)
        make_demande(passage, by=cast.gos, usager=moussa)
        Rattachement.objects.filter(usager=aminata).delete()
        return passage

    def test_no_word_goes_to_the_wrong_person(self, cast: SimpleNamespace, couple: Any, sign_in: SignIn) -> None:
        client = sign_in(cast.gos)
        typed = {"logement": "elle a peur de rentrer"}
        assert client.post(f"/accueil/passages/{couple.pk}/faits/", typed).status_code == 409
        typed = {"besoin": "Un hébergement", "domaine": "1"}
        assert client.post(f"/accueil/passages/{couple.pk}/demandes/", typed).status_code == 409
        assert client.get(f"/accueil/passages/{couple.pk}/relais/").status_code == 409
        assert Fait.objects.count() == 0
        assert Demande.objects.count() == 1

    def test_the_page_says_what_to_do(self, couple: Any, cast: SimpleNamespace, sign_in: SignIn) -> None:
        page = sign_in(cast.gos).get(f"/accueil/passages/{couple.pk}/").content.decode()
        assert "enregistrez un nouveau passage" in page
        assert "Aminata" not in page

    def test_with_everybody_visible_it_is_noted(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
        typed = {"logement": "hébergée chez sa sœur"}
        assert sign_in(cast.gos).post(f"/accueil/passages/{passage.pk}/faits/", typed).status_code == 302
        assert Fait.objects.get().usager == aminata
