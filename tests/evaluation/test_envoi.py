"""Handing a validated evaluation over."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accueil.models import Deport, Relais
from evaluation.models import Evaluation, FragiliteReperee, Proposition
from evaluation.opening import open_from
from parcours.demonstration.builders import explore_all, make_relais
from parcours.opening import open_from as open_parcours
from parcours.opening import send_back
from pole_social.access import CARE
from pole_social.models import Acces, Affectation, Agent, Metier
from tests.evaluation.conftest import HOSTILE, page_of, person
from tests.queries import count_queries
from tests.together import together


def send(client, evaluation, **typed: object):
    due = timezone.localdate() + timedelta(days=5)
    content = {
        "vers_unite": "issy-accompagnement",
        "dit": "Un plan d’apurement à monter.",
        "urgence": "rapide",
        "promised_on": f"{due:%d/%m/%Y}",
    }
    return client.post(page_of(evaluation, "relais"), content | typed)


def sent_of(evaluation) -> list[Relais]:
    return list(evaluation.relais_envoyes.order_by("sent_at"))


def test_sends_and_dates_the_evaluation(writer, cast, validated):
    assert send(writer, validated).url == page_of(validated)
    (made,) = sent_of(validated)
    assert (made.vers_unite.code, made.de_unite.code) == ("issy-accompagnement", "issy-evaluation")
    assert (made.dit, made.urgence, made.sent_by) == ("Un plan d’apurement à monter.", "rapide", cast.assistant_social)
    assert Evaluation.objects.get(pk=validated.pk).echeance == made.promised_on
    text = writer.get(page_of(validated)).content.decode()
    assert "Relais envoyés" in text
    assert "Envoyer aussi à une autre unité" in text


def test_prefilled_for_accompagnement(writer, cast, validated):
    row = FragiliteReperee.objects.get(exploration__evaluation=validated)
    Proposition.objects.create(
        evaluation=validated, fragilite=row, libelle="Demander le FSL", recorded_by=cast.assistant_social
    )
    text = writer.get(page_of(validated, "relais")).content.decode()
    assert "Fragilités majeures :" in text
    assert "- Impayé de loyer ou de charges" in text
    assert "- Demander le FSL" in text


@pytest.mark.parametrize("unite", ["issy-sante", "issy-sante_sexuelle"])
def test_nothing_social_is_prefilled_for_sante(writer, validated, unite):
    text = writer.get(page_of(validated, "relais") + f"?vers={unite}").content.decode()
    assert "Rien n’est repris de l’évaluation" in text
    assert "Impayé de loyer" not in text
    assert f'value="{unite}"' in text


def test_violence_and_childhood_are_never_prefilled(writer, cast, evaluation):
    codes = ("impaye_loyer", "violences_conjugales", "enfant_en_risque")
    explore_all(evaluation, by=cast.assistant_social, fragilites=codes, niveau="danger")
    for row in FragiliteReperee.objects.filter(exploration__evaluation=evaluation):
        Proposition.objects.create(
            evaluation=evaluation,
            fragilite=row,
            libelle=f"proposer {row.fragilite.code}",
            recorded_by=cast.assistant_social,
        )
    evaluation.submit(by=cast.assistant_social)
    evaluation.validate(by=cast.responsable_evaluation)
    text = writer.get(page_of(evaluation, "relais")).content.decode()
    assert "proposer impaye_loyer" in text
    for secret in ("Violences au sein", "Enfant en danger", "proposer violences", "proposer enfant"):
        assert secret not in text


@pytest.mark.parametrize("vers", ["chatenay-accompagnement", "inconnue", "\x00", "issy-accueil", "x" * 5000])
def test_an_unknown_unite_in_the_address_is_ignored(writer, validated, vers):
    response = writer.get(page_of(validated, "relais"), {"vers": vers})
    assert response.status_code == 200
    assert 'value="issy-accompagnement"' in response.content.decode()


@together(
    ("typed", "message"),
    [
        ({"vers_unite": "chatenay-accompagnement"}, "Choisissez une unité de la liste."),
        ({"vers_unite": "issy-accueil"}, "Choisissez une unité de la liste."),
        ({"vers_unite": "issy-evaluation"}, "Choisissez une unité de la liste."),
        ({"vers_unite": "inconnue"}, "Choisissez une unité de la liste."),
        ({"vers_unite": ""}, "Choisissez une unité de la liste."),
        ({"dit": " "}, "Dites à l’unité"),
        ({"urgence": "hier"}, "Choisissez dans la liste."),
        ({"promised_on": "31/02/2027"}, "existe pas"),
        ({"promised_on": "12/12/10000"}, "lisible"),
        ({"promised_on": "mars 2027"}, "Indiquez le jour"),
        ({"promised_on": "12/03/2001"}, "Cette date est passée"),
        ({"promised_on": ""}, "Cette date est nécessaire"),
    ],
)
def test_refused_keeps_what_was_typed(writer, validated, typed, message):
    response = send(writer, validated, **typed)
    text = response.content.decode()
    assert response.status_code == 200
    assert message in text or ("promised_on" in typed and "obligatoire" in text)
    assert "Un plan d’apurement à monter." in text or "dit" in typed
    assert sent_of(validated) == []


@together("typed", HOSTILE)
@together("name", ["vers_unite", "dit", "urgence", "promised_on", "metiers", "referent_propose", "cle"])
def test_hostile(writer, validated, name, typed):
    assert send(writer, validated, **{name: typed}).status_code in (200, 302)


class TestTwice:
    def test_same_key_same_content_is_one(self, writer, validated):
        key = str(uuid4())
        answers = {send(writer, validated, cle=key).url for _ in range(2)}
        assert answers == {page_of(validated)}
        assert len(sent_of(validated)) == 1

    def test_same_key_other_content_shows_both(self, writer, validated):
        key = str(uuid4())
        send(writer, validated, cle=key)
        response = send(writer, validated, cle=key, dit="Un autre texte.")
        assert response.status_code == 409
        assert "Un autre texte." in response.content.decode()
        assert len(sent_of(validated)) == 1

    def test_a_second_relais_to_a_unite_that_has_one_waits(self, writer, validated):
        send(writer, validated)
        response = send(writer, validated, dit="Encore un texte.")
        assert response.status_code == 409
        assert "Encore un texte." in response.content.decode()
        assert send(writer, validated, vers_unite="issy-sante").status_code == 302
        assert len(sent_of(validated)) == 2


@pytest.mark.parametrize("fixture", ["evaluation", "explored", "submitted"])
def test_only_once_validated(request, writer, fixture):
    found = request.getfixturevalue(fixture)
    assert writer.get(page_of(found, "relais")).url == page_of(found)
    response = send(writer, found)
    assert response.status_code == 409
    assert "Un plan d’apurement à monter." in response.content.decode()
    assert sent_of(found) == []


def test_returned_it_opens_again(writer, cast, validated):
    send(writer, validated)
    (made,) = sent_of(validated)
    send_back(made, by=cast.assistant_social_2, motif="Préciser les ressources")
    text = writer.get(page_of(validated)).content.decode()
    assert "à reprendre" in text
    assert "Préciser les ressources" in text
    assert "Envoyer à la validation" in text


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("gos", 403),
        ("puericultrice", 403),
        ("responsable_evaluation", 403),
        ("assistant_social_2", 404),
        ("assistant_social_chatenay", 404),
        ("assistant_social", 200),
    ],
)
def test_each_role(cast, sign_in, validated, username, status):
    client = sign_in(getattr(cast, username))
    assert client.get(page_of(validated, "relais")).status_code == status
    assert send(client, validated).status_code == (302 if status == 200 else status)


def test_the_journal(writer, validated):
    writer.get(page_of(validated, "relais"))
    send(writer, validated)
    rows = Acces.objects.filter(page="evaluation:relais_nouveau").order_by("at")
    assert [(row.action, row.usager_ids) for row in rows] == [
        ("lecture", [validated.usager_id]),
        ("ecriture", [validated.usager_id]),
    ]


def test_queries(writer, validated):
    assert count_queries(writer, page_of(validated, "relais")) <= 12


def test_other_methods(writer, validated):
    assert writer.put(page_of(validated, "relais")).status_code == 405


class TestWhoShouldTakePart:
    """The métiers to involve and the proposed référent: prefilled, chosen, refused, shown."""

    def test_the_metiers_of_what_was_kept_are_ticked(self, writer, cast, validated):
        row = FragiliteReperee.objects.get(exploration__evaluation=validated)
        set_aside = {"statut": "ecartee", "motif": "Déjà fait"}
        for code, fields in (("cesf", {}), ("psychologue", set_aside), ("medecin", {"removed_at": timezone.now()})):
            propose(validated, cast, fragilite=row, metier=Metier.objects.get(code=code), **fields)
        assert ticked(writer, validated) == ["cesf"]

    def test_not_those_of_what_is_kept_off_paper(self, writer, cast, evaluation):
        codes = ("impaye_loyer", "violences_conjugales", "enfant_en_risque")
        explore_all(evaluation, by=cast.assistant_social, fragilites=codes)
        for row, code in zip(rows_of(evaluation), ("cesf", "psychologue", "educateur_specialise"), strict=True):
            propose(evaluation, cast, fragilite=row, metier=Metier.objects.get(code=code))
        evaluation.submit(by=cast.assistant_social)
        evaluation.validate(by=cast.responsable_evaluation)
        assert len(ticked(writer, evaluation)) == 1

    def test_nothing_is_ticked_for_sante(self, writer, cast, validated):
        propose(validated, cast, metier=Metier.objects.get(code="cesf"))
        assert ticked(writer, validated, "?vers=issy-sante") == []
        assert ticked(writer, validated) == ["cesf"]

    def test_only_professions_of_care_are_offered(self, writer, validated):
        html = writer.get(page_of(validated, "relais")).content.decode()
        offered = set(re.findall(r'name="metiers"[^>]*value="(\w+)"', html))
        assert offered == set(Metier.objects.filter(famille__in=CARE).values_list("code", flat=True))

    def test_sent_with_the_relais(self, writer, cast, validated):
        send(writer, validated, metiers=["cesf", "psychologue"], referent_propose=str(cast.cesf.pk))
        (made,) = sent_of(validated)
        assert {one.code for one in made.metiers.all()} == {"cesf", "psychologue"}
        assert made.referent_propose == cast.cesf

    def test_both_are_optional(self, writer, validated):
        send(writer, validated, referent_propose="")
        (made,) = sent_of(validated)
        assert (made.metiers.count(), made.referent_propose) == (0, None)

    def test_the_referent_is_a_social_worker_of_that_unite_today(self, writer, cast, validated):
        assert referents(writer, validated) == {
            cast.assistant_social_2,
            cast.cesf,
            cast.educateur,
            cast.conseiller_insertion,
        }
        Affectation.objects.filter(agent=cast.cesf).update(ends_on=timezone.localdate() - timedelta(days=1))
        Deport.objects.create(agent=cast.educateur, usager=validated.usager, lien="proche")
        Agent.objects.filter(pk=cast.conseiller_insertion.pk).update(is_active=False)
        assert referents(writer, validated) == {cast.assistant_social_2}

    def test_no_referent_is_proposed_to_sante(self, writer, cast, validated):
        assert referents(writer, validated, "?vers=issy-sante") == set()
        typed = {"vers_unite": "issy-sante", "referent_propose": str(cast.cesf.pk)}
        assert "Choisissez un agent de la liste." in send(writer, validated, **typed).content.decode()

    @together(
        ("name", "value"),
        [
            *(("metiers", value) for value in ("gos", "responsable_unite", "inconnu", "x" * 5000, "\x00", "1")),
            *(("referent_propose", value) for value in (str(uuid4()), "1", "\x00", "x" * 5000, "psychologue")),
            ("referent_propose", "assistant_social_chatenay"),
            ("referent_propose", "responsable_accompagnement"),
            ("referent_propose", "gos"),
        ],
    )
    def test_tampered_is_refused_as_unknown(self, writer, cast, validated, name, value):
        known = getattr(cast, value, None)
        response = send(writer, validated, **{name: str(known.pk) if known else value})
        message = {"metiers": "Choisissez des métiers de la liste.", "referent_propose": "Choisissez un agent"}[name]
        assert message in response.content.decode()
        assert "Un plan d’apurement à monter." in response.content.decode()
        assert sent_of(validated) == []

    def test_the_receiver_reads_them_and_decides(self, writer, cast, sign_in, validated):
        send(writer, validated, metiers=["cesf", "psychologue"], referent_propose=str(cast.cesf.pk))
        (made,) = sent_of(validated)
        page = sign_in(cast.cesf).get(f"/parcours/relais/{made.pk}/").content.decode()
        for said in ("Conseiller en économie sociale et familiale", "Psychologue", "proposé : ", "(vous)"):
            assert said in page
        assert "pour vous" in sign_in(cast.cesf).get("/parcours/").content.decode()
        other = sign_in(cast.assistant_social_2)
        assert "(vous)" not in other.get(f"/parcours/relais/{made.pk}/").content.decode()
        assert "pour vous" not in other.get("/parcours/").content.decode()
        opened = open_parcours(made, by=cast.assistant_social_2)
        assert opened.intervenants.live().get(is_referent=True).agent == cast.assistant_social_2

    def test_a_relais_of_the_desk_proposes_nobody(self, cast, sign_in):
        made = make_relais(person(), by=cast.gos, to="issy-accompagnement")
        page = sign_in(cast.cesf).get(f"/parcours/relais/{made.pk}/").content.decode()
        assert "Ce que l’évaluation propose" not in page

    def test_the_team_sees_whom_it_has_not_called_yet(self, writer, cast, sign_in, validated):
        send(writer, validated, metiers=["cesf", "psychologue", "assistant_social"])
        (made,) = sent_of(validated)
        opened = open_parcours(made, by=cast.assistant_social_2)
        browser = sign_in(cast.assistant_social_2)
        page = f"/parcours/{opened.pk}/"
        said = "demandé par l’évaluation : Conseiller en économie sociale et familiale ; Psychologue."
        assert said in browser.get(page).content.decode()
        for agent in (cast.cesf, cast.psychologue):
            opened.add_intervenant(agent)
        assert "demandé par l’évaluation" not in browser.get(page).content.decode()

    def test_a_responsable_outside_the_team_reads_none_of_it(self, writer, cast, sign_in, validated):
        send(writer, validated, metiers=["psychologue"])
        (made,) = sent_of(validated)
        opened = open_parcours(made, by=cast.assistant_social_2)
        page = sign_in(cast.responsable_accompagnement).get(f"/parcours/{opened.pk}/").content.decode()
        assert "demandé par l’évaluation" not in page


def propose(found, cast, **fields) -> Proposition:
    return Proposition.objects.create(
        evaluation=found, libelle="Se rencontrer", recorded_by=cast.assistant_social, **fields
    )


def rows_of(found) -> list[FragiliteReperee]:
    """The one that may be told first."""
    rows = FragiliteReperee.objects.filter(exploration__evaluation=found).select_related("fragilite")
    return sorted(rows, key=lambda row: row.fragilite.code != "impaye_loyer")


def ticked(client, found, query: str = "") -> list[str]:
    html = client.get(page_of(found, "relais") + query).content.decode()
    boxes = re.findall(r'<input[^>]*name="metiers"[^>]*>', html)
    return [value for box in boxes if "checked" in box for value in re.findall(r'value="(\w+)"', box)]


def referents(client, found, query: str = "") -> set[Agent]:
    html = client.get(page_of(found, "relais") + query).content.decode()
    chosen = html.split('name="referent_propose"')[1:]
    keys = re.findall(r'<option value="([0-9a-f-]{36})"', chosen[0].split("</select>")[0]) if chosen else []
    return set(Agent.objects.filter(pk__in=keys))


def test_the_thread_goes_on(cast, sign_in, relais):
    """From the desk's relais to the one accompagnement receives, by the pages alone."""
    found = open_from(relais, by=cast.assistant_social)
    explore_all(found, by=cast.assistant_social)
    writer, leader = sign_in(cast.assistant_social), sign_in(cast.responsable_evaluation)
    writer.post(page_of(found, "validation"))
    leader.post(page_of(found, "decision"), {"decision": "valider"})
    send(writer, found)
    assert Relais.objects.visible_to(cast.assistant_social_2).waiting().count() == 1


class TestWhatAPropositionWouldTell:
    """A relais is read by a whole unité: it tells no more of the propositions than the paper does."""

    def test_the_words_of_the_team_and_their_metiers(self, writer, cast, validated):
        for libelle, code in (("Préparer sa mise à l’abri", "ccf"), ("Revoir le budget", "cesf")):
            made = propose(validated, cast, metier=Metier.objects.get(code=code))
            Proposition.objects.filter(pk=made.pk).update(libelle=libelle)
        text = writer.get(page_of(validated, "relais")).content.decode()
        assert "Revoir le budget" in text
        assert "mise à l’abri" not in text
        assert ticked(writer, validated) == ["cesf"]

    def test_whom_it_calls_for(self, writer, cast, validated):
        propose(validated, cast, partenaire_type="violences", metier=Metier.objects.get(code="ccf"))
        propose(validated, cast, partenaire_type="ccas", metier=Metier.objects.get(code="cesf"))
        assert ticked(writer, validated) == ["cesf"]

    def test_a_pregnancy_since_withdrawn(self, writer, cast, evaluation):
        explore_all(evaluation, by=cast.assistant_social, fragilites=("impaye_loyer", "grossesse_non_suivie"))
        for row, code in zip(rows_of(evaluation), ("cesf", "ccf"), strict=True):
            propose(evaluation, cast, fragilite=row, metier=Metier.objects.get(code=code))
        withdrawn = FragiliteReperee.objects.filter(fragilite__code="grossesse_non_suivie")
        withdrawn.update(removed_at=timezone.now())
        evaluation.submit(by=cast.assistant_social)
        evaluation.validate(by=cast.responsable_evaluation)
        assert ticked(writer, evaluation) == ["cesf"]

    def test_since_when(self, writer, validated):
        rows = FragiliteReperee.objects.filter(exploration__evaluation=validated)
        rows.update(depuis="depuis les coups de juin")
        text = writer.get(page_of(validated, "relais")).content.decode()
        assert "- Impayé de loyer ou de charges" in text
        assert "les coups" not in text
        rows.update(depuis="juin")
        assert "(juin)" in writer.get(page_of(validated, "relais")).content.decode()
