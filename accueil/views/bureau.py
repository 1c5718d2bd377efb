"""The desk today: who waits, who is received, what is to be taken up."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accueil.models import Demande, Passage, Relais, Usager
from accueil.models.passage import PassageQuerySet
from accueil.views.guichet import SESSION_BUREAU, desk_unite, no_desk
from pole_social.access import signed_in
from pole_social.models import Agent, Bureau, Unite


def bureau(request: HttpRequest) -> HttpResponse:
    """The desk of the agent's current reception unité."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    presents = list(_desk(agent, unite).waiting())
    attente = [passage for passage in presents if passage.statut == Passage.Statut.EN_ATTENTE]
    recus = list(_desk(agent, unite).in_interview().order_by("jour", "numero"))
    context = {
        "unite": unite,
        "aujourdhui": timezone.localdate(),
        "attente": attente,
        "appeles": [passage for passage in presents if passage.statut == Passage.Statut.APPELE],
        "oldest": min((passage.arrived_at for passage in attente), default=None),
        "miens": [passage for passage in recus if passage.agent_id == agent.pk],
        "collegues": [passage for passage in recus if passage.agent_id != agent.pk],
        "bureaux": Bureau.objects.filter(lieu=unite.lieu),
        "mon_bureau": request.session.get(SESSION_BUREAU),
        "a_reprendre": _to_take_up(agent, unite),
        "relais_envoyes": _sent(agent, unite),
    }
    return render(request, "accueil/bureau.html", context)


def _desk(agent: Agent, unite: Unite) -> PassageQuerySet:
    """Not only today's: a passage left open yesterday, with a demande going on, must not be lost."""
    people = Usager.objects.visible_to(agent).order_by("recherche_nom_prenoms", "pk")
    return (
        Passage.objects.visible_to(agent)
        .filter(unite=unite)
        .with_state_since()
        .select_related("motif", "agent", "bureau")
        .prefetch_related(Prefetch("usagers", queryset=people, to_attr="personnes"))
    )


def _to_take_up(agent: Agent, unite: Unite) -> list[Demande]:
    due = Demande.objects.visible_to(agent).open().filter(unite=unite, echeance__lte=timezone.localdate())
    return list(due.select_related("usager", "agent", "passage").order_by("echeance", "created_at"))


def _sent(agent: Agent, unite: Unite) -> list[Relais]:
    """The relais that nobody has accepted yet, the late ones first."""
    discreet = Demande.objects.filter(relais=OuterRef("pk"), passage__is_confidentiel=True)
    waiting = Relais.objects.visible_to(agent).filter(de_unite=unite).waiting()
    waiting = waiting.annotate(is_confidentiel=Exists(discreet))
    return list(waiting.select_related("usager", "vers_unite__lieu"))
