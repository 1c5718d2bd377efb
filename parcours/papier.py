"""What of a parcours may go to paper: the one rule of every page that can be printed.

A sheet lies on a kitchen table, where a violent relative, or a parent, reads it. What is kept back is on the screen
alone, and nothing on the paper says that it is: neither a line, nor a heading with nothing under it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from evaluation.views.papier import NEVER_PRINTED, is_harmless
from parcours.models import Action, Addendum, Ecrit, Objectif, Point
from parcours.niveaux import is_kept_off_paper


def goal_may_be_printed(goal: Objectif) -> bool:
    """Neither violence, nor a child at risk, nor a pregnancy. Asks for `fragilite__domaine`."""
    return not is_kept_off_paper(goal.fragilite) and is_harmless(goal.libelle)


def step_may_be_printed(step: Action, hidden_goal_ids: Collection[UUID]) -> bool:
    """It goes with its goal; nor whom it calls for, when that tells why. Asks for `partenaire`."""
    if step.objectif_id in hidden_goal_ids or (step.partenaire and step.partenaire.type in NEVER_PRINTED):
        return False
    return is_harmless(step.libelle)


def ecrit_may_be_printed(ecrit: Ecrit) -> bool:
    """Child protection never is, whatever its words: the parent may read it."""
    return ecrit.cercle != Ecrit.Cercle.PROTECTION and is_harmless(ecrit.texte)


def screen_only(goals: Iterable[Objectif], steps: Iterable[Action]) -> set[UUID]:
    """The keys of those that are not printed. `goals` are at least those of the steps."""
    hidden = {goal.pk for goal in goals if not goal_may_be_printed(goal)}
    return hidden | {step.pk for step in steps if not step_may_be_printed(step, hidden)}


def decisions_on_screen_only(steps: Collection[Action]) -> set[UUID]:
    """The same of steps read without the goals of their parcours. Asks for `objectif__fragilite__domaine`."""
    return screen_only([step.objectif for step in steps if step.objectif], steps)


def questions_on_screen_only(points: Iterable[Point]) -> set[UUID]:
    return {point.pk for point in points if not is_harmless(point.question)}


def texts_on_screen_only(ecrits: Iterable[Ecrit], addenda: Iterable[Addendum]) -> set[UUID]:
    """What was added to a text goes with it."""
    hidden = {ecrit.pk for ecrit in ecrits if not ecrit_may_be_printed(ecrit)}
    return hidden | {one.pk for one in addenda if one.ecrit_id in hidden or not is_harmless(one.texte)}
