"""One métier's part of an evaluation: asked by the evaluator, then signed, declined or no longer awaited."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.models import Usager
from evaluation.forms.contribution import ContributionForm, DemandeContributionForm, RefusForm, RetraitForm
from evaluation.models import Contribution, Evaluation
from evaluation.models.contribution import ContributionQuerySet
from evaluation.views.evaluation import my_evaluation, show, with_names
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.models import Agent, MoveRefused
from pole_social.once import once

Statut = Contribution.Statut
SIGNED = "Votre contribution est signée."
KEPT = "Votre texte est enregistré, sans être signé : vous seul le lisez."
TONS = {
    Statut.DEMANDEE: "attention",
    Statut.SIGNEE: "fait",
    Statut.DECLINEE: "retire",
    Statut.RETIREE: "retire",
}


# --- The evaluator's side -------------------------------------------------------------------------


def nouvelle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask a colleague of any métier."""
    found = my_evaluation(request, pk)
    if not found.is_editable:
        if request.method == "POST":
            raise MoveRefused
        return redirect("evaluation:evaluation", pk)
    form = DemandeContributionForm(request.POST or None, evaluation=found)
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _asked(request, form))
    context = {"form": form, "evaluation": found}
    return render(request, "evaluation/contribution_nouvelle.html", context, status=form.status)


def _asked(request: HttpRequest, form: DemandeContributionForm) -> HttpResponseRedirect:
    asked = form.save(by=signed_in(request))
    messages.success(request, f"La demande est dans la liste de {asked.agent.nom_complet}.")
    return _back(asked.evaluation_id)


def _back(evaluation: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("evaluation:evaluation", args=[evaluation]) + "#contributions")


def retrait(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Wait no longer for a contribution; the evaluation is locked first, as by every act in it."""
    agent = signed_in(request)
    asked = Contribution.objects.visible_to(agent).filter(pk=pk)
    worked_on = Evaluation.objects.worked_on_by(agent).filter(pk__in=asked.values("evaluation"))
    evaluation = get_object_or_404(with_names(worked_on).locked())
    found = get_object_or_404(asked)
    if found.statut == Statut.RETIREE:
        return _back(evaluation.pk)
    form = RetraitForm(request.POST, auto_id=f"retrait_{pk}_%s")
    if not form.is_valid():
        form.contribution = found.pk
        return show(request, evaluation, retrait_form=form)
    found.withdraw(by=agent, motif=form.cleaned_data["motif"])
    messages.success(request, "Cette contribution n’est plus attendue.")
    return _back(evaluation.pk)


# --- The contributor's side -----------------------------------------------------------------------


def liste(request: HttpRequest) -> HttpResponse:
    """What I am asked, the first date first; then what I signed lately."""
    agent = signed_in(request)
    found = list(_own(agent).to_write_or_just_signed().order_by("echeance", "asked_at", "pk"))
    context = {
        "attendues": [one for one in found if one.is_awaited],
        "signees": [one for one in found if not one.is_awaited],
        "aujourdhui": timezone.localdate(),
    }
    return render(request, "evaluation/contributions.html", context)


def contribution(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is asked and of whom; the text, kept without signing it on a POST."""
    if request.method == "POST":
        return _write(request, pk, sign=False)
    return _show(request, get_object_or_404(_own(signed_in(request)), pk=pk))


def signature(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign the text as it stands in the form: nothing is signed that was not under one's eyes."""
    return _write(request, pk, sign=True)


def refus(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say no, with the reason; the file is closed to whoever declines."""
    agent = signed_in(request)
    # The second click of a double click: they read it no more.
    if Contribution.state_for(agent, pk) == Statut.DECLINEE:
        return redirect("evaluation:contributions")
    found = _held(agent, pk)
    if not found.is_writable:
        # Withdrawn or signed since: what was typed is given back.
        raise MoveRefused
    form = RefusForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form=ContributionForm(request.POST, instance=found), refus_form=form)
    found.decline(by=agent, motif=form.cleaned_data["motif"])
    messages.success(request, "Vous avez décliné : l’évaluateur en lit la raison.")
    return redirect("evaluation:contributions")


def _own(agent: Agent) -> ContributionQuerySet:
    found = Contribution.objects.visible_to(agent).filter(agent=agent).with_outcome()
    return found.select_related("evaluation__usager", "asked_by__metier", "agent__metier")


def _held(agent: Agent, pk: UUID) -> Contribution:
    """The contribution as it is once nobody else can move it.

    Raises MoveRefused for the one that was taken back while they were writing, which they read no more: the
    answer gives them their text back.
    """
    if found := _own(agent).filter(pk=pk).first():
        found.hold()
        found = _own(agent).filter(pk=pk).first()
    if found is None:
        if Contribution.state_for(agent, pk):
            raise MoveRefused
        raise Http404
    return found


def _write(request: HttpRequest, pk: UUID, *, sign: bool) -> HttpResponse:
    agent = signed_in(request)
    found = _held(agent, pk)
    stored = found.texte
    form = ContributionForm(request.POST, instance=found, sign=sign)
    is_valid = form.is_valid()
    if not found.is_writable:
        # Sent twice, it is signed; another text is given back, beside what was signed.
        if found.statut == Statut.SIGNEE and is_valid and form.cleaned_data["texte"] == stored:
            return redirect("evaluation:contribution", pk)
        found.texte = stored
        return _show(request, found, status=409, saisi=request.POST.get("texte", ""))
    if not (is_valid and form.save(by=agent)):
        return _show(request, found, form=form, status=form.status)
    messages.success(request, SIGNED if sign else KEPT)
    return redirect("evaluation:contribution", pk)


def _show(
    request: HttpRequest,
    found: Contribution,
    *,
    form: ContributionForm | None = None,
    refus_form: RefusForm | None = None,
    saisi: str = "",
    status: int = 200,
) -> HttpResponse:
    agent, draft = signed_in(request), resumed(request)
    usager = found.evaluation.usager_id
    context = {
        "contribution": found,
        "ton": TONS[Statut(found.statut)],
        "aujourdhui": timezone.localdate(),
        "form": form or ContributionForm(instance=found, brouillon=draft),
        "refus_form": refus_form or RefusForm(initial={"motif": request.POST.get("motif", "")}, brouillon=draft),
        "saisi": saisi,
        "contact": Usager.objects.visible_to(agent).filter(pk=usager).first(),
        # Those who read its content; for the others there is no such page.
        "evaluation": Evaluation.objects.visible_to(agent).filter(pk=found.evaluation_id).first(),
    }
    return render(request, "evaluation/contribution.html", context, status=status)
