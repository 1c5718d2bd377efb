"""The bilans of a parcours: held, read, printed; and how the fragilités have gone meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from evaluation.evolution import Changement
from evaluation.forms.domaine import calls_protocol
from evaluation.models import NiveauReleve
from evaluation.views.papier import is_harmless
from parcours.forms.bilan import BilanForm
from parcours.lecteurs import readers, sentence
from parcours.models import Avancement, Bilan, Ecrit, Objectif, Parcours
from parcours.niveaux import GRILLE, by_domaine, change_at, is_kept_off_paper, reads_levels, releves
from parcours.papier import goal_may_be_printed
from parcours.views.scope import worked_on
from pole_social.access import signed_in
from pole_social.brouillons import resumed
from pole_social.models import Agent
from pole_social.once import once_unless_taken

DANGER = NiveauReleve.Niveau.DANGER
# An objectif that has ended is not asked about again.
ENDED = (Avancement.Etat.ATTEINT, Avancement.Etat.ABANDONNE)


@dataclass(frozen=True)
class LigneNiveau:
    """What this bilan says of one fragilité, and what that changed."""

    releve: NiveauReleve
    changement: Changement | None
    is_last_word: bool

    @property
    def is_kept_off_paper(self) -> bool:
        return is_kept_off_paper(self.releve.fragilite)

    @property
    def opens_protocol(self) -> bool:
        fragilite = self.releve.fragilite
        in_danger = {fragilite.code} if self.releve.niveau == DANGER and self.is_last_word else set()
        return calls_protocol(fragilite.domaine.code, in_danger)


@dataclass(frozen=True)
class LigneAvancement:
    """How far one objectif has come."""

    avancement: Avancement

    @property
    def is_kept_off_paper(self) -> bool:
        said = self.avancement
        return not (goal_may_be_printed(said.objectif) and is_harmless(said.commentaire))


def bilan_nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    agent = signed_in(request)
    found = get_object_or_404(worked_on(agent), pk=pk)
    last = Bilan.objects.visible_to(agent).filter(parcours=found).first()
    form = BilanForm(
        request.POST or None,
        last_on=last.held_on if last else None,
        brouillon=resumed(request),
        **questions_for(found, agent),
    )

    def held() -> HttpResponseRedirect:
        return redirect("parcours:bilan", found.pk, form.save(by=agent).pk)

    if request.method == "POST" and (answer := once_unless_taken(request, form, held)):
        return answer
    context = {"form": form, "parcours": found, "last": last, "lecteurs": equipe_of(found, agent)}
    return render(request, "parcours/bilan_nouveau.html", context, status=form.status)


def bilan(request: HttpRequest, pk: UUID, bilan: UUID) -> HttpResponse:
    """One bilan as it was held; its levels for those who read them."""
    agent = signed_in(request)
    visible = Parcours.objects.visible_to(agent).select_related("usager", "unite__lieu")
    found = get_object_or_404(visible, pk=pk)
    mine = Bilan.objects.visible_to(agent).filter(parcours=found).select_related("auteur__metier")
    held = get_object_or_404(mine, pk=bilan)
    said = Avancement.objects.visible_to(agent).filter(bilan=held).select_related("objectif__fragilite__domaine")
    avancements = [LigneAvancement(one) for one in said.order_by("objectif__created_at", "objectif")]
    niveaux = _levels_of(held, found, agent)
    context = {
        "parcours": found,
        "bilan": held,
        "avancements": avancements,
        "niveaux": niveaux,
        "prints_avancements": any(not ligne.is_kept_off_paper for ligne in avancements),
        "prints_niveaux": any(not ligne.is_kept_off_paper for ligne in niveaux),
        "opens_protocol": any(ligne.opens_protocol for ligne in niveaux),
        "textes": [
            (titre, texte, is_harmless(texte))
            for titre, texte in (("Où en est-on", held.synthese), ("Ce qu’en dit la personne", held.paroles))
            if texte
        ],
    }
    return render(request, "parcours/bilan.html", context)


def bilans_of(found: Parcours, agent: Agent) -> dict[str, Any]:
    """For the page of the parcours: its bilans (dated for its timeline), whether one is overdue, the levels."""
    mine = Bilan.objects.visible_to(agent).filter(parcours=found).select_related("auteur")
    dated = mine.annotate(jour=F("held_on"), instant=F("recorded_at"))
    niveaux = by_domaine(releves(found, agent))
    is_active = found.statut == Parcours.Statut.ACTIF
    return {
        "bilans": list(dated),
        "is_bilan_overdue": is_active and found.echeance < timezone.localdate(),
        "niveaux": niveaux,
        "prints_niveaux": any(not domaine.is_kept_off_paper for domaine in niveaux),
        "grille": GRILLE,
        "etendue": niveaux[0].suivis[0].etendue if niveaux else None,
    }


def questions_for(found: Parcours, agent: Agent) -> dict[str, Any]:
    """What a bilan of this parcours by this author asks: the objectifs that go on, the levels they read."""
    ended = Avancement.objects.filter(objectif=OuterRef("pk"), etat__in=ENDED)
    goals = Objectif.objects.visible_to(agent).filter(~Exists(ended), parcours=found)
    known = [rows[-1] for rows in releves(found, agent)] if reads_levels(found, agent) else None
    return {"parcours": found, "objectifs": goals, "derniers": known}


def equipe_of(found: Parcours, agent: Agent) -> str:
    """Who will read what is written for the whole team, by name."""
    return sentence(readers(found, agent)[Ecrit.Cercle.EQUIPE], agent)


def _levels_of(held: Bilan, found: Parcours, agent: Agent) -> list[LigneNiveau]:
    return [
        LigneNiveau(row, change_at(rows, index), is_last_word=index == len(rows) - 1)
        for rows in releves(found, agent)
        for index, row in enumerate(rows)
        if row.source_id == held.pk
    ]
