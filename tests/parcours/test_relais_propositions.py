"""/parcours/<id>/premiers-objectifs/: what the evaluation kept becomes the first goals and steps, in editable words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accueil.models import Rattachement, Relais
from evaluation.models import FragiliteReperee, Proposition, RegleProposition
from parcours.models import Action, Objectif, Parcours
from parcours.premiers import offered
from pole_social.models import Partenaire
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
Statut = Proposition.Statut


@pytest.fixture
def gardee(cast: SimpleNamespace, recu: Relais) -> Proposition:
    """Kept because of the unpaid rent, in the evaluation that sent the relais."""
    return propose(recu, cast.assistant_social, "Saisir le fonds de solidarité logement")


def propose(recu: Relais, by: Any, libelle: str, *, statut: str = Statut.GARDEE, loose: bool = False) -> Proposition:
    evaluation = recu.evaluations_envoyees.get()
    reperee = None if loose else FragiliteReperee.objects.get(exploration__evaluation=evaluation)
    return Proposition.objects.create(
        evaluation=evaluation,
        fragilite=reperee,
        libelle=libelle,
        parce_que="loyer impayé",
        statut=statut,
        motif="" if statut == Statut.GARDEE else "Déjà faite",
        recorded_by=by,
    )


def accept(browse: Browse, recu: Relais, username: str = "cesf") -> str:
    return browse(username).post(f"/parcours/relais/{recu.pk}/acceptation/").url  # type: ignore[attr-defined, no-any-return]


def in_days(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%d/%m/%Y}"


def typed(one: Proposition, by: Any, **changed: str) -> dict[str, str]:
    """The page as it is offered, sent back."""
    parts = {
        f"garder_{one.pk}": "on",
        f"action_{one.pk}": one.libelle,
        f"porteur_{one.pk}": f"professionnel~{by.pk}",
        f"echeance_{one.pk}": in_days(30),
    }
    if one.fragilite:
        key = one.fragilite.fragilite_id
        parts |= {f"but_{key}": "on", f"objectif_{key}": "Avancer sur : impayé de loyer"}
    for part, value in changed.items():
        name = next(name for name in parts if name.startswith(f"{part}_"))
        parts[name] = value
        if value == "":
            del parts[name]
    return parts


class TestAccepting:
    def test_leads_to_what_was_kept_and_only_then(self, browse: Browse, recu: Relais, gardee: Proposition) -> None:
        client = browse("cesf")
        assert gardee.libelle not in client.get(f"/parcours/relais/{recu.pk}/").content.decode()
        url = accept(browse, recu)
        assert url == f"/parcours/{Parcours.objects.get().pk}/premiers-objectifs/"
        text = client.get(url).content.decode()
        assert gardee.libelle in text
        assert "loyer impayé" in text
        assert not Objectif.objects.exists(), "nothing is decided automatically"

    def test_whoever_reads_no_evaluation_is_offered_nothing(
        self, browse: Browse, recu: Relais, gardee: Proposition
    ) -> None:
        """The psychologue accepts; the control is the CESF above."""
        url = accept(browse, recu, "psychologue")
        assert url == f"/parcours/{Parcours.objects.get().pk}/"
        empty = browse("psychologue").get(f"{url}premiers-objectifs/").content.decode()
        assert "Rien n’est à reprendre." in empty
        assert gardee.libelle not in empty

    def test_what_was_set_aside_or_replaced_is_not_offered(
        self, cast: SimpleNamespace, browse: Browse, recu: Relais, gardee: Proposition
    ) -> None:
        propose(recu, cast.assistant_social, "Écartée", statut=Statut.ECARTEE)
        replaced = propose(recu, cast.assistant_social, "Remplacée")
        Proposition.objects.filter(pk=replaced.pk).update(removed_at=timezone.now())
        text = browse("cesf").get(accept(browse, recu)).content.decode()
        assert "Écartée" not in text
        assert "Remplacée" not in text


class TestPage:
    @pytest.fixture
    def parcours(self, browse: Browse, recu: Relais, gardee: Proposition) -> Parcours:
        accept(browse, recu)
        return Parcours.objects.get()

    def url(self, parcours: Parcours) -> str:
        return f"/parcours/{parcours.pk}/premiers-objectifs/"

    @together(
        ("username", "status"),
        [
            *((name, 200 if name == "cesf" else 404) for name in CARE),
            *((name, 403) for name in ENCADREMENT + OUTSIDE),
        ],
    )
    def test_each_role(self, browse: Browse, parcours: Parcours, username: str, status: int) -> None:
        assert browse(username).get(self.url(parcours)).status_code == status

    def test_out_of_scope_is_what_does_not_exist(self, browse: Browse, parcours: Parcours) -> None:
        assert_does_not_exist(browse("educateur"), self.url(parcours), parcours.pk)
        assert_does_not_exist(browse("educateur"), self.url(parcours), parcours.pk, "post")

    def test_ticked_as_offered(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        response = browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf))
        assert response.url == f"/parcours/{parcours.pk}/"  # type: ignore[attr-defined]
        goal, step = Objectif.objects.get(), Action.objects.get()
        assert (goal.fragilite.code, goal.libelle) == ("impaye_loyer", "Avancer sur : impayé de loyer")  # type: ignore[union-attr]
        assert (step.objectif, step.libelle, step.agent) == (goal, gardee.libelle, cast.cesf)
        assert step.etapes.count() == 1
        assert last_row("premiers_objectifs").usager_ids == [parcours.usager_id]

    def test_in_other_words_by_somebody_else_another_day(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        partner = Partenaire.objects.get(code="ccas-issy")
        changed = typed(
            gardee,
            cast.cesf,
            objectif="Garder mon logement",
            action="Déposer le dossier FSL",
            porteur=f"partenaire~{partner.pk}",
            echeance=in_days(7),
        )
        browse("cesf").post(self.url(parcours), changed)
        step = Action.objects.get()
        assert (step.libelle, step.partenaire, step.agent) == ("Déposer le dossier FSL", partner, None)
        assert step.echeance == timezone.localdate() + timedelta(days=7)
        assert step.objectif and step.objectif.libelle == "Garder mon logement"

    def test_the_person_does_it_without_goal(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf, porteur="personne", but=""))
        step = Action.objects.get()
        assert (step.porteur, step.agent, step.objectif) == ("personne", None, None)
        assert not Objectif.objects.exists()

    def test_whoever_covers_an_absence_does_not_own_the_steps(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        """A step is owned by somebody of the team: the référent is selected beforehand."""
        Rattachement.objects.grant(
            Rattachement.Nature.DELEGATION,
            parcours.usager_id,
            parcours,
            agent=cast.educateur,
            until=timezone.now() + timedelta(9),
        )
        text = browse("educateur").get(self.url(parcours)).content.decode()
        assert f'value="professionnel~{cast.cesf.pk}" selected' in text
        assert f"professionnel~{cast.educateur.pk}" not in text

    def test_a_label_stands_on_one_line(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf, action="Appeler\r\nle  bailleur"))
        assert Action.objects.get().libelle == "Appeler le bailleur"

    def test_what_is_being_typed_is_kept_for_its_author(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        parcours.add_intervenant(cast.educateur)
        sent = typed(gardee, cast.cesf, action="Appeler le bailleur demain", but="")
        browse("cesf").post("/brouillons/", {**sent, "brouillon": "", "brouillon_page": self.url(parcours)})
        assert not Action.objects.exists()
        assert "Appeler le bailleur demain" in browse("cesf").get(self.url(parcours)).content.decode()
        assert "Appeler le bailleur demain" not in browse("educateur").get(self.url(parcours)).content.decode()

    def test_set_aside_and_kept_again_it_is_not_offered_twice(
        self, cast: SimpleNamespace, browse: Browse, recu: Relais, parcours: Parcours
    ) -> None:
        first, other = RegleProposition.objects.order_by("pk")[:2]
        for regle in (first, other):
            made = propose(recu, cast.assistant_social, f"Aide {regle.pk}", loose=True)
            Proposition.objects.filter(pk=made.pk).update(regle=regle)
        taken = Proposition.objects.get(regle=first)
        browse("cesf").post(self.url(parcours), typed(taken, cast.cesf))
        assert Action.objects.get().proposition == taken
        aside = taken.decide(Statut.ECARTEE, by=cast.assistant_social, motif="Trop tôt")
        again = aside.decide(Statut.GARDEE, by=cast.assistant_social)
        left = offered(cast.cesf, parcours)
        assert again != taken and again not in left
        assert Proposition.objects.get(regle=other) in left, "the control"

    def test_nothing_ticked_writes_nothing(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        sent = typed(gardee, cast.cesf, but="", garder="", echeance="")
        assert browse("cesf").post(self.url(parcours), sent).status_code == 302
        assert not Objectif.objects.exists()
        assert not Action.objects.exists()
        assert gardee.libelle in browse("cesf").get(self.url(parcours)).content.decode()

    @together(
        ("changed", "message"),
        [
            ({"objectif": " "}, "Écrivez l’objectif, ou décochez-le."),
            ({"action": " "}, "Écrivez l’action, ou décochez-la."),
            ({"echeance": " "}, "Dites pour quand cette action est prévue."),
            ({"echeance": "01/02/2020"}, "Cette date est passée"),
            ({"echeance": "31/02/2027"}, "Ce jour n’existe pas dans ce mois."),
            ({"porteur": "partenaire~999999999999"}, "Choisissez quelqu’un de l’équipe"),
            ({"porteur": f"professionnel~{uuid.uuid4()}"}, "Choisissez quelqu’un de l’équipe"),
            ({"porteur": "professionnel~x"}, "Choisissez quelqu’un de l’équipe"),
        ],
    )
    def test_refused_beside_the_field(
        self,
        cast: SimpleNamespace,
        browse: Browse,
        parcours: Parcours,
        gardee: Proposition,
        changed: dict[str, str],
        message: str,
    ) -> None:
        response = browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf, **changed))
        assert response.status_code == 200
        assert message in response.content.decode()
        assert not Action.objects.exists()
        assert not Objectif.objects.exists()

    def test_a_professional_outside_the_team_is_refused(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        refused = typed(gardee, cast.cesf, porteur=f"professionnel~{cast.educateur.pk}")
        assert "Choisissez quelqu’un de l’équipe" in browse("cesf").post(self.url(parcours), refused).content.decode()
        parcours.add_intervenant(cast.educateur)
        assert browse("cesf").post(self.url(parcours), refused).status_code == 302

    @together("value", HOSTILE)
    @together("part", ["action", "objectif", "echeance", "porteur"])
    def test_hostile(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition, part: str, value: str
    ) -> None:
        sent = typed(gardee, cast.cesf, **{part: value})
        assert browse("cesf").post(self.url(parcours), sent).status_code == 200
        assert not Action.objects.exists()

    def test_keys_of_nothing_are_left_aside(self, browse: Browse, parcours: Parcours) -> None:
        unknown = {f"action_{uuid.uuid4()}": "x", "action_x": "y", "objectif_1": "z", "but_1": "on"}
        assert browse("cesf").post(self.url(parcours), unknown).status_code == 302
        assert not Objectif.objects.exists()
        assert not Action.objects.exists()

    def test_double_click_writes_once(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        client, sent = browse("cesf"), {**typed(gardee, cast.cesf), "cle": str(uuid.uuid4())}
        for _ in range(2):
            assert client.post(self.url(parcours), sent).status_code == 302
        assert (Objectif.objects.count(), Action.objects.count()) == (1, 1)
        other = client.post(self.url(parcours), {**sent, f"action_{gardee.pk}": "Autre chose"})
        assert other.status_code == 409
        assert "Autre chose" in other.content.decode()

    def test_two_colleagues_who_take_up_the_same(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        parcours.add_intervenant(cast.educateur)
        browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf))
        own_words = typed(gardee, cast.educateur, action="Appeler le FSL")
        assert browse("educateur").post(self.url(parcours), own_words).status_code == 302
        assert (Objectif.objects.count(), Action.objects.get().libelle) == (1, gardee.libelle)

    def test_what_is_taken_up_is_offered_no_more(
        self, cast: SimpleNamespace, browse: Browse, recu: Relais, parcours: Parcours, gardee: Proposition
    ) -> None:
        propose(recu, cast.assistant_social, "Ouvrir un compte", loose=True)
        browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf))
        text = browse("cesf").get(self.url(parcours)).content.decode()
        assert gardee.libelle not in text
        assert "Ouvrir un compte" in text
        assert "Sans fragilité en particulier" in text

    def test_whatever_its_words_have_become(
        self, cast: SimpleNamespace, browse: Browse, recu: Relais, parcours: Parcours
    ) -> None:
        """Known by its key: neither new words of the step, nor the same words of another one, tell."""
        account = propose(recu, cast.assistant_social, "Ouvrir un compte", loose=True)
        other = propose(recu, cast.assistant_social, "Demander la CSS", loose=True)
        browse("cesf").post(self.url(parcours), typed(account, cast.cesf, action="Aller à la banque"))
        Action.objects.create(
            parcours=parcours, libelle=other.libelle, porteur="personne", echeance="2027-01-01", created_by=cast.cesf
        )
        text = browse("cesf").get(self.url(parcours)).content.decode()
        assert "Ouvrir un compte" not in text and other.libelle in text

    def test_the_base_refuses_it_twice(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf))
        again = Action.objects.get()
        again.pk, again._state.adding = uuid.uuid4(), True
        with transaction.atomic(), pytest.raises(IntegrityError):
            again.save()

    def test_the_parcours_page_reminds_while_there_is_no_goal(
        self, cast: SimpleNamespace, browse: Browse, parcours: Parcours, gardee: Proposition
    ) -> None:
        page = f"/parcours/{parcours.pk}/"
        assert self.url(parcours) in browse("cesf").get(page).content.decode()
        browse("cesf").post(self.url(parcours), typed(gardee, cast.cesf))
        assert self.url(parcours) not in browse("cesf").get(page).content.decode()

    def test_queries_do_not_grow(self, cast: SimpleNamespace, browse: Browse, recu: Relais, parcours: Parcours) -> None:
        client = browse("cesf")
        few = count_queries(client, self.url(parcours))
        for number in range(30):
            propose(recu, cast.assistant_social, f"Proposition {number}", loose=number % 2 == 0)
        assert count_queries(client, self.url(parcours)) == few <= 14
