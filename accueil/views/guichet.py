"""Where an agent receives people, and what they may act on there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accueil.models import Demande, Passage, PassageUsager, Relais, Usager
from pole_social.access import DESK, signed_in
from pole_social.frame import current_unite
from pole_social.models import Agent, Bureau, MoveRefused, Unite

SESSION_BUREAU = "bureau"


def desk_unite(request: HttpRequest) -> Unite | None:
    """The reception unité where the agent works now: the one of the top bar, else their first."""
    desks = [unite for unite in signed_in(request).unites if unite.nature == Unite.Nature.ACCUEIL]
    current = current_unite(request)
    return current if current in desks else next(iter(desks), None)


def no_desk(request: HttpRequest) -> HttpResponse:
    """Say it honestly: this agent works in no reception unité."""
    return render(request, "accueil/sans_guichet.html")


def registers(request: HttpRequest) -> bool:
    """Whether this agent registers passages, and so may make a new person; the others send to the reception desk."""
    return bool(DESK & signed_in(request).roles and desk_unite(request))


def acts_on(agent: Agent, unite_id: int) -> bool:
    """Whether the buttons of what this unité holds are this agent's: the other readers only read."""
    return bool(DESK & agent.roles) and unite_id in agent.unite_ids


def my_passage(request: HttpRequest, pk: UUID) -> Passage:
    """A passage of my unités, held until the act is done: of two desks acting at once, one waits."""
    agent = signed_in(request)
    mine = Passage.objects.visible_to(agent).filter(unite__in=agent.unite_ids)
    whole = mine.with_state_since().select_related("unite__lieu", "motif", "agent", "bureau")
    return get_object_or_404(whole.select_for_update(of=("self",)), pk=pk)


def my_demande(request: HttpRequest, pk: UUID) -> Demande:
    """A demande of my unités, held until the act is done."""
    agent = signed_in(request)
    mine = Demande.objects.visible_to(agent).filter(unite__in=agent.unite_ids)
    return get_object_or_404(mine.select_related("passage").select_for_update(of=("self",)), pk=pk)


def sent_relais(request: HttpRequest, pk: UUID) -> Relais:
    """A relais that one of my reception unités sent; the other stages have their own pages for theirs."""
    agent = signed_in(request)
    desks = {"de_unite__in": agent.unite_ids, "de_unite__nature": Unite.Nature.ACCUEIL}
    mine = Relais.objects.visible_to(agent).filter(**desks)
    return get_object_or_404(mine.select_related("usager", "de_unite__lieu", "vers_unite__lieu", "sent_by"), pk=pk)


def chosen_bureau(request: HttpRequest, unite: Unite) -> Bureau | None:
    """The office typed with the act, else the last one used; kept for the next act.

    An office of another lieu does not exist here.
    """
    typed = request.POST.get("bureau")
    known = request.session.get(SESSION_BUREAU)
    if typed is None:
        return Bureau.objects.filter(lieu=unite.lieu, pk=known).first() if known else None
    if not typed:
        request.session.pop(SESSION_BUREAU, None)
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise Http404
    bureau = get_object_or_404(Bureau, lieu=unite.lieu, pk=int(typed))
    request.session[SESSION_BUREAU] = bureau.pk
    return bureau


def picked(agent: Agent, typed: Iterable[str]) -> list[Usager]:
    """The people whose keys came with the form: known to the agent, or proposed by a search; nobody else exists."""
    try:
        wanted = list(dict.fromkeys(UUID(pk) for pk in typed))
    except ValueError as error:
        raise Http404 from error
    if not wanted:
        return []
    mine = Usager.objects.visible_to(agent).select_related("commune").filter(pk__in=wanted)
    found = {usager.pk: usager for usager in mine}
    if missing := set(wanted) - found.keys():
        proposed = Usager.objects.candidates_for(agent).select_related("commune").filter(pk__in=missing)
        found |= {usager.pk: usager for usager in proposed}
    if found.keys() != set(wanted):
        raise Http404
    return [found[pk] for pk in wanted]


def people_of(agent: Agent, passage: Passage) -> list[Usager]:
    """Those of the passage whom the agent may see; `is_absent` says whom it concerns without their being here."""
    concerned = PassageUsager.objects.filter(passage=passage, usager=OuterRef("pk"), fusion=None)
    people = Usager.objects.visible_to(agent).filter(Exists(concerned))
    absent = Exists(concerned.filter(is_present=False))
    return list(people.annotate(is_absent=absent).select_related("commune"))


def is_whole(passage: Passage, people: list[Usager]) -> bool:
    """Whether everybody whom the passage concerns is still visible: else a word would go to the wrong person."""
    return len(people) == len(vars(passage)["journal_usagers"])


def everybody_of(request: HttpRequest, passage: Passage) -> list[Usager]:
    """All those whom a passage concerns, or nobody (anonymous). Raises MoveRefused unless they are all visible."""
    people = people_of(signed_in(request), passage)
    if not is_whole(passage, people):
        raise MoveRefused
    return people


def say_moved(request: HttpRequest, passage: Passage) -> None:
    """What the click did, with the button that takes it back."""
    said = f"Le n° {passage.numero} est {passage.get_statut_display()}."
    messages.success(request, said, extra_tags=reverse("accueil:passage_annulation", args=[passage.pk]))
