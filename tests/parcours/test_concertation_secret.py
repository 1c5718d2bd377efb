"""What a round table keeps secret: the points and the texts one does not read leave no trace, not one byte."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from parcours.demonstration.builders import UsagerFactory, make_action, make_ecrit, make_parcours
from parcours.models import Concertation, Ecrit, Parcours, Point
from pole_social.models import Acces, Metier
from tests.parcours.aides import last_row, masked
from tests.parcours.tables_rondes import make_concertation, make_point
from tests.together import together

Browse = Callable[[str], Client]
# Who brings what: the author, the circle, those named on it.
BROUGHT: dict[str, tuple[str, tuple[str, ...]]] = {
    "equipe": ("assistant_social_2", ()),
    "social": ("cesf", ()),
    "sante": ("puericultrice", ()),
    "psychologie": ("psychologue", ()),
    "sante_sexuelle": ("ccf", ()),
    "protection": ("cesf", ("puericultrice",)),
}


@pytest.fixture
def table(cast: SimpleNamespace) -> Concertation:
    guests = [cast.cesf, cast.puericultrice, cast.psychologue, cast.ccf, cast.medecin]
    return make_concertation(by=cast.assistant_social_2, guests=guests)


@pytest.fixture
def inscrit(cast: SimpleNamespace, suivi: Parcours, table: Concertation) -> Point:
    """Aminata, followed by assistant_social_2, cesf, puericultrice, psychologue and ccf."""
    for agent in (cast.cesf, cast.puericultrice, cast.psychologue, cast.ccf):
        suivi.add_intervenant(agent)
    return make_point(table, suivi, by=cast.assistant_social_2)


def bring(point: Point, cast: SimpleNamespace, cercle: str) -> Ecrit:
    """A signed contribution in this circle."""
    author, nommes = BROUGHT[cercle]
    made = make_ecrit(
        point.parcours,
        by=getattr(cast, author),
        cercle=cercle,
        texte=f"Texte secret du cercle {cercle}.",
        signed=False,
        modalite=Ecrit.Modalite.CONCERTATION,
        nommes=[getattr(cast, name) for name in nommes],
    )
    made.point = point
    made.save()
    made.sign()
    return made


def pages(point: Point) -> list[str]:
    meeting = f"/parcours/concertations/{point.concertation_id}/"
    own = [f"{meeting}points/{point.pk}/", f"/parcours/{point.parcours_id}/"]
    return ["/parcours/concertations/", meeting, f"{meeting}compte-rendu/", *own]


def shown(client: Client, point: Point) -> list[tuple[int, str]]:
    answers = [client.get(url) for url in pages(point)]
    return [(answer.status_code, masked(answer.content.decode())) for answer in answers]


class TestHiddenPoints:
    @together("username", ["cesf", "puericultrice", "psychologue", "ccf", "medecin", "responsable-accueil"])
    def test_another_s_point_changes_not_one_byte(
        self, cast: SimpleNamespace, browse: Browse, inscrit: Point, username: str
    ) -> None:
        theirs = [
            make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
            for _ in range(3)
        ]
        client = browse(username)
        before = shown(client, inscrit)
        for parcours in theirs:
            point = make_point(inscrit.concertation, parcours, by=cast.assistant_social_2, question="Secret ?")
            make_action(parcours, by=cast.assistant_social_2)
            point.inform(point.concertation.held_on)
        assert shown(client, inscrit) == before

    def test_whoever_reads_it_sees_it(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        """The control: the same rows do change the page of the référent."""
        client = browse("assistant-social-2")
        before = shown(client, inscrit)[:2]
        theirs = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        make_point(inscrit.concertation, theirs, by=cast.assistant_social_2)
        after = shown(client, inscrit)[:2]
        assert [one != other for one, other in zip(before, after, strict=True)] == [True, True]

    def test_taken_off_it_leaves_no_trace(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        client = browse("assistant-social-2")
        before = shown(client, inscrit)
        theirs = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        standing = shown(client, inscrit)
        make_point(inscrit.concertation, theirs, by=cast.assistant_social_2).take_off()
        assert shown(client, inscrit) == standing
        assert before[1] == standing[1]

    def test_the_other_parcours_of_the_person_stays_secret(
        self, cast: SimpleNamespace, browse: Browse, inscrit: Point
    ) -> None:
        """PMI follows her too: neither team learns it from the agenda."""
        pmi = make_parcours(inscrit.parcours.usager, sent_by=cast.assistant_social, by=cast.medecin, to="issy-sante")
        client = browse("cesf")
        before = shown(client, inscrit)
        make_point(inscrit.concertation, pmi, by=cast.medecin, question="Vaccins")
        assert shown(client, inscrit) == before
        assert "Vaccins" in browse("medecin").get(pages(inscrit)[1]).content.decode()


class TestResponsable:
    """Metadata: that a parcours is on the agenda; nothing of what is asked or brought."""

    def test_sees_who_and_not_what(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        client = browse("responsable-accompagnement")
        text = client.get(pages(inscrit)[1]).content.decode()
        assert "Aminata Traoré" in text
        assert inscrit.question not in text
        assert str(inscrit.pk) not in text
        assert client.get(pages(inscrit)[3]).status_code == 403
        row = last_row("concertation")
        assert (row.usager_ids, row.rattachement_id) == ([inscrit.parcours.usager_id], None)

    def test_who_works_and_leads_reads_the_content_of_their_own_parcours_only(
        self, cast: SimpleNamespace, browse: Browse, inscrit: Point
    ) -> None:
        cast.educateur.affectations.update(responsable=True)
        client = browse("educateur")
        assert client.get(pages(inscrit)[3]).status_code == 404
        assert inscrit.question not in client.get(pages(inscrit)[1]).content.decode()
        inscrit.parcours.add_intervenant(cast.educateur)
        assert client.get(pages(inscrit)[3]).status_code == 200
        assert inscrit.question in client.get(pages(inscrit)[1]).content.decode()


class TestCircles:
    @together(
        ("username", "read"),
        [
            ("assistant-social-2", {"equipe", "social"}),
            ("cesf", {"equipe", "social", "protection"}),
            ("puericultrice", {"equipe", "sante", "protection"}),
            ("psychologue", {"equipe", "psychologie"}),
            ("ccf", {"equipe", "sante_sexuelle"}),
            ("medecin", set()),
            ("responsable-sst", set()),
        ],
    )
    def test_each_contribution_in_its_own(
        self, cast: SimpleNamespace, browse: Browse, inscrit: Point, username: str, read: set[str]
    ) -> None:
        """What one reads is there; bringing the rest changes not one byte."""
        Concertation.objects.get().hold(by=cast.cesf)
        for cercle in sorted(read):
            bring(inscrit, cast, cercle)
        client = browse(username)
        before = shown(client, inscrit)
        assert {cercle for cercle in BROUGHT if f"Texte secret du cercle {cercle}." in before[3][1]} == read
        for cercle in sorted(BROUGHT.keys() - read):
            bring(inscrit, cast, cercle)
        assert shown(client, inscrit) == before

    def test_minutes_print_the_team_circle_alone(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        inscrit.concertation.hold(by=cast.cesf)
        for cercle in BROUGHT:
            bring(inscrit, cast, cercle)
        text = browse("cesf").get(pages(inscrit)[2]).content.decode()
        assert "Texte secret du cercle equipe." in text
        assert "Texte secret du cercle social." not in text
        assert "Texte secret du cercle protection." not in text


class TestWhoIsMissing:
    def missing(self, client: Client, point: Point) -> set[str]:
        return {metier.code for metier in client.get(pages(point)[3]).context["pas_sollicites"]}

    def test_care_professions_neither_in_the_team_nor_heard(
        self, cast: SimpleNamespace, browse: Browse, inscrit: Point
    ) -> None:
        care = set(Metier.objects.filter(famille__in=["social", "sante", "sante_sexuelle", "psychologie"]))
        expected = {one.code for one in care} - {"assistant_social", "cesf", "puericultrice", "psychologue", "ccf"}
        assert self.missing(browse("assistant-social-2"), inscrit) == expected
        inscrit.parcours.add_intervenant(cast.sage_femme)
        assert self.missing(browse("assistant-social-2"), inscrit) == expected - {"sage_femme"}

    def test_who_has_left_the_team_was_asked(self, cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
        inscrit.parcours.intervenants.filter(agent=cast.puericultrice).update(ends_at=timezone.now())
        assert "puericultrice" not in self.missing(browse("assistant-social-2"), inscrit)

    def test_a_hidden_text_takes_nobody_off_the_list(
        self, cast: SimpleNamespace, browse: Browse, inscrit: Point
    ) -> None:
        """Somebody who covers writes without being of the team: only who reads the text sees their métier heard."""
        for cercle in ("sante", "equipe"):
            before = self.missing(browse("assistant-social-2"), inscrit)
            ecrit = make_ecrit(inscrit.parcours, by=cast.medecin, cercle=cercle, signed=False)
            ecrit.point = inscrit
            ecrit.save()
            ecrit.sign()
            after = self.missing(browse("assistant-social-2"), inscrit)
            assert (before - after) == (set() if cercle == "sante" else {"medecin"})

    def test_guests_outside_the_team_are_named(self, browse: Browse, inscrit: Point) -> None:
        text = browse("assistant-social-2").get(pages(inscrit)[3]).content.decode()
        assert "Invités qui ne lisent rien de ce parcours, faute d’être dans l’équipe : Philippe Aubert." in text


def test_refusals_are_journaled_without_a_name(cast: SimpleNamespace, browse: Browse, inscrit: Point) -> None:
    client = browse("medecin")
    assert client.get(pages(inscrit)[3]).status_code == 404
    row = Acces.objects.latest("at")
    assert (row.action, row.usager_ids, row.agent_id) == (Acces.Action.REFUS, [], cast.medecin.pk)


def test_titles_and_addresses_name_nobody(browse: Browse, inscrit: Point) -> None:
    for url in pages(inscrit)[:4]:
        text = browse("assistant-social-2").get(url).content.decode()
        title = text.partition("<title>")[2].partition("</title>")[0]
        assert "Traoré" not in title
        assert "traor" not in url.lower()
