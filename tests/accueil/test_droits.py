"""Rights to check on the page of a passage, and one right followed from repéré to obtenu."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accueil.models import (
    Bareme,
    Demande,
    Droit,
    DroitSuivi,
    EtapeDroitSuivi,
    Fait,
    Passage,
    Rattachement,
    Regle,
    Usager,
)
from accueil.views.droit import droits_of_usager
from parcours.demonstration.builders import make_demande, make_passage, make_relais, receive
from parcours.demonstration.clock import at
from pole_social.models import Acces, Agent
from tests.accueil.conftest import HOSTILE, OTHER_SEARCHERS, last_acces, same_as_unknown, someone
from tests.bulk import copies, related_alike
from tests.queries import count_queries
from tests.together import together

SignIn = Callable[..., Client]
Statut, NonRecours = DroitSuivi.Statut, DroitSuivi.NonRecours
AFTER = timedelta(days=7)
MODESTE = {"assurance_maladie": "oui", "complementaire": "non", "ressources_annuelles": "9000"}


def say(usager: Usager, *, by: Agent, **donnees: str) -> None:
    """What this person told, in the catalogue's own answers."""
    for sujet, donnee in donnees.items():
        told = {"valeur": donnee, "donnee": donnee, "unite": by.unites[0], "recorded_by": by}
        Fait.objects.create(usager=usager, sujet=sujet, **told)


def panel(client: Client, passage: Passage) -> str:
    """The section of the rights on the page of a passage."""
    page = client.get(f"/accueil/passages/{passage.pk}/").content.decode()
    return page.split('id="droits"', 1)[1].split("</section>", 1)[0]


def suivi_url(suivi: DroitSuivi, act: str = "") -> str:
    return f"/accueil/droits/{suivi.pk}/{act}"


def follow_url(passage: Passage) -> str:
    return f"/accueil/passages/{passage.pk}/droits/"


def in_days(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%d/%m/%Y}"


@pytest.fixture
def suivi(cast: SimpleNamespace, received: Passage, aminata: Usager) -> DroitSuivi:
    """The RSA, just noticed for Aminata by `gos`."""
    return DroitSuivi.follow(aminata, Droit.objects.get(code="rsa"), unite=received.unite, by=cast.gos)


class TestPanel:
    def test_says_which_because_of_what_and_what_to_bring(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, **MODESTE)
        shown = panel(desk, received)
        assert "Complémentaire santé solidaire" in shown
        assert "parce que : assurance maladie à jour, sans complémentaire santé, ressources sous le plafond" in shown
        assert "avis d’imposition" in shown
        assert "Suivre ce droit" in shown
        assert "avez droit" not in shown

    def test_a_barème_that_nobody_filled_in_is_said(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        Bareme.objects.filter(code="c2s_plafond_personne_seule").update(valeur=None)
        say(aminata, by=cast.gos, **MODESTE)
        shown = panel(desk, received)
        assert "barème à renseigner : complémentaire santé solidaire" in shown
        assert "Peut-être" in shown

    def test_an_out_of_date_one_too(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        Bareme.objects.filter(code="rsa_montant_forfaitaire_1_personne").update(starts_on=None, ends_on=yesterday)
        say(aminata, by=cast.gos, ressources_mensuelles="100")
        assert f"barème périmé depuis le {yesterday:%d/%m/%Y} : RSA, montant forfaitaire" in panel(desk, received)

    def test_what_is_missing_is_asked(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, statut_logement="locataire")
        shown = panel(desk, received)
        assert "Reçoit une aide au logement ?" in shown
        assert "Rien à vérifier d’après ce qui a été dit" in shown

    def test_the_latest_word_counts(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, impaye_loyer="oui")
        assert "Fonds de solidarité pour le logement" in panel(desk, received)
        say(aminata, by=cast.gos, impaye_loyer="non")
        assert "Fonds de solidarité pour le logement" not in panel(desk, received)

    def test_nobody_s_word_serves_another(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        """A couple received together: each has their own rights, from their own words only."""
        other = someone(nom_usage="Diallo", prenoms="Ibrahima", naissance_annee=1960)
        made = receive(make_passage(aminata, other, by=cast.gos), by=cast.gos)
        say(aminata, by=cast.gos, impaye_loyer="oui")
        context = desk.get(f"/accueil/passages/{made.pk}/").context
        said = {pistes.usager.pk: [piste.droit.code for piste in pistes.a_verifier] for pistes in context["pistes"]}
        assert said == {aminata.pk: ["fsl"], other.pk: []}

    def test_a_sensitive_word_stands_only_while_a_demande_needs_it(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, violences_conjoint="oui")
        assert "Ordonnance de protection" not in panel(desk, received)
        demande = make_demande(received, by=cast.gos, domaine="violences", besoin="Se protéger")
        Demande.objects.filter(pk=demande.pk).update(droit=Droit.objects.get(code="ordonnance_protection"))
        shown = panel(desk, received)
        assert "Ordonnance de protection" in shown
        assert "Aide universelle d’urgence" in shown

    def test_what_the_person_came_for_is_asked_in_full(
        self, cast: SimpleNamespace, desk: Client, received: Passage
    ) -> None:
        demande = make_demande(received, by=cast.gos, domaine="autonomie", besoin="Un dossier")
        assert "Déclare un handicap ?" not in panel(desk, received)
        Demande.objects.filter(pk=demande.pk).update(droit=Droit.objects.get(code="pch"))
        assert "Déclare un handicap ?" in panel(desk, received)

    def test_is_of_no_use_to_nobody(self, cast: SimpleNamespace, desk: Client) -> None:
        made = receive(make_passage(by=cast.gos), by=cast.gos)
        assert "Passage anonyme" in panel(desk, made)

    def test_a_right_no_longer_offered_is_silent(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, impaye_loyer="oui")
        Droit.objects.filter(code="fsl").update(is_active=False)
        assert "Fonds de solidarité" not in panel(desk, received)

    def test_a_rule_that_cannot_be_read_breaks_nothing(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, impaye_loyer="oui", adresse_stable="non")
        Regle.objects.filter(code="fsl").update(conditions={"n’importe": "quoi"})
        shown = panel(desk, received)
        assert "Domiciliation" in shown
        assert "1 règle ne se lit pas" in shown

    def test_never_prints(self, desk: Client, received: Passage) -> None:
        page = desk.get(f"/accueil/passages/{received.pk}/").content.decode()
        assert '<section class="section a-l-ecran" id="droits"' in page

    def test_who_only_reads_gets_no_button(
        self, cast: SimpleNamespace, sign_in: SignIn, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, impaye_loyer="oui")
        Rattachement.objects.grant(Rattachement.Nature.REFERENT, aminata.pk, received, agent=cast.cesf)
        shown = panel(sign_in(cast.cesf), received)
        assert "Fonds de solidarité" in shown
        assert "Suivre ce droit" not in shown

    def test_costs_the_same_with_many_words_and_many_rights(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager, suivi: DroitSuivi
    ) -> None:
        url = f"/accueil/passages/{received.pk}/"
        say(aminata, by=cast.gos, impaye_loyer="oui", **MODESTE)
        few = count_queries(desk, url)
        fait = Fait.objects.filter(sujet="impaye_loyer").get()
        copies(fait, 500, said_at=lambda index: fait.said_at - timedelta(minutes=index + 1))
        copies(suivi, 200, statut=lambda index: Statut.ABANDONNE)
        assert count_queries(desk, url) == few


class TestFollowing:
    def data(self, usager: Usager, droit: str = "rsa", **more: Any) -> dict[str, Any]:
        return {"usager": str(usager.pk), "droit": droit, "cle": str(uuid4()), **more}

    def test_makes_it_with_a_next_date_and_keeps_the_unite_related(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        response = desk.post(follow_url(received), self.data(aminata))
        assert response.url == f"/accueil/passages/{received.pk}/#droits"  # type: ignore[attr-defined]
        made = DroitSuivi.objects.get()
        assert (made.usager, made.droit.code, made.unite) == (aminata, "rsa", received.unite)
        assert (made.statut, made.agent, made.created_by) == (Statut.REPERE, cast.gos, cast.gos)
        assert made.echeance == timezone.localdate() + timedelta(days=14)
        assert made.etapes.get().by == cast.gos
        related = Rattachement.objects.from_source(made).get()
        assert (related.nature, related.unite, related.ends_at) == ("demande", received.unite, None)
        assert last_acces("droit_suivre").action == Acces.Action.ECRITURE

    def test_once_however_it_is_sent(self, desk: Client, received: Passage, aminata: Usager) -> None:
        data = self.data(aminata)
        for sent in (data, data, self.data(aminata), {**data, "cle": ""}):
            assert desk.post(follow_url(received), sent).status_code == 302
        assert DroitSuivi.objects.count() == 1
        assert EtapeDroitSuivi.objects.count() == 1
        assert desk.post(follow_url(received), {**data, "droit": "apl"}).status_code == 409

    def test_no_longer_proposed_once_followed(
        self, cast: SimpleNamespace, desk: Client, received: Passage, aminata: Usager
    ) -> None:
        say(aminata, by=cast.gos, impaye_loyer="oui")
        assert "parce que : loyer impayé" in panel(desk, received)
        desk.post(follow_url(received), self.data(aminata, "fsl"))
        shown = panel(desk, received)
        assert "parce que" not in shown
        assert "Fonds de solidarité pour le logement" in shown
        made = DroitSuivi.objects.get()
        made.advance(Statut.ABANDONNE, by=cast.gos)
        assert "parce que : loyer impayé" in panel(desk, received)

    def test_again_after_it_ended(
        self, cast: SimpleNamespace, desk: Client, received: Passage, suivi: DroitSuivi
    ) -> None:
        suivi.advance(Statut.ABANDONNE, by=cast.gos)
        desk.post(follow_url(received), self.data(suivi.usager))
        assert DroitSuivi.objects.open().exclude(pk=suivi.pk).count() == 1

    def test_another_unite_joins_what_is_followed(
        self, cast: SimpleNamespace, sign_in: SignIn, suivi: DroitSuivi, aminata: Usager
    ) -> None:
        there = receive(make_passage(aminata, by=cast.gos_chatenay), by=cast.gos_chatenay)
        client = sign_in(cast.gos_chatenay)
        assert client.post(follow_url(there), self.data(aminata)).status_code == 302
        assert DroitSuivi.objects.count() == 1
        assert Rattachement.objects.from_source(suivi).count() == 2
        assert client.get(suivi_url(suivi)).status_code == 200
        assert same_as_unknown(client, suivi_url(suivi, "suite/"), suivi.pk)

    @together(
        "changed",
        [
            {"droit": "inconnu"},
            {"droit": ""},
            {"usager": ""},
            {"usager": "x"},
            {"usager": str(uuid4())},
            {"cle": "x"},
            *[{"droit": text} for text in HOSTILE],
        ],
    )
    def test_a_tampered_one_is_like_an_unknown_one(
        self, desk: Client, received: Passage, aminata: Usager, changed: dict[str, str]
    ) -> None:
        assert desk.post(follow_url(received), self.data(aminata) | changed).status_code == 404
        assert not DroitSuivi.objects.exists()

    def test_only_of_somebody_of_this_passage(self, desk: Client, received: Passage, aminata: Usager) -> None:
        assert desk.post(follow_url(received), self.data(someone())).status_code == 404
        assert desk.post(follow_url(received), self.data(aminata)).status_code == 302

    def test_who_may_not(
        self, cast: SimpleNamespace, desk: Client, sign_in: SignIn, received: Passage, aminata: Usager
    ) -> None:
        url = follow_url(received)
        make_relais(aminata, by=cast.gos)
        assert desk.get(url).status_code == 405
        for username in (*OTHER_SEARCHERS, "dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).post(url).status_code == 403
        assert same_as_unknown(sign_in(cast.gos_chatenay), url, received.pk, method="post")
        assert desk.post(url, self.data(aminata)).status_code == 302


class TestPage:
    def test_says_where_it_stands(self, desk: Client, suivi: DroitSuivi) -> None:
        page = desk.get(suivi_url(suivi)).content.decode()
        for said in ("Revenu de solidarité active", "repéré", "justificatif de domicile", "Informer la personne"):
            assert said in page
        row = last_acces("droit_suivi")
        assert row.usager_ids == [suivi.usager_id]
        assert row.rattachement_id

    @pytest.mark.parametrize("username", ["gos", "gos-2", "assistante-administrative", "responsable-accueil"])
    def test_the_desk_reads_and_acts(self, sign_in: SignIn, suivi: DroitSuivi, username: str) -> None:
        client = sign_in(Agent.objects.get(username=username))
        assert "Abandonner ce droit" in client.get(suivi_url(suivi)).content.decode()
        assert client.get(suivi_url(suivi, "etape/informe/")).status_code == 200

    def test_the_others(self, cast: SimpleNamespace, sign_in: SignIn, suivi: DroitSuivi) -> None:
        for username in OTHER_SEARCHERS:
            client = sign_in(Agent.objects.get(username=username))
            assert same_as_unknown(client, suivi_url(suivi), suivi.pk)
            assert client.get(suivi_url(suivi, "etape/informe/")).status_code == 403
        for username in ("dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).get(suivi_url(suivi)).status_code == 403
        Rattachement.objects.grant(Rattachement.Nature.REFERENT, suivi.usager_id, suivi, agent=cast.cesf)
        page = sign_in(cast.cesf).get(suivi_url(suivi)).content.decode()
        assert "Revenu de solidarité active" in page
        assert "Informer la personne" not in page

    def test_the_safe_contact_is_in_sight(self, desk: Client, suivi: DroitSuivi) -> None:
        Usager.objects.filter(pk=suivi.usager_id).update(contact_sur="sms", contact_sur_alias="le dentiste")
        for act in ("", "etape/informe/", "suite/"):
            assert "se présenter comme « le dentiste »" in desk.get(suivi_url(suivi, act)).content.decode()

    def test_a_late_one_is_said(self, desk: Client, suivi: DroitSuivi) -> None:
        assert "était prévue" not in desk.get(suivi_url(suivi)).content.decode()
        DroitSuivi.objects.filter(pk=suivi.pk).update(echeance=timezone.localdate() - timedelta(days=1))
        assert "était prévue" in desk.get(suivi_url(suivi)).content.decode()

    def test_a_late_one_is_marked_wherever_it_stands(self, desk: Client, received: Passage, suivi: DroitSuivi) -> None:
        pages = ("/accueil/droits/", f"/accueil/passages/{received.pk}/", f"/accueil/usagers/{suivi.usager_id}/")
        for due_on, is_marked in ((timezone.localdate(), False), (timezone.localdate() - timedelta(days=1), True)):
            DroitSuivi.objects.filter(pk=suivi.pk).update(echeance=due_on)
            for page in pages:
                assert ("en retard" in desk.get(page).content.decode()) is is_marked, page

    @pytest.mark.parametrize("path", ["", "etape/informe/", "suite/"])
    def test_methods(self, desk: Client, suivi: DroitSuivi, path: str) -> None:
        assert desk.put(suivi_url(suivi, path)).status_code == 405

    def test_constant_cost(self, desk: Client, suivi: DroitSuivi) -> None:
        few = count_queries(desk, suivi_url(suivi))
        copies(suivi.etapes.get(), 100)
        assert count_queries(desk, suivi_url(suivi)) == few <= 12


class TestSteps:
    def post(self, client: Client, suivi: DroitSuivi, code: str, **data: str) -> Any:
        return client.post(suivi_url(suivi, f"etape/{code}/"), data)

    def test_from_noticed_to_obtained(self, cast: SimpleNamespace, desk: Client, aminata: Usager) -> None:
        # The same hour of the wall: a day of the change of hour is a day.
        with at(timezone.localtime() - timedelta(days=40)):
            past = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
            suivi = DroitSuivi.follow(aminata, Droit.objects.get(code="rsa"), unite=past.unite, by=cast.gos)
        self.post(desk, suivi, "informe", non_recours="non_connaissance", echeance=in_days(3))
        self.post(desk, suivi, "demande", echeance=in_days(30))
        response = self.post(desk, suivi, "obtenu", montant_mensuel="651,69 €")
        assert response.url == suivi_url(suivi)
        suivi.refresh_from_db()
        assert (suivi.statut, suivi.montant_mensuel, suivi.echeance) == (Statut.OBTENU, Decimal("651.69"), None)
        assert suivi.non_recours == NonRecours.NON_CONNAISSANCE
        assert [step.vers for step in suivi.etapes.order_by("at")] == ["repere", "informe", "demande", "obtenu"]
        page = desk.get(suivi_url(suivi)).content.decode()
        assert "651,69 € par mois" in page
        assert "40 jours, du repérage à l’obtention" in page
        assert "ne le connaissait pas" in page
        ends = Rattachement.objects.from_source(suivi).get().ends_at
        assert ends is not None
        assert timezone.now() + AFTER - timedelta(minutes=1) < ends <= timezone.now() + AFTER

    def test_a_right_that_is_no_money_is_obtained_too(
        self, cast: SimpleNamespace, desk: Client, suivi: DroitSuivi
    ) -> None:
        suivi.advance(Statut.INFORME, by=cast.gos)
        suivi.advance(Statut.DEMANDE, by=cast.gos)
        assert self.post(desk, suivi, "obtenu").status_code == 302
        assert "obtenu" in desk.get(suivi_url(suivi)).content.decode()

    def test_refused(self, cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
        suivi.advance(Statut.INFORME, by=cast.gos)
        suivi.advance(Statut.DEMANDE, by=cast.gos)
        assert "Écrivez pourquoi." in self.post(desk, suivi, "refuse").content.decode()
        self.post(desk, suivi, "refuse", motif="Ressources au-dessus du plafond.")
        suivi.refresh_from_db()
        assert suivi.statut == Statut.REFUSE
        assert "Ressources au-dessus du plafond." in desk.get(suivi_url(suivi)).content.decode()

    @pytest.mark.parametrize(("said", "kept"), [("non_demande", "non_demande"), ("pas_concernee", "")])
    def test_given_up_says_why(self, desk: Client, suivi: DroitSuivi, said: str, kept: str) -> None:
        assert "Choisissez pourquoi." in self.post(desk, suivi, "abandonne").content.decode()
        self.post(desk, suivi, "abandonne", non_recours=said)
        suivi.refresh_from_db()
        assert (suivi.statut, suivi.non_recours) == (Statut.ABANDONNE, kept)

    def test_a_double_click_has_one_effect(self, desk: Client, suivi: DroitSuivi) -> None:
        for _ in range(2):
            assert self.post(desk, suivi, "informe", echeance=in_days(3)).status_code == 302
        assert suivi.etapes.filter(vers="informe").count() == 1

    def test_what_was_said_otherwise_since_is_a_conflict(
        self, cast: SimpleNamespace, desk: Client, suivi: DroitSuivi
    ) -> None:
        self.post(desk, suivi, "abandonne", non_recours="non_demande")
        response = self.post(desk, suivi, "abandonne", non_recours="non_reception", motif="Elle a tout reçu.")
        assert response.status_code == 409
        assert "Elle a tout reçu." in response.content.decode()

    @together("code", ["demande", "obtenu", "refuse"])
    def test_no_step_is_jumped(self, desk: Client, suivi: DroitSuivi, code: str) -> None:
        assert desk.get(suivi_url(suivi, f"etape/{code}/")).status_code == 409
        data = {"echeance": in_days(3), "motif": "Parce que."}
        assert self.post(desk, suivi, code, **data).status_code == 409
        suivi.refresh_from_db()
        assert suivi.statut == Statut.REPERE

    @pytest.mark.parametrize("code", ["repere", "autre"])
    def test_there_is_no_other_step(self, desk: Client, suivi: DroitSuivi, code: str) -> None:
        assert desk.get(suivi_url(suivi, f"etape/{code}/")).status_code == 404

    @together(
        ("code", "field", "value"),
        [
            ("informe", "echeance", ""),
            ("informe", "echeance", "31/02/2027"),
            ("informe", "echeance", "1/1/10000"),
            ("informe", "echeance", "1/1/2020"),
            ("informe", "echeance", "mars 2027"),
            ("informe", "non_recours", "paresse"),
            *[("informe", "echeance", text) for text in HOSTILE],
            *[("informe", "non_recours", text) for text in HOSTILE],
            ("abandonne", "non_recours", "paresse"),
            *[("abandonne", "motif", text) for text in HOSTILE],
        ],
    )
    def test_bad_input_keeps_what_was_typed(
        self, desk: Client, suivi: DroitSuivi, code: str, field: str, value: str
    ) -> None:
        data = {"non_recours": "non_demande", "echeance": "24/12/2099", "motif": "Elle réfléchit."} | {field: value}
        response = self.post(desk, suivi, code, **data)
        page = response.content.decode()
        assert response.status_code == 200
        assert "à corriger" in page
        if code == "informe" and field != "echeance":
            assert "24/12/2099" in page
        suivi.refresh_from_db()
        assert suivi.statut == Statut.REPERE

    @together("value", ["x", "-5", "0", "1e9", "99999999", "12,345", "NaN", *HOSTILE])
    def test_an_amount_that_is_none(self, cast: SimpleNamespace, desk: Client, suivi: DroitSuivi, value: str) -> None:
        suivi.advance(Statut.INFORME, by=cast.gos)
        suivi.advance(Statut.DEMANDE, by=cast.gos)
        response = self.post(desk, suivi, "obtenu", montant_mensuel=value)
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        assert suivi.etapes.filter(vers="obtenu").count() == 0

    def test_who_may_not(self, cast: SimpleNamespace, sign_in: SignIn, suivi: DroitSuivi) -> None:
        url = suivi_url(suivi, "etape/informe/")
        for username in (*OTHER_SEARCHERS, "dpo", "admin"):
            assert sign_in(Agent.objects.get(username=username)).post(url).status_code == 403
        assert same_as_unknown(sign_in(cast.gos_chatenay), url, suivi.pk, method="post")
        assert sign_in(cast.gos_2).post(url, {"echeance": in_days(3)}).status_code == 302


class TestNextDate:
    def data(self, suivi: DroitSuivi, **more: str) -> dict[str, str]:
        return {"echeance": in_days(20), "non_recours": "", "version": str(suivi.version), **more}

    def test_is_changed(self, desk: Client, suivi: DroitSuivi) -> None:
        assert desk.post(suivi_url(suivi, "suite/"), self.data(suivi, non_recours="non_reception")).status_code == 302
        suivi.refresh_from_db()
        assert suivi.echeance == timezone.localdate() + timedelta(days=20)
        assert (suivi.non_recours, suivi.version) == (NonRecours.NON_RECEPTION, 2)

    def test_a_stale_one_shows_both(self, desk: Client, suivi: DroitSuivi) -> None:
        desk.post(suivi_url(suivi, "suite/"), self.data(suivi, echeance=in_days(5)))
        response = desk.post(suivi_url(suivi, "suite/"), self.data(suivi))
        page = response.content.decode()
        assert response.status_code == 409
        assert in_days(5) in page
        assert in_days(20) in page
        suivi.refresh_from_db()
        assert suivi.echeance == timezone.localdate() + timedelta(days=5)

    def test_of_an_ended_one_there_is_none(self, cast: SimpleNamespace, desk: Client, suivi: DroitSuivi) -> None:
        suivi.advance(Statut.ABANDONNE, by=cast.gos)
        assert desk.post(suivi_url(suivi, "suite/"), self.data(suivi)).status_code == 409

    @together("echeance", ["", "31/02/2027", "1/1/2020", *HOSTILE])
    def test_bad_input_changes_nothing(self, desk: Client, suivi: DroitSuivi, echeance: str) -> None:
        response = desk.post(suivi_url(suivi, "suite/"), self.data(suivi, echeance=echeance))
        assert response.status_code == 200
        assert "à corriger" in response.content.decode()
        suivi.refresh_from_db()
        assert suivi.version == 1


class TestList:
    def test_the_nearest_first_and_the_late_ones_said(
        self, cast: SimpleNamespace, desk: Client, suivi: DroitSuivi
    ) -> None:
        DroitSuivi.objects.filter(pk=suivi.pk).update(echeance=timezone.localdate() - timedelta(days=2))
        later = DroitSuivi.follow(suivi.usager, Droit.objects.get(code="apl"), unite=suivi.unite, by=cast.gos)
        ended = DroitSuivi.follow(suivi.usager, Droit.objects.get(code="puma"), unite=suivi.unite, by=cast.gos)
        ended.advance(Statut.ABANDONNE, by=cast.gos)
        response = desk.get("/accueil/droits/")
        assert [row.pk for row in response.context["suivis"]] == [suivi.pk, later.pk]
        assert response.content.decode().count("en retard") == 1
        assert last_acces("droits").action == Acces.Action.LISTE

    def test_of_my_unité_only(self, cast: SimpleNamespace, sign_in: SignIn, suivi: DroitSuivi) -> None:
        assert "Aucun droit suivi." in sign_in(cast.gos_chatenay).get("/accueil/droits/").content.decode()
        assert "Aminata" in sign_in(cast.gos_2).get("/accueil/droits/").content.decode()
        assert sign_in(cast.cesf).get("/accueil/droits/").status_code == 403

    def test_costs_the_same_with_500(self, desk: Client, suivi: DroitSuivi) -> None:
        more = "D’autres droits sont suivis"
        assert more not in desk.get("/accueil/droits/").content.decode()
        few = count_queries(desk, "/accueil/droits/")
        people = copies(suivi.usager, 500, reference=lambda index: f"R{index:07}")
        rows = copies(suivi, 500, usager_id=[person.pk for person in people])
        related_alike(suivi, rows)
        assert count_queries(desk, "/accueil/droits/") == few <= 10
        assert more in desk.get("/accueil/droits/").content.decode()


class TestOfAPerson:
    def test_what_was_obtained_each_month(self, cast: SimpleNamespace, suivi: DroitSuivi, aminata: Usager) -> None:
        for code, montant in (("apl", "250.50"), ("asf", "201")):
            other = DroitSuivi.follow(aminata, Droit.objects.get(code=code), unite=suivi.unite, by=cast.gos)
            for to in (Statut.INFORME, Statut.DEMANDE):
                other.advance(to, by=cast.gos)
            other.advance(Statut.OBTENU, by=cast.gos, montant_mensuel=Decimal(montant))
        given = droits_of_usager(cast.gos, aminata)
        assert given["euros_par_mois"] == Decimal("451.50")
        assert {row.droit.code: row.delai_jours for row in given["droits_suivis"]} == {"rsa": None, "apl": 0, "asf": 0}

    def test_is_not_for_who_may_not(self, cast: SimpleNamespace, suivi: DroitSuivi, aminata: Usager) -> None:
        assert droits_of_usager(cast.gos_chatenay, aminata)["droits_suivis"] == []
        assert len(droits_of_usager(cast.gos, aminata)["droits_suivis"]) == 1


class TestFacts:
    def test_the_file_s_forty_rights_have_their_rule_and_their_papers(self, db: None) -> None:
        assert Droit.objects.count() == Regle.objects.count() == 40
        for regle in Regle.objects.select_related("droit"):
            assert regle.code == regle.droit.code
            assert regle.read()
            assert regle.droit.facts_read()
            assert regle.droit.papiers

    def test_a_right_without_a_rule_reads_no_fact(self, db: None) -> None:
        assert Droit(code="autre", libelle="Autre").facts_read() == set()

    def test_barèmes_say_their_own_dates(self, db: None) -> None:
        asi = Bareme.objects.get(code="asi_plafond_personne_seule")
        assert asi.is_known()
        assert asi.is_out_of_date(date(2026, 11, 23))
        assert not asi.is_out_of_date(date(2026, 3, 31))
        assert not Bareme(code="neuf").is_known()
