"""What of a parcours is kept off every page that can be printed; each test beside what does print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accueil.models import Relais, Usager
from evaluation.models import Fragilite
from evaluation.views.papier import is_harmless
from parcours.demonstration.builders import make_action, make_demande, make_ecrit, make_objectif, make_passage
from parcours.fin import resume, suspend
from parcours.forms.objectif import KEEPS_ITS_FRAGILITE, KEEPS_ITS_WORDS, ObjectifForm
from parcours.models import Action, Addendum, Bilan, Ecrit, Objectif, Parcours, Point
from pole_social.models import Partenaire
from tests.evaluation.test_evaluation import on_paper
from tests.parcours.aides import masked
from tests.parcours.tables_rondes import make_concertation, make_point
from tests.parcours.test_bilan import typed, url
from tests.parcours.test_objectif_action import typed_edit
from tests.reading import one_line
from tests.together import together

Browse = Callable[[str], Client]
REFERENT = "assistant-social-2"
PLAIN = "impaye_loyer"
KEPT_OFF = ["violences_conjugales", "enfant_en_risque", "grossesse_non_suivie"]
HARMFUL = ["Déposer plainte", "Écrire à la CRIP", "Appeler l’aide sociale à l’enfance", "Prendre rendez-vous, enceinte"]


def about(goal: Objectif, code: str) -> Objectif:
    goal.fragilite = Fragilite.objects.get(code=code)
    goal.save()
    return goal


def screen_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def paper_of(client: Client, address: str) -> str:
    """Its words and its tags, without what stays on the screen."""
    return one_line(on_paper(masked(screen_of(client, address))))


def page(parcours: Parcours) -> str:
    return f"/parcours/{parcours.pk}/"


def written(suivi: Parcours, point: Point, *, by: object, texte: str) -> Ecrit:
    made = make_ecrit(suivi, by=by, texte=texte, signed=False)  # type: ignore[arg-type]
    made.point = point
    made.save()
    made.sign()
    return made


class TestParcours:
    @together("code", KEPT_OFF)
    def test_a_goal_is_kept_back_with_its_steps(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, code: str
    ) -> None:
        by = cast.assistant_social_2
        goal = about(make_objectif(suivi, by=by, libelle="Un lieu calme"), code)
        make_action(suivi, by=by, objectif=goal, libelle="Visiter un appartement")
        said = ("Un lieu calme", "Visiter un appartement")
        screen, paper = screen_of(browse(REFERENT), page(suivi)), paper_of(browse(REFERENT), page(suivi))
        assert all(one in screen for one in said)
        assert not any(one in paper for one in said)
        about(goal, PLAIN)
        assert all(one in paper_of(browse(REFERENT), page(suivi)) for one in said), "the control"

    @together("said", HARMFUL)
    def test_nor_a_goal_or_a_step_by_its_words(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, said: str
    ) -> None:
        by = cast.assistant_social_2
        make_objectif(suivi, by=by, libelle=said)
        plain = make_objectif(suivi, by=by, libelle="Garder le logement")
        for goal in (None, plain):
            make_action(suivi, by=by, objectif=goal, libelle=said)
            make_action(suivi, by=by, objectif=goal, libelle="Appeler le bailleur")
        assert screen_of(browse(REFERENT), page(suivi)).count(said) >= 3
        paper = paper_of(browse(REFERENT), page(suivi))
        assert said not in paper
        assert paper.count(">Appeler le bailleur<") == 2
        assert "Autres actions" in paper

    def test_nor_a_step_by_the_partner_it_calls_for(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        by = cast.assistant_social_2
        for kind in (Partenaire.Type.VIOLENCES, Partenaire.Type.PROTECTION_ENFANCE, Partenaire.Type.CCAS):
            partner = Partenaire.objects.create(code=f"lieu-{kind}", nom=f"Lieu {kind}", type=kind)
            step = make_action(suivi, by=by, libelle=f"Voir {kind}")
            Action.objects.filter(pk=step.pk).update(porteur="partenaire", agent=None, partenaire=partner)
        paper = paper_of(browse(REFERENT), page(suivi))
        assert "Lieu ccas" in paper and "Voir ccas" in paper, "the control"
        for kept_back in ("Lieu violences", "Voir violences", "Lieu protection", "Voir protection"):
            assert kept_back not in paper

    def test_the_paper_does_not_tell_that_something_is_kept_back(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        """Word for word the paper of a parcours that holds nothing of the kind: from nothing, then beside a goal."""
        by, client = cast.assistant_social_2, browse(REFERENT)
        empty = paper_of(client, page(suivi))
        hidden = about(make_objectif(suivi, by=by, libelle="Un lieu calme"), KEPT_OFF[0])
        make_action(suivi, by=by, objectif=hidden, libelle="Visiter un appartement")
        make_action(suivi, by=by, libelle="Déposer plainte", due_in=-15)
        assert "en retard depuis 2 semaines" in screen_of(client, page(suivi))
        assert paper_of(client, page(suivi)) == empty
        plain = make_objectif(suivi, by=by, libelle="Garder le logement")
        alone = paper_of(client, page(suivi))
        assert alone != empty, "the control"
        make_action(suivi, by=by, objectif=plain, libelle="Écrire à la CRIP")
        assert paper_of(client, page(suivi)) == alone
        assert "ne s’imprime pas" in screen_of(client, page(suivi)), "told to the agent"

    def test_what_is_said_to_the_agent_is_not_said_of_nothing(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        make_objectif(suivi, by=cast.assistant_social_2)
        assert "ne s’imprime pas" not in screen_of(browse(REFERENT), page(suivi))


class TestTimeline:
    @pytest.fixture
    def told(self, cast: SimpleNamespace, suivi: Parcours) -> Parcours:
        """A history in harmless words: what is kept back is so by its nature."""
        by = cast.assistant_social_2
        suspend(suivi, until=timezone.localdate() + timedelta(days=9), by=by, motif="Reçu de la cellule")
        resume(suivi, by=by)
        make_action(suivi, by=by, libelle="Marcher au parc").move(Action.Statut.ABANDONNEE, by=by)
        make_ecrit(suivi, by=by, cercle="protection", texte="Le cahier de liaison.")
        table = make_concertation(by=by)
        make_point(table, suivi, by=by, question="Comment va l’aîné ?")
        table.hold(by=by)
        suivi.add_intervenant(cast.cesf)
        return suivi

    @together("said", ["Reçu de la cellule", "Marcher au parc", "Le cahier de liaison.", "Comment va l’aîné ?"])
    def test_moves_steps_texts_and_questions_stay_on_the_screen(
        self, cast: SimpleNamespace, browse: Browse, told: Parcours, said: str
    ) -> None:
        def timeline(text: str) -> str:
            return text.split('id="chronologie"')[1].split("</section>")[0]

        client = browse(REFERENT)
        assert said in timeline(screen_of(client, page(told)))
        paper = timeline(paper_of(client, page(told)))
        assert said not in paper
        assert cast.cesf.nom_complet in paper, "the control: who came is printed"

    def test_nothing_of_the_dossier(self, browse: Browse, told: Parcours) -> None:
        client, address = browse(REFERENT), f"/dossiers/{told.usager_id}/"
        assert "Comment va l’aîné ?" in screen_of(client, address)
        paper = paper_of(client, address)
        assert "Comment va l’aîné ?" not in paper and "chronologie" not in paper
        assert "Ce dossier se lit à l’écran." in paper


class TestConcertation:
    @pytest.fixture
    def held(self, cast: SimpleNamespace, suivi: Parcours) -> Point:
        """One decision, one contribution with what was added to it, all of them plain."""
        by = cast.assistant_social_2
        table = make_concertation(by=by)
        point = make_point(table, suivi, by=by, question="Quel appui à la maison ?")
        goal = about(make_objectif(suivi, by=by, libelle="Un lieu calme"), PLAIN)
        step = make_action(suivi, by=by, objectif=goal, libelle="Visiter avec la PMI")
        Action.objects.filter(pk=step.pk).update(point=point)
        ecrit = written(suivi, point, by=by, texte="Elle dort mieux.")
        Addendum.objects.create(ecrit=ecrit, auteur=by, texte="Depuis mai.")
        table.hold(by=by)
        return point

    @staticmethod
    def minutes(point: Point) -> str:
        return f"/parcours/concertations/{point.concertation_id}/compte-rendu/"

    @staticmethod
    def point_page(point: Point) -> str:
        return f"/parcours/concertations/{point.concertation_id}/points/{point.pk}/"

    SAID = ("Quel appui à la maison ?", "Visiter avec la PMI", "Elle dort mieux.", "Depuis mai.")

    def test_plain_words_are_printed(self, browse: Browse, held: Point) -> None:
        paper = paper_of(browse(REFERENT), self.minutes(held))
        assert all(said in paper for said in self.SAID)
        paper = paper_of(browse(REFERENT), self.point_page(held))
        assert all(said in paper for said in self.SAID[:2])

    @together("code", KEPT_OFF)
    def test_a_decision_goes_with_its_goal(self, browse: Browse, held: Point, code: str) -> None:
        about(Objectif.objects.get(), code)
        for address in (self.minutes(held), self.point_page(held)):
            assert "Visiter avec la PMI" in screen_of(browse(REFERENT), address)
            paper = paper_of(browse(REFERENT), address)
            assert "Visiter avec la PMI" not in paper and ">Décisions<" not in paper
            assert "Quel appui à la maison ?" in paper, "the control"

    @together("said", HARMFUL)
    def test_a_question_and_a_decision_by_their_words(self, browse: Browse, held: Point, said: str) -> None:
        Point.objects.update(question=said)
        Action.objects.update(libelle=said)
        agenda = f"/parcours/concertations/{held.concertation_id}/"
        for address in (self.minutes(held), self.point_page(held), agenda):
            assert said in screen_of(browse(REFERENT), address)
            paper = paper_of(browse(REFERENT), address)
            assert said not in paper and ">Question posée<" not in paper
            assert held.parcours.usager.nom_complet in paper

    def test_a_contribution_with_what_was_added_or_that_alone(
        self, cast: SimpleNamespace, browse: Browse, held: Point
    ) -> None:
        by, client = cast.assistant_social_2, browse(REFERENT)
        Addendum.objects.create(ecrit=held.ecrits.get(), auteur=by, texte="Elle a porté plainte.")
        hidden = written(held.parcours, held, by=by, texte="Elle est enceinte.")
        Addendum.objects.create(ecrit=hidden, auteur=by, texte="Vue jeudi.")
        screen, paper = screen_of(client, self.minutes(held)), paper_of(client, self.minutes(held))
        for kept_back in ("Elle a porté plainte.", "Elle est enceinte.", "Vue jeudi."):
            assert kept_back in screen and kept_back not in paper
        assert "Elle dort mieux." in paper and "Depuis mai." in paper, "the control"

    def test_the_paper_does_not_tell_that_something_is_kept_back(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        """Word for word the paper of a point of which nothing was asked, said, or decided."""
        by, client = cast.assistant_social_2, browse(REFERENT)
        table = make_concertation(by=by)
        point = make_point(table, suivi, by=by, question="")
        table.hold(by=by)
        pages = self.minutes(point), self.point_page(point)
        empty = [paper_of(client, address) for address in pages]
        assert not any("ne s’imprime pas" in screen_of(client, address) for address in pages)
        Point.objects.update(question="Déposer plainte")
        step = make_action(suivi, by=by, libelle="Déposer plainte")
        Action.objects.filter(pk=step.pk).update(point=point)
        written(suivi, point, by=by, texte="Elle est enceinte.")
        assert [paper_of(client, address) for address in pages] == empty
        assert all("ne s’imprime pas" in screen_of(client, address) for address in pages), "told to the agent"
        Action.objects.filter(pk=step.pk).update(libelle="Appeler le bailleur")
        assert [paper_of(client, address) for address in pages] != empty, "the control"


class TestEcrit:
    @staticmethod
    def address(ecrit: Ecrit) -> str:
        return f"/parcours/{ecrit.parcours_id}/ecrits/{ecrit.pk}/"

    @together(
        ("cercle", "texte", "is_printed"),
        [
            ("equipe", "Elle range.", True),
            ("social", "Elle range.", True),
            ("protection", "Elle range.", False),
            ("equipe", "Elle est enceinte.", False),
        ],
    )
    def test_its_text_and_what_followed(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, cercle: str, texte: str, is_printed: bool
    ) -> None:
        ecrit = make_ecrit(suivi, by=cast.assistant_social_2, cercle=cercle, texte=texte)
        Addendum.objects.create(ecrit=ecrit, auteur=cast.assistant_social_2, texte="Depuis mai.")
        client = browse(REFERENT)
        screen, paper = screen_of(client, self.address(ecrit)), paper_of(client, self.address(ecrit))
        for said in (texte, "Depuis mai."):
            assert said in screen
            assert (said in paper) is is_printed
        for said in ("cercle :", "Lu par :"):
            assert said in screen and said not in paper
        assert "ne s’imprime pas" not in paper
        assert ("ne s’imprime pas" in screen) is not is_printed
        assert "rotection de l’enfance" not in paper

    def test_what_was_added_is_kept_back_alone(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        ecrit = make_ecrit(suivi, by=cast.assistant_social_2, texte="Elle range.")
        Addendum.objects.create(ecrit=ecrit, auteur=cast.assistant_social_2, texte="Elle a porté plainte.")
        paper = paper_of(browse(REFERENT), self.address(ecrit))
        assert "Elle range." in paper and "plainte" not in paper


class TestForms:
    def test_what_is_being_typed_is_never_printed(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        by, client = cast.assistant_social_2, browse(REFERENT)
        goal = make_objectif(suivi, by=by, libelle="Un lieu calme")
        step = make_action(suivi, by=by, objectif=goal, libelle="Visiter un appartement")
        draft = make_ecrit(suivi, by=by, cercle="protection", texte="Le cahier de liaison.", signed=False)
        table = make_concertation(by=by)
        point = make_point(table, suivi, by=by, question="Et l’aîné ?")
        asked = f"/parcours/concertations/{table.pk}/points/{point.pk}/"
        for address, said in (
            (f"{page(suivi)}objectifs/{goal.pk}/", "Un lieu calme"),
            (f"{page(suivi)}actions/{step.pk}/", "Visiter un appartement"),
            (f"{page(suivi)}ecrits/{draft.pk}/", "Le cahier de liaison."),
            (f"{asked}contribution/", "Et l’aîné ?"),
            (f"{asked}decision/", "Un lieu calme"),
        ):
            assert said in screen_of(client, address)
            assert said not in paper_of(client, address)


class TestTheGoalOfAStep:
    """Taken off a goal that is kept off paper, a step would be printed."""

    @pytest.fixture
    def goal(self, cast: SimpleNamespace, suivi: Parcours) -> Objectif:
        return about(make_objectif(suivi, by=cast.assistant_social_2, libelle="Un lieu calme"), KEPT_OFF[0])

    @pytest.fixture
    def step(self, cast: SimpleNamespace, suivi: Parcours, goal: Objectif) -> Action:
        return make_action(suivi, by=cast.assistant_social_2, objectif=goal, libelle="Visiter un appartement")

    @staticmethod
    def address(step: Action) -> str:
        return f"/parcours/{step.parcours_id}/actions/{step.pk}/"

    @together("is_taken_off", [True, False])
    def test_is_kept(
        self, cast: SimpleNamespace, browse: Browse, step: Action, goal: Objectif, is_taken_off: bool
    ) -> None:
        client, stored = browse(REFERENT), step.version
        other = make_objectif(step.parcours, by=cast.assistant_social_2, libelle="Garder le logement")
        typed = typed_edit(step, objectif="" if is_taken_off else other.pk, libelle="Visiter ailleurs")
        refused = client.post(self.address(step), typed)
        assert refused.status_code == 200
        assert "ne s’imprime pas : elle le garde" in refused.context["form"].errors["objectif"][0]
        assert "Visiter ailleurs" in refused.content.decode(), "what was typed is kept"
        step.refresh_from_db()
        assert (step.objectif, step.libelle, step.version) == (goal, "Visiter un appartement", stored)
        assert "Visiter" not in paper_of(client, page(step.parcours))
        about(goal, PLAIN)
        assert client.post(self.address(step), typed).status_code == 302, "the control"
        step.refresh_from_db()
        assert step.objectif == (None if is_taken_off else other)

    def test_also_when_it_is_not_sent(self, browse: Browse, step: Action, goal: Objectif) -> None:
        assert browse(REFERENT).post(self.address(step), typed_edit(step)).status_code == 200
        step.refresh_from_db()
        assert step.objectif == goal

    def test_the_rest_may_be_corrected(self, browse: Browse, step: Action, goal: Objectif) -> None:
        typed = typed_edit(step, objectif=goal.pk, libelle="Visiter ailleurs")
        assert browse(REFERENT).post(self.address(step), typed).status_code == 302
        step.refresh_from_db()
        assert (step.objectif, step.libelle) == (goal, "Visiter ailleurs")

    def test_a_step_may_come_under_such_a_goal(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, goal: Objectif
    ) -> None:
        loose = make_action(suivi, by=cast.assistant_social_2, libelle="Faire un double des clés")
        assert "Faire un double" in paper_of(browse(REFERENT), page(suivi)), "the control"
        assert browse(REFERENT).post(self.address(loose), typed_edit(loose, objectif=goal.pk)).status_code == 302
        assert "Faire un double" not in paper_of(browse(REFERENT), page(suivi))

    def test_a_goal_by_its_words_too(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        goal = make_objectif(suivi, by=cast.assistant_social_2, libelle="Après la plainte")
        step = make_action(suivi, by=cast.assistant_social_2, objectif=goal, libelle="Visiter un appartement")
        refused = browse(REFERENT).post(self.address(step), typed_edit(step, objectif=""))
        assert refused.context["form"].errors["objectif"]


class TestTheFragiliteOfAGoal:
    """The same, one step up: without its fragilité, a goal and all its steps would be printed."""

    @together(
        ("before", "after", "is_refused"),
        [
            (KEPT_OFF[0], "", True),
            (KEPT_OFF[0], PLAIN, True),
            (KEPT_OFF[0], KEPT_OFF[1], False),
            (PLAIN, "", False),
            (PLAIN, KEPT_OFF[0], False),
        ],
    )
    def test_stays_what_keeps_it_off_paper(
        self, cast: SimpleNamespace, suivi: Parcours, before: str, after: str, is_refused: bool
    ) -> None:
        goal = about(make_objectif(suivi, by=cast.assistant_social_2, libelle="Un lieu calme"), before)
        offered = dict(Fragilite.objects.values_list("code", "pk"))
        chosen = offered.get(after, "")
        typed = {"libelle": "Un lieu calme", "fragilite": chosen, "echeance": "", "version": goal.version}
        form = ObjectifForm(QueryDict(urlencode(typed)), instance=goal, fragilites=offered.values())
        assert form.errors == ({"fragilite": [KEEPS_ITS_FRAGILITE]} if is_refused else {})

    @pytest.mark.parametrize(
        ("after", "refused"),
        [(KEPT_OFF[0], {}), (KEPT_OFF[1], {}), ("", {"fragilite": [KEEPS_ITS_FRAGILITE]})],
        ids=["kept", "another that hides", "dropped"],
    )
    def test_lets_its_words_be_plain_as_long_as_it_stands(
        self, cast: SimpleNamespace, suivi: Parcours, after: str, refused: dict[str, list[str]]
    ) -> None:
        goal = about(make_objectif(suivi, by=cast.assistant_social_2, libelle="Fuir les violences"), KEPT_OFF[0])
        offered = dict(Fragilite.objects.values_list("code", "pk"))
        sent = {
            "libelle": "Un lieu calme",
            "fragilite": offered.get(after, ""),
            "echeance": "",
            "version": goal.version,
        }
        form = ObjectifForm(QueryDict(urlencode(sent)), instance=goal, fragilites=offered.values())
        assert form.errors == refused

    def test_whether_or_not_it_is_asked_here(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        """Who reads none of the fragilités is not asked for it: the one that stands still hides the goal."""
        goal = about(make_objectif(suivi, by=cast.assistant_social_2, libelle="Fuir les violences"), KEPT_OFF[0])
        sent = {"libelle": "Un lieu calme", "echeance": "", "version": goal.version}
        assert ObjectifForm(QueryDict(urlencode(sent)), instance=goal, fragilites=[]).errors == {}


def test_a_profession_is_named_on_the_screen_alone(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    suivi.add_intervenant(cast.sage_femme)
    screen, paper = screen_of(browse(REFERENT), page(suivi)), paper_of(browse(REFERENT), page(suivi))
    name = cast.sage_femme.nom_complet
    assert screen.count("sage-femme") == 2 and screen.count(name) >= 2, "in the team, and when she came"
    assert "sage-femme" not in paper and name in paper


def test_nor_on_any_other_page_that_prints(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """Of her écrit, her bilan, the round table she was at, its agenda and its minutes."""
    suivi.add_intervenant(cast.sage_femme)
    table = make_concertation(by=cast.assistant_social_2, guests=[cast.sage_femme])
    point = make_point(table, suivi, by=cast.assistant_social_2, question="Quel appui ?")
    ecrit = written(suivi, point, by=cast.sage_femme, texte="Elle dort mieux.")
    make_ecrit(suivi, by=cast.sage_femme, texte="Elle va bien.", cercle=Ecrit.Cercle.SANTE)
    table.hold(by=cast.assistant_social_2)
    assert browse("sage-femme").post(url(suivi), typed()).status_code == 302
    bilan = Bilan.objects.get()
    of_table = f"/parcours/concertations/{table.pk}/"
    for address in (
        f"/parcours/{suivi.pk}/ecrits/{ecrit.pk}/",
        f"/parcours/{suivi.pk}/bilans/{bilan.pk}/",
        of_table,
        f"{of_table}points/{point.pk}/",
        f"{of_table}compte-rendu/",
    ):
        screen, paper = screen_of(browse("sage-femme"), address), paper_of(browse("sage-femme"), address)
        assert "sage-femme" in screen.lower().replace(" ", "-"), address
        assert "sage-femme" not in paper.lower() and "cercle" not in paper, address
        assert cast.sage_femme.nom_complet in paper, address


@pytest.mark.parametrize(
    "said", ["Accompagner l’IVG", "Échographie du 3e mois", "Test VIH", "Famille d’accueil", "Il la tape"]
)
def test_words_that_are_hers_to_tell(said: str) -> None:
    assert not is_harmless(said)


@pytest.mark.parametrize("said", ["Étape par étape", "Retaper le canapé", "Liste des aides", "Accueillir la famille"])
def test_and_their_neighbours(said: str) -> None:
    assert is_harmless(said)


def test_a_goal_kept_back_by_its_words_is_not_said_otherwise(cast: SimpleNamespace, suivi: Parcours) -> None:
    """Its steps, plain by themselves, would then be printed."""
    goal = make_objectif(suivi, by=cast.assistant_social_2, libelle="Sortir des violences de son mari")
    for said, is_refused in (("Un lieu calme", True), ("Sortir de la violence", False)):
        sent = {"libelle": said, "fragilite": "", "echeance": "", "version": goal.version}
        form = ObjectifForm(QueryDict(urlencode(sent)), instance=Objectif.objects.get(pk=goal.pk), fragilites=[])
        assert form.errors == ({"libelle": [KEEPS_ITS_WORDS]} if is_refused else {})
    plain = make_objectif(suivi, by=cast.assistant_social_2, libelle="Garder le logement")
    sent = {"libelle": "Un lieu calme", "echeance": "", "version": plain.version}
    assert ObjectifForm(QueryDict(urlencode(sent)), instance=plain, fragilites=[]).errors == {}, "the control"


def test_what_a_relais_hands_on_is_for_the_screen(
    cast: SimpleNamespace, browse: Browse, aminata: Usager, recu: Relais
) -> None:
    demande = make_demande(make_passage(aminata, by=cast.gos), by=cast.gos, besoin="Fuir son mari")
    recu.demandes.add(demande)
    address = f"/parcours/relais/{recu.pk}/"
    assert "Fuir son mari" in screen_of(browse(REFERENT), address)
    assert "Fuir son mari" not in paper_of(browse(REFERENT), address)
