"""Handing a validated evaluation over, to accompagnement or to santé."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from accueil.models import Relais
from evaluation.forms.decision import AnnulationForm
from evaluation.forms.envoi import RelaisForm, receivers
from evaluation.models import Evaluation, FragiliteReperee, Proposition
from evaluation.opening import cancel
from evaluation.views.evaluation import my_evaluation, show
from evaluation.views.lignes import Ligne, lignes_of
from evaluation.views.papier import is_harmless, is_kept_off_paper, off_paper
from evaluation.views.propositions import decided_in
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.models import Agent, Brouillon, MoveRefused, Unite
from pole_social.once import once

Niveau = FragiliteReperee.Niveau
MAX_DIT = 4000


def relais_nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the unité, then say what the person should not have to say again."""
    agent = signed_in(request)
    found = my_evaluation(request, pk)
    if found.statut != Evaluation.Statut.VALIDEE:
        if request.method == "POST":
            raise MoveRefused
        return redirect("evaluation:evaluation", found.pk)
    unites = list(receivers(found))
    chosen, draft = _chosen(request, unites)
    form = RelaisForm(
        request.POST if request.method == "POST" else None,
        evaluation=found,
        unite=chosen,
        brouillon=draft,
        initial={"vers_unite": chosen, **_prefilled(found, agent, chosen)},
    )
    if request.method == "POST" and form.is_valid():
        return once(request, form, lambda: _send(found, form, agent))
    context = {"form": form, "evaluation": found, "unites": unites, "choisie": chosen}
    return render(request, "evaluation/relais_nouveau.html", context, status=form.status)


def _send(found: Evaluation, form: RelaisForm, agent: Agent) -> HttpResponseRedirect:
    """One relais at a time waits in a unité. Raises MoveRefused for a second one."""
    if found.relais_envoyes.waiting().filter(vers_unite=form.cleaned_data["vers_unite"]).exists():
        raise MoveRefused
    form.save(by=agent)
    return redirect("evaluation:evaluation", found.pk)


def _chosen(request: HttpRequest, unites: list[Unite]) -> tuple[Unite | None, Brouillon | None]:
    """The unité named in the address (or sent), that of the latest draft, else the first that accompanies.

    With the draft written for it: words meant for one unité are never offered to another, which does not read the
    same things.
    """
    by_code = {unite.code: unite for unite in unites}
    named = by_code.get(request.POST.get("vers_unite") or request.GET.get("vers", ""))
    draft = resumed(request, vers_unite=named.code) if named else resumed(request)
    typed_for = by_code.get(next(iter(draft.contenu.get("vers_unite", [])), "")) if draft else None
    if found := named or typed_for:
        return found, draft
    follows = (unite for unite in unites if unite.nature == Unite.Nature.ACCOMPAGNEMENT)
    return next(follows, next(iter(unites), None)), None


def _prefilled(found: Evaluation, agent: Agent, unite: Unite | None) -> dict[str, Any]:
    """What the receiver may read of it: social content goes to a social unité, and to no other.

    What is kept off paper is kept out too: a relais is read by the whole unité, the evaluation by its
    référent.
    """
    if unite is None or unite.nature != Unite.Nature.ACCOMPAGNEMENT:
        return {}
    lignes = lignes_of(found, agent)
    open_rows = [ligne for ligne in lignes if not ligne.is_kept_off_paper]
    off = off_paper(lignes)
    kept = [one for one in decided_in(found, agent) if _is_told(one, off)]
    return {"dit": _synthesis(open_rows, kept), "metiers": {one.metier.code for one in kept if one.metier}}


def _synthesis(open_rows: list[Ligne], kept: list[Proposition]) -> str:
    parts = [
        ("Fragilités majeures", _fragilites(open_rows, lambda one: one.niveau in (Niveau.MAJEURE, Niveau.DANGER))),
        ("Sa priorité", _fragilites(open_rows, lambda one: one.is_priorite)),
        ("Propositions", [f"{one.libelle}{f' — {one.metier}' if one.metier else ''}" for one in kept]),
    ]
    said = [f"{titre} :\n" + "\n".join(f"- {line}" for line in lines) for titre, lines in parts if lines]
    return "\n\n".join(said)[:MAX_DIT]


def _fragilites(lignes: list[Ligne], wanted: Callable[[FragiliteReperee], bool]) -> list[str]:
    found = [one for ligne in lignes for one in ligne.fragilites if wanted(one)]
    return [f"{one.fragilite.libelle}{_since(one.depuis)}" for one in found]


def _since(depuis: str) -> str:
    """A free text, of any domaine."""
    return f" ({depuis})" if depuis and is_harmless(depuis) else ""


def _is_told(one: Proposition, off: set[int]) -> bool:
    """Kept, and neither because of what is kept off paper nor about it."""
    return one.statut == Proposition.Statut.GARDEE and not is_kept_off_paper(one, off, one.libelle)


def annulation(request: HttpRequest, pk: UUID, relais: UUID) -> HttpResponse:
    """Take a relais back before it is accepted: the evaluation is to be taken up again."""
    agent = signed_in(request)
    found = my_evaluation(request, pk)
    sent = get_object_or_404(Relais.objects.visible_to(agent).filter(evaluations_envoyees=found), pk=relais)
    form = AnnulationForm(request.POST)
    if not form.is_valid():
        return show(request, found, annulation_form=form)
    if sent.statut != Relais.Statut.ANNULE:
        cancel(sent, by=agent, motif=form.cleaned_data["motif"])
        messages.success(request, "Le relais est annulé : l’évaluation est à reprendre.")
    return redirect("evaluation:evaluation", found.pk)
