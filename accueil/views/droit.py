"""Rights to check on the page of a passage, and one right followed until it is obtained, refused or given up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accueil.forms.droit import ETAPES, SuiteForm, SuivreForm
from accueil.models import Bareme, Demande, Droit, DroitSuivi, Passage, Regle, Usager
from accueil.regles import Baremes, Constat, Niveau, RegleLue, Savoir, constater, question
from accueil.views.guichet import acts_on, desk_unite, my_passage, no_desk, people_of
from accueil.views.savoirs import Known, asked_of, stands
from pole_social.access import signed_in
from pole_social.models import UNDONE, Agent, MoveRefused
from pole_social.once import once
from pole_social.templatetags.temps import date_longue

Statut = DroitSuivi.Statut
SHOWN = 200


@dataclass(frozen=True)
class Piste:
    """One right to check, or perhaps, with what its button needs."""

    droit: Droit
    constat: Constat
    cle: UUID

    @property
    def raisons(self) -> str:
        return ", ".join(self.constat.parce_que)

    @property
    def questions(self) -> list[str]:
        return [question(code) for code in self.constat.manque]


@dataclass(frozen=True)
class Pistes:
    """What the rules say for one person."""

    usager: Usager
    suivis: list[DroitSuivi]
    a_verifier: list[Piste]
    peut_etre: list[Piste]


def droits_of(
    agent: Agent,
    passage: Passage,
    people: list[Usager],
    *,
    latest: Known,
    demandes: list[Demande],
) -> dict[str, Any]:
    """The panel « Droits à vérifier »: for each person, from their own words only.

    `latest` are their latest words, `demandes` what they have going on: the page has read them.
    """
    if not people:
        return {"pistes": [], "regles_a_corriger": 0}
    rules = list(Regle.objects.filter(droit__is_active=True).select_related("droit").order_by("droit__libelle"))
    readable = [(rule.droit, read) for rule in rules if (read := rule.read())]
    baremes = Bareme.of_the_day(Bareme.objects.all())
    followed = _followed(agent, people)
    return {
        "pistes": [_pistes_of(person, latest, demandes, readable, baremes, followed) for person in people],
        "regles_a_corriger": len(rules) - len(readable),
    }


def _followed(agent: Agent, people: list[Usager]) -> list[DroitSuivi]:
    suivis = DroitSuivi.objects.visible_to(agent).filter(usager__in=people)
    return list(suivis.select_related("droit").order_by("droit__libelle", "created_at"))


def _pistes_of(
    usager: Usager,
    known: Known,
    demandes: list[Demande],
    rules: list[tuple[Droit, RegleLue]],
    baremes: Baremes,
    followed: Iterable[DroitSuivi],
) -> Pistes:
    theirs = [demande for demande in demandes if demande.usager_id == usager.pk and demande.droit]
    suivis = [suivi for suivi in followed if suivi.usager_id == usager.pk]
    settled = {suivi.droit_id for suivi in suivis if suivi.is_open or suivi.statut == Statut.OBTENU}
    droits = {droit.code: droit for droit, _ in rules if droit.pk not in settled}
    constats = constater(
        (rule for _, rule in rules if rule.droit in droits),
        savoir_of(usager, known, asked_of(theirs)),
        baremes,
        demandes={demande.droit.code for demande in theirs if demande.droit},
    )
    pistes = [Piste(droits[constat.droit], constat, uuid4()) for constat in constats]
    return Pistes(
        usager,
        suivis,
        [piste for piste in pistes if piste.constat.niveau == Niveau.A_VERIFIER],
        [piste for piste in pistes if piste.constat.niveau == Niveau.PEUT_ETRE],
    )


def savoir_of(usager: Usager, known: Known, asked: dict[UUID, set[str]]) -> Savoir:
    """What this person said, and nobody else; a sensitive word only while a demande needs it."""
    own = (fait for fait in known.values() if fait.usager_id == usager.pk and fait.donnee)
    donnees = {fait.sujet: fait.donnee for fait in own if stands(fait, asked)}
    return Savoir(usager.age_on(timezone.localdate()), donnees)


def droits_of_usager(agent: Agent, usager: Usager) -> dict[str, Any]:
    """The rights followed for a person, and what they bring each month."""
    suivis = DroitSuivi.objects.visible_to(agent).filter(usager=usager).with_delay()
    rows = list(suivis.select_related("droit", "unite__lieu").order_by("-created_at", "pk"))
    amounts = [row.montant_mensuel for row in rows if row.statut == Statut.OBTENU and row.montant_mensuel]
    return {"droits_suivis": rows, "euros_par_mois": sum(amounts, Decimal(0))}


def droits(request: HttpRequest) -> HttpResponse:
    """The rights that my unité follows, the nearest date first."""
    agent, unite = signed_in(request), desk_unite(request)
    if unite is None:
        return no_desk(request)
    suivis = DroitSuivi.objects.visible_to(agent).open().filter(unite=unite).order_by("echeance", "created_at", "pk")
    rows, has_more = suivis.select_related("usager", "droit__domaine", "agent").first_rows(SHOWN)
    context = {"suivis": rows, "has_more": has_more}
    return render(request, "accueil/droits.html", context)


def suivre(request: HttpRequest, pk: UUID) -> HttpResponse:
    """« Suivre ce droit »; what is posted is hidden, so that anything wrong there was not typed by an agent."""
    agent, passage = signed_in(request), my_passage(request, pk)
    form = SuivreForm(request.POST, people=people_of(agent, passage))
    if not form.is_valid():
        raise Http404
    return once(request, form, lambda: _follow(request, form, passage))


def _follow(request: HttpRequest, form: SuivreForm, passage: Passage) -> HttpResponseRedirect:
    usager, droit = form.cleaned_data["usager"], form.cleaned_data["droit"]
    suivi = DroitSuivi.follow(usager, droit, unite=passage.unite, by=signed_in(request))
    messages.success(request, f"Le droit est suivi, prochaine étape {date_longue(suivi.echeance)}.")
    return HttpResponseRedirect(f"{reverse('accueil:passage', args=[passage.pk])}#droits")


def droit_suivi(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One right followed: where it stands, what to bring, its steps."""
    agent = signed_in(request)
    visible = DroitSuivi.objects.visible_to(agent).with_delay()
    found = get_object_or_404(visible.select_related("usager", "droit", "unite__lieu", "agent"), pk=pk)
    acts, etapes = acts_on(agent, found.unite_id), list(found.etapes.select_related("by"))
    context = {
        "suivi": found,
        "usager": found.usager,
        "etapes": etapes,
        "annule": acts and found.can_undo(found.last_among(etapes), by=agent),
        "gestes": [(to, ETAPES[to][1]) for to in found.MOVES.get(found.statut, ())] if acts else [],
        "acts": acts and found.is_open,
        "late": found.is_late,
    }
    return render(request, "accueil/droit_suivi.html", context)


def my_suivi(request: HttpRequest, pk: UUID) -> DroitSuivi:
    """A right that my unités follow, held until the act is done."""
    agent = signed_in(request)
    mine = DroitSuivi.objects.visible_to(agent).filter(unite__in=agent.unite_ids)
    return get_object_or_404(mine.select_related("usager", "droit").select_for_update(of=("self",)), pk=pk)


def etape(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """One step: informed, asked, obtained, refused, given up."""
    agent, suivi = signed_in(request), my_suivi(request, pk)
    if code not in ETAPES:
        raise Http404
    form_class, titre = ETAPES[code]
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if suivi.statut != code or not form.is_already(suivi):
            suivi.advance(code, by=agent, motif=form.motif, **form.filled)
            messages.success(request, "L’étape est notée.")
        return redirect("accueil:droit_suivi", pk)
    if not form.is_bound and not suivi.can_move(code):
        raise MoveRefused
    return render(request, "accueil/droit_etape.html", {"form": form, "suivi": suivi, "geste": titre})


def annulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one's own mis-click; a second click finds it taken back."""
    agent, suivi = signed_in(request), my_suivi(request, pk)
    last = suivi.last_move()
    if last is None or last.motif != UNDONE or last.by_id != agent.pk:
        suivi.undo(by=agent)
        said = f"C’est annulé : le droit est de nouveau « {suivi.get_statut_display()} »"
        messages.success(request, f"{said}, prochaine étape {date_longue(suivi.echeance)}.")
    return redirect("accueil:droit_suivi", pk)


def suite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another next date, another cause; a stale save shows both."""
    agent, suivi = signed_in(request), my_suivi(request, pk)
    if not suivi.is_open:
        raise MoveRefused
    form = SuiteForm(request.POST if request.method == "POST" else None, instance=suivi)
    if form.is_bound and form.is_valid() and form.save(by=agent):
        messages.success(request, "La suite est notée.")
        return redirect("accueil:droit_suivi", pk)
    context = {"form": form, "suivi": suivi, "geste": "Changer la suite"}
    return render(request, "accueil/droit_etape.html", context, status=form.status)
