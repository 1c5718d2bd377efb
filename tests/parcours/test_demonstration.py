"""The demonstration: what it holds, that it is the same twice, that everybody finds something to do."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.test import Client, TestCase
from django.utils import timezone

from accueil.doublons import likely
from accueil.models import (
    AideFinanciere,
    Coordonnee,
    Demande,
    DroitSuivi,
    EtapePassage,
    Fait,
    MembreFoyer,
    Passage,
    PassageUsager,
    PieceDemandee,
    ProtectedQuerySet,
    Relais,
    Usager,
)
from evaluation.models import (
    Contribution,
    EtapeEvaluation,
    Evaluation,
    Exploration,
    NiveauReleve,
    PartageEvaluation,
)
from parcours.demonstration import seed as demonstration
from parcours.demonstration.builders import make_demande
from parcours.demonstration.clock import Today, at
from parcours.models import (
    Action,
    Bilan,
    Concertation,
    Ecrit,
    EntreeDirecte,
    Intervenant,
    Parcours,
    PartageEcrit,
    PartagePresence,
    Point,
    Transmission,
)
from pole_social.models import Acces, Agent, Commune, Lieu
from tests.bulk import analyze
from tests.invariant import forgotten

PASSWORD = "un-mot-de-passe-de-demonstration"
WITHOUT_PEOPLE = {"dpo", "admin"}
ONE_OF_EACH = ["gos", "assistant-social-2", "puericultrice", "ccf", "psychologue", "responsable-sst"]


def rows_of(model: type[models.Model]) -> Any:
    return model._default_manager.all() if model._default_manager else None


def quiet(rows: Any) -> Any:
    """Columns alone: what a page may not ask, for the journal would not know whose they are."""
    rows._is_watched = False
    return rows.order_by()


def by_relationship(rows: Any) -> set[tuple[Any, Any]]:
    return set(quiet(rows).values_list("pk", "journal_rattachement"))


def soon_after_midnight() -> datetime:
    """00:05 today in Paris: the hardest hour for a day that must already be in progress."""
    early = timezone.make_aware(datetime.combine(timezone.localdate(), time(0, 5)))
    return min(early, timezone.now())


def content() -> dict[str, list[str]]:
    """Every row of the three stages without its random keys, in an order of its own."""
    found = {}
    for label in ("accueil", "evaluation", "parcours"):
        for model in apps.get_app_config(label).get_models():
            found[model._meta.label] = sorted(map(_told, model._base_manager.all()))
    return found


def _told(row: models.Model) -> str:
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    values = {field.attname: field.value_from_object(row) for field in fields}
    return repr([(name, value) for name, value in values.items() if not isinstance(value, UUID)])


def agent(username: str) -> Agent:
    return Agent.objects.get(username=username)


class TestDemonstration(TestCase):
    """Seeded once for the class (twice: the first one is undone, to be compared with)."""

    before: dict[str, list[str]]

    @classmethod
    def setUpTestData(cls) -> None:
        now = soon_after_midnight()
        with at(now):
            with transaction.atomic():
                demonstration.seed(PASSWORD)
                cls.before = content()
                transaction.set_rollback(True)
            demonstration.seed(PASSWORD)
        analyze()

    def test_twice_the_same(self) -> None:
        after = content()
        for label, rows in self.before.items():
            assert after[label] == rows, label

    def test_nothing_is_forgotten(self) -> None:
        assert forgotten() == []

    def test_the_check_sees_what_is_forgotten(self) -> None:
        passage = Passage.objects.filter(usagers__isnull=False).first()
        assert passage
        demande = make_demande(passage, by=agent("gos"))
        assert len(forgotten()) == 1
        Demande.objects.filter(pk=demande.pk).update(echeance=timezone.localdate())
        assert forgotten() == []

    def test_one_contribution_is_late_and_one_is_signed(self) -> None:
        late, signed = Contribution.objects.order_by("statut")
        assert late.is_late() and late.evaluation.is_editable
        assert signed.texte_signe and signed.agent == agent("puericultrice")
        page = Client()
        page.force_login(late.agent)
        assert "en retard depuis hier" in page.get("/parcours/").content.decode()

    def test_four_hundred_people_in_households(self) -> None:
        """Two of them registered twice."""
        assert Usager.objects.count() == 400
        assert Usager.objects.filter(territoire__code="sst-issy").count() == 394
        assert not Usager.objects.filter(appartenances=None).exists()
        twice = MembreFoyer.objects.values("usager").annotate(n=models.Count("pk")).filter(n=2)
        assert twice.count() == 1

    def test_two_people_were_registered_twice(self) -> None:
        issy = Lieu.objects.get(code="issy").territoire
        assert issy
        pairs = {frozenset((paire.un, paire.autre)) for paire in likely([issy.pk]).paires}
        for first, second in (("El Amrani", "Tazi"), ("Wiśniewska", "Wisniewska")):
            women = Usager.objects.filter(nom_usage__in=(first, second)).exclude(prenoms="Mohamed")
            assert frozenset(women.values_list("pk", flat=True)) in pairs

    def test_every_kind_of_person(self) -> None:
        people = Usager.objects
        assert people.filter(nom_usage__regex=r"^[^\x00-\u024f]+$").exists(), "a name that is not in Latin letters"
        assert people.filter(nom_usage__regex=r"^.$").count() == 2, "names of one letter"
        assert people.filter(nom_usage__contains="-").exists()
        assert people.exclude(nom_naissance="").count() >= 8
        assert people.filter(naissance_annee__isnull=False, naissance_mois=None).count() >= 4
        assert people.filter(naissance_mois__isnull=False, naissance_jour=None).exists()
        assert people.filter(needs_interprete=True).exclude(langue="").count() >= 4
        assert people.filter(adresse_type=Usager.Adresse.DOMICILIATION).exists()
        assert people.filter(adresse_type=Usager.Adresse.SANS).exists()
        assert people.filter(contact_sur_alias__gt="", contact_sur_sans_message=True).exists()

    def test_phones_are_shared_and_fictional(self) -> None:
        phones = Coordonnee.objects.filter(nature=Coordonnee.Nature.TELEPHONE)
        assert not phones.exclude(valeur__startswith="06 39 98 ").exists()
        assert phones.filter(is_shared=True).count() >= 4
        assert phones.filter(is_protected=True).exists()
        assert not Coordonnee.objects.filter(nature=Coordonnee.Nature.COURRIEL).exclude(valeur__endswith="@example.org")

    def test_the_walk_starts_with_aminata(self) -> None:
        aminata = Usager.objects.get(nom_usage="Traoré", prenoms="Aminata")
        assert (aminata.naissance_annee, aminata.commune and aminata.commune.nom) == (1991, "Clamart")
        assert not aminata.passages.filter(jour=timezone.localdate()).exists()
        foyer = aminata.appartenances.get().foyer
        assert foyer.membres.filter(lien=MembreFoyer.Lien.ENFANT).count() == 2
        told = set(Fait.objects.filter(usager=aminata).values_list("sujet", flat=True))
        assert {"logement", "activite", "foyer", "complementaire"} <= told

    def test_a_day_at_the_desk_in_progress(self) -> None:
        today = Passage.objects.at_desk(agent("gos").unites[0], timezone.localdate())
        assert today.waiting().count() == 14
        assert today.in_interview().count() == 4
        assert today.filter(statut=Passage.Statut.TERMINE).count() >= 4
        assert today.waiting().filter(is_prioritaire=True).count() >= 3
        assert today.waiting().filter(is_confidentiel=True).count() >= 3
        assert today.waiting().filter(usagers=None).count() >= 3
        assert list(today.values_list("numero", flat=True)) == list(range(1, today.count() + 1))

    def test_the_day_is_today_even_soon_after_midnight(self) -> None:
        today = Passage.objects.filter(jour=timezone.localdate())
        assert today.count() > 20
        for passage in today:
            assert timezone.localdate(passage.arrived_at) == passage.jour
        moves = EtapePassage.objects.filter(objet__in=today)
        assert {timezone.localdate(etape.at) for etape in moves} == {timezone.localdate()}
        assert not Passage.objects.filter(statut__in=Passage.open_states()).exclude(pk__in=today)

    def test_demandes_in_various_states(self) -> None:
        assert set(Demande.objects.values_list("statut", flat=True)) >= {
            "a_pre_instruire",
            "en_attente_pieces",
            "prete",
            "en_instruction",
            "ajournee",
            "reponse_immediate",
            "orientee",
            "relais",
            "accordee",
            "refusee",
        }

    def test_the_moves_of_a_demande_stand_in_their_order(self) -> None:
        moves = {demande.besoin: list(demande.etapes.order_by("at")) for demande in Demande.objects.all()}
        assert [besoin for besoin, rows in moves.items() if len({row.at for row in rows}) < len(rows)] == []
        assert [besoin for besoin, rows in moves.items() if any(a.vers != b.de for a, b in pairwise(rows))] == []

    def test_papers_money_and_imposed_dates(self) -> None:
        assert set(Demande.objects.values_list("statut", flat=True)) == set(Demande.Statut.values)
        assert set(PieceDemandee.objects.values_list("etat", flat=True)) == set(PieceDemandee.Etat.values)
        aides = AideFinanciere.objects
        assert aides.filter(commission_on=None).exists(), "asked for"
        assert aides.filter(commission_on__gt=timezone.localdate(), is_urgente=True).exists(), "waiting for its day"
        assert aides.filter(montant_accorde__gt=0, notified_on__isnull=False, paid_on__isnull=False).exists()
        assert aides.filter(demande__statut="refusee", recours_on__isnull=False).exists(), "appealed against"
        assert aides.filter(demande__statut="ajournee").exists()
        imposed = Demande.objects.imposed().filter(passage__canal=Passage.Canal.COURRIER)
        assert imposed.filter(echeance__gt=timezone.localdate()).count() == 2
        assert not PassageUsager.objects.filter(passage__demandes__in=imposed, is_present=True).exists()
        assert set(DroitSuivi.objects.values_list("statut", flat=True)) == set(DroitSuivi.Statut.values)

    def test_the_pages_of_the_day_stay_light(self) -> None:
        client = Client()
        client.force_login(agent("gos"))
        at_desk = Passage.objects.at_desk(agent("gos").unites[0], timezone.localdate())
        for passage in at_desk.filter(statut__in=Passage.open_states()):
            assert len(client.get(f"/accueil/passages/{passage.pk}/").content) < 60_000, passage.numero

    def test_relais_wait_everywhere(self) -> None:
        waiting = Relais.objects.waiting()
        assert waiting.filter(vers_unite__code="issy-evaluation").count() >= 3
        for code in ("issy-accompagnement", "issy-sante", "issy-sante_sexuelle", "chatenay-evaluation"):
            assert waiting.filter(vers_unite__code=code).exists(), code
        at_evaluation = waiting.filter(vers_unite__code="issy-evaluation")
        assert at_evaluation.overdue(timezone.localdate()).count() == 1
        assert at_evaluation.filter(urgence=Relais.Urgence.IMMEDIATE).count() == 1

    def test_an_evaluation_at_each_state(self) -> None:
        for statut in Evaluation.Statut:
            assert Evaluation.objects.filter(statut=statut).exists(), statut
        going_on = Evaluation.objects.filter(statut=Evaluation.Statut.EN_COURS)
        assert Exploration.objects.filter(evaluation__in=going_on).missing().count() == 5 + 3
        submitted = Exploration.objects.exclude(evaluation__in=going_on)
        assert not submitted.missing().exists()
        back = EtapeEvaluation.objects.get(objet__statut="a_reprendre", vers="a_reprendre")
        assert len(back.motif) > 50 and back.by.username == "responsable-evaluation"
        validated = Evaluation.objects.filter(statut=Evaluation.Statut.VALIDEE)
        assert validated.filter(relais_envoyes__statut=Relais.Statut.ENVOYE).count() == 2

    def test_people_evaluated_long_ago_and_one_of_them_again_now(self) -> None:
        a_year_ago = timezone.localdate() - timedelta(days=365)
        known = NiveauReleve.objects.filter(releve_on__lt=a_year_ago)
        assert known.values("usager").distinct().count() >= 2
        again = Evaluation.objects.get(statut=Evaluation.Statut.EN_COURS, usager__in=known.values("usager"))
        client = Client()
        client.force_login(agent("assistant-social"))
        text = client.get(f"/evaluation/{again.pk}/").content.decode()
        for said in ("Depuis la dernière fois", "moins marquée", "plus marquée", "levée", "nouvelle"):
            assert said in text
        assert "point de départ" in client.get(f"/evaluation/{again.pk}/domaines/sante/").content.decode()

    def test_sixty_parcours_of_different_ages(self) -> None:
        issy = Parcours.objects.filter(unite__lieu__code="issy")
        assert issy.count() == 62
        ages = [(timezone.localdate() - day).days for day in issy.values_list("opened_on", flat=True)]
        assert min(ages) < 10 and max(ages) > 1000 and len(set(ages)) >= 45
        assert issy.filter(statut=Parcours.Statut.SUSPENDU, wakes_on__gt=timezone.localdate()).count() >= 2
        closed = issy.filter(statut=Parcours.Statut.CLOS)
        assert 3 <= closed.count() <= 8
        assert not closed.filter(motif_cloture="").exists()
        assert 3 <= issy.open().filter(echeance__lt=timezone.localdate()).count() <= 15, "some are late, not most"
        assert Action.objects.filter(parcours__in=issy).count() >= 100
        assert set(Action.objects.values_list("porteur", flat=True)) == set(Action.Porteur.values)

    def test_bilans_at_their_period_draw_a_change(self) -> None:
        assert Bilan.objects.count() >= 40
        assert not Bilan.objects.filter(held_on__gt=timezone.localdate()).exists()
        levels = NiveauReleve.objects.filter(source_type="parcours.bilan")
        assert levels.filter(niveau="levee").exists() and levels.filter(niveau="majeure").exists()
        for parcours in Parcours.objects.open().filter(bilans__isnull=False).distinct():
            last = parcours.bilans.order_by("-held_on")[0]
            assert last.held_on < parcours.echeance

    def test_what_time_adds_to_them(self) -> None:
        assert sorted(Concertation.objects.values_list("statut", flat=True)) == ["prevue", "tenue"]
        assert Point.objects.count() == 3
        assert Transmission.objects.waiting().count() == 1
        assert Transmission.objects.covering().exists()
        assert set(EntreeDirecte.objects.values_list("source", flat=True)) == {"rsa", "naissance"}
        assert PartageEcrit.objects.live().count() == 1
        assert PartageEvaluation.objects.live().count() == PartagePresence.objects.live().count() == 1

    def test_one_team_of_several_professions(self) -> None:
        parcours = Parcours.objects.get(intervenants__agent__username="psychologue")
        team = Intervenant.objects.filter(parcours=parcours).values_list("agent__username", flat=True)
        assert set(team) == {"assistant-social-2", "puericultrice", "psychologue"}
        circles = set(Ecrit.objects.filter(parcours=parcours).values_list("cercle", flat=True))
        assert circles == {"equipe", "social", "sante", "psychologie", "protection"}
        assert Ecrit.objects.filter(signed_at=None).count() == 1

    def test_history_is_dated_when_it_happened(self) -> None:
        oldest = Parcours.objects.order_by("opened_on")[0]
        etape = oldest.etapes.get()
        assert timezone.localdate(etape.at) == oldest.opened_on
        for relais in oldest.relais_recus.all():
            assert timezone.localdate(relais.sent_at) <= oldest.opened_on
        for evaluation in Evaluation.objects.exclude(statut="en_cours"):
            steps = [row.at for row in evaluation.etapes.order_by("at")]
            assert steps[0].date() == evaluation.opened_on
            assert steps[-1] <= timezone.now()
        assert not Usager.objects.filter(created_at__gt=models.F("last_contact_at")).exists()

    def test_every_landing_page_has_something_to_show(self) -> None:
        for one in Agent.objects.exclude(username__in=WITHOUT_PEOPLE):
            client = Client()
            client.force_login(one)
            response = client.get("/", follow=True)
            assert response.status_code == 200, one.username
            told = Acces.objects.filter(agent_id=one.pk).exclude(usager_ids=[])
            assert told.exists(), f"{one.username}: {response.redirect_chain}"

    def test_a_condition_written_once_reads_what_it_says(self) -> None:
        """The same rows by the same relationships as when it is written for the question alone; in a subquery too."""
        models_read = [model for model in apps.get_models() if isinstance(rows_of(model), ProtectedQuerySet)]
        assert len(models_read) > 30
        for username in ONE_OF_EACH:
            agent, seen = Agent.objects.get(username=username), 0
            for model in models_read:
                rows = rows_of(model)
                if rows.readers & agent.roles:
                    plain, settled = by_relationship(rows.readable_by(agent)), by_relationship(rows.visible_to(agent))
                    assert settled == plain, (username, model)
                    within = rows.filter(pk__in=quiet(rows.visible_to(agent)).values("pk"))
                    assert set(within.values_list("pk", flat=True)) == {pk for pk, _ in plain}, (username, model)
                    seen += len(plain)
            assert seen > 10, username

    def test_nothing_crosses_to_the_second_territoire(self) -> None:
        for one in Agent.objects.filter(username__endswith="-chatenay"):
            seen = 0
            for model in apps.get_models():
                rows = model._default_manager.all() if model._default_manager else None
                if isinstance(rows, ProtectedQuerySet):
                    seen += self._of_their_territoire(rows.visible_to(one))
            assert seen, f"{one.username} sees their own people"

    def _of_their_territoire(self, rows: ProtectedQuerySet[Any]) -> int:
        found = list(rows)
        if rows.model is Passage:
            assert {row.unite.lieu.territoire.code for row in found} <= {"sst-chatenay"}
            return len(found)
        told = {row: getattr(row, "journal_usager", None) or getattr(row, "usager_id", None) for row in found}
        people = Usager.objects.in_bulk([key for key in told.values() if key])
        assert {usager.territoire.code for usager in people.values()} <= {"sst-chatenay"}, rows.model
        return len(found)

    def test_everybody_signs_in_with_the_password_given(self) -> None:
        for one in Agent.objects.all():
            assert one.check_password(PASSWORD)

    def test_loading_the_referentials_again_leaves_the_second_territoire(self) -> None:
        call_command("load_reference", verbosity=0)
        assert Commune.objects.get(code="92019").territoire == Lieu.objects.get(code="chatenay").territoire
        assert agent("gos-chatenay").territoire_ids != agent("gos").territoire_ids

    def test_a_second_time_is_refused(self) -> None:
        with pytest.raises(CommandError, match="déjà chargée"):
            call_command("seed_demo", password=PASSWORD)
        assert Usager.objects.count() == 400


class TestCommand:
    def test_refuses_in_production(self, db: None, settings: Any) -> None:
        settings.MODE = "production"
        with pytest.raises(CommandError, match="ne se charge pas en production"):
            call_command("seed_demo", password=PASSWORD)
        assert not Usager.objects.exists()

    def test_says_what_it_loaded(self, db: None) -> None:
        said = StringIO()
        with mock.patch.object(demonstration, "seed", return_value=60):
            call_command("seed_demo", password=PASSWORD, stdout=said)
        assert said.getvalue() == "Démonstration chargée : 60 personnes fictives.\n"

    def test_says_what_to_install(self, db: None) -> None:
        missing = ModuleNotFoundError("No module named 'faker'", name="faker")
        path = "parcours.management.commands.seed_demo.import_module"
        with mock.patch(path, side_effect=missing), pytest.raises(CommandError, match="requirements-demo"):
            call_command("seed_demo", password=PASSWORD)

    def test_half_a_demonstration_is_none(self, db: None) -> None:
        with mock.patch("parcours.demonstration.suivis.make_suivis", side_effect=RuntimeError):
            with pytest.raises(RuntimeError):
                demonstration.seed(PASSWORD)
        assert not Usager.objects.exists()


class TestClock:
    def test_inside_it_is_that_moment(self) -> None:
        then = timezone.now() - timedelta(days=400)
        with at(then):
            assert timezone.now() == then
            assert timezone.localdate() == timezone.localdate(then)
        assert timezone.now() - then >= timedelta(days=400)

    def test_field_defaults_follow(self) -> None:
        then = timezone.now() - timedelta(days=400)
        with at(then):
            assert Relais().sent_at == then
            assert Parcours().opened_on == timezone.localdate(then)

    @pytest.mark.parametrize("minutes_after_midnight", [0, 1, 5, 90, 239, 700])
    def test_ago_is_always_today_and_in_order(self, minutes_after_midnight: int) -> None:
        midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
        today = Today(midnight + timedelta(minutes=minutes_after_midnight))
        moments = [today.ago(minutes) for minutes in (240, 120, 30, 1, 0)]
        assert moments == sorted(moments)
        assert {timezone.localdate(moment) for moment in moments} == {today.date}

    def test_ago_is_true_in_the_day(self) -> None:
        noon = timezone.make_aware(datetime.combine(timezone.localdate(), time(12)))
        assert Today(noon).ago(225) == noon - timedelta(minutes=225)

    @pytest.mark.parametrize("days", range(1, 9))
    def test_earlier_is_a_working_day(self, days: int) -> None:
        moment = Today(timezone.now()).earlier(days)
        assert moment.weekday() < 5
        assert moment.date() <= timezone.localdate() - timedelta(days=days)
