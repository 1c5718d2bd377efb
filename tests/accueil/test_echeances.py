"""What is due: dates that others set, at the desk before their day; and the page of everything due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Demarche, Deport, Droit, DroitSuivi, Passage, Usager
from parcours.demonstration.builders import make_demande, make_passage
from pole_social.models import Acces, Agent, Domaine
from tests.accueil.conftest import DESK_USERNAMES, NOBODYS_SEARCHERS, OTHER_SEARCHERS, last_acces, someone
from tests.bulk import copies, related_alike
from tests.queries import count_queries
from tests.together import together

URL = "/accueil/echeances/"
BUDGET = 12


def imposed(passage: Passage, cast: SimpleNamespace, due_in: int, besoin: str) -> Demande:
    due_on = timezone.localdate() + timedelta(days=due_in)
    made = make_demande(passage, by=cast.gos, besoin=besoin, due_on=due_on)
    made.is_echeance_imposee = True
    made.save(update_fields=["is_echeance_imposee"])
    return made


def demarche(usager: Usager, by: Any, due_in: int, site: str = "caf.fr", **fields: Any) -> Demarche:
    due_on = timezone.localdate() + timedelta(days=due_in)
    made = Demarche(usager=usager, unite=by.unites[0], site=site, mode="avec", echeance=due_on, **fields)
    made.note(by=by)
    return made


def right(usager: Usager, by: Any, due_in: int) -> DroitSuivi:
    made = DroitSuivi.follow(usager, Droit.objects.all()[0], unite=by.unites[0], by=by)
    made.echeance = timezone.localdate() + timedelta(days=due_in)
    made.save(update_fields=["echeance"])
    return made


def page(client: Client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


def test_the_desk_shows_them_two_weeks_ahead(cast: SimpleNamespace, desk: Client, received: Passage) -> None:
    imposed(received, cast, 15, "Audience")
    imposed(received, cast, 16, "Plus tard")
    make_demande(received, by=cast.gos, besoin="Ordinaire", due_on=timezone.localdate() + timedelta(days=3))
    page = desk.get("/accueil/").content.decode()
    assert "Audience" in page
    assert "échéance imposée" in page
    assert "Plus tard" not in page
    assert "Ordinaire" not in page


class TestThePage:
    def test_the_desk_leads_there(self, cast: SimpleNamespace, desk: Client) -> None:
        assert f'href="{URL}"' in desk.get("/accueil/").content.decode()

    def test_nothing_due_is_said(self, cast: SimpleNamespace, desk: Client) -> None:
        found = page(desk)
        assert found.count("pour aujourd’hui.") == 2
        assert "n’attendent rien" in found

    def test_what_is_due_stands_with_its_owner_and_its_date(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        make_demande(received, by=cast.gos, besoin="Dossier RSA", due_on=timezone.localdate())
        late, soon = demarche(aminata, cast.gos, -1), demarche(aminata, cast.gos, 15, "ants.gouv.fr")
        followed = right(aminata, cast.gos, -2)
        found = page(desk)
        assert found.index(late.site) < found.index("échéance dépassée") < found.index(soon.site)
        for said in ("Dossier RSA", "Traoré A.", "à faire avant le", followed.droit.libelle, "Nadia Martin"):
            assert said in found, said

    def test_what_is_done_later_or_ended_is_not(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        demarche(aminata, cast.gos, 16, "plus-tard.fr")
        done = demarche(aminata, cast.gos, 0, "tenue.fr")
        done.keep_deadline(by=cast.gos)
        followed = right(aminata, cast.gos, 1)
        found = page(desk)
        for absent in ("plus-tard.fr", "tenue.fr", followed.droit.libelle):
            assert absent not in found, absent

    def test_it_is_still_there_when_the_visit_is_over(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        """The deadline itself relates the unité to the person, after midnight too."""
        demarche(aminata, cast.gos, 0)
        aminata.rattachements.filter(nature="passage").update(ends_at=timezone.now())
        assert "caf.fr" in page(desk)

    def test_a_confidential_passage_names_nobody(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        demarche(aminata, cast.gos, 0, passage=received)
        assert "Traoré" in page(desk)
        Passage.objects.update(is_confidentiel=True)
        found = page(desk)
        assert "Espace confidentiel" in found
        assert "Traoré" not in found
        assert "caf.fr" not in found

    def test_what_is_about_violence_names_nobody(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        followed = right(aminata, cast.gos, 0)
        demarche(aminata, cast.gos, 0, site="", droit=followed.droit)
        assert page(desk).count("Traoré") == 2, "the control"
        Droit.objects.filter(pk=followed.droit_id).update(domaine=Domaine.objects.get(code="violences"))
        found = page(desk)
        assert found.count("Espace confidentiel") == 2
        assert "Traoré" not in found
        assert followed.droit.libelle not in found

    @together("who", ["gos_chatenay", "gos_2 who stepped aside"])
    def test_it_is_nobody_else_s(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager, who: str
    ) -> None:
        demarche(aminata, cast.gos, 0)
        right(aminata, cast.gos, 0)
        if who != "gos_chatenay":
            assert "Traoré" in page(sign_in(cast.gos_2)), "the control"
            Deport.objects.create(agent=cast.gos_2, usager=aminata, lien=Deport.Lien.PROCHE)
        assert "Traoré" not in page(sign_in(getattr(cast, who.split()[0])))
        assert "Traoré" in page(desk)

    def test_one_journal_row_names_the_people_of_the_list(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        other = someone()
        demarche(aminata, cast.gos, 0)
        right(other, cast.gos, 0)
        demarche(someone(), cast.gos, 40)
        page(desk)
        row = last_acces("echeances")
        assert row.action == Acces.Action.LISTE
        assert set(row.usager_ids) == {aminata.pk, other.pk}
        assert Acces.objects.count() == 1

    @pytest.mark.parametrize("username", DESK_USERNAMES)
    def test_opens_to_the_desk(self, cast: SimpleNamespace, sign_in: Callable[..., Client], username: str) -> None:
        page(sign_in(Agent.objects.get(username=username)))

    @together("username", [*OTHER_SEARCHERS, *NOBODYS_SEARCHERS])
    def test_refuses_the_other_roles(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], username: str
    ) -> None:
        assert sign_in(Agent.objects.get(username=username)).get(URL).status_code == 403

    def test_refuses_another_method(self, desk: Client) -> None:
        assert desk.post(URL).status_code == 405

    def test_who_works_in_no_reception_unit_is_told(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client]
    ) -> None:
        assert "aucune unité d’accueil" in page(sign_in(cast.responsable_evaluation))

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_rows(self, cast: SimpleNamespace, desk: Client, rows: int) -> None:
        passage = make_passage(someone(), by=cast.gos)
        due = make_demande(passage, by=cast.gos, due_on=timezone.localdate())
        people = [someone() for _ in range(10)]
        for row in (due, demarche(someone(), cast.gos, 0), right(someone(), cast.gos, 0)):
            usagers = [people[index % 10].pk for index in range(rows)]
            # The same right followed several times for one person: as after merges.
            apart = {"fusion": lambda _: uuid4()} if isinstance(row, DroitSuivi) else {}
            related_alike(row, copies(row, rows, usager_id=usagers, **apart))
        assert page(desk).count('<li class="ligne') == 3 * (rows + 1)
        assert count_queries(desk, URL) <= BUDGET
