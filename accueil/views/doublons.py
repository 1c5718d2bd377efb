"""Records made twice: found, looked at side by side, merged, set apart again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accueil.doublons import PAIRS_SHOWN, likely, reasons_for
from accueil.forms.doublons import FusionForm
from accueil.fusion import FusionRefused, unmerge
from accueil.models import Demande, Distincts, Fusion, Passage, Relais, Usager
from accueil.models.fusion import REVERSIBLE_FOR
from accueil.traits import MASKED, Trait, traits
from pole_social.access import signed_in
from pole_social.models import Agent, Unite
from pole_social.once import once, repeated

FUSIONS_SHOWN = 50
MERGING = {Unite.Nature.ACCUEIL, Unite.Nature.DIRECTION}


def led_territoires(agent: Agent) -> list[int]:
    """The territoires whose records this agent answers for: as responsable of their desk, or of the whole SST.

    Raises PermissionDenied for another responsable: it is their role, whatever the record.
    """
    led = [affectation.unite for affectation in agent.current_affectations if affectation.responsable]
    found = {unite.lieu.territoire_id for unite in led if unite.nature in MERGING}
    if not found:
        raise PermissionDenied
    return [pk for pk in found if pk is not None]


def doublons(request: HttpRequest) -> HttpResponse:
    """The likely pairs, masked like the candidates of a search."""
    agent = signed_in(request)
    proches = likely(led_territoires(agent), _uuid(request.GET.get("apres", "")))
    ids = {key for paire in proches.paires for key in (paire.un, paire.autre)}
    found = Usager.objects.candidates_for(agent).openable(agent).filter(pk__in=ids).select_related("commune")
    people = {usager.pk: usager for usager in found}
    lines = [
        {"un": people[paire.un], "autre": people[paire.autre], "raisons": paire.raisons}
        for paire in proches.paires
        if paire.un in people and paire.autre in people
    ]
    context = {"paires": lines, "proches": proches, "limite": PAIRS_SHOWN}
    return render(request, "accueil/doublons.html", context)


def _uuid(typed: str) -> UUID | None:
    """Where to go on from; what is no key begins again."""
    try:
        return UUID(typed)
    except ValueError:
        return None


@dataclass(frozen=True)
class Rang:
    """One line of the comparison: what each record says, and whether one must be right."""

    trait: Trait
    cells: list[tuple[Usager, str]]
    is_offered: bool
    # The key of the record chosen in what was typed.
    choisi: str


def paire(request: HttpRequest, pk: UUID, autre: UUID) -> HttpResponse:
    """Two records side by side; which one is kept, and what of the other."""
    agent = signed_in(request)
    led = led_territoires(agent)
    form = FusionForm(request.POST if request.method == "POST" else None, keys=(pk, autre))
    is_ready = form.is_bound and form.is_valid()
    if is_ready and (done := repeated(request, form)):
        return done
    people = _both(agent, led, pk, autre)
    rangs = _compared(people, form)
    if is_ready:
        offered = [rang.trait.name for rang in rangs if rang.is_offered]
        return once(request, form, lambda: _merged(request, form.save(people, offered, by=agent)))
    context = {
        "form": form,
        "personnes": [(usager, _held(agent, usager)) for usager in people],
        "rangs": rangs,
        "raisons": reasons_for(pk, autre),
        "masque": not all(usager.is_openable for usager in people),  # type: ignore[attr-defined]
        "distincts": Distincts.objects.filter(un=min(pk, autre), autre=max(pk, autre)).select_related("by").first(),
        "jours": REVERSIBLE_FOR.days,
    }
    return render(request, "accueil/doublons_paire.html", context)


def _both(agent: Agent, territoires: list[int], pk: UUID, autre: UUID) -> list[Usager]:
    """The two records, in the order of the address; one that may not be seen makes the pair unknown."""
    candidates = Usager.objects.candidates_for(agent).openable(agent).filter(territoire__in=territoires)
    found = {usager.pk: usager for usager in candidates.filter(pk__in=(pk, autre)).select_related("commune")}
    if len(found) != 2:
        raise Http404
    return [found[pk], found[autre]]


def _compared(people: list[Usager], form: FusionForm) -> list[Rang]:
    """What each record says of who the person is, as far as the reader may open it."""
    rangs = []
    for trait in traits():
        values = [trait.value(usager) for usager in people]
        readable = [trait.name in MASKED or usager.is_openable for usager in people]  # type: ignore[attr-defined]
        said = [sees and not trait.is_blank(usager) for usager, sees in zip(people, readable, strict=True)]
        if any(said):
            cells = [(usager, _cell(trait, usager, sees)) for usager, sees in zip(people, readable, strict=True)]
            is_offered = all(said) and values[0] != values[1]
            rangs.append(Rang(trait, cells, is_offered, form[trait.name].value() or ""))
    return rangs


def _cell(trait: Trait, usager: Usager, sees: bool) -> str:
    if not sees:
        return "masqué"
    return trait.shown(usager, masked=not usager.is_openable) or "rien"  # type: ignore[attr-defined]


def _held(agent: Agent, usager: Usager) -> list[tuple[str, int]]:
    """How much each record holds of what this agent may read; nothing is said of the rest."""
    of = {
        "passage": Passage.objects.visible_to(agent).filter(concernes__usager=usager, concernes__fusion=None),
        "demande": Demande.objects.visible_to(agent).filter(usager=usager),
        "relais": Relais.objects.visible_to(agent).filter(usager=usager),
    }
    counted = [(word, rows.count()) for word, rows in of.items()]
    return [(word, count) for word, count in counted if count]


def _merged(request: HttpRequest, fusion: Fusion) -> HttpResponseRedirect:
    messages.success(request, "Les deux dossiers n’en font plus qu’un. Une erreur ? Séparez-les ici.")
    return HttpResponseRedirect(reverse("accueil:fusions"))


def distincts(request: HttpRequest, pk: UUID, autre: UUID) -> HttpResponse:
    """They are two people: the pair is not proposed again."""
    agent = signed_in(request)
    _both(agent, led_territoires(agent), pk, autre)
    un, second = sorted((pk, autre))
    Distincts.objects.get_or_create(un_id=un, autre_id=second, defaults={"by": agent})
    messages.success(request, "C’est noté : ce sont deux personnes.")
    return redirect("accueil:doublons")


def fusions(request: HttpRequest, *, refus: str = "") -> HttpResponse:
    """The merges of the territoire, and which can still be undone."""
    agent = signed_in(request)
    mine = Fusion.objects.visible_to(agent).filter(garde__territoire__in=led_territoires(agent))
    found = mine.openable(agent)
    listed = found.select_related("garde__commune", "absorbe__commune", "by", "undone_by")[:FUSIONS_SHOWN]
    context: dict[str, Any] = {"fusions": listed, "refus": refus, "jours": REVERSIBLE_FOR.days}
    return render(request, "accueil/doublons_fusions.html", context, status=409 if refus else 200)


def separation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set the two records apart again."""
    agent = signed_in(request)
    of_mine = Fusion.objects.visible_to(agent).filter(garde__territoire__in=led_territoires(agent))
    found = get_object_or_404(of_mine, pk=pk)
    try:
        unmerge(found, by=agent)
    except FusionRefused as refused:
        return fusions(request, refus=str(refused))
    messages.success(request, "Les deux dossiers sont séparés.")
    return redirect("accueil:fusions")
