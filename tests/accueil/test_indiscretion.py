"""What a screen seen over the desk, or a passage left open, must not give away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accueil.fusion import FusionRefused, merge, unmerge
from accueil.models import (
    Correction,
    Demande,
    Deport,
    Droit,
    DroitSuivi,
    Fait,
    Motif,
    Orientation,
    Passage,
    PassageUsager,
    Rattachement,
    RendezVous,
    Seance,
    Usager,
)
from parcours.demonstration.builders import UsagerFactory, make_demande, make_passage, make_relais, receive, unite
from pole_social.models import Partenaire

SignIn = Callable[[Any], Client]


class TestConfidentiel:
    @pytest.mark.parametrize("is_confidentiel", [True, False])
    def test_a_relais_of_a_confidential_passage_names_nobody_on_the_desk(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, is_confidentiel: bool
    ) -> None:
        passage = make_passage(aminata, by=cast.gos, is_confidentiel=is_confidentiel)
        demande = make_demande(passage, by=cast.gos)
        make_relais(aminata, by=cast.gos, to="issy-sante_sexuelle", demandes=[demande])
        passage.move("parti", by=cast.gos)
        page = sign_in(cast.gos).get("/accueil/").content.decode()
        # The control is the other case: an ordinary one says whose it is and where it went.
        assert ("Traoré A." in page) is not is_confidentiel
        assert ("Santé sexuelle" in page) is not is_confidentiel


class TestLeftOpen:
    """A passage left open: the relationship of one of its people has ended, the other's stands."""

    @pytest.fixture
    def couple(self, cast: SimpleNamespace, aminata: Usager) -> Any:
        moussa = UsagerFactory.create(nom_usage="Traoré", prenoms="Moussa")
        passage = receive(make_passage(aminata, moussa, by=cast.gos), by=cast.gos)
        make_demande(passage, by=cast.gos, usager=moussa)
        Rattachement.objects.filter(usager=aminata).delete()
        return passage

    def test_no_word_goes_to_the_wrong_person(self, cast: SimpleNamespace, couple: Any, sign_in: SignIn) -> None:
        client = sign_in(cast.gos)
        typed = {"logement": "elle a peur de rentrer"}
        assert client.post(f"/accueil/passages/{couple.pk}/faits/", typed).status_code == 409
        typed = {"besoin": "Un hébergement", "domaine": "1"}
        assert client.post(f"/accueil/passages/{couple.pk}/demandes/", typed).status_code == 409
        assert client.get(f"/accueil/passages/{couple.pk}/relais/").status_code == 409
        assert Fait.objects.count() == 0
        assert Demande.objects.count() == 1

    def test_the_page_says_what_to_do(self, couple: Any, cast: SimpleNamespace, sign_in: SignIn) -> None:
        page = sign_in(cast.gos).get(f"/accueil/passages/{couple.pk}/").content.decode()
        assert "enregistrez un nouveau passage" in page
        assert "Aminata" not in page

    def test_with_everybody_visible_it_is_noted(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> None:
        passage = receive(make_passage(aminata, by=cast.gos), by=cast.gos)
        typed = {"logement": "hébergée chez sa sœur"}
        assert sign_in(cast.gos).post(f"/accueil/passages/{passage.pk}/faits/", typed).status_code == 302
        assert Fait.objects.get().usager == aminata


def an_orientation(passage: Passage, cast: SimpleNamespace, kind: str = "ccas", **fields: Any) -> Orientation:
    made = Orientation(
        passage=passage,
        unite=passage.unite,
        partenaire=Partenaire.objects.filter(type=kind)[0],
        objet="En parler à quelqu’un",
        expected_on=timezone.localdate() - timedelta(days=1),
        **fields,
    )
    made.send(by=cast.gos)
    return made


class TestMessages:
    """What was just done is said to whoever did it: workstations are shared."""

    @pytest.fixture
    def client_of_gos(self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn) -> Client:
        """She has been added to a passage; the message about it has not been shown yet."""
        passage = make_passage(UsagerFactory.create(), by=cast.gos)
        client = sign_in(cast.gos)
        response = client.post(f"/accueil/passages/{passage.pk}/personnes/", {"ajouter": str(aminata.pk)})
        assert response.status_code == 302
        assert "messages" not in response.cookies
        return client

    def test_the_next_agent_of_the_workstation_reads_none(self, cast: SimpleNamespace, client_of_gos: Client) -> None:
        client_of_gos.force_login(cast.gos_chatenay)
        assert "une personne de plus" not in client_of_gos.get("/mon-compte/").content.decode()

    def test_nor_does_the_sign_in_page_once_the_session_is_over(self, client_of_gos: Client) -> None:
        Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))
        assert "une personne de plus" not in client_of_gos.get("/connexion/").content.decode()

    def test_their_own_agent_reads_it_without_a_name(self, client_of_gos: Client) -> None:
        page = client_of_gos.get("/mon-compte/").content.decode()
        assert "une personne de plus" in page
        assert "Aminata" not in page


class TestAnonymous:
    """What was noted without a name becomes somebody's once the name is known: their déports then hold for it too."""

    @pytest.mark.parametrize("by_link", [True, False])
    def test_what_was_noted_follows_the_name(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, by_link: bool
    ) -> None:
        passage = make_passage(by=cast.gos)
        demande, sent = make_demande(passage, by=cast.gos), an_orientation(passage, cast)
        urls = [f"/accueil/demandes/{demande.pk}/", f"/accueil/orientations/{sent.pk}/bon/"]
        aside, colleague = sign_in(cast.gos_2), sign_in(cast.assistante_administrative)
        assert [aside.get(url).status_code for url in urls] == [200, 200]
        Deport.objects.create(agent=cast.gos_2, usager=aminata, lien="proche")
        if by_link:
            passage.link(aminata, by=cast.gos)
        else:
            sign_in(cast.gos).post(f"/accueil/passages/{passage.pk}/personnes/", {"ajouter": str(aminata.pk)})
        assert [aside.get(url).status_code for url in urls] == [404, 404]
        assert [colleague.get(url).status_code for url in urls] == [200, 200]
        # The unité keeps reading after midnight, for each of the two.
        assert Rattachement.objects.live().filter(usager=aminata, nature="demande", ends_at=None).count() == 2

    def test_the_second_person_of_a_passage_takes_nothing_over(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        passage = make_passage(UsagerFactory.create(), by=cast.gos)
        demande = make_demande(passage, by=cast.gos)
        whose = demande.usager
        sign_in(cast.gos).post(f"/accueil/passages/{passage.pk}/personnes/", {"ajouter": str(aminata.pk)})
        demande.refresh_from_db()
        assert demande.usager == whose != aminata

    def test_a_contact_of_an_outing_is_named_with_an_agreement_only(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn
    ) -> None:
        here = unite("issy-accueil")
        outing = {"unite": here, "jour": timezone.localdate(), "endroit": "Marché", "created_by": cast.gos}
        seance = Seance.objects.create(starts_at=time(9), ends_at=time(12), **outing)
        contact = Passage(unite=here, seance=seance, canal="hors_les_murs", motif=Motif.objects.all()[0])
        contact.register([], by=cast.gos)
        url = f"/accueil/passages/{contact.pk}/rattachement/"
        response = sign_in(cast.gos).post(f"/accueil/passages/{contact.pk}/personnes/", {"ajouter": str(aminata.pk)})
        assert (response.status_code, response.headers["Location"]) == (302, url)
        assert not PassageUsager.objects.exists()
        typed = {"q": "Traoré", "usager": str(aminata.pk), "choisir": "1"}
        sign_in(cast.gos).post(url, typed)
        assert not Rattachement.objects.filter(usager=aminata).exists()
        sign_in(cast.gos).post(url, typed | {"accord": "on"})
        assert PassageUsager.objects.get().linked_by == cast.gos


class TestSetApart:
    """Two records merged by mistake, and set apart again: nothing of one stays with the other."""

    @pytest.fixture
    def mistaken(self, cast: SimpleNamespace, aminata: Usager) -> Any:
        alias = {"contact_sur": "sms", "contact_sur_alias": "la kiné"}
        other = UsagerFactory.create(nom_usage="Traore", prenoms="Aminata", **alias)
        return merge(aminata, other, by=cast.responsable_accueil)

    def test_whoever_stepped_aside_meanwhile_stays_aside_from_both(self, cast: SimpleNamespace, mistaken: Any) -> None:
        Deport.objects.create(agent=cast.gos, usager=mistaken.garde, lien="proche")
        unmerge(mistaken, by=cast.responsable_accueil)
        both = {mistaken.garde, mistaken.absorbe}
        assert not both & set(Usager.objects.candidates_for(cast.gos))
        assert both <= set(Usager.objects.candidates_for(cast.gos_2))

    def test_whoever_stepped_aside_before_stays_aside_from_the_one(
        self, cast: SimpleNamespace, aminata: Usager
    ) -> None:
        Deport.objects.create(agent=cast.gos, usager=aminata, lien="proche", starts_at=timezone.now() - timedelta(1))
        other = UsagerFactory.create(nom_usage="Traore", prenoms="Aminata")
        unmerge(merge(aminata, other, by=cast.responsable_accueil), by=cast.responsable_accueil)
        assert {aminata, other} & set(Usager.objects.candidates_for(cast.gos)) == {other}

    def test_her_history_no_longer_tells_the_other_s_identity(
        self, cast: SimpleNamespace, mistaken: Any, sign_in: SignIn
    ) -> None:
        garde = mistaken.garde
        make_passage(garde, by=cast.gos)
        page = sign_in(cast.gos).get(f"/accueil/usagers/{garde.pk}/identite/").content.decode()
        assert "Traore" in page
        unmerge(mistaken, by=cast.responsable_accueil)
        Correction.objects.create(usager=garde, champ="prenoms", avant="Amina", apres="Aminata", by=cast.gos)
        page = sign_in(cast.gos).get(f"/accueil/usagers/{garde.pk}/identite/").content.decode()
        assert "la kiné" not in page and "Traore" not in page
        # What was corrected by hand stays.
        assert "Amina »" in page

    def test_not_once_one_of_them_is_sealed(self, cast: SimpleNamespace, mistaken: Any) -> None:
        Usager.objects.filter(pk=mistaken.garde_id).update(is_sealed=True)
        with pytest.raises(FusionRefused):
            unmerge(mistaken, by=cast.responsable_accueil)
        Usager.objects.filter(pk=mistaken.garde_id).update(is_sealed=False)
        assert unmerge(mistaken, by=cast.responsable_accueil).undone_at


class TestPartners:
    """The name of some partners says why somebody goes there: it stands on the slip, not in a list."""

    @pytest.mark.parametrize(("kind", "is_hidden"), [("violences", True), ("sante", True), ("ccas", False)])
    def test_the_lists_say_only_that_there_is_one(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, kind: str, is_hidden: bool
    ) -> None:
        passage = make_passage(aminata, by=cast.gos)
        sent = an_orientation(passage, cast, kind, usager=aminata)
        client = sign_in(cast.gos_2)
        for url in (f"/accueil/usagers/{aminata.pk}/", f"/accueil/passages/{passage.pk}/", "/accueil/"):
            page = client.get(url).content.decode()
            assert (sent.partenaire.nom in page) is not is_hidden, url
            assert not is_hidden or sent.objet not in page, url
        sent.answer("refusee", by=cast.gos, reponse="Elle n’est pas venue")
        page = client.get(f"/accueil/usagers/{aminata.pk}/").content.decode()
        assert ("pas venue" in page) is not is_hidden
        assert sent.partenaire.nom in client.get(f"/accueil/orientations/{sent.pk}/bon/").content.decode()


class TestViolences:
    """A right about violence names nobody in a list that somebody may see over the desk."""

    @pytest.mark.parametrize(("code", "is_hidden"), [("ordonnance_protection", True), ("c2s", False)])
    def test_a_right_followed(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, code: str, is_hidden: bool
    ) -> None:
        make_passage(aminata, by=cast.gos)
        droit = Droit.objects.get(code=code)
        suivi = DroitSuivi.follow(aminata, droit, unite=cast.gos.unites[0], by=cast.gos)
        DroitSuivi.objects.filter(pk=suivi.pk).update(echeance=timezone.localdate())
        client = sign_in(cast.gos)
        for url in ("/accueil/droits/", "/accueil/echeances/"):
            listed = client.get(url).content.decode().split("<main", 1)[1]
            assert str(suivi.pk) in listed
            assert ("Traoré" in listed) is not is_hidden
            assert (droit.libelle in listed) is not is_hidden
        assert droit.libelle in client.get(f"/accueil/droits/{suivi.pk}/").content.decode()


class TestCard:
    """The card of an appointment, read at home by somebody else."""

    @pytest.mark.parametrize(("who", "is_printed"), [("sage_femme", False), ("psychologue", False), ("cesf", True)])
    def test_does_not_say_why(
        self, cast: SimpleNamespace, aminata: Usager, sign_in: SignIn, who: str, is_printed: bool
    ) -> None:
        agent, begins = getattr(cast, who), timezone.now() + timedelta(days=1)
        made = RendezVous(usager=aminata, agent=agent, unite=agent.unites[0], starts_at=begins)
        made.ends_at = begins + timedelta(minutes=30)
        made.book(by=agent)
        page = sign_in(agent).get(f"/accueil/rendez-vous/{made.pk}/").content.decode()
        assert ("<div><dt>Avec</dt>" in page) is is_printed
        assert ('<div class="a-l-ecran"><dt>Avec</dt>' in page) is not is_printed
