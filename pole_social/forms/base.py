"""One base for every form: same layout engine, same checks on text, same answers to two people at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db import IntegrityError
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.utils import pretty_name
from django.http import QueryDict

from pole_social.http import DRAFT, TECHNICAL_FIELDS, is_technical
from pole_social.models import Agent, Brouillon, Envoi, StaleVersion
from pole_social.texts import normalise, validate_text

EMPTY_CHOICE = "Choisir…"


@dataclass(frozen=True)
class Difference:
    """One field of a conflict: what stands, what was typed."""

    libelle: str
    enregistre: str
    saisi: str


class HubForm(forms.Form):
    """Crispy layout without its <form> tag (the template writes it), optional fields marked, texts checked."""

    data: QueryDict

    def __init__(
        self, data: QueryDict | None = None, *args: Any, brouillon: Brouillon | None = None, **kwargs: Any
    ) -> None:
        super().__init__(_normalised(data), *args, **kwargs)
        self.brouillon = brouillon
        self.typed_before = _as_sent(brouillon)
        self.status = 200
        self.conflit: list[Difference] = []
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        for name, field in self.fields.items():
            self._prepare(name, field)

    def _prepare(self, name: str, field: forms.Field) -> None:
        # Django makes UUIDField a CharField; what it cleans to is not a text.
        if isinstance(field, forms.CharField) and not isinstance(field, forms.UUIDField):
            field.validators.append(validate_text)
        _name_the_empty_choice(field)
        # A browser's own bubbles speak another language and hide the summary.
        field.widget.attrs.setdefault("autocomplete", "off")
        if not field.required and not isinstance(field, forms.BooleanField) and not field.widget.is_hidden:
            # Not asked of `self[name]`, which would keep the name it has now.
            field.label = f"{field.label or pretty_name(name)} (facultatif)"

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What the draft holds, as it was typed and not looked at yet: nothing is wrong before it is sent."""
        name, typed = self.add_prefix(field_name), self.typed_before
        if typed is None or field.widget.value_omitted_from_data(typed, {}, name):
            return super().get_initial_for_field(field, field_name)
        return field.widget.value_from_datadict(typed, {}, name)

    @property
    def mark(self) -> str:
        """Of the draft that this form holds, sent back with it: what has been sent is forgotten."""
        if self.is_bound:
            return self.data.get(DRAFT, "")
        return str(self.brouillon.pk) if self.brouillon else ""

    def drop(self, name: str) -> None:
        """Ask one thing less."""
        del self.fields[name]
        self.helper.layout = self.helper.build_default_layout(self)

    def retype(self, name: str, value: str) -> None:
        """Change a hidden field of a bound form before it is shown again."""
        copy = self.data.copy()
        copy[self.add_prefix(name)] = value
        self.data = copy

    def typed(self) -> dict[str, list[str]]:
        """What was sent, without the technical fields."""
        names = [name for name in self.fields if name not in TECHNICAL_FIELDS]
        return {name: self.data.getlist(self.add_prefix(name)) for name in names}

    def posted(self) -> dict[str, list[str]]:
        """All that was sent, whatever is asked now: the first of two clicks may have changed the questions."""
        return {name: values for name, values in self.data.lists() if not is_technical(name)}

    def shown(self, name: str, values: list[str]) -> str:
        """Typed values as a person reads them: the labels of what was chosen, « oui » or « non » for a box."""
        if isinstance(self.fields[name], forms.BooleanField):
            return "non" if all(value in ("", "False") for value in values) else "oui"
        choices = getattr(self.fields[name], "choices", None)
        if choices is None:
            rewrite = getattr(self.fields[name], "as_written", str)
            return ", ".join(rewrite(value) for value in values)
        labels = {str(value): str(label) for value, label in flat(self.fields[name].widget.choices)}
        # In one order: the same people chosen twice are the same choice.
        return ", ".join(sorted(labels.get(value, value) for value in values if value))


class CreateForm(HubForm):
    """A form that creates something: its key makes a repeated sending have one effect (`pole_social.once`)."""

    cle = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cle"].initial = uuid.uuid4

    def clean_cle(self) -> uuid.UUID:
        """A missing key is a new form; a damaged one is refused by the field."""
        return self.cleaned_data["cle"] or uuid.uuid4()

    def was_sent(self, by: Agent) -> bool:
        """Whether this form has had its effect already: a second click must not meet what the first one made."""
        cle = self.cleaned_data.get("cle")
        return cle is not None and Envoi.objects.filter(agent=by, cle=cle).exists()

    def refused(self, error: IntegrityError) -> bool:
        """Say beside its field what somebody has just taken; False for a refusal that is none of that."""
        return False

    def renew_key(self) -> None:
        self.retype("cle", str(uuid.uuid4()))

    def compare(self, recorded: dict[str, list[str]]) -> list[Difference]:
        """What an earlier sending of the same form recorded, beside what is typed now."""
        rows = []
        for name, values in self.typed().items():
            before, now = self.shown(name, recorded.get(name, [])), self.shown(name, values)
            if before != now:
                rows.append(Difference(str(self.fields[name].label), before, now))
        return rows


class EditForm(HubForm, forms.ModelForm):
    """A form that edits a Versioned record: a stale save shows both texts and loses nothing."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    @property
    def is_behind(self) -> bool:
        """The draft was typed over what has been saved again since."""
        return self.typed_before is not None and str(self["version"].value()) != str(self.instance.version)

    def written_fields(self) -> list[str]:
        """The model fields that this form writes."""
        return [name for name in self.fields if name in (self._meta.fields or ())]

    def save(self, *, by: Agent) -> bool:  # type: ignore[override]
        """Write; False when somebody saved first: `conflit` then holds both texts and the answer is 409.

        What stands already as it was typed (a double click) is saved: there is nothing to compare.
        """
        try:
            self.instance.save_over(self.cleaned_data["version"], self.written_fields())
        except StaleVersion:
            self._meet()
            return not self.conflit
        return True

    def _meet(self) -> None:
        """Show what stands beside what was typed, and aim the next save at what stands."""
        standing = type(self.instance)._base_manager.get(pk=self.instance.pk)
        before = type(self)(instance=standing)
        # Stripped, as the fields strip what they store.
        typed = {name: self.shown(name, values).strip() for name, values in self.typed().items()}
        self.conflit = [
            Difference(str(self.fields[name].label), before.stored(name), value)
            for name, value in typed.items()
            if before.stored(name) != value
        ]
        self.retype("version", str(standing.version))
        self.status = 409 if self.conflit else 200

    def stored(self, name: str) -> str:
        """The stored value of a field, as the form would show it."""
        value = self[name].value()
        values = value if isinstance(value, list) else [value]
        prepared = [str(self.fields[name].prepare_value(v)) for v in values if v not in (None, "")]
        return self.shown(name, prepared)


def flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """The choices of a list, those that stand under a heading too."""
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield value, label


def _name_the_empty_choice(field: forms.Field) -> None:
    """« Choisir… » rather than a row of dashes, which says nothing read aloud."""
    dashes = BLANK_CHOICE_DASH[0]
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == dashes[1]:
            field.empty_label = EMPTY_CHOICE
    elif isinstance(field, forms.ChoiceField) and not callable(field.choices):
        field.choices = [("", EMPTY_CHOICE) if choice == dashes else choice for choice in field.choices]


def _as_sent(brouillon: Brouillon | None) -> QueryDict | None:
    """A draft in the shape of what a browser sends."""
    if brouillon is None:
        return None
    typed = QueryDict(mutable=True)
    for name, values in brouillon.contenu.items():
        typed.setlist(name, values)
    return typed


def _normalised(data: QueryDict | None) -> QueryDict | None:
    if data is None:
        return None
    copy = QueryDict(mutable=True)
    for name, values in data.lists():
        copy.setlist(name, [normalise(value) for value in values])
    return copy
