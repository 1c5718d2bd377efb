"""One domaine of an evaluation, explored with the person."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from evaluation.forms.domaine import DomaineForm
from evaluation.models import Evaluation, Exploration, NiveauReleve
from evaluation.models.exploration import READ_BY
from evaluation.views.evaluation import my_evaluation
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.models import Agent, MoveRefused


def domaine(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Write down one domaine; those who only read the evaluation do not have this page."""
    agent = signed_in(request)
    # A save waits for a submission going on in another tab, and the other way round.
    found = my_evaluation(request, pk)
    mine = Exploration.objects.visible_to(agent).filter(evaluation=found).select_related("domaine")
    exploration = get_object_or_404(mine, domaine__code=code)
    if not found.is_editable:
        if request.method == "POST":
            raise MoveRefused
        return redirect("evaluation:evaluation", found.pk)
    before = NiveauReleve.objects.visible_to(agent).known_before(found).last_known()
    derniers = list(before.filter(fragilite__domaine=exploration.domaine_id))
    form = DomaineForm(request.POST or None, instance=exploration, derniers=derniers, brouillon=resumed(request))
    if request.method == "POST" and form.is_valid() and form.save(by=agent):
        if form.opens_protocol:
            return redirect(f"{reverse('evaluation:evaluation', args=[pk])}#protocole")
        return _next(request, found, exploration, agent)
    context = {
        "form": form,
        "evaluation": found,
        "domaine": exploration.domaine,
        "lecteurs": READ_BY,
    }
    return render(request, "evaluation/domaine.html", context, status=form.status)


def _next(request: HttpRequest, found: Evaluation, done: Exploration, agent: Agent) -> HttpResponseRedirect:
    """Back to the evaluation, or to the next domaine not explored yet, the ones after this first."""
    if "suivant" in request.POST:
        waiting = Exploration.objects.visible_to(agent).filter(evaluation=found).missing().select_related("domaine")
        left = [one.domaine for one in waiting.order_by("domaine__ordre") if one.pk != done.pk]
        after = [one for one in left if one.ordre > done.domaine.ordre] or left
        if after:
            return redirect("evaluation:domaine", found.pk, after[0].code)
    return redirect("evaluation:evaluation", found.pk)
