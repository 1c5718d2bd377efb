"""Two colleagues, or one hand twice, at the same second on one parcours: on the real database."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accueil.models import Rattachement
from evaluation.models import NiveauReleve
from parcours.demonstration.builders import UsagerFactory, make_action, make_objectif, make_parcours, make_relais
from parcours.fin import close
from parcours.forms.equipe import IntervenantForm
from parcours.models import Action, Avancement, Bilan, EtapeTransmission, Intervenant, Parcours, Transmission
from parcours.opening import open_from
from parcours.transmission import accept, cancel, propose
from pole_social.models import Agent, Envoi, MoveRefused
from tests.parcours.test_bilan import typed, url
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

Browse = Callable[[str], Client]
Nature = Rattachement.Nature
REFERENT, RECEIVER, COLLEAGUE = "assistant-social-2", "cesf", "educateur"
HANDS = 6


def proposed(parcours: Sequence[Parcours], *, vers: Agent, by: Agent) -> list[Transmission]:
    lot = propose(parcours, vers=vers, by=by, nature=Transmission.Nature.REFERENT)
    return list(Transmission.objects.filter(lot=lot))


def accepting(transmission: Transmission, agent: Agent) -> Callable[[], None]:
    """As one page would: with its own copy of the row, read before anybody moved it."""
    return partial(accept, Transmission.objects.get(pk=transmission.pk), by=agent)


def refusals(done: Sequence[Any]) -> int:
    """How many were refused; anything else that went wrong is an error."""
    refused = [one for one in done if isinstance(one, MoveRefused)]
    assert not [one for one in done if isinstance(one, Exception) and one not in refused], done
    return len(refused)


def referents(parcours: Parcours) -> list[Agent]:
    return [one.agent for one in Intervenant.objects.live().filter(parcours=parcours, is_referent=True)]


def relationships(parcours: Parcours) -> list[tuple[str, Agent | None]]:
    return sorted((one.nature, one.agent) for one in Rattachement.objects.live().from_source(parcours))


def statuses(acts: Sequence[Callable[[], Any]]) -> list[int]:
    answers = at_once(acts)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    return sorted(answer.status_code for answer in answers)  # type: ignore[union-attr]


class TestAccepting:
    def test_many_hands_accept_once(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        step = make_action(suivi, by=cast.assistant_social_2)
        (transmission,) = proposed([suivi], vers=cast.cesf, by=cast.assistant_social_2)
        done = at_once([accepting(transmission, cast.cesf) for _ in range(HANDS)])
        assert refusals(done) == HANDS - 1
        assert EtapeTransmission.objects.filter(objet=transmission, vers=Transmission.Statut.ACCEPTEE).count() == 1
        assert referents(suivi) == [cast.cesf]
        assert suivi.intervenants.count() == 2
        assert relationships(suivi) == [
            (Nature.FIN_DE_RELAIS, cast.assistant_social_2),
            (Nature.REFERENT, cast.cesf),
        ]
        assert Action.objects.get(pk=step.pk).agent == cast.cesf

    def test_as_many_parcours_are_all_accepted(self, cast: SimpleNamespace) -> None:
        """The control: the hands above were stopped by what they asked for, not by being several."""
        held = [
            make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
            for _ in range(HANDS)
        ]
        waiting = proposed(held, vers=cast.cesf, by=cast.assistant_social_2)
        assert refusals(at_once([accepting(one, cast.cesf) for one in waiting])) == 0
        assert [referents(one) for one in held] == [[cast.cesf]] * HANDS
        assert EtapeTransmission.objects.filter(vers=Transmission.Statut.ACCEPTEE).count() == HANDS

    def test_two_clicks_are_one(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        (transmission,) = proposed([suivi], vers=cast.cesf, by=cast.assistant_social_2)
        page = f"/parcours/transmissions/{transmission.pk}/acceptation/"
        answers = statuses([partial(browse(RECEIVER).post, page) for _ in range(2)])
        # The second one found it taken, before its page or while it waited.
        assert answers in ([302, 302], [302, 409])
        assert referents(suivi) == [cast.cesf]
        assert suivi.intervenants.count() == 2

    def test_all_of_an_act_and_one_of_it(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        other = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        waiting = proposed([suivi, other], vers=cast.cesf, by=cast.assistant_social_2)
        pages = [f"lots/{waiting[0].lot}", str(waiting[0].pk)]
        acts = [partial(browse(RECEIVER).post, f"/parcours/transmissions/{page}/acceptation/") for page in pages]
        answers = statuses(acts)
        assert answers in ([302, 302], [302, 409])
        # All or none: whoever was late is told, and nothing is half done.
        assert browse(RECEIVER).post(f"/parcours/transmissions/lots/{waiting[0].lot}/acceptation/").status_code == 302
        assert [referents(one) for one in (suivi, other)] == [[cast.cesf]] * 2
        assert EtapeTransmission.objects.filter(vers=Transmission.Statut.ACCEPTEE).count() == 2

    def test_accepted_and_taken_back_is_one_of_both(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        (transmission,) = proposed([suivi], vers=cast.cesf, by=cast.assistant_social_2)
        back = partial(cancel, Transmission.objects.get(pk=transmission.pk), by=cast.assistant_social_2)
        acts: list[Callable[[], None]] = [accepting(transmission, cast.cesf), back]
        done = at_once(acts)
        assert refusals(done) == 1
        accepted = done[0] is None
        assert referents(suivi) == [cast.cesf if accepted else cast.assistant_social_2]
        transmission.refresh_from_db()
        assert transmission.statut == ("acceptee" if accepted else "annulee")
        assert not Rattachement.objects.live().from_source(transmission).exists()


def saying(goal: Any, **fields: object) -> dict[str, object]:
    """A bilan of today with one progress and one level, under a key of its own."""
    level = {"ajout_1": "impaye_loyer", "niveau_ajout_1": "vigilance"}
    return {**typed(goal, **level), "cle": str(uuid4()), **fields}


class TestBilan:
    def counted(self, parcours: Parcours) -> list[int]:
        """Bilans, progress, levels and spent keys."""
        levels = NiveauReleve._base_manager.filter(usager=parcours.usager_id)
        return [Bilan.objects.count(), Avancement.objects.count(), levels.count(), Envoi.objects.count()]

    def test_two_colleagues_hold_one(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        suivi.add_intervenant(cast.educateur)
        goal = make_objectif(suivi, by=cast.assistant_social_2)
        said = [(REFERENT, "6"), (COLLEAGUE, "12")]
        acts = [partial(browse(name).post, url(suivi), saying(goal, periode=periode)) for name, periode in said]
        assert statuses(acts) == [200, 302]
        assert self.counted(suivi) == [1, 1, 1, 1]
        held = Bilan.objects.get()
        suivi.refresh_from_db()
        assert (suivi.periode, suivi.echeance) == (held.periode, held.next_on)

    def test_two_keys_of_one_hand_are_one(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        """The same page in two tabs; the late one is told, beside the date."""
        goal = make_objectif(suivi, by=cast.assistant_social_2)
        answers = at_once([partial(browse(REFERENT).post, url(suivi), saying(goal)) for _ in range(2)])
        late = next(answer for answer in answers if answer.status_code == 200)  # type: ignore[union-attr]
        assert "enregistré" in late.context["form"].errors["held_on"][0]  # type: ignore[union-attr]
        assert self.counted(suivi) == [1, 1, 1, 1]

    def test_one_key_sent_many_times_is_one(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        sent = saying(make_objectif(suivi, by=cast.assistant_social_2))
        answers = at_once([partial(browse(REFERENT).post, url(suivi), sent) for _ in range(HANDS)])
        assert {answer.url for answer in answers} == {url(suivi, f"bilans/{Bilan.objects.get().pk}")}  # type: ignore[union-attr]
        assert self.counted(suivi) == [1, 1, 1, 1]

    def test_two_parcours_have_two(self, cast: SimpleNamespace, browse: Browse, suivi: Parcours) -> None:
        """The control: nothing but the parcours and its day stops the second."""
        other = make_parcours(UsagerFactory.create(), sent_by=cast.assistant_social, by=cast.assistant_social_2)
        acts = [
            partial(browse(REFERENT).post, url(one), saying(make_objectif(one, by=cast.assistant_social_2)))
            for one in (suivi, other)
        ]
        assert statuses(acts) == [302, 302]
        assert [one.bilans.count() for one in (suivi, other)] == [1, 1]
        assert Envoi.objects.count() == 2


class TestClosing:
    """Whoever comes in while a parcours is being closed waits for it, and finds it closed."""

    def close_beside(self, cast: SimpleNamespace, parcours: Parcours, act: Callable[[], Any]) -> Any:
        """Close, hold the closing until `act` has begun and waits, then let both end; what `act` did."""
        began, held = Event(), Event()

        def closing() -> None:
            with transaction.atomic():
                close(parcours, motif=Parcours.MotifCloture.DEPART, by=cast.assistant_social_2)
                held.set()
                began.wait(30)
                # Long enough to reach the lock; an act that does not wait has ended by then.
                time.sleep(0.5)

        def acting() -> Any:
            held.wait(30)
            began.set()
            return act()

        _, done = at_once([closing, acting])
        return done

    def test_a_relais_accepted_meanwhile_opens_another(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        """Of one without référent: nothing that its closing writes makes the other wait for the person."""
        suivi.intervenants.update(ends_at=timezone.now())
        Rattachement.objects.end(suivi)
        relais = make_relais(suivi.usager, by=cast.assistant_social, to="issy-accompagnement")
        opened = self.close_beside(cast, suivi, partial(open_from, relais, by=cast.cesf))
        assert isinstance(opened, Parcours) and opened.pk != suivi.pk
        assert referents(opened) == [cast.cesf]
        assert not suivi.intervenants.live().exists()
        assert relationships(suivi) == []

    def test_without_a_closing_it_joins_the_open_one(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        """The control."""
        relais = make_relais(suivi.usager, by=cast.assistant_social, to="issy-accompagnement")
        assert open_from(relais, by=cast.cesf) == suivi
        assert suivi.intervenants.live().count() == 2

    def test_nobody_is_called_into_it(self, cast: SimpleNamespace, suivi: Parcours) -> None:
        form = IntervenantForm(QueryDict(f"agent={cast.cesf.pk}"), parcours=suivi, by=cast.assistant_social_2)
        assert form.is_valid(), form.errors
        assert isinstance(self.close_beside(cast, suivi, form.save), MoveRefused)
        assert Parcours.objects.get(pk=suivi.pk).statut == Parcours.Statut.CLOS
        assert not suivi.intervenants.live().exists()
        assert [nature for nature, _ in relationships(suivi)] == [Nature.FIN_DE_RELAIS]
