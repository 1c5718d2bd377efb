"""Who may see what: a role, a live relationship that ends by itself, and never one's own file."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accueil.models import Coordonnee, Demande, Deport, Fait, Passage, Rattachement, Relais, Usager
from accueil.models.rattachement import midnight
from parcours.demonstration.builders import (
    UsagerFactory,
    make_demande,
    make_fait,
    make_parcours,
    make_passage,
    make_relais,
    receive,
)
from tests.together import together

Nature = Rattachement.Nature
EVERYBODY_ELSE = [
    "assistant_social",
    "assistant_social_2",
    "puericultrice",
    "psychologue",
    "ccf",
    "medecin",
    "responsable_evaluation",
    "responsable_accompagnement",
    "responsable_sst",
    "dpo",
    "admin",
    "gos_chatenay",
]


def sees(agent: Any, model: Any = Usager) -> bool:
    """Asked of a fresh agent: what they hold is cached for a request."""
    return model.objects.visible_to(type(agent).objects.get(pk=agent.pk)).exists()


def pass_time(**shift: float) -> None:
    """As if what stands had been done earlier."""
    for rattachement in Rattachement.objects.all():
        rattachement.starts_at -= timedelta(**shift)
        if rattachement.ends_at:
            rattachement.ends_at -= timedelta(**shift)
        rattachement.save()


class TestPassageDuJour:
    def test_nobody_sees_somebody_unknown_to_them(self, cast: SimpleNamespace, aminata: Usager) -> None:
        assert not any(sees(agent) for agent in vars(cast).values())

    @pytest.mark.parametrize("username", ["gos", "gos_2", "assistante_administrative", "responsable_accueil"])
    def test_the_desk_that_registered_sees(self, cast: SimpleNamespace, aminata: Usager, username: str) -> None:
        make_passage(aminata, by=cast.gos)
        assert sees(getattr(cast, username))
        assert sees(getattr(cast, username), Passage)

    @together("username", EVERYBODY_ELSE)
    def test_the_same_building_is_not_enough(self, cast: SimpleNamespace, aminata: Usager, username: str) -> None:
        make_passage(aminata, by=cast.gos)
        assert not sees(getattr(cast, username))
        assert not sees(getattr(cast, username), Passage)

    def test_it_ends_at_midnight(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos)
        (rattachement,) = Rattachement.objects.all()
        assert rattachement.ends_at == midnight()
        pass_time(days=1)
        assert not sees(cast.gos)

    def test_a_passage_that_is_over_is_gone_the_next_day(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos).move(Passage.Statut.PARTI, by=cast.gos)
        assert sees(cast.gos, Passage)
        pass_time(days=1)
        assert not sees(cast.gos, Passage)

    def test_one_forgotten_open_stays_in_its_unite_s_list_without_its_people(
        self, cast: SimpleNamespace, aminata: Usager
    ) -> None:
        make_passage(aminata, by=cast.gos)
        pass_time(days=3)
        assert sees(cast.gos_2, Passage)
        assert not sees(cast.gos_2)
        assert not sees(cast.gos_chatenay, Passage)
        assert not sees(cast.assistant_social, Passage)

    def test_a_couple_is_read_by_either(self, cast: SimpleNamespace, aminata: Usager) -> None:
        other = UsagerFactory.create()
        passage = make_passage(aminata, other, by=cast.gos)
        assert set(Usager.objects.visible_to(cast.gos)) == {aminata, other}
        assert set(vars(Passage.objects.visible_to(cast.gos).get(pk=passage.pk))["journal_usagers"]) == {
            aminata.pk,
            other.pk,
        }

    def test_nobody_s_passage_belongs_to_its_desk_that_day(self, cast: SimpleNamespace) -> None:
        make_passage(by=cast.gos).move(Passage.Statut.PARTI, by=cast.gos)
        assert sees(cast.gos_2, Passage)
        assert not sees(cast.gos_chatenay, Passage)
        Passage.objects.update(jour=timezone.localdate() - timedelta(days=1))
        assert not sees(cast.gos_2, Passage)


class TestDemandeEnCours:
    def test_the_desk_reads_after_midnight_while_a_demande_is_open(
        self, cast: SimpleNamespace, aminata: Usager
    ) -> None:
        make_demande(make_passage(aminata, by=cast.gos), by=cast.gos)
        pass_time(days=40)
        assert sees(cast.gos_2)
        assert sees(cast.gos_2, Demande)

    def test_and_seven_days_more(self, cast: SimpleNamespace, aminata: Usager) -> None:
        demande = make_demande(make_passage(aminata, by=cast.gos), by=cast.gos)
        demande.finish(Demande.Statut.CLASSEE, by=cast.gos)
        pass_time(days=6, hours=23)
        assert sees(cast.gos)
        pass_time(hours=2)
        assert not sees(cast.gos)

    def test_nobody_s_demande_keeps_its_passage_readable(self, cast: SimpleNamespace) -> None:
        passage = make_passage(by=cast.gos)
        demande = make_demande(passage, by=cast.gos)
        passage.move(Passage.Statut.PARTI, by=cast.gos)
        Passage.objects.update(jour=timezone.localdate() - timedelta(days=3))
        assert sees(cast.gos_2, Demande)
        assert sees(cast.gos_2, Passage)
        demande.finish(Demande.Statut.CLASSEE, by=cast.gos)
        assert not sees(cast.gos_2, Demande)
        assert not sees(cast.gos_2, Passage)


class TestRelais:
    def test_both_unites_read_while_it_is_open(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_relais(aminata, by=cast.gos)
        for agent in (cast.gos, cast.gos_2, cast.assistant_social, cast.responsable_evaluation):
            assert sees(agent)
            assert sees(agent, Relais)
        assert not sees(cast.assistant_social_2)
        assert not sees(cast.puericultrice, Relais)

    def test_a_returned_relais_gives_the_demande_back(self, cast: SimpleNamespace, aminata: Usager) -> None:
        demande = make_demande(make_passage(aminata, by=cast.gos), by=cast.gos)
        relais = make_relais(aminata, by=cast.gos, demandes=[demande])
        relais.send_back(by=cast.assistant_social, motif="Il manque l’adresse")
        demande.refresh_from_db()
        assert (demande.statut, demande.relais) == (Demande.Statut.A_PRE_INSTRUIRE, None)
        assert demande.echeance == timezone.localdate()
        assert not sees(cast.assistant_social)
        pass_time(days=30)
        assert sees(cast.gos)

    def test_another_unite_s_relais_is_not_mine(self, cast: SimpleNamespace, aminata: Usager) -> None:
        """Related to the person, and still outside of a hand-over between two other unités."""
        make_passage(aminata, by=cast.gos)
        make_relais(aminata, by=cast.assistant_social, to="issy-accompagnement")
        assert sees(cast.gos)
        assert not sees(cast.gos, Relais)
        assert sees(cast.assistant_social_2, Relais)

    def test_the_referent_reads_what_was_said_on_the_way(self, cast: SimpleNamespace, aminata: Usager) -> None:
        """And not what went to another unité: it would reveal that follow-up."""
        on_the_way = make_relais(aminata, by=cast.gos)
        aside = make_relais(aminata, by=cast.gos, to="issy-sante")
        make_parcours(aminata, sent_by=cast.assistant_social, by=cast.assistant_social_2)
        seen = set(Relais.objects.visible_to(cast.assistant_social_2))
        assert on_the_way in seen
        assert aside not in seen
        assert not sees(cast.cesf, Relais)

    def test_the_direction_sees_the_territoire_s_relais(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_relais(aminata, by=cast.gos)
        assert sees(cast.responsable_sst, Relais)
        assert not sees(cast.responsable_sst)
        assert not sees(cast.responsable_chatenay, Relais)


class TestDeport:
    @together("lien", Deport.Lien)
    @together("model", [Usager, Passage, Demande, Fait, Relais, Coordonnee])
    def test_it_wins_over_every_yes(self, cast: SimpleNamespace, aminata: Usager, lien: str, model: Any) -> None:
        passage = make_passage(aminata, by=cast.gos)
        make_demande(passage, by=cast.gos)
        make_fait(aminata, by=cast.gos)
        make_relais(aminata, by=cast.gos)
        Coordonnee.objects.create(usager=aminata, nature="telephone", valeur="06 00 00 00 00")
        assert sees(cast.gos, model)
        Deport.objects.create(agent=cast.gos, usager=aminata, lien=lien)
        assert not sees(cast.gos, model)
        # The control: a colleague without a déport still reads.
        assert sees(cast.gos_2, model)

    def test_it_hides_from_the_search_too(self, cast: SimpleNamespace, aminata: Usager) -> None:
        assert Usager.objects.candidates_for(cast.gos).exists()
        Deport.objects.create(agent=cast.gos, usager=aminata, lien=Deport.Lien.PROCHE)
        assert not Usager.objects.candidates_for(cast.gos).exists()

    def test_one_relative_in_a_couple_hides_the_passage(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_passage(aminata, UsagerFactory.create(), by=cast.gos)
        Deport.objects.create(agent=cast.gos, usager=aminata, lien=Deport.Lien.PROCHE)
        assert not sees(cast.gos, Passage)


class TestCandidates:
    @pytest.mark.parametrize("username", ["gos", "assistant_social", "puericultrice", "responsable_sst", "ccf"])
    def test_the_territoire_s_people_are_proposed(self, cast: SimpleNamespace, aminata: Usager, username: str) -> None:
        assert list(Usager.objects.candidates_for(getattr(cast, username))) == [aminata]

    @pytest.mark.parametrize("username", ["gos_chatenay", "assistant_social_chatenay", "dpo", "admin"])
    def test_nothing_crosses(self, cast: SimpleNamespace, aminata: Usager, username: str) -> None:
        assert not Usager.objects.candidates_for(getattr(cast, username)).exists()

    def test_a_sealed_person_is_in_no_list(self, cast: SimpleNamespace, aminata: Usager) -> None:
        Usager.objects.update(is_sealed=True)
        assert not Usager.objects.candidates_for(cast.gos).exists()


class TestTable:
    def test_a_relationship_has_one_holder(self, cast: SimpleNamespace, aminata: Usager) -> None:
        both = {"agent": cast.gos, "unite": cast.gos.unites[0]}
        for holder in (both, {}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Rattachement.objects.create(
                    usager=aminata, nature=Nature.PASSAGE, source_type="x", source_id=aminata.pk, **holder
                )

    def test_it_does_not_end_before_it_starts(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_passage(aminata, by=cast.gos)
        with pytest.raises(IntegrityError), transaction.atomic():
            Rattachement.objects.update(ends_at=timezone.now() - timedelta(days=1))

    def test_the_same_source_relates_once(self, cast: SimpleNamespace, aminata: Usager) -> None:
        passage = make_passage(aminata, by=cast.gos)
        passage.add_usager(aminata)
        assert Rattachement.objects.count() == 1

    def test_a_referent_reads_the_desk_s_work_on_the_person(self, cast: SimpleNamespace, aminata: Usager) -> None:
        make_demande(receive(make_passage(aminata, by=cast.gos), by=cast.gos), by=cast.gos)
        make_parcours(aminata, sent_by=cast.assistant_social, by=cast.assistant_social_2)
        for model in (Usager, Passage, Demande):
            assert sees(cast.assistant_social_2, model)
            assert not sees(cast.cesf, model)
