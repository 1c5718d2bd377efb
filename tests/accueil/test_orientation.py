"""Sending to a partner: the slip, the answer, the demande taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.forms.orientation import grouped, matches
from accueil.models import Demande, Droit, Orientation, Passage, Rattachement, Usager
from accueil.views.orientation import orientations_of, orientations_of_usager, orientations_unanswered
from parcours.demonstration.builders import make_demande, make_orientation, make_passage, receive
from parcours.demonstration.clock import at
from pole_social.models import Acces, Agent, Commune, Domaine, MoveRefused, Partenaire
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown, someone
from tests.bulk import copies, related_alike
from tests.queries import count_queries
from tests.threads import at_once
from tests.together import together

Statut = Orientation.Statut
SOON = timezone.localdate() + timedelta(days=10)
CCAS = "ccas-issy"


def url(passage: Passage) -> str:
    return f"/accueil/passages/{passage.pk}/orientations/nouvelle/"


def of(orientation: Orientation, act: str = "bon") -> str:
    return f"/accueil/orientations/{orientation.pk}/{act}/"


def partenaire(code: str = CCAS) -> Partenaire:
    return Partenaire.objects.get(code=code)


def orientation_data(**fields: Any) -> dict[str, Any]:
    return {
        "cle": str(uuid4()),
        "partenaire": partenaire().pk,
        "objet": "Demander une aide pour la cantine",
        "expected_on": f"{SOON:%d/%m/%Y}",
        **fields,
    }


@pytest.fixture
def demande(cast: SimpleNamespace, received: Passage) -> Demande:
    return make_demande(received, by=cast.gos)


@pytest.fixture
def sent(cast: SimpleNamespace, received: Passage, aminata: Usager, demande: Demande) -> Orientation:
    return make_orientation(received, by=cast.gos, usager=aminata, demande=demande)


class TestSending:
    def test_settles_the_demande_and_keeps_the_read(
        self, cast: SimpleNamespace, desk: Client, received: Passage, demande: Demande, aminata: Usager
    ) -> None:
        response = desk.post(url(received), orientation_data(demande=str(demande.pk)))
        made = Orientation.objects.get()
        assert response.url == of(made)  # type: ignore[attr-defined]
        assert (made.usager, made.passage, made.unite, made.created_by) == (
            aminata,
            received,
            received.unite,
            cast.gos,
        )
        demande.refresh_from_db()
        assert (demande.statut, made.statut) == ("orientee", "ouverte")
        assert made.etapes.get().by == cast.gos
        related = Rattachement.objects.from_source(made).get()
        assert (related.nature, related.unite, related.ends_at) == ("demande", received.unite, None)
        row = last_acces("orientation_nouvelle")
        assert (row.action, row.usager_ids) == (Acces.Action.ECRITURE, [aminata.pk])

    def test_without_a_demande_or_without_a_name(self, cast: SimpleNamespace, desk: Client) -> None:
        anonymous = receive(make_passage(by=cast.gos), by=cast.gos)
        assert desk.get(url(anonymous)).status_code == 200
        page = desk.post(url(anonymous), orientation_data(), follow=True).content.decode()
        made = Orientation.objects.get()
        assert (made.usager, made.demande) == (None, None)
        assert "la personne qui présente ce bon" in page
        assert not Rattachement.objects.from_source(made).exists()

    def test_the_demande_from_which_one_comes_is_chosen(
        self, desk: Client, received: Passage, demande: Demande
    ) -> None:
        page = desk.get(f"{url(received)}?demande={demande.pk}")
        assert page.context["form"]["demande"].value() == str(demande.pk)
        for other in (uuid4(), "x", "a%00b", "x" * 2000):
            assert desk.get(f"{url(received)}?demande={other}").context["form"]["demande"].value() is None

    def test_of_a_couple_the_demande_is_that_of_the_one_sent(
        self, cast: SimpleNamespace, desk: Client, aminata: Usager
    ) -> None:
        other = someone()
        made = receive(make_passage(aminata, other, by=cast.gos), by=cast.gos)
        hers = make_demande(made, by=cast.gos, usager=aminata)
        data = orientation_data(demande=str(hers.pk), usager=str(other.pk))
        assert "une demande de cette personne" in desk.post(url(made), data).content.decode()
        desk.post(url(made), data | {"usager": str(aminata.pk)})
        assert Orientation.objects.get().usager == aminata

    @together(
        ("field", "value"),
        [
            *[("partenaire", value) for value in ("", "999999", "x", "-1", "9" * 30)],
            *[("objet", text) for text in ("", "x" * 301, *HOSTILE)],
            *[("expected_on", text) for text in ("", "31/02/2027", "1/1/2020", "1/1/10000", "mars 2027", "a\x00b")],
            *[("demande", value) for value in (str(uuid4()), "x", "a\x00b")],
        ],
    )
    def test_bad_input_sends_nothing_and_keeps_the_text(
        self, desk: Client, received: Passage, demande: Demande, field: str, value: str
    ) -> None:
        response = desk.post(url(received), orientation_data(**{field: value}))
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        assert field == "objet" or "aide pour la cantine" in page
        assert not Orientation.objects.exists()

    def test_a_double_submit_sends_once_and_another_text_is_said(
        self, desk: Client, received: Passage, demande: Demande
    ) -> None:
        data = orientation_data(demande=str(demande.pk))
        first, second = desk.post(url(received), data), desk.post(url(received), data)
        assert first.url == second.url  # type: ignore[attr-defined]
        response = desk.post(url(received), data | {"partenaire": partenaire("ccas-clamart").pk})
        assert response.status_code == 409
        assert "CCAS de Clamart" in response.content.decode()
        assert Orientation.objects.count() == 1

    def test_a_demande_settled_meanwhile_is_said_and_nothing_is_written(
        self, cast: SimpleNamespace, desk: Client, received: Passage, demande: Demande
    ) -> None:
        demande.finish(Demande.Statut.CLASSEE, by=cast.gos, motif="Doublon")
        response = desk.post(url(received), orientation_data(demande=str(demande.pk)))
        assert response.status_code == 409
        assert "aide pour la cantine" in response.content.decode()
        assert not Orientation.objects.exists()

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], received: Passage
    ) -> None:
        assert desk.get(url(received)).status_code == 200
        assert desk.put(url(received)).status_code == 405
        for username in (*OTHER_SEARCHERS, "dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).get(url(received)).status_code == 403
        for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
            assert same_as_unknown(sign_in(stranger), url(received), received.pk)


class TestPartners:
    def test_those_of_the_commune_come_first(self, desk: Client, received: Passage) -> None:
        groups = dict(desk.get(url(received)).context["form"].fields["partenaire"].choices)
        near = {nom for _, nom in groups["Dans la commune"]}
        assert partenaire().nom in near
        assert partenaire("ccas-clamart").nom not in near
        assert list(groups)[1] == "Dans la commune"
        offered = {nom for label, group in groups.items() if label for _, nom in group}
        kept = Partenaire.objects.exclude(type=Partenaire.Type.PROTECTION_ENFANCE)
        assert offered == {one.nom for one in kept} != {one.nom for one in Partenaire.objects.all()}

    def test_nobody_is_sent_to_the_crip_with_a_slip(self, desk: Client, received: Passage) -> None:
        desk.post(url(received), orientation_data(partenaire=partenaire("crip-92").pk))
        assert not Orientation.objects.exists()

    def test_without_a_commune_the_list_is_whole(self, cast: SimpleNamespace) -> None:
        everybody = list(Partenaire.objects.prefetch_related("communes"))
        assert "Dans la commune" not in dict(grouped(everybody, {None}))
        issy = Commune.objects.get(code="92040").pk
        assert next(iter(dict(grouped(everybody, {issy})))) == "Dans la commune"

    @together(
        ("words", "found"), [("", True), ("ccas", True), ("ÎSSY ccas", True), ("retraite", False), ("ccas zut", False)]
    )
    def test_the_words_searched_are_all_in_it(self, cast: SimpleNamespace, words: str, found: bool) -> None:
        assert matches(partenaire(), words) is found

    def test_searching_shortens_the_list_and_keeps_what_is_typed(
        self, desk: Client, received: Passage, demande: Demande
    ) -> None:
        typed = orientation_data(partenaire="", demande=str(demande.pk), objet="Ses mots", expected_on="12 mars 2099")
        response = desk.post(url(received), typed | {"chercher": "oui", "cherche": "clamart", "cherche_fait": ""})
        form, page = response.context["form"], response.content.decode()
        offered = [nom for _, group in form.fields["partenaire"].choices[1:] for _, nom in group]
        assert offered == ["CCAS de Clamart"]
        assert "1 partenaire dans la liste." in page
        assert "Ses mots" in page
        assert "12 mars 2099" in page
        assert form["cle"].value() == typed["cle"]
        assert "à corriger" not in page
        assert not Orientation.objects.exists()

    def test_enter_with_the_same_words_sends(self, desk: Client, received: Passage) -> None:
        words = {"chercher": "oui", "cherche": "clamart", "cherche_fait": "clamart"}
        desk.post(url(received), orientation_data(partenaire=partenaire("ccas-clamart").pk) | words)
        assert Orientation.objects.get().partenaire.code == "ccas-clamart"

    @together("words", [*HOSTILE, "%", "_", "' OR 1=1", "😀", "zzz"])
    def test_hostile_words_find_nothing_and_break_nothing(self, desk: Client, received: Passage, words: str) -> None:
        response = desk.post(url(received), {"chercher": "oui", "cherche": words, "objet": "Ses mots"})
        assert response.status_code == 200
        assert "Ses mots" in response.content.decode()


class TestSlip:
    def test_says_who_receives_what_for_and_what_to_bring(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, demande: Demande
    ) -> None:
        droit = Droit.objects.create(
            code="test-cantine",
            libelle="Tarif",
            organisme="Mairie",
            domaine=demande.domaine,
            a_verifier_quand="-",
            pieces="avis d’imposition ; justificatif de domicile",
        )
        demande.droit = droit
        demande.save(update_fields=["droit"])
        made = make_orientation(received, by=cast.gos, usager=aminata, demande=demande)
        page = desk.get(of(made)).content.decode()
        for said in (
            partenaire().nom,
            "Demander une aide pour la cantine",
            "Avis d’imposition",
            "Justificatif de domicile",
            cast.gos.nom_complet,
            f"réf. {aminata.reference}",
        ):
            assert said in page
        assert page.split("<title>")[1].startswith("Bon d’orientation · Pôle social")
        assert "cantine" not in page.split("<h1>")[1].split("</h1>")[0]

    def test_says_where_it_is_and_when_it_opens(self, desk: Client, sent: Orientation) -> None:
        known = {"adresse": "1, rue de l’Entraide", "telephone": "01 99 00 20 01", "horaires": "fermé le lundi matin"}
        Partenaire.objects.filter(pk=sent.partenaire_id).update(**dict.fromkeys(known, ""))
        before = desk.get(of(sent)).content.decode()
        assert not any(value in before for value in known.values())
        Partenaire.objects.filter(pk=sent.partenaire_id).update(**known)
        after = desk.get(of(sent)).content.decode()
        assert all(value in after for value in known.values())

    def test_never_prints_the_safe_contact(self, desk: Client, sent: Orientation) -> None:
        Usager.objects.update(contact_sur="sms", contact_sur_alias="Cousine Rose", contact_sur_sans_message=True)
        page = desk.get(of(sent)).content.decode()
        assert "Cousine Rose" not in page
        assert "SMS" not in page

    @together("why", ["confidential", "partner", "demande", "nothing"])
    def test_a_discreet_slip_prints_a_number_and_a_place(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, demande: Demande, why: str
    ) -> None:
        if why == "confidential":
            Passage.objects.update(is_confidentiel=True)
        if why == "demande":
            Demande.objects.update(domaine=Domaine.objects.get(code="violences"))
        if why == "partner":
            Partenaire.objects.filter(code=CCAS).update(type=Partenaire.Type.VIOLENCES)
        fresh = Passage.objects.select_related("unite").get(pk=received.pk)
        made = make_orientation(fresh, by=cast.gos, usager=aminata, demande=Demande.objects.get(pk=demande.pk))
        page = desk.get(of(made)).content.decode()
        paper = page.split('<article class="papier"')[1].split("</article>")[0]
        printed = page.split('<div class="impression">')[1].split("</div>")[0] + paper
        secrets = (partenaire().nom, "cantine", "Traoré", aminata.reference, cast.gos.nom_complet)
        assert f"n° {received.numero}" in printed or why == "nothing"
        assert [secret in printed for secret in secrets] == [why == "nothing"] * len(secrets)

    def test_the_journal_says_a_print(self, desk: Client, sent: Orientation, aminata: Usager) -> None:
        desk.get(of(sent))
        row = last_acces("orientation_bon")
        assert (row.action, row.usager_ids, row.objet_id) == (Acces.Action.IMPRESSION, [aminata.pk], sent.pk)

    def test_who_may_read(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], sent: Orientation
    ) -> None:
        assert sign_in(cast.gos_2).get(of(sent)).status_code == 200
        assert desk.post(of(sent)).status_code == 405
        for stranger in (cast.gos_chatenay, cast.cesf, cast.puericultrice, cast.responsable_sst):
            assert same_as_unknown(sign_in(stranger), of(sent), sent.pk)
        assert sign_in(cast.dpo).get(of(sent)).status_code == 403

    def test_an_anonymous_one_stays_with_its_unite(
        self, cast: SimpleNamespace, sign_in: Callable[..., Client], desk: Client
    ) -> None:
        made = make_orientation(receive(make_passage(by=cast.gos), by=cast.gos), by=cast.gos)
        with at(timezone.now() + timedelta(days=3)):
            assert Orientation.objects.visible_to(cast.gos_2).get() == made
            assert not Orientation.objects.visible_to(cast.gos_chatenay).exists()
            made.answer(Statut.VALIDEE, by=cast.gos)
            assert not Orientation.objects.visible_to(cast.gos_2).exists()


class TestAnswer:
    def test_is_noted_with_its_words_and_the_read_ends_in_seven_days(
        self, cast: SimpleNamespace, desk: Client, sent: Orientation
    ) -> None:
        assert desk.get(of(sent, "reponse")).status_code == 200
        assert "Nous attendons la réponse" in desk.get(of(sent)).content.decode()
        for _ in range(2):
            response = desk.post(of(sent, "reponse"), {"vers": "validee", "reponse": "Rendez-vous jeudi."})
            assert response.url == of(sent)  # type: ignore[attr-defined]
        sent.refresh_from_db()
        assert (sent.statut, sent.reponse, sent.etapes.count()) == ("validee", "Rendez-vous jeudi.", 2)
        ends_at = Rattachement.objects.from_source(sent).get().ends_at
        assert ends_at and abs(ends_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=5)
        assert "Rendez-vous jeudi." in (slip := desk.get(of(sent)).content.decode())
        assert "Nous attendons" not in slip and "revenez nous voir" in slip
        assert "déjà notée" in desk.get(of(sent, "reponse")).content.decode()

    def test_another_answer_comes_too_late(self, cast: SimpleNamespace, desk: Client, sent: Orientation) -> None:
        sent.answer(Statut.VALIDEE, by=cast.gos, reponse="Oui.")
        response = desk.post(of(sent, "reponse"), {"vers": "refusee", "reponse": "Non, finalement."})
        assert response.status_code == 409
        assert "Non, finalement." in response.content.decode()
        with pytest.raises(MoveRefused):
            sent.answer(Statut.REFUSEE, by=cast.gos)

    def test_a_refusal_offers_to_take_the_demande_up(
        self, cast: SimpleNamespace, desk: Client, sent: Orientation, demande: Demande
    ) -> None:
        response = desk.post(of(sent, "reponse"), {"vers": "refusee", "reponse": "Hors secteur."}, follow=True)
        assert "Hors secteur." in response.content.decode()
        assert "Reprendre la demande" in response.content.decode()
        for _ in range(2):
            response = desk.post(of(sent, "reprise"), {"due_on": f"{SOON:%d/%m/%Y}"})
            assert response.url == f"/accueil/passages/{sent.passage_id}/"  # type: ignore[attr-defined]
        demande.refresh_from_db()
        assert (demande.statut, demande.echeance) == ("a_pre_instruire", SOON)
        assert demande.etapes.filter(vers="a_pre_instruire", de="orientee").count() == 1
        assert Rattachement.objects.live().from_source(demande).filter(ends_at=None).exists()
        assert "pas de demande à reprendre" in desk.get(of(sent, "reprise")).content.decode()

    def test_only_a_refusal_brings_the_demande_back(
        self, cast: SimpleNamespace, desk: Client, sent: Orientation, demande: Demande
    ) -> None:
        data = {"due_on": f"{SOON:%d/%m/%Y}"}
        assert desk.post(of(sent, "reprise"), data).status_code == 409
        sent.answer(Statut.VALIDEE, by=cast.gos, reponse="Oui.")
        assert desk.post(of(sent, "reprise"), data).status_code == 409
        demande.refresh_from_db()
        assert demande.statut == "orientee"

    @together(
        ("act", "field", "value"),
        [
            *[("reponse", "vers", value) for value in ("", "ouverte", "a\x00b")],
            *[("reponse", "reponse", text) for text in ("", "x" * 501, *HOSTILE)],
            *[("reprise", "due_on", text) for text in ("", "31/02/2027", "1/1/2020", "1/1/10000", "x" * 100_000)],
        ],
    )
    def test_bad_input_changes_nothing(
        self, cast: SimpleNamespace, desk: Client, sent: Orientation, act: str, field: str, value: str
    ) -> None:
        if act == "reprise":
            sent.answer(Statut.REFUSEE, by=cast.gos, reponse="Non.")
        data = {"vers": "validee", "reponse": "Ses mots", "due_on": f"{SOON:%d/%m/%Y}", field: value}
        response = desk.post(of(sent, act), data)
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert Demande.objects.get().statut == "orientee"
        assert Orientation.objects.get().statut == ("refusee" if act == "reprise" else "ouverte")

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: Callable[..., Client], sent: Orientation
    ) -> None:
        for act in ("reponse", "reprise"):
            assert desk.get(of(sent, act)).status_code == 200
            assert desk.put(of(sent, act)).status_code == 405
            for username in (*OTHER_SEARCHERS, "dpo", "admin"):
                assert sign_in(Agent.objects.get(username=username)).post(of(sent, act)).status_code == 403
            for stranger in (cast.gos_chatenay, cast.responsable_evaluation):
                assert same_as_unknown(sign_in(stranger), of(sent, act), sent.pk)


class TestUnanswered:
    def test_is_read_from_the_date_and_said_loud(
        self,
        cast: SimpleNamespace,
        desk: Client,
        received: Passage,
        aminata: Usager,
        django_assert_num_queries: Callable[..., Any],
    ) -> None:
        due = make_orientation(received, by=cast.gos, usager=aminata, due_in=0)
        late = make_orientation(received, by=cast.gos, usager=aminata, due_in=-1)
        later = make_orientation(received, by=cast.gos, due_in=-5)
        answered = make_orientation(received, by=cast.gos, usager=aminata, due_in=-9)
        answered.answer(Statut.VALIDEE, by=cast.gos)
        assert len(cast.gos.unite_ids) and len(cast.gos_chatenay.unite_ids)
        with django_assert_num_queries(1):
            assert orientations_unanswered(cast.gos, received.unite) == [later, late]
        assert orientations_unanswered(cast.gos_chatenay, received.unite) == []
        assert (due.is_unanswered(), late.is_unanswered(), answered.is_unanswered()) == (False, True, False)
        assert "Sans réponse" in desk.get(of(late)).content.decode()
        assert "Sans réponse" not in desk.get(of(due)).content.decode()

    def test_stands_at_the_desk_and_a_discreet_one_names_nobody(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        make_orientation(received, by=cast.gos, usager=aminata, due_in=-1)
        page = desk.get("/accueil/").content.decode().split("Orientations sans réponse")[1]
        assert aminata.nom_court in page
        assert partenaire().nom in page
        Partenaire.objects.filter(code=CCAS).update(type=Partenaire.Type.VIOLENCES)
        page = desk.get("/accueil/").content.decode().split("Orientations sans réponse")[1]
        assert aminata.nom_court not in page
        assert partenaire().nom not in page

    def test_comes_first_on_the_page_of_the_person(
        self,
        cast: SimpleNamespace,
        desk: Client,
        received: Passage,
        aminata: Usager,
        django_assert_num_queries: Callable[..., Any],
    ) -> None:
        waiting = make_orientation(received, by=cast.gos, usager=aminata)
        late = make_orientation(received, by=cast.gos, usager=aminata, due_in=-1)
        with django_assert_num_queries(1):
            assert orientations_of_usager(cast.gos, aminata)["orientations"] == [late, waiting]
        with django_assert_num_queries(1):
            assert set(orientations_of(cast.gos, received, [aminata])["orientations"]) == {late, waiting}
        for page in (f"/accueil/usagers/{aminata.pk}/", f"/accueil/passages/{received.pk}/"):
            assert "sans réponse" in desk.get(page).content.decode()

    @pytest.mark.parametrize("rows", [10, 500])
    def test_queries_do_not_depend_on_the_rows(
        self, cast: SimpleNamespace, desk: Client, received: Passage, sent: Orientation, rows: int
    ) -> None:
        related_alike(sent, copies(sent, rows, demande_id=lambda _: None))
        assert count_queries(desk, of(sent)) <= 8
        assert count_queries(desk, url(received)) <= 16
        assert count_queries(desk, of(sent, "reponse")) <= 8


@pytest.mark.django_db(transaction=True)
def test_of_two_desks_that_note_an_answer_one_is_kept(
    cast: SimpleNamespace, sign_in: Callable[..., Client], aminata: Usager
) -> None:
    passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
    demande = make_demande(passage, by=cast.gos)
    sent = make_orientation(passage, by=cast.gos, usager=aminata, demande=demande)
    answers = [(sign_in(cast.gos), "validee"), (sign_in(cast.gos_2), "refusee")]

    def answer(browser: Client, vers: str) -> Callable[[], int]:
        return lambda: browser.post(of(sent, "reponse"), {"vers": vers, "reponse": "Dit au téléphone."}).status_code

    assert sorted(map(str, at_once([answer(*one) for one in answers]))) == ["302", "409"]
    assert sent.etapes.exclude(de="").count() == 1
