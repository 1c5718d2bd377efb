"""Contacts hors les murs: anonymous in two taps, named later if the person agrees."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accueil.forms.recherche import RechercheForm, find
from accueil.forms.seance import ContactForm, RattachementForm
from accueil.models import Motif, Passage, Seance, Usager
from pole_social.access import signed_in
from pole_social.models import MoveRefused
from pole_social.once import once


def nouveau(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The second of the two taps: the motive. Nobody's name is asked."""
    agent = signed_in(request)
    seance = get_object_or_404(Seance.objects.of(agent).select_related("unite__lieu"), pk=pk)
    is_sent = request.method == "POST"
    if is_sent and not seance.is_today:
        raise MoveRefused
    form = ContactForm(request.POST if is_sent else None)
    if form.is_bound and form.is_valid():
        return once(request, form, lambda: _noted(request, form.save(seance, by=agent)))
    context = {"form": form, "seance": seance, "motifs": Motif.objects.all()}
    return render(request, "accueil/contact_nouveau.html", context, status=form.status)


def _noted(request: HttpRequest, passage: Passage) -> HttpResponseRedirect:
    messages.success(request, f"Contact n° {passage.numero} noté : {passage.motif.libelle}.")
    stays = passage.is_open
    name, pk = ("accueil:passage", passage.pk) if stays else ("accueil:seance", passage.seance_id)
    return HttpResponseRedirect(reverse(name, args=[pk]))


def rattachement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a name to an anonymous passage, afterwards: look for the person, tick her agreement."""
    agent = signed_in(request)
    mine = Passage.objects.visible_to(agent).filter(unite__in=agent.unite_ids)
    passage = get_object_or_404(mine.select_related("unite__lieu", "motif").select_for_update(of=("self",)), pk=pk)
    if vars(passage)["journal_usagers"]:
        return redirect("accueil:passage", pk)
    recherche = RechercheForm(request.POST if request.method == "POST" else None)
    candidats = find(agent, recherche.typed_parts) if recherche.is_bound and recherche.is_valid() else None
    form = _choice(request, candidats.personnes) if candidats else None
    if form and form.is_bound and form.is_valid():
        form.save(passage, by=agent)
        messages.success(request, f"Le passage n° {passage.numero} est rattaché, avec l’accord de la personne.")
        return redirect("accueil:passage", pk)
    context = {"passage": passage, "recherche": recherche, "candidats": candidats, "form": form}
    return render(request, "accueil/passage_rattachement.html", context)


def _choice(request: HttpRequest, people: list[Usager]) -> RattachementForm:
    """Bound once a choice has been sent, not by the search alone."""
    is_chosen = "choisir" in request.POST
    initial = {"q": request.POST.get("q", "")}
    return RattachementForm(request.POST if is_chosen else None, people=people, initial=initial)
