"""/pilotage/: the file active of the unités one answers for, as metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accueil.models import Deport, Usager
from parcours.demonstration.builders import (
    UsagerFactory,
    make_action,
    make_ecrit,
    make_objectif,
    make_parcours,
    make_relais,
    unite,
)
from parcours.fin import close, suspend
from parcours.models import Intervenant, Parcours
from pole_social.models import Acces, Affectation, Agent
from tests.bulk import copies, related_alike, written
from tests.parcours.aides import masked
from tests.queries import count_queries
from tests.reading import one_line
from tests.together import together

Browse = Callable[[str], Client]
URL = "/pilotage/"
MANAGERS = [
    "responsable-accueil",
    "responsable-evaluation",
    "responsable-accompagnement",
    "responsable-sst",
    "responsable-chatenay",
]
OTHERS = [
    "gos",
    "assistante-administrative",
    "assistant-social",
    "assistant-social-2",
    "puericultrice",
    "psychologue",
    "ccf",
    "dpo",
    "admin",
]


def page(client: Client, **asked: str) -> str:
    response = client.get(URL, asked)
    assert response.status_code == 200
    return one_line(response.content.decode())


def parcours_of(
    cast: SimpleNamespace, nom: str, *, by: Agent | None = None, days: int = 30, to: str = "issy-accompagnement"
) -> Parcours:
    """An open parcours whose next review is in `days`."""
    made = make_parcours(
        UsagerFactory.create(nom_usage=nom, prenoms="Ada"),
        sent_by=cast.assistant_social,
        by=by or cast.assistant_social_2,
        to=to,
    )
    made.echeance = timezone.localdate() + timedelta(days=days)
    made.save(update_fields=["echeance"])
    return made


def many(count: int, referent: Agent, write: Callable[[list[Any]], list[Any]] = written) -> None:
    """As many parcours as a big unité has, each with its référent and a step."""
    home, soon = unite("issy-accompagnement"), timezone.localdate()
    territoire = home.lieu.territoire
    people = write(
        [Usager(nom_usage=f"N{n}", prenoms="Ada", territoire=territoire, created_by=referent) for n in range(count)]
    )
    rows = write(
        [
            Parcours(usager=usager, unite=home, nature=home.nature, entree="rsa", echeance=soon + timedelta(n % 40))
            for n, usager in enumerate(people)
        ]
    )
    write([Intervenant(parcours=row, agent=referent, is_referent=True) for row in rows])


@together(("username", "status"), [*((name, 200) for name in MANAGERS), *((name, 403) for name in OTHERS)])
def test_each_role(cast: SimpleNamespace, browse: Browse, username: str, status: int) -> None:
    assert browse(username).get(URL).status_code == status


def test_only_get(browse: Browse) -> None:
    assert browse("responsable-accompagnement").post(URL).status_code == 405


def test_a_refusal_is_journaled(cast: SimpleNamespace, browse: Browse) -> None:
    browse("assistant-social-2").get(URL)
    row = Acces.objects.get(agent_id=cast.assistant_social_2.pk, page="parcours:pilotage")
    assert (row.action, row.usager_ids) == (Acces.Action.REFUS, [])


class TestList:
    def test_says_who_since_when_and_when_next(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = parcours_of(cast, "Zola", days=12)
        Parcours.objects.filter(pk=made.pk).update(opened_on=timezone.localdate() - timedelta(days=430))
        said = page(browse("responsable-accompagnement"))
        assert "Zola A." in said and "Ada Zola" not in said
        assert f'href="/parcours/{made.pk}/"' in said
        assert "Claire Bernard" in said
        assert "depuis 14 mois" in said
        assert "1 parcours ouvert<" in said
        assert "en retard de" not in said

    def test_overdue_is_loud_and_first(self, cast: SimpleNamespace, browse: Browse) -> None:
        later = parcours_of(cast, "Later", days=3)
        late = parcours_of(cast, "Late", days=-6)
        response = browse("responsable-accompagnement").get(URL)
        assert [row.pk for row in response.context["parcours"]] == [late.pk, later.pk]
        said = response.content.decode()
        assert '<span class="etat etat-danger">en retard de 6 jours</span>' in said
        assert "1 bilan en retard" in said

    def test_one_day_is_singular(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Late", days=-1)
        assert "en retard de 1 jour<" in page(browse("responsable-accompagnement"))

    def test_the_next_date_may_be_a_step(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = parcours_of(cast, "Zola", days=30)
        make_action(made, by=cast.assistant_social_2, due_in=-2)
        assert "en retard de 2 jours" in page(browse("responsable-accompagnement"))

    def test_closed_parcours_leave_suspended_stay(self, cast: SimpleNamespace, browse: Browse) -> None:
        closed, asleep = parcours_of(cast, "Closed"), parcours_of(cast, "Asleep")
        close(closed, motif=Parcours.MotifCloture.OBJECTIFS, by=cast.assistant_social_2)
        wakes_on = timezone.localdate() + timedelta(days=5)
        asleep.move(Parcours.Statut.SUSPENDU, by=cast.assistant_social_2, wakes_on=wakes_on)
        said = page(browse("responsable-accompagnement"))
        assert "Closed A." not in said
        assert "Asleep A." in said and "suspendu" in said

    def test_without_referent_is_said(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = parcours_of(cast, "Zola")
        Intervenant.objects.filter(parcours=made).update(ends_at=timezone.now())
        said = page(browse("responsable-accompagnement"))
        assert "sans référent" in said
        assert "Sans référent" in said, "and counted on a line of its own"

    def test_metadata_only(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = parcours_of(cast, "Zola")
        make_objectif(made, by=cast.assistant_social_2, libelle="Un objectif convenu")
        make_action(made, by=cast.assistant_social_2, libelle="Une action prévue")
        make_ecrit(made, by=cast.assistant_social_2, texte="Un texte de l’équipe")
        make_relais(made.usager, by=cast.gos, to="issy-accompagnement", dit="Ce qui fut dit")
        said = page(browse("responsable-accompagnement"))
        for content in ("Un objectif", "Une action", "Un texte", "Ce qui fut dit"):
            assert content not in said


class TestScope:
    def test_only_my_unites(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Mine")
        parcours_of(cast, "Pmi", by=cast.puericultrice, to="issy-sante")
        parcours_of(cast, "Sceaux", by=cast.assistant_social_chatenay, to="chatenay-accompagnement")
        mine = page(browse("responsable-accompagnement"))
        assert "Mine A." in mine and "Pmi A." not in mine and "Sceaux A." not in mine
        other = page(browse("responsable-chatenay"))
        assert "Sceaux A." in other and "Mine A." not in other

    def test_the_sst_sees_every_unite_of_its_territoire(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Mine")
        parcours_of(cast, "Pmi", by=cast.puericultrice, to="issy-sante")
        parcours_of(cast, "Sceaux", by=cast.assistant_social_chatenay, to="chatenay-accompagnement")
        said = page(browse("responsable-sst"))
        assert "Mine A." in said and "Pmi A." in said
        assert "Sceaux A." not in said

    def test_never_a_relative(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = parcours_of(cast, "Zola")
        assert "Zola A." in page(browse("responsable-accompagnement"))
        Deport.objects.create(agent=cast.responsable_accompagnement, usager=made.usager, lien=Deport.Lien.PROCHE)
        said = page(browse("responsable-accompagnement"))
        assert "Zola A." not in said
        assert "Claire Bernard" not in said, "nor in the figures"

    def test_ended_affectation_ends_the_page(self, cast: SimpleNamespace, browse: Browse) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        Affectation.objects.filter(agent=cast.responsable_accompagnement).update(ends_on=yesterday)
        assert browse("responsable-accompagnement").get(URL).status_code == 403

    def test_the_unite_of_accueil_holds_none(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola")
        said = page(browse("responsable-accueil"))
        assert "Vos unités ne tiennent pas de parcours." in said
        assert "Zola" not in said and "<table" not in said

    def test_an_empty_unite_says_how_it_fills(self, browse: Browse) -> None:
        said = page(browse("responsable-chatenay"))
        assert "Aucun parcours n’est ouvert dans vos unités." in said


class TestCharges:
    def test_one_line_per_referent(self, cast: SimpleNamespace, browse: Browse) -> None:
        for days in (10, -4, -9):
            parcours_of(cast, "Zola", days=days)
        parcours_of(cast, "Hugo", by=cast.cesf)
        charges = browse("responsable-accompagnement").get(URL).context["charges"]
        figures = [(charge.nom, charge.ouverts, charge.bilans_en_retard) for charge in charges]
        assert figures == [("Claire Bernard", 3, 2), ("Julie Petit", 1, 0)]
        assert charges[0].bilan_le_plus_ancien == timezone.localdate() - timedelta(days=9)

    def test_one_agent_in_two_unites_is_one_line(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola", by=cast.puericultrice, days=-1)
        parcours_of(cast, "Hugo", by=cast.puericultrice, to="issy-sante")
        client = browse("responsable-sst")
        (charge,) = client.get(URL).context["charges"]
        assert (charge.ouverts, charge.bilans_en_retard) == (2, 1)
        (charge,) = client.get(URL, {"unite": str(unite("issy-sante").pk)}).context["charges"]
        assert (charge.ouverts, charge.bilans_en_retard) == (1, 0)

    def test_a_former_referent_is_not_counted(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = parcours_of(cast, "Zola")
        Intervenant.objects.filter(parcours=made).update(ends_at=timezone.now())
        made.add_intervenant(cast.cesf, is_referent=True)
        (charge,) = browse("responsable-accompagnement").get(URL).context["charges"]
        assert charge.referent_id == cast.cesf.pk


class TestRelais:
    def test_the_oldest_first_and_late_ones_loud(self, cast: SimpleNamespace, browse: Browse) -> None:
        recent = make_relais(
            UsagerFactory.create(nom_usage="Recent"), by=cast.assistant_social, to="issy-accompagnement"
        )
        old = make_relais(
            UsagerFactory.create(nom_usage="Old"),
            by=cast.assistant_social,
            to="issy-accompagnement",
            promised_in=-3,
            sent_at=timezone.now() - timedelta(days=9),
        )
        response = browse("responsable-accompagnement").get(URL)
        assert [row.pk for row in response.context["relais"]] == [old.pk, recent.pk]
        said = response.content.decode()
        assert "depuis 9 jours" in said and "en retard de 3 jours" in said
        assert "2 relais en attente" in said

    def test_those_i_sent_are_not_mine_to_take(self, cast: SimpleNamespace, browse: Browse) -> None:
        make_relais(UsagerFactory.create(nom_usage="Zola"), by=cast.assistant_social, to="issy-accompagnement")
        assert browse("responsable-evaluation").get(URL).context["relais"] == []
        assert len(browse("responsable-accompagnement").get(URL).context["relais"]) == 1
        assert len(browse("responsable-sst").get(URL).context["relais"]) == 1

    def test_an_accueil_responsable_sees_a_relais_sent_to_it(self, cast: SimpleNamespace, browse: Browse) -> None:
        make_relais(UsagerFactory.create(nom_usage="Zola", prenoms="Ada"), by=cast.assistant_social, to="issy-accueil")
        assert "Zola A." in page(browse("responsable-accueil"))

    def test_accepted_ones_leave(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = make_relais(UsagerFactory.create(), by=cast.assistant_social, to="issy-accompagnement")
        made.accept(by=cast.cesf)
        assert "Aucun relais n’attend" in page(browse("responsable-accompagnement"))


class TestFilter:
    def test_by_referent(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola")
        parcours_of(cast, "Hugo", by=cast.cesf)
        said = page(browse("responsable-accompagnement"), referent=str(cast.cesf.pk))
        assert "Hugo A." in said and "Zola A." not in said

    def test_without_referent(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola")
        queue = parcours_of(cast, "Hugo")
        Intervenant.objects.filter(parcours=queue).update(ends_at=timezone.now())
        said = page(browse("responsable-accompagnement"), referent="aucun")
        assert "Hugo A." in said and "Zola A." not in said

    def test_by_unite(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola")
        parcours_of(cast, "Pmi", by=cast.puericultrice, to="issy-sante")
        said = page(browse("responsable-sst"), unite=str(unite("issy-sante").pk))
        assert "Pmi A." in said and "Zola A." not in said

    def test_nobody_matches_says_so(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola")
        asked = {"unite": str(unite("issy-sante").pk), "referent": str(cast.assistant_social_2.pk)}
        assert "Aucun parcours ouvert ne correspond." in page(browse("responsable-sst"), **asked)

    def test_no_name_stands_in_an_address(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola")
        said = page(browse("responsable-accompagnement"))
        assert f'href="?referent={cast.assistant_social_2.pk}"' in said
        addresses = [part.split('"')[0] for part in said.split('href="')[1:]]
        assert not [address for address in addresses if "Zola" in address or "Bernard" in address]

    @together("value", ["", "x", "\x00", "x" * 100_000, "\u202e1", "99999999999999999999", "1' OR 1=1", "-1"])
    @together("name", ["unite", "referent", "apres"])
    def test_hostile_values_are_told_in_french(
        self, cast: SimpleNamespace, browse: Browse, name: str, value: str
    ) -> None:
        parcours_of(cast, "Zola")
        said = page(browse("responsable-accompagnement"), **{name: value})
        assert "Zola A." in said
        if value and name != "apres":
            assert "de la liste." in said

    def test_an_unknown_choice_and_one_of_elsewhere_get_the_same_page(
        self, cast: SimpleNamespace, browse: Browse
    ) -> None:
        client = browse("responsable-accompagnement")
        elsewhere = page(client, referent=str(cast.assistant_social_chatenay.pk))
        assert masked(elsewhere) == masked(page(client, referent=str(uuid4())))
        of_elsewhere = page(client, unite=str(unite("chatenay-accompagnement").pk))
        assert masked(of_elsewhere) == masked(page(client, unite="987654"))


class TestPages:
    def test_fifty_rows_then_the_rest(self, cast: SimpleNamespace, browse: Browse) -> None:
        many(70, cast.assistant_social_2)
        client = browse("responsable-accompagnement")
        first = client.get(URL)
        assert len(first.context["parcours"]) == 50
        second = client.get(URL + first.context["suivante"])
        assert len(second.context["parcours"]) == 20
        assert second.context["suivante"] == ""
        seen = {row.pk for row in [*first.context["parcours"], *second.context["parcours"]]}
        assert len(seen) == 70
        assert "70 parcours ouverts" in second.content.decode()

    def test_the_filter_follows(self, cast: SimpleNamespace, browse: Browse) -> None:
        many(60, cast.assistant_social_2)
        parcours_of(cast, "Hugo", by=cast.cesf, days=300)
        client = browse("responsable-accompagnement")
        asked = {"referent": str(cast.assistant_social_2.pk)}
        following = client.get(URL, asked).context["suivante"]
        assert "referent=" in following
        assert "Hugo A." not in client.get(URL + following).content.decode()

    def test_beyond_the_end_leads_back(self, cast: SimpleNamespace, browse: Browse) -> None:
        parcours_of(cast, "Zola")
        said = page(browse("responsable-accompagnement"), apres=f"2099-01-01~{uuid4()}")
        assert "La liste s’arrête ici." in said and "Revenir au début" in said

    def test_queries_do_not_grow(self, cast: SimpleNamespace, browse: Browse) -> None:
        client = browse("responsable-sst")
        many(10, cast.assistant_social_2)
        few = count_queries(client, URL)
        many(490, cast.cesf)
        for _ in range(3):
            make_relais(UsagerFactory.create(), by=cast.assistant_social, to="issy-accompagnement")
        assert count_queries(client, URL) == few <= 10

    def test_statistics_of_before_do_not_join_everybody_to_everything(
        self, cast: SimpleNamespace, browse: Browse
    ) -> None:
        """A planner that counts on empty tables (just filled, not yet seen by the autovacuum) looked 60 × 60 times."""
        client, tables = browse("responsable-sst"), (Intervenant, Parcours, Usager)
        many(60, cast.cesf)
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"DELETE FROM {table._meta.db_table}")
                cursor.execute(f"ANALYZE {table._meta.db_table}")
        many(60, cast.cesf, write=lambda rows: type(rows[0])._base_manager.bulk_create(rows))
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        asked = next(query["sql"] for query in captured if "wakes_on" in query["sql"] and "LIMIT 21" in query["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}")
            loops = re.findall(r'"Actual Loops": (\d+)', json.dumps(cursor.fetchone()))
        assert 60 <= max(map(int, loops)) <= 60 * 24


class TestJournal:
    def test_a_list_row_names_those_shown(self, cast: SimpleNamespace, browse: Browse) -> None:
        shown = parcours_of(cast, "Zola")
        waiting = make_relais(UsagerFactory.create(), by=cast.assistant_social, to="issy-accompagnement")
        hidden = parcours_of(cast, "Pmi", by=cast.puericultrice, to="issy-sante")
        page(browse("responsable-accompagnement"))
        row = Acces.objects.get(agent_id=cast.responsable_accompagnement.pk, page="parcours:pilotage")
        assert row.action == Acces.Action.LISTE
        assert set(row.usager_ids) == {shown.usager_id, waiting.usager_id}
        assert hidden.usager_id not in row.usager_ids

    def test_the_following_page_names_only_its_own(self, cast: SimpleNamespace, browse: Browse) -> None:
        many(55, cast.assistant_social_2)
        client = browse("responsable-accompagnement")
        following = client.get(URL).context["suivante"]
        client.get(URL + following)
        rows = Acces.objects.filter(agent_id=cast.responsable_accompagnement.pk).order_by("at")
        # One row more than is shown is fetched, to know that there is another page: nobody saw that person.
        assert [len(row.usager_ids) for row in rows] == [50, 5]

    def test_of_many_relais_too(self, cast: SimpleNamespace, browse: Browse) -> None:
        waiting = make_relais(UsagerFactory.create(), by=cast.assistant_social, to="issy-accompagnement")
        people = [UsagerFactory.create().pk for _ in range(52)]
        related_alike(waiting, copies(waiting, 52, usager_id=people))
        said = page(browse("responsable-accompagnement"))
        assert "50 relais et plus en attente" in said
        assert "Les 50 plus anciens sont affichés." in said
        row = Acces.objects.get(agent_id=cast.responsable_accompagnement.pk, page="parcours:pilotage")
        assert {str(pk) for pk in row.usager_ids} == set(re.findall(r'data-usager="([^"]+)"', said))
        assert len(row.usager_ids) == 50


class TestLoad:
    def load(self, browse: Browse, name: str = "Claire Bernard") -> Any:
        charges = browse("responsable-accompagnement").get(URL).context["charges"]
        return next(charge for charge in charges if charge.nom == name)

    def test_the_rhythm_of_the_bilans_is_the_weight(self, cast: SimpleNamespace, browse: Browse) -> None:
        for nom, periode in (("Un", 3), ("Deux", 6), ("Trois", 12)):
            Parcours.objects.filter(pk=parcours_of(cast, nom).pk).update(periode=periode)
        assert (self.load(browse).ouverts, self.load(browse).poids) == (3, 1.75)
        assert "1,75" in page(browse("responsable-accompagnement"))

    def test_what_sleeps_weighs_nothing(self, cast: SimpleNamespace, browse: Browse) -> None:
        asleep = parcours_of(cast, "Asleep")
        suspend(asleep, until=timezone.localdate() + timedelta(days=5), by=cast.assistant_social_2)
        assert (self.load(browse).ouverts, self.load(browse).poids) == (1, 0)

    def test_silences_of_thirty_sixty_ninety_days(self, cast: SimpleNamespace, browse: Browse) -> None:
        for nom, days in (("Un", 31), ("Deux", 61), ("Trois", 91)):
            opened = timezone.localdate() - timedelta(days=days)
            Parcours.objects.filter(pk=parcours_of(cast, nom).pk).update(opened_on=opened)
        assert self.load(browse).sans_echange == (3, 2, 1)

    def test_only_what_the_whole_equipe_reads_breaks_a_silence(self, cast: SimpleNamespace, browse: Browse) -> None:
        made = parcours_of(cast, "Zola")
        Parcours.objects.filter(pk=made.pk).update(opened_on=timezone.localdate() - timedelta(days=91))
        make_ecrit(made, by=cast.assistant_social_2, cercle="social", texte="Entre nous.")
        assert self.load(browse).sans_echange == (1, 1, 1)
        make_ecrit(made, by=cast.assistant_social_2, cercle="equipe", texte="Pour tous.")
        assert self.load(browse).sans_echange == (0, 0, 0), "the control"
