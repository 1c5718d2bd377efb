"""The 360° page: the whole thread of a person on one timeline, its dates, its teams, what was obtained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import AideFinanciere, Demande, Deport, DroitSuivi, Passage, Rattachement, RendezVous, Usager
from parcours.chronologie import PAGE
from parcours.demonstration.builders import make_action, make_demande, make_demarche, make_ecrit, make_passage
from parcours.fin import close
from parcours.models import Bilan, Ecrit, Parcours
from parcours.transmission import accept, propose
from pole_social.models import Acces
from tests.accueil.lignes import a_demarche, a_rendez_vous, a_right, an_orientation, one_of_each
from tests.bulk import copies
from tests.parcours.aides import CARE, ENCADREMENT, OUTSIDE, allowed_by, assert_does_not_exist, last_row
from tests.parcours.tables_rondes import make_concertation, make_point
from tests.queries import count_queries
from tests.reading import one_line
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
TEAM = [REFERENT, "cesf", "puericultrice"]


def url(usager: Usager) -> str:
    return f"/dossiers/{usager.pk}/"


@pytest.fixture
def suivie(cast: SimpleNamespace, aminata: Usager) -> Usager:
    """Aminata, of whom every table knows something, with three métiers in the team of her parcours."""
    one_of_each(aminata, cast)
    Deport.objects.filter(usager=aminata).delete()
    for agent in (cast.cesf, cast.puericultrice):
        parcours_of(aminata).add_intervenant(agent)
    return aminata


def parcours_of(usager: Usager) -> Parcours:
    return Parcours.objects.get(usager=usager)


def hold_bilan(cast: SimpleNamespace, usager: Usager) -> Bilan:
    return Bilan.objects.create(
        parcours=parcours_of(usager),
        auteur=cast.assistant_social_2,
        held_on=timezone.localdate(),
        synthese="Où l’on en est.",
        periode=3,
        next_on=timezone.localdate() + timedelta(days=91),
    )


def natures(client: Client, usager: Usager) -> Counter[str]:
    return Counter(entree.nature for entree in client.get(url(usager)).context["chronologie"].entrees)


class TestTimeline:
    def test_holds_the_three_stages(self, cast: SimpleNamespace, browse: Browse, suivie: Usager) -> None:
        make_ecrit(parcours_of(suivie), by=cast.assistant_social_2, texte="Visite au domicile.")
        hold_bilan(cast, suivie)
        table = make_concertation(by=cast.assistant_social_2, in_days=0)
        make_point(table, parcours_of(suivie), by=cast.assistant_social_2, question="Quel relais vers le logement ?")
        table.hold(by=cast.assistant_social_2)
        found = natures(browse(REFERENT), suivie)
        assert set(found) == {
            "passage",
            "demande",
            "demarche",
            "droit_repere",
            "orientation",
            "relais",
            "evaluation",
            "parcours_ouvert",
            "intervenant",
            "ecrit",
            "bilan",
            "concertation",
        }
        text = browse(REFERENT).get(url(suivie)).content.decode()
        for said in ("Visite au domicile.", "Quel relais vers le logement ?", "caf.fr", "Un colis alimentaire"):
            assert said in text

    def test_an_appointment_is_a_date_then_a_moment(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        coming = RendezVous.objects.get(usager=suivie)
        assert "rendez_vous" not in natures(browse(REFERENT), suivie)
        assert "Rendez-vous avec" in quoi(browse(REFERENT), suivie)
        before = timezone.now() - timedelta(days=2)
        RendezVous.objects.filter(pk=coming.pk).update(starts_at=before, ends_at=before + timedelta(minutes=30))
        assert natures(browse(REFERENT), suivie)["rendez_vous"] == 1
        assert "Rendez-vous avec" not in quoi(browse(REFERENT), suivie)

    def test_a_right_obtained_says_when_and_how_much(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        suivi = DroitSuivi.objects.get(usager=suivie)
        for step in ("informe", "demande"):
            suivi.advance(step, by=cast.gos)
        suivi.advance("obtenu", by=cast.gos, montant_mensuel=Decimal("635.71"))
        page = browse(REFERENT).get(url(suivie))
        assert "635,71 € par mois" in one_line(page.content.decode())
        assert page.context["euros_par_mois"] == Decimal("635.71")
        assert natures(browse(REFERENT), suivie)["droit_obtenu"] == 1

    def test_a_change_of_referent_and_the_end_are_there(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        parcours = parcours_of(suivie)
        Parcours.objects.filter(pk=parcours.pk).update(opened_on=timezone.localdate() - timedelta(days=60))
        propose([parcours], vers=cast.cesf, by=cast.assistant_social_2, nature="referent", message="")
        accept(parcours.transmissions.get(), by=cast.cesf)
        close(parcours_of(suivie), motif=Parcours.MotifCloture.OBJECTIFS, by=cast.cesf)
        text = browse("cesf").get(url(suivie)).content.decode()
        assert "devient référent" in text
        assert "objectifs atteints" in text
        found = [entree.nature for entree in browse("cesf").get(url(suivie)).context["chronologie"].entrees]
        assert found.index("parcours_clos") < found.index("intervenant") < found.index("parcours_ouvert")

    def test_its_pages_follow_each_other_without_loss_or_repetition(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        lived(cast, suivie, 50)
        client, seen, before = browse(REFERENT), [], ""
        while True:
            page = client.get(url(suivie), {"avant": before} if before else {})
            entrees = page.context["chronologie"].entrees
            assert len(entrees) <= PAGE
            seen += [(entree.nature, entree.objet.pk, entree.key) for entree in entrees]
            if not (before := page.context["chronologie"].suivante):
                break
        assert len(seen) == len(set(seen)) > 4 * 50
        assert [key for *_, key in seen] == sorted((key for *_, key in seen), reverse=True)
        counted = Counter(nature for nature, *_ in seen)
        assert counted["passage"] == Passage.objects.filter(usagers=suivie).count()
        assert counted["demande"] == Demande.objects.filter(usager=suivie).count()
        assert counted["ecrit"] == Ecrit.objects.filter(parcours__usager=suivie).count()

    def test_an_old_demande_that_still_waits_is_a_date_and_moves_nothing(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        """It is read with the newest page for its date: it must not come into that page of the timeline."""
        lived(cast, suivie, 40)
        before = [entree.key for entree in browse(REFERENT).get(url(suivie)).context["chronologie"].entrees]
        passage = Passage.objects.filter(usagers=suivie).latest("arrived_at")
        old = make_demande(passage, by=cast.gos, usager=suivie, besoin="Vieille dette", due_on=timezone.localdate())
        Demande.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2000))
        page = browse(REFERENT).get(url(suivie))
        assert [entree.key for entree in page.context["chronologie"].entrees] == before
        assert "Vieille dette" in quoi(browse(REFERENT), suivie)

    @together("key", ["x", "~~", "\x00", "2026-02-31~x~y", "0001-01-01~0001-01-01T00:00:00+00:00~" + "0" * 32])
    def test_a_damaged_key_gives_the_newest_page(self, browse: Browse, suivie: Usager, key: str) -> None:
        response = browse(REFERENT).get(url(suivie), {"avant": key})
        assert response.status_code == 200
        assert response.context["is_first_page"]

    def test_an_older_page_holds_the_timeline_alone(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        lived(cast, suivie, 20)
        client = browse(REFERENT)
        key = client.get(url(suivie)).context["chronologie"].suivante
        older = client.get(url(suivie), {"avant": key})
        assert "echeances" not in older.context
        assert "Revenir au plus récent" in older.content.decode()


def quoi(client: Client, usager: Usager) -> str:
    return " / ".join(echeance.quoi for echeance in client.get(url(usager)).context["echeances"])


def lived(cast: SimpleNamespace, usager: Usager, number: int) -> None:
    """`number` more of what a life leaves: passages, demandes, online procedures, écrits, spread over years."""
    now = timezone.now()
    passage, demande = make_passage(usager, by=cast.gos), Demande.objects.filter(usager=usager)[0]
    past = [now - timedelta(days=7 * index, minutes=index) for index in range(number)]
    made = copies(
        passage,
        number,
        arrived_at=past,
        jour=[timezone.localdate(at) for at in past],
        numero=lambda index: 1000 * number + index,
    )
    copies(passage.concernes.get(), number, passage_id=[one.pk for one in made])
    copies(demande, number, created_at=past, besoin=lambda index: f"Besoin {index}")
    copies(a_demarche(usager, cast), number, done_at=past)
    ecrit = make_ecrit(parcours_of(usager), by=cast.assistant_social_2)
    copies(ecrit, number, done_on=[timezone.localdate(at) for at in past])


class TestDates:
    def test_are_those_of_the_three_stages_the_soonest_first(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        make_action(parcours_of(suivie), by=cast.cesf, libelle="Déposer le dossier FSL", due_in=5)
        Demande.objects.filter(usager=suivie).update(echeance=timezone.localdate() + timedelta(days=2))
        found = browse(REFERENT).get(url(suivie)).context["echeances"]
        assert [one.jour for one in found] == sorted(one.jour for one in found)
        said = " / ".join(one.quoi for one in found)
        for quoi in ("Déposer le dossier FSL", "Impayé de loyer", "Bilan du parcours", "Évaluation", "Réponse de"):
            assert quoi in said
        for one in found:
            if one.url:
                assert browse(REFERENT).get(one.url).status_code == 200, one

    def test_a_late_one_and_one_set_by_others_are_said(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        soon = timezone.localdate() + timedelta(days=3)
        Demande.objects.filter(usager=suivie).update(echeance=soon, is_echeance_imposee=True)
        late = timezone.localdate() - timedelta(days=3)
        Parcours.objects.filter(usager=suivie).update(echeance=late)
        text = browse(REFERENT).get(url(suivie)).content.decode()
        assert "échéance imposée" in text
        assert "en retard" in text

    def test_a_closed_parcours_waits_for_nothing(self, cast: SimpleNamespace, browse: Browse, suivie: Usager) -> None:
        make_action(parcours_of(suivie), by=cast.cesf, libelle="Déposer le dossier FSL", due_in=5)
        close(parcours_of(suivie), motif=Parcours.MotifCloture.OBJECTIFS, by=cast.assistant_social_2)
        said = quoi(browse(REFERENT), suivie)
        assert "Bilan du parcours" not in said
        assert "Déposer le dossier FSL" not in said

    def test_a_suspended_one_says_when_it_goes_on(self, browse: Browse, suivie: Usager) -> None:
        soon = timezone.localdate() + timedelta(days=20)
        Parcours.objects.filter(usager=suivie).update(statut="suspendu", wakes_on=soon)
        said = quoi(browse(REFERENT), suivie)
        assert "Reprise du parcours" in said
        assert "Bilan du parcours" not in said


class TestObtained:
    def test_counts_what_was_granted_and_nothing_else(
        self, cast: SimpleNamespace, browse: Browse, suivie: Usager
    ) -> None:
        first, second = Demande.objects.get(usager=suivie), demande_of(cast, suivie)
        today = timezone.localdate()
        AideFinanciere.objects.create(demande=first, fonds="fsl", montant_accorde=Decimal("450.50"), paid_on=today)
        AideFinanciere.objects.create(demande=second, fonds="ccas", montant_demande=Decimal(200))
        page = browse(REFERENT).get(url(suivie))
        assert page.context["euros_accordes"] == Decimal("450.50")
        assert len(page.context["aides"]) == 1
        assert "450,50 €" in page.content.decode()

    def test_without_anything_the_card_is_not_there(self, browse: Browse, suivie: Usager) -> None:
        assert "Droits et aides obtenus" not in browse(REFERENT).get(url(suivie)).content.decode()


def demande_of(cast: SimpleNamespace, usager: Usager) -> Demande:
    return make_demande(usager.passages.all()[0], by=cast.gos, usager=usager, besoin="Facture d’énergie")


class TestAccess:
    @together("username", [*TEAM, "gos"])
    def test_opens_to_who_is_related(self, browse: Browse, suivie: Usager, username: str) -> None:
        assert browse(username).get(url(suivie)).status_code == 200

    @together("username", [name for name in CARE + ENCADREMENT if name not in {*TEAM, "assistant-social"}])
    def test_does_not_exist_for_who_is_not(
        self, cast: SimpleNamespace, browse: Browse, aminata: Usager, username: str
    ) -> None:
        """Aminata, known by nobody today."""
        Rattachement.objects.filter(usager=aminata).delete()
        assert_does_not_exist(browse(username), url(aminata), aminata.pk)

    @together("username", ["dpo", "admin"])
    def test_is_refused_to_roles_that_read_nobody(self, browse: Browse, suivie: Usager, username: str) -> None:
        assert username in OUTSIDE
        assert browse(username).get(url(suivie)).status_code == 403

    def test_one_who_steps_aside_finds_nothing(self, cast: SimpleNamespace, browse: Browse, suivie: Usager) -> None:
        assert browse("cesf").get(url(suivie)).status_code == 200
        Deport.objects.create(agent=cast.cesf, usager=suivie, lien=Deport.Lien.PROCHE)
        assert_does_not_exist(browse("cesf"), url(suivie), suivie.pk)

    def test_is_only_read(self, browse: Browse, suivie: Usager) -> None:
        assert browse(REFERENT).post(url(suivie)).status_code == 405

    def test_the_journal_names_the_person_and_why(self, cast: SimpleNamespace, browse: Browse, suivie: Usager) -> None:
        browse(REFERENT).get(url(suivie))
        row = last_row("dossier")
        assert (row.action, row.objet_id, row.usager_ids) == (Acces.Action.LECTURE, suivie.pk, [suivie.pk])
        assert allowed_by(row).usager_id == suivie.pk

    def test_the_desk_reads_its_stage_and_no_more(self, cast: SimpleNamespace, browse: Browse, suivie: Usager) -> None:
        make_ecrit(parcours_of(suivie), by=cast.assistant_social_2, texte="Visite au domicile.")
        page = browse("gos").get(url(suivie))
        assert {"passage", "demande"} <= set(natures(browse("gos"), suivie))
        assert not {"evaluation", "ecrit", "parcours_ouvert", "intervenant"} & set(natures(browse("gos"), suivie))
        assert "Visite au domicile." not in page.content.decode()
        assert page.context["suivis"] == []

    def test_no_paper_holds_it(self, browse: Browse, suivie: Usager) -> None:
        Usager.objects.filter(pk=suivie.pk).update(contact_sur="sms")
        text = browse(REFERENT).get(url(suivie)).content.decode()
        assert "Ce dossier se lit à l’écran." in text
        assert 'class="a-l-ecran colonnes"' in text
        assert 'avis-attention a-l-ecran"' in text

    def test_its_title_names_nobody(self, browse: Browse, suivie: Usager) -> None:
        assert "<title>Dossier · Pôle social</title>" in browse(REFERENT).get(url(suivie)).content.decode()

    def test_the_parcours_leads_there(self, browse: Browse, suivie: Usager) -> None:
        text = browse(REFERENT).get(f"/parcours/{parcours_of(suivie).pk}/").content.decode()
        assert f'href="{url(suivie)}"' in text


@pytest.mark.parametrize("username", [REFERENT, "puericultrice", "gos"])
def test_queries_do_not_grow(cast: SimpleNamespace, browse: Browse, suivie: Usager, username: str) -> None:
    client = browse(username)
    lived(cast, suivie, 10)
    few = count_queries(client, url(suivie))
    lived_in_full(cast, suivie)
    assert count_queries(client, url(suivie)) == few <= 25, few
    older = {"avant": client.get(url(suivie)).context["chronologie"].suivante}
    assert count_queries(client, f"{url(suivie)}?avant={older['avant'].replace('+', '%2B')}") <= few
    assert len(client.get(url(suivie)).content) < 200_000


def lived_in_full(cast: SimpleNamespace, usager: Usager) -> None:
    """Five hundred of what is long, and more of what is short."""
    lived(cast, usager, 490)
    for index in range(9):
        make_demarche(usager, by=cast.gos, due_in=index)
        an_orientation(usager, cast)
        a_rendez_vous(usager, cast)
    copies(a_right_closed(cast, usager), 40)


def a_right_closed(cast: SimpleNamespace, usager: Usager) -> DroitSuivi:
    DroitSuivi.objects.filter(usager=usager).update(statut=DroitSuivi.Statut.ABANDONNE)
    made = a_right(usager, cast)
    DroitSuivi.objects.filter(pk=made.pk).update(statut=DroitSuivi.Statut.ABANDONNE)
    made.refresh_from_db()
    return made
