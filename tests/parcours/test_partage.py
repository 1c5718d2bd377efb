"""What follows a signed écrit: shared with one colleague, taken back, corrected, read with the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accueil.models import Deport, Rattachement, Usager
from parcours.demonstration.builders import make_ecrit, make_parcours
from parcours.lecteurs import further_readers
from parcours.models import Addendum, Ecrit, Parcours, PartageEcrit, RelectureEcrit
from pole_social.models import Acces, Brouillon
from pole_social.templatetags.temps import date_longue
from tests.parcours.aides import HOSTILE, assert_does_not_exist, last_row
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together

Browse = Callable[[str], Client]
AUTHOR = "puericultrice"
REFERENT = "assistant-social-2"
TEXT = "Courbe régulière, sommeil à suivre."
Cercle = Ecrit.Cercle


@pytest.fixture
def suivi(cast: SimpleNamespace, aminata: Usager) -> Parcours:
    """The référent is a social worker; the puéricultrice is of the team."""
    made: Parcours = make_parcours(aminata, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    made.add_intervenant(cast.puericultrice)
    return made


@pytest.fixture
def ecrit(cast: SimpleNamespace, suivi: Parcours) -> Ecrit:
    made: Ecrit = make_ecrit(suivi, by=cast.puericultrice, cercle=Cercle.SANTE, texte=TEXT)
    return made


def page(ecrit: Ecrit, *below: str) -> str:
    return "/".join([f"/parcours/{ecrit.parcours_id}/ecrits/{ecrit.pk}", *below]) + "/"


def asked(agent: Any, **typed: Any) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=30)
    return {
        "destinataire": agent.pk,
        "motif": "Appuyer la demande de logement",
        "base": "casf_l121_6_2",
        "information": "accord",
        "jusqu_au": f"{day:%d/%m/%Y}",
        "cle": str(uuid4()),
    } | typed


def share(client: Client, ecrit: Ecrit, agent: Any, **typed: Any) -> Any:
    return client.post(page(ecrit, "partages", "nouveau"), asked(agent, **typed))


class TestSharing:
    def test_one_more_reader_and_nothing_else(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, ecrit: Ecrit
    ) -> None:
        other = make_ecrit(suivi, by=cast.puericultrice, cercle=Cercle.SANTE, texte="Autre visite.")
        reader = browse(REFERENT)
        assert_does_not_exist(reader, page(ecrit), ecrit.pk)
        assert share(browse(AUTHOR), ecrit, cast.assistant_social_2).status_code == 302
        assert TEXT in reader.get(page(ecrit)).content.decode()
        said = browse(AUTHOR).get(page(ecrit)).content.decode()
        assert "Lu par : vous seulement ; par partage : Claire Bernard." in said
        assert_does_not_exist(reader, page(other), other.pk)
        assert "Autre visite." not in reader.get(f"/parcours/{suivi.pk}/").content.decode()

    def test_revoked_it_is_closed_at_once(self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit) -> None:
        share(browse(AUTHOR), ecrit, cast.assistant_social_2)
        made = PartageEcrit.objects.get()
        reader = browse(REFERENT)
        assert reader.get(page(ecrit)).status_code == 200, "the control"
        for _ in range(2):
            assert browse(AUTHOR).post(page(ecrit, "partages", str(made.pk), "retrait")).status_code == 302
        assert_does_not_exist(reader, page(ecrit), ecrit.pk)
        made.refresh_from_db()
        assert made.revoked_by == cast.puericultrice
        assert share(browse(AUTHOR), ecrit, cast.assistant_social_2).status_code == 302, "it may be shared again"

    def test_after_its_last_day_too(self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit) -> None:
        share(browse(AUTHOR), ecrit, cast.assistant_social_2)
        PartageEcrit.objects.update(jusqu_au=timezone.localdate())
        assert browse(REFERENT).get(page(ecrit)).status_code == 200, "the last day counts"
        PartageEcrit.objects.update(jusqu_au=timezone.localdate() - timedelta(days=1))
        assert browse(REFERENT).get(page(ecrit)).status_code == 404
        assert share(browse(AUTHOR), ecrit, cast.assistant_social_2).status_code == 302
        assert PartageEcrit.objects.live().count() == 1

    def test_it_makes_no_relationship(self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit) -> None:
        share(browse(AUTHOR), ecrit, cast.assistant_social_2)
        Rattachement.objects.filter(agent=cast.assistant_social_2).update(ends_at=timezone.now())
        assert browse(REFERENT).get(page(ecrit)).status_code == 404

    def test_somebody_who_evaluates_reads_it_without_the_parcours(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, ecrit: Ecrit
    ) -> None:
        """Any work on the person will do; the rest of the parcours stays what does not exist."""
        Rattachement.objects.grant("evaluation", suivi.usager_id, suivi, agent=cast.assistant_social)
        share(browse(AUTHOR), ecrit, cast.assistant_social)
        reader = browse("assistant-social")
        text = reader.get(page(ecrit)).content.decode()
        assert TEXT in text and f'href="/parcours/{suivi.pk}/"' not in text
        assert reader.get(f"/parcours/{suivi.pk}/").status_code == 404
        assert f'href="{page(ecrit)}"' in reader.get("/parcours/").content.decode()
        for below in (["relecture"], ["partages", "nouveau"]):
            assert reader.post(page(ecrit, *below), {"relu_on": "1/1/2026"}).status_code == 404

    def test_the_journal_names_the_person_and_the_list_says_it(
        self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit
    ) -> None:
        share(browse(AUTHOR), ecrit, cast.assistant_social_2)
        row = last_row("partage_nouveau")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [ecrit.parcours.usager_id])
        said = browse(REFERENT).get("/parcours/").content.decode()
        assert "Partagé avec moi" in said and "Appuyer la demande de logement" in said

    def test_a_double_click_shares_once(self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit) -> None:
        client, sent = browse(AUTHOR), asked(cast.assistant_social_2)
        for _ in range(2):
            assert client.post(page(ecrit, "partages", "nouveau"), sent).status_code == 302
        assert PartageEcrit.objects.count() == 1


class TestSharedAlready:
    """A colleague told the same reader a moment before, on other terms: nobody's are lost, nobody's replaced."""

    @pytest.fixture
    def later(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, ecrit: Ecrit) -> dict[str, Any]:
        """The doctor's form was open when the puéricultrice shared; what the doctor then sends."""
        suivi.add_intervenant(cast.medecin)
        assert share(browse(AUTHOR), ecrit, cast.assistant_social_2).status_code == 302
        day = timezone.localdate() + timedelta(days=200)
        return asked(
            cast.assistant_social_2, motif="Suivre le régime", information="informee", jusqu_au=f"{day:%d/%m/%Y}"
        )

    def test_is_said_with_both_terms_and_what_was_typed(
        self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit, later: dict[str, Any]
    ) -> None:
        made = PartageEcrit.objects.get()
        response = browse("medecin").post(page(ecrit, "partages", "nouveau"), later)
        text = response.content.decode()
        assert response.status_code == 409
        assert f"Déjà partagé avec Claire Bernard, jusqu’au {date_longue(made.jusqu_au)}" in text
        assert f"Par {cast.puericultrice.nom_complet}." in text
        compared = {row.libelle: (row.enregistre, row.saisi) for row in response.context["form"].conflit}
        assert set(compared) == {"Pourquoi", "La personne", "Jusqu’au"}
        assert compared["Pourquoi"] == ("Appuyer la demande de logement", "Suivre le régime")
        assert compared["La personne"] == ("la personne est d’accord", "la personne est informée")
        assert all(f'value="{typed}"' in text for typed in (later["motif"], later["jusqu_au"]))
        stands = PartageEcrit.objects.get()
        assert (stands.auteur, stands.motif, stands.jusqu_au) == (cast.puericultrice, made.motif, made.jusqu_au)

    def test_the_same_form_is_sent_again_once_it_was_taken_back(
        self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit, later: dict[str, Any]
    ) -> None:
        """Refused, it left nothing behind: neither a row, nor a key that was used."""
        for _ in range(2):
            assert browse("medecin").post(page(ecrit, "partages", "nouveau"), later).status_code == 409
        away = page(ecrit, "partages", str(PartageEcrit.objects.get().pk), "retrait")
        assert browse(AUTHOR).post(away).status_code == 302
        assert browse("medecin").post(page(ecrit, "partages", "nouveau"), later).status_code == 302
        stands = PartageEcrit.objects.live().get()
        assert (stands.auteur, stands.motif) == (cast.medecin, "Suivre le régime")

    def test_on_the_same_terms_it_is_the_same_act(
        self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit, later: dict[str, Any]
    ) -> None:
        assert share(browse("medecin"), ecrit, cast.assistant_social_2).status_code == 302
        assert PartageEcrit.objects.count() == 1

    def test_one_s_own_terms_are_not_replaced_in_silence_either(
        self, browse: Browse, ecrit: Ecrit, later: dict[str, Any]
    ) -> None:
        response = browse(AUTHOR).post(page(ecrit, "partages", "nouveau"), later)
        assert response.status_code == 409
        assert "Par vous." in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_is_told_of_the_other(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours, ecrit: Ecrit
) -> None:
    """Both forms were open: the second waits for the first, then reads what it says."""
    suivi.add_intervenant(cast.medecin)
    clients = [browse(name) for name in (AUTHOR, "medecin")]
    motifs = ["Le logement", "Le régime"]
    acts = [partial(share, c, ecrit, cast.assistant_social_2, motif=m) for c, m in zip(clients, motifs, strict=True)]
    answers: list[Any] = at_once(acts)
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    stands = PartageEcrit.objects.get()
    kept, told = sorted(answers, key=lambda answer: answer.status_code)
    assert stands.motif == motifs[answers.index(kept)]
    assert stands.motif in told.content.decode() and motifs[answers.index(told)] in told.content.decode()


class TestWho:
    @together(
        ("username", "status"),
        [(AUTHOR, 200), (REFERENT, 404), ("cesf", 404), ("assistant-social", 404), ("psychologue", 404)]
        + [(name, 403) for name in ("gos", "responsable-accompagnement", "dpo", "admin")],
    )
    def test_each_role(self, browse: Browse, ecrit: Ecrit, username: str, status: int) -> None:
        assert browse(username).get(page(ecrit, "partages", "nouveau")).status_code == status

    def test_an_open_circle_is_shared_by_its_readers(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        made = make_ecrit(suivi, by=cast.assistant_social_2, cercle=Cercle.EQUIPE, texte="Pour tous.")
        assert browse(AUTHOR).get(page(made, "partages", "nouveau")).status_code == 200

    def test_whoever_was_told_does_not_pass_it_on(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, ecrit: Ecrit
    ) -> None:
        """In the team, out of the circle: they read, and add nothing."""
        suivi.add_intervenant(cast.medecin)
        share(browse(AUTHOR), ecrit, cast.assistant_social_2)
        reader = browse(REFERENT)
        text = reader.get(page(ecrit)).content.decode()
        assert TEXT in text
        assert "Partager cet écrit" not in text and "Noter une lecture" not in text
        assert reader.get(page(ecrit, "partages", "nouveau")).status_code == 404
        today = f"{timezone.localdate():%d/%m/%Y}"
        assert reader.post(page(ecrit, "relecture"), {"relu_on": today}).status_code == 404
        assert browse("medecin").get(page(ecrit, "partages", "nouveau")).status_code == 200, "the control"
        assert browse("medecin").post(page(ecrit, "relecture"), {"relu_on": today}).status_code == 302

    def test_a_closed_one_by_its_author_alone(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        suivi.add_intervenant(cast.psychologue)
        made = make_ecrit(suivi, by=cast.psychologue, cercle=Cercle.PSYCHOLOGIE, texte="Un entretien.")
        share(browse("psychologue"), made, cast.assistant_social_2)
        reader = browse(REFERENT)
        assert reader.get(page(made)).status_code == 200
        assert reader.get(page(made, "partages", "nouveau")).status_code == 404, "told, and does not pass it on"

    def test_those_who_work_with_the_person_and_do_not_read_it(
        self, cast: SimpleNamespace, suivi: Parcours, ecrit: Ecrit
    ) -> None:
        suivi.add_intervenant(cast.psychologue)
        suivi.add_intervenant(cast.medecin)
        told = set(further_readers(ecrit, cast.puericultrice))
        assert told == {cast.assistant_social_2, cast.psychologue}, "the doctor reads health already"
        Deport.objects.create(agent=cast.psychologue, usager=suivi.usager, lien="proche")
        assert set(further_readers(ecrit, cast.puericultrice)) == {cast.assistant_social_2}

    def test_child_protection_never_to_sante_sexuelle(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        for agent in (cast.ccf, cast.cesf):
            suivi.add_intervenant(agent)
        made = make_ecrit(
            suivi, by=cast.assistant_social_2, cercle=Cercle.PROTECTION, texte="…", nommes=[cast.puericultrice]
        )
        assert set(further_readers(made, cast.assistant_social_2)) == {cast.cesf}

    def test_a_colleague_who_does_not_work_with_them_is_unknown(
        self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit
    ) -> None:
        stranger = share(browse(AUTHOR), ecrit, cast.cesf).content.decode()
        unknown = share(browse(AUTHOR), ecrit, SimpleNamespace(pk=uuid4())).content.decode()
        for said in (stranger, unknown):
            assert "Choisissez un professionnel de la liste." in said
        assert not PartageEcrit.objects.exists()

    def test_taken_back_by_who_shared_or_wrote_and_by_nobody_else(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        suivi.add_intervenant(cast.cesf)
        suivi.add_intervenant(cast.psychologue)
        made = make_ecrit(suivi, by=cast.assistant_social_2, cercle=Cercle.SOCIAL, texte="Entre nous.")
        share(browse("cesf"), made, cast.psychologue)
        away = page(made, "partages", str(PartageEcrit.objects.get().pk), "retrait")
        assert browse("psychologue").post(away).status_code == 404
        assert browse(AUTHOR).post(away).status_code == 404
        assert PartageEcrit.objects.live().exists()
        assert browse(REFERENT).post(away).status_code == 302, "the author of the text"


class TestBadInput:
    @together(
        ("typed", "said"),
        [
            ({"destinataire": ""}, "Choisissez avec qui partager."),
            ({"motif": ""}, "Dites pourquoi."),
            ({"base": "inventee"}, "Choisissez une base de la liste."),
            ({"information": ""}, "Dites ce que la personne en sait."),
            ({"jusqu_au": "31/02/2027"}, "date"),
            ({"jusqu_au": "01/01/2020"}, "Cette date est passée"),
            ({"jusqu_au": "01/01/9999"}, "date"),
            ({"jusqu_au": f"{timezone.localdate() + timedelta(days=400):%d/%m/%Y}"}, "trop lointaine"),
            *(({"motif": text}, "") for text in HOSTILE),
        ],
    )
    def test_is_said_beside_the_field(
        self, cast: SimpleNamespace, browse: Browse, ecrit: Ecrit, typed: dict[str, str], said: str
    ) -> None:
        response = share(browse(AUTHOR), ecrit, cast.assistant_social_2, **typed)
        assert response.status_code == 200
        assert said in response.content.decode()
        assert not PartageEcrit.objects.exists()


class TestAddendum:
    def test_stands_beside_the_first_text_for_the_same_readers(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, ecrit: Ecrit
    ) -> None:
        suivi.add_intervenant(cast.medecin)
        client, sent = browse(AUTHOR), {"texte": "La visite était le 3.", "cle": str(uuid4())}
        for _ in range(2):
            assert client.post(page(ecrit, "addenda"), sent).status_code == 302
        assert Addendum.objects.count() == 1
        text = browse("medecin").get(page(ecrit)).content.decode()
        assert TEXT in text and "La visite était le 3." in text
        assert browse(REFERENT).get(page(ecrit)).status_code == 404

    def test_by_its_author_alone(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, ecrit: Ecrit) -> None:
        suivi.add_intervenant(cast.medecin)
        assert browse("medecin").post(page(ecrit, "addenda"), {"texte": "Non."}).status_code == 404
        assert "Corriger ou compléter" not in browse("medecin").get(page(ecrit)).content.decode()

    def test_of_a_signed_text_only(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        draft = make_ecrit(suivi, by=cast.puericultrice, cercle=Cercle.SANTE, texte="À finir.", signed=False)
        assert browse(AUTHOR).post(page(draft, "addenda"), {"texte": "Non."}).status_code == 404

    def test_empty_or_hostile_it_is_refused(self, browse: Browse, ecrit: Ecrit) -> None:
        for typed in ("", *HOSTILE):
            assert browse(AUTHOR).post(page(ecrit, "addenda"), {"texte": typed}).status_code == 200
        assert not Addendum.objects.exists()

    def test_it_never_changes(self, cast: SimpleNamespace, ecrit: Ecrit) -> None:
        made = Addendum.objects.create(ecrit=ecrit, auteur=cast.puericultrice, texte="Une fois.")
        with pytest.raises(DatabaseError), transaction.atomic():
            Addendum.objects.filter(pk=made.pk).update(texte="Deux fois.")


class TestRelecture:
    def note(self, client: Client, ecrit: Ecrit, day: str) -> Any:
        return client.post(page(ecrit, "relecture"), {"relu_on": day})

    def test_is_noted_once_a_day(self, browse: Browse, ecrit: Ecrit) -> None:
        today = f"{timezone.localdate():%d/%m/%Y}"
        for _ in range(2):
            assert self.note(browse(AUTHOR), ecrit, today).status_code == 302
        assert RelectureEcrit.objects.count() == 1
        assert "Relu avec la personne" in browse(AUTHOR).get(page(ecrit)).content.decode()

    @together("day", ["", "demain", "31/02/2026", "01/01/2020", "01/01/9999"])
    def test_a_day_that_cannot_be_is_refused(self, browse: Browse, ecrit: Ecrit, day: str) -> None:
        assert self.note(browse(AUTHOR), ecrit, day).status_code == 200
        assert not RelectureEcrit.objects.exists()


def test_what_one_types_is_given_back(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """A new écrit is kept as one types, for its author alone."""
    client, new = browse(AUTHOR), f"/parcours/{suivi.pk}/ecrits/nouveau/"
    assert 'data-brouillon="/brouillons/"' in client.get(new).content.decode()
    kept = {"cle": str(uuid4()), "texte": "À peine commencé", "brouillon_page": new}
    assert client.post("/brouillons/", kept).status_code == 200
    assert Brouillon.objects.get().agent == cast.puericultrice
    assert "À peine commencé" in client.get(new).content.decode()
    assert "À peine commencé" not in browse(REFERENT).get(new).content.decode()


def test_the_page_s_queries_are_constant(cast: SimpleNamespace, browse: Browse, ecrit: Ecrit) -> None:
    client = browse(AUTHOR)
    share(client, ecrit, cast.assistant_social_2)
    Addendum.objects.create(ecrit=ecrit, auteur=cast.puericultrice, texte="Un.")
    client.get(page(ecrit))
    before = count_queries(client, page(ecrit))
    Addendum.objects.bulk_create(
        Addendum(ecrit=ecrit, auteur=cast.puericultrice, texte=f"Ajout {n}.") for n in range(50)
    )
    assert count_queries(client, page(ecrit)) == before <= 18
