"""Making a person known; their page; who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import (
    Coordonnee,
    Deport,
    Foyer,
    MembreFoyer,
    NumeroExterne,
    Rattachement,
    Representant,
    Usager,
)
from parcours.demonstration.builders import (
    make_demande,
    make_fait,
    make_passage,
    make_relais,
)
from pole_social.models import Acces, Agent, Lieu
from tests.accueil.conftest import DESK_USERNAMES, HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown, someone
from tests.bulk import copies, related_alike
from tests.queries import count_queries
from tests.together import together

NEW = "/accueil/usagers/nouveau/"


def person(**fields: Any) -> dict[str, Any]:
    data = {"nom_usage": "Lopez", "prenoms": "Inès", "naissance": "12/03/1981", "q": "Lopez Inès"}
    return {**data, "cle": str(uuid4()), **fields}


class TestNew:
    def test_the_search_prefills_and_stays_on_the_screen(self, desk: Client, aminata: Usager) -> None:
        page = desk.post(NEW, {"q": "Traoré Moussa 12 mars 1981"}).content.decode()
        for typed in ('value="Traoré"', 'value="Moussa"', 'value="12/03/1981"'):
            assert typed in page
        page = desk.post(NEW, {"q": "Traoré"}).content.decode()
        assert f'data-usager="{aminata.pk}"' in page

    def test_creates_then_registers_the_passage(self, cast: SimpleNamespace, desk: Client) -> None:
        response = desk.post(NEW, person())
        made = Usager.objects.get(nom_usage="Lopez")
        assert response.url == f"/accueil/passages/nouveau/?usager={made.pk}"  # type: ignore[attr-defined]
        assert (str(made.naissance), made.created_by) == ("12/03/1981", cast.gos)
        assert made.territoire_id in cast.gos.territoire_ids
        assert "Inès Lopez" in desk.get(response.url).content.decode()  # type: ignore[attr-defined]
        assert desk.get(f"/accueil/usagers/{made.pk}/").status_code == 404

    def test_a_lieu_without_territoire_is_said(self, cast: SimpleNamespace, desk: Client) -> None:
        lieu = cast.gos.unites[0].lieu
        Lieu.objects.filter(pk=lieu.pk).update(territoire=None)
        page = desk.post(NEW, person()).content.decode()
        assert "ce lieu n’a pas encore de territoire" in page
        assert 'value="Inès"' in page
        assert not Usager.objects.exists()
        Lieu.objects.filter(pk=lieu.pk).update(territoire=lieu.territoire)
        assert desk.post(NEW, person()).status_code == 302

    @together(
        ("typed", "kept"),
        [
            (("O", "Li"), ("O", "Li")),
            (("Nguyễn", "Ánh"), ("Nguyễn", "Ánh")),
            (("Le\u0301vy", " Noe\u0301mie \u00a0 Rose "), ("Lévy", "Noémie Rose")),
            (("محمد", "أحمد"), ("محمد", "أحمد")),
            (("王", "伟"), ("王", "伟")),
            (("D’Aubigné-Ben Saïd", "Anne-Lise"), ("D’Aubigné-Ben Saïd", "Anne-Lise")),
        ],
    )
    def test_names_are_kept_as_people_bear_them(
        self, desk: Client, typed: tuple[str, str], kept: tuple[str, str]
    ) -> None:
        assert desk.post(NEW, person(nom_usage=typed[0], prenoms=typed[1])).status_code == 302
        made = Usager.objects.get()
        assert (made.nom_usage, made.prenoms) == kept

    @pytest.mark.parametrize("typed", ["12", "A😀", "Lopez €", "❤️", "1 + 1", "A#", "Lopez²", "le@mail", "a_b"])
    def test_a_name_is_letters(self, desk: Client, typed: str) -> None:
        page = desk.post(NEW, person(nom_usage=typed))
        assert page.status_code == 200 and "Écrivez ce nom avec des lettres." in page.content.decode()
        assert not Usager.objects.exists()
        assert desk.post(NEW, person(nom_usage="N´Diaye")).status_code == 302

    @pytest.mark.parametrize("typed", ["inconnue", "INCONNUE", "?"])
    def test_the_birth_may_be_unknown(self, desk: Client, typed: str) -> None:
        desk.post(NEW, person(naissance=typed))
        assert Usager.objects.get(nom_usage="Lopez").naissance is None

    def test_a_get_goes_to_the_search(self, desk: Client) -> None:
        assert desk.get(NEW).url == "/accueil/recherche/"  # type: ignore[attr-defined]

    @pytest.mark.parametrize("username", DESK_USERNAMES)
    def test_opens_to_the_desk(self, cast: SimpleNamespace, sign_in: Callable[..., Client], username: str) -> None:
        assert sign_in(Agent.objects.get(username=username)).post(NEW, {"q": "Lopez"}).status_code == 200

    @together("username", [*OTHER_SEARCHERS, "dpo", "admin"])
    def test_refuses_the_other_roles(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], username: str
    ) -> None:
        assert sign_in(Agent.objects.get(username=username)).post(NEW, person()).status_code == 403
        assert not Usager.objects.filter(nom_usage="Lopez").exists()

    def test_a_manager_without_a_desk_makes_nobody(self, cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
        page = sign_in(cast.responsable_sst).post(NEW, person()).content.decode()
        assert "aucune unité d’accueil" in page
        assert not Usager.objects.filter(nom_usage="Lopez").exists()

    def test_a_double_submit_makes_one_person(self, desk: Client) -> None:
        data = person()
        first, second = desk.post(NEW, data), desk.post(NEW, data)
        assert first.url == second.url  # type: ignore[attr-defined]
        assert Usager.objects.filter(nom_usage="Lopez").count() == 1

    @together(
        ("field", "value"),
        [
            ("nom_usage", ""),
            ("prenoms", " "),
            ("naissance", ""),
            ("naissance", "31/02/1981"),
            ("naissance", "1/1/10000"),
            ("naissance", "hier"),
            ("nom_usage", "123"),
            ("prenoms", "\U0001f600"),
            ("naissance", "1/1/2099"),
            *[("nom_usage", text) for text in HOSTILE],
            *[("naissance", text) for text in HOSTILE],
            *[("q", text) for text in HOSTILE],
            ("cle", "x"),
        ],
    )
    def test_bad_input_keeps_what_was_typed(self, desk: Client, field: str, value: str) -> None:
        response = desk.post(NEW, person(**{field: value}))
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert 'value="Inès"' in response.content.decode() or field == "prenoms"
        assert not Usager.objects.filter(nom_usage="Lopez").exists()

    def test_a_search_that_is_none_comes_back_to_the_search(self, desk: Client) -> None:
        assert "au moins deux lettres" in desk.post(NEW, {"q": "%"}).content.decode()


class TestSamePerson:
    @pytest.fixture(autouse=True)
    def _known(self, cast: SimpleNamespace) -> None:
        someone(nom_usage="López", prenoms="Ines", naissance_annee=1981, naissance_mois=3, naissance_jour=12)

    def test_asks_before_making_a_second_file(self, desk: Client) -> None:
        page = desk.post(NEW, person(nom_usage="LOPEZ", prenoms="inès")).content.decode()
        assert "Est-ce la même personne" in page
        assert Usager.objects.count() == 1

    def test_creates_once_it_is_said(self, desk: Client) -> None:
        assert desk.post(NEW, person(est_une_autre="on")).status_code == 302
        assert Usager.objects.count() == 2

    @together("near", [{"nom_usage": "Lopes"}, {"nom_usage": "Inès", "prenoms": "Lopez"}, {"naissance": "1981"}])
    def test_a_typo_or_an_inversion_is_asked_too(self, desk: Client, near: dict[str, str]) -> None:
        page = desk.post(NEW, person(**near)).content.decode()
        assert "Est-ce la même personne" in page
        assert 'name="est_une_autre"' in page
        assert Usager.objects.count() == 1

    @pytest.mark.parametrize("other", [{"naissance": "13/03/1964"}, {"nom_usage": "Traoré", "prenoms": "Awa"}])
    def test_somebody_else_passes(self, desk: Client, other: dict[str, str]) -> None:
        assert desk.post(NEW, person(**other)).status_code == 302

    def test_a_sealed_file_is_not_revealed(self, desk: Client) -> None:
        Usager.objects.update(is_sealed=True)
        assert desk.post(NEW, person()).status_code == 302


@pytest.fixture
def known(cast: SimpleNamespace, aminata: Usager) -> Usager:
    """Aminata, whose passage is at the desk of Issy."""
    make_passage(aminata, by=cast.gos)
    return aminata


class TestPage:
    def test_shows_what_is_known(self, cast: SimpleNamespace, desk: Client, received: Any) -> None:
        usager = received.usagers.get()
        make_fait(usager, by=cast.gos)
        make_demande(received, by=cast.gos)
        make_relais(usager, by=cast.gos)
        page = desk.get(f"/accueil/usagers/{usager.pk}/").content.decode()
        for shown in ("locataire du parc social", "Nadia Martin", "Impayé de loyer", "passage du jour"):
            assert shown.lower() in page.lower()

    def test_a_protected_contact_is_not_shown(self, desk: Client, known: Usager) -> None:
        Coordonnee.objects.create(usager=known, nature="adresse", valeur="3 rue Tue", is_protected=True)
        Coordonnee.objects.create(usager=known, nature="telephone", valeur="06 11 22 33 44")
        page = desk.get(f"/accueil/usagers/{known.pk}/").content.decode()
        assert "3 rue Tue" not in page
        assert "tenue secrète" in page
        assert "06 11 22 33 44" in page

    def test_names_only_the_members_one_may_see(self, cast: SimpleNamespace, desk: Client, known: Usager) -> None:
        foyer, seen, unseen = Foyer.objects.create(), someone(), someone(nom_usage="Cachée")
        for member in (known, seen, unseen):
            MembreFoyer.objects.create(foyer=foyer, usager=member, lien=MembreFoyer.Lien.AUTRE)
        make_passage(seen, by=cast.gos)
        page = desk.get(f"/accueil/usagers/{known.pk}/").content.decode()
        assert seen.nom_complet in page
        assert "Cachée" not in page

    def test_the_safe_contact_is_said_and_not_printed(self, desk: Client, known: Usager) -> None:
        Usager.objects.filter(pk=known.pk).update(contact_sur="sms", contact_sur_alias="Léa")
        page = desk.get(f"/accueil/usagers/{known.pk}/").content.decode()
        assert "SMS seulement, se présenter comme « Léa »" in page
        assert '<div class="avis avis-attention a-l-ecran">' in page

    @pytest.mark.parametrize("why", ["unrelated", "ended", "elsewhere", "deport"])
    def test_out_of_scope_is_the_page_of_what_does_not_exist(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], known: Usager, why: str
    ) -> None:
        url = f"/accueil/usagers/{known.pk}/"
        assert desk.get(url).status_code == 200
        client = sign_in(cast.gos_chatenay if why == "elsewhere" else cast.gos)
        if why == "unrelated":
            client = sign_in(cast.cesf)
        elif why == "ended":
            Rattachement.objects.update(
                starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1)
            )
        elif why == "deport":
            Deport.objects.create(agent=cast.gos, usager=known, lien=Deport.Lien.PROCHE)
        assert same_as_unknown(client, url, known.pk)

    def test_a_relais_opens_it_to_the_receiving_unite(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], known: Usager
    ) -> None:
        client, url = sign_in(cast.assistant_social), f"/accueil/usagers/{known.pk}/"
        assert client.get(url).status_code == 404
        relais = make_relais(known, by=cast.gos)
        page = client.get(url).content.decode()
        assert "Modifier l’identité" in page
        assert "Enregistrer un passage" not in page
        relais.accept(by=cast.assistant_social)
        assert client.get(url).status_code == 404

    def test_another_method_is_refused(self, desk: Client, known: Usager) -> None:
        assert desk.post(f"/accueil/usagers/{known.pk}/").status_code == 405

    def test_the_journal_says_who_and_why(self, desk: Client, known: Usager) -> None:
        desk.get(f"/accueil/usagers/{known.pk}/")
        row = last_acces("usager")
        assert (row.action, row.usager_ids) == (Acces.Action.LECTURE, [known.pk])
        assert row.rattachement_id == Rattachement.objects.get().pk

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_rows(
        self, cast: SimpleNamespace, desk: Client, received: Any, rows: int
    ) -> None:
        usager, foyer = received.usagers.get(), Foyer.objects.create()
        MembreFoyer.objects.create(foyer=foyer, usager=usager, lien=MembreFoyer.Lien.PERSONNE)
        copies(make_fait(usager, by=cast.gos), rows)
        demande, today = make_demande(received, by=cast.gos), timezone.localdate()
        related_alike(demande, copies(demande, rows))
        past = MembreFoyer.objects.create(foyer=foyer, usager=usager, lien="autre", starts_on=today, ends_on=today)
        copies(past, rows)
        copies(Coordonnee.objects.create(usager=usager, nature="telephone", valeur="06 39 98 00 01"), rows)
        copies(Representant.objects.create(usager=usager, qualite="tuteur", nom="UDAF"), rows)
        copies(NumeroExterne.objects.create(usager=usager, organisme="caf", numero="7654321"), rows)
        assert count_queries(desk, f"/accueil/usagers/{usager.pk}/") <= 20

    def test_shows_who_is_around_and_how_to_be_understood(self, desk: Client, known: Usager) -> None:
        interprete = {"langue": "bambara", "needs_interprete": True, "interprete": "ISM, confirmé mardi"}
        domicile = {"adresse_type": "domiciliation", "domiciliation": "CCAS d’Issy"}
        Usager.objects.filter(pk=known.pk).update(**interprete, **domicile)
        Representant.objects.create(usager=known, qualite="tuteur", nom="UDAF 92", joindre="01 39 98 00 00")
        past = timezone.localdate() - timedelta(days=3)
        Representant.objects.create(
            usager=known, qualite="curateur", nom="Ancien curateur", starts_on=past, ends_on=past
        )
        NumeroExterne.objects.create(usager=known, organisme="caf", numero="7654321")
        page = desk.get(f"/accueil/usagers/{known.pk}/").content.decode()
        for shown in ("bambara", "ISM, confirmé mardi", "domiciliation : CCAS d’Issy", "UDAF 92", "n° 7654321"):
            assert shown in page
        assert "Ancien curateur" not in page

    def test_a_death_stops_every_letter(self, desk: Client, known: Usager) -> None:
        url = f"/accueil/usagers/{known.pk}/"
        assert "Plus aucun courrier" not in desk.get(url).content.decode()
        Usager.objects.filter(pk=known.pk).update(deceased_on="2026-01-02")
        assert "Plus aucun courrier ni appel à ce nom" in desk.get(url).content.decode()
