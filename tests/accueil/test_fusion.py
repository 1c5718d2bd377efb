"""The act: every row moved, written down, given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accueil.fusion import FusionRefused, merge, person_columns, unmerge
from accueil.models import (
    Correction,
    Demande,
    Deport,
    DroitSuivi,
    Fait,
    Foyer,
    Fusion,
    LigneFusion,
    MembreFoyer,
    PassageUsager,
    Rattachement,
    Usager,
)
from accueil.models.fusion import REVERSIBLE_FOR
from accueil.traits import traits
from evaluation.models import Evaluation
from parcours.demonstration.builders import (
    make_demande,
    make_evaluation,
    make_fait,
    make_parcours,
    make_passage,
    make_relais,
)
from parcours.models import Parcours
from pole_social.models import Acces, Agent, MoveRefused
from tests.accueil.conftest import someone
from tests.accueil.lignes import ROWS, a_right, one_of_each
from tests.threads import at_once

Cast = SimpleNamespace


@pytest.fixture
def pair(cast: Cast) -> tuple[Usager, Usager]:
    """Two records of one person: the one to keep, the one that was made twice."""
    fields = {"naissance_annee": 1991, "naissance_mois": 3, "naissance_jour": 12}
    return (
        someone(nom_usage="Traoré", prenoms="Aminata", **fields),
        someone(nom_usage="Traore", prenoms="Aminata", **fields),
    )


@pytest.fixture
def responsable(cast: Cast) -> Any:
    return cast.responsable_accueil


def holders(usager: Usager) -> dict[str, set[Any]]:
    """Which rows of which tables are this person's."""
    return {
        column.model._meta.label: set(
            column.model._base_manager.filter(**{column.name: usager.pk}).values_list("pk", flat=True)
        )
        for column in person_columns()
    }


def again(row: Any) -> Any:
    return type(row)._base_manager.get(pk=row.pk)


class TestEveryTable:
    def test_each_table_that_names_a_person_is_tried_here(self, db: None) -> None:
        """A table added later makes this fail until `tests/accueil/lignes.py` has a row of it."""
        assert {column.model._meta.label for column in person_columns()} == set(ROWS)

    def test_all_that_the_model_tells_is_found(self, db: None) -> None:
        shown = {r.related_model for r in Usager._meta.related_objects if not r.many_to_many}
        assert shown <= {column.model for column in person_columns()}
        assert PassageUsager in {column.model for column in person_columns()}, "hidden, and yet about a person"

    def test_an_at_most_one_rule_about_a_person_spares_merged_rows(self, db: None) -> None:
        for column in person_columns():
            assert not column.unique, column
            for rule in column.model._meta.constraints:
                if isinstance(rule, models.UniqueConstraint) and column.name in rule.fields:
                    assert rule.condition and ("fusion", None) in rule.condition.children, rule.name

    def test_none_can_stay_behind(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'follow_fusion'")
            following = {name for (name,) in cursor.fetchall()}
        assert following == {column.model._meta.db_table for column in person_columns()}

    def test_every_row_moves_and_comes_back(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        one_of_each(absorbe, cast)
        before = holders(absorbe)
        assert all(before.values()), before
        fusion = merge(garde, absorbe, by=responsable)
        assert not any(holders(absorbe).values())
        for label, keys in before.items():
            assert keys <= holders(garde)[label], label
        assert fusion.lignes.count() == sum(map(len, before.values()))
        assert again(absorbe).fusionne_vers == garde
        unmerge(fusion, by=responsable)
        assert holders(absorbe) == before
        assert again(absorbe).fusionne_vers is None

    def test_with_as_many_on_both_sides(self, cast: Cast, pair: Any, responsable: Any) -> None:
        """Each at-most-one rule that can be broken is broken, and both records are whole again afterwards."""
        garde, absorbe = pair
        one_of_each(garde, cast)
        one_of_each(absorbe, cast)
        kept, lost = holders(garde), holders(absorbe)
        fusion = merge(garde, absorbe, by=responsable)
        exempted = set(fusion.lignes.filter(is_exempted=True).values_list("modele", flat=True))
        assert exempted == {"accueil.deport", "accueil.droitsuivi", "evaluation.evaluation", "parcours.parcours"}
        unmerge(fusion, by=responsable)
        corrections = set(Correction.objects.filter(pk__in=holders(garde)["accueil.Correction"]).values_list("pk"))
        assert corrections
        after = holders(garde)
        after["accueil.Correction"] = kept["accueil.Correction"]
        assert (after, holders(absorbe)) == (kept, lost)
        assert not DroitSuivi.objects.exclude(fusion=None).exists()

    def test_the_ledger_names_table_key_and_column(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        fait = make_fait(absorbe, by=cast.gos)
        ligne = merge(garde, absorbe, by=responsable).lignes.get()
        assert (ligne.modele, ligne.ligne, ligne.champ) == ("accueil.fait", str(fait.pk), "usager")
        assert apps.get_model(ligne.modele) is Fait and not ligne.is_exempted

    def test_the_journal_is_never_rewritten(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        told = Acces.objects.create(
            agent_id=cast.gos.pk, action=Acces.Action.LECTURE, page="essai", usager_ids=[absorbe.pk]
        )
        unmerge(merge(garde, absorbe, by=responsable), by=responsable)
        assert Acces.objects.get(pk=told.pk).usager_ids == [absorbe.pk]


class TestAtMostOne:
    def test_two_open_evaluations_both_go_on(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        made = [make_evaluation(one, sent_by=cast.gos, by=cast.assistant_social) for one in pair]
        fusion = merge(garde, absorbe, by=responsable)
        found = Evaluation.objects.visible_to(cast.assistant_social).filter(usager=garde).open()
        assert {evaluation.pk for evaluation in found} == {evaluation.pk for evaluation in made}
        assert again(made[0]).fusion is None and again(made[1]).fusion == fusion.pk

    def test_a_third_one_is_still_refused(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        first, _ = [make_evaluation(one, sent_by=cast.gos, by=cast.assistant_social) for one in pair]
        merge(garde, absorbe, by=responsable)
        third = {"usager": garde, "unite": first.unite, "evaluateur": first.evaluateur, "echeance": first.echeance}
        with pytest.raises(IntegrityError, match="evaluation_open_once"), transaction.atomic():
            Evaluation.objects.create(**third)

    def test_a_second_relais_attaches_to_one_of_them(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        made = [make_evaluation(one, sent_by=cast.gos, by=cast.assistant_social) for one in pair]
        merge(garde, absorbe, by=responsable)
        attached = make_evaluation(again(garde), sent_by=cast.gos, by=cast.assistant_social)
        assert attached.pk in {evaluation.pk for evaluation in made}

    def test_two_open_parcours_of_one_nature_both_go_on(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        made = [make_parcours(one, sent_by=cast.gos, by=cast.assistant_social_2) for one in pair]
        merge(garde, absorbe, by=responsable)
        found = Parcours.objects.visible_to(cast.assistant_social_2).filter(usager=garde).open()
        assert {parcours.pk for parcours in found} == {parcours.pk for parcours in made}

    def test_parcours_of_two_natures_collide_with_nothing(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        make_parcours(garde, sent_by=cast.gos, by=cast.assistant_social_2)
        make_parcours(absorbe, sent_by=cast.gos, by=cast.puericultrice, to="issy-sante")
        assert not merge(garde, absorbe, by=responsable).lignes.filter(is_exempted=True).exists()

    def test_both_on_one_passage_and_in_one_household(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        passage = make_passage(garde, absorbe, by=cast.gos)
        foyer = MembreFoyer.objects.create(foyer_id=_foyer(), usager=garde, lien="personne").foyer
        MembreFoyer.objects.create(foyer=foyer, usager=absorbe, lien="conjoint")
        fusion = merge(garde, absorbe, by=responsable)
        assert passage.concernes.filter(usager=garde).count() == 2
        assert passage.concernes.filter(usager=garde, fusion=None).count() == 1
        assert foyer.membres.filter(usager=garde, fusion=None).count() == 1
        passage.add_usager(garde)
        assert passage.concernes.count() == 2
        unmerge(fusion, by=responsable)
        assert {row.usager_id for row in passage.concernes.filter(fusion=None)} == {garde.pk, absorbe.pk}

    def test_a_closed_right_collides_with_nothing(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        a_right(garde, cast)
        a_right(absorbe, cast).move("abandonne", by=cast.gos)
        assert not merge(garde, absorbe, by=responsable).lignes.filter(is_exempted=True).exists()

    def test_whoever_stepped_aside_from_one_is_aside_from_both(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        assert garde in Usager.objects.candidates_for(cast.gos)
        Deport.objects.create(agent=cast.gos, usager=absorbe, lien="proche")
        merge(garde, absorbe, by=responsable)
        assert garde not in Usager.objects.candidates_for(cast.gos)

    def test_three_records_of_one_person(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, second = pair
        third = someone(nom_usage="Traoré", prenoms="Aminata")
        rows = [a_right(one, cast) for one in (garde, second, third)]
        first_fusion = merge(garde, second, by=responsable)
        second_fusion = merge(garde, third, by=responsable)
        assert DroitSuivi.objects.filter(usager=garde).count() == 3
        unmerge(first_fusion, by=responsable)
        assert again(rows[1]).usager == second and again(rows[2]).usager == garde
        unmerge(second_fusion, by=responsable)
        assert [again(row).usager for row in rows] == [garde, second, third]


def _foyer() -> Any:
    return Foyer.objects.create().pk


class TestAppendOnly:
    """Facts and corrections change person by a merge, and change nothing else, ever."""

    @pytest.fixture
    def rows(self, cast: Cast, pair: Any) -> list[Any]:
        _, absorbe = pair
        return [
            make_fait(absorbe, by=cast.gos),
            Correction.objects.create(usager=absorbe, champ="prenoms", avant="A", apres="B", by=cast.gos),
        ]

    def refused(self, act: Callable[[], Any]) -> None:
        with pytest.raises(IntegrityError, match="only appended"), transaction.atomic():
            act()

    def test_a_merge_moves_them(self, pair: Any, rows: list[Any], responsable: Any) -> None:
        garde, absorbe = pair
        fusion = merge(garde, absorbe, by=responsable)
        assert [again(row).usager for row in rows] == [garde, garde]
        unmerge(fusion, by=responsable)
        assert [again(row).usager for row in rows] == [absorbe, absorbe]

    def test_without_a_merge_they_do_not_change_person(self, pair: Any, rows: list[Any]) -> None:
        for row in rows:
            self.refused(partial(type(row).objects.filter(pk=row.pk).update, usager=pair[0]))

    def test_nor_once_it_is_undone(self, pair: Any, rows: list[Any], responsable: Any) -> None:
        garde, absorbe = pair
        unmerge(merge(garde, absorbe, by=responsable), by=responsable)
        for row in rows:
            self.refused(partial(type(row).objects.filter(pk=row.pk).update, usager=garde))

    def test_nor_to_a_third_person(self, pair: Any, rows: list[Any], responsable: Any) -> None:
        garde, absorbe = pair
        merge(garde, absorbe, by=responsable)
        other = someone()
        for row in rows:
            self.refused(partial(type(row).objects.filter(pk=row.pk).update, usager=other))

    def test_nothing_else_changes_with_it(self, pair: Any, rows: list[Any], responsable: Any) -> None:
        garde, absorbe = pair
        fusion = merge(garde, absorbe, by=responsable)
        fait, correction = rows
        later = timezone.now() + timedelta(days=1)
        Usager.objects.filter(pk=absorbe.pk).update(fusionne_vers=None)
        self.refused(lambda: Fait.objects.filter(pk=fait.pk).update(usager=absorbe, valeur="autre"))
        self.refused(lambda: Correction.objects.filter(pk=correction.pk).update(usager=absorbe, at=later))
        self.refused(lambda: Fait.objects.filter(pk=fait.pk).update(valeur="autre"))
        self.refused(lambda: Correction.objects.filter(pk=correction.pk).update(apres="C"))
        assert fusion.undone_at is None and again(fait).usager == garde

    def test_they_are_never_deleted(self, pair: Any, rows: list[Any], responsable: Any) -> None:
        merge(*pair, by=responsable)
        for row in rows:
            self.refused(again(row).delete)


class TestIdentity:
    def test_what_the_kept_record_does_not_say_is_completed(self, cast: Cast, responsable: Any) -> None:
        garde = someone(nom_usage="Traoré", naissance_mois=None, naissance_jour=None, naissance_annee=None)
        absorbe = someone(nom_usage="Traore", langue="bambara", contact_sur="sms", contact_sur_alias="Awa")
        born = absorbe.naissance
        merge(garde, absorbe, by=responsable)
        found = again(garde)
        assert (found.nom_usage, found.langue, found.contact_sur) == ("Traoré", "bambara", "sms")
        assert (found.contact_sur_alias, found.naissance) == ("Awa", born)

    def test_a_safe_contact_is_never_mixed(self, cast: Cast, responsable: Any) -> None:
        garde = someone(contact_sur="telephone", contact_sur_horaires="le matin")
        absorbe = someone(contact_sur="sms", contact_sur_alias="Awa")
        merge(garde, absorbe, by=responsable)
        found = again(garde)
        assert (found.contact_sur, found.contact_sur_horaires, found.contact_sur_alias) == (
            "telephone",
            "le matin",
            "",
        )
        noted = Correction.objects.get(usager=garde, champ="contact_sur")
        assert "SMS" in noted.avant and "Awa" in noted.avant

    def test_the_choice_field_by_field(self, cast: Cast, responsable: Any) -> None:
        garde, absorbe = someone(nom_usage="Traoré", prenoms="Amina"), someone(nom_usage="Traore", prenoms="Aminata")
        merge(garde, absorbe, by=responsable, choix={"prenoms": absorbe.pk, "nom_usage": garde.pk})
        found = again(garde)
        assert (found.nom_usage, found.prenoms, found.version) == ("Traoré", "Aminata", garde.version + 1)
        noted = {row.champ: (row.avant, row.apres, row.by) for row in Correction.objects.filter(usager=garde)}
        assert noted["prenoms"] == ("Amina", "Aminata", responsable)
        assert noted["nom_usage"] == ("Traore", "Traoré", responsable), "what was set aside is not lost"

    def test_the_absorbed_record_keeps_its_own(self, cast: Cast, responsable: Any) -> None:
        garde, absorbe = someone(prenoms="Amina"), someone(prenoms="Aminata")
        merge(garde, absorbe, by=responsable)
        assert again(absorbe).prenoms == "Aminata"

    def test_undone_when_nobody_changed_it_since(self, cast: Cast, responsable: Any) -> None:
        garde = someone(prenoms="Amina", naissance_jour=None)
        Usager.objects.filter(pk=garde.pk).update(commune=None)
        absorbe = someone(prenoms="Aminata", langue="bambara", deceased_on=timezone.localdate())
        whole = {trait.name: trait.value(again(garde)) for trait in traits()}
        choix = {trait.name: absorbe.pk for trait in traits()}
        fusion = merge(garde, absorbe, by=responsable, choix=choix)
        assert again(garde).commune == absorbe.commune and again(garde).deceased_on
        unmerge(fusion, by=responsable)
        assert {trait.name: trait.value(again(garde)) for trait in traits()} == whole

    def test_kept_when_somebody_did(self, cast: Cast, responsable: Any) -> None:
        garde, absorbe = someone(prenoms="Amina", langue=""), someone(prenoms="Aminata", langue="bambara")
        fusion = merge(garde, absorbe, by=responsable, choix={"prenoms": absorbe.pk})
        Usager.objects.filter(pk=garde.pk).update(prenoms="Aminata Awa")
        unmerge(fusion, by=responsable)
        assert (again(garde).prenoms, again(garde).langue) == ("Aminata Awa", "")

    def test_the_last_contact_is_the_later_one(self, cast: Cast, responsable: Any) -> None:
        old = timezone.now() - timedelta(days=400)
        garde, absorbe = someone(last_contact_at=old), someone()
        merge(garde, absorbe, by=responsable)
        assert again(garde).last_contact_at == again(absorbe).last_contact_at > old


class TestSeparation:
    def test_later_rows_stay_with_the_kept_record(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        before = make_fait(absorbe, by=cast.gos)
        fusion = merge(garde, absorbe, by=responsable)
        later = make_fait(garde, by=cast.gos, sujet="activite")
        unmerge(fusion, by=responsable)
        assert (again(before).usager, again(later).usager) == (absorbe, garde)

    def test_relationships_follow_their_rows(self, cast: Cast, pair: Any, responsable: Any) -> None:
        """Also those made since, by a row that goes back: else its team would lose it, and gain somebody else."""
        garde, absorbe = pair
        parcours = make_parcours(absorbe, sent_by=cast.gos, by=cast.assistant_social_2)
        fusion = merge(garde, absorbe, by=responsable)
        again(parcours).add_intervenant(cast.cesf)
        assert Parcours.objects.visible_to(cast.cesf).filter(pk=parcours.pk).exists()
        unmerge(fusion, by=responsable)
        assert Parcours.objects.visible_to(cast.cesf).filter(pk=parcours.pk).exists()
        for agent in (cast.cesf, cast.assistant_social_2):
            assert absorbe in Usager.objects.visible_to(agent)
            assert garde not in Usager.objects.visible_to(agent)

    def test_a_passage_that_goes_back_takes_its_new_relationship(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        passage = make_passage(absorbe, by=cast.gos)
        Rattachement.objects.end(passage)
        fusion = merge(garde, absorbe, by=responsable)
        passage.add_usager(garde)
        unmerge(fusion, by=responsable)
        assert absorbe in Usager.objects.visible_to(cast.gos)
        assert garde not in Usager.objects.visible_to(cast.gos)

    def test_after_thirty_days_it_is_too_late(self, cast: Cast, pair: Any, responsable: Any) -> None:
        fusion = merge(*pair, by=responsable)
        Fusion.objects.filter(pk=fusion.pk).update(at=timezone.now() - REVERSIBLE_FOR)
        with pytest.raises(FusionRefused, match="30 jours"):
            unmerge(fusion, by=responsable)
        almost = timezone.now() - REVERSIBLE_FOR + timedelta(minutes=1)
        Fusion.objects.filter(pk=fusion.pk).update(at=almost)
        assert unmerge(fusion, by=responsable).undone_by == responsable

    def test_twice_has_one_effect(self, cast: Cast, pair: Any, responsable: Any) -> None:
        fusion = merge(*pair, by=responsable)
        first = unmerge(fusion, by=responsable)
        assert unmerge(fusion, by=cast.responsable_sst).undone_by == first.undone_by == responsable

    def test_the_most_recent_first(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        other = someone()
        first = merge(garde, absorbe, by=responsable)
        second = merge(other, garde, by=responsable)
        with pytest.raises(FusionRefused, match="plus récente"):
            unmerge(first, by=responsable)
        unmerge(second, by=responsable)
        unmerge(first, by=responsable)
        assert again(absorbe).fusionne_vers is None

    def test_merged_again_after_a_separation(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        unmerge(merge(garde, absorbe, by=responsable), by=responsable)
        merge(absorbe, garde, by=responsable)
        assert again(garde).fusionne_vers == absorbe


class TestRefusals:
    def test_what_cannot_be_merged(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        elsewhere = someone(territoire=cast.gos_chatenay.unites[0].lieu.territoire)
        for other in (garde, someone(is_sealed=True), elsewhere):
            with pytest.raises(FusionRefused):
                merge(garde, other, by=responsable)
        merge(garde, absorbe, by=responsable)
        for two in ((someone(), absorbe), (absorbe, someone()), (garde, absorbe)):
            with pytest.raises(FusionRefused, match="déjà fusionné"):
                merge(*two, by=responsable)
        assert Fusion.objects.count() == 1

    def test_half_a_merge_is_none(self, cast: Cast, pair: Any, responsable: Any, monkeypatch: Any) -> None:
        garde, absorbe = pair
        one_of_each(absorbe, cast)
        before = holders(absorbe)
        monkeypatch.setattr("accueil.fusion._choose", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            merge(garde, absorbe, by=responsable)
        assert holders(absorbe) == before
        assert not Fusion.objects.exists() and not LigneFusion.objects.exists()

    def test_a_refusal_is_a_move_refused(self) -> None:
        assert issubclass(FusionRefused, MoveRefused), "the middleware answers 409"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_merges_of_one_pair_have_one_effect(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        make_fait(absorbe, by=cast.gos)
        make_fait(garde, by=cast.gos)
        done = at_once(
            [
                lambda: merge(garde, absorbe, by=responsable),
                lambda: merge(absorbe, garde, by=cast.responsable_sst),
                lambda: merge(garde, absorbe, by=cast.responsable_sst),
            ]
        )
        assert sorted(type(one).__name__ for one in done) == ["Fusion", "FusionRefused", "FusionRefused"]
        kept = Fusion.objects.get().garde
        assert Fait.objects.filter(usager=kept).count() == 2

    def test_two_separations_have_one_effect(self, cast: Cast, pair: Any, responsable: Any) -> None:
        garde, absorbe = pair
        fait = make_fait(absorbe, by=cast.gos)
        fusion = merge(garde, absorbe, by=responsable)
        done = at_once([lambda: unmerge(fusion, by=responsable), lambda: unmerge(fusion, by=cast.responsable_sst)])
        assert {type(one) for one in done} == {Fusion}
        assert again(fait).usager == absorbe

    def test_a_passage_registered_meanwhile_is_not_left_behind(self, cast: Cast, responsable: Any) -> None:
        for _ in range(4):
            garde, absorbe = someone(), someone()
            acts: list[Callable[[], Any]] = [
                partial(make_passage, absorbe, by=cast.gos),
                partial(merge, garde, absorbe, by=responsable),
                partial(visit_and_ask, absorbe, by=cast.gos),
            ]
            done = at_once(acts)
            assert not [one for one in done if isinstance(one, Exception)], done
            assert not any(holders(absorbe).values())
            assert PassageUsager.objects.filter(usager=garde).count() == 2
            assert Rattachement.objects.filter(usager=garde, nature="passage").count() == 2

    def test_a_passage_whose_transaction_began_first_is_waited_for(self, cast: Cast, responsable: Any) -> None:
        """Inserted and not committed yet, it could not be seen: the merge waits, then moves it."""
        garde, absorbe = someone(), someone()
        with transaction.atomic():
            passage = make_passage(absorbe, by=cast.gos)
            waiting = Begun(lambda: merge(garde, absorbe, by=responsable))
            assert not waiting.ready(0.4)
        assert isinstance(waiting.result(), Fusion)
        assert passage.concernes.get().usager == garde

    def test_a_late_form_about_the_absorbed_record_goes_to_the_kept_one(self, cast: Cast, responsable: Any) -> None:
        garde, absorbe = someone(), someone()
        merge(garde, absorbe, by=responsable)
        assert again(make_relais(absorbe, by=cast.gos)).usager == garde
        assert again(make_fait(absorbe, by=cast.gos)).usager == garde
        assert garde in Usager.objects.visible_to(cast.gos)


def visit_and_ask(usager: Usager, *, by: Agent) -> Demande:
    return make_demande(make_passage(usager, by=by), by=by)


class Begun:
    """One act begun in a thread of its own, looked at before it ends."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.done: list[Any] = []
        self.thread = Thread(target=lambda: self.done.extend(at_once([act])))
        self.thread.start()

    def ready(self, seconds: float) -> bool:
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def result(self) -> Any:
        assert self.ready(20)
        return self.done[0]
