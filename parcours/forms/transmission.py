"""Handing over one's parcours, or those of one's unités, to one colleague."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from accueil.forms.moments import ComingDateField
from accueil.models import Deport
from parcours.forms.bilan import months_after
from parcours.models import Parcours, Transmission
from parcours.transmission import place, propose, receivers
from pole_social.forms import AgentChoiceField, CreateForm
from pole_social.models import Agent

LONGEST = 12
MESSAGE = forms.Textarea(attrs={"rows": 3})
UNKNOWN = "Choisissez des parcours de la liste."
NOBODY = "Choisissez un professionnel de la liste."


class TransmissionForm(CreateForm):
    """Which parcours, to whom, for good or during an absence."""

    parcours = forms.MultipleChoiceField(
        label="Parcours à transmettre",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un parcours.", "invalid_choice": UNKNOWN},
    )
    nature = forms.ChoiceField(
        label="Pour",
        choices=Transmission.Nature.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez dans la liste.", "invalid_choice": "Choisissez dans la liste."},
    )
    vers = AgentChoiceField(
        label="À qui",
        queryset=Agent.objects.none(),
        empty_label="Choisir…",
        help_text="Votre collègue accepte ou refuse. D’ici là, rien ne change ; elle ou il voit de qui il s’agit.",
        error_messages={"required": NOBODY, "invalid_choice": NOBODY},
    )
    du = ComingDateField(label="Absence, premier jour", required=False, help_text="Par exemple 12/03/2027.")
    au = ComingDateField(label="Absence, dernier jour", required=False, help_text="Ce jour compris, un an au plus.")
    message = forms.CharField(
        label="Message",
        max_length=2000,
        required=False,
        widget=MESSAGE,
        help_text="Lu par qui reçoit, par l’équipe et par le responsable de l’unité. Rien de ce qui est confié ici.",
    )

    def __init__(self, *args: Any, offered: list[Parcours], by: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(one.pk): one for one in offered}
        chosen: Any = self.fields["parcours"]
        chosen.choices = [(key, one.usager.nom_court) for key, one in self.offered.items()]
        vers: Any = self.fields["vers"]
        vers.queryset = receivers(offered) if by.supervised_unite_ids else receivers(offered).exclude(pk=by.pk)

    @property
    def chosen(self) -> list[Any]:
        """Each with its référent (`referent_id`, `referent_nom`), as the view offered it."""
        return [self.offered[key] for key in self.cleaned_data.get("parcours", [])]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("nature") == Transmission.Nature.ABSENCE:
            self._check_absence(cleaned)
        elif cleaned.get("du") or cleaned.get("au"):
            self.add_error("nature", "Un changement de référent n’a pas de dates : retirez-les, ou dites une absence.")
        if cleaned.get("vers"):
            self._check_receiver(cleaned["vers"])
        self._check_waiting(cleaned.get("nature"))
        return cleaned

    def _check_absence(self, cleaned: dict[str, Any]) -> None:
        du: date | None = cleaned.get("du")
        au: date | None = cleaned.get("au")
        for name, day in (("du", du), ("au", au)):
            if day is None and name not in self.errors:
                self.add_error(name, "Une absence a un premier et un dernier jour.")
        if du and au and au < du:
            self.add_error("au", "Le dernier jour précède le premier.")
        elif du and au and au > months_after(du, LONGEST):
            self.add_error("au", "Un an au plus : vous pourrez proposer de nouveau.")
        without = [one.usager.nom_court for one in self.chosen if not one.referent_nom]
        if without:
            self.add_error("parcours", f"Sans référent, personne à remplacer : {', '.join(without)}.")

    def _check_receiver(self, vers: Agent) -> None:
        """One sentence for every reason: why a colleague may not follow somebody is theirs to say."""
        keys = [one.pk for one in self.chosen]
        aside = set(Deport.objects.filter(agent=vers, usager__parcours__in=keys).values_list("usager_id", flat=True))
        places = {(unite.nature, unite.lieu.territoire_id) for unite in vers.unites}
        refused = [
            one.usager.nom_court
            for one in self.chosen
            if one.usager_id in aside or one.referent_id == vers.pk or place(one) not in places
        ]
        if refused:
            self.add_error("vers", f"{vers.nom_complet} ne peut pas recevoir : {', '.join(refused)}. Décochez.")

    def _check_waiting(self, nature: str | None) -> None:
        waiting = Transmission.objects.waiting().filter(nature=nature, parcours__in=[one.pk for one in self.chosen])
        taken = set(waiting.values_list("parcours_id", flat=True)) if nature else set()
        if taken:
            named = ", ".join(one.usager.nom_court for one in self.chosen if one.pk in taken)
            self.add_error("parcours", f"Déjà proposé, la réponse est attendue : {named}.")

    def save(self, *, by: Agent) -> UUID:
        """Raises MoveRefused when one of them has been taken or closed meanwhile; then none is proposed."""
        asked = self.cleaned_data
        absence = {"du": asked["du"], "au": asked["au"]} if asked["nature"] == Transmission.Nature.ABSENCE else {}
        return propose(
            self.chosen, vers=asked["vers"], by=by, nature=asked["nature"], message=asked["message"], **absence
        )


class RefusForm(CreateForm):
    """Leave it with whoever has it; with a word, or none."""

    motif = forms.CharField(
        label="Un mot à qui propose",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Lu par qui vous l’a proposé, par l’équipe et par le responsable de l’unité.",
    )
