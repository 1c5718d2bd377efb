"""/parcours/: the relais that wait for my unités, and the parcours I work on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from accueil.models import Demande, Deport, Rattachement, Relais, RendezVous, Usager
from accueil.models.usager import make_reference
from parcours.demonstration.builders import (
    UsagerFactory,
    make_action,
    make_demande,
    make_ecrit,
    make_parcours,
    make_passage,
    make_relais,
)
from parcours.fin import close
from parcours.models import Bilan, Ecrit, Intervenant, Parcours
from pole_social.models import Acces, Agent
from tests.bulk import copies, related_alike
from tests.parcours.aides import CARE, ENCADREMENT, HOSTILE, OUTSIDE, last_row, masked
from tests.queries import count_queries
from tests.together import together

Browse = Callable[[str], Client]
URL = "/parcours/"


@together(
    ("username", "status"),
    [*((name, 200) for name in CARE + ENCADREMENT), *((name, 403) for name in OUTSIDE)],
)
def test_each_role(cast: SimpleNamespace, browse: Browse, username: str, status: int) -> None:
    assert browse(username).get(URL).status_code == status


def test_only_get(browse: Browse) -> None:
    assert browse("cesf").post(URL).status_code == 405


def test_anonymous_visitor_signs_in(client: Client, db: None) -> None:
    assert client.get(URL).url.startswith("/connexion/")  # type: ignore[attr-defined]


def test_relais_of_my_unite_wait_for_me_the_oldest_promise_first(
    cast: SimpleNamespace, browse: Browse, recu: Relais
) -> None:
    late = make_relais(
        UsagerFactory.create(nom_usage="Zola"), by=cast.assistant_social, to="issy-accompagnement", promised_in=-5
    )
    response = browse("cesf").get(URL)
    assert [relais.pk for relais in response.context["relais"]] == [late.pk, recu.pk]
    assert "en retard depuis 5 jours" in response.content.decode()


def test_relais_to_another_unite_does_not_show(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    make_relais(UsagerFactory.create(), by=cast.assistant_social, to="issy-sante")
    assert [relais.pk for relais in browse("cesf").get(URL).context["relais"]] == [recu.pk]
    assert len(browse("puericultrice").get(URL).context["relais"]) == 1
    assert browse("assistant-social-chatenay").get(URL).context["relais"] == []


def test_answered_relais_leaves_the_list(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    recu.accept(by=cast.cesf)
    assert browse("cesf").get(URL).context["relais"] == []


def test_deported_agent_does_not_see_the_relais(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    Deport.objects.create(agent=cast.cesf, usager=recu.usager, lien=Deport.Lien.PROCHE)
    assert browse("cesf").get(URL).context["relais"] == []
    assert len(browse("educateur").get(URL).context["relais"]) == 1


def test_my_parcours_by_next_date(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    """The first open action comes before the bilan."""
    other = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
    make_action(suivi, by=cast.assistant_social_2, due_in=10)
    make_action(other, by=cast.assistant_social_2, due_in=3)
    response = browse("assistant-social-2").get(URL)
    assert [parcours.pk for parcours in response.context["parcours"]] == [other.pk, suivi.pk]
    assert "référent : vous" in response.content.decode()


def test_intervenant_sees_who_is_referent(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    suivi.add_intervenant(cast.puericultrice)
    assert "référent : Claire Bernard" in browse("puericultrice").get(URL).content.decode()


def test_late_action_is_loud(cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
    make_action(suivi, by=cast.assistant_social_2, due_in=-3)
    assert "en retard depuis 3 jours" in browse("assistant-social-2").get(URL).content.decode()


def test_colleague_outside_the_team_and_ended_intervenant_see_nothing(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours
) -> None:
    suivi.add_intervenant(cast.cesf)
    Intervenant.objects.filter(agent=cast.cesf).update(ends_at=timezone.now() + timedelta(seconds=1))
    assert browse("cesf").get(URL).context["parcours"] == []
    assert browse("educateur").get(URL).context["parcours"] == []
    assert len(browse("assistant-social-2").get(URL).context["parcours"]) == 1


def test_empty_states_say_what_to_do(cast: SimpleNamespace, browse: Browse) -> None:
    page = browse("educateur").get(URL).content.decode()
    assert "Aucun relais n’attend votre unité." in page
    assert "Prendre un relais reçu ouvre un parcours" in page
    assert "/pilotage/" in browse("responsable-accompagnement").get(URL).content.decode()


def test_journal_names_everybody_on_the_list(cast: SimpleNamespace, browse: Browse, recu: Relais) -> None:
    other = UsagerFactory.create()
    make_parcours(other, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    browse("assistant-social-2").get(URL)
    row = last_row("liste")
    assert (row.action, row.agent_id) == (Acces.Action.LISTE, cast.assistant_social_2.pk)
    assert set(row.usager_ids) == {recu.usager_id, other.pk}


@together("key", ["apres", "relais"])
@together("value", ["", "x", "~", "2026-02-31~x", "10000-01-01~" + "0" * 32, "0001-01-01~" + "0" * 32, "\x00~\x00"])
def test_damaged_page_key_gives_the_first_page(browse: Browse, suivi: Parcours, key: str, value: str) -> None:
    response = browse("assistant-social-2").get(URL, {key: value})
    assert response.status_code == 200
    assert len(response.context["parcours"]) == 1


def fill(cast: SimpleNamespace, number: int) -> None:
    """`number` relais that wait and `number` parcours of assistant_social_2; three share each date."""
    usager = UsagerFactory.create()
    relais = make_relais(usager, by=cast.assistant_social, to="issy-accompagnement", promised_in=0)
    parcours = make_parcours(usager, sent_by=cast.assistant_social, by=cast.assistant_social_2)
    people = copies(usager, number - 1, nom_usage=lambda index: f"Nom{index:03}", reference=lambda _: make_reference())
    related_alike(relais, copies(relais, number - 1, usager=people, promised_on=in_days))
    others = copies(parcours, number - 1, usager=people, echeance=lambda index: in_days(index // 3))
    copies(parcours.intervenants.get(), number - 1, parcours=others)
    related_alike(parcours, others)


def in_days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def test_pages_show_everything_once(cast: SimpleNamespace, browse: Browse) -> None:
    """Several parcours share each date: the key must cut between them."""
    fill(cast, 60)
    client = browse("assistant-social-2")
    first = client.get(URL)
    second = client.get(URL, {"apres": first.context["suivante"]})
    both = [*first.context["parcours"], *second.context["parcours"]]
    assert [len(page.context["parcours"]) for page in (first, second)] == [50, 10]
    assert len({parcours.pk for parcours in both}) == 60
    assert [parcours.next_on for parcours in both] == sorted(parcours.next_on for parcours in both)
    assert second.context["suivante"] == ""
    relais = client.get(URL, {"relais": first.context["relais_suivante"]})
    shown = {one.pk for one in [*first.context["relais"], *relais.context["relais"]]}
    assert len(shown) == 60


def test_queries_do_not_grow(cast: SimpleNamespace, browse: Browse) -> None:
    clients = [browse(username) for username in ("assistant-social-2", "responsable-accompagnement")]
    fill(cast, 10)
    few = [count_queries(client, URL) for client in clients]
    fill(cast, 490)
    assert [count_queries(client, URL) for client in clients] == few
    assert max(few) <= 10


def test_sent_to_my_unite_but_not_a_parcours_unite(cast: SimpleNamespace, browse: Browse, aminata: Usager) -> None:
    """A relais to évaluation is accepted there, not here."""
    make_relais(aminata, by=cast.gos, to="issy-evaluation")
    assert browse("assistant-social").get(URL).context["relais"] == []


class TestImposedDeadlines:
    """A letter about somebody absent, told at the desk: who follows the person sees its date."""

    def assignation(self, cast: SimpleNamespace, suivi: Parcours, due_in: int = 20) -> Demande:
        letter = make_passage(by=cast.gos, canal="courrier")
        letter.add_usager(suivi.usager, is_present=False)
        made = make_demande(letter, by=cast.gos, usager=suivi.usager, besoin="Assignation", due_on=in_days(due_in))
        made.is_echeance_imposee = True
        made.save(update_fields=["is_echeance_imposee"])
        return made

    def test_shows_to_who_follows_the_person(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        made = self.assignation(cast, suivi)
        page = browse("assistant-social-2").get(URL).content.decode()
        assert "Échéances dites à l’accueil" in page
        assert "Assignation" in page
        assert f"/accueil/demandes/{made.pk}/" in page
        assert browse("assistant-social-2").get(f"/accueil/demandes/{made.pk}/").status_code == 200
        for username in ("cesf", "assistant-social", "responsable-accompagnement", "assistant-social-chatenay"):
            assert "Assignation" not in browse(username).get(URL).content.decode()

    def test_goes_with_the_demande_the_date_or_the_follow_up(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        made = self.assignation(cast, suivi)
        client = browse("assistant-social-2")
        assert client.get(URL).context["echeances"] == [made]
        Demande.objects.update(is_echeance_imposee=False)
        assert client.get(URL).context["echeances"] == []
        Demande.objects.update(is_echeance_imposee=True)
        made.finish(Demande.Statut.CLASSEE, by=cast.gos)
        assert client.get(URL).context["echeances"] == []
        other = self.assignation(cast, suivi, due_in=3)
        assert client.get(URL).context["echeances"] == [other]
        Intervenant.objects.update(ends_at=timezone.now())
        assert client.get(URL).context["echeances"] == []

    def test_a_confidential_letter_says_only_its_date(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        made = self.assignation(cast, suivi)
        made.passage.is_confidentiel = True
        made.passage.save(update_fields=["is_confidentiel"])
        page = browse("assistant-social-2").get(URL).content.decode()
        assert "Assignation" not in page
        assert "Espace confidentiel" in page

    def test_the_soonest_first_in_one_more_query(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        client = browse("assistant-social-2")
        made = self.assignation(cast, suivi)
        few = count_queries(client, URL)
        copies(made, 100, echeance=lambda index: in_days(19 - index % 19))
        assert count_queries(client, URL) == few
        dates = [demande.echeance for demande in client.get(URL).context["echeances"]]
        assert dates == sorted(dates)
        assert len(dates) == 20


def shown(client: Client, **asked: object) -> list[Parcours]:
    found: list[Parcours] = client.get(URL, asked).context["parcours"]  # type: ignore[arg-type]
    return found


class TestMyPlace:
    def test_is_said_in_words(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        suivi.add_intervenant(cast.cesf)
        cover(cast.educateur, suivi)
        assert "référent : vous" in browse("assistant-social-2").get(URL).content.decode()
        assert "intervenant, référent : Claire Bernard" in browse("cesf").get(URL).content.decode()
        assert "en remplacement, référent : Claire Bernard" in browse("educateur").get(URL).content.decode()

    @together(
        ("username", "place"),
        [("assistant-social-2", "referent"), ("cesf", "intervenant"), ("educateur", "remplacant")],
    )
    def test_narrows(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours, username: str, place: str) -> None:
        suivi.add_intervenant(cast.cesf)
        cover(cast.educateur, suivi)
        for asked in ("referent", "intervenant", "remplacant"):
            assert bool(shown(browse(username), place=asked)) is (asked == place)


class TestState:
    def test_a_late_bilan_is_loud_before_a_late_step(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        make_action(suivi, by=cast.assistant_social_2, due_in=-30)
        client = browse("assistant-social-2")
        assert "en retard depuis" in client.get(URL).content.decode()
        assert "bilan en retard" not in client.get(URL).content.decode()
        Parcours.objects.update(echeance=in_days(-3))
        assert "bilan en retard depuis 3 jours" in client.get(URL).content.decode()

    def test_narrows(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        asleep = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        asleep.move(Parcours.Statut.SUSPENDU, by=cast.assistant_social_2, wakes_on=in_days(9))
        Parcours.objects.filter(pk=suivi.pk).update(echeance=in_days(-1))
        client = browse("assistant-social-2")
        assert shown(client, etat="bilan") == [suivi]
        assert shown(client, etat="suspendu") == [asleep]
        assert shown(client, etat="suspendu", place="intervenant") == []
        assert (
            "Aucun de vos parcours ne répond à ces filtres."
            in client.get(URL, {"place": "intervenant"}).content.decode()
        )

    def test_an_ended_one_is_found_by_who_may_reopen_it(
        self, cast: SimpleNamespace, browse: Browse, suivi: Parcours
    ) -> None:
        suivi.add_intervenant(cast.cesf)
        client = browse("assistant-social-2")
        assert shown(client, etat="clos") == [], "the control: it is open"
        close(suivi, motif=Parcours.MotifCloture.DEPART, by=cast.assistant_social_2)
        assert shown(client) == shown(client, etat="bilan") == []
        assert shown(client, etat="clos") == shown(client, etat="clos", place="referent") == [suivi]
        assert shown(browse("cesf"), etat="clos") == [], "not by the team"
        assert last_row("liste").usager_ids == []
        text = client.get(URL, {"etat": "clos"}).content.decode()
        assert "1 parcours que je peux rouvrir" in text and "bilan en retard" not in text
        assert last_row("liste").usager_ids == [suivi.usager_id]
        # The filter stands above an empty list too: nothing else leads there.
        assert 'value="clos"' in client.get(URL).content.decode()
        standing = Rattachement.objects.live().filter(agent=cast.assistant_social_2, source_id=suivi.pk)
        standing.update(starts_at=timezone.now(), ends_at=timezone.now())
        assert shown(client, etat="clos") == [], "nor after thirty days"

    @together("value", ["tout", "31", "-1", "1 OR 1=1", *HOSTILE])
    @together("name", ["place", "etat", "sans_contact"])
    def test_an_unknown_choice_narrows_nothing(self, browse: Browse, suivi: Parcours, name: str, value: str) -> None:
        response = browse("assistant-social-2").get(URL, {name: value})
        assert response.status_code == 200
        assert response.context["parcours"] == [suivi]
        assert "Choisissez dans la liste." in response.content.decode()


class TestLastContact:
    def last(self, client: Client) -> date | None:
        (one,) = shown(client)
        found: date | None = one.last_contact  # type: ignore[attr-defined]
        return found

    def test_is_the_latest_exchange(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        client, me = browse("assistant-social-2"), cast.assistant_social_2
        assert "aucun contact noté" in client.get(URL).content.decode()
        make_ecrit(suivi, by=me, done_on=in_days(-40))
        assert self.last(client) == in_days(-40)
        bilan = {"parcours": suivi, "auteur": me, "synthese": "Avance.", "periode": 3, "next_on": in_days(60)}
        Bilan.objects.create(**bilan, held_on=in_days(-30))
        assert self.last(client) == in_days(-30)
        Bilan.objects.create(**bilan, held_on=in_days(-10), with_person=False)
        assert self.last(client) == in_days(-30), "without her, it is no exchange"
        honoured(suivi.usager, by=me, days_ago=2)
        assert self.last(client) == in_days(-2)
        assert "dernier contact il y a 2 jours" in client.get(URL).content.decode()

    def test_is_no_draft_and_no_round_table(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        client, me = browse("assistant-social-2"), cast.assistant_social_2
        make_ecrit(suivi, by=me, signed=False)
        make_ecrit(suivi, by=me, modalite=Ecrit.Modalite.CONCERTATION)
        assert self.last(client) is None
        make_ecrit(suivi, by=me)
        assert self.last(client) == in_days(0)

    def test_counts_only_what_its_reader_reads(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        """Health and psychology change not one byte of another métier's list."""
        suivi.add_intervenant(cast.puericultrice)
        suivi.add_intervenant(cast.psychologue)
        client = browse("assistant-social-2")
        before = client.get(URL).content.decode()
        make_ecrit(suivi, by=cast.puericultrice, cercle=Ecrit.Cercle.SANTE)
        make_ecrit(suivi, by=cast.psychologue, cercle=Ecrit.Cercle.PSYCHOLOGIE)
        honoured(suivi.usager, by=cast.psychologue, days_ago=1)
        assert masked(client.get(URL).content.decode()) == masked(before)
        assert self.last(browse("puericultrice")) == in_days(0)
        assert self.last(browse("psychologue")) == in_days(0)

    def test_narrows_to_those_without(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        """Before a first exchange, one counts from the opening."""
        client, me = browse("assistant-social-2"), cast.assistant_social_2
        Parcours.objects.filter(pk=suivi.pk).update(opened_on=in_days(-70))
        make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=me)
        assert [len(shown(client, sans_contact=days)) for days in (30, 60, 90)] == [1, 1, 0]
        make_ecrit(suivi, by=me, done_on=in_days(-45))
        assert [len(shown(client, sans_contact=days)) for days in (30, 60, 90)] == [1, 0, 0]
        make_ecrit(suivi, by=me, done_on=in_days(-29))
        assert shown(client, sans_contact=30) == []


def test_the_next_page_keeps_the_filters(cast: SimpleNamespace, browse: Browse) -> None:
    fill(cast, 60)
    client = browse("assistant-social-2")
    first = client.get(URL, {"place": "referent"})
    assert f"?{urlencode({'place': 'referent', 'apres': first.context['suivante']})}".replace("&", "&amp;") in (
        first.content.decode()
    )
    assert len(client.get(URL, {"place": "referent", "apres": first.context["suivante"]}).context["parcours"]) == 10


def test_only_a_unite_that_opens_parcours_is_offered_to_open_one(browse: Browse) -> None:
    link = "/parcours/entrees/nouvelle/"
    assert link in browse("cesf").get(URL).content.decode()
    for username in ("assistant-social", "responsable-accompagnement"):
        assert link not in browse(username).get(URL).content.decode()


def cover(agent: Agent, parcours: Parcours) -> None:
    Rattachement.objects.grant(
        Rattachement.Nature.DELEGATION, parcours.usager_id, parcours, agent=agent, until=timezone.now() + timedelta(9)
    )


def honoured(usager: Usager, *, by: Agent, days_ago: int) -> None:
    """An appointment that the person kept."""
    starts_at = timezone.now() - timedelta(days=days_ago)
    made = RendezVous(
        usager=usager, agent=by, unite=by.unites[0], starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30)
    )
    made.statut = RendezVous.Statut.HONORE
    made.created_by = by
    made.save()


def test_a_measure_s_birthday_is_told_to_the_team_and_not_to_sante_sexuelle(
    cast: SimpleNamespace, browse: Browse, suivi: Parcours
) -> None:
    """Child protection is never for santé sexuelle, who may be in the team."""
    today = timezone.localdate()
    Usager.objects.filter(pk=suivi.usager_id).update(
        naissance_annee=today.year - 18, naissance_mois=today.month, naissance_jour=min(today.day, 28)
    )
    for agent in (cast.cesf, cast.ccf):
        suivi.add_intervenant(agent)
    assert "18 ans le" not in browse("cesf").get(URL).content.decode(), "not of whoever is followed for another reason"
    Parcours.objects.filter(pk=suivi.pk).update(entree=Parcours.Entree.ASE)
    assert "18 ans le" in browse("cesf").get(URL).content.decode()
    seen = browse("ccf").get(URL).content.decode()
    assert suivi.usager.nom_court in seen and "18 ans le" not in seen
