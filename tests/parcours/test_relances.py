"""/pilotage/a-relancer/: dated facts of the unités one answers for, and nothing about anybody's risk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Relais, Usager
from parcours.demonstration.builders import UsagerFactory, make_ecrit, make_parcours, make_relais
from parcours.fin import close, suspend
from parcours.majorites import AGES, births, near, years_after
from parcours.models import Bilan, Ecrit, Parcours
from parcours.relances import rubriques
from parcours.transmission import leave
from pole_social.models import Acces, Agent
from tests.parcours.aides import masked
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
URL = "/pilotage/a-relancer/"
MANAGERS = ["responsable-accueil", "responsable-evaluation", "responsable-accompagnement", "responsable-sst"]
OTHERS = ["gos", "assistant-social", "assistant-social-2", "puericultrice", "psychologue", "dpo", "admin"]


@pytest.fixture
def suivi(cast: SimpleNamespace) -> Parcours:
    """Opened a hundred days ago, its bilan to come: nothing said of it since."""
    made = make_parcours(
        UsagerFactory.create(
            nom_usage="Zola", prenoms="Ada", naissance_annee=None, naissance_mois=None, naissance_jour=None
        ),
        sent_by=cast.assistant_social,
        by=cast.assistant_social_2,
    )
    return renewed(made, opened_on=ago(100), echeance=ago(-30))


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def renewed(parcours: Parcours, **fields: object) -> Parcours:
    Parcours.objects.filter(pk=parcours.pk).update(**fields)
    parcours.refresh_from_db()
    return parcours


def lines(agent: Agent) -> dict[str, list[date]]:
    """What an agent would read, by kind; the agent as the database has it."""
    fresh = Agent.objects.get(pk=agent.pk)
    return {one.code: [relance.jour for relance in one.relances] for one in rubriques(fresh)}


@pytest.fixture
def leader(cast: SimpleNamespace) -> Agent:
    found: Agent = cast.responsable_accompagnement
    return found


@together(("username", "status"), [*((name, 200) for name in MANAGERS), *((name, 403) for name in OTHERS)])
def test_each_role(cast: SimpleNamespace, browse: Browse, username: str, status: int) -> None:
    assert browse(username).get(URL).status_code == status


def test_only_get(browse: Browse) -> None:
    assert browse("responsable-accompagnement").post(URL).status_code == 405


def test_nothing_to_chase_is_said(browse: Browse) -> None:
    assert "Rien à relancer." in browse("responsable-accompagnement").get(URL).content.decode()


class TestSilence:
    def test_since_the_opening_when_nothing_was_said(self, leader: Agent, suivi: Parcours) -> None:
        assert lines(leader) == {"silences": [ago(100)]}

    def test_an_exchange_that_the_equipe_reads_ends_it(
        self, cast: SimpleNamespace, leader: Agent, suivi: Parcours
    ) -> None:
        make_ecrit(suivi, by=cast.assistant_social_2, cercle=Ecrit.Cercle.EQUIPE, texte="Vue ce jour.")
        assert lines(leader) == {}

    @together("cercle", [Ecrit.Cercle.SOCIAL, Ecrit.Cercle.PROTECTION])
    def test_a_narrower_circle_shows_in_nothing(
        self, cast: SimpleNamespace, leader: Agent, suivi: Parcours, cercle: str
    ) -> None:
        """Its date would tell a responsable that somebody wrote what they may not know of."""
        make_ecrit(suivi, by=cast.assistant_social_2, cercle=cercle, texte="Vue ce jour.")
        assert lines(leader) == {"silences": [ago(100)]}

    def test_nor_does_a_draft(self, cast: SimpleNamespace, leader: Agent, suivi: Parcours) -> None:
        make_ecrit(suivi, by=cast.assistant_social_2, cercle=Ecrit.Cercle.EQUIPE, texte="À finir.", signed=False)
        assert lines(leader) == {"silences": [ago(100)]}

    def test_a_bilan_with_the_person_ends_it_and_one_without_does_not(
        self, cast: SimpleNamespace, leader: Agent, suivi: Parcours
    ) -> None:
        said = {
            "parcours": suivi,
            "auteur": cast.assistant_social_2,
            "synthese": "…",
            "periode": 3,
            "next_on": ago(-90),
        }
        Bilan.objects.create(**said, held_on=ago(2), with_person=False)
        assert lines(leader) == {"silences": [ago(100)]}
        Bilan.objects.create(**said, held_on=ago(1))
        assert lines(leader) == {}

    @together(("days", "is_silent"), [(59, False), (60, False), (61, True)])
    def test_the_sixtieth_day(self, leader: Agent, suivi: Parcours, days: int, is_silent: bool) -> None:
        renewed(suivi, opened_on=ago(days))
        assert ("silences" in lines(leader)) is is_silent

    def test_what_sleeps_is_silent_by_agreement_until_its_day(
        self, cast: SimpleNamespace, leader: Agent, suivi: Parcours
    ) -> None:
        suspend(suivi, until=ago(-10), by=cast.assistant_social_2)
        assert lines(leader) == {}
        renewed(suivi, wakes_on=ago(1))
        assert lines(leader) == {"reprises": [ago(1)]}
        renewed(suivi, wakes_on=ago(-10), echeance=ago(3))
        assert lines(leader) == {}, "nobody waits for the bilan of one that sleeps"

    def test_what_is_closed_is_chased_no_more(self, cast: SimpleNamespace, leader: Agent, suivi: Parcours) -> None:
        close(suivi, motif=Parcours.MotifCloture.DEPART, by=cast.assistant_social_2)
        assert lines(leader) == {}


class TestDates:
    def test_a_late_bilan(self, leader: Agent, suivi: Parcours) -> None:
        renewed(suivi, opened_on=ago(10), echeance=ago(3))
        assert lines(leader) == {"bilans": [ago(3)]}
        renewed(suivi, echeance=ago(0))
        assert lines(leader) == {}, "today is not late"

    def test_a_late_relais_of_the_unite(self, cast: SimpleNamespace, leader: Agent, aminata: Usager) -> None:
        made = make_relais(aminata, by=cast.assistant_social, to="issy-accompagnement", promised_in=-2)
        assert lines(leader) == {"relais": [ago(2)]}
        assert lines(cast.responsable_evaluation) == {}, "not received by theirs"
        made.accept(by=cast.assistant_social_2)
        assert lines(leader) == {}

    def test_a_relais_to_evaluation_leads_to_its_page_there(
        self, cast: SimpleNamespace, browse: Browse, aminata: Usager
    ) -> None:
        made = make_relais(aminata, by=cast.gos, promised_in=-2)
        assert f'href="/evaluation/relais/{made.pk}/"' in browse("responsable-evaluation").get(URL).content.decode()

    @together(
        ("born", "jour"),
        [
            (lambda today: years_after(today, -18), 0),
            (lambda today: years_after(today + timedelta(days=80), -21), 80),
        ],
    )
    def test_coming_of_age_of_a_young_person_under_a_measure(
        self, leader: Agent, suivi: Parcours, born: Callable[[date], date], jour: int
    ) -> None:
        day = born(timezone.localdate())
        Usager.objects.filter(pk=suivi.usager_id).update(
            naissance_annee=day.year, naissance_mois=day.month, naissance_jour=day.day
        )
        renewed(suivi, opened_on=ago(10))
        assert lines(leader) == {}, "not of whoever is followed for another reason"
        renewed(suivi, entree=Parcours.Entree.ASE)
        assert lines(leader) == {}, "a measure is read by the team, not by whoever leads the unité"
        suivi.add_intervenant(leader)
        assert lines(leader) == {"majorites": [timezone.localdate() + timedelta(days=jour)]}
        with mock.patch("parcours.relances.may_be_named", return_value=False):
            assert lines(leader) == {}, "nor by santé sexuelle, of the team or not"
        renewed(suivi, entree=Parcours.Entree.RSA)
        leave(suivi.intervenants.live().get(agent=leader), by=leader)

    @together(("days", "is_near"), [(30, True), (31, False), (-90, True), (-91, False)])
    def test_a_month_after_the_day_and_three_before(self, db: None, days: int, is_near: bool) -> None:
        """Across the change of year too."""
        for today in (date(2027, 1, 10), date(2026, 12, 20), date(2028, 2, 29)):
            day = today - timedelta(days=days)
            for age in AGES:
                born = years_after(day, -age)
                if years_after(born, age) != day:
                    continue
                assert [one.age for one in near(born, today)] == [age] * is_near, (today, age)
                first, last = births(age, today)
                assert is_near <= (first <= born <= last), "what the query leaves out is never near"

    def test_the_day_has_passed_in_the_year_before(self, cast: SimpleNamespace, leader: Agent, suivi: Parcours) -> None:
        day = timezone.localdate() - timedelta(days=30)
        born = years_after(day, -18)
        Usager.objects.filter(pk=suivi.usager_id).update(
            naissance_annee=born.year, naissance_mois=born.month, naissance_jour=born.day
        )
        renewed(suivi, opened_on=ago(10), entree=Parcours.Entree.ASE)
        suivi.add_intervenant(leader)
        assert lines(leader) == {"majorites": [years_after(born, 18)]}

    def test_an_unknown_day_is_no_birthday(self, leader: Agent, suivi: Parcours) -> None:
        Usager.objects.filter(pk=suivi.usager_id).update(naissance_annee=timezone.localdate().year - 18)
        renewed(suivi, opened_on=ago(10), entree=Parcours.Entree.ASE)
        assert lines(leader) == {}

    def test_born_on_29_february(self) -> None:
        assert years_after(date(2008, 2, 29), 18) == date(2026, 2, 28)
        assert years_after(date(2008, 2, 29), 20) == date(2028, 2, 29)


class TestSecrecy:
    def test_only_the_unites_answered_for(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        for other in (cast.responsable_evaluation, cast.responsable_accueil):
            assert lines(other) == {}
        assert lines(cast.responsable_sst) == {"silences": [ago(100)]}, "the control: it answers for all"

    def test_a_deport_wins(self, leader: Agent, suivi: Parcours) -> None:
        Deport.objects.create(agent=leader, usager=suivi.usager, lien="proche")
        assert lines(leader) == {}

    def test_a_name_is_short_and_the_journal_says_who(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        text = browse("responsable-accompagnement").get(URL).content.decode()
        assert "Zola A." in text and "Ada Zola" not in text
        row = Acces.objects.filter(page="parcours:a_relancer").latest("at")
        assert (row.action, row.usager_ids) == (Acces.Action.LISTE, [suivi.usager_id])

    def test_no_word_of_an_ecrit(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        client = browse("responsable-accompagnement")
        before = masked(client.get(URL).content.decode())
        make_ecrit(suivi, by=cast.assistant_social_2, cercle=Ecrit.Cercle.SOCIAL, texte="Un secret.")
        assert masked(client.get(URL).content.decode()) == before


def test_its_queries_do_not_depend_on_what_is_late(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours, aminata: Usager
) -> None:
    client = browse("responsable-sst")
    make_relais(aminata, by=cast.gos, promised_in=-2)
    before = count_queries(client, URL)
    for n in range(10):
        made = make_parcours(UsagerFactory.create(nom_usage=f"N{n}"), sent_by=cast.assistant_social, by=cast.cesf)
        renewed(made, opened_on=ago(80), echeance=ago(5))
    assert Relais.objects.exists()
    assert count_queries(client, URL) == before <= 16
