"""Who a passage concerns: chosen together, apart, absent, alone, nobody; at once or later."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Motif, Passage, PassageUsager, Rattachement, Usager
from parcours.demonstration.builders import make_demande, make_fait, make_passage
from pole_social.models import Acces, Territoire
from tests.accueil.conftest import (
    DESK_USERNAMES,
    HOSTILE,
    OTHER_SEARCHERS,
    last_acces,
    passage_data,
    same_as_unknown,
    someone,
)
from tests.queries import count_queries
from tests.together import together

NEW = "/accueil/passages/nouveau/"
Statut = Passage.Statut


def personnes(passage: Passage) -> str:
    return f"/accueil/passages/{passage.pk}/personnes/"


def concerned(passage: Passage) -> set[Usager]:
    return {link.usager for link in PassageUsager.objects.filter(passage=passage, fusion=None)}


@pytest.fixture
def ibrahim(cast: SimpleNamespace) -> Usager:
    return someone(nom_usage="Traoré", prenoms="Ibrahim", naissance_annee=1988)


class TestAnother:
    def test_is_looked_for_on_the_same_page(self, desk: Client, aminata: Usager, ibrahim: Usager) -> None:
        motif = Motif.objects.get(code="budget").pk
        typed = {"usagers": str(aminata.pk), "motif": motif, "arrivee": "0 h 00", "is_prioritaire": "on"}
        page = desk.post(NEW, typed | {"q": "Traoré"}).content.decode()
        assert f'data-usager="{ibrahim.pk}"' in page
        assert f'data-usager="{aminata.pk}"' not in page, "already there"
        assert 'value="0 h 00"' in page
        assert f'value="{motif}" id="id_motif' in page.replace('" class="form-check-input', "") or "checked" in page
        assert not Passage.objects.exists()

    def test_joins_and_leaves_without_losing_what_is_typed(
        self, desk: Client, aminata: Usager, ibrahim: Usager
    ) -> None:
        page = desk.post(NEW, {"usagers": str(aminata.pk), "ajouter": str(ibrahim.pk), "arrivee": "0 h 00"})
        assert "Aminata Traoré et Ibrahim Traoré" in page.content.decode()
        assert 'value="0 h 00"' in page.content.decode()
        both = [str(aminata.pk), str(ibrahim.pk)]
        page = desk.post(NEW, {"usagers": both, "retirer": str(aminata.pk)})
        assert "Ibrahim Traoré" in page.content.decode()
        assert "Aminata" not in page.content.decode()
        assert not Passage.objects.exists()

    def test_the_journal_names_those_proposed(self, desk: Client, aminata: Usager, ibrahim: Usager) -> None:
        desk.post(NEW, {"usagers": str(aminata.pk), "q": "Traoré"})
        assert ibrahim.pk in last_acces("passage_nouveau").usager_ids

    def test_whom_the_search_may_not_propose_is_not_added(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, ibrahim: Usager
    ) -> None:
        sealed = someone(nom_usage="Traoré", is_sealed=True)
        away = someone(nom_usage="Traoré", territoire=Territoire.objects.exclude(pk=aminata.territoire_id)[0])
        relative = someone(nom_usage="Traoré")
        Deport.objects.create(agent=cast.gos, usager=relative, lien=Deport.Lien.PROCHE)
        found = desk.post(NEW, {"usagers": str(aminata.pk), "q": "Traoré"}).content.decode()
        assert str(ibrahim.pk) in found
        for hidden in (sealed, away, relative):
            assert str(hidden.pk) not in found
            assert desk.post(NEW, {"usagers": str(aminata.pk), "ajouter": str(hidden.pk)}).status_code == 404
        assert desk.post(NEW, {"usagers": str(aminata.pk), "ajouter": str(ibrahim.pk)}).status_code == 200

    @together("typed", [*HOSTILE, "%", "_", "é", "31/02/1980", "🙂🙂"])
    def test_a_hostile_search_is_answered(self, desk: Client, aminata: Usager, typed: str) -> None:
        response = desk.post(NEW, {"usagers": str(aminata.pk), "q": typed})
        assert response.status_code == 200
        assert "Aminata" in response.content.decode()

    @together("key", ["x", "a\x00b", str(uuid4())])
    def test_a_tampered_person_does_not_exist(self, desk: Client, aminata: Usager, key: str) -> None:
        assert desk.post(NEW, {"usagers": str(aminata.pk), "ajouter": key}).status_code == 404


class TestTogetherOrApart:
    def test_a_couple_in_one_passage(self, desk: Client, aminata: Usager, ibrahim: Usager) -> None:
        desk.post(NEW, passage_data(usagers=[str(aminata.pk), str(ibrahim.pk)]))
        assert concerned(Passage.objects.get()) == {aminata, ibrahim}

    def test_received_apart_are_two(self, desk: Client, aminata: Usager, ibrahim: Usager) -> None:
        data = passage_data(usagers=[str(aminata.pk), str(ibrahim.pk)], separement="on")
        assert "n° 1 et n° 2 sont enregistrés" in desk.post(NEW, data, follow=True).content.decode()
        one, two = Passage.objects.order_by("numero")
        assert [one.numero, two.numero] == [1, 2]
        assert (concerned(one), concerned(two)) == ({aminata}, {ibrahim})
        page = desk.get(f"/accueil/passages/{one.pk}/").content.decode()
        assert "Aminata" in page
        assert "Ibrahim" not in page
        desk.post(NEW, data)
        assert Passage.objects.count() == 2, "a double click"

    def test_apart_is_only_asked_of_several(self, desk: Client, aminata: Usager, ibrahim: Usager) -> None:
        assert "Reçus séparément" not in desk.get(NEW, {"usager": str(aminata.pk)}).content.decode()
        both = desk.get(NEW, {"usager": [str(aminata.pk), str(ibrahim.pk)]}).content.decode()
        assert "Reçus séparément" in both
        assert "Mineur venu seul" not in both.split("<form id=")[1].split("motif")[0]


class TestAbsent:
    @pytest.mark.parametrize("canal", ["telephone", "courrier", "courriel"])
    def test_a_call_or_a_letter_about_somebody(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, canal: str
    ) -> None:
        pk = str(aminata.pk)
        response = desk.post(NEW, passage_data(usagers=pk, absents=pk, canal=canal))
        made = Passage.objects.get()
        assert response.url == f"/accueil/passages/{made.pk}/"  # type: ignore[attr-defined]
        assert not PassageUsager.objects.get(passage=made).is_present
        assert Rattachement.objects.live().get().usager == aminata

    def test_one_of_two(self, desk: Client, aminata: Usager, ibrahim: Usager) -> None:
        desk.post(NEW, passage_data(usagers=[str(aminata.pk), str(ibrahim.pk)], absents=str(ibrahim.pk)))
        assert dict(PassageUsager.objects.values_list("usager", "is_present")) == {aminata.pk: True, ibrahim.pk: False}

    @together("absent", ["x", str(uuid4()), "a\x00b"])
    def test_a_tampered_one_is_refused_and_the_rest_kept(self, desk: Client, aminata: Usager, absent: str) -> None:
        response = desk.post(NEW, passage_data(usagers=str(aminata.pk), absents=absent, arrivee="0 h 00"))
        assert response.status_code == 200
        assert 'value="0 h 00"' in response.content.decode()
        assert not Passage.objects.exists()


class TestMinor:
    def checked(self, page: str) -> bool:
        return "checked" in page.split('name="is_mineur_seul"')[1].split(">")[0]

    def test_is_proposed_for_a_minor_and_for_nobody_else(self, desk: Client, aminata: Usager) -> None:
        young = someone(naissance_annee=timezone.localdate().year - 15)
        unknown = someone(naissance_annee=None, naissance_mois=None, naissance_jour=None)
        assert self.checked(desk.get(NEW, {"usager": str(young.pk)}).content.decode())
        for adult in (aminata, unknown):
            assert not self.checked(desk.get(NEW, {"usager": str(adult.pk)}).content.decode())

    def test_is_said_on_the_desk(self, desk: Client, aminata: Usager) -> None:
        desk.post(NEW, passage_data(usagers=str(aminata.pk), is_mineur_seul="on"))
        assert Passage.objects.get().is_mineur_seul
        assert "mineur seul" in desk.get("/accueil/").content.decode()

    def test_the_motive_says_it_by_itself(self, desk: Client) -> None:
        desk.post(NEW, passage_data("mineur_seul"))
        assert Passage.objects.get().is_mineur_seul


class TestAnonymous:
    def test_each_motive_is_a_button(self, desk: Client) -> None:
        page = desk.get(NEW).content.decode()
        motif = Motif.objects.get(code="logement")
        assert f'name="motif" value="{motif.pk}"' in page
        assert 'type="radio" name="motif"' not in page
        assert "Ajouter une autre personne" not in page

    def test_enter_without_a_motive_registers_nothing(self, desk: Client) -> None:
        data = passage_data()
        del data["motif"]
        assert "Choisissez un motif." in desk.post(NEW, data).content.decode()
        assert not Passage.objects.exists()


class TestLater:
    def test_somebody_joins(self, cast: SimpleNamespace, desk: Client, aminata: Usager, ibrahim: Usager) -> None:
        made = make_passage(aminata, by=cast.gos)
        page = desk.post(personnes(made), {"q": "Traoré"}).content.decode()
        assert f'data-usager="{ibrahim.pk}"' in page
        response = desk.post(personnes(made), {"ajouter": str(ibrahim.pk)})
        assert response.url == f"/accueil/passages/{made.pk}/"  # type: ignore[attr-defined]
        desk.post(personnes(made), {"ajouter": str(ibrahim.pk)})
        assert PassageUsager.objects.filter(passage=made).count() == 2
        assert Rattachement.objects.live().filter(usager=ibrahim).count() == 1
        assert "Ibrahim Traoré" in desk.get(f"/accueil/passages/{made.pk}/").content.decode()

    def test_an_anonymous_one_gets_a_name(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        made = make_passage(by=cast.gos)
        desk.post(personnes(made), {"ajouter": str(aminata.pk)})
        assert concerned(made) == {aminata}

    def test_whoever_was_put_there_by_mistake_leaves(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, ibrahim: Usager
    ) -> None:
        made = make_passage(aminata, ibrahim, by=cast.gos)
        assert desk.get(f"/accueil/usagers/{ibrahim.pk}/").status_code == 200
        desk.post(personnes(made), {"retirer": str(ibrahim.pk)})
        desk.post(personnes(made), {"retirer": str(ibrahim.pk)})
        assert concerned(made) == {aminata}
        assert desk.get(f"/accueil/usagers/{ibrahim.pk}/").status_code == 404
        assert desk.get(f"/accueil/usagers/{aminata.pk}/").status_code == 200

    @pytest.mark.parametrize("noted", [make_demande, None])
    def test_not_once_something_is_noted_for_them(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, noted: Callable[..., Any] | None
    ) -> None:
        made = make_passage(aminata, by=cast.gos)
        if noted:
            noted(made, by=cast.gos)
        else:
            make_fait(aminata, by=cast.gos, passage=made)
        assert desk.post(personnes(made), {"retirer": str(aminata.pk)}).status_code == 409
        assert concerned(made) == {aminata}

    def test_not_of_an_ended_passage(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        made = make_passage(aminata, by=cast.gos)
        assert desk.get(personnes(made)).status_code == 200
        made.move(Statut.PARTI, by=cast.gos)
        assert desk.get(personnes(made)).status_code == 409

    def test_out_of_scope_is_like_unknown(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        made = make_passage(aminata, by=cast.gos)
        assert same_as_unknown(sign_in(cast.gos_chatenay), personnes(made), made.pk)

    def test_who_may(self, cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager) -> None:
        made = make_passage(aminata, by=cast.gos)
        for username in DESK_USERNAMES:
            assert sign_in(getattr(cast, username.replace("-", "_"))).get(personnes(made)).status_code == 200
        for username in OTHER_SEARCHERS:
            assert sign_in(getattr(cast, username.replace("-", "_"))).get(personnes(made)).status_code == 403
        assert Acces.objects.filter(action=Acces.Action.REFUS).count() == len(OTHER_SEARCHERS)

    def test_few_queries(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        made = make_passage(aminata, *[someone() for _ in range(5)], by=cast.gos)
        assert count_queries(desk, personnes(made)) <= 8
        people = [str(usager.pk) for usager in Usager.objects.all()]
        assert count_queries(desk, NEW + "?" + "&".join(f"usager={pk}" for pk in people)) <= 8
