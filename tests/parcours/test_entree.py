"""/parcours/entrees/: opening a parcours that no relais sent; the person is looked for first."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accueil.models import Deport, Rattachement, Usager
from parcours.demonstration.builders import UsagerFactory, make_parcours
from parcours.models import EntreeDirecte, Intervenant, Parcours
from parcours.opening import open_directly
from pole_social.models import Acces
from tests.parcours.aides import (
    CARE,
    ENCADREMENT,
    HOSTILE,
    LONG,
    OUTSIDE,
    assert_does_not_exist,
    last_row,
    masked,
)
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together

Browse = Callable[[str], Client]
SEARCH, NEW = "/parcours/entrees/nouvelle/", "/parcours/entrees/usager/"
RSA = {"source": "rsa", "recue_on": "02/11/2026", "expediteur": "CAF"}
NAISSANCE = {"source": "naissance", "recue_on": "02/11/2026", "expediteur": "Maternité"}


def page(usager: Usager) -> str:
    return f"{SEARCH}{usager.pk}/"


class TestSearch:
    @together(
        ("username", "status"),
        [*((name, 200) for name in CARE), *((name, 403) for name in ENCADREMENT + OUTSIDE)],
    )
    def test_each_role(self, browse: Browse, aminata: Usager, username: str, status: int) -> None:
        client = browse(username)
        assert client.get(SEARCH).status_code == status
        assert client.post(SEARCH, {"q": "Traoré"}).status_code == status

    def test_finds_the_person_masked_and_leads_to_the_opening(self, browse: Browse, aminata: Usager) -> None:
        response = browse("cesf").post(SEARCH, {"q": "Traoré Aminata"})
        text = response.content.decode()
        assert f'data-usager="{aminata.pk}"' in text
        assert page(aminata) in text
        assert "1991" in text
        assert f"/accueil/usagers/{aminata.pk}/" not in text
        row = last_row("entree_recherche")
        assert (row.action, row.usager_ids) == (Acces.Action.RECHERCHE, [aminata.pk])

    def test_at_most_ten(self, browse: Browse) -> None:
        UsagerFactory.create_batch(12, nom_usage="Zola")
        response = browse("cesf").post(SEARCH, {"q": "Zola"})
        assert response.content.decode().count("data-usager=") == 10
        assert "Plus de dix personnes répondent" in response.content.decode()

    @pytest.mark.parametrize("hidden", ["sealed", "deport", "elsewhere"])
    def test_whom_it_never_finds(self, cast: SimpleNamespace, browse: Browse, aminata: Usager, hidden: str) -> None:
        client = browse("assistant-social-chatenay" if hidden == "elsewhere" else "cesf")
        if hidden == "sealed":
            Usager.objects.filter(pk=aminata.pk).update(is_sealed=True)
        if hidden == "deport":
            Deport.objects.create(agent=cast.cesf, usager=aminata, lien=Deport.Lien.PROCHE)
        assert str(aminata.pk) not in client.post(SEARCH, {"q": "Traoré"}).content.decode()
        assert str(aminata.pk) in browse("educateur").post(SEARCH, {"q": "Traoré"}).content.decode() or (
            hidden == "sealed"
        )
        if hidden != "elsewhere":
            assert_does_not_exist(client, page(aminata), aminata.pk)
            assert_does_not_exist(client, page(aminata), aminata.pk, "post")
            assert not Parcours.objects.exists()

    def test_whose_unite_opens_none_is_told(self, browse: Browse, aminata: Usager) -> None:
        """The unité évaluation sends a relais; the control is the unité accompagnement."""
        client = browse("assistant-social")
        assert "n’ouvre pas de parcours" in client.get(SEARCH).content.decode()
        assert str(aminata.pk) not in client.post(SEARCH, {"q": "Traoré"}).content.decode()
        assert client.get(page(aminata)).url == SEARCH  # type: ignore[attr-defined]
        assert client.post(page(aminata), RSA).url == SEARCH  # type: ignore[attr-defined]
        assert not Parcours.objects.exists()
        assert browse("cesf").get(page(aminata)).status_code == 200

    @together("value", ["", "x", "31/02/1990", *HOSTILE])
    def test_what_cannot_be_looked_for(self, browse: Browse, value: str) -> None:
        response = browse("cesf").post(SEARCH, {"q": value})
        assert response.status_code == 200
        assert "Cette recherche n’est pas possible" in response.content.decode()
        assert browse("cesf").post(NEW, {"q": value}).status_code == 200

    def test_queries_do_not_grow_with_the_candidates(self, browse: Browse, aminata: Usager) -> None:
        client = browse("cesf")
        assert count_queries(client, SEARCH) <= 6
        assert count_queries(client, page(aminata)) <= 12


class TestNewPerson:
    typed = {"q": "Konaté", "nom_usage": "Konaté", "prenoms": "Issa", "naissance": "3 mai 2026"}

    def test_from_the_search_to_the_opening(self, cast: SimpleNamespace, browse: Browse) -> None:
        client = browse("puericultrice")
        shown = client.post(NEW, {"q": "Konaté Issa"}).content.decode()
        assert 'value="Konaté"' in shown
        made = client.post(NEW, self.typed)
        usager = Usager.objects.get(nom_usage="Konaté")
        assert made.url == page(usager)  # type: ignore[attr-defined]
        assert (usager.territoire_id, usager.created_by) == (cast.puericultrice.territoire_ids[0], cast.puericultrice)
        assert not Rattachement.objects.filter(usager=usager).exists(), "a person made known opens nothing"
        client.post(page(usager), NAISSANCE)
        assert Parcours.objects.get(usager=usager).nature == "sante"

    def test_asks_whether_it_is_somebody_known(self, browse: Browse, aminata: Usager) -> None:
        same = {"q": "Traoré", "nom_usage": "Traore", "prenoms": "Aminata", "naissance": "1991"}
        shown = browse("cesf").post(NEW, same).content.decode()
        assert "est-ce la même personne" in shown
        assert page(aminata) in shown
        assert Usager.objects.count() == 1
        assert browse("cesf").post(NEW, {**same, "est_une_autre": "on"}).status_code == 302
        assert Usager.objects.count() == 2

    def test_only_from_a_search_and_a_unite_that_opens(self, browse: Browse) -> None:
        assert browse("cesf").get(NEW).url == SEARCH  # type: ignore[attr-defined]
        assert browse("assistant-social").post(NEW, self.typed).url == SEARCH  # type: ignore[attr-defined]
        assert browse("responsable-accompagnement").post(NEW, self.typed).status_code == 403
        assert not Usager.objects.exists()

    def test_double_click_makes_one_person(self, browse: Browse) -> None:
        client, typed = browse("cesf"), {**self.typed, "cle": str(uuid.uuid4())}
        first, again = client.post(NEW, typed), client.post(NEW, typed)
        assert first.url == again.url  # type: ignore[attr-defined]
        assert Usager.objects.count() == 1

    @together("value", HOSTILE)
    @together("field", ["nom_usage", "prenoms", "naissance", "q", "cle"])
    def test_hostile(self, browse: Browse, field: str, value: str) -> None:
        browse("cesf").post(NEW, {**self.typed, field: value})
        assert not Usager.objects.exists() or field == "q"


class TestOpening:
    def test_the_opener_is_referent(self, cast: SimpleNamespace, browse: Browse, aminata: Usager) -> None:
        response = browse("cesf").post(
            page(aminata), {**RSA, "contrat_signe_on": "10/11/2026", "contrat_jusqu_au": "10/05/2027"}
        )
        parcours = Parcours.objects.get()
        assert response.url == f"/parcours/{parcours.pk}/"  # type: ignore[attr-defined]
        assert (parcours.usager, parcours.entree, parcours.nature) == (aminata, "rsa", "accompagnement")
        assert parcours.intervenants.get(is_referent=True).agent == cast.cesf
        entree = parcours.entrees.get()
        assert (entree.expediteur, str(entree.contrat_jusqu_au), entree.recorded_by) == (
            "CAF",
            "2027-05-10",
            cast.cesf,
        )
        row = last_row("entree_nouvelle")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [aminata.pk])

    def test_the_end_of_the_contrat_is_read_as_a_day_ahead(self, browse: Browse, aminata: Usager) -> None:
        """« 10/05/27 » typed in 2026 is no day of 1927, which would precede the signature."""
        typed = {"contrat_signe_on": "10/11/26", "contrat_jusqu_au": "10/05/27"}
        assert browse("cesf").post(page(aminata), {**RSA, **typed}).status_code == 302
        assert str(Parcours.objects.get().entrees.get().contrat_jusqu_au) == "2027-05-10"

    def test_each_nature_has_its_sources(self, browse: Browse, aminata: Usager) -> None:
        offered = {
            username: [
                value for value, _ in browse(username).get(page(aminata)).context["form"].fields["source"].choices
            ]
            for username in ("cesf", "puericultrice", "ccf")
        }
        assert offered == {
            "cesf": ["rsa", "crip", "ase", "transfert"],
            "puericultrice": ["naissance", "crip", "ase", "transfert"],
            "ccf": ["transfert"],
        }

    @together(
        ("username", "typed", "message"),
        [
            ("cesf", {"source": ""}, "Dites ce qui a ouvert ce parcours."),
            ("cesf", {"source": "naissance"}, "Dites ce qui a ouvert ce parcours."),
            ("cesf", {"source": "relais"}, "Dites ce qui a ouvert ce parcours."),
            ("cesf", {"recue_on": ""}, "Dites quand elle a été reçue."),
            ("cesf", {"recue_on": "01/01/2099"}, "Ce jour n’est pas encore venu."),
            ("cesf", {"recue_on": "31/02/2026"}, "Ce jour n’existe pas dans ce mois."),
            ("cesf", {"contrat_jusqu_au": "01/12/2026"}, "Dites quand il a été signé."),
            (
                "cesf",
                {"contrat_signe_on": "10/11/2026", "contrat_jusqu_au": "09/11/2026"},
                "La fin du contrat précède sa signature.",
            ),
            (
                "cesf",
                {"source": "ase", "contrat_signe_on": "10/11/2026"},
                "Le contrat d’engagement suit une orientation",
            ),
            ("puericultrice", {"source": "crip", "visite": "proposee"}, "La visite suit un avis de naissance"),
            ("puericultrice", {"source": "naissance", "visite": "autre"}, "Choisissez dans la liste."),
            ("cesf", {"expediteur": LONG}, "200"),
        ],
    )
    def test_refused_beside_the_field(
        self, browse: Browse, aminata: Usager, username: str, typed: dict[str, str], message: str
    ) -> None:
        response = browse(username).post(page(aminata), {**RSA, **typed})
        assert response.status_code == 200
        assert message in response.content.decode()
        assert set(response.context["form"].errors) & set(typed) or "contrat_jusqu_au" in typed
        assert 'value="02/11/2026"' in response.content.decode() or "recue_on" in typed
        assert not Parcours.objects.exists()

    @together("value", HOSTILE)
    @together("field", ["source", "recue_on", "expediteur", "contrat_signe_on", "contrat_jusqu_au", "cle"])
    def test_hostile(self, browse: Browse, aminata: Usager, field: str, value: str) -> None:
        assert browse("cesf").post(page(aminata), {**RSA, field: value}).status_code == 200
        assert not Parcours.objects.exists()

    def test_double_click_opens_once(self, browse: Browse, aminata: Usager) -> None:
        client, typed = browse("cesf"), {**RSA, "cle": str(uuid.uuid4())}
        first, again = client.post(page(aminata), typed), client.post(page(aminata), typed)
        assert first.url == again.url  # type: ignore[attr-defined]
        assert (Parcours.objects.count(), EntreeDirecte.objects.count()) == (1, 1)
        other = client.post(page(aminata), {**typed, "expediteur": "France Travail"})
        assert other.status_code == 409
        assert "France Travail" in other.content.decode()

    def test_an_agent_of_two_unites_chooses(self, cast: SimpleNamespace, browse: Browse, aminata: Usager) -> None:
        sante = cast.puericultrice.unites[0]
        cast.cesf.affectations.create(unite=sante)
        client = browse("cesf")
        assert "Choisissez une de vos unités." in client.post(page(aminata), RSA).content.decode()
        wrong = client.post(page(aminata), {**RSA, "unite": sante.pk}).content.decode()
        assert "ne reçoit pas cette source" in wrong
        for tampered in (cast.ccf.unites[0].pk, 10**12, "x"):
            refused = client.post(page(aminata), {**NAISSANCE, "unite": tampered})
            assert "Choisissez une de vos unités." in refused.content.decode()
        client.post(page(aminata), {**NAISSANCE, "unite": sante.pk, "visite": "proposee"})
        assert Parcours.objects.get().unite == sante


class TestAlreadyOpen:
    def test_is_said_and_attached_without_letting_oneself_in(
        self, cast: SimpleNamespace, browse: Browse, aminata: Usager, suivi: Parcours
    ) -> None:
        client = browse("cesf")
        assert "référent : Claire Bernard" in client.get(page(aminata)).content.decode()
        response = client.post(page(aminata), RSA)
        assert response.url == "/parcours/"  # type: ignore[attr-defined]
        assert EntreeDirecte.objects.get().parcours == suivi
        assert (Parcours.objects.count(), Intervenant.objects.count()) == (1, 1)
        assert_does_not_exist(client, f"/parcours/{suivi.pk}/", suivi.pk)
        shown = browse("assistant-social-2").get(f"/parcours/{suivi.pk}/").content.decode()
        assert "Orientation RSA" in shown

    def test_a_member_of_its_team_comes_back_to_it(self, browse: Browse, aminata: Usager, suivi: Parcours) -> None:
        response = browse("assistant-social-2").post(page(aminata), RSA)
        assert response.url == f"/parcours/{suivi.pk}/"  # type: ignore[attr-defined]

    def test_another_nature_says_nothing(self, cast: SimpleNamespace, browse: Browse, aminata: Usager) -> None:
        """Whether PMI follows her changes not one byte of what accompagnement is shown."""
        client = browse("cesf")
        before = client.get(page(aminata)).content.decode()
        make_parcours(aminata, sent_by=cast.assistant_social, by=cast.puericultrice, to="issy-sante")
        assert masked(client.get(page(aminata)).content.decode()) == masked(before)
        client.post(page(aminata), RSA)
        assert Parcours.objects.filter(usager=aminata).count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_open_one(self, cast: SimpleNamespace, aminata: Usager) -> None:
        def act(agent: Any) -> Parcours:
            entree = EntreeDirecte(source="rsa", recue_on="2026-11-02")
            return open_directly(entree, usager=aminata, unite=agent.unites[0], by=agent)

        made = at_once([lambda: act(cast.cesf), lambda: act(cast.educateur)])
        assert {type(one) for one in made} == {Parcours}
        assert (Parcours.objects.count(), EntreeDirecte.objects.count(), Intervenant.objects.count()) == (1, 2, 1)


class TestFollowing:
    @pytest.fixture
    def entree(self, cast: SimpleNamespace, aminata: Usager) -> EntreeDirecte:
        made = EntreeDirecte(source="naissance", recue_on="2026-11-02", expediteur="Maternité")
        open_directly(made, usager=aminata, unite=cast.puericultrice.unites[0], by=cast.puericultrice)
        return EntreeDirecte.objects.get()

    def url(self, entree: EntreeDirecte) -> str:
        return f"/parcours/{entree.parcours_id}/entrees/{entree.pk}/"

    def typed(self, **fields: Any) -> dict[str, Any]:
        return {"recue_on": "02/11/2026", "expediteur": "Maternité", "visite": "", "version": 1, **fields}

    @together(
        ("username", "status"),
        [("puericultrice", 200), ("medecin", 404), ("cesf", 404), ("responsable-sst", 403), ("gos", 403)],
    )
    def test_each_role(self, browse: Browse, entree: EntreeDirecte, username: str, status: int) -> None:
        assert browse(username).get(self.url(entree)).status_code == status

    def test_out_of_scope_is_what_does_not_exist(
        self, cast: SimpleNamespace, browse: Browse, entree: EntreeDirecte, suivi: Parcours
    ) -> None:
        assert_does_not_exist(browse("medecin"), self.url(entree), entree.pk)
        # Through a parcours of one's own, neither.
        through = f"/parcours/{suivi.pk}/entrees/{entree.pk}/"
        assert_does_not_exist(browse("assistant-social-2"), through, entree.pk)

    def test_the_visit_is_accepted(self, browse: Browse, entree: EntreeDirecte) -> None:
        client = browse("puericultrice")
        parcours = f"/parcours/{entree.parcours_id}/"
        assert "pas encore proposée" in client.get(parcours).content.decode()
        assert client.post(self.url(entree), self.typed(visite="acceptee")).url == parcours  # type: ignore[attr-defined]
        entree.refresh_from_db()
        assert (entree.visite, entree.version) == ("acceptee", 2)
        shown = client.get(parcours).content.decode()
        assert "visite acceptée" in shown
        assert 'class="carte a-l-ecran" aria-labelledby="entrees"' in shown, "its source is never printed"
        assert last_row("entree").usager_ids == [entree.parcours.usager_id]

    def test_a_contrat_that_has_ended_still_stands(
        self, cast: SimpleNamespace, browse: Browse, aminata: Usager
    ) -> None:
        """It is edited with what it says: its end is ahead of its signature, and may be behind us."""
        made = EntreeDirecte(source="rsa", recue_on="2026-01-02", contrat_signe_on="2026-01-05")
        made.contrat_jusqu_au = date(2026, 7, 5)
        open_directly(made, usager=aminata, unite=cast.cesf.unites[0], by=cast.cesf)
        dates = {"recue_on": "02/01/2026", "contrat_signe_on": "05/01/26", "contrat_jusqu_au": "05/07/26"}
        sent = {**dates, "expediteur": "CAF", "version": 1}
        assert browse("cesf").post(self.url(made), sent).status_code == 302
        made.refresh_from_db()
        assert (made.expediteur, made.contrat_jusqu_au) == ("CAF", date(2026, 7, 5))

    def test_a_refused_visit_leaves_no_date(self, browse: Browse, entree: EntreeDirecte) -> None:
        echeance = entree.parcours.echeance
        browse("puericultrice").post(self.url(entree), self.typed(visite="refusee"))
        parcours = Parcours.objects.get()
        assert (parcours.echeance, parcours.wakes_on, parcours.actions.count()) == (echeance, None, 0)

    def test_a_stale_save_shows_both(self, browse: Browse, entree: EntreeDirecte) -> None:
        client = browse("puericultrice")
        client.post(self.url(entree), self.typed(visite="acceptee"))
        stale = client.post(self.url(entree), self.typed(visite="refusee"))
        assert stale.status_code == 409
        assert "refusée" in stale.content.decode()
        assert EntreeDirecte.objects.get().visite == "acceptee"

    def test_its_own_dates_only(self, browse: Browse, entree: EntreeDirecte) -> None:
        fields = browse("puericultrice").get(self.url(entree)).context["form"].fields
        assert "visite" in fields
        assert "contrat_signe_on" not in fields

    @together("value", HOSTILE)
    @together("field", ["recue_on", "expediteur", "visite", "version"])
    def test_hostile(self, browse: Browse, entree: EntreeDirecte, field: str, value: str) -> None:
        response = browse("puericultrice").post(self.url(entree), self.typed(**{field: value}))
        assert response.status_code == 200
        assert EntreeDirecte.objects.get().version == 1

    def test_a_responsable_reads_no_source(self, browse: Browse, aminata: Usager) -> None:
        """That a child is worried about is told to the team, not by the file's metadata."""
        browse("cesf").post(page(aminata), {**RSA, "source": "crip", "expediteur": "Cellule"})
        url = f"/parcours/{Parcours.objects.get().pk}/"
        assert "CRIP" in browse("cesf").get(url).content.decode()
        for username in ("responsable-accompagnement", "responsable-sst"):
            shown = browse(username).get(url).content.decode()
            assert "CRIP" not in shown
            assert "Cellule" not in shown
