"""« Suivie par la PMI »: said with the person's agreement to one colleague, who reads that and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement, Usager
from parcours.fin import close
from parcours.forms.presence import in_another_parcours
from parcours.models import Parcours, PartagePresence
from parcours.partages import named, told_to
from pole_social.models import Agent
from tests.parcours.aides import assert_does_not_exist, last_row
from tests.parcours.partages import REFERENT, asked, evaluated, in_days, pmi
from tests.together import together

Browse = Callable[[str], Client]
AUTHOR = "sage-femme"
SAID = "suivie par santé (PMI)"


@pytest.fixture
def social(cast: SimpleNamespace, aminata: Usager) -> Parcours:
    return evaluated(cast, aminata)


@pytest.fixture
def sante(cast: SimpleNamespace, social: Parcours) -> Parcours:
    """Her PMI parcours, led by the sage-femme, of which the social team knows nothing."""
    return pmi(cast, social.usager)


def presences_of(usager_id: UUID, agent: Agent) -> list[str]:
    """What pages read of it."""
    row = Usager._base_manager.annotate(told=told_to(agent, "pk")).get(pk=usager_id)
    return named(vars(row)["told"])


def url(parcours: Parcours, *below: str) -> str:
    return "/".join([f"/parcours/{parcours.pk}", *below]) + "/"


def tell(client: Client, parcours: Parcours, agent: Any, **typed: Any) -> Any:
    return client.post(url(parcours, "presences", "nouvelle"), asked(agent, **typed))


@pytest.fixture
def presence(cast: SimpleNamespace, browse: Browse, sante: Parcours) -> PartagePresence:
    assert tell(browse(AUTHOR), sante, cast.assistant_social_2).status_code == 302
    return PartagePresence.objects.get()


class TestWhatIsTold:
    def test_the_name_of_the_unite_and_nothing_else(
        self, browse: Browse, social: Parcours, sante: Parcours, presence: PartagePresence
    ) -> None:
        text = browse(REFERENT).get(url(social)).content.decode()
        assert SAID in text
        for secret in (str(sante.pk), str(presence.pk), "Lefèvre", "sage-femme", "Préparer la visite", in_days(30)):
            assert secret not in text
        assert_does_not_exist(browse(REFERENT), url(sante), sante.pk)
        assert text.count("santé (PMI)") == 1

    def test_its_author_sees_to_whom_and_takes_it_back_at_once(
        self, browse: Browse, social: Parcours, sante: Parcours, presence: PartagePresence
    ) -> None:
        author = browse(AUTHOR)
        assert "Claire Bernard" in author.get(url(sante)).content.decode()
        for _ in range(2):
            assert author.post(url(sante, "presences", str(presence.pk), "retrait")).status_code == 302
        assert SAID not in browse(REFERENT).get(url(social)).content.decode()
        text = author.get(url(sante)).content.decode()
        assert "Retirés ou échus" in text and "retiré le" in text, "who was told stays known to who told"
        assert "presences/" + str(presence.pk) not in text

    def test_the_dossier_says_the_same(
        self, browse: Browse, social: Parcours, sante: Parcours, presence: PartagePresence
    ) -> None:
        page = f"/dossiers/{social.usager_id}/"
        assert SAID in browse(REFERENT).get(page).content.decode()
        assert SAID not in browse("cesf").get(page).content.decode()
        own = browse(AUTHOR).get(page).content.decode()
        assert "Présence : «" in own and presence.destinataire.nom_complet in own

    def test_two_of_one_team_say_it_once_and_do_not_learn_of_each_other(
        self, cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours, presence: PartagePresence
    ) -> None:
        assert tell(browse("auxiliaire"), sante, cast.assistant_social_2).status_code == 302
        assert PartagePresence.objects.count() == 2
        assert browse(REFERENT).get(url(social)).content.decode().count("santé (PMI)") == 1
        assert presences_of(social.usager_id, cast.assistant_social_2) == [str(presence.unite)]

    @together("ended", ["jusqu_au", "revoked", "left", "closed", "deport", "told_left"])
    def test_ends_with_what_makes_it_true(
        self,
        cast: SimpleNamespace,
        browse: Browse,
        social: Parcours,
        sante: Parcours,
        presence: PartagePresence,
        ended: str,
    ) -> None:
        told = cast.assistant_social_2
        assert presences_of(social.usager_id, told), "the control"
        if ended == "jusqu_au":
            PartagePresence.objects.update(jusqu_au=timezone.localdate() - timedelta(days=1))
        elif ended == "revoked":
            presence.revoke(by=cast.sage_femme)
        elif ended == "left":
            Rattachement.objects.filter(agent=cast.sage_femme).update(ends_at=timezone.now())
        elif ended == "closed":
            close(sante, motif=Parcours.MotifCloture.OBJECTIFS, by=cast.sage_femme)
        elif ended == "deport":
            Deport.objects.create(agent=told, usager=social.usager, lien="proche")
        else:
            Rattachement.objects.filter(agent=told).update(ends_at=timezone.now())
        assert presences_of(social.usager_id, told) == []

    def test_when_it_ended_with_its_author_s_work_that_is_said(
        self, cast: SimpleNamespace, browse: Browse, sante: Parcours, presence: PartagePresence
    ) -> None:
        Rattachement.objects.filter(agent=cast.sage_femme).update(nature="fin_de_relais")
        text = browse(AUTHOR).get(url(sante)).content.decode()
        assert "terminé avec votre travail dans ce parcours" in text


class TestWho:
    @together(
        ("username", "status"),
        [(AUTHOR, 200), ("auxiliaire", 200), ("puericultrice", 404), ("psychologue", 404), ("ccf", 404)]
        + [(name, 403) for name in (REFERENT, "cesf", "eje", "gos", "responsable-accompagnement", "dpo", "admin")],
    )
    def test_each_role(self, browse: Browse, sante: Parcours, username: str, status: int) -> None:
        """The professions whose follow-up is a secret, each in the parcours where they work."""
        assert browse(username).get(url(sante, "presences", "nouvelle")).status_code == status

    def test_to_the_social_workers_of_another_parcours(
        self, cast: SimpleNamespace, social: Parcours, sante: Parcours
    ) -> None:
        """Not to the health, psychology and santé sexuelle of that team: to name them would tell of them."""
        told = set(in_another_parcours(sante, cast.sage_femme))
        assert told == {cast.assistant_social_2, cast.cesf}
        assert set(in_another_parcours(social, cast.psychologue)) == set(), "hers read her name in the team already"
        sante.add_intervenant(cast.eje)
        assert set(in_another_parcours(social, cast.psychologue)) == {cast.eje}

    def test_the_unite_is_that_of_who_says_it(
        self, cast: SimpleNamespace, browse: Browse, social: Parcours, sante: Parcours
    ) -> None:
        """The CCF of a social parcours says santé sexuelle, not accompagnement."""
        sante.add_intervenant(cast.eje)
        assert tell(browse("ccf"), social, cast.eje).status_code == 302
        assert PartagePresence.objects.get().unite.nature == "sante_sexuelle"
        assert "suivie par santé sexuelle" in browse("eje").get(url(sante)).content.decode()

    def test_taken_back_by_its_author_alone(
        self, browse: Browse, social: Parcours, sante: Parcours, presence: PartagePresence
    ) -> None:
        for username, where in (("auxiliaire", sante), ("puericultrice", social), ("ccf", social)):
            away = url(where, "presences", str(presence.pk), "retrait")
            assert_does_not_exist(browse(username), away, presence.pk, method="post")
        away = url(social, "presences", str(presence.pk), "retrait")
        assert browse(AUTHOR).post(away).status_code == 404, "through its own parcours only"
        assert browse(REFERENT).post(away).status_code == 403
        assert PartagePresence.objects.live().exists()


class TestSaying:
    def test_a_double_click_says_it_once_and_the_journal_names_the_person(
        self, cast: SimpleNamespace, browse: Browse, sante: Parcours
    ) -> None:
        client, sent = browse(AUTHOR), asked(cast.cesf)
        for _ in range(2):
            assert client.post(url(sante, "presences", "nouvelle"), sent).status_code == 302
        assert tell(client, sante, cast.cesf).status_code == 302
        assert PartagePresence.objects.count() == 1
        assert last_row("presence_nouvelle").usager_ids == [sante.usager_id]

    @together(
        ("typed", "said"),
        [
            ({"accord": ""}, "Sans l’accord de la personne, rien n’est dit."),
            ({"destinataire": ""}, "Choisissez à qui le dire."),
            ({"destinataire": str(uuid4())}, "Choisissez un professionnel de la liste."),
            ({"destinataire": "\x00"}, "Choisissez un professionnel de la liste."),
            ({"jusqu_au": in_days(-1)}, "Cette date est passée"),
            ({"jusqu_au": in_days(400)}, "trop lointaine"),
            ({"jusqu_au": "31/02/2027"}, "date"),
        ],
    )
    def test_bad_input_is_said_beside_its_field(
        self, cast: SimpleNamespace, browse: Browse, sante: Parcours, typed: dict[str, str], said: str
    ) -> None:
        response = tell(browse(AUTHOR), sante, cast.assistant_social_2, **typed)
        assert response.status_code == 200
        assert said in response.content.decode()
        assert not PartagePresence.objects.exists()

    def test_to_a_colleague_one_may_not_know_of_is_unknown(
        self, cast: SimpleNamespace, browse: Browse, sante: Parcours
    ) -> None:
        """The psychologue of the social team, and somebody who follows nobody: the same words."""
        answers = [
            tell(browse(AUTHOR), sante, agent).context["form"].errors
            for agent in (cast.psychologue, cast.educateur, SimpleNamespace(pk=uuid4()))
        ]
        assert [dict(one) for one in answers] == [
            {"destinataire": ["Choisissez un professionnel de la liste."]} for _ in answers
        ]

    def test_never_without_agreement(self, cast: SimpleNamespace, presence: PartagePresence) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            PartagePresence.objects.update(information="informee")

    def test_nobody_to_tell_is_said(self, browse: Browse, social: Parcours) -> None:
        text = browse("psychologue").get(url(social, "presences", "nouvelle")).content.decode()
        assert "Aucun collègue à qui le dire." in text
