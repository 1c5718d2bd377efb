"""One domaine: its state, its fragilités, and everything that is refused."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accueil.models import Deport
from evaluation.models import Evaluation, Exploration, FragiliteReperee
from pole_social.models import Acces
from tests.evaluation.conftest import HOSTILE, all_domaines, exploration_of, page_of, save_domaine, without_csrf
from tests.queries import count_queries
from tests.together import together

Etat = Exploration.Etat
ALONE = {"is_seul_a_seul": "on"}


def noted(evaluation: Evaluation, **filters: object) -> list[tuple[str, str]]:
    rows = FragiliteReperee.objects.filter(exploration__evaluation=evaluation, removed_at=None, **filters)
    return [(row.fragilite.code, row.niveau) for row in rows.select_related("fragilite")]


@pytest.fixture
def with_rent(writer, evaluation) -> Evaluation:
    """Unpaid rent is noted, with the person's words."""
    response = save_domaine(
        writer,
        evaluation,
        "logement",
        etat="fragilites",
        dit="Menace d’expulsion.",
        niveau_impaye_loyer="fragilite",
        depuis_impaye_loyer="mars",
        paroles_impaye_loyer="je dors mal",
        priorite_impaye_loyer="on",
    )
    assert response.status_code == 302
    return evaluation


class TestSaving:
    def test_writes_the_domaine_and_its_fragilites(self, cast, with_rent):
        saved = exploration_of(with_rent, "logement")
        assert (saved.etat, saved.dit, saved.version) == (Etat.FRAGILITES, "Menace d’expulsion.", 2)
        assert saved.explored_by == cast.assistant_social
        row = saved.fragilites.get()
        assert (row.niveau, row.depuis, row.paroles, row.is_priorite) == ("fragilite", "mars", "je dors mal", True)
        assert row.recorded_by == cast.assistant_social

    def test_the_page_shows_again_what_was_saved(self, writer, with_rent):
        text = writer.get(page_of(with_rent, "domaines", "logement")).content.decode()
        assert "je dors mal" in text
        assert "Menace d’expulsion." in text
        assert "Retirer les fragilités notées ici" in text

    def test_another_level_is_a_new_row(self, writer, with_rent):
        save_domaine(writer, with_rent, "logement", etat="fragilites", niveau_impaye_loyer="majeure")
        rows = FragiliteReperee.objects.filter(exploration__evaluation=with_rent).order_by("recorded_at")
        assert [(row.niveau, row.removed_at is None) for row in rows] == [("fragilite", False), ("majeure", True)]

    def test_the_same_content_writes_no_new_row(self, writer, with_rent):
        save_domaine(
            writer,
            with_rent,
            "logement",
            etat="fragilites",
            niveau_impaye_loyer="fragilite",
            depuis_impaye_loyer="mars",
            paroles_impaye_loyer="je dors mal",
            priorite_impaye_loyer="on",
        )
        assert FragiliteReperee.objects.filter(exploration__evaluation=with_rent).count() == 1

    def test_withdrawing_keeps_the_history(self, writer, with_rent):
        save_domaine(
            writer,
            with_rent,
            "logement",
            etat="sans_difficulte",
            niveau_impaye_loyer="fragilite",
            is_retrait="on",
        )
        assert noted(with_rent) == []
        assert FragiliteReperee.objects.filter(exploration__evaluation=with_rent).count() == 1

    def test_back_to_not_explored_forgets_who_explored(self, writer, evaluation):
        save_domaine(writer, evaluation, "budget", etat="sans_difficulte")
        assert exploration_of(evaluation, "budget").explored_at
        save_domaine(writer, evaluation, "budget", etat="pas_encore_aborde")
        saved = exploration_of(evaluation, "budget")
        assert (saved.explored_at, saved.explored_by) == (None, None)

    def test_a_postponed_domaine_says_why_and_when(self, writer, evaluation):
        day = timezone.localdate() + timedelta(days=10)
        typed = {"empechement": "tiers_present", "resume_on": f"{day:%d/%m/%Y}"}
        assert save_domaine(writer, evaluation, "violences", etat="non_aborde", **typed).status_code == 302
        saved = exploration_of(evaluation, "violences")
        assert (saved.empechement, saved.resume_on) == ("tiers_present", day)
        save_domaine(writer, evaluation, "violences", etat="sans_difficulte", **typed, **ALONE)
        saved = exploration_of(evaluation, "violences")
        assert (saved.empechement, saved.resume_on, saved.is_seul_a_seul) == ("", None, True)


class TestGoingOn:
    def test_next_is_the_next_one_not_explored(self, writer, evaluation):
        save_domaine(writer, evaluation, "numerique", etat="sans_difficulte")
        response = save_domaine(writer, evaluation, "acces_droits", etat="sans_difficulte", suivant="1")
        assert response.url == page_of(evaluation, "domaines", "logement")

    def test_after_the_last_come_those_left_before(self, writer, evaluation):
        response = save_domaine(writer, evaluation, "lien_social", etat="sans_difficulte", suivant="1")
        assert response.url == page_of(evaluation, "domaines", "acces_droits")

    def test_all_fourteen_then_the_evaluation(self, writer, evaluation):
        """The keyboard's path: « Enregistrer et passer au suivant », fourteen times."""
        url, seen = page_of(evaluation, "domaines", "acces_droits"), []
        while "domaines" in url:
            code = url.rstrip("/").rsplit("/", 1)[-1]
            seen.append(code)
            url = save_domaine(writer, evaluation, code, etat="sans_difficulte", suivant="1", **ALONE).url
        assert seen == all_domaines()
        assert url == page_of(evaluation)

    def test_without_next_back_to_the_evaluation(self, writer, evaluation):
        assert save_domaine(writer, evaluation, "sante", etat="non_souhaite").url == page_of(evaluation)

    @together(
        ("domaine", "fragilite", "niveau", "opens"),
        [
            ("violences", "violences_conjugales", "danger", True),
            ("violences", "mise_a_labri", "danger", True),
            ("violences", "violences_conjugales", "majeure", False),
            ("violences", "enfant_expose", "danger", True),
            ("violences", "violences_enfant", "danger", True),
            ("enfance_jeunes", "enfant_en_risque", "danger", True),
            ("enfance_jeunes", "enfant_en_risque", "majeure", False),
            ("enfance_jeunes", "decrochage", "danger", False),
            ("logement", "expulsion", "danger", False),
        ],
    )
    def test_danger_goes_to_the_protocol_first(self, writer, evaluation, domaine, fragilite, niveau, opens):
        typed = {f"niveau_{fragilite}": niveau, "suivant": "1", **ALONE}
        response = save_domaine(writer, evaluation, domaine, etat="fragilites", **typed)
        assert response.url.endswith("#protocole") is opens
        text = writer.get(page_of(evaluation)).content.decode()
        assert ("Danger : le protocole" in text) is opens
        assert ("procureur" in text) is opens


class TestRefused:
    @together(
        ("code", "typed", "message"),
        [
            ("logement", {}, "Choisissez un état."),
            ("logement", {"etat": "tout_va_bien"}, "Choisissez dans la liste."),
            ("logement", {"etat": "fragilites"}, "au moins une fragilité"),
            ("logement", {"etat": "sans_difficulte", "niveau_expulsion": "danger"}, "cochez « Retirer les"),
            ("logement", {"etat": "non_souhaite", "niveau_expulsion": "danger"}, "cochez « Retirer les"),
            ("logement", {"etat": "fragilites", "niveau_expulsion": "rouge"}, "Choisissez dans la liste."),
            ("logement", {"etat": "fragilites", "niveau_expulsion": "danger", "is_retrait": "on"}, "Décochez"),
            ("logement", {"etat": "sans_difficulte", "paroles_expulsion": "j’ai peur"}, "Choisissez son niveau"),
            ("logement", {"etat": "non_aborde"}, "Dites pourquoi ce domaine"),
            ("logement", {"etat": "non_aborde"}, "Dites quand reprendre"),
            ("logement", {"etat": "non_aborde", "empechement": "flemme"}, "Choisissez dans la liste."),
            ("logement", {"etat": "non_aborde", "empechement": "fatigue", "resume_on": "31/02/2027"}, "existe pas"),
            ("logement", {"etat": "non_aborde", "empechement": "fatigue", "resume_on": "12/12/10000"}, "lisible"),
            ("logement", {"etat": "non_aborde", "empechement": "fatigue", "resume_on": "12/03/2001"}, "est passée"),
            ("violences", {"etat": "sans_difficulte"}, "seul à seul. Si un tiers"),
            ("violences", {"etat": "a_approfondir"}, "seul à seul. Si un tiers"),
            ("violences", {"etat": "non_souhaite"}, "seul à seul. Si un tiers"),
            ("violences", {"etat": "fragilites", "niveau_mise_a_labri": "danger"}, "seul à seul. Si un tiers"),
        ],
    )
    def test_says_what_to_change_and_keeps_the_text(self, writer, evaluation, code, typed, message):
        response = save_domaine(writer, evaluation, code, dit="Ce que j’ai tapé", **typed)
        text = response.content.decode()
        assert response.status_code == 200
        assert message in text
        assert "Ce que j’ai tapé" in text
        assert exploration_of(evaluation, code).etat == Etat.PAS_ENCORE_ABORDE
        assert noted(evaluation) == []

    @pytest.mark.parametrize("name", ["niveau_violences_enfant", "niveau_inconnue", "paroles_inconnue"])
    def test_a_fragilite_from_elsewhere_is_unknown(self, writer, evaluation, name):
        """Of another domaine, or of none: the same answer."""
        response = save_domaine(
            writer, evaluation, "logement", etat="fragilites", niveau_expulsion="danger", **{name: "danger"}
        )
        assert "Cette fragilité n’est pas dans ce domaine." in response.content.decode()
        assert noted(evaluation) == []

    @together("typed", HOSTILE)
    @together("name", ["etat", "dit", "empechement", "resume_on", "niveau_expulsion", "depuis_expulsion", "version"])
    def test_hostile_text_never_breaks(self, writer, evaluation, name, typed):
        content = {"etat": "fragilites", "niveau_expulsion": "danger", name: typed}
        assert save_domaine(writer, evaluation, "logement", **content).status_code in (200, 302)

    @pytest.mark.parametrize("version", ["", "0", "-1", "deux", "9" * 30])
    def test_a_damaged_version_is_refused(self, writer, evaluation, version):
        response = save_domaine(writer, evaluation, "budget", etat="sans_difficulte", version=version)
        assert response.status_code == 200
        assert exploration_of(evaluation, "budget").etat == Etat.PAS_ENCORE_ABORDE


class TestTwoPeople:
    def test_stale_shows_both_texts_then_saves(self, writer, with_rent):
        stale = {
            "etat": "fragilites",
            "dit": "Le bailleur accepte un plan.",
            "niveau_impaye_loyer": "vigilance",
            "paroles_impaye_loyer": "ça va mieux",
        }
        response = save_domaine(writer, with_rent, "logement", version=1, **stale)
        text = response.content.decode()
        assert response.status_code == 409
        for said in ("Menace d’expulsion.", "Le bailleur accepte un plan.", "je dors mal", "ça va mieux"):
            assert said in text
        assert "Impayé de loyer ou de charges : niveau" in text
        assert noted(with_rent) == [("impaye_loyer", "fragilite")]
        assert save_domaine(writer, with_rent, "logement", **stale).status_code == 302
        assert noted(with_rent) == [("impaye_loyer", "vigilance")]

    def test_the_same_content_twice_is_no_conflict(self, writer, evaluation):
        for _ in range(2):
            response = save_domaine(writer, evaluation, "violences", version=1, etat="sans_difficulte", **ALONE)
            assert response.status_code == 302
        assert exploration_of(evaluation, "violences").version == 2

    def test_two_domaines_never_conflict(self, writer, evaluation):
        for code in ("budget", "logement"):
            assert save_domaine(writer, evaluation, code, version=1, etat="a_approfondir").status_code == 302

    def test_after_the_submission_the_text_comes_back(self, writer, submitted):
        response = save_domaine(writer, submitted, "budget", etat="a_approfondir", dit="Un texte tapé trop tard")
        assert response.status_code == 409
        assert "Un texte tapé trop tard" in response.content.decode()
        assert exploration_of(submitted, "budget").etat == Etat.SANS_DIFFICULTE
        assert writer.get(page_of(submitted, "domaines", "budget")).url == page_of(submitted)


class TestWho:
    @together(
        ("username", "status"),
        [
            ("gos", 403),
            ("puericultrice", 403),
            ("psychologue", 403),
            ("responsable_evaluation", 403),
            ("responsable_sst", 403),
            ("dpo", 403),
            ("admin", 403),
            ("assistant_social_2", 404),
            ("assistant_social_chatenay", 404),
            ("assistant_social", 200),
        ],
    )
    def test_each_role(self, cast, sign_in, submitted, username, status):
        submitted.send_back(by=cast.responsable_evaluation, motif="À préciser")
        client = sign_in(getattr(cast, username))
        assert client.get(page_of(submitted, "domaines", "budget")).status_code == status
        sent = save_domaine(client, submitted, "budget", etat="a_approfondir").status_code
        assert sent == (302 if status == 200 else status)

    def test_a_contributor_writes_and_signs(self, cast, sign_in, evaluation):
        evaluation.usager.rattachements.create(
            nature="contribution",
            agent=cast.cesf,
            source_type="evaluation.evaluation",
            source_id=evaluation.pk,
        )
        assert save_domaine(sign_in(cast.cesf), evaluation, "budget", etat="a_approfondir").status_code == 302
        assert exploration_of(evaluation, "budget").explored_by == cast.cesf

    def test_a_reader_of_the_parcours_does_not_write(self, cast, sign_in, explored):
        explored.usager.rattachements.create(
            nature="referent", agent=cast.assistant_social_2, source_type="parcours.parcours", source_id=uuid4()
        )
        reader = sign_in(cast.assistant_social_2)
        assert "Impayé de loyer" in reader.get(page_of(explored)).content.decode()
        assert reader.get(page_of(explored, "domaines", "budget")).status_code == 404
        assert save_domaine(reader, explored, "budget", etat="a_approfondir").status_code == 404

    def test_unknown_domaine_and_evaluation_are_not_found(self, writer, evaluation):
        known = writer.get(page_of(evaluation, "domaines", "inconnu"))
        unknown = writer.get(f"/evaluation/{uuid4()}/domaines/budget/")
        assert (known.status_code, unknown.status_code) == (404, 404)
        assert without_csrf(known.content) == without_csrf(unknown.content)

    def test_a_deport_wins(self, writer, cast, evaluation):
        Deport.objects.create(agent=cast.assistant_social, usager=evaluation.usager, lien="proche")
        assert writer.get(page_of(evaluation, "domaines", "budget")).status_code == 404

    def test_other_methods_are_refused(self, writer, evaluation):
        assert writer.put(page_of(evaluation, "domaines", "budget")).status_code == 405


def test_the_journal_says_read_and_written(writer, evaluation):
    writer.get(page_of(evaluation, "domaines", "budget"))
    save_domaine(writer, evaluation, "budget", etat="sans_difficulte")
    rows = Acces.objects.filter(page="evaluation:domaine").order_by("at")
    assert [row.action for row in rows] == ["lecture", "ecriture"]
    assert all(row.usager_ids == [evaluation.usager_id] for row in rows)


def test_queries(writer, evaluation, django_assert_max_num_queries):
    assert count_queries(writer, page_of(evaluation, "domaines", "acces_droits")) <= 10
    with django_assert_max_num_queries(15 + 4):
        save_domaine(writer, evaluation, "budget", etat="sans_difficulte", suivant="1", version="1")
