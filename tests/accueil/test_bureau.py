"""The desk today."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accueil.models import Demande, Deport, Passage, PassageUsager, RendezVous, Usager
from parcours.demonstration.builders import (
    make_demande,
    make_passage,
    make_relais,
    receive,
)
from pole_social.models import Acces, Affectation, Agent, Bureau, Unite
from pole_social.templatetags import temps
from tests.accueil.conftest import DESK_USERNAMES, NOBODYS_SEARCHERS, OTHER_SEARCHERS, last_acces, someone
from tests.bulk import copies, related_alike
from tests.queries import CONTROL, count_queries
from tests.together import together

URL = "/accueil/"
BUDGET = 12


def page(client: Client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("username", [*DESK_USERNAMES, "responsable-evaluation", "responsable-sst"])
def test_opens_to_the_desk_and_to_managers(
    cast: SimpleNamespace, sign_in: Callable[..., Client], username: str
) -> None:
    page(sign_in(Agent.objects.get(username=username)))


@together("username", [*OTHER_SEARCHERS, *NOBODYS_SEARCHERS])
def test_refuses_the_other_roles(cast: SimpleNamespace, sign_in: Callable[..., Client], username: str) -> None:
    assert sign_in(Agent.objects.get(username=username)).get(URL).status_code == 403


def test_refuses_another_method(desk: Client) -> None:
    assert desk.post(URL).status_code == 405


def test_says_so_when_nobody_waits(desk: Client) -> None:
    assert "Personne n’attend" in page(desk)


def test_who_works_in_no_reception_unit_is_told(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    assert "aucune unité d’accueil" in page(sign_in(cast.responsable_evaluation))


def test_shows_the_desk_of_the_unite_chosen_in_the_bar(cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
    chatenay = Unite.objects.get(code="chatenay-accueil")
    Affectation.objects.create(agent=cast.gos, unite=chatenay)
    make_passage(aminata, by=cast.gos)
    assert "Traoré A." in page(desk)
    desk.post("/mon-compte/unite/", {"unite": chatenay.pk})
    assert "Traoré A." not in page(desk)


class TestWaiting:
    def test_counts_and_dates_the_oldest(self, cast: SimpleNamespace, desk: Client) -> None:
        ago = timezone.now() - timedelta(minutes=38)
        make_passage(someone(), by=cast.gos, at=ago)
        make_passage(someone(), by=cast.gos)
        found = page(desk)
        assert "2 personnes en attente" in found
        assert re.search(r"la plus ancienne <time[^>]*>depuis 38 min</time>", found)

    def test_the_offices_are_in_the_order_of_the_doors(self, desk: Client) -> None:
        said = re.findall(r"<option[^>]*>bureau (\d+)", page(desk))
        assert said == [str(number) for number in range(1, 11)]

    def test_a_full_desk_stays_light(self, cast: SimpleNamespace, desk: Client) -> None:
        for number in range(14):
            make_passage(someone(nom_usage=f"De La Roche-Beaumont {number}"), by=cast.gos)
        assert len(desk.get("/accueil/").content) < 60_000

    def test_names_shortly_and_says_the_motive(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos, motif="budget")
        found = page(desk)
        assert "Traoré A." in found
        assert "Aminata Traoré" not in found
        assert "Budget ou aide financière" in found

    def test_a_confidential_passage_shows_its_number_only(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        made = make_passage(aminata, by=cast.gos, motif="parler_en_prive")
        found = page(desk)
        assert f"n° {made.numero}" in found
        assert "Espace confidentiel" in found
        assert "Traoré" not in found
        assert "Parler en privé" not in found
        assert "Aminata Traoré" in desk.get(f"/accueil/passages/{made.pk}/").content.decode()

    def test_an_anonymous_passage_is_nameless(self, cast: SimpleNamespace, desk: Client) -> None:
        make_passage(by=cast.gos)
        assert "Sans nom" in page(desk)

    def test_the_priority_ones_come_first(self, cast: SimpleNamespace, desk: Client) -> None:
        make_passage(someone(nom_usage="Ordinaire"), by=cast.gos)
        make_passage(someone(nom_usage="Urgente"), by=cast.gos, is_prioritaire=True)
        found = page(desk)
        assert found.index("Urgente") < found.index("Ordinaire")
        assert "prioritaire" in found

    def test_each_state_offers_its_own_verbs(self, cast: SimpleNamespace, desk: Client) -> None:
        made = make_passage(by=cast.gos)
        assert "Appeler" in page(desk)
        assert "Recevoir" not in page(desk)
        made.move(Passage.Statut.APPELE, by=cast.gos_2, agent=cast.gos_2)
        found = page(desk)
        assert "Recevoir" in found
        assert "Remettre en attente" in found
        assert "par Thomas Leroy" in found
        assert "Personne n’attend" in found

    def test_another_desk_s_people_are_not_there(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        make_passage(aminata, by=cast.gos)
        assert "Traoré" in page(desk)
        assert "Traoré" not in page(sign_in(cast.gos_chatenay))

    def test_who_stepped_aside_sees_nothing_of_it(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], aminata: Usager
    ) -> None:
        make_passage(aminata, by=cast.gos)
        Deport.objects.create(agent=cast.gos_2, usager=aminata, lien=Deport.Lien.PROCHE)
        assert "Traoré" not in page(sign_in(cast.gos_2))
        assert "Traoré" in page(desk)


class TestInInterview:
    def test_mine_are_apart(self, cast: SimpleNamespace, desk: Client) -> None:
        receive(make_passage(someone(nom_usage="Mienne"), by=cast.gos), by=cast.gos)
        receive(make_passage(someone(nom_usage="Sienne"), by=cast.gos), by=cast.gos_2)
        found = page(desk)
        assert found.index("Avec moi") < found.index("Mienne") < found.index("avec mes collègues")
        assert found.index("avec mes collègues") < found.index("Sienne")

    def test_says_the_office_and_since_when(self, cast: SimpleNamespace, desk: Client, received: Passage) -> None:
        bureau = Bureau.objects.get(lieu__code="issy", nom="bureau 4")
        Passage.objects.filter(pk=received.pk).update(bureau=bureau)
        found = page(desk)
        assert "bureau 4 · Nadia Martin" in found
        assert "à l’instant" in found

    def test_an_ended_passage_leaves_the_desk(self, desk: Client, received: Passage) -> None:
        assert "Traoré A." in page(desk)
        desk.post(f"/accueil/passages/{received.pk}/cloture/")
        assert "Traoré A." not in page(desk)


class TestWhatMustNotBeForgotten:
    def test_the_demandes_due_today_or_before(self, cast: SimpleNamespace, desk: Client, received: Passage) -> None:
        today = timezone.localdate()
        make_demande(received, by=cast.gos, besoin="Dossier RSA", due_on=today)
        make_demande(received, by=cast.gos, besoin="Facture d’eau", due_on=today - timedelta(days=2))
        make_demande(received, by=cast.gos, besoin="Carte de transport", due_on=today + timedelta(days=1))
        found = page(desk)
        assert "Dossier RSA" in found
        assert "Facture d’eau" in found
        assert "Carte de transport" not in found

    def test_mine_of_tomorrow_come_back_to_me(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage
    ) -> None:
        due = make_demande(received, by=cast.gos, besoin="Dossier RSA", due_on=timezone.localdate())
        Demande.objects.filter(pk=due.pk).update(agent=cast.gos)
        assert "À reprendre par moi" in page(desk)
        theirs = page(sign_in(cast.gos_2))
        assert "À reprendre par moi" not in theirs
        assert "Dossier RSA" in theirs

    def test_a_settled_demande_is_not_to_take_up(self, cast: SimpleNamespace, desk: Client, received: Passage) -> None:
        due = make_demande(received, by=cast.gos, besoin="Dossier RSA", due_on=timezone.localdate())
        due.finish(Demande.Statut.CLASSEE, by=cast.gos)
        assert "Dossier RSA" not in page(desk)

    def test_the_relais_nobody_accepted_late_ones_loud(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        late = make_relais(aminata, by=cast.gos, promised_in=-1)
        found = page(desk)
        assert "en retard" in found
        late.accept(by=cast.assistant_social)
        assert "en retard" not in page(desk)

    def test_a_passage_left_open_yesterday_is_said(
        self, cast: SimpleNamespace, desk: Client, received: Passage
    ) -> None:
        make_demande(received, by=cast.gos)
        yesterday = timezone.localdate() - timedelta(days=1)
        Passage.objects.filter(pk=received.pk).update(jour=yesterday)
        assert "resté ouvert" in page(desk)


class TestRendezVousOfTheDay:
    @pytest.fixture
    def expected(self, cast: SimpleNamespace, aminata: Usager) -> RendezVous:
        now = timezone.now()
        made = RendezVous(
            usager=aminata, agent=cast.gos, unite=cast.gos.unites[0], starts_at=now, ends_at=now + timedelta(minutes=30)
        )
        made.book(by=cast.gos)
        return made

    def test_arrives_in_one_key(self, desk: Client, expected: RendezVous) -> None:
        found = page(desk)
        assert "Est arrivé(e)" in found
        assert f"/accueil/rendez-vous/{expected.pk}/arrivee/" in found
        assert desk.post(f"/accueil/rendez-vous/{expected.pk}/arrivee/").status_code == 302
        found = page(desk)
        assert "est là" in found
        assert "Est arrivé(e)" not in found

    def test_the_keyboard_goes_there_past_the_waiting_list(self, desk: Client, expected: RendezVous) -> None:
        """A link past it, then one key, however many wait; outside of what refreshes, so that it always holds."""
        found = page(desk)
        link, target = found.index('href="#attendus" accesskey="r"'), found.index('id="attendus"')
        assert link < found.index('id="bureau-listes"') < target
        between = found[target : found.index(f'id="arrivee-{expected.pk}"')]
        assert between.count("<a ") + between.count("<summary") == 0
        assert between.count("<button") == 1

    def test_whose_passage_is_confidential_is_not_named_there_either(self, desk: Client, expected: RendezVous) -> None:
        desk.post(f"/accueil/rendez-vous/{expected.pk}/arrivee/")
        assert "Traoré A." in page(desk)
        Passage.objects.update(is_confidentiel=True)
        assert "Traoré" not in page(desk)


class TestRefresh:
    def refresh(self, client: Client, mark: str = "") -> Any:
        return client.get(URL, headers={"HX-Request": "true", "If-None-Match": mark})

    def mark(self, html: str) -> str:
        found = re.search(r'id="bureau-listes"[^>]*"If-None-Match": "(\w{64})"', html)
        assert found
        return found[1]

    def test_an_unchanged_list_is_an_empty_answer_without_journal_row(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        make_passage(aminata, by=cast.gos)
        mark = self.mark(page(desk))
        before = Acces.objects.count()
        response = self.refresh(desk, mark)
        assert (response.status_code, response.content) == (204, b"")
        assert Acces.objects.count() == before

    def test_the_minutes_gone_by_change_nothing(
        self, cast: SimpleNamespace, desk: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_passage(by=cast.gos)
        mark = self.mark(page(desk))
        later = timezone.now() + timedelta(minutes=7)
        monkeypatch.setattr(temps.timezone, "now", lambda: later)
        assert self.refresh(desk, mark).status_code == 204
        assert "depuis 7 min" in self.refresh(desk).content.decode()

    @together("act", ["arrives", "is called", "becomes confidential", "becomes a priority"])
    def test_whatever_the_desk_shows_is_sent_again(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager, act: str
    ) -> None:
        made = make_passage(aminata, by=cast.gos)
        mark = self.mark(page(desk))
        if act == "arrives":
            make_passage(someone(nom_usage="Nouvelle"), by=cast.gos_2)
        elif act == "is called":
            made.move(Passage.Statut.APPELE, by=cast.gos_2, agent=cast.gos_2)
        else:
            field = "is_confidentiel" if "confidential" in act else "is_prioritaire"
            Passage.objects.filter(pk=made.pk).update(**{field: True})
        response = self.refresh(desk, mark)
        assert response.status_code == 200
        found = response.content.decode()
        assert self.mark(found) != mark
        assert last_acces("bureau").action == Acces.Action.LISTE
        assert self.refresh(desk, self.mark(found)).status_code == 204

    def test_only_the_lists_come(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos)
        found = self.refresh(desk).content.decode()
        assert "Traoré A." in found
        assert 'id="bureau-etat" hx-swap-oob="true"' in found
        for absent in ("<html", "csrfmiddlewaretoken", "<form", 'type="search"'):
            assert absent not in found

    def test_without_javascript_every_button_has_its_form(self, cast: SimpleNamespace, desk: Client) -> None:
        make_passage(by=cast.gos)
        found = page(desk)
        assert '<form id="appel"' in found
        assert found.count('form="appel"') >= 3

    def test_is_not_answered_to_who_has_signed_out(self, cast: SimpleNamespace) -> None:
        answer = self.refresh(Client())
        # The whole page goes to sign in: the form must not stand in the place of the lists.
        assert (answer.status_code, answer.headers["HX-Refresh"], answer.content) == (204, "true", b"")

    @pytest.mark.parametrize("rows", [10, 200])
    def test_costs_no_more_than_the_page(self, cast: SimpleNamespace, desk: Client, rows: int) -> None:
        first = make_passage(by=cast.gos)
        copies(first, rows, numero=range(10, 10 + rows))
        with CaptureQueriesContext(connection) as captured:
            assert self.refresh(desk).status_code == 200
        assert sum(not query["sql"].startswith(CONTROL) for query in captured.captured_queries) <= BUDGET


class TestJournal:
    def test_one_row_names_the_people_of_the_list(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos)
        page(desk)
        row = last_acces("bureau")
        assert row.action == Acces.Action.LISTE
        assert row.usager_ids == [aminata.pk]
        assert row.rattachement_id == aminata.rattachements.get().pk
        assert Acces.objects.count() == 1


@pytest.mark.parametrize("rows", [10, 500])
def test_queries_do_not_depend_on_the_rows(cast: SimpleNamespace, desk: Client, rows: int) -> None:
    couple = [someone(), someone()]
    waiting = make_passage(*couple, by=cast.gos)
    received = receive(make_passage(*couple, by=cast.gos), by=cast.gos)
    demande = make_demande(received, by=cast.gos, due_on=timezone.localdate())
    for passage, first, number in ((waiting, 10, rows - rows // 5), (received, 1_000, rows // 5)):
        alike = copies(passage, number, numero=range(first, first + number))
        for link in PassageUsager.objects.filter(passage=passage):
            copies(link, number, passage=alike)
        for step in passage.etapes.all():
            copies(step, number, objet=alike)
    related_alike(demande, copies(demande, rows // 5))
    relais = make_relais(couple[0], by=cast.gos)
    related_alike(relais, copies(relais, rows // 5))
    with connection.cursor() as cursor:
        # As in a real base, where the planner knows how many rows there are.
        cursor.execute("ANALYZE")
    assert count_queries(desk, URL) <= BUDGET
