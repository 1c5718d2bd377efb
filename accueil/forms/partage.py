"""With whom, why, on which basis, what the person knows, until when: asked the same way of all that is shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet, UniqueConstraint
from django.forms.models import model_to_dict
from django.utils import timezone

from accueil.forms.moments import ComingDateField
from accueil.models import ActePartage, Partage, PartageQuerySet
from pole_social.forms import AgentChoiceField, CreateForm
from pole_social.models import Agent

FARTHEST = timedelta(days=366)
UNKNOWN = "Choisissez un professionnel de la liste."


class ActePartageForm(CreateForm, forms.ModelForm):
    """With one colleague, until a day; one live partage of the same thing at a time."""

    destinataire = AgentChoiceField(
        label="Avec qui",
        queryset=Agent.objects.none(),
        empty_label="Choisir…",
        error_messages={"required": "Choisissez avec qui partager.", "invalid_choice": UNKNOWN},
    )
    jusqu_au = ComingDateField(
        label="Jusqu’au",
        help_text="Un an au plus. Vous pourrez le retirer avant. Par exemple 12/03/2027.",
        error_messages={"required": "Dites jusqu’à quand."},
    )

    def __init__(
        self, *args: Any, by: Agent, offered: QuerySet[Agent], standing: PartageQuerySet, **kwargs: Any
    ) -> None:
        """`offered`: whom one may choose; `standing`: the partages of the same thing."""
        super().__init__(*args, **kwargs)
        self.by, self.standing = by, standing
        # What is shared already with the one chosen, when that refuses it.
        self.stands: ActePartage | None = None
        field = self.fields["destinataire"]
        assert isinstance(field, forms.ModelChoiceField)
        # Sent for somebody who was told meanwhile, it says so; of nobody else, or it would tell who that is.
        field.queryset = offered if self.is_bound else offered.exclude(pk__in=standing.live().values("destinataire"))

    @property
    def is_for_nobody(self) -> bool:
        """No colleague to choose: there is nothing to ask."""
        return not self.is_bound and not self.fields["destinataire"].queryset.exists()  # type: ignore[attr-defined]

    def clean_jusqu_au(self) -> date:
        jusqu_au: date = self.cleaned_data["jusqu_au"]
        if jusqu_au > timezone.localdate() + FARTHEST:
            raise ValidationError("Cette date est trop lointaine : un partage dure un an au plus.", code="far")
        return jusqu_au

    def record(self, hold: Callable[[], object], **said: object) -> Any:
        """Write it, with what is `said` besides; one that has run out gives way to the new one.

        What stands on the very same terms is that act already. Raises IntegrityError where it stands on others:
        nobody's are replaced, nor taken for those of somebody else (see `refused`). `hold` keeps a colleague from
        sharing the same thing until the commit; the caller is in a transaction.
        """
        hold()
        told = self.standing.filter(destinataire=self.cleaned_data["destinataire"], revoked_at=None)
        last: ActePartage | None = told.select_related("auteur", "destinataire").first()
        if last and last.is_live and all(getattr(last, name) == self.cleaned_data[name] for name in self._terms()):
            return last
        if last and not last.is_live:
            last.revoke(by=self.by)
        self.stands = last
        for name, value in {"auteur": self.by, **said}.items():
            setattr(self.instance, name, value)
        self.instance.save(force_insert=True)
        return self.instance

    def refused(self, error: IntegrityError) -> bool:
        """Say by whom it is shared already and until when, its terms beside those typed, which stay in the form."""
        diagnostic = getattr(error.__cause__, "diag", None)
        rules = {rule.name for rule in self._meta.model._meta.constraints if isinstance(rule, UniqueConstraint)}
        if self.stands is None or getattr(diagnostic, "constraint_name", None) not in rules:
            return False
        terms = model_to_dict(self.stands, self._terms())
        recorded = {name: [str(self.fields[name].prepare_value(value))] for name, value in terms.items()}
        self.conflit, self.status = self.compare(self.typed() | recorded), 409
        return True

    def _terms(self) -> list[str]:
        """What the two must say alike to be one act."""
        return [name for name in self.fields if name in (self._meta.fields or ())]


class PartageForm(ActePartageForm):
    """The same with why, and on which basis."""

    base = forms.ChoiceField(
        label="Sur quelle base",
        choices=[("", "Choisir…"), *Partage.Base.choices],
        error_messages={
            "required": "Choisissez la base du partage.",
            "invalid_choice": "Choisissez une base de la liste.",
        },
    )
    information = forms.ChoiceField(
        label="La personne",
        choices=Partage.Information.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que la personne en sait.", "invalid_choice": "Choisissez dans la liste."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motif"].error_messages["required"] = "Dites pourquoi."


# In the order in which one thinks of it.
PARTAGE_FIELDS = ("destinataire", "motif", "base", "information", "jusqu_au")
