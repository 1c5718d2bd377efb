"""The money side of a demande."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accueil.forms.aide_financiere import AideFinanciereForm
from accueil.models import AideFinanciere
from accueil.views.guichet import my_demande
from pole_social.access import signed_in


def aide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for money, then follow it to its payment or its appeal: also once the demande is decided."""
    agent, demande = signed_in(request), my_demande(request, pk)
    instance = AideFinanciere.objects.visible_to(agent).filter(demande=demande).first()
    form = AideFinanciereForm(request.POST if request.method == "POST" else None, instance=instance, demande=demande)
    if form.is_bound and form.is_valid() and form.save(by=agent):
        messages.success(request, "L’aide financière est à jour.")
        return redirect("accueil:demande", demande.pk)
    return render(request, "accueil/demande_aide.html", {"form": form, "demande": demande}, status=form.status)
