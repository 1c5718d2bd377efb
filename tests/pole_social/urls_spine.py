"""Pages made only to try the spine: a good one, and those that try to get round it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from accueil.models import Usager
from pole_social.access import ACT, DESK, FORM, page
from pole_social.forms import CreateForm
from pole_social.models import Acces, MoveRefused
from pole_social.once import once
from pole_social.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def fiche(request: Any, pk: UUID) -> HttpResponse:
    usager = get_object_or_404(Usager.objects.visible_to(request.user), pk=pk)
    return HttpResponse(usager.nom_complet)


def liste(request: Any) -> HttpResponse:
    return HttpResponse("\n".join(str(usager) for usager in Usager.objects.visible_to(request.user)))


def forgetful(request: Any) -> HttpResponse:
    """Asks for people, shows none: a row all the same."""
    Usager.objects.visible_to(request.user)
    return HttpResponse("rien")


def unchanged(request: Any) -> HttpResponse:
    list(Usager.objects.visible_to(request.user))
    return HttpResponse(status=204)


def streamed(request: Any) -> Any:
    usagers = Usager.objects.visible_to(request.user)
    return StreamingHttpResponse(str(usager) for usager in usagers)


def lazy(request: Any) -> TemplateResponse:
    return TemplateResponse(request, "404.html", {})


def bare(request: Any) -> HttpResponse:
    return HttpResponse(str(list(Usager.objects.visible_to(request.user).values("nom_usage"))))


def first_two(request: Any) -> HttpResponse:
    found, has_more = Usager.objects.visible_to(request.user).order_by("nom_usage").first_rows(2)
    return HttpResponse(f"{[usager.nom_usage for usager in found]} {has_more}")


def first_bare(request: Any) -> HttpResponse:
    values: Any = Usager.objects.visible_to(request.user).values("nom_usage")
    return HttpResponse(str(values.first_rows(2)))


def one_by_one(request: Any) -> HttpResponse:
    return HttpResponse("".join(str(usager) for usager in Usager.objects.visible_to(request.user).iterator()))


def no_person(request: Any) -> HttpResponse:
    return HttpResponse("une page sans personne")


def broken(request: Any, pk: UUID) -> HttpResponse:
    """Writes, reads, then fails: nothing of it may stay but what is journaled afterwards."""
    usager = get_object_or_404(Usager.objects.visible_to(request.user), pk=pk)
    Usager.objects.filter(pk=usager.pk).update(langue="écrit puis annulé")
    raise ValueError("Traoré Aminata, née en 1991")


def moved(request: Any) -> HttpResponse:
    raise MoveRefused


class NoteForm(CreateForm):
    """The smallest creating form; what it creates is a person named as typed."""

    nom = forms.CharField(label="nom", max_length=40)
    couleur = forms.ChoiceField(label="couleur", choices=[("bleu", "Bleu"), ("vert", "Vert")])


def note(request: Any) -> HttpResponse:
    form = NoteForm(request.POST or None)

    def act() -> Any:
        agent: Any = request.user
        Usager.objects.create(
            nom_usage=form.cleaned_data["nom"],
            prenoms="Note",
            territoire=agent.unites[0].lieu.territoire,
            created_by=agent,
        )
        return redirect("liste")

    if form.is_valid():
        return once(request, form, act)
    return HttpResponse(str(form.errors), status=200)


urlpatterns = [
    *urlpatterns,
    page("essai/<uuid:pk>/", fiche, roles=DESK, name="fiche"),
    page("essai/liste/", liste, roles=DESK, name="liste", action=Acces.Action.LISTE),
    page("essai/oubli/", forgetful, roles=DESK, name="oubli"),
    page("essai/inchange/", unchanged, roles=DESK, name="inchange"),
    page("essai/flux/", streamed, roles=DESK, name="flux"),
    page("essai/plus-tard/", lazy, roles=DESK, name="plus_tard"),
    page("essai/valeurs/", bare, roles=DESK, name="valeurs"),
    page("essai/premiers/", first_two, roles=DESK, name="premiers", action=Acces.Action.LISTE),
    page("essai/premieres-valeurs/", first_bare, roles=DESK, name="premieres_valeurs"),
    page("essai/un-par-un/", one_by_one, roles=DESK, name="un_par_un"),
    page("essai/sans-personne/", no_person, roles=DESK, name="sans_personne"),
    page("essai/<uuid:pk>/panne/", broken, roles=DESK, methods=FORM, name="panne"),
    page("essai/bouge/", moved, roles=DESK, methods=ACT, name="bouge"),
    page("essai/note/", note, roles=DESK, methods=FORM, name="note"),
]
