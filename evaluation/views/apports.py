"""What is added beside the domaines: a strength, a proposition, what is decided of those of the rules."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from evaluation.forms.apports import AppuiForm, EcartForm, GardeForm, PropositionForm
from evaluation.models import Evaluation, Proposition
from evaluation.views.dit import latest_faits
from evaluation.views.evaluation import my_evaluation, show
from evaluation.views.lignes import Ligne, fragilites_of, lignes_of
from evaluation.views.propositions import decided_in, pistes_of
from pole_social.access import signed_in
from pole_social.models import Agent, MoveRefused
from pole_social.once import once


def _written_in(request: HttpRequest, pk: UUID) -> Evaluation:
    """The evaluation, kept from moving until this is written. Raises MoveRefused once it is submitted."""
    found = my_evaluation(request, pk)
    if not found.is_editable:
        raise MoveRefused
    return found


def _back(found: Evaluation, anchor: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("evaluation:evaluation", args=[found.pk]) + anchor)


def appui(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a strength."""
    found = _written_in(request, pk)
    form = AppuiForm(request.POST)
    if not form.is_valid():
        return show(request, found, appui_form=form)

    def act() -> HttpResponseRedirect:
        form.save(found, by=signed_in(request))
        return _back(found, "#appuis")

    return once(request, form, act)


def proposition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose something, because of a fragilité if one is named."""
    found = _written_in(request, pk)
    lignes = lignes_of(found, signed_in(request))
    form = PropositionForm(request.POST, fragilites=fragilites_of(lignes))
    if not form.is_valid():
        return show(request, found, lignes=lignes, proposition_form=form)

    def act() -> HttpResponseRedirect:
        form.save(found, by=signed_in(request))
        return _back(found, "#propositions")

    return once(request, form, act)


def retrait(request: HttpRequest, pk: UUID, proposition: UUID) -> HttpResponse:
    """Take back a line that I added; a second click finds it taken back."""
    _mine(request, found := _written_in(request, pk), proposition).withdraw()
    return _back(found, "#propositions")


def remise(request: HttpRequest, pk: UUID, proposition: UUID) -> HttpResponse:
    """Take up again a line of mine that I took back."""
    _mine(request, found := _written_in(request, pk), proposition).restore()
    return _back(found, "#propositions")


def _mine(request: HttpRequest, found: Evaluation, pk: UUID) -> Proposition:
    """A line of my own in this evaluation: what a rule proposes is decided (`choix`), what others add is theirs."""
    agent = signed_in(request)
    own = Proposition.objects.visible_to(agent).filter(evaluation=found, regle=None, recorded_by=agent)
    return get_object_or_404(own, pk=pk)


def choix(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep or set aside what a rule proposes, or change one's mind: the name of the button tells which."""
    agent, found = signed_in(request), _written_in(request, pk)
    lignes = lignes_of(found, agent)
    known = _choix(found, agent, lignes)
    form_class, verb = (EcartForm, "ecarter") if "ecarter" in request.POST else (GardeForm, "garder")
    data = request.POST.copy()
    data["regle"] = data.get(verb, "")
    form = form_class(data, choix=known)
    if form.is_valid():
        form.save(by=agent)
        return _back(found, _anchor(form.proposition, known))
    if "regle" in form.errors:
        return show(request, found, lignes=lignes, garde_form=form)
    context = {"form": form, "evaluation": found, "proposition": form.proposition}
    if "motif" not in request.POST:
        # The button has just been pressed: nothing is missing yet.
        context["form"] = EcartForm(choix=known)
    return render(request, "evaluation/proposition_ecart.html", context)


def _choix(found: Evaluation, agent: Agent, lignes: list[Ligne]) -> dict[str, Proposition]:
    """By the code of its rule, what may be decided here: what stands, else what the rule proposes now."""
    pistes = pistes_of(lignes, found.usager, latest_faits(agent, found.usager_id))
    proposed = {piste.regle.code: piste.as_proposition(found) for piste in pistes}
    return proposed | {one.regle.code: one for one in decided_in(found, agent) if one.regle}


def _anchor(decided: Proposition, known: dict[str, Proposition]) -> str:
    """Back where one was reading: the rest of the same domaine, while something is to be decided there."""
    waiting = [one for one in known.values() if one._state.adding and one is not decided]
    domaine = decided.regle and decided.regle.fragilite.domaine_id
    left = any(one.regle and one.regle.fragilite.domaine_id == domaine for one in waiting)
    return f"#propositions-{domaine}" if left else "#propositions"
