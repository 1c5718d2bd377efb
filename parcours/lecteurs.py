"""Who reads what a team writes, by name: said above a text before it is typed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from accueil.models import Rattachement
from evaluation.collegues import colleagues
from parcours.models import Ecrit, Intervenant, Parcours
from parcours.models.ecrit import MAY_BE_NAMED, circles_read, may_be_named
from parcours.models.scope import TEAM_NATURES
from pole_social.access import CARE, TEAM
from pole_social.models import Affectation, Agent


def working_agents() -> QuerySet[Agent]:
    """Those who have an account and an affectation today, of the professions that read a parcours."""
    current = Affectation.objects.current().filter(agent=OuterRef("pk"))
    return Agent.objects.filter(Exists(current), is_active=True, metier__famille__in=TEAM)


def team(parcours: Parcours) -> QuerySet[Agent]:
    """Who works on this parcours now: its live intervenants who have not stepped aside from the person."""
    live = Intervenant.objects.live().filter(parcours=parcours)
    return working_agents().filter(pk__in=live.values("agent")).exclude(deports__usager=parcours.usager_id)


def candidates(parcours: Parcours, territoire_ids: Iterable[int]) -> QuerySet[Agent]:
    """Whom a team may call in: the professions of care, in these territoires, not in the team yet."""
    there = Affectation.objects.current().filter(agent=OuterRef("pk"), unite__lieu__territoire__in=list(territoire_ids))
    inside = Intervenant.objects.live().filter(parcours=parcours)
    free = working_agents().filter(Exists(there), metier__famille__in=CARE)
    return free.exclude(pk__in=inside.values("agent")).exclude(deports__usager=parcours.usager_id)


def readers(parcours: Parcours, author: Agent, named: Iterable[Agent] = ()) -> dict[str, list[Agent]]:
    """By circle, those who read a signed écrit of `author` today, the author first.

    A former référent still reads for 30 days: readers are those who hold a relationship, not only those
    who work. Same rule as `Ecrit.objects.visible_to`, from the same two functions.
    """
    holders = Rattachement.objects.live().from_source(parcours).filter(nature__in=TEAM_NATURES)
    present = working_agents().filter(pk__in=holders.values("agent")).exclude(deports__usager=parcours.usager_id)
    others = [agent for agent in present if agent != author]
    by_circle = {
        circle.value: [author, *(agent for agent in others if circle in circles_read(agent))] for circle in Ecrit.Cercle
    }
    chosen = {agent.pk for agent in named}
    by_circle[Ecrit.Cercle.PROTECTION.value] += [a for a in others if a.pk in chosen and may_be_named(a)]
    return by_circle


def further_readers(ecrit: Ecrit, by: Agent) -> QuerySet[Agent]:
    """With whom `by` may share it: colleagues of the person who do not read it yet, whose work is no secret to `by`."""
    reading = readers(ecrit.parcours, ecrit.auteur, ecrit.nommes.all())[ecrit.cercle]
    found = colleagues(ecrit.parcours.usager_id, by).exclude(pk__in=[agent.pk for agent in reading])
    if ecrit.cercle == Ecrit.Cercle.PROTECTION:
        found = found.filter(metier__famille__in=MAY_BE_NAMED)
    return found


def sentence(found: list[Agent], me: Agent) -> str:
    """« vous, Claire Bernard et Julie Petit (3 personnes) »; « vous seulement » when nobody else reads."""
    if found == [me]:
        return "vous seulement"
    names = ["vous" if agent == me else agent.nom_complet for agent in found]
    listed = f"{', '.join(names[:-1])} et {names[-1]}" if len(names) > 1 else "".join(names)
    return f"{listed} ({len(names)} personne{'s' if len(names) > 1 else ''})"
